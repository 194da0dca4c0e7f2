"""What do people read whose request finds locked what it needs? And is anybody else held up meanwhile?"""

from collections.abc import Callable, Iterator

import psycopg
import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse

from children.services import keeping
from safeguarding import locks, turns
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern, Draft
from safeguarding.concerns.services.numbering import next_number
from safeguarding.keys import uuid7
from sharing.requests.models import SearchPlace
from sharing.requests.services import places
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.integration.concerns.log_page import LOG, opened, signed_in, whole
from tests.pages import author_in

from .cases import handed_in, taken_up

Connect = Callable[[str], psycopg.Connection]
WORDS = "We rang her aunt on Monday."


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def impatient(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in these tests for longer than the tenth of a second."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    monkeypatch.setattr(turns, "_TURN", turns._TURN.replace("8s", "100ms"))


@pytest.fixture
def asked(transactional_db: None) -> tuple[Staffroom, SearchPlace]:
    """A teacher who was asked to search a place for a request."""
    load_request_law()
    room = factories.staffroom()
    case = taken_up(room, factories.child(room.school, by=room.office), case=handed_in(room))
    place = places.ask(
        case, by=room.office, place="mail", user=room.teacher, searched_for="Rowan Ashdown", token=uuid7()
    )
    return room, place


def test_a_locked_case_is_told_in_a_sentence_with_the_words_and_holds_up_nobody_else(
    impatient: None, asked: tuple[Staffroom, SearchPlace], connect: Connect
) -> None:
    (room, place), owner = asked, connect("owner")
    address, child = (
        reverse("request_places", args=[place.case_id]),
        factories.child(room.school, "Hazel", by=room.office),
    )
    teacher, colleague = signed_in(room.teacher), signed_in(room.assistant)
    author = author_in(teacher.get(address).content.decode())
    sent = {"do": "text", "place": str(place.pk), "title": "Notes", "text": WORDS, "author": author}
    with owner.transaction():
        owner.execute("SELECT FROM requests_rightsrequest WHERE id = %s FOR UPDATE", [place.case_id])
        answers = [teacher.post(address, sent) for _ in range(2)]
        assert colleague.post(LOG, whole(opened(colleague)[1], child)).status_code == 303
        assert teacher.get(address).status_code == 200
    for answer in answers:
        assert answer.status_code == 503
        page = answer.content.decode()
        assert locks.LOCKED in page and f"<p>{WORDS}</p>" in page and "cannot save anything" not in page
    with owner.transaction():
        # As where a table is written again at night.
        owner.execute("LOCK TABLE requests_requestletter")
        answer = signed_in(room.office).get(reverse("request", args=[place.case_id]))
        assert answer.status_code == 503 and locks.LOCKED_READING in answer.content.decode()
    assert teacher.post(address, sent).status_code == 302


def test_a_form_that_is_being_saved_already_says_so_and_becomes_no_draft_of_its_own(
    impatient: None, connect: Connect
) -> None:
    room, owner = factories.staffroom(), connect("owner")
    client = signed_in(room.teacher)
    sent = whole(opened(client)[1], factories.child(room.school, by=room.office))
    token = tokens.whose(str(sent["key"])).token  # type: ignore[union-attr]
    owner.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [str(token)])
    answer = client.post(LOG, sent)
    assert answer.status_code == 503
    assert locks.SAVED_ALREADY in answer.content.decode() and "He was quiet at register." in answer.content.decode()
    assert not Draft.objects.exists()
    owner.execute("SELECT pg_advisory_unlock_all()")
    assert client.post(LOG, sent).status_code == 303
    assert Concern.objects.get().token == token


def test_a_change_by_hand_that_is_being_saved_already_is_not_saved_beside_it(impatient: None, connect: Connect) -> None:
    room, owner = factories.staffroom(), connect("owner")
    rowan, told = factories.child(room.school, by=room.office), factories.told(token=uuid7())
    asked = {"child": rowan, "words": "Asthma.", "told": told, "by": room.office}
    owner.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [str(told.token)])
    with pytest.raises(locks.TurnTaken):
        keeping.add_health(**asked)
    owner.execute("SELECT pg_advisory_unlock_all()")
    assert keeping.add_health(**asked) == keeping.add_health(**asked)


@pytest.mark.parametrize(("usual", "patient"), [("2s", "8s"), ("30s", "30s"), ("0", "0")])
@pytest.mark.django_db
def test_who_waits_for_a_turn_a_number_or_a_hold_waits_longer_and_then_as_long_as_before(
    usual: str, patient: str
) -> None:
    room = factories.staffroom()
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"SET LOCAL lock_timeout = '{usual}'")
        with locks.patiently():
            assert lock_timeout() == patient
        turns.wait_for(uuid7())
        assert (next_number(room.school.pk, 2026), next_number(room.school.pk, 2026)) == (1, 2)
        assert lock_timeout() == usual


@pytest.mark.django_db
def test_what_takes_longer_than_others_may_says_so_and_never_less() -> None:
    with connection.cursor() as cursor:
        for limit, expected in (("90s", "10min"), ("20min", "20min"), ("0", "0")):
            with transaction.atomic():
                cursor.execute(f"SET LOCAL transaction_timeout = '{limit}'")
                locks.take_longer(minutes=10, because="a test says so")
                cursor.execute("SHOW transaction_timeout")
                assert cursor.fetchone() == (expected,)
