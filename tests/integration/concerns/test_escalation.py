"""Does a call for a lead reach somebody, whoever is away, whatever has stopped running?"""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from safeguarding.accounts import services as accounts
from safeguarding.accounts.models import Notice
from safeguarding.accounts.permissions import Rights
from safeguarding.audit.models import Event
from safeguarding.concerns.models import Concern
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import calling, deciding, escalation, raising
from safeguarding.concerns.verbs import ConcernVerb
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY

pytestmark = pytest.mark.django_db


def call(room, by=None, **facts):
    return raising.call_lead(token=uuid4(), school=room.school, by=by or room.teacher, at=SCHOOL_DAY, **facts)


def minutes(n):
    return SCHOOL_DAY + timedelta(minutes=n)


def away(room, *people):
    for person in people:
        day = SCHOOL_DAY.date()
        accounts.record_absence(user=person, starts_on=day, ends_on=day, by=room.lead, at=SCHOOL_DAY)


def told(concern, room):
    """Who has a notice of the call, by their role in the staffroom, in the order in which they were told."""
    names = {user.pk: name for name, user in vars(room).items() if name != "school"}
    rows = Notice.objects.filter(object_id=concern.pk, kind=ConcernNotice.CALL).order_by("created_at", "id")
    return [names[row.user_id] for row in rows]


@pytest.mark.parametrize(
    ("missing", "at_once", "after_3", "after_6"),
    [
        ([], ["lead"], ["lead", "deputy"], ["lead", "deputy", "headteacher"]),
        (["lead"], ["deputy"], ["deputy", "headteacher"], ["deputy", "headteacher"]),
        (["lead", "deputy"], ["headteacher"], ["headteacher"], ["headteacher"]),
        (["headteacher"], ["lead"], ["lead", "deputy"], ["lead", "deputy"]),
        (
            ["lead", "deputy", "headteacher"],
            ["lead", "deputy", "headteacher"],
            ["lead", "deputy", "headteacher"],
            ["lead", "deputy", "headteacher"],
        ),
    ],
)
def test_who_is_told_and_when(room, missing, at_once, after_3, after_6):
    away(room, *(getattr(room, name) for name in missing))
    concern = call(room)
    assert sorted(told(concern, room)) == sorted(at_once)

    for at, expected in [(2.9, at_once), (3, after_3), (5.9, after_3), (6, after_6), (60, after_6)]:
        escalation.escalate_calls(at=minutes(at))
        assert sorted(told(concern, room)) == sorted(expected), f"after {at} minutes"


@pytest.mark.parametrize("jump", [timedelta(days=20), timedelta(days=400)])
def test_a_call_made_while_the_clock_was_ahead_goes_to_everybody_once_it_is_right(room, jump):
    right = call(room)
    assert escalation.escalate_calls(at=minutes(1)) == 0
    ahead = raising.call_lead(token=uuid4(), school=room.school, by=room.pastoral, at=SCHOOL_DAY + jump)
    assert escalation.escalate_calls(at=minutes(1)) == 2
    assert sorted(told(ahead, room)) == ["deputy", "headteacher", "lead"]
    assert told(right, room) == ["lead"]
    shown = calling.calls_for(room.headteacher, Concern.objects.visible_to(room.headteacher), at=minutes(1))
    assert [waiting.concern_id for waiting in shown] == [ahead.pk]


def test_a_worker_that_was_dead_for_an_hour_tells_everybody_who_should_know_by_now(room):
    concern = call(room)
    assert escalation.escalate_calls(at=minutes(60)) == 2
    assert told(concern, room) == ["lead", "deputy", "headteacher"]
    assert Event.objects.filter(verb=ConcernVerb.CALL, object_id=concern.pk, purpose="escalated").count() == 2


def test_an_hour_set_by_the_school_is_kept(room):
    accounts.change_school(school=room.school, by=room.headteacher, call_next_after=1, call_head_after=2)
    concern = call(room)
    escalation.escalate_calls(at=minutes(1))
    assert told(concern, room) == ["lead", "deputy"]
    escalation.escalate_calls(at=minutes(2))
    assert told(concern, room) == ["lead", "deputy", "headteacher"]


def test_once_it_is_opened_nobody_else_is_told(room):
    concern = call(room)
    deciding.open_concern(concern=concern, by=room.lead, at=minutes(1))
    assert escalation.escalate_calls(at=minutes(10)) == 0
    assert told(concern, room) == ["lead"]


def test_a_lead_who_calls_is_not_told_of_her_own_call(room):
    concern = call(room, by=room.lead)
    assert told(concern, room) == ["deputy"]
    escalation.escalate_calls(at=minutes(3))
    assert told(concern, room) == ["deputy", "headteacher"]
    assert shown(room.lead, at=minutes(10)) == []


@pytest.mark.parametrize(
    ("caller", "others"), [("lead", ["deputy", "headteacher"]), ("headteacher", ["lead", "deputy"])]
)
def test_who_takes_calls_and_calls_while_everybody_else_is_away_reaches_them_all_the_same(room, caller, others):
    away(room, *(getattr(room, name) for name in others))
    concern = call(room, by=getattr(room, caller))
    assert sorted(told(concern, room)) == sorted(others)
    escalation.escalate_calls(at=minutes(10))
    assert sorted(told(concern, room)) == sorted(others)


