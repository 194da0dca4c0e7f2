"""As what did somebody act? Full name and the role of the day, for records and paper: "Jon Beckett, class teacher 5B".

A record must be understood decades later by somebody outside the school: full names with roles, never initials (domain
reference 1.2).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from safeguarding import dates
from safeguarding.audit.by_keys import ByKeys

from .models import ClassTaught, RoleAssignment, User
from .roles import ROLES, TEACHING

M = TypeVar("M", bound=Model)
_NAMES = ("id", "first_name", "last_name")
_BESIDE_THEM = [field.name for field in User._meta.concrete_fields if field.name not in _NAMES]


def with_names(rows: QuerySet[M], *people: str) -> QuerySet[M]:
    """The rows with those whom these fields name: their names, and nothing else of their accounts."""
    # Of no field Django would join every table, and lose the rows that hang on what the reader may not see.
    if not people:
        return rows
    return rows.select_related(*people).defer(*(f"{person}__{one}" for person in people for one in _BESIDE_THEM))


_CLASSES = ClassTaught.objects.filter(user=OuterRef("user_id"), school=OuterRef("school_id")).order_by(
    "class_name", "id"
)
# What is known of each role: whose, which, and from when to when; with the classes that its holder taught, as text.
_roles = ByKeys[Any](
    lambda asked: (
        RoleAssignment.objects.filter(asked.one("school_id"))
        .annotate(
            classes=ArraySubquery(_CLASSES.values(one=JSONObject(name="class_name", first="starts_on", last="ends_on")))
        )
        .order_by("starts_on", "id")
        .values_list("user_id", "role_key", "starts_on", "ends_on", "classes", named=True)
    )
)


class Titles:
    """The roles that everybody at a school has or had, with the classes. One query: a school is some dozens of
    people.
    """

    def __init__(self, school_id: UUID) -> None:
        self._roles: dict[UUID, list[Any]] = defaultdict(list)
        for row in _roles.whoever_asks([school_id]):
            self._roles[row.user_id].append(row)

    def role(self, person: User, on: date) -> str:
        """The furthest-reaching role on a day, as it stands inside a sentence: "class teacher 5B".

        Empty if there was none.
        """
        if not (held := _held_on(on, self._roles[person.pk])):
            return ""
        best = max(held, key=_reach)
        taught = _taught_on(on.isoformat(), best.classes) if best.role_key in TEACHING else []
        return f"{inside(ROLES[best.role_key].title)} {' and '.join(taught)}".strip()

    def of(self, person: User | None, at: date | datetime) -> str:
        """ "Jon Beckett, class teacher 5B"; the name alone where there was no role that day; empty for nobody."""
        if person is None:
            return ""
        role = self.role(person, dates.as_day(at))
        return f"{person.full_name}, {role}" if role else person.full_name

    def signed(self, person: User | None, at: datetime | None) -> str:
        """ "Jon Beckett, class teacher 5B, 24 November 2026 at 9:31am"; empty while it has not happened."""
        return f"{self.of(person, at)}, {dates.full_moment(at)}" if person is not None and at is not None else ""


class RolesAlone(Titles):
    """The same without names, for paper that leaves the school: "a class teacher". A class would say who it is too."""

    def role(self, person: User, on: date) -> str:
        held = sorted(self._roles[person.pk], key=_reach)
        return inside(ROLES[(_held_on(on, held) or held)[-1].role_key].title) if held else ""

    def of(self, person: User | None, at: date | datetime) -> str:
        """ "class teacher"; "a member of staff" where there was no role; empty for nobody."""
        if person is None:
            return ""
        return self.role(person, dates.as_day(at)) or "a member of staff"

    def people(self) -> list[User]:
        """Everybody who has, or had, a role at the school. One query."""
        keys = [key for key, held in self._roles.items() if held]
        people = User.objects.in_bulk(keys)
        return [people[key] for key in keys]


_ORDER = {key: place for place, key in enumerate(ROLES)}


def _reach(role: Any) -> int:
    return _ORDER[role.role_key]


def _held_on(day: date, roles: Iterable[Any]) -> list[Any]:
    return [role for role in roles if role.starts_on <= day and (role.ends_on is None or day <= role.ends_on)]


def _taught_on(day: str, classes: Iterable[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in classes if one["first"] <= day and (one["last"] is None or day <= one["last"])]


def inside(words: str) -> str:
    """A title, or other words, as they stand inside a sentence: without the capital, unless it begins an
    abbreviation.
    """
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
