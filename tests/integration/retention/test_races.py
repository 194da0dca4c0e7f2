"""Is a record ever destroyed that somebody has held? In twenty races here, and two hundred in `make soak`."""

from collections.abc import Callable

import psycopg
import pytest

from children.models import Child
from children.services import link_siblings
from retention.models import DestructionItem, ItemRun, LegalHold
from tests.racing import Race, race_for_records

from .conftest import Office, time_was_looked_at, wait_is_over

pytestmark = pytest.mark.django_db(transaction=True)


def test_in_no_race_is_a_record_destroyed_after_it_was_held(
    place: Office, connect: Callable[[str], psycopg.Connection]
) -> None:
    children = [place.leaver(f"Ida{n}", "Thorne") for n in range(20)]
    place.due(*children)
    place.approve(place.sent(*children))
    wait_is_over()
    time_was_looked_at()
    races = [(item, place.room.deputy) for item in DestructionItem.objects.order_by("place")]
    ended = race_for_records(races, destroyer=connect("destroyer"), seed=20)
    assert all(held != begun for held, begun in ended)
    # Where one of the two was sure to come first, and the other to wait for it.
    assert (ended[::4], ended[1::4]) == ([(True, False)] * 5, [(False, True)] * 5)
    held = set(LegalHold.objects.values_list("child_id", flat=True))
    begun = set(ItemRun.objects.values_list("item__record_key", flat=True))
    assert not held & begun and len(held | begun) == len(children)
    assert set(Child.objects.exclude(ending_at=None).values_list("pk", flat=True)) == begun


def test_a_hold_on_a_brother_or_on_the_whole_school_is_waited_for_too(
    place: Office, connect: Callable[[str], psycopg.Connection]
) -> None:
    """Neither touches the record that is about to end: they meet at the gate of the school alone."""
    one, brother, other = (place.leaver(name, "Thorne") for name in ("Rowan", "Jude", "Ola"))
    link_siblings(one=one, other=brother, by=place.room.office)
    place.due(one, other)
    place.approve(place.sent(one, other))
    wait_is_over()
    first, second = DestructionItem.objects.order_by("place")
    destroyer = connect("destroyer")
    held = [
        Race(first, brother, place.room.deputy, destroyer, "family"),
        Race(second, other, place.officer, destroyer, "school"),
    ]
    assert [race.hold_first() for race in held] == [(True, False)] * 2
    assert not ItemRun.objects.exists() and not Child.objects.exclude(ending_at=None).exists()
