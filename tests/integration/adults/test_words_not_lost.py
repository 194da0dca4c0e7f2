"""What somebody writes of a concern about an adult, when it cannot be taken: signed out, no room, or refused."""

import re

import pytest
from django.urls import reverse

from safeguarding.adults.models import Raised, StaffConcern
from safeguarding.adults.services import naming, raising
from tests.integration.adults.test_work import TODAY, day, form
from tests.pages import author_in

pytestmark = pytest.mark.django_db


def test_what_was_written_is_not_lost_when_there_is_no_room_or_nobody_is_signed_in(client, place, monkeypatch):
    room, address = place.room, reverse("raise_staff_concern")
    client.force_login(room.assistant)
    author = author_in(client.get(address).content.decode())
    sent = form(name="Kim Adeyemi", standing="visitor", facts="He shouted.", author=author)
    client.logout()
    waiting = client.post(address, sent)
    assert waiting.status_code == 403
    posted = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', waiting.content.decode()))
    assert posted.items() >= sent.items()
    assert waiting.content.decode().count("He shouted.") == 1, "in the form alone, and not for whoever sits there"
    assert client.post(address, sent | {"author": "forged"}).status_code == 302, (
        "whose it is not is led to the sign-in page"
    )
    client.force_login(room.teacher)
    assert client.post(address, sent).status_code == 403, "nobody sends the words of another"
    assert not StaffConcern.objects.exists()
    client.force_login(room.assistant)
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(raising, "raise_staff_concern", lambda **given: 1 / 0)
        page = client.post(address, sent)
    assert page.status_code == 503
    assert "Visitor, or uses the premises" in page.content.decode()
    assert "tell the chair of governors" in page.content.decode()
    assert client.post(address, sent).status_code == 302
    assert Raised.objects.get().author == room.assistant


def test_what_was_typed_comes_back_with_a_refusal_of_the_service(client, place):
    head, concern = place.room.headteacher, place.concern()
    naming.name_adult(concern=concern, part="involved", user=place.room.pastoral, by=head)
    client.force_login(head)
    sent = {"part": "about", "person": str(place.room.pastoral.pk), "employer": "Blue Teachers"}
    page = client.post(reverse("staff_concern_name", args=[concern.pk]), sent)
    assert page.status_code == 409
    assert "is named already" in page.content.decode()
    assert "Blue Teachers" in page.content.decode()
    give = {"holder": f"user:{place.room.lead.pk}", "reason": "Sits in the meeting.", **day("last_day", TODAY)}
    there = [client.post(reverse("staff_concern_give", args=[concern.pk]), give) for _ in range(2)]
    assert [one.status_code for one in there] == [302, 409]
    assert "Sits in the meeting." in there[1].content.decode()