def test_only_the_call_that_was_asked_about_is_escalated(room):
    first, second = call(room), call(room)
    escalation.escalate_call(second.pk, at=minutes(3))
    assert told(first, room) == ["lead"]
    assert told(second, room) == ["lead", "deputy"]


def test_the_same_call_sent_again_calls_nobody_twice(room):
    token = uuid4()
    facts = {"token": token, "school": room.school, "by": room.teacher, "at": SCHOOL_DAY}
    assert raising.call_lead(**facts) == raising.call_lead(**facts)
    assert Notice.objects.filter(kind=ConcernNotice.CALL).count() == 1


def shown(user, at):
    """What the open page of `user` shows."""
    user._rights = Rights(user, at.date())
    return [c.concern_id for c in calling.calls_for(user, Concern.objects.visible_to(user), at=at)]


def test_every_open_page_of_a_lead_shows_a_call_at_once_and_the_headteachers_when_it_has_waited(room):
    concern = call(room)

    assert shown(room.lead, minutes(0)) == shown(room.deputy, minutes(0)) == [concern.pk]
    assert shown(room.headteacher, minutes(5.9)) == []
    # Nothing has run meanwhile: the rows and the clock are enough.
    assert shown(room.headteacher, minutes(6)) == [concern.pk]
    assert shown(room.teacher, minutes(60)) == shown(room.office, minutes(60)) == []

    deciding.open_concern(concern=concern, by=room.deputy, at=minutes(7))
    assert shown(room.lead, minutes(8)) == shown(room.headteacher, minutes(8)) == []


def test_with_no_lead_on_duty_the_headteachers_page_shows_it_at_once(room):
    away(room, room.lead, room.deputy)
    concern = call(room)
    assert shown(room.headteacher, minutes(0)) == [concern.pk]


def test_a_lead_of_another_school_is_shown_nothing(room):
    call(room)
    stranger = factories.member(factories.school(), "lead", "Olive", "Marsh")
    assert shown(stranger, minutes(60)) == []


def test_what_the_open_page_shows_names_the_caller_and_no_child(room, django_assert_num_queries):
    room.lead._rights = Rights(room.lead, SCHOOL_DAY.date())
    with django_assert_num_queries(1):
        assert calling.calls_for(room.lead, Concern.objects.visible_to(room.lead), at=SCHOOL_DAY) == []
    call(room, described="Rowan, red coat", line="He is under the stairs")
    with django_assert_num_queries(2):
        [found] = calling.calls_for(room.lead, Concern.objects.visible_to(room.lead), at=SCHOOL_DAY)
    assert (found.caller, found.role, found.since) == ("Jon Beckett", "Class teacher, 5B", SCHOOL_DAY)
    assert "Rowan" not in repr(found)
    assert "stairs" not in repr(found)


def test_a_child_in_the_callers_words_waits_for_the_lead_to_link_it_and_is_not_doubled_by_the_form(room):
    concern = call(room, described="boy, Year 3, red coat")
    entry = raising.ChildEntry(role="witness", kind="unnamed", description="boy, Year 3, red coat")
    report = raising.Report(how_soon=1, children=[entry], account=raising.AccountFacts(facts="He cried."))
    raising.raise_concern(token=concern.token, school=room.school, report=report, by=room.teacher, at=minutes(9))

    [named] = concern.children.all()
    assert (named.kind, named.role, named.child) == ("unnamed", "witness", None)


def concern_of(room, how_soon=3, at=SCHOOL_DAY):
    entry = raising.ChildEntry(role="worried_about", kind="unnamed", description="girl, Year 1")
    report = raising.Report(how_soon=how_soon, children=[entry], account=raising.AccountFacts(facts="She was cold."))
    return raising.raise_concern(token=uuid4(), school=room.school, report=report, by=room.teacher, at=at)


@pytest.mark.parametrize(
    ("how_soon", "at", "chased"),
    [
        (4, minutes(5.9), 0),
        (4, minutes(6), 1),
        (3, minutes(6), 0),
        # Logged at 10am, school ends at 4pm: the seventh school hour is up at 9am the next day.
        (3, datetime(2026, 11, 25, 8, 59, tzinfo=LONDON), 0),
        (3, datetime(2026, 11, 25, 9, 0, tzinfo=LONDON), 1),
    ],
)
def test_a_concern_that_nobody_opens_is_chased_in_school_hours_once(room, how_soon, at, chased):
    concern_of(room, how_soon)
    assert escalation.chase_unread(at=at) == chased
    assert escalation.chase_unread(at=at) == 0
    assert Notice.objects.filter(kind=ConcernNotice.UNREAD).count() == 3 * chased


def test_a_concern_that_was_read_is_not_chased(room):
    deciding.open_concern(concern=concern_of(room), by=room.lead, at=SCHOOL_DAY)
    assert escalation.chase_unread(at=SCHOOL_DAY + timedelta(days=10)) == 0
