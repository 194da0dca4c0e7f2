"""Which child of the school is meant? By UPN, current or former; otherwise by name and date of birth together; never
by a name alone.

What is given has to agree: a UPN beside the name and date of birth of another child is nobody's. Looked for among the
children whom the person sees who brings the file in.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Self
from uuid import UUID

from children import upn as numbers
from children.models import Child, ChildDetail, FormerUpn, OtherName
from children.names import fold
from safeguarding.accounts.models import User
from safeguarding.concerns.importing.said import names_of


@dataclass(slots=True)
class _Known:
    """What is known of one child that a file may say too."""

    upn: str = ""
    born: str = ""
    names: set[str] = field(default_factory=set)


class Register:
    """The children of a school by what a file may call them. Four queries, however many there are."""

    def __init__(self, children: Mapping[UUID, _Known], former: Mapping[str, set[UUID]]) -> None:
        self._children = children
        self._by_upn = {known.upn: key for key, known in children.items() if known.upn}
        self._former = former
        self._by_name: defaultdict[tuple[str, str], set[UUID]] = defaultdict(set)
        for key, known in children.items():
            for name in known.names if known.born else ():
                self._by_name[name, known.born].add(key)

    @classmethod
    def of(cls, school_id: UUID, *, by: User) -> Self:
        """Those of the school whom `by` sees: on roll, gone, whichever name they had."""
        found: dict[UUID, _Known] = {}
        for child in Child.objects.visible_to(by).filter(school=school_id):
            firsts, lasts = {child.forename, child.known_forename} - {""}, {child.surname, child.known_surname} - {""}
            names = {fold(f"{first} {last}") for first, last in product(firsts, lasts or {""})}
            found[child.pk] = _Known(names=names)
        for detail in ChildDetail.objects.visible_to(by).filter(school=school_id).select_related("child"):
            if (known := found.get(detail.child_id)) is not None:
                known.upn, known.born = detail.upn, str(detail.date_of_birth or "")
                if detail.middle_names:
                    known.names.add(fold(f"{detail.child.forename} {detail.middle_names} {detail.child.surname}"))
        for other in OtherName.objects.visible_to(by).filter(school=school_id):
            if other.child_id in found:
                found[other.child_id].names.add(fold(f"{other.forename} {other.surname}"))
        former: defaultdict[str, set[UUID]] = defaultdict(set)
        for number, child_id in (
            FormerUpn.objects.visible_to(by).filter(school=school_id).values_list("upn", "child_id")
        ):
            if child_id in found:
                former[number].add(child_id)
        return cls(found, former)

    def find(self, facts: Mapping[str, str]) -> tuple[UUID | None, str]:
        """The child that these facts (`upn`, `name`, `forename`, `surname`, `born`) are about; or None, and the code of
        the problem.
        """
        names, born = names_of(facts), facts.get("born", "")
        by_name = self.by_name(names, born)
        if number := facts.get("upn", ""):
            return self._by_number(number, names, born, by_name)
        if not names or not born:
            return None, "no_child"
        if len(by_name) != 1:
            return None, "several" if by_name else "nobody"
        return next(iter(by_name)), ""

    def by_name(self, names: frozenset[str], born: str) -> set[UUID]:
        """Everybody with one of these names and this date of birth."""
        return set[UUID]().union(*(self._by_name.get((name, born), set()) for name in names)) if born else set()

    def numbered(self, number: str) -> tuple[UUID | None, str]:
        """The child with this UPN, current or former; or None, and the code of the problem."""
        if (found := self._by_upn.get(number)) is not None:
            return found, ""
        former = self._former.get(number, set())
        if len(former) == 1:
            return next(iter(former)), ""
        return None, "shared_upn" if former else "unknown_upn"

    def _by_number(self, number: str, names: frozenset[str], born: str, by_name: set[UUID]) -> tuple[UUID | None, str]:
        child, problem = self.numbered(number)
        if child is None:
            return self._without_its_number(by_name, problem) if problem == "unknown_upn" else (None, problem)
        known = self._children[child]
        if by_name and child not in by_name:
            return None, "not_theirs"
        if not names and not born:
            return child, ""
        if names & known.names or (born and born == known.born):
            return child, ""
        return None, "not_theirs" if born else "another_name"

    def _without_its_number(self, by_name: set[UUID], problem: str) -> tuple[UUID | None, str]:
        """Nobody has this UPN.

        Name and date of birth count where Harbour has no UPN of the child that could contradict.
        """
        if len(by_name) != 1:
            return None, "several" if by_name else problem
        [child] = by_name
        own = self._children[child].upn
        if own and not numbers.is_temporary(own):
            return None, "other_upn"
        return child, ""
