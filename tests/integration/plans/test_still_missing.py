"""Does a child who went missing and is not back stand first everywhere, and can somebody say that the child is back?"""

import html
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from children.models import Child
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services import work
from safeguarding.plans.services.episodes import end_episode
from safeguarding.plans.services.standing import standing
from safeguarding.plans.services.steps import correct_step, say_back
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .pages import Visitor, day
from .test_episodes import waiting

pytestmark = pytest.mark.django_db
WENT, BACK = date(2026, 11, 20), date(2026, 11, 23)
SAYS, WAY = "Still missing since 20 November", "Say that the child is back"


def missing(plan: Episode) -> Step:
    return Step.objects.get(episode=plan, kind="missing")


@pytest.fixture
def plan(place: Place) -> Episode:
    return place.begin("missing_from_home", starts_on=WENT)


def lists(client: Client, *names: str) -> dict[str, str]:
    return {name: html.unescape(client.get(reverse(name)).content.decode()) for name in names}


def test_it_stands_first_with_the_way_to_say_that_the_child_is_back(place: Place, plan: Episode, client: Client):
    place.begin("child_protection")
    lead, away = Visitor(client, place.room.lead), missing(plan)
    tab = lead.page("child_plans", place.child.pk)
    assert SAYS in tab and f"/plans/dates/{away.pk}/#back" in tab
    # Before the plan that otherwise comes first, and instead of “Nothing waits”.
    assert tab.index(SAYS) < tab.index("Core group") and "Nothing waits" not in tab
    page = lead.page("episode", plan.pk)
    assert SAYS in page and WAY in page and "Nothing waits" not in page and "What was done" not in page
    date_page = lead.page("plan_step", away.pk)
    assert SAYS in date_page and "The child is back" in date_page
    for name, text in lists(client, "today", "plans", "diary").items():
        assert text.index(SAYS) < text.index(WAY) and place.child.full_name in text, name
    brief = html.unescape(client.get(reverse("brief_page", args=[place.child.pk])).content.decode())
    assert "still missing since 20 November" in brief
    # A week to come is no place for it.
    assert SAYS not in client.get(reverse("diary") + "?week=2026-12-07").content.decode()


def test_where_nothing_else_waits_no_list_says_that_nothing_does(place: Place, plan: Episode, client: Client):
    client.force_login(place.room.lead)
    text = lists(client, "plans")["plans"]
    assert SAYS in text and "Nothing else waits" in text and "Nothing waits" not in text


def test_the_day_starts_the_clock_of_the_interview(place: Place, plan: Episode, client: Client):
    lead, away = Visitor(client, place.room.lead), missing(plan)
    before = lead.client.post(
        reverse("plan_step", args=[away.pk]),
        lead.form("plan_step", away.pk, "back") | day("back_on", date(2026, 11, 19)),
    )
    assert before.status_code == 422
    assert "on the day the child went missing, or later" in html.unescape(before.content.decode())
    assert lead.send("plan_step", away.pk, "back", **day("back_on", BACK)).status_code == 302
    away.refresh_from_db()
    assert (away.held_to, waiting(plan)) == (BACK, {"return_interview": date(2026, 11, 26)})
    assert SAYS not in lead.page("child_plans", place.child.pk)
    assert not any(SAYS in text for text in lists(client, "today", "plans", "diary").values())
    # Not offered any more; the same again changes nothing, another day is a correction.
    assert 'name="back_on_day"' not in lead.page("plan_step", away.pk)
    again = {"step": away, "seen": away.revision, "by": place.room.lead}
    assert say_back(**again, back_on=BACK).revision == away.revision
    with pytest.raises(OutOfTurn, match="not missing any more"):
        say_back(**again, back_on=date(2026, 11, 24))
    # One who is not back after all is missing again, and no interview waits.
    told = {"token": uuid7(), "reason": "It was another child.", "by": place.room.lead}
    correct_step(step=away, seen=away.revision, columns={"held_to": None}, **told)
    assert SAYS in lead.page("child_plans", place.child.pk)
    assert waiting(plan) == {}


def test_a_day_that_cannot_be_is_said_and_only_keepers_say_it(place: Place, plan: Episode, client: Client):
    away, lead = missing(plan), place.room.lead
    for day_, sentence in ((None, "Enter back on"), (date(2026, 11, 25), "today or in the past")):
        with pytest.raises(BadInput, match=sentence):
            say_back(step=away, seen=away.revision, back_on=day_, by=lead)
    with pytest.raises(ChangedSince):
        say_back(step=away, seen=away.revision + 1, back_on=BACK, by=lead)
    with pytest.raises(NotAllowed):
        say_back(step=away, seen=away.revision, back_on=BACK, by=place.room.headteacher)
    # Who reads it finds it first too, and no way that is not theirs.
    head = Visitor(client, place.room.headteacher)
    for text in (head.page("child_plans", place.child.pk), lists(client, "plans")["plans"]):
        assert SAYS in text and WAY not in text
    with pytest.raises(AssertionError, match="No form"):
        head.form("plan_step", away.pk, "back")


def test_of_a_looked_after_child_the_designated_teacher_finds_it(place: Place, client: Client):
    place.name_in_notice("designated_teacher")
    care = place.begin("looked_after")
    place.step(care, "missing", held_on=WENT, columns={"outcome": "A"})
    client.force_login(place.designated)
    home = html.unescape(client.get(reverse("home"), follow=True).content.decode())
    assert "Still away since 20 November" in home
    client.force_login(place.room.lead)
    assert "Still away since 20 November" in lists(client, "today")["today"]


def test_nobody_is_missing_once_the_plan_has_ended_or_the_child_has_left(place: Place, plan: Episode, client: Client):
    away, lead = missing(plan), Visitor(client, place.room.lead)
    assert list(work.still_missing(Step.objects.all(), place.school.pk)) == [away]
    assert standing(away, today=SCHOOL_DAY.date()).words == SAYS
    assert standing(away, today=SCHOOL_DAY.date(), on_roll=False).words == "Held"
    end_episode(episode=plan, seen=plan.revision, ends_on=BACK, end_reason="settled", by=place.room.lead)
    assert not work.still_missing(Step.objects.all()).exists()
    assert SAYS not in lead.page("episode", plan.pk) and SAYS not in lead.page("plan_step", away.pk)
    other = place.begin("missing_from_home", authority="355", starts_on=WENT)
    assert work.still_missing(Step.objects.all()).exists()
    Child.objects.filter(pk=place.child.pk).update(left_on=BACK)
    assert not work.still_missing(Step.objects.all()).exists()
    assert other.status == "open"
