"""Is a meeting about a concern a date in the plans of its children, and does it follow what is said of the meeting?"""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from children.services import merging
from safeguarding.concerns.models import MeetingAddition
from safeguarding.concerns.services import meeting_days as days
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services import episodes, steps
from tests.factories import LONDON

from .conftest import Place
from .met import AFTER, BEFORE, about, as_web, call, step_of, two

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)


def test_one_strategy_discussion_is_a_date_of_two_children_with_an_outcome_for_each(place: Place):
    first, second = children = two(place)
    plans = [place.begin("child_in_need", child=child) for child in children]
    concern, lead = about(place, children), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, children, held_at=BEFORE)
    assert [step_of(met, child).episode for child in children] == plans
    assert {(one.booked_on, one.booked_time, one.place) for one in Step.objects.filter(meeting=met)} == {
        (TUESDAY, time(8), "")
    }
    assert met.in_plans == "done"
    with as_web(place, lead):
        held = days.hold_meeting(
            meeting=met, seen=BEFORE, held_at=BEFORE, results={first.pk: "section_47", second.pk: "none"}, by=lead
        )
    # Nobody has written any minutes yet.
    assert (held.state, held.status, held.in_plans) == ("held", "open", "done")
    mine, theirs = (step_of(met, child) for child in children)
    assert [(one.status, one.held_on, one.outcome) for one in (mine, theirs)] == [
        ("held", TUESDAY, "section_47"),
        ("held", TUESDAY, "none"),
    ]
    # 15 working days from the strategy discussion, for the child of whom there is an enquiry.
    [waits] = Step.objects.filter(kind="initial_conference")
    assert (waits.after, waits.due_on) == (mine, date(2026, 12, 15))
    with as_web(place, lead):
        again = days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, by=lead)
    assert (again.said_at, Step.objects.count()) == (held.said_at, Step.objects.count())


def test_it_takes_the_step_that_waits_and_moves_with_it(place: Place):
    plan, concern, lead = place.begin(), about(place, [place.child]), place.room.lead
    waits = place.step(plan, "core_group")
    with as_web(place, lead):
        met = call(place, concern, [place.child], kind="core_group")
    assert step_of(met, place.child) == waits
    later = AFTER + timedelta(days=1, hours=1)
    with as_web(place, lead):
        days.move_meeting(meeting=met, token=uuid7(), seen=AFTER, held_at=later, reason="Asked for by Ann.", by=lead)
    waits.refresh_from_db()
    assert (waits.booked_on, waits.booked_time) == (date(2026, 11, 27), time(15))
    [said] = MeetingAddition.objects.filter(meeting=met)
    assert (said.kind, said.was_at, said.text) == ("moved", AFTER, "Asked for by Ann.")
    with pytest.raises(ChangedSince), as_web(place, lead):
        days.move_meeting(meeting=met, token=uuid7(), seen=AFTER, held_at=AFTER, reason="", by=lead)


def test_called_off_it_waits_again_or_is_set_aside_if_no_rule_asks(place: Place):
    plan, other = place.begin(), place.begin("child_in_need")
    concern, lead = about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        core = call(place, concern, [place.child], kind="core_group")
        strategy = call(place, concern, [place.child])
    asked, unasked = step_of(core, place.child), step_of(strategy, place.child)
    for met in (core, strategy):
        with pytest.raises(BadInput, match="why it is called off"), as_web(place, lead):
            days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason=" ", by=lead)
        with as_web(place, lead):
            off = days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason="Snow.", by=lead)
        assert (off.state, off.in_plans) == ("called_off", "done")
    asked.refresh_from_db()
    unasked.refresh_from_db()
    assert (asked.status, asked.booked_on, asked.meeting, asked.episode) == ("waiting", None, None, plan)
    assert (unasked.status, unasked.meeting, unasked.episode) == ("set_aside", strategy, other)
    with as_web(place, lead):
        again = call(place, concern, [place.child], kind="core_group")
    assert step_of(again, place.child) == asked
    with pytest.raises(OutOfTurn):
        days.hold_meeting(meeting=core, seen=AFTER, held_at=BEFORE, by=lead)


