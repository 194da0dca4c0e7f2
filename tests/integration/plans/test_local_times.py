"""Does a school set, change and end the times of plans that no law gives, on their page, and who may?"""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.clocks import add_months
from safeguarding.plans.models import DeadlineRule, Step

from .conftest import Place

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_time_is_set_makes_the_next_date_is_replaced_and_ends(place: Place):
    head, page = signed_in(place.room.headteacher), reverse("local_times")
    shown = head.get(page)
    assert "No date is made" in shown.content.decode()
    typed = {"token": shown.context["form"]["token"].value(), "code": "L02", "amount": "x", "unit": "months"}
    bad = head.post(page, typed | {"source": "The panel’s letter of May"})
    assert (bad.status_code, "Give a number" in bad.content.decode()) == (422, True)
    assert "The panel’s letter of May" in bad.content.decode(), "what was typed is kept"
    typed |= {"amount": "3", "source": "The panel’s letter of May"}
    for _ in range(2):
        assert head.post(page, typed).status_code == 302
    assert DeadlineRule.objects.filter(school=place.school).count() == 2, "the same form again sets it once"
    assert "3 months" in head.get(page).content.decode()
    today = timezone.localdate()
    episode = place.begin("child_in_need_plan", starts_on=today)
    [review] = Step.objects.filter(episode=episode, kind="plan_review")
    assert review.due_on == add_months(today, 3)
    assert head.post(reverse("end_local_time"), {"code": "L02"}).status_code == 302
    assert head.post(reverse("end_local_time"), {"code": "L02"}).status_code == 409
    assert "No date is made" in head.get(page).content.decode()
    review.refresh_from_db()
    assert review.due_on == add_months(today, 3), "a date that was made keeps its day"


def test_only_who_manages_the_school_has_the_page_and_no_rule_of_law_is_on_it(place: Place):
    for user, status in ((place.room.lead, 200), (place.room.headteacher, 200), (place.room.teacher, 403)):
        client = signed_in(user)
        assert client.get(reverse("local_times")).status_code == status
        ended = client.post(reverse("end_local_time"), {"code": "D05"})
        assert ended.status_code == (302 if status == 200 else 403)
    assert not DeadlineRule.objects.exclude(school=None).exists()
