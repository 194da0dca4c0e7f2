"""Is every refusal on record that somebody signed in was given, with nothing of what was typed, and none of a
stranger's?
"""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from safeguarding.audit.models import Event, Outcome, Verb
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.staffroom(password=factories.PASSWORD)


def refusals():
    return [(e.verb, e.actor_id, e.purpose, e.object_type, e.outcome) for e in Event.objects.filter(verb=Verb.DENY)]


def unknown(client):
    return client.get("/children/rowan-ashdown/"), 404


def forged(client):
    return client.post(reverse("act_as"), {"acting": "rowan-ashdown"}), 403


def opened(client):
    return client.get(reverse("act_as"), {"child": "rowan-ashdown"}), 405


def too_often(client):
    for _ in range(5):
        client.post(reverse("account_change_password"), {"oldpassword": "rowan-ashdown"})
    return client.post(reverse("account_change_password"), {"oldpassword": "rowan-ashdown"}), 429


@pytest.mark.parametrize(
    ("ask", "purpose", "page"),
    [
        (unknown, "404", ""),
        (forged, "csrf", "act_as"),
        (opened, "405", "act_as"),
        (too_often, "429", "account_change_password"),
    ],
)
def test_what_is_refused_before_a_view_has_a_say_is_an_event_of_who_is_signed_in_and_none_of_a_stranger(
    cast, ask, purpose, page
):
    cache.clear()
    client = Client(enforce_csrf_checks=ask is forged)
    ask(client)
    assert refusals() == []

    client.force_login(cast.teacher)
    answer, status = ask(client)
    assert answer.status_code == status
    assert refusals() == [(Verb.DENY, cast.teacher.pk, purpose, page, Outcome.REFUSED)]
    assert not any("rowan" in str(vars(event)).lower() for event in Event.objects.all())


def test_a_stranger_cannot_fill_the_table_with_pages_that_take_text_from_anybody():
    before = Event.objects.count()
    answer = Client().post(reverse("log_concern"), {"facts": "x"})
    assert answer.status_code == 422
    assert Event.objects.count() == before


def test_an_address_without_its_last_stroke_is_completed_and_is_no_refusal(client, cast):
    client.force_login(cast.teacher)
    assert client.get("/inbox", follow=True).status_code == 200
    assert refusals() == []
    assert client.get("/inbocks", follow=True).status_code == 404
    assert [purpose for _, _, purpose, _, _ in refusals()] == ["404"]


def test_changing_the_role_one_works_in_is_an_event_and_trying_anothers_a_refusal(client, cast):
    elsewhere = factories.school("Weir Road Primary School")
    factories.give_role(user=cast.teacher, school=elsewhere, role_key="office", starts_on=factories.LONG_AGO)
    client.force_login(cast.teacher)

    client.post(reverse("act_as"), {"acting": f"{elsewhere.pk}:headteacher"})
    assert refusals() == [(Verb.DENY, cast.teacher.pk, "role", "accounts.user", Outcome.REFUSED)]
    client.post(reverse("act_as"), {"acting": f"{elsewhere.pk}:office"})
    event = Event.objects.get(verb=Verb.CHANGE, actor_id=cast.teacher.pk)
    assert (event.object_id, event.school_id, event.purpose) == (cast.teacher.pk, elsewhere.pk, "role: office")