def test_the_report_before_a_conference_that_is_off_is_due_no_more(place: Place):
    place.begin("child_in_need")
    concern, lead = about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child], kind="conference", conference="initial")
    report = Step.objects.get(kind="school_report")
    assert (report.after, report.due_on) == (step_of(met, place.child), date(2026, 11, 25))
    with as_web(place, lead):
        days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason="Snow.", by=lead)
    report.refresh_from_db()
    assert report.status == "set_aside"


def test_a_corrected_day_and_outcome_are_counted_again(place: Place, clock: Any):
    place.begin("child_in_need")
    concern, lead = about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child], held_at=BEFORE)
        days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, results={place.child.pk: "section_47"}, by=lead)
    monday = datetime(2026, 11, 23, 15, tzinfo=LONDON)
    form: dict[str, Any] = {"meeting": met, "seen": BEFORE, "held_at": monday, "by": lead}
    with pytest.raises(BadInput, match="why it is corrected"), as_web(place, lead):
        days.correct_meeting(**form, token=uuid7(), reason="")
    token = uuid7()
    for _ in range(2):
        with as_web(place, lead):
            days.correct_meeting(**form, token=token, reason="It was Monday.")
    step, waits = step_of(met, place.child), Step.objects.get(kind="initial_conference")
    assert (step.held_on, waits.counted_from, waits.due_on) == (date(2026, 11, 23),) * 2 + (date(2026, 12, 14),)
    assert MeetingAddition.objects.filter(meeting=met, kind="corrected").count() == 1
    with as_web(place, lead):
        days.correct_meeting(
            **{**form, "seen": monday}, token=uuid7(), reason="No enquiry.", results={place.child.pk: "none"}
        )
    waits.refresh_from_db()
    assert (step_of(met, place.child).outcome, waits.status) == ("none", "set_aside")


def test_an_outcome_that_is_asked_for_waits_to_be_said(place: Place):
    place.begin("child_in_need")
    concern, lead = about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child], held_at=BEFORE)
        days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, by=lead)
    assert (step_of(met, place.child).status, met.__class__.objects.get().in_plans) == ("waiting", "waits")
    with as_web(place, lead):
        now = days.put_into_plans(meeting=met, children=[], results={place.child.pk: "none"}, by=lead)
    assert (step_of(met, place.child).status, now.in_plans) == ("held", "done")


def test_the_headteachers_meeting_waits_for_who_keeps_the_plans(place: Place):
    place.begin("child_in_need")
    concern, lead, head = about(place, [place.child]), place.room.lead, place.room.headteacher
    with as_web(place, head):
        met = call(place, concern, None, by=head, held_at=BEFORE)
    assert (met.in_plans, Step.objects.filter(meeting=met).count()) == ("waits", 0)
    with pytest.raises(NotAllowed), as_web(place, head):
        days.put_into_plans(meeting=met, children=[place.child], by=head)
    with as_web(place, head):
        assert days.put_into_plans(meeting=met, children=[], by=head).in_plans == "waits"
    with as_web(place, lead):
        now = days.put_into_plans(meeting=met, children=[place.child], by=lead)
    assert now.in_plans == "done"
    with as_web(place, head):
        held = days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, by=head)
    assert (held.state, held.in_plans, step_of(met, place.child).status) == ("held", "waits", "waiting")


def test_the_date_of_a_plan_that_is_a_meeting_is_changed_at_the_meeting_alone(place: Place):
    plan, concern, lead = place.begin(), about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child], kind="core_group")
    step = step_of(met, place.child)
    day: dict[str, Any] = {"step": step, "seen": step.revision, "by": lead}
    for service in (
        lambda: steps.book_step(**day, booked_on=date(2026, 12, 1)),
        lambda: steps.hold_step(**day, held_on=TUESDAY),
        lambda: steps.set_aside_step(**day, reason="No."),
        lambda: steps.chase_step(step=step, token=uuid7(), happened_on=TUESDAY, text="Rang.", by=lead),
        lambda: steps.note_step(step=step, token=uuid7(), text="Rang.", by=lead),
        lambda: place.step(plan, "core_group", held_on=TUESDAY),
    ):
        with pytest.raises(OutOfTurn, match="meeting about a concern"), as_web(place, lead):
            service()


