"""Which people of a list can be added, and what is wrong with the others? Nothing is written here."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError

from children.names import fold
from children.services.finding import classes_on_roll
from safeguarding.accounts.models import School, User
from safeguarding.accounts.roles import ACTING_LEAD, ROLES
from safeguarding.accounts.second_person import ONE_OF_TWO, TAKES_TWO
from safeguarding.accounts.services.new_staff import Joiner, names_here
from safeguarding.accounts.services.returning import Known, known_by_name
from safeguarding.accounts.services.user_names import alike, free_username, usernames

# What schools call the roles besides their titles, folded.
_CALLED = {
    "head": "headteacher",
    "head teacher": "headteacher",
    "principal": "headteacher",
    "dsl": "lead",
    "safeguarding lead": "lead",
    "deputy dsl": "deputy_lead",
    "ddsl": "deputy_lead",
    "teacher": "teacher",
    "ta": "teaching_assistant",
    "lsa": "teaching_assistant",
    "midday supervisor": "midday",
    "midday": "midday",
    "office administrator": "office",
    "school office": "office",
    "governor": "governor",
    "it": "it_admin",
    "it technician": "it_admin",
    "attendance": "attendance",
    "dpo": "dpo",
    "chair": "chair",
}
ROLE_CHOICES = [(role.key, role.title) for role in ROLES.values() if role.key != ACTING_LEAD]
_ROLE_KEYS = {fold(title): key for key, title in ROLE_CHOICES} | {fold(key): key for key, _ in ROLE_CHOICES} | _CALLED
_SEVERAL = re.compile(r" ?(?:[,;/&+]| and ) ?")
_OF_ACCOUNT = ("first_name", "last_name", "email", "extension", "username")


@dataclass(frozen=True)
class Checked:
    """A row: who would be added, or what is wrong. `number` is where it stands in the file; 0 of one by hand.

    `known`: who has an account under this name already. Somebody says whether it is one of them.
    """

    number: int
    joiner: Joiner
    problems: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()

    @property
    def role_title(self) -> str:
        return ROLES[self.joiner.role_key].title if self.joiner.role_key in ROLES else self.joiner.role_key

    @property
    def takes_two(self) -> bool:
        """Whether the first start takes two people."""
        return self.joiner.role_key in TAKES_TWO

    @property
    def may_be_second(self) -> bool:
        """Whether it does once somebody else there can be the second."""
        return self.joiner.role_key in ONE_OF_TWO


@dataclass(frozen=True)
class Asking:
    """What rows are held against: the school, the day from which they would work there, and its classes."""

    school: School
    on: date
    namesakes: bool = False

    @cached_property
    def classes(self) -> dict[str, str]:
        """The classes of the children on roll, by their folded names."""
        return {fold(name): name for name in classes_on_roll(self.school.pk)}

    @cached_property
    def working(self) -> set[tuple[str, str]]:
        """The names of everybody who works there."""
        return names_here(self.school, on=self.on)

    def check(self, rows: Sequence[Mapping[str, str]]) -> list[Checked]:
        """Every row with what is wrong with it. Of two that name one person, the second is wrong."""
        seen: Counter[str] = Counter()
        taken = usernames()
        names = [(row.get("first_name", ""), row.get("last_name", "")) for row in rows]
        known = known_by_name(self.school, names, on=self.on)
        found = zip(names, (self._row(row, seen, taken) for row in rows), strict=True)
        return [one if one.problems else replace(one, known=tuple(known.get(alike(*name), ()))) for name, one in found]

    def _row(self, row: Mapping[str, str], seen: Counter[str], taken: set[str]) -> Checked:
        given: dict[str, Any] = {field: row.get(field, "") for field in _OF_ACCOUNT}
        named = f"{fold(given['first_name'])} {fold(given['last_name'])}"
        problems = [
            f"{label} is missing."
            for field, label in (("first_name", "First name"), ("last_name", "Last name"))
            if not given[field]
        ]
        role = _ROLE_KEYS.get(fold(row.get("role", "")), "")
        if not role:
            said = row.get("role", "")
            problems.append(f"There is no role “{said}”." if said else "Role is missing.")
        classes, wrong = self._classes(row.get("classes", ""))
        problems += wrong
        seen[named] += 1
        if not problems and seen[named] > 1 and not self.namesakes:
            problems.append("This name stands in the list twice.")
        elif not problems and not self.namesakes and self._works_here(given):
            problems.append("Somebody of this name works here already. Give them a role on their own page.")
        problems += self._of_account(given, taken) if not problems else []
        if not problems:
            given["username"] = given["username"] or free_username(given["first_name"], given["last_name"], taken)
            taken.add(given["username"].casefold())
        joiner = Joiner(role_key=role or row.get("role", ""), classes=classes, **given)
        return Checked(int(row.get("number") or 0), joiner, tuple(problems))

    def _works_here(self, given: Mapping[str, str]) -> bool:
        return (given["first_name"].casefold(), given["last_name"].casefold()) in self.working

    def _classes(self, cell: str) -> tuple[tuple[str, ...], list[str]]:
        """The classes of a cell as the school writes them, and those it has not. Without children, any is taken."""
        names = [name for name in _SEVERAL.split(" ".join(cell.split())) if name]
        found = [self.classes.get(fold(name), "" if self.classes else name) for name in names]
        wrong = [
            f"There is no class {name} among the children on roll."
            for name, one in zip(names, found, strict=True)
            if not one
        ]
        if long := next((name for name in found if len(name) > 30), ""):
            wrong.append(f"The class “{long[:20]}…” is longer than 30 characters.")
        return tuple(dict.fromkeys(filter(None, found))), wrong

    def _of_account(self, given: Mapping[str, str], taken: set[str]) -> list[str]:
        """What is wrong with the account that would be made."""
        username = given["username"]
        if username and username.casefold() in taken:
            return [f"The user name {username} is taken. Leave it out, and Harbour makes one."]
        user = User(**{**given, "username": username or "to.be.made"})
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError as error:
            return [
                f"{str(User._meta.get_field(field).verbose_name).capitalize()}: {said[0]}"  # type: ignore[union-attr]
                for field, said in error.message_dict.items()
            ]
        return []
