"""Who sees and changes the date of a plan that is a meeting about a concern? And where does the meeting stand?"""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from children.services import merging
from children.services.access import declare_conflict
from safeguarding.accounts.models import User
from safeguarding.audit.models import LogEntry
from safeguarding.audit.protection import known, who_sees
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services import access, deciding, error
from safeguarding.concerns.services import meeting_days as days
from safeguarding.concerns.services.meetings_ahead import tell_of_meetings
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from safeguarding.plans.services import episodes, outcomes, steps
from safeguarding.plans.services.reminders import tell_of_dates
from tests.walls import as_role, asking

from .conftest import Place
from .met import AFTER, BEFORE, about, as_web, call, step_of, two
from .pages import Visitor

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)


def sees(person: User, row: Any) -> bool:
    return person.pk in who_sees(row, [person.pk])


def held_for_two(place: Place) -> tuple[Any, list[Any]]:
    """A strategy discussion about two children that was held, with an enquiry for each."""
    children, lead = two(place), place.room.lead
    for child in children:
        place.begin("child_in_need", child=child)
    concern = about(place, children)
    with as_web(place, lead):
        met = call(place, concern, children, held_at=BEFORE)
        results = {child.pk: "section_47" for child in children}
        days.hold_meeting(meeting=met, seen=BEFORE, held_at=BEFORE, results=results, by=lead)
    return met, children


def test_a_keeper_who_may_not_read_the_concern_sees_the_day_and_changes_nothing(place: Place, client: Client):
    met, children = held_for_two(place)
    access.restrict_concern(concern=met.concern, by=place.room.lead)
    deputy, step = place.room.deputy, step_of(met, children[0])
    assert (sees(deputy, met), sees(deputy, step)) == (False, True)
    page = Visitor(client, deputy).page("plan_step", step.pk)
    assert "24 November 2026" in page and "A section 47 enquiry" in page
    assert "which is not open to you" in page and reverse("meeting", args=[met.pk]) not in page
    assert '<input type="hidden" name="deed"' not in page
    for service in (
        lambda: steps.note_step(step=step, token=uuid7(), text="Rang.", by=deputy),
        lambda: steps.correct_step(
            step=step, seen=step.revision, token=uuid7(), reason="No.", held_on=date(2026, 11, 23), by=deputy
        ),
        lambda: outcomes.carry_out(decided=step, seen=step.revision, by=deputy),
    ):
        with pytest.raises(NotAllowed, match="meeting about a concern"), as_web(place, deputy):
            service()
    # Nor by SQL that was let in; the keeper who decides on the concern writes the same.
    with pytest.raises(DatabaseError), as_web(place, deputy):
        Step.objects.filter(pk=step.pk).update(outcome="none")
    with as_web(place, place.room.lead):
        assert Step.objects.filter(pk=step.pk).update(outcome="none") == 1


def test_the_lead_says_what_follows_on_the_page_of_the_date(place: Place, client: Client):
    met, children = held_for_two(place)
    step = step_of(met, children[0])
    visitor = Visitor(client, place.room.lead)
    page = visitor.page("plan_step", step.pk)
    assert reverse("meeting", args=[met.pk]) in page
    assert 'value="correct"' not in page and 'value="note"' not in page
    visitor.send("plan_step", step.pk, "follow")
    waits = Step.objects.get(episode=step.episode, kind="section_47")
    assert (waits.status, waits.after) == ("waiting", step)


def test_a_parent_who_works_here_sees_neither_the_date_nor_what_waits_because_of_it(place: Place, client: Client):
    met, (mine, theirs) = held_for_two(place)
    parent = place.room.deputy
    step = step_of(met, mine)
    with as_web(place, place.room.lead):
        outcomes.carry_out(decided=step, seen=step.revision, by=place.room.lead)
    rows = list(Step.objects.filter(episode=step.episode))
    assert {one.kind for one in rows if one.after_id} == {"initial_conference", "section_47"}
    assert all(sees(parent, one) for one in rows)
    # Of the other child in the concern: the plan of this one stays open to them.
    declare_conflict(user=parent, child=theirs, kind="relative", by=parent)
    hidden = {one.pk for one in rows if not sees(parent, one)}
    assert hidden == {one.pk for one in rows if one.meeting_id or one.after_id}
    assert sees(parent, step.episode)
    assert hidden <= set(known("steps_hidden", parent.pk))
    with asking(parent):
        assert not Step.objects.filter(pk__in=hidden).exists()
    visitor = Visitor(client, parent)
    for one in rows:
        assert visitor.get("plan_step", one.pk).status_code == (404 if one.pk in hidden else 200)
    page = visitor.page("child_plans", mine.pk)
    assert "Strategy discussion" not in page and "Initial child protection conference" not in page
    assert not set(known("steps_hidden", place.room.headteacher.pk))


