"""Does a plan that was entered in error vanish from every other page at once, and come back to each?"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, PlanFile, Step
from safeguarding.plans.services.around import add_professional, attach_to_step
from safeguarding.plans.services.episodes import enter_in_error, put_back
from safeguarding.plans.services.reminders import tell_of_dates
from safeguarding.uploads.services.keeping import Upload
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .pages import Visitor

pytestmark = pytest.mark.django_db
# Words that stand in this plan and nowhere else in the school.
WORKER, FILE = "Casey Fennimore", "Quillet minutes.txt"


@pytest.fixture
def plan(place: Place) -> Episode:
    """An EHCP whose annual review the school has missed, with somebody from outside and a file."""
    plan = place.begin("ehcp", starts_on=date(2025, 3, 4))
    step = place.step(plan, "final_plan", held_on=date(2025, 7, 21))
    add_professional(episode=plan, token=uuid7(), role="caseworker", name=WORKER, by=place.room.lead)
    attach_to_step(step=step, token=uuid7(), uploads=[Upload(FILE, b"Seen.")], what="minutes", by=place.room.lead)
    tell_of_dates(at=SCHOOL_DAY)
    assert Notice.objects.filter(user=place.room.lead, object_type="plan_step").exists()
    return plan


def menu(page: str) -> str:
    """The entry of the menu, with the number that stands beside it."""
    return re.sub(r"<[^>]*>|\s", "", page.split('href="/plans/"')[1].split("</a>")[0].split(">", 1)[1])


def places(visitor: Visitor, place: Place, plan: Episode) -> dict[str, bool]:
    """Every page on which the plan may stand, and whether it does."""
    child = place.child.pk
    held, waits = (Step._base_manager.get(episode=plan, kind=kind) for kind in ("final_plan", "annual_review"))
    tab = visitor.page("child_plans", child)
    open_part = tab.split('id="wrong"')[0]

    def text(name: str, *args: Any, query: str = "") -> str:
        answer = visitor.client.get(reverse(name, args=args) + query, follow=True)
        return answer.content.decode()

    there: dict[str, Callable[[], bool]] = {
        "tab": lambda: f"/plans/dates/{waits.pk}/" in tab,
        "its people on the tab": lambda: WORKER in open_part,
        "its files on the tab": lambda: FILE in open_part,
        "record a change": lambda: f"/plans/dates/{waits.pk}/" in visitor.page("record_change", child),
        "one date": lambda: visitor.get("plan_step", waits.pk).status_code == 200,
        "one that was held": lambda: visitor.get("plan_step", held.pk).status_code == 200,
        "its file": lambda: visitor.get("attachment", PlanFile._base_manager.get().pk).status_code == 200,
        "worklist": lambda: f"/plans/dates/{waits.pk}/" in text("plans"),
        "children of the status": lambda: "?status=ehcp" in text("plans"),
        "today": lambda: f"/plans/dates/{waits.pk}/" in text("today"),
        "menu": lambda: menu(text("today")) != "Plansanddates",
        "menu of its own page": lambda: menu(visitor.page("episode", plan.pk)) != "Plansanddates",
        "chronology": lambda: f"/plans/{plan.pk}/" in text("child_chronology", child),
        "chronology of what was held": lambda: f"/plans/dates/{held.pk}/" in text("child_chronology", child),
        "brief": lambda: WORKER in text("brief_page", child),
        "badge": lambda: Designation.objects.filter(episode=plan).visible_to(visitor.person).exists(),
    }
    return {name: stands() for name, stands in there.items()}


def test_it_is_gone_from_every_page_but_its_own_and_comes_back_to_each(client: Client, place: Place, plan: Episode):
    lead = Visitor(client, place.room.lead)
    before = places(lead, place, plan)
    assert before == dict.fromkeys(before, True)
    gone = enter_in_error(episode=plan, seen=plan.revision, reason="It is her cousin’s.", by=place.room.lead)
    after = places(lead, place, plan)
    assert after == dict.fromkeys(after, False)
    # It stands where it can be put back, for those who keep it.
    assert "It is her cousin’s." in lead.page("child_plans", place.child.pk)
    assert "It is her cousin’s." in lead.page("episode", plan.pk)
    put_back(episode=gone, by=place.room.lead)
    again = places(lead, place, plan)
    assert again == dict.fromkeys(again, True)


def test_its_notices_ask_for_nothing_any_more(client: Client, place: Place, plan: Episode):
    lead = Visitor(client, place.room.lead)

    def inbox() -> str:
        return lead.client.get(reverse("inbox")).content.decode()

    assert "Nothing waiting" not in inbox()
    enter_in_error(episode=plan, seen=plan.revision, reason="It is her cousin’s.", by=place.room.lead)
    assert "Nothing waiting" in inbox()


def test_of_one_in_error_nobody_is_told_and_once_it_is_back_they_are(client: Client, place: Place):
    plan = place.begin("child_protection")
    gone = enter_in_error(episode=plan, seen=plan.revision, reason="It is her cousin’s.", by=place.room.lead)
    tell_of_dates(at=SCHOOL_DAY)
    assert not Notice.objects.filter(object_type="plan_step").exists()
    put_back(episode=gone, by=place.room.lead)
    assert tell_of_dates(at=SCHOOL_DAY) > 0
