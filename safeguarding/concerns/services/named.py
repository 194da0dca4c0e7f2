"""Which children are named in these concerns, as a list says it? A name and a class, or the reporter's description."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from children.badges import badges_of
from children.models import Child
from safeguarding.audit.by_keys import Asks, ByKeys
from safeguarding.concerns.models import ConcernChild
from safeguarding.sealing.fields import opened

_COLUMNS = (
    "pk",
    "concern_id",
    "child_id",
    "role",
    "kind",
    "description",
    "child__forename",
    "child__surname",
    "child__class_name",
    "child__no_photographs",
    "child__check_collection_from",
    "child__check_collection_until",
)
_named = ByKeys(
    lambda asked: ConcernChild.objects.filter(asked.of("concern_id")).order_by("added_at", "pk").values_list(*_COLUMNS)
)
_PLACE_OF_ROLE = {role: place for place, role in enumerate(ConcernChild.Role.values)}


@dataclass(slots=True)
class Named:
    """A child in a concern. `name` and `class_name` are those of the record; without one, `words` say who it is.

    A list has a hundred of these: no models, which take longer to make than to read.
    """

    child_id: UUID | None
    role: str
    name: str
    class_name: str
    words: str
    # Of the card, until `badge` gives all of them.
    badges: Sequence[str] = ()

    @property
    def role_title(self) -> str:
        """Worried about, Witness, …"""
        return str(ConcernChild.Role(self.role).label)


def children_of(concerns: Collection[UUID]) -> dict[UUID, list[Named]]:
    """The children in each of these concerns, which the caller may read, in the order of `in_order`: one query for
    all.
    """
    named: dict[UUID, list[Named]] = {key: [] for key in concerns}
    for key, concern, child, role, kind, description, forename, surname, class_name, *card in _named.whoever_asks(
        concerns
    ):
        name = Child.name_of(forename, surname) if forename is not None else ""
        words = "" if name else opened(description, key) or str(ConcernChild.Kind(kind).label)
        badges = Child.badges_on_card(*card) if child else ()
        named[concern].append(Named(child, role, name, class_name or "", words, badges))
    return {concern: in_order(children) for concern, children in named.items()}


def in_order[C: (Named, ConcernChild)](children: Iterable[C]) -> list[C]:
    """Children of one concern as a page names them: those somebody is worried about first."""
    return sorted(children, key=lambda named: _PLACE_OF_ROLE[named.role])


def badge(request: Asks, children: Iterable[Named | None]) -> None:
    """Give each child the `badges` that the person may see: one query."""
    linked = [(named, named.child_id) for named in children if named and named.child_id]
    badges = badges_of(request, {key: named.badges for named, key in linked})
    for named, key in linked:
        named.badges = badges[key]
