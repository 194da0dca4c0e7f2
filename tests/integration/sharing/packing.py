"""How does a test come to a pack? A child with a sister, a friend in the same concern, and a home."""

from collections.abc import Collection
from functools import partial
from types import SimpleNamespace
from typing import Any

from children.facts import Adult, Home
from children.models import Child
from safeguarding import parts
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.raising import ChildEntry
from sharing.events.models import SharingEvent
from sharing.events.services.choosing import choose_items, name_of
from sharing.events.services.deciding import decide_share
from sharing.events.services.packing import make_pack, say_names
from tests import factories
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, said

FACTS = (
    "Rowan said that Miranda Colefax and Theodore Brandtner saw it. Theodore ran home to 12 Mill Lane. "
    "Kerry Colefax and Mrs Colefax came. "
    "Philippa Larchwood was there."
)


def family(place: Place, **details: Any) -> dict[str, Child]:
    """Rowan with her mother and a father that an order binds; Miranda, her sister, of another name; Theodore and
    Philippa, who are neither. `details` are those of Rowan.
    """
    kerry = Adult(
        surname="Colefax", forename="Kerry", title="Mrs", relationship="Mother", mobile="07700 900111", home=0
    )
    kerry.responsibility = True
    dan = Adult(surname="Ashdown", forename="Dan", relationship="Father", mobile="07700 900112")
    home = Home(address="12 Mill Lane", town="Saltmarsh", postcode="SM1 4XY")
    about: dict[str, Any] = {"by": place.room.office, "homes": [home]}
    made = {
        "rowan": factories.child(place.school, "Rowan", "Ashdown", adults=[kerry, dan], details=details, **about),
        "mia": factories.child(
            place.school, "Miranda", "Colefax", year_group=3, class_name="3A", adults=[kerry], **about
        ),
        "theo": factories.child(place.school, "Theodore", "Brandtner", by=place.room.office),
        "pip": factories.child(place.school, "Philippa", "Larchwood", by=place.room.office),
    }
    factories.order(made["rowan"], "No contact at school.", by=place.room.lead, binds="Dan")
    place.child = made["rowan"]
    return made


def told(place: Place, *children: Child, facts: str = FACTS) -> Concern:
    """A concern about these children."""
    first, *rest = children
    entries = [ChildEntry("worried_about", first), *(ChildEntry("witness", one) for one in rest)]
    return factories.concern(place.room, children=entries, facts=facts)


def asks(person: Any) -> Any:
    return SimpleNamespace(user=person)


def chosen(place: Place, event: SharingEvent, labels: Collection[str], *, by: Any = None) -> SharingEvent:
    """The records of these kinds are chosen: no other kind is gathered to find them."""
    by = by or place.room.lead
    gathering = parts.Gathering(partial(visible, asks(by)), [event.child_id])
    kinds = {model: told for model, told in parts._told.items() if model._meta.label_lower in labels}
    found = (block for model, told in kinds.items() for block in told.blocks(gathering, model, told.title))
    blocks = [block for block in found if not block.is_beyond_file]
    assert blocks, "there is such a record"
    return choose_items(event=event, seen=event.revision, chosen=[name_of(one) for one in blocks], asks=asks(by), by=by)


def waiting(place: Place, *labels: str, names: Any = None, **other: Any) -> SharingEvent:
    """A decision that waits to be sent to somebody whose ways are checked."""
    lead = place.room.lead
    other.setdefault("recipient", checked(place))
    event = begun(place, **other)
    if labels:
        event = chosen(place, event, labels)
    if names:
        given = {"named": [], "named_why": "", "take_out": ""} | names
        event = say_names(event=event, seen=event.revision, asks=asks(lead), by=lead, **given)
    return decide_share(event=event, seen=event.revision, said=said(place, **other), by=lead)


def packed(place: Place, *labels: str, **other: Any) -> SharingEvent:
    """One whose pack is made."""
    event, lead = waiting(place, *labels, **other), place.room.lead
    return make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)
