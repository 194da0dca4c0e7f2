"""From whom is a note from outside hidden that is no concern yet, who reads it then, and what becomes of it when it is
one?
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice, RoleAssignment
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import known
from safeguarding.concerns.forms.outside import as_log_form
from safeguarding.concerns.models import Concern, ConcernSubject, Draft, HowSoon, OutsideConflict, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.outside import conflicts, links, settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.outside.waiting import escalate_notes
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.walls import asking

pytestmark = pytest.mark.django_db


def left(room: Staffroom, how_soon: int = HowSoon.TODAY) -> OutsideNote:
    link = links.link_of(room.school.pk) or links.make_link(school=room.school, by=room.lead, at=SCHOOL_DAY)
    words = Left(
        how_soon=how_soon,
        name="Sam Hill",
        agency="Supply teacher",
        contact="07700 900123",
        about_child="Rowan, Year 5",
        facts="He kept his scarf on.",
        observed_on=SCHOOL_DAY.date(),
    )
    slip = leave_note(link=link, token=uuid7(), left=words, at=SCHOOL_DAY)
    return OutsideNote.objects.get(token=slip.token)


def of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def at(note: OutsideNote) -> str:
    return reverse("outside_note", args=[note.pk])


def opens(person: Any, note: OutsideNote) -> bool:
    """Whether the page opens; the database says the same, of the note and of what is said of it."""
    answer, never = of(person).get(at(note)), of(person).get(reverse("outside_note", args=[uuid7()]))
    found = answer.status_code == 200
    assert found or answer.status_code == never.status_code
    with asking(person):
        assert OutsideNote._base_manager.filter(pk=note.pk).exists() == found
        said = OutsideConflict._base_manager.filter(note=note).exists()
    assert found or not said, "it tells from whom it is hidden"
    return found


def told(note: OutsideNote, kind: str) -> set[Any]:
    return {n.user for n in Notice.objects.filter(object_id=note.pk, kind=kind, opened_at=None, settled_at=None)}


def say(by: Any, note: OutsideNote, person: Any, **more: str) -> Any:
    return of(by).post(at(note), {"not_for": "1", "about-person": str(person.pk), **more})


def test_a_lead_says_that_it_is_not_for_a_colleague_who_sees_nothing_of_it_until_it_is_withdrawn(clock, room):
    note, lists = left(room), (reverse("outside_notes"), reverse("today"))
    assert opens(room.lead, note) and opens(room.deputy, note) and opens(room.headteacher, note)
    shown = say(room.lead, note, room.deputy)
    assert shown.status_code == 200 and f"{room.deputy.full_name}</b>" in shown.content.decode()
    assert not OutsideConflict.objects.exists() and opens(room.deputy, note), "so far it was only shown"
    for _ in range(2):
        assert say(room.lead, note, room.deputy, confirmed="yes").status_code == 303
    [said] = OutsideConflict.objects.all()
    assert Event.objects.filter(verb=Verb.DECLARE, object_id=said.pk, actor_id=room.lead.pk).count() == 1
    assert not opens(room.deputy, note) and opens(room.lead, note) and opens(room.headteacher, note)
    for page in lists:
        assert note.reference not in of(room.deputy).get(page).content.decode()
        assert note.reference in of(room.lead).get(page).content.decode()
    assert of(room.deputy).post(at(note), {"take_up": "1"}).status_code == 404
    assert of(room.deputy).post(at(note), {"for_after_all": str(said.pk)}).status_code == 404
    assert "Sees nothing of it" in of(room.lead).get(at(note)).content.decode()
    for nobody in ("", "x", str(uuid7())):
        wrong = of(room.lead).post(at(note), {"not_for": "1", "about-person": nobody})
        assert wrong.status_code == 422 and OutsideConflict.objects.count() == 1
    for person in (room.teacher, room.pastoral):
        with pytest.raises(NotAllowed):
            conflicts.say_not_for(note=note, user=room.lead, by=person)
    assert of(room.headteacher).post(at(note), {"for_after_all": str(said.pk)}).status_code == 303
    assert opens(room.deputy, note)
    with pytest.raises(OutOfTurn):
        conflicts.withdraw_not_for(conflict=said, by=room.lead)
    with pytest.raises(NotAllowed):
        conflicts.withdraw_not_for(conflict=said, by=room.deputy)


def test_who_finds_their_own_family_in_it_has_not_read_it_and_others_are_called(clock, room):
    note = left(room, HowSoon.RIGHT_NOW)
    of(room.lead).get(at(note))
    assert told(note, ConcernNotice.CALL) == told(note, ConcernNotice.OUTSIDE) == set()
    answer = say(room.lead, note, room.lead, confirmed="yes")
    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("home"))
    note.refresh_from_db()
    assert (note.status, note.read_by) == ("new", None)
    assert told(note, ConcernNotice.CALL) == told(note, ConcernNotice.OUTSIDE) == {room.deputy}
    assert not opens(room.lead, note)
    clock.shift(timedelta(minutes=6))
    escalate_notes()
    assert told(note, ConcernNotice.CALL) == {room.deputy, room.headteacher}
    assert opens(room.deputy, note)
    note.refresh_from_db()
    assert (note.status, note.read_by) == ("read", room.deputy)


def test_somebody_always_reads_it_and_who_stands_in_makes_a_concern_that_is_hidden_from_the_same_people(clock, room):
    note, readers = left(room), (room.lead, room.deputy, room.headteacher)
    chair, governor = (
        factories.member(room.school, role, "Ada", name) for role, name in (("chair", "Moss"), ("governor", "Reed"))
    )
    for person in readers[:2]:
        conflicts.say_not_for(note=note, user=person, by=room.headteacher)
    assert not opens(chair, note), "the Headteacher reads it"
    assert of(room.headteacher).get(at(note)).status_code == 200
    # Whom nobody could stand in for.
    RoleAssignment.objects.filter(user=chair).update(ends_on=SCHOOL_DAY.date() - timedelta(days=1))
    refused = say(room.headteacher, note, room.headteacher, confirmed="yes")
    assert refused.status_code == 422 and "Nobody else at this school could read this note" in refused.content.decode()
    assert opens(room.headteacher, note)
    alternate = factories.member(room.school, "alternate_lead", "Moira", "Fenn")
    assert opens(alternate, note), "two leads may not"
    conflicts.say_not_for(note=note, user=room.headteacher, by=room.headteacher)
    assert told(note, ConcernNotice.OUTSIDE) >= {alternate} and not opens(room.headteacher, note)
    assert not opens(governor, note)
    with pytest.raises(BadInput, match="Nobody else"), asking(alternate):
        conflicts.say_not_for(note=note, user=alternate, by=alternate)

    rowan, client = factories.child(room.school, by=room.office), of(alternate)
    form = client.post(at(note), {"take_up": "1"}).headers["Location"]
    content = Draft.objects.get().content
    key = re.search(r'name="key" value="([^"]+)"', client.get(form).content.decode())
    sent = {name: texts[-1] for name, texts in content.items() if not name.startswith(("who", "unnamed"))} | {
        "key": key and key[1],
        "who": str(rowan.pk),
        f"{rowan.pk}-role": "worried_about",
        "place": "classroom",
        "category": "PHY",
        "marks_seen": "no",
        "told": str(room.deputy.pk),
        "send": "1",
    }
    answer = client.post(reverse("log_concern"), sent)
    assert answer.status_code in (302, 303), answer.content.decode()
    concern = Concern.objects.get()
    note.refresh_from_db()
    assert note.concern_id == concern.pk
    assert {one.user for one in ConcernSubject.objects.filter(withdrawn_at=None)} == set(readers)
    for person in readers:
        assert not opens(person, note) and of(person).get(reverse("concern", args=[concern.pk])).status_code == 404
    assert opens(alternate, note) and of(alternate).get(reverse("concern", args=[concern.pk])).status_code == 200
    with pytest.raises(OutOfTurn):
        conflicts.say_not_for(note=note, user=alternate, by=alternate)


def test_the_chair_stands_in_for_a_headteacher_for_whom_it_is_not_and_logs_no_concern(clock, room):
    note, chair = left(room), factories.member(room.school, "chair", "Ada", "Moss")
    assert of(chair).get(at(note)).status_code == 403
    conflicts.say_not_for(note=note, user=room.headteacher, by=room.lead)
    assert opens(chair, note) and opens(room.lead, note) and not opens(room.headteacher, note)
    assert "Your role does not log concerns" in of(chair).get(at(note)).content.decode()
    assert of(chair).post(at(note), {"take_up": "1"}).status_code == 403
    why = {"put_forward": "1", "reason": "duplicate", "reason_detail": "The same as C-2026-0004."}
    assert of(chair).post(at(note), why).status_code == 303


def test_a_form_that_names_a_child_hides_the_note_from_whom_that_child_is_hidden_before_it_is_sent(clock, room):
    note, other = left(room), left(room)
    rowan = factories.child(room.school, by=room.office)
    declare_conflict(user=room.deputy, child=rowan, kind="relative", by=room.deputy)
    of(room.lead).get(at(note))
    token = settling.take_up(note=note, content=as_log_form(note), by=room.lead)
    assert opens(room.deputy, note) and opens(room.deputy, other)
    content = Draft.objects.get(pk=token).content | {"who": [str(rowan.pk)], f"{rowan.pk}-role": ["worried_about"]}
    save_draft(token=token, school_id=room.school.pk, content=content, author_id=room.lead.pk)
    assert not opens(room.deputy, note) and opens(room.deputy, other)
    assert opens(room.lead, note) and opens(room.headteacher, note)
    assert known("hidden_notes", room.deputy.pk) == [note.pk] and known("hidden_notes", room.lead.pk) == []
