"""Which child is a row about? By UPN, name and date of birth, as Harbour has them or as the list last did."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from children import names
from children.importing.held_facts import ON_ROLL
from children.importing.rows import Parsed, who_key, who_name
from children.models import Child, ChildDetail, FormerUpn, HeldFact
from safeguarding.accounts.models import School

# By these a row finds its child, though somebody has corrected them here.
_IDENTITY = ("upn", "forename", "surname", "date_of_birth")


@dataclass(slots=True)
class Numbered:
    """The child a UPN on the list belongs to: what it is called, folded, and when it was born, as Harbour has it and as
    the list last did; and whether the UPN is a former one.
    """

    child_id: UUID
    named: set[str]
    born: set[str]
    former: bool = False

    def has_another_name(self, row: Parsed) -> bool:
        """The row names somebody else. Twins share the date of birth, so that one says nothing here."""
        return who_name(row.facts.get("forename", ""), row.facts.get("surname", "")) not in self.named

    def is_somebody_else(self, row: Parsed) -> bool:
        """Neither the name nor the date of birth of the row is this child's: a number used twice, or a wrong one."""
        born = row.facts.get("date_of_birth")
        return self.has_another_name(row) and bool(born and self.born) and born not in self.born


@dataclass(slots=True)
class Listed:
    """A child of whom something was changed by hand by which a row finds it; `said` is what the list last said of that.

    `is_added`: no list has named it yet.
    """

    child_id: UUID
    forename: str
    surname: str
    born: date | None
    upn: str
    sounds: set[str]
    is_added: bool = False
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def named(self) -> str:
        return who_name(self.said.get("forename") or self.forename, self.said.get("surname") or self.surname)

    @property
    def born_on(self) -> str:
        return str(self.said.get("date_of_birth") or self.born or "")

    def is_like(self, row: Parsed) -> bool:
        """Whether a row that joins may be this child: born on the same day, or forename and surname sound alike."""
        born = row.facts.get("date_of_birth")
        if born and self.born and born == str(self.born):
            return True
        parts = [set(names.sounds(row.facts.get(name, ""))) for name in ("forename", "surname")]
        return all(part & self.sounds for part in parts)


class Finder:
    """Finds which child of the school each row of a chunk is about, in at most four queries."""

    def __init__(self, school: School, rows: Sequence[Parsed]) -> None:
        self._listed = _listed(school)
        numbers = {row.facts[name] for row in rows for name in ("upn", "former_upn") if row.facts.get(name)}
        self._numbered: dict[str, Numbered] = {}
        for former, number, of in (
            (True, "upn", FormerUpn.objects.filter(school=school, upn__in=numbers, child__merged_into=None)),
            (False, "upn", ChildDetail.objects.filter(school=school, upn__in=numbers, child__merged_into=None)),
        ):
            born = "child__detail__date_of_birth" if former else "date_of_birth"
            for upn, pk, forename, surname, birth in of.values_list(
                number, "child_id", "child__forename", "child__surname", born
            ):
                named, days = {who_name(forename, surname)}, {str(birth)} if birth else set()
                self._numbered[upn] = Numbered(pk, named, days, former)
        self._number_as_listed()
        # Of children found by name, those whose UPN nobody knew until now.
        self.without_number: set[UUID] = set()
        self._named = self._by_name(school, rows)

    def _number_as_listed(self) -> None:
        """The name and birth that the list last gave are the child's too; so is its number, unless another has it."""
        for one in self._listed.values():
            number = one.said.get("upn", "")
            there = self._numbered.get(number)
            if number and (there is None or there.former):
                days = {str(one.born)} if one.born else set()
                self._numbered[number] = Numbered(one.child_id, {who_name(one.forename, one.surname)}, days)
        for found in self._numbered.values():
            if (listed := self._listed.get(found.child_id)) is not None:
                found.named.add(listed.named)
                found.born |= {listed.born_on} - {""}

    def by_number(self, row: Parsed) -> Numbered | None:
        """The child whose UPN, of now or of before, the row carries as its own, or as its former one."""
        if (found := self._numbered.get(row.facts.get("upn", ""))) is not None:
            return found
        before = self._numbered.get(row.facts.get("former_upn", ""))
        # The row's own UPN is a new one, whichever of the child's its former one is.
        return before and replace(before, former=False)

    def gives_former_of_another(self, row: Parsed, child_id: UUID | None) -> bool:
        """Whether what the row says was this child's UPN is, or was, another child's."""
        found = self._numbered.get(row.facts.get("former_upn", ""))
        return found is not None and child_id is not None and found.child_id != child_id

    def by_name(self, row: Parsed) -> list[UUID]:
        """Children of the same name and date of birth; looked for only where UPN and name together do not settle it."""
        return self._named.get(row.who, []) if row.who else []

    def met(self, row: Parsed) -> set[UUID]:
        """Every child to whom the numbers of a row lead, or its name and date of birth."""
        numbers = (row.facts.get(name, "") for name in ("upn", "former_upn"))
        return {found.child_id for one in numbers if (found := self._numbered.get(one))} | set(self.by_name(row))

    def added_like(self, row: Parsed, but: Collection[UUID]) -> UUID | None:
        """A child whom somebody added here and no list has named, who may be the one that joins with this row."""
        added = (one for one in self._listed.values() if one.is_added and one.child_id not in but)
        return next((one.child_id for one in added if one.is_like(row)), None)

    def _by_name(self, school: School, rows: Sequence[Parsed]) -> dict[str, list[UUID]]:
        unsettled = set()
        for row in rows:
            numbered = self.by_number(row)
            if row.who and (numbered is None or numbered.has_another_name(row)):
                unsettled.add(row.facts["date_of_birth"])
        if not unsettled:
            return {}
        born = Child.objects.filter(school=school, merged_into=None, detail__date_of_birth__in=unsettled)
        found = defaultdict(list)
        wanted = ("pk", "forename", "surname", "detail__date_of_birth", "detail__upn")
        for pk, forename, surname, birth, upn in born.values_list(*wanted):
            if not upn:
                self.without_number.add(pk)
            found[who_key(forename, surname, birth)].append(pk)
        for one in self._listed.values():
            there = found[f"{one.named[:310]}|{one.born_on}"]
            if one.child_id not in there:
                there.append(one.child_id)
                self.without_number |= {one.child_id} if not one.upn else set()
        return found


def _listed(school: School) -> dict[UUID, Listed]:
    """The children of a school whose names, birth or UPN were changed by hand, or who were added: one query."""
    facts = HeldFact.objects.filter(school=school, contact=None, field__in=(*_IDENTITY, ON_ROLL))
    found: dict[UUID, Listed] = {}
    rows: Iterable[Any] = facts.filter(child__merged_into=None).order_by("pk").values_list(
        "child_id", "child__forename", "child__surname", "child__detail__date_of_birth", "child__detail__upn",
        "child__name_sounds", "field", "said",
    )  # fmt: skip
    for key, forename, surname, born, upn, sounds, name, said in rows:
        one = found.setdefault(key, Listed(key, forename, surname, born, upn, set(sounds)))
        if name == ON_ROLL:
            one.is_added = said is False
        else:
            one.said[name] = said
    return found
