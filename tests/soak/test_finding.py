"""Are people found in what is long, and after a worker was killed, while nobody waits and nothing is approved?"""

import time
from typing import Any

import pytest
from django.db import connection
from kombu import Connection

from safeguarding.audit.models import Event, Leaf
from safeguarding.audit.seals import services as seals
from safeguarding.exceptions import OutOfTurn
from safeguarding.launch.redis import Queue
from sharing.requests.gathering_tasks import gather_requests
from sharing.requests.models import RequestItem, RequestPerson, RightsRequest, SearchPlace
from sharing.requests.services import adding, approving, intake, places
from sharing.requests.services.item_numbers import NEW
from tests import factories
from tests.integration.audit.seals.conftest import places as anchors
from tests.integration.audit.seals.record import seal_all
from tests.integration.requests.answers import CHECKS, School, decided, family, gathered, give, now, school
from tests.integration.requests.test_found_meanwhile import asked, found, while_found
from tests.meanwhile import meanwhile
from tests.waiting import until
from tests.workers import Start, kill

__all__ = ["anchors"]
# As many letters as somebody may copy from a place, and a name at the end.
LETTERS, NAME = 200_000, " Hazel Quennell rang."
TEXTS = {
    "blanks, and letters without any": " " * (LETTERS // 2) + "W" * (LETTERS // 2),
    "blanks alone": "x" + " " * (LETTERS - 1),
    "letters alone": "W" * LETTERS,
    "lines alone": "x" + "\n" * (LETTERS - 1),
    "names of files": ("a_b.pdf@" * LETTERS)[:LETTERS],
    "two names": ("Hazel Quennell, Jon Beckett; " * LETTERS)[:LETTERS],
}
# In seconds of the processor.
MOST = 10
KILLS = 3


@pytest.mark.soak(part="walls")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shape", TEXTS)
def test_what_somebody_copied_is_settled_and_events_are_sealed_meanwhile(
    shape: str, anchors: Any, monkeypatch: pytest.MonkeyPatch, figures: dict[str, Any]
) -> None:
    seals.make_key()
    case, mail, senco = asked(school())
    places.add_text(mail, by=senco, title="Copied", text=TEXTS[shape][: LETTERS - len(NAME)] + NAME)
    waiting: list[int] = []

    def sealed() -> None:
        meanwhile(seal_all).result()
        waiting.append(Event.objects.count() - Leaf.objects.count())

    while_found(monkeypatch, sealed)
    began = time.process_time()
    assert adding.settle(case.pk)
    figures["seconds of the processor"] = round(time.process_time() - began, 1)
    assert waiting == [0] and "Hazel" in found(case)
    assert figures["seconds of the processor"] < MOST


@pytest.mark.soak(part="kills")
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_while_people_are_found(
    start_worker: Start, queue: Queue, figures: dict[str, Any]
) -> None:
    at = school()
    case, item = given_unread(at)
    for _ in range(KILLS):
        process = start_worker()
        ring(queue)
        until(lambda: is_looking(case, item), seconds=120)
        kill(process)
        assert now(case).is_to_be_searched and not named_in(item)
        with pytest.raises(OutOfTurn, match="still finding who is named"):
            approving.prepare(now(case), by=at.lead)
    start_worker()
    ring(queue)
    until(lambda: not now(case).is_to_be_searched, seconds=300)
    figures |= {"kills": KILLS, "named": len(named_in(item))}
    assert "Hazel" in named_in(item)


def given_unread(at: School) -> tuple[RightsRequest, RequestItem]:
    """A case in which all is decided; but somebody has added a long text, and given all of it before it was read for
    names. It takes some seconds to find everybody in it.
    """
    rowan, _ = family(at)
    case, head = decided(at, gathered(at, rowan)), at.cast.headteacher
    others = [factories.child(at.cast.school, f"Wren{chr(97 + n)}", "Pell", by=at.cast.office) for n in range(26)]
    intake.answer_checks(case, by=at.lead, **CHECKS)
    place = SearchPlace.objects.get(case=case, place="adults_headteacher")
    places.answer(place, by=head, found="some")
    words = " ".join(f"{one.full_name} was there." for one in others)
    text = (f"{words}\n" * LETTERS)[: LETTERS - len(NAME)] + NAME
    made = places.add_text(place, by=head, title="Copied", text=text)
    return case, give(RequestItem.objects.get(pk=made.pk), by=head)


def ring(queue: Queue) -> None:
    """What the beat does every minute."""
    with Connection(queue.url) as broker:
        gather_requests.apply_async(connection=broker)


def is_looking(case: RightsRequest, item: RequestItem) -> bool:
    """Whether the worker has begun with the case: its item has a number, and the lock of the case is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted)")
        [is_held] = cursor.fetchone()
    return is_held and RequestItem.objects.get(pk=item.pk).number < NEW


def named_in(item: RequestItem) -> set[str]:
    rows = RequestPerson.objects.filter(items__contains=[item.pk])
    return {row.names["forename"] for row in rows}
