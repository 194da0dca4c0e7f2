"""Are leads, and whoever calls one, told when calls are not passed on?"""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from safeguarding.audit.seals import standing
from safeguarding.checks import State
from safeguarding.concerns.services import raising
from safeguarding.dates import clock
from safeguarding.self_check.services.look import note_queue
from safeguarding.self_check.services.work import STOPPED
from tests import factories
from tests.looking import stands

pytestmark = pytest.mark.django_db
STOPPED_WORDS, HELD_UP_WORDS = "Calls are not being passed on", "may not be passed on"


@pytest.fixture
def room():
    return factories.staffroom()


def pages(room):
    """Everybody's page on which it is said, by who opens it."""
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher)
    return {
        "Today of a lead": (room.lead, "/today/"),
        "Today of a deputy": (room.deputy, "/today/"),
        "Overview of the Headteacher": (room.headteacher, "/reports/"),
        "Overview of a lead": (room.lead, "/reports/"),
        "Calling a lead": (room.teacher, "/call/"),
        "One’s own call": (room.teacher, f"/call/{call.pk}/"),
        "The changing part of it": (room.teacher, f"/call/{call.pk}/?part=1"),
    }


def said(person, address):
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return unescape(answer.content.decode())


def test_a_worker_that_takes_nothing_is_said_with_since_when_and_to_ring(room):
    shown = pages(room)
    since = timezone.now() - STOPPED
    for taken_at, expected in ((since, True), (timezone.now(), False), (since + timedelta(minutes=1), False)):
        note_queue(at=taken_at)
        for name, (person, address) in shown.items():
            page = said(person, address)
            assert (STOPPED_WORDS in page) is expected, name
            assert not expected or (clock(since) in page and "ring a" in page.lower()), name
        assert (stands(room.lead, "queue")[0] is State.FIX) is expected


def test_events_that_nobody_seals_are_said_though_the_worker_takes_something(room, monkeypatch):
    shown = pages(room)
    note_queue()
    for late, expected in ((timedelta(minutes=5), False), (timedelta(0), True)):
        monkeypatch.setattr(standing, "LATE", late)
        for name, (person, address) in shown.items():
            page = said(person, address)
            assert (HELD_UP_WORDS in page, STOPPED_WORDS in page) == (expected, False), name
        assert (stands(room.lead, "queue")[0] is State.FIX) is expected


@pytest.mark.parametrize("jump", [timedelta(days=20), timedelta(days=400)])
def test_a_worker_that_was_seen_by_a_clock_ahead_was_never_seen(room, jump, monkeypatch):
    note_queue(at=timezone.now() + jump)
    assert stands(room.lead, "queue")[0] is State.FIX
    with monkeypatch.context() as patched:
        patched.setattr(standing, "LATE", timedelta(0))
        assert STOPPED_WORDS in said(room.lead, "/today/"), "since the first event without a seal"
    note_queue()
    assert stands(room.lead, "queue")[0] is State.GOOD
