"""Is a file opened once for each leaver of whom there is an entry, due by the calendar, and are readers alone told?"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from children.models import Child
from children.services.access import declare_conflict
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import Notice
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from sharing.events.services.law import set_transfer_time
from sharing.transfers.models import FileTransfer
from sharing.transfers.services.beat import keep_transfers
from sharing.transfers.services.confirming import Noted, stop_transfer
from sharing.transfers.services.days import days_of
from sharing.transfers.services.opening import open_transfer
from tests import factories

from .conftest import Place, opened

pytestmark = pytest.mark.django_db


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("left", "warned", "due"),
    [
        pytest.param(date(2026, 9, 9), date(2026, 9, 14), date(2026, 9, 16), id="in term"),
        pytest.param(date(2026, 10, 21), date(2026, 11, 2), date(2026, 11, 4), id="before half-term"),
        pytest.param(date(2026, 12, 16), date(2027, 1, 4), date(2027, 1, 6), id="before Christmas"),
        pytest.param(date(2026, 12, 18), date(2027, 1, 6), date(2027, 1, 8), id="on the last day of term"),
        pytest.param(date(2026, 10, 28), date(2026, 11, 4), date(2026, 11, 6), id="in the holidays"),
    ],
)
def test_it_is_due_the_fifth_school_day_after_the_last_day(place: Place, left: date, warned: date, due: date):
    child = place.leaver(left)
    with time_machine.travel(at(left), tick=False):
        transfer = opened(place, child)
    assert (transfer.warn_on, transfer.due_on) == (warned, due)


def test_a_calendar_that_ends_counts_working_days_until_it_is_known(place: Place):
    child = place.leaver(date(2027, 2, 11))
    with time_machine.travel(at(date(2027, 2, 11)), tick=False):
        transfer = opened(place, child)
    assert transfer.due_on == date(2027, 2, 18)
    assert (
        days_of(place.school.pk, date(2027, 2, 11)).missing and not days_of(place.school.pk, date(2026, 9, 9)).missing
    )


def test_the_own_time_of_a_school_holds(place: Place):
    with time_machine.travel(at(date(2026, 11, 3)), tick=False):
        set_transfer_time(
            school=place.school, token=uuid7(), amount=2, warn_after=1, unit="days", source="Agreed", by=place.room.lead
        )
        transfer = opened(place, place.leaver(date(2026, 11, 3)))
    assert (transfer.warn_on, transfer.due_on) == (date(2026, 11, 4), date(2026, 11, 5))


def beat(day: date) -> int:
    with time_machine.travel(at(day), tick=False):
        return keep_transfers()


def test_two_beats_open_one_file_and_tell_once(place: Place):
    child = place.leaver(date(2026, 11, 20))
    place.told(child)
    place.leaver(date(2026, 11, 20), "Nora")
    assert (beat(date(2026, 11, 24)), beat(date(2026, 11, 24))) == (1, 0)
    [transfer] = FileTransfer.objects.all()
    assert (transfer.child_id, transfer.opened_by_id, transfer.status) == (child.pk, None, "left")
    told = Notice.objects.filter(object_id=transfer.pk)
    assert {(one.user_id, one.kind) for one in told} == {
        (person.pk, "transfer_leaver") for person in (place.room.lead, place.room.deputy)
    }
    assert told.count() == 2


def test_who_is_on_roll_has_none_and_who_left_long_ago_neither(place: Place):
    old = place.leaver(date(2025, 7, 21))
    place.told(old)
    assert beat(date(2026, 11, 24)) == 0


def test_people_are_told_once_that_it_is_due_and_once_that_it_is_late(place: Place):
    place.told(place.leaver(date(2026, 11, 20)))
    kinds: list[list[str]] = []
    for day in (24, 25, 25, 27, 30, 30):
        beat(date(2026, 11, day))
        told = Notice.objects.filter(object_type="transfer", user=place.room.lead)
        kinds.append(sorted(told.values_list("kind", flat=True)))
    soon = ["transfer_leaver", "transfer_soon"]
    late = ["transfer_late", *soon]
    assert kinds == [["transfer_leaver"], soon, soon, soon, late, late]


def test_only_readers_of_an_entry_see_it_and_are_told(place: Place):
    child = place.leaver(date(2026, 11, 20))
    concern = place.told(child)
    restrict_concern(concern=concern, by=place.room.lead)
    beat(date(2026, 11, 24))
    [transfer] = FileTransfer.objects.all()
    seen = {name: visible_to(transfer, person) for name, person in vars(place.room).items() if name != "school"}
    assert {name for name, sees in seen.items() if sees} == {"lead", "headteacher"}
    place.told(child)
    assert visible_to(transfer, place.room.deputy), "there is an entry that the deputy reads"


def test_nobody_sees_a_file_of_a_child_hidden_from_them(place: Place):
    child = place.leaver(date(2026, 11, 20))
    place.told(child)
    declare_conflict(user=place.room.lead, child=child, kind="relative", by=place.room.lead)
    beat(date(2026, 11, 24))
    [transfer] = FileTransfer.objects.all()
    assert not visible_to(transfer, place.room.lead) and visible_to(transfer, place.room.deputy)
    assert [one.user_id for one in Notice.objects.filter(object_id=transfer.pk)] == [place.room.deputy.pk]


def visible_to(transfer: FileTransfer, person: Any) -> bool:
    return FileTransfer.objects.visible_to(person).filter(pk=transfer.pk).exists()


def test_leads_and_deputies_open_one_before_the_child_leaves_and_nobody_else(place: Place):
    child = factories.child(place.school, by=place.room.office)
    day = date(2026, 12, 18)
    for person in (place.room.teacher, place.room.headteacher, place.room.office, place.room.pastoral):
        with pytest.raises(NotAllowed):
            open_transfer(child=child, last_day=day, by=person)
    with pytest.raises(BadInput, match="before the child came"):
        open_transfer(child=child, last_day=date(2019, 1, 1), by=place.room.deputy)
    one = open_transfer(child=child, last_day=day, by=place.room.deputy)
    assert open_transfer(child=child, last_day=day, by=place.room.lead) == one


def test_of_who_left_before_any_time_it_says_what_to_do(place: Place, client: Client):
    child = place.leaver(date(2019, 7, 19), entered_on=date(2015, 9, 3))
    place.told(child)
    says = "no time for sending a file of a child who left before 1 September 2022. State on the tab “Retention”"
    with pytest.raises(BadInput, match=says):
        open_transfer(child=child, last_day=date(2022, 8, 31), by=place.room.lead)
    client.force_login(place.room.lead)
    typed = {f"last_day_{part}": number for part, number in (("day", 19), ("month", 7), ("year", 2019))}
    page = client.post(reverse("begin_transfer", args=[child.pk]), typed)
    assert page.status_code == 422 and says in page.content.decode()
    assert not FileTransfer.objects.exists()
    assert open_transfer(child=child, last_day=date(2022, 9, 1), by=place.room.lead).due_on > date(2022, 9, 1)


def test_a_last_day_that_moves_before_any_time_stops_no_beat(place: Place):
    child = place.leaver(date(2026, 11, 20), entered_on=date(2015, 9, 3))
    place.told(child)
    transfer = opened(place, child)
    Child.objects.filter(pk=child.pk).update(left_on=date(2019, 7, 19))
    assert beat(date(2026, 11, 24)) == 0
    transfer.refresh_from_db()
    assert transfer.last_day == date(2026, 11, 20)


def test_the_day_of_the_register_is_followed(place: Place):
    child = factories.child(place.school, by=place.room.office)
    place.told(child)
    with time_machine.travel(at(date(2026, 11, 10)), tick=False):
        transfer = open_transfer(child=child, last_day=date(2026, 11, 20), by=place.room.lead)
    Child.objects.filter(pk=child.pk).update(left_on=date(2026, 11, 18))
    beat(date(2026, 11, 24))
    transfer.refresh_from_db()
    assert (transfer.last_day, transfer.due_on) == (date(2026, 11, 18), date(2026, 11, 25))
    assert FileTransfer.objects.count() == 1


def test_who_came_back_and_leaves_again_gets_another_one(place: Place):
    child = place.leaver(date(2026, 9, 9))
    place.told(child)
    beat(date(2026, 9, 10))
    [first] = FileTransfer.objects.all()
    noted = Noted("She never left.", date(2026, 9, 11))
    with time_machine.travel(at(date(2026, 9, 11)), tick=False):
        stop_transfer(transfer=first, seen=0, token=uuid7(), because="came_back", noted=noted, by=place.room.lead)
    beat(date(2026, 9, 12))
    assert FileTransfer.objects.count() == 1, "for this time on roll there was one"
    Child.objects.filter(pk=child.pk).update(entered_on=date(2026, 9, 14), left_on=date(2026, 11, 20))
    assert (beat(date(2026, 11, 24)), FileTransfer.objects.count()) == (1, 2)


def test_days_go_on_while_nobody_looks(place: Place):
    place.told(place.leaver(date(2026, 11, 20)))
    beat(date(2026, 11, 24))
    [transfer] = FileTransfer.objects.all()
    assert transfer.is_late(transfer.due_on + timedelta(days=1)) and not transfer.is_late(transfer.due_on)
