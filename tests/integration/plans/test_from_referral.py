"""A referral that was answered leads to a child in need episode, filled in, and its answer is the acknowledgement."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from children.models import Child
from children.services import access
from safeguarding.concerns.models import Referral
from safeguarding.concerns.services import agencies
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import LastHeld, enter_in_error
from tests import factories
from tests.factories import SCHOOL_DAY

from .conftest import STOCKPORT, Place
from .pages import Visitor, day

pytestmark = pytest.mark.django_db
SENT = SCHOOL_DAY - timedelta(days=4)
OFFER = "Record the child in need episode of"


def referral_about(place: Place, *children: Child, agency: str = "social_care") -> Referral:
    concern = factories.concern(
        place.room, at=SENT, children=[ChildEntry("worried_about", child) for child in (place.child, *children)]
    )
    sent = agencies.Sent(
        agency=agency,
        method="telephone",
        told="He is hungry.",
        sent_at=SENT,
        their_reference="MASH-2241",
        answer_by=date(2026, 11, 27),
    )
    return agencies.refer(concern=concern, token=uuid7(), sent=sent, by=place.room.lead)


def answer(place: Place, referral: Referral, said: str, *, after: timedelta = timedelta(days=3)) -> Referral:
    given = agencies.Step(text="They rang back.", happened_at=SENT + after, method="telephone", answer=said)
    agencies.step(referral=referral, move="answer", token=uuid7(), said=given, by=place.room.lead)
    referral.refresh_from_db()
    return referral


@pytest.fixture
def begin(place: Place) -> Callable[..., Episode]:
    def of(referral: Referral, **facts: Any) -> Episode:
        return place.begin("child_in_need", starts_on=SENT.date(), concern=referral.concern, referral=referral, **facts)

    return of


def acknowledgements(episode: Episode) -> list[tuple[str, date | None, date | None]]:
    rows = Step.objects.filter(episode=episode, kind="acknowledgement")
    return [(one.status, one.held_on, one.due_on) for one in rows]


def test_the_answer_is_the_acknowledgement_and_is_not_made_twice(place: Place, begin: Callable[..., Episode]):
    silent = begin(referral_about(place), authority="351")
    assert acknowledgements(silent) == [("waiting", None, date(2026, 11, 23))]
    answered = answer(place, referral_about(place), "accepted")
    episode = begin(answered)
    assert acknowledgements(episode) == [("held", date(2026, 11, 23), date(2026, 11, 23))]
    assert Step.objects.filter(episode=episode, kind="assessment", status="waiting").count() == 1


def test_of_an_answer_and_a_second_one_the_first_is_the_acknowledgement(place: Place, begin: Callable[..., Episode]):
    referral = answer(place, referral_about(place), "more", after=timedelta(days=1))
    more = agencies.Step(text="The attendance.", happened_at=SCHOOL_DAY, method="email", answer_by=date(2026, 11, 27))
    agencies.step(referral=referral, move="send_more", token=uuid7(), said=more, by=place.room.lead)
    referral.refresh_from_db()
    referral = answer(place, referral, "strategy", after=timedelta(days=4))
    assert acknowledgements(begin(referral))[0][:2] == ("held", date(2026, 11, 21))


def test_what_was_said_to_be_held_last_stays_as_it_was_said(place: Place, begin: Callable[..., Episode]):
    referral = answer(place, referral_about(place), "accepted")
    episode = begin(referral, last={"acknowledgement": LastHeld(date(2026, 11, 22)), "assessment": None})
    assert acknowledgements(episode) == [("held", date(2026, 11, 22), None)]


@pytest.mark.parametrize(
    ("agency", "said", "offered"),
    [
        ("social_care", "accepted", True),
        ("social_care", "strategy", True),
        ("police", "strategy", True),
        ("camhs", "accepted", False),
        ("social_care", "more", False),
        ("social_care", "no_action", False),
    ],
)
def test_the_page_offers_an_episode_where_social_care_acts(
    client: Client, place: Place, agency: str, said: str, offered: bool
):
    referral = referral_about(place, agency=agency)
    lead = Visitor(client, place.room.lead)
    assert OFFER not in lead.page("referral", referral.pk)
    answer(place, referral, said)
    assert (OFFER in lead.page("referral", referral.pk)) == offered
    filled = lead.page("record_change", place.child.pk, f"?kind=child_in_need&referral={referral.pk}")
    assert ("Filled in from the referral" in filled) == offered


def test_the_form_is_filled_in_and_what_it_made_stands_on_the_page_of_the_referral(client: Client, place: Place):
    sister = factories.child(place.school, "Skye", "Ashdown", by=place.room.office)
    referral = answer(place, referral_about(place, sister), "accepted")
    lead = Visitor(client, place.room.lead)
    page = lead.page("referral", referral.pk)
    assert page.count(OFFER) == 2
    query = f"?kind=child_in_need&referral={referral.pk}"
    assert query in page
    form = lead.page("record_change", place.child.pk, query)
    for words in ("MASH-2241", '<option value="2A" selected>', '<option value="referral" selected>', 'value="20"'):
        assert words in form, words
    assert "Authority acknowledges the referral: last held on" not in form
    sent = {"authority": STOCKPORT, "reference": "MASH-2241", "since": "nothing", **day("starts_on", SENT.date())}
    answered = lead.send("record_change", place.child.pk, "begin", query, **sent)
    assert answered.status_code == 302
    episode = Episode.objects.get()
    assert (episode.referral, episode.began_with) == (referral, referral.concern)
    assert acknowledgements(episode)[0][0] == "held"
    page = lead.page("referral", referral.pk)
    assert f"/plans/{episode.pk}/" in page
    assert page.count(OFFER) == 1 and f"/children/{sister.pk}/plans/change/" in page
    enter_in_error(episode=episode, seen=episode.revision, reason="The sister’s.", by=place.room.lead)
    assert lead.page("referral", referral.pk).count(OFFER) == 2


def test_who_does_not_keep_protection_is_offered_nothing(client: Client, place: Place, begin: Callable[..., Episode]):
    referral = answer(place, referral_about(place), "accepted")
    assert OFFER in Visitor(client, place.room.deputy).page("referral", referral.pk)
    head = Visitor(client, place.room.headteacher)
    assert OFFER not in head.page("referral", referral.pk)
    begin(referral)
    assert "On record from this referral" in head.page("referral", referral.pk)
    access.declare_conflict(
        user=place.room.deputy, child=place.child, kind="close", by=place.room.deputy, at=SCHOOL_DAY
    )
    assert Visitor(client, place.room.deputy).get("referral", referral.pk).status_code == 404


def test_a_referral_about_another_child_fills_in_nothing(client: Client, place: Place):
    referral = answer(place, referral_about(place), "accepted")
    other = factories.child(place.school, "Theo", "Lindqvist", by=place.room.office)
    query = f"?kind=child_in_need&referral={referral.pk}"
    page = Visitor(client, place.room.lead).page("record_change", other.pk, query)
    assert "MASH-2241" not in page and "Filled in" not in page