def _with_a_hidden_core_group(place: Place) -> tuple[Any, Any, User]:
    """A core group in the plan of one child, and a keeper from whom its concern is hidden because of the other."""
    mine, theirs = children = two(place)
    plan, concern = place.begin(starts_on=date(2026, 11, 20)), about(place, children)
    with as_web(place, place.room.lead):
        met = call(place, concern, [mine], kind="core_group")
    declare_conflict(user=place.room.deputy, child=theirs, kind="relative", by=place.room.deputy)
    return plan, met, place.room.deputy


def test_a_keeper_from_whom_a_date_is_hidden_leaves_it_in_no_plan_that_has_ended(place: Place):
    plan, met, parent = _with_a_hidden_core_group(place)
    assert met.in_plans == "done"
    with as_web(place, parent):
        ends: dict[str, Any] = {"ends_on": date(2026, 11, 23), "end_reason": "moved", "by": parent}
        ended = episodes.end_episode(episode=plan, seen=plan.revision, **ends)
    assert not Step.objects.filter(episode=plan, status="waiting").exists()
    with as_web(place, parent):
        again = episodes.open_again(episode=ended, seen=ended.revision, by=parent)
        assert not Step.objects.filter(meeting=met).exists()
    assert step_of(met, place.child).status == "waiting"
    # A plan that was an error frees its meeting, whoever says so: the lead puts it into the right one.
    with as_web(place, parent):
        episodes.enter_in_error(episode=again, seen=again.revision, reason="His cousin’s.", by=parent)
    with as_web(place, place.room.lead):
        right = place.begin(starts_on=date(2026, 11, 20))
        days.put_into_plans(meeting=met, children=[place.child], results={}, by=place.room.lead)
    assert step_of(met, place.child).episode == right


def test_what_is_counted_anew_is_counted_with_the_dates_that_are_hidden_from_its_keeper(place: Place):
    mine, theirs = children = two(place)
    lead, parent = place.room.lead, place.room.deputy
    plan = place.begin("child_in_need", starts_on=date(2026, 11, 20))
    asks = place.step(plan, "strategy_discussion", held_on=date(2026, 11, 20), columns={"outcome": "section_47"})
    concern = about(place, children)
    with as_web(place, lead):
        met = call(place, concern, [mine], kind="conference", conference="initial")
    declare_conflict(user=parent, child=theirs, kind="relative", by=parent)
    facts: dict[str, Any] = {"token": uuid7(), "reason": "On Monday.", "held_on": date(2026, 11, 23), "by": parent}
    with as_web(place, parent):
        steps.correct_step(step=asks, seen=asks.revision, **facts)
    assert step_of(met, mine).due_on == date(2026, 12, 14)
    assert Step.objects.filter(kind="initial_conference").count() == 1


def test_what_changed_in_a_date_that_was_a_hidden_meeting_stays_hidden_when_that_is_off(place: Place):
    _, met, parent = _with_a_hidden_core_group(place)
    step = step_of(met, place.child)
    with as_web(place, place.room.lead):
        days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason="Snow.", by=place.room.lead)
    assert sees(parent, step)
    entries = LogEntry.objects.filter(object_id=step.pk)
    assert not any(sees(parent, one) for one in entries)
    assert all(sees(place.room.headteacher, one) for one in entries) and entries
    # What the person says of it from then on is theirs.
    with as_web(place, parent):
        now = Step.objects.get(pk=step.pk)
        steps.book_step(step=now, seen=now.revision, booked_on=date(2026, 12, 1), by=parent)
    assert sees(parent, LogEntry.objects.filter(object_id=step.pk).latest("pk"))


def test_once_the_child_is_out_of_the_concern_the_date_is_hidden_from_all(place: Place):
    met, (first, second) = held_for_two(place)
    named = ConcernChild.objects.get(concern=met.concern, child=second)
    gone, stays = step_of(met, second), step_of(met, first)
    deciding.unlink_child(named=named, token=uuid4(), reason="Another child.", by=place.room.lead)
    for person in (place.room.lead, place.room.deputy, place.room.headteacher):
        assert (sees(person, gone), sees(person, stays)) == (False, True)
        assert not sees(person, Step.objects.get(after=gone))


def test_a_concern_about_which_people_met_stays_and_one_whose_meeting_is_off_does_not(place: Place):
    concern, lead = about(place, [place.child]), place.room.lead
    met = call(place, concern, None)

    def proposed() -> Any:
        seen = Concern.objects.get(pk=concern.pk).revision
        facts: dict[str, Any] = {"seen": seen, "token": uuid4(), "reason": "Typed to try.", "mistake": "test"}
        return error.propose(concern=concern, by=lead, **facts)

    with pytest.raises(OutOfTurn, match="People have met"):
        proposed()
    days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason="Snow.", by=lead)
    assert proposed().status == "proposed"