def test_an_initial_conference_says_which_and_its_plan_takes_the_concern(place: Place):
    place.begin("child_in_need")
    concern, lead = about(place, [place.child]), place.room.lead
    with pytest.raises(BadInput, match="initial conference or a review"):
        call(place, concern, [], kind="conference")
    with as_web(place, lead):
        met = call(place, concern, [place.child], kind="conference", conference="initial", held_at=BEFORE)
        results, more = {place.child.pk: "plan"}, {"quorate": True, "report_sent_on": date(2026, 11, 23)}
        days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, results=results, more=more, by=lead)
    assert (step_of(met, place.child).quorate, Step.objects.get(kind="school_report").status) == (True, "set_aside")
    with as_web(place, lead):
        plan = place.begin("child_protection", starts_on=TUESDAY, decided_by=step_of(met, place.child))
    assert (plan.began_with, plan.decided_on) == (concern, TUESDAY)


def test_a_plan_in_error_frees_its_meeting_for_another_one(place: Place):
    wrong, concern, lead = place.begin("child_in_need"), about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child])
    gone = step_of(met, place.child)
    with as_web(place, lead):
        episodes.enter_in_error(episode=wrong, seen=wrong.revision, reason="A cousin’s.", by=lead)
        right = place.begin("child_in_need")
        days.put_into_plans(meeting=met, children=[place.child], by=lead)
    taken = step_of(met, place.child)
    assert (taken.episode, taken.pk != gone.pk) == (right, True)
    with as_web(place, lead):
        episodes.end_episode(episode=right, seen=0, ends_on=TUESDAY, end_reason="RC2", by=lead)
        episodes.put_back(episode=wrong, by=lead)
    gone.refresh_from_db()
    assert (gone.met_for, gone.meeting, Episode.objects.get(pk=wrong.pk).status) == (None, met, "open")


@pytest.mark.parametrize("said", ["held", "moved", "called off"])
@pytest.mark.parametrize("shut", ["ended", "in error"])
def test_what_was_said_of_a_meeting_meanwhile_is_said_in_a_plan_that_is_open_again(place: Place, shut: str, said: str):
    plan, concern, lead = place.begin(), about(place, [place.child]), place.room.lead
    later = AFTER + timedelta(days=7)
    with as_web(place, lead):
        met = call(place, concern, [place.child], kind="core_group", held_at=BEFORE if said == "held" else AFTER)
        if shut == "ended":
            ends: dict[str, Any] = {"ends_on": date(2026, 11, 23), "end_reason": "moved", "by": lead}
            gone = episodes.end_episode(episode=plan, seen=plan.revision, **ends)
        else:
            gone = episodes.enter_in_error(episode=plan, seen=plan.revision, reason="His cousin’s.", by=lead)
        if said == "held":
            days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, by=lead)
        elif said == "moved":
            days.move_meeting(meeting=met, token=uuid7(), seen=AFTER, held_at=later, reason="", by=lead)
        else:
            days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason="Snow.", by=lead)
    with as_web(place, lead):
        if shut == "ended":
            episodes.open_again(episode=gone, seen=gone.revision, by=lead)
        else:
            episodes.put_back(episode=gone, by=lead)
    step = Step.objects.filter(episode=plan, kind="core_group").order_by("pk").first()
    assert step is not None
    assert (step.status, step.held_on or step.booked_on) == {
        "held": ("held", TUESDAY),
        "moved": ("waiting", later.date()),
        "called off": ("waiting", None),
    }[said]


def test_the_answer_of_a_second_window_adds_what_came_of_it(place: Place):
    place.begin("child_in_need")
    concern, lead = about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child], held_at=BEFORE)
    for results in ({}, {place.child.pk: "section_47"}, {place.child.pk: "none"}):
        with as_web(place, lead):
            days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, results=results, by=lead)
    # What is said stays so, until it is corrected.
    assert (step_of(met, place.child).status, step_of(met, place.child).outcome) == ("held", "section_47")


def test_a_meeting_of_a_record_that_became_part_of_another_is_not_put_in_again(place: Place):
    keep, other = two(place)
    for child in (keep, other):
        place.begin(child=child, authority="356" if child is keep else "355")
    concern, lead = about(place, [other]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [other], kind="core_group", held_at=BEFORE)
        days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, by=lead)
        merging.merge(keep=keep, other=other, reason="One child.", token=uuid7(), seen=None, by=lead)
    there = Step.objects.count()
    with as_web(place, lead):
        days.put_into_plans(meeting=met, children=[keep], results={}, by=lead)
    assert Step.objects.count() == there and Step.objects.get(meeting=met).met_for == other.pk
