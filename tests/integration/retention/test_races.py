"""Is a record ever destroyed that somebody has held? In twenty races here, and two hundred in `make soak`."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest
from django.db import connections

from children.models import Child
from retention.models import DestructionItem, DestructionList, ItemRun, LegalHold
from retention.services.lists import stop
from tests import factories
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
    factories.link_siblings(one=one, other=brother, by=place.room.office)
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


def test_a_list_that_is_stopped_while_one_of_its_records_begins_leaves_that_one_on_it(
    place: Office, connect: Callable[[str], psycopg.Connection]
) -> None:
    children = [place.leaver(f"Ida{n}", "Thorne") for n in range(2)]
    place.due(*children)
    place.approve(place.sent(*children))
    wait_is_over()
    time_was_looked_at()
    first, second = DestructionItem.objects.order_by("place")
    destroyer, looking = connect("destroyer"), connect("owner")

    def stopped() -> None:
        try:
            stop(on_list=DestructionList.objects.get(), by=place.room.headteacher)
        finally:
            connections.close_all()

    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    with ThreadPoolExecutor(1) as pool:
        with destroyer.transaction():
            assert destroyer.execute("SELECT public.begin_ending(%s)", [first.pk]).fetchone() == ("",)
            done = pool.submit(stopped)
            while not done.done() and looking.execute(waits).fetchone() == (False,):
                Event().wait(0.01)
        done.result()
    assert destroyer.execute("SELECT public.begin_ending(%s)", [second.pk]).fetchone() == ("stopped",)
    assert list(DestructionItem.objects.filter(left_out_at=None)) == [first]
