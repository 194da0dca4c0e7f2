"""Does a note of somebody without an account reach the leads, as it was written, and is nothing shown in return?"""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.test import Client
from django.urls import reverse

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import door
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Account, Concern, Draft, HowSoon, OutsideLink, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.outside import leaving, links, settling
from safeguarding.concerns.services.outside.waiting import chase_notes, escalate_notes
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.pdfs import Printed
from tests.walls import asking

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
        "how_soon": "3",
        "about_child": "Rowan, Year 5",
        "observed_on_day": "24",
        "observed_on_month": "11",
        "observed_on_year": "2026",
        "observed_at": "9:15am",
        "facts": WORDS,
        "child_words": "“I fell.”",
        "name": "Sam Hill",
        "agency": "Supply teacher, Beacon Staff",
        "contact": "07700 900123",
        **changed,
    }


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

    slip = visitor.get(leave(visitor, link, facts=f"\x00{WORDS}").headers["Location"])
    assert slip.status_code == 200
    assert "V-2026-0001" in slip.content.decode()
    assert not any(word in slip.content.decode() for word in ("scarf", "Rowan", "Sam Hill", "07700"))
    note = OutsideNote.objects.get()
    assert (note.facts, note.name, note.contact, note.child_words) == (WORDS, "Sam Hill", "07700 900123", "“I fell.”")
    assert Event.objects.filter(object_id=note.pk, verb=Verb.CREATE, actor_id=None).count() == 1
    assert told(note, ConcernNotice.OUTSIDE) == {room.lead, room.deputy}
    link.refresh_from_db()
    assert link.used_at == SCHOOL_DAY

    seen, elsewhere = reverse("outside_note", args=[note.pk]), factories.staffroom("Gorse Hill Academy")
    for person, status in (
        (room.teacher, 403),
        (room.office, 403),
        (room.pastoral, 403),
        (elsewhere.lead, 404),
        (room.lead, 200),
        (room.deputy, 200),
        (room.headteacher, 200),
    ):
        answer = of(person).get(seen)
        assert answer.status_code == status, person
        assert ("scarf" in answer.content.decode()) == (status == 200)
    note.refresh_from_db()
    assert (note.status, note.read_by) == ("read", room.lead)
    assert visitor.get(seen).status_code == 302


def test_the_database_takes_a_note_from_nobody_through_one_door_and_shows_none(link, room):
    def add(**changed: Any) -> None:
        values = {
            "school": room.school,
            "link": link,
            "token": uuid7(),
            "year": 2026,
            "number": 7,
            "received_at": SCHOOL_DAY,
            "how_soon": 3,
            **changed,
        }
        OutsideNote(**values).save(force_insert=True)

    with asking(None):
        for doors, changed in (("", {}), ("reporting", {}), ("outside", {"status": "set_aside"})):
            with pytest.raises(DatabaseError), transaction.atomic(), door(doors):
                add(**changed)
        with door("outside"):
            add()
            assert not OutsideNote.objects.exists()
            assert OutsideNote.objects.update(year=1) == 0
        # Past the service: the event that the run asks for.
        record(Verb.CREATE, object_type="concerns.outsidenote", school_id=room.school.pk)
    assert OutsideNote.objects.get().year == 2026


def test_pressed_twice_it_is_one_note_and_with_other_words_another(visitor, link):
    key = key_on(visitor.get(page(link)))
    first, again, other = (leave(visitor, link, key, facts=words) for words in ("One.", "One.", "Two."))
    assert first.headers["Location"] == again.headers["Location"] != other.headers["Location"]
    assert sorted(note.number for note in OutsideNote.objects.all()) == [1, 2]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"how_soon": ""}, "Say how soon someone needs to act"),
        ({"facts": "", "child_words": " "}, "Write what you saw or heard, or what the child said"),
        ({"facts": "x" * 15_001}, "What you saw or heard must be 15000 characters or fewer"),
        ({"contact": ""}, "Enter how the school can contact you"),
        ({"name": ""}, "Enter your full name"),
        ({"observed_on_year": "2031"}, "must be today or in the past"),
        ({"key": "made up"}, "Only part of this page arrived"),
        ({"observed_at": f"9{' ' * 990_000}x"}, "must be written like 8:50am"),
    ],
)
def test_what_cannot_be_taken_is_said_and_every_word_stays(clock, visitor, link, changed, says):
    answer = leave(visitor, link, **{"agency": "Supply teacher <b>", **changed})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "Supply teacher &lt;b&gt;" in answer.content.decode()
    assert not OutsideNote.objects.exists()


