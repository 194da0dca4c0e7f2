"""Who of the people found is on two lists under one name, as staff and as an adult of a family?

They share a line: a place where one was found is a place of the other, and whoever decides decides on both.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from children.names.normalise import plain
from safeguarding.accounts.models import User
from sharing.requests.models import RequestItem, RequestPerson, RightsRequest

from . import documents
from .documents import PersonLine

K = RequestPerson.Kind
_BOTH = frozenset({K.STAFF, K.ADULT})


def _called(person: RequestPerson) -> str:
    words = plain(f"{person.names.get('forename', '')} {person.names.get('surname', '')}").casefold().split()
    return " ".join(words)


def together(people: Iterable[RequestPerson]) -> list[list[RequestPerson]]:
    """Return these people, those together who are staff and adult of a family under one name; in the order given."""
    found: dict[object, list[RequestPerson]] = {}
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    some = list(people)
    names = {one.pk: _called(one) for one in some if one.kind in _BOTH}
    for one in some:
        kinds[names.get(one.pk, "")].add(one.kind)
    for one in some:
        name = names.get(one.pk, "")
        found.setdefault(name if name and kinds[name] >= _BOTH else one.pk, []).append(one)
    return list(found.values())


def on_two_lists(case: RightsRequest) -> set[UUID]:
    """Return the keys of the people of a case who share their line, as far as whoever asks may know of them."""
    rows = RequestPerson.objects.filter(case=case, kind__in=_BOTH).order_by("pk")
    return {one.pk for some in together(rows) if len(some) > 1 for one in some}


@dataclass(frozen=True)
class Line:
    """A line of people found: somebody, or those of one name on two lists."""

    parts: Sequence[PersonLine]

    @property
    def first(self) -> PersonLine:
        return self.parts[0]

    @property
    def value(self) -> str:
        """What the tick box sends: the keys of all."""
        return " ".join(str(one.person.pk) for one in self.parts)

    @property
    def is_shared(self) -> bool:
        return len(self.parts) > 1

    @property
    def is_open(self) -> bool:
        return any(one.is_open for one in self.parts)

    @property
    def is_staff_alone(self) -> bool:
        return not self.is_shared and self.first.person.kind == K.STAFF

    @property
    def may_decide(self) -> bool:
        return all(one.may_decide for one in self.parts)


def lines_of(lines: Sequence[Sequence[RequestPerson]], items: Sequence[RequestItem], reader: User) -> list[Line]:
    """Return each line with the places of its people in these items of one case: one query."""
    told = documents.people_lines([one for some in lines for one in some], items, reader)
    by_key = {one.person.pk: one for one in told}
    return [Line([by_key[one.pk] for one in some]) for some in lines]
