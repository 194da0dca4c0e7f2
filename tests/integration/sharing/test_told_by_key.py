"""Is somebody told by their key, and not by the letters of a name that another has too?

Dan Ashdown is the father, whom an order binds; his younger son is called Dan Ashdown too.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from children.facts import Adult, Home
from children.models import Child, Contact, ContactLink
from children.services import keeping
from safeguarding.concerns import briefing
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7
from safeguarding.parts import Block, read_parts
from sharing.events.models import SharedItem
from sharing.events.services import choosing
from sharing.events.services.naming_adults import UNNAMED
from sharing.events.services.packing import make_pack, put_together
from sharing.transfers.services import composing
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked
from tests.integration.sharing.packing import asks, chosen, waiting

pytestmark = pytest.mark.django_db
CONTACT, LINK = "children.contact", "children.contactlink"
ORDER, RESPONSIBILITY, SIBLING = "children.contactrestriction", "children.parentalresponsibility", "children.sibling"
ADULTS = (CONTACT, LINK, ORDER, RESPONSIBILITY)
TERMS = "Dan Ashdown may not come within 100 metres."
_NUMBERS = count(1)


@dataclass
class Family:
    """Rowan, his brother and his father, and what a file is made for."""

    place: Place
    rowan: Child
    brother: Child
    father: Contact

    @property
    def asks(self) -> Any:
        return asks(self.place.room.lead)

    @property
    def said(self) -> dict[str, list[str]]:
        """What a file to the next school says of each kind of record."""
        return _by_kind(self, _composed(self).record.to_json())


def made(place: Place, father: Adult, brother: tuple[str, str], *, child: tuple[str, str]) -> Family:
    office, school = place.room.office, place.school
    home = Home(f"{next(_NUMBERS)} Kiln Road", town="Testham", postcode="ZZ9 9ZZ")
    about: dict[str, Any] = {"by": office, "homes": [home], "adults": [father]}
    rowan = factories.child(school, *child, **about)
    younger = factories.child(school, *brother, year_group=2, class_name="2A", **about)
    keeping.link_siblings(one=rowan, other=younger, relationship="Brother", told=factories.told(), by=office)
    place.child = rowan
    adult = Contact.objects.filter(children__child=rowan).get()
    factories.order(rowan, TERMS, by=place.room.lead, binds=adult.forename)
    return Family(place, rowan, younger, adult)


def dan(forename: str = "Dan", surname: str = "Ashdown", **facts: Any) -> Adult:
    about: dict[str, Any] = {"relationship": "Father", "mobile": "07700 900112", "responsibility": True, "home": 0}
    return Adult(surname, forename, **about | facts)


@pytest.fixture
def family(place: Place) -> Family:
    return made(place, dan(), ("Dan", "Ashdown"), child=("Rowan", "Ashdown"))


def _blocks(family: Family) -> list[Block]:
    kinds = {*ADULTS, SIBLING}
    return [one for one in read_parts(family.asks, [family.rowan.pk]) if one.record.label in kinds]


def _composed(family: Family) -> composing.Composed:
    school = family.place.school
    transfer = SimpleNamespace(destination="Whitmoor High School")
    sending: Any = SimpleNamespace(pk=uuid7(), school=school, school_id=school.pk, transfer=transfer, is_addition=False)
    return composing.compose(family.asks, sending, family.rowan, _blocks(family), on=SCHOOL_DAY.date())


def _by_kind(family: Family, record: bytes) -> dict[str, list[str]]:
    kinds = {composing.entry_key(block): block.record.label for block in _blocks(family)}
    found: dict[str, list[str]] = {}
    for entry in json.loads(record)["entries"]:
        label = next(label for key, label in kinds.items() if str(key) == entry["key"])
        found.setdefault(label, []).extend(text["text"] for text in entry["texts"])
    return found


def _is_named(said: dict[str, Sequence[str]], name: str) -> Iterator[bool]:
    """At the link, the responsibility and the order, and with each part of the name in the adult's own record."""
    yield from (name in said[label] for label in (LINK, ORDER, RESPONSIBILITY))
    yield from (part in said[CONTACT] for part in name.split(" ", 1))


# --- a father and a brother of one name


def test_a_pack_names_the_father_at_contact_responsibility_and_order(family: Family) -> None:
    event = chosen(family.place, begun(family.place), [*ADULTS, SIBLING])
    pack = put_together(family.asks, event)
    kinds = [one.record_type for one in choosing.standing_items(event)]
    said: dict[str, list[str]] = {}
    for label, one in zip(kinds, pack.records, strict=True):
        said.setdefault(label, []).extend(text for _, text in one.texts)
    assert all(_is_named(said, "Dan Ashdown")) and "07700 900112" in said[CONTACT]
    assert "Child B (Year 2)" in said[SIBLING] and "Dan Ashdown" not in said[SIBLING]
    assert pack.unnamed == ()