def test_a_flood_is_stopped_by_address_and_by_link_and_what_was_typed_stays(visitor, link, settings):
    settings.OUTSIDE_NOTES_FROM_ADDRESS, settings.OUTSIDE_NOTES_BY_LINK = 2, 3
    key = key_on(visitor.get(page(link)))
    answers = [leave(visitor, link, key, facts=f"Note {n} scarf") for n in range(3)]
    assert [a.status_code for a in answers] == [303, 303, 429]
    full = answers[-1].content.decode()
    assert "Note 2 scarf" in full
    assert "ring the school now" in full
    # Pressed twice, the second press is told of the note that was sent.
    assert leave(visitor, link, key, facts="Note 1 scarf").headers["Location"] == answers[1].headers["Location"]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert [leave(elsewhere, link, key, facts=f"Other {n}").status_code for n in range(2)] == [303, 429]


def test_far_more_than_its_form_takes_is_not_read(visitor, link):
    body = urlencode(typed(key=key_on(visitor.get(page(link))), facts="x" * 2**20))
    answer = visitor.post(page(link), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "longer than 1 million letters" in answer.content.decode()


def test_one_that_cannot_be_saved_says_so_with_all_that_was_typed(visitor, link, monkeypatch):
    def away(**given: Any) -> None:
        raise OperationalError("connection refused")

    key = key_on(visitor.get(page(link)))
    monkeypatch.setattr(leaving, "leave_note", away)
    visitor.raise_request_exception = False
    answer = leave(visitor, link, key)
    assert answer.status_code == 503
    shown = answer.content.decode()
    for said in ("Not sent", "scarf off.", "24 11 2026", "9:15am", HowSoon(3).label, "07700 900123"):
        assert said in shown, said


@pytest.mark.usefixtures("real_printer")
def test_a_new_link_ends_the_old_one_and_only_managers_make_one(visitor, link, room):
    client = of(room.lead)
    assert link.secret.hex in client.get(reverse("outside_link")).content.decode().replace("-", "")
    poster = Printed(client.get(reverse("outside_poster")).content)
    assert str(link.secret) in poster.text.replace("\n", "").replace(" ", "")
    assert poster.shapes() == 1, "the address as a QR code, in one piece"
    # Pressed twice: the second press knows the link that has ended already.
    for _ in range(2):
        assert client.post(reverse("outside_link"), {"make": str(link.pk)}).status_code == 303
    new = links.link_of(room.school.pk)
    assert OutsideLink.objects.count() == 2
    assert visitor.get(page(new)).status_code == 200
    never = visitor.get(reverse("outside", args=[uuid7()]))
    for gone in (visitor.get(page(link)), visitor.post(page(link), typed())):
        assert (gone.status_code, gone.content) == (404, never.content)
    client.post(reverse("outside_link"), {"off": "1"})
    assert visitor.get(page(new)).content == never.content
    client.post(reverse("outside_link"), {"on": "1"})
    assert visitor.get(page(new)).status_code == 200
    assert of(room.deputy).get(reverse("outside_link")).status_code == 403
    with pytest.raises(NotAllowed):
        links.make_link(school=room.school, by=room.deputy)
    with pytest.raises(OutOfTurn):
        links.switch_link(link=link, on=True, by=room.lead)


def test_what_cannot_wait_calls_a_lead_then_the_next_and_stops_when_it_is_read(clock, visitor, link, room):
    leave(visitor, link, how_soon="4")
    note = OutsideNote.objects.get()
    assert told(note, ConcernNotice.CALL) == {room.lead}
    strip = reverse("calls_strip") + "?part=1"
    assert "Somebody outside the school" in of(room.lead).get(strip).content.decode()
    assert "scarf" not in of(room.lead).get(strip).content.decode()
    assert "Somebody outside" not in of(room.teacher).get(strip).content.decode()
    clock.shift(timedelta(minutes=3))
    assert escalate_notes() == 1
    assert escalate_notes() == 0
    assert told(note, ConcernNotice.CALL) == {room.lead, room.deputy}
    clock.shift(timedelta(minutes=3))
    assert escalate_notes() == 1
    assert chase_notes() == 1
    assert chase_notes() == 0
    assert room.headteacher in told(note, ConcernNotice.CALL)

    of(room.deputy).get(reverse("outside_note", args=[note.pk]))

    assert "Somebody outside" not in of(room.lead).get(strip).content.decode()
    assert not Notice.objects.filter(object_id=note.pk, opened_at=None, settled_at=None).exists()
    clock.shift(timedelta(days=2))
    assert (escalate_notes(), chase_notes()) == (0, 0)


def test_one_that_can_wait_is_chased_after_a_school_day(clock, visitor, link, room):
    leave(visitor, link)
    clock.shift(timedelta(hours=5))
    assert chase_notes() == 0
    clock.shift(timedelta(days=1))
    assert chase_notes() == 1
    assert told(OutsideNote.objects.get(), ConcernNotice.UNREAD) == {room.lead, room.deputy, room.headteacher}


def test_a_lead_makes_a_concern_of_it_in_the_log_form_and_each_leads_to_the_other(clock, visitor, link, room):
    rowan = factories.child(room.school, by=room.office)
    leave(visitor, link)
    note = OutsideNote.objects.get()
    seen, client = reverse("outside_note", args=[note.pk]), of(room.lead)
    today = client.get(reverse("today")).content.decode()
    assert "From outside" in today
    assert "V-2026-0001" in today
    client.get(seen)
    form = client.post(seen, {"take_up": "1"}).headers["Location"]
    assert client.post(seen, {"take_up": "1"}).headers["Location"] == form
    shown = client.get(form).content.decode()
    assert "Left from outside as V-2026-0001 on 24 November 2026 at 10am by Sam Hill" in shown
    assert "scarf off." in shown
    assert "Priya Raman began one" in of(room.deputy).get(seen).content.decode()

    content = Draft.objects.get().content
    sent = {name: texts[-1] for name, texts in content.items() if not name.startswith(("who", "unnamed"))} | {
        "key": key_on(client.get(form)),
        "who": str(rowan.pk),
        f"{rowan.pk}-role": "worried_about",
        "place": "classroom",
        "category": "PHY",
        "marks_seen": "no",
        "told": str(room.deputy.pk),
        "send": "1",
    }
    answer = client.post(reverse("log_concern"), sent)
    concern = Concern.objects.get()
    assert answer.headers["Location"] == reverse("report", args=[concern.pk])
    note.refresh_from_db()
    assert (note.status, note.concern_id, note.ended_by) == ("concern", concern.pk, room.lead)
    account = Account.objects.get()
    assert (account.author, account.how_known) == (room.lead, "told_by_other")
    assert WORDS.split("\n")[0] in account.facts
    assert reverse("concern", args=[concern.pk]) in client.get(seen).content.decode()
    assert seen in client.get(reverse("concern", args=[concern.pk])).content.decode()
    # A colleague who had the page open is told; the note is as it was.
    late = of(room.deputy).post(seen, {"take_up": "1"})
    assert late.status_code == 409
    assert "A colleague has since made a concern of this note" in late.content.decode()
    assert note.facts == WORDS
    # From whom the concern is hidden, the note is hidden too.
    declare_conflict(user=room.deputy, child=rowan, kind="relative", by=room.deputy)
    assert of(room.deputy).get(seen).status_code == 404
    assert of(room.headteacher).get(seen).status_code == 200


def test_two_people_set_a_note_aside_and_it_can_be_taken_up_again(clock, visitor, link, room):
    leave(visitor, link)
    note = OutsideNote.objects.get()
    seen, first, second = reverse("outside_note", args=[note.pk]), of(room.lead), of(room.deputy)
    first.get(seen)
    assert first.post(seen, {"put_forward": "1", "reason_detail": "Rang the agency."}).status_code == 422
    why = {"put_forward": "1", "reason": "duplicate", "reason_detail": "The same as C-2026-0004."}
    assert first.post(seen, why).status_code == 303
    assert told(note, ConcernNotice.ASIDE) == {room.deputy}
    again = second.post(seen, why | {"reason_detail": "Typed at the same time"})
    assert again.status_code == 409
    assert "Typed at the same time" in again.content.decode()
    assert "Somebody has dealt with this note since you opened it" in again.content.decode()
    assert first.post(seen, {"set_aside": "1"}).status_code == 403
    assert "The same as C-2026-0004." in second.get(seen).content.decode()
    assert second.post(seen, {"set_aside": "1"}).status_code == 303
    note.refresh_from_db()
    assert (note.status, note.put_forward_by, note.ended_by) == ("set_aside", room.lead, room.deputy)
    assert "V-2026-0001" not in first.get(reverse("today")).content.decode()
    assert "V-2026-0001" in first.get(reverse("outside_notes")).content.decode()
    first.post(seen, {"take_back": "1"})
    first.post(seen, why)
    assert second.post(seen, {"give_back": "1"}).status_code == 303
    note.refresh_from_db()
    assert (note.status, note.facts) == ("read", WORDS)
    for service in (settling.set_aside, settling.give_back, settling.take_back):
        with pytest.raises(OutOfTurn):
            service(note=note, by=room.headteacher)
    with pytest.raises(NotAllowed):
        settling.take_up(note=note, content={}, by=room.teacher)


def told(note: OutsideNote, kind: str) -> set[Any]:
    return {notice.user for notice in Notice.objects.filter(object_id=note.pk, kind=kind)}


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client
