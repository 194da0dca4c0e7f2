"""The pages of plans open, with what stands on them."""

from datetime import date

import pytest
from django.test import Client

from safeguarding.keys import uuid7
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.around import add_professional
from tests import factories

from .conftest import Place
from .pages import Visitor, day

pytestmark = pytest.mark.django_db


def test_the_tab_shows_each_date_with_why_it_is_that_day(client: Client, place: Place):
    episode = place.begin()
    lead = Visitor(client, place.room.lead)
    page = lead.page("child_plans", place.child.pk)
    assert "Child protection plan" in page
    assert "19 October 2026" in page
    assert "10 working days" in page
    assert "Rule D05" in page
    assert "36 days late: chase" in page
    assert "the core group first meets within 10 working days" in page
    assert "3 months" in page
    assert "Stockport" in page
    assert f"/plans/{episode.pk}/" in page


def test_every_kind_can_be_begun_from_its_form(client: Client, place: Place):
    # A care leaver is 16 or older.
    born = {"date_of_birth": date(2010, 4, 11)}
    place.child = factories.child(place.school, "Kit", "Ashdown", by=place.room.office, details=born)
    lead = Visitor(client, place.room.lead)
    choice = lead.page("record_change", place.child.pk)
    for kind in EPISODES.values():
        assert f"?kind={kind.key}" in choice
        query = f"?kind={kind.key}"
        typed = {"since": "nothing", "category": "NEG", "latest_category": "NEG", "eligibility": "relevant"}
        typed["eligibility"] = {"previously_looked_after": "", "care_leaver": "relevant"}.get(kind.key, "")
        answer = lead.send(
            "record_change",
            place.child.pk,
            "begin",
            query,
            **day("starts_on", date(2026, 11, 20)),
            authority="356",
            **typed,
        )
        assert answer.status_code == 302, (kind.key, answer.content.decode())
    assert Episode.objects.count() == len(EPISODES)
    for episode in Episode.objects.all():
        assert episode.title in lead.page("episode", episode.pk)
        for kind in episode.of_kind.steps:
            assert 'name="held_on_day"' in lead.page("episode", episode.pk, f"?add={kind}")
    for step in Step.objects.filter(status="waiting"):
        page = lead.page("plan_step", step.pk)
        assert step.title in page
        assert "Save what came of it" in page
    assert "Two statuses at once" in lead.page("child_plans", place.child.pk)


def test_the_card_and_the_chart_of_a_child_who_is_looked_after(client: Client, place: Place):
    episode = place.looked_after_with_scores()
    add_professional(
        episode=episode,
        token=uuid7(),
        role="reviewing_officer",
        name="Anita Rowe",
        telephone="0161 000 0000",
        by=place.room.lead,
    )
    page = Visitor(client, place.room.lead).page("child_plans", place.child.pk)
    for words in ("Interim care order", "Trips and haircuts", "Ann and Bo Lee", "Mother, Saturdays", "Anita Rowe"):
        assert words in page
    assert 'aria-label="19 out of 40: of concern"' in page
    assert 'cx="47.50%"' in page
    assert page.count('aria-label="1') == 2
    assert "Borderline" in page
