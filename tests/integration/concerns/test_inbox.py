"""Does the inbox tell one notice from the next, and only to who may see what it is about?"""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import end_role, find_role, inbox, told_of
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding, escalation, raising
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db


def inbox_of(client, user):
    client.force_login(user)
    return client.get("/inbox/").content.decode()


def test_each_notice_says_the_reference_of_what_it_is_about(client, room):
    concern = factories.concern(room)
    deciding.open_concern(concern=concern, by=room.lead)
    deciding.add_action(
        concern=concern, token=uuid4(), text="Ring home", owner=room.pastoral, due_on=timezone.localdate(), by=room.lead
    )
    for told in (room.lead, room.teacher, room.pastoral):
        assert f'<span class="sub">{concern.reference}</span>' in inbox_of(client, told)


def test_who_may_no_longer_see_a_concern_is_told_no_reference_of_it(client, room):
    elsewhere = factories.school("Gorse Hill Academy")
    factories.give_role(user=room.deputy, school=elsewhere, role_key="teacher", starts_on=factories.LONG_AGO)
    concern, today = factories.concern(room), timezone.localdate()
    page = inbox_of(client, room.deputy)
    assert concern.reference in page
    assert f'<span class="sub">{concern.reference} · ' not in page, (
        "the school is said where there are two to tell apart"
    )
    role = find_role(user=room.deputy, school=room.school, role_key="deputy_lead", on=today)
    end_role(assignment=role, last_day=today)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        page = inbox_of(client, room.deputy)
    assert "A new concern" in page
    assert concern.reference not in page


def test_the_inbox_asks_once_for_a_page_of_references(client, room, django_assert_max_num_queries):
    for _ in range(20):
        factories.concern(room)
    client.force_login(room.lead)
    with django_assert_max_num_queries(15):
        page = client.get("/inbox/").content.decode()
    assert page.count('<span class="sub">C-') == 20


def test_a_notice_is_as_old_as_what_it_tells_of(room):
    concern = factories.concern(room, at=factories.SCHOOL_DAY)
    assert set(Notice.objects.filter(object_id=concern.pk).values_list("created_at", flat=True)) == {
        factories.SCHOOL_DAY
    }


# --- what waits, and what does no more


def waiting(user):
    """The kinds of what waits to be opened, and of those in red."""
    rows = inbox(user, opened=False)
    return sorted(n.kind for n in rows), sorted(n.kind for n in rows if n.is_hot)


def call(room):
    """A call that the lead was told of, then the deputy, and that nobody has opened."""
    concern = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=4))
    escalation.chase_unread(at=SCHOOL_DAY + timedelta(minutes=20))
    return concern


def opened(concern, room):
    deciding.open_concern(concern=concern, by=room.lead, at=SCHOOL_DAY + timedelta(minutes=21))


def decided(concern, room):
    ruling = deciding.Ruling(level=2, kind="in_school", rationale="Seen.", parents_told="yes", receipt="watching")
    deciding.decide(concern=concern, token=uuid4(), seen=0, ruling=ruling, by=room.lead)


@pytest.mark.parametrize("answer", [opened, decided])
def test_a_call_that_somebody_has_answered_is_red_in_no_inbox_any_more(client, room, answer):
    concern = call(room)
    assert waiting(room.deputy) == (["call", "unread"], ["call", "unread"])
    answer(concern, room)
    assert waiting(room.deputy) == waiting(room.headteacher) == ([], [])
    page = inbox_of(client, room.deputy)
    assert "A safeguarding lead is needed now" in page
    assert page.count('<span class="sub">Priya Raman</span>') == 2


def test_who_called_sees_who_has_opened_the_call_and_not_for_whom_it_was_answered(room):
    concern = call(room)
    opened(concern, room)
    assert [(told.name, told.opened_at is not None) for told in told_of(concern.pk, ConcernNotice.CALL)] == [
        ("Priya Raman", True),
        ("Tom Aldous", False),
    ]


def test_a_new_concern_waits_for_each_lead_until_they_open_it(room):
    concern = factories.concern(room)
    deciding.open_concern(concern=concern, by=room.lead)
    assert waiting(room.lead) == ([], [])
    assert waiting(room.deputy) == (["new_concern"], [])


def test_a_report_and_an_action_that_are_read_wait_no_more_and_the_next_word_comes(client, room):
    concern = factories.concern(room)
    deciding.open_concern(concern=concern, by=room.lead)
    action = deciding.add_action(
        concern=concern, token=uuid4(), text="Ring home", owner=room.teacher, due_on=timezone.localdate(), by=room.lead
    )
    assert waiting(room.teacher)[0] == ["action", "receipt"]
    client.force_login(room.teacher)
    client.get(f"/my-reports/{concern.pk}/")
    assert waiting(room.teacher)[0] == ["action"]
    client.get(f"/actions/{action.pk}/")
    assert waiting(room.teacher)[0] == []
    concern.refresh_from_db()
    ruling = deciding.Ruling(level=2, kind="in_school", rationale="Seen.", parents_told="yes", receipt="watching")
    deciding.decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=room.lead)
    assert waiting(room.teacher)[0] == ["receipt"]


def test_a_lead_who_reads_their_own_report_has_not_read_what_came_to_the_concern(client, room):
    concern = deciding.open_concern(concern=factories.concern(room, by=room.deputy), by=room.lead)
    ruling = deciding.Ruling(level=1, kind="in_school", rationale="Settled.", parents_told="yes", receipt="watching")
    deciding.decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=room.lead)
    now = Concern.objects.get(pk=concern.pk)
    ending = {"outcome": "unfounded", "reason": "Settled.", "receipt": "watching"}
    deciding.close_concern(concern=now, seen=now.revision, by=room.lead, **ending)
    deciding.reopen_concern(concern=now, token=uuid4(), reason="It happened again.", by=room.lead)
    assert waiting(room.deputy)[0] == ["receipt", "reopened"]
    client.force_login(room.deputy)
    client.get(f"/my-reports/{concern.pk}/")
    assert waiting(room.deputy)[0] == ["reopened"]


def test_following_a_notice_and_chasing_what_nobody_reads_are_events(client, room):
    concern = call(room)
    assert Event.objects.filter(verb=Verb.ASK, object_id=concern.pk, purpose="unread for too long").count() == 1
    notice = Notice.objects.filter(user=room.deputy).earliest("created_at")
    client.force_login(room.deputy)
    for _ in range(2):
        client.get(f"/inbox/{notice.pk}/")
    seen = Event.objects.filter(verb=Verb.VIEW, object_id=notice.pk, actor_id=room.deputy.pk)
    assert set(seen.values_list("object_type", "school_id")) == {("accounts.notice", room.school.pk)}
    assert seen.count() == 2
    client.force_login(room.lead)
    assert client.get(f"/inbox/{notice.pk}/").status_code == 404
    assert seen.model.objects.filter(object_id=notice.pk, actor_id=room.lead.pk, outcome="done").count() == 0