def test_a_file_and_its_record_name_him_there(family: Family) -> None:
    said = family.said
    assert all(_is_named(said, "Dan Ashdown")) and "07700 900112" in said[CONTACT]
    assert "Child B (Year 2)" in said[SIBLING] and "Dan Ashdown" not in said[SIBLING]


def test_the_two_pages_for_a_meeting_name_him_there(family: Family) -> None:
    found = briefing.gather(family.asks, family.rowan, None, at=SCHOOL_DAY)
    paper = briefing.on_paper(found, None, briefing.SIZES[0])
    [adult] = paper["adults"]
    assert adult.contact.full_name == "Dan Ashdown" and adult.responsibility.held
    [order] = [line for line in paper["warnings"] if line.is_order]
    assert "Dan Ashdown" in order.what and order.words == TERMS
    assert found.out("Danny saw it, and Dan laughed.") == "Danny saw it, and [another child (Year 2)] laughed."


def test_who_was_an_adult_of_the_child_is_named_too(place: Place) -> None:
    """The link ended; the order binds on. The son has the name all the same."""
    uncle = replace(dan(), relationship="Uncle", responsibility=None)
    family = made(place, uncle, ("Dan", "Ashdown"), child=("Rowan", "Ashdown"))
    link, by = ContactLink.objects.get(child=family.rowan), family.place.room.office
    keeping.end_adult(link=link, is_correction=False, told=factories.told(), by=by)
    assert "Dan Ashdown" in family.said[ORDER] and "Dan Ashdown" in family.said[LINK]
    out = briefing.gather(family.asks, family.rowan, None, at=SCHOOL_DAY).out
    assert out(TERMS) == TERMS


# --- refused


def test_an_order_without_its_adult_goes_out_only_where_somebody_typed_the_name(family: Family) -> None:
    lead = family.place.room.lead
    event = waiting(family.place, ORDER, recipient=checked(family.place))
    made_ = make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead)
    assert made_.stored
    # A copy laid before it was kept what each text is: typed, in which the son is found.
    for item in SharedItem.objects.filter(event=event):
        item.text = {"texts": [one[:2] for one in item.text["texts"]]}
        item.save(update_fields=["text"])
    pack = put_together(family.asks, made_)
    assert list(pack.unnamed) == [one.title for one in pack.records]
    assert "[Child B (Year 2)]" in [text for _, text in pack.records[0].texts]
    with pytest.raises(BadInput, match=UNNAMED[:40]):
        make_pack(event=made_, seen=made_.revision, asks=asks(lead), by=lead)


def test_a_name_typed_to_be_taken_out_goes_out_of_orders_too(family: Family) -> None:
    lead = family.place.room.lead
    names = {"take_out": "Dan Ashdown"}
    event = waiting(family.place, ORDER, LINK, recipient=checked(family.place), names=names)
    pack = put_together(family.asks, event)
    assert "Dan Ashdown" not in str(pack.records) and pack.unnamed == ()
    assert make_pack(event=event, seen=event.revision, asks=asks(lead), by=lead).stored


def test_a_file_is_refused_where_its_builder_does_not_see_the_adult(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing.Naming, "own_adults", [])
    with pytest.raises(BadInput, match=UNNAMED[:40]):
        _composed(family)


# --- any names


_FORENAMES, _SURNAMES = st.sampled_from(["Dan", "Rowan", "May", "Ash"]), st.sampled_from(["Ashdown", "May", "Dan"])


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(child=st.tuples(_FORENAMES, _SURNAMES), brother=st.tuples(_FORENAMES, _SURNAMES), adult=_FORENAMES)
@example(child=("Dan", "Ashdown"), brother=("Dan", "Ashdown"), adult="Dan")
@example(child=("May", "Dan"), brother=("Dan", "May"), adult="May")
def test_no_own_adult_is_replaced_and_no_linked_child_named(
    place: Place, child: tuple[str, str], brother: tuple[str, str], adult: str
) -> None:
    surname = brother[1]
    family = made(place, dan(adult, surname, mobile=f"07700 {900200 + next(_NUMBERS)}"), brother, child=child)
    said = family.said
    assert all(_is_named(said, f"{adult} {surname}"))
    assert said[SIBLING][0] == "Child B (Year 2)"
    assert not any(name in text.split() for text in said[SIBLING] for name in brother)
