"""Does destruction stop where something is not as it should be, once, and until two people let it go on?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from retention.models import Brake, ItemRun, RetentionDate, RetentionGate
from retention.services.brakes import MOST_A_DAY
from retention.services.destroying import destroy_due
from retention.services.lifting import ask_to_lift_brake, lift_brake, tell_of_brakes
from retention.services.scan import scan
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event
from safeguarding.audit.seals.models import Checkpoint
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.sealing.models import KEYS
from tests import factories

from .conftest import Office, as_destroyer, days_ago, later, time_was_looked_at, wait_is_over
from .mistyped import mistype_the_rule

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]
K = Brake.Kind


@contextmanager
def clocks(*, here: timedelta, database: timedelta) -> Iterator[None]:
    """The time of the application and that of the database are wrong by so much."""
    now = timezone.now()
    with time_machine.travel(now + here, tick=False):
        # As the walls of the tests would tell it, which tell it the application's.
        connection.ensure_connection()
        connection.connection.execute("SELECT set_config('test.now', %s, false)", [(now + database).isoformat()])
        connection.told_now = timezone.now().isoformat(timespec="minutes")
        yield


def waiting(place: Office, number: int = 1, *, a_list: int = 25) -> list[Child]:
    """Records that were approved fifteen days ago: from now on they may be destroyed."""
    children = [place.leaver(f"Ida{n}", "Thorne") for n in range(number)]
    place.due(*children)
    for first in range(0, number, a_list):
        place.approve(place.sent(*children[first : first + a_list]))
    wait_is_over()
    time_was_looked_at()
    return children


def destroyed() -> int:
    with as_destroyer():
        return destroy_due()


_DAY, _YEAR = timedelta(days=1), timedelta(days=365)
WRONG = pytest.mark.parametrize(
    "wrong",
    [-_DAY, 8 * _DAY + timedelta(hours=1), _YEAR, 30 * _YEAR],
    ids=["-1 day", "+8 days", "+1 year", "+30 years"],
)


def stopped(child: Child, kind: str) -> Brake:
    """Nothing has begun, and one alarm was raised."""
    assert [destroyed(), destroyed(), destroyed()] == [0, 0, 0]
    assert Child.objects.filter(pk=child.pk, ending_at=None).exists() and not ItemRun.objects.exists()
    brake = Brake.objects.get()
    assert brake.kind == kind and Event.objects.filter(verb="trip_brake").count() == 1
    return brake


@WRONG
@pytest.mark.parametrize("whose", ["application", "database", "both"])
def test_by_a_wrong_clock_nothing_is_destroyed_and_one_alarm_is_raised(place: Office, wrong: timedelta, whose: str):
    [child] = waiting(place)
    here = wrong if whose != "database" else timedelta()
    database = wrong if whose != "application" else timedelta()
    back = K.SEAL_AHEAD if wrong < timedelta() else K.NO_SEAL
    with clocks(here=here, database=database):
        brake = stopped(child, back if whose == "both" else K.CLOCKS_APART)
    if whose != "both":
        assert brake.amount == pytest.approx(abs(wrong) // timedelta(minutes=1), abs=2)
    with clocks(here=timedelta(), database=timedelta()):
        assert destroyed() == 0, "it stays until two people have lifted it"


@WRONG
def test_a_scan_and_a_seal_by_the_wrong_clock_do_not_make_it_right(place: Office, wrong: timedelta):
    [child] = waiting(place)
    with clocks(here=wrong, database=wrong):
        assert scan() > 0
        Checkpoint.objects.create(number=99, size=0, at=timezone.now(), note="", frontier=b"")
        stopped(child, K.CLOCK_BACK if wrong < timedelta() else K.NO_SEAL)


def test_by_clocks_that_are_right_the_same_record_is_destroyed(place: Office):
    waiting(place)
    with clocks(here=timedelta(), database=timedelta(minutes=9)):
        assert destroyed() == 1
    assert not Brake.objects.exists()


@pytest.mark.parametrize("whose", ["application", "database"])
def test_what_a_scan_sees_by_clocks_that_differ_makes_nothing_due(place: Office, whose: str):
    child = place.leaver()
    place.last_school(child)
    scan(at=days_ago(9))
    ahead = {"here": 20 * _DAY, "database": timedelta()}
    with clocks(**ahead if whose == "application" else {"here": timedelta(), "database": 20 * _DAY}):
        scan()
        assert RetentionDate.objects.get(record_key=child.pk).seen_again_on is None
        assert RetentionGate.objects.get().scanned_at < timezone.now() - 8 * _DAY
    with clocks(here=timedelta(), database=timedelta()):
        scan()
    assert RetentionDate.objects.get(record_key=child.pk).seen_again_on is not None


def test_where_nobody_has_sealed_or_scanned_for_eight_days_nothing_is_destroyed(place: Office):
    waiting(place)
    assert Checkpoint.objects.count() == 1
    RetentionGate.objects.update(scanned_by_database_at=days_ago(9))
    assert destroyed() == 0
    assert Brake.objects.get().kind == K.NO_SEAL


def test_twenty_five_years_mistyped_as_two_destroy_nothing_and_raise_one_alarm(place: Office):
    """Of three hundred children here, and of five thousand in `make soak`."""
    number = 300
    mistype_the_rule(place, number)
    assert [destroyed(), destroyed()] == [0, 0]
    brake = Brake.objects.get()
    assert (brake.kind, brake.amount) == (K.TOO_MANY_A_DAY, number)
    assert Child.objects.filter(ending_at=None).count() == number and not ItemRun.objects.exists()
    assert tell_of_brakes() == 1 and tell_of_brakes() == 0
    told = Notice.objects.filter(object_id=brake.pk)
    assert {notice.user for notice in told} == {place.room.lead, place.room.headteacher}


def test_two_people_who_type_the_number_let_it_go_on_and_not_more(place: Office):
    children = waiting(place, MOST_A_DAY + 1, a_list=13)
    assert destroyed() == 0
    brake = Brake.objects.get()
    with pytest.raises(BadInput, match="not the number"):
        ask_to_lift_brake(brake=brake, by=place.room.lead, number=25)
    with pytest.raises(NotAllowed):
        ask_to_lift_brake(brake=brake, by=place.room.deputy, number=brake.amount)
    with pytest.raises(OutOfTurn, match="Nobody has said"):
        lift_brake(brake=brake, by=place.room.headteacher, number=brake.amount)
    ask_to_lift_brake(brake=brake, by=place.room.lead, number=brake.amount)
    with pytest.raises(NotAllowed, match="You are the first of the two"):
        lift_brake(brake=brake, by=place.room.lead, number=brake.amount)
    assert destroyed() == 0
    lift_brake(brake=brake, by=place.room.headteacher, number=brake.amount)
    assert destroyed() == len(children) == brake.amount
    more = waiting(place)
    assert destroyed() == 0 and Child.objects.filter(pk=more[0].pk, ending_at=None).exists()
    assert Brake.objects.get(lifted_at=None).amount == brake.amount + 1


def test_a_stop_for_the_time_is_lifted_by_typing_the_day_and_never_while_the_clocks_differ(place: Office):
    waiting(place)
    with clocks(here=timedelta(), database=20 * _DAY):
        assert destroyed() == 0
        brake, today = Brake.objects.get(), timezone.localdate()
        with pytest.raises(OutOfTurn, match="still apart"):
            ask_to_lift_brake(brake=brake, by=place.room.lead, day=today)
    with pytest.raises(BadInput, match="By the time of the server today is"):
        ask_to_lift_brake(brake=brake, by=place.room.lead, day=today + _DAY)
    ask_to_lift_brake(brake=brake, by=place.room.headteacher, day=today)
    lift_brake(brake=brake, by=place.room.lead, day=today)
    assert destroyed() == 1


def test_the_page_says_why_and_takes_the_number_from_two_people(place: Office, client: Client):
    brake = Brake.objects.create(school=place.school, kind=K.TOO_MANY_A_DAY, amount=31)
    address = reverse("brake", args=[brake.pk])
    client.force_login(place.room.teacher)
    assert client.get(address).status_code == 403
    client.force_login(place.officer)
    page = client.get(address)
    assert page.status_code == 200 and "31 records of the school" in page.text and "How many records" not in page.text
    assert client.post(address, {"number": "31"}).status_code == 403
    client.force_login(place.room.lead)
    assert client.post(address, {"number": "30"}).status_code == 422
    assert client.post(address, {"number": "31"}).status_code == 302
    assert place.room.headteacher.full_name in client.get(address).text
    # A second press of the same person has no second effect.
    assert client.post(address, {"number": "31"}).status_code == 302
    brake.refresh_from_db()
    assert brake.lifted_at is None
    client.force_login(place.room.headteacher)
    for _ in range(2):
        assert client.post(address, {"number": "31"}).status_code == 302
    assert "Destruction went on again" in client.get(address).text
    brake.refresh_from_db()
    assert (brake.lift_asked_by, brake.lifted_by) == (place.room.lead, place.room.headteacher)


def test_a_small_school_is_not_stopped_for_a_fifth_of_its_files_and_a_larger_month_is(place: Office):
    children = waiting(place, 4)
    assert RetentionDate.objects.count() == len(children) and destroyed() == len(children)
    begun = [factories.child(place.school, f"Ola{n}", by=place.room.office) for n in range(3)]
    assert len(begun) == 3
    with later(days=20):
        ItemRun.objects.update(begun_at=timezone.now() - 2 * _DAY)
        more = waiting(place, MOST_A_DAY - 3)
        time_was_looked_at()
        assert destroyed() == 0
        assert (Brake.objects.get().kind, Brake.objects.get().amount) == (K.TOO_MANY_A_MONTH, len(children + more))


def test_another_school_goes_on(place: Office):
    waiting(place)
    RetentionGate.objects.update(looked_at=timezone.now() + 2 * _DAY)
    other = factories.staffroom("Gorse Hill Academy")
    RetentionGate.objects.create(school=other.school, scanned_by_database_at=timezone.now())
    assert destroyed() == 0
    assert [brake.school for brake in Brake.objects.all()] == [place.school]
    assert Brake.objects.get().kind == K.CLOCK_BACK
    assert RetentionGate.objects.get(school=other.school).looked_at is not None
