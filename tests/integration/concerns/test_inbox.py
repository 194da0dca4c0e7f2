"""Does the inbox tell one notice from the next, and only to who may see what it is about?"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import end_role, find_role, inbox, told_of
from safeguarding.accounts.services.telling import number_unopened
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
    assert len(set(re.findall(r">(C-[0-9]{4}-[0-9]{4})</a>", page))) == 20


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


def test_a_new_concern_waits_for_each_lead_until_they_open_it_or_one_has_decided_it(room):
    concern = factories.concern(room)
    deciding.open_concern(concern=concern, by=room.lead)
    assert waiting(room.lead) == ([], [])
    assert waiting(room.deputy) == (["new_concern"], [])
    rule_on(concern, room)
    assert waiting(room.deputy) == ([], [])


def rule_on(concern, room, **ruling):
    now = Concern.objects.get(pk=concern.pk)
    given = {"level": 2, "kind": "in_school", "rationale": "Seen.", "parents_told": "yes", "receipt": "watching"}
    deciding.decide(
        concern=now, token=uuid4(), seen=now.revision, ruling=deciding.Ruling(**given | ruling), by=room.lead
    )


def add(concern, text, *, by, question=None):
    account = Concern.objects.get(pk=concern.pk).account
    return raising.amend(account=account, token=uuid4(), text=text, reason="more", question=question, by=by)


def test_what_was_added_waits_for_no_lead_once_one_has_read_it_but_for_who_asked(room):
    concern = factories.concern(room)
    for lead in (room.lead, room.deputy):
        deciding.open_concern(concern=concern, by=lead)
    add(concern, "He ate nothing.", by=room.teacher)
    assert waiting(room.deputy)[0] == waiting(room.lead)[0] == ["added"]
    deciding.open_concern(concern=Concern.objects.get(pk=concern.pk), by=room.lead)
    assert waiting(room.deputy)[0] == waiting(room.lead)[0] == []
    asked = deciding.ask_reporter(concern=concern, token=uuid4(), text="Which hand?", by=room.deputy)
    add(concern, "The left one.", by=room.teacher, question=asked.pk)
    deciding.open_concern(concern=Concern.objects.get(pk=concern.pk), by=room.lead)
    assert waiting(room.lead)[0] == []
    assert waiting(room.deputy)[0] == ["added"], "the answer is theirs to read"


def test_an_action_that_a_lead_ends_asks_its_owner_no_more(room):
    concern, today = factories.concern(room), timezone.localdate()
    action = deciding.add_action(
        concern=concern, token=uuid4(), text="Ring home", owner=room.pastoral, due_on=today, by=room.lead
    )
    assert waiting(room.pastoral)[0] == ["action"]
    deciding.end_action(action=action, move="withdraw", result="I have rung.", by=room.lead)
    assert waiting(room.pastoral)[0] == []


def test_the_inbox_of_a_lead_who_worked_through_the_queue_is_empty(client, room):
    made = [call(room), *(factories.concern(room) for _ in range(3))]
    add(made[1], "He ate nothing.", by=room.teacher)
    for concern in made[:2]:
        client.force_login(room.lead)
        client.get(f"/concerns/{concern.pk}/")
        rule_on(concern, room)
    for concern in made[2:]:
        deciding.open_concern(concern=concern, by=room.deputy)
        rule_on(concern, room)
    assert waiting(room.lead) == ([], [])
    assert "Nothing waiting" in inbox_of(client, room.lead)


# --- what says the same is one line, and all of it is read in one press


def test_lines_that_say_the_same_are_joined_with_their_number_but_for_calls(client, room):
    made = [factories.concern(room) for _ in range(3)]
    for _ in range(2):
        raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
        raising.call_lead(token=uuid4(), school=room.school, by=room.assistant, at=SCHOOL_DAY)
    page = inbox_of(client, room.lead)
    assert page.count("A new concern") == 1
    assert '<span class="hb-count">3</span>' in page
    assert all(f">{concern.reference}</a>" in page for concern in made)
    assert page.count("A safeguarding lead is needed now") == Concern.objects.filter(called_at__isnull=False).count()


def test_the_number_is_the_same_and_of_one_colour_in_the_bell_and_on_the_page(client, room):
    for _ in range(3):
        factories.concern(room)
    raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    page = inbox_of(client, room.lead)
    number = number_unopened(room.lead)
    assert f'<span class="hb-count">{number}<span class="hb-vh"> waiting</span>' in page
    assert f'<span class="hb-count">{number}</span>' in page
    assert "hb-count--hot" not in page.split("<main")[1]


def test_all_read_takes_what_the_page_showed_and_leaves_what_somebody_waits_for(client, room):
    factories.concern(room)
    raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    shown = re.findall(r'name="told" value="([^"]+)"', inbox_of(client, room.lead))
    factories.concern(room)
    call_told = Notice.objects.get(user=room.lead, kind=ConcernNotice.CALL)
    others = Notice.objects.get(user=room.deputy, kind=ConcernNotice.NEW_CONCERN, object_id__in=_about(shown))
    assert str(call_told.pk) not in shown and len(shown) == 1
    answer = client.post("/inbox/read/", {"told": [*shown, str(call_told.pk), str(others.pk), "nonsense"]}, follow=True)
    assert "Marked as read" in answer.content.decode()
    assert waiting(room.lead) == (["call", "new_concern"], ["call"])
    assert waiting(room.deputy)[0].count("new_concern") == 2
    assert Event.objects.filter(verb=Verb.VIEW, purpose="all read", actor_id=room.lead.pk).exists()


def _about(keys):
    return Notice.objects.filter(pk__in=keys).values("object_id")


def test_who_is_to_support_a_child_opens_that_by_its_own_page_alone():
    kinds = (ConcernNotice.SUPPORT, ConcernNotice.CALL, ConcernNotice.NEW_CONCERN)
    assert [Notice(kind=kind).opens_by_itself for kind in kinds] == [True, True, False]


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