def test_of_two_records_that_become_one_the_second_step_is_not_counted(place: Place, client: Client):
    met, (keep, other) = held_for_two(place)
    lead = place.room.lead
    first, second = step_of(met, keep), step_of(met, other)
    with as_web(place, lead):
        done = merging.merge(keep=keep, other=other, reason="One child.", token=uuid7(), seen=None, by=lead)
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.child, second.met_for, second.not_counted) == (keep, other.pk, "same")
    assert (first.not_counted, first.number) == ("", 1)
    page = Visitor(client, lead).page("plan_step", second.pk)
    assert "Not counted" in page and "The same meeting" in page
    # One conference is due, and not two.
    assert [one.after for one in Step.objects.filter(kind="initial_conference", status="waiting")] == [first]
    with as_web(place, lead):
        merging.undo(merge=done, reason="Cousins.", by=lead)
    second.refresh_from_db()
    assert (second.child, second.not_counted, second.number) == (other, "", 1)
    assert Step.objects.filter(kind="initial_conference", status="waiting").count() == 2


def test_the_meeting_tells_it_in_the_chronology_and_the_date_where_the_concern_is_not_told(
    place: Place, client: Client
):
    met, children = held_for_two(place)
    step = step_of(met, children[0])
    of_meeting, of_step = reverse("meeting", args=[met.pk]), reverse("plan_step", args=[step.pk])

    def chronology(person: User) -> str:
        return Visitor(client, person).page("child_chronology", children[0].pk)

    page = chronology(place.room.deputy)
    assert (of_meeting in page, of_step in page) == (True, False)
    access.restrict_concern(concern=met.concern, by=place.room.lead)
    page = chronology(place.room.deputy)
    assert (of_meeting in page, of_step in page) == (False, True)
    declare_conflict(user=place.room.deputy, child=children[1], kind="relative", by=place.room.deputy)
    page = chronology(place.room.deputy)
    assert of_meeting not in page and of_step not in page


def test_the_diary_today_and_reminders_name_a_meeting_once(place: Place, client: Client):
    place.begin(starts_on=date(2026, 11, 20))
    concern, lead, deputy = about(place, [place.child]), place.room.lead, place.room.deputy
    with as_web(place, lead):
        met = call(place, concern, [place.child], kind="core_group")
    of_meeting, of_step = reverse("meeting", args=[met.pk]), reverse("plan_step", args=[step_of(met, place.child).pk])
    client.force_login(lead)
    for page in ("diary", "today"):
        text = client.get(reverse(page)).content.decode()
        assert text.count(of_meeting) == 1 and of_step not in text
    with as_role("worker"):
        told = AFTER - timedelta(days=1, hours=5)
        assert tell_of_meetings(at=told) > 0
        assert tell_of_dates(at=told) == 0
    # Who may not read the concern has the date of the plan there.
    access.restrict_concern(concern=concern, by=lead)
    client.force_login(deputy)
    text = client.get(reverse("diary")).content.decode()
    assert (of_meeting in text, of_step in text) == (False, True)
    with as_web(place, lead):
        days.call_off(meeting=met, token=uuid7(), seen=AFTER, reason="Snow.", by=lead)
    client.force_login(lead)
    assert of_meeting not in client.get(reverse("diary")).content.decode()


def test_a_meeting_nobody_can_put_into_the_plans_says_so(place: Place, client: Client):
    place.begin("child_in_need")
    concern, head = about(place, [place.child]), place.room.headteacher
    with as_web(place, head):
        met = call(place, concern, None, by=head)
    address = reverse("meeting", args=[met.pk])
    page = Visitor(client, head).page("meeting", met.pk)
    assert "It waits to be put into the plans" in page and place.room.lead.full_name in page
    client.force_login(place.room.lead)
    assert f"{address}" in client.get(reverse("today")).content.decode().split('id="mine"')[1]
    for person in (place.room.lead, place.room.deputy, place.acting, place.trust):
        declare_conflict(user=person, child=place.child, kind="relative", by=person)
    assert "Nobody at the school both decides" in Visitor(client, head).page("meeting", met.pk)


def test_a_child_without_such_a_plan_begins_one_filled_in(place: Place, client: Client):
    concern, lead = about(place, [place.child]), place.room.lead
    with as_web(place, lead):
        met = call(place, concern, [place.child], held_at=BEFORE)
    assert met.in_plans == "waits"
    visitor = Visitor(client, lead)
    query = f"?kind=child_in_need&meeting={met.pk}"
    assert reverse("record_change", args=[place.child.pk]) + f"?kind=child_in_need&amp;meeting={met.pk}" in (
        visitor.get("meeting", met.pk).content.decode()
    )
    typed = {"starts_on_day": 24, "starts_on_month": 11, "starts_on_year": 2026, "authority": "356"}
    answer = visitor.send("record_change", place.child.pk, "begin", query, **typed)
    assert answer.status_code == 302
    step = step_of(met, place.child)
    assert (step.episode.kind, step.episode.began_with, step.booked_on) == ("child_in_need", concern, TUESDAY)
    met.refresh_from_db()
    assert met.in_plans == "done"
