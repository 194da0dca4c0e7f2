"""Does the approver read what was decided 25 items a page, and does that count as opened for what was read alone?"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RightsRequest
from sharing.requests.services import approving

from .answers import decide_person, give
from .cases import file_of, named
from .desk import Desk, K, desk, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Desk:
    return desk()


def prepared(at: Desk) -> RightsRequest:
    RightsRequest._base_manager.filter(pk=at.case.pk).update(
        status="prepared", prepared_at=timezone.now(), prepared_by=at.lead
    )
    return RightsRequest._base_manager.select_related("child").get(pk=at.case.pk)


def address(at: Desk) -> str:
    return reverse("request_decided", args=[at.case.pk])


def read(client: Client, to: str) -> Any:
    """Press *I have read these* on a page."""
    said = client.get(to).content.decode()
    fields = {name: re.findall(rf'name="{name}" value="([^"]*)"', said) for name in ("seen", "next")}
    return client.post(to, fields)


def unseen(at: Desk) -> int:
    return sum(not one.is_seen for one in approving.to_look_at(at.case))


def withheld(at: Desk, number: int) -> list[RequestItem]:
    """Items that a second person has to read."""
    return [give(at.item(f"Hail {n}."), by=at.lead, decided="withheld") for n in range(number)]


def test_what_was_read_counts_as_opened_with_an_event_of_each(at: Desk) -> None:
    cut, plain = at.item(), at.item("Snow.")
    at.take_out(cut, "Denise Pope")
    for one in (cut, plain):
        give(one, by=at.lead)
    items = [cut, *withheld(at, 29)]
    prepared(at)
    client = signed_in(at.dpo)
    said = client.get(address(at)).content.decode()
    assert "[Taken out" in said and "She would be recognised." in said and "I have read these" in said
    assert "Snow." not in said, "in full, and names nobody"
    answer = read(client, address(at))
    assert (answer.status_code, unseen(at)) == (302, 5)
    last = read(client, answer.headers["Location"])
    assert last.headers["Location"] == reverse("request_approval", args=[at.case.pk])
    assert unseen(at) == 0
    events = Event.objects.filter(verb="look_at_item", actor_id=at.dpo.pk).values_list("object_id", flat=True)
    assert sorted(events) == sorted(one.pk for one in items)
    assert "I have read these" not in client.get(address(at)).content.decode()


def test_a_file_has_to_be_opened_itself(at: Desk) -> None:
    one = at.item("Hail.")
    file_of(one)
    give(one, by=at.lead, decided="withheld")
    prepared(at)
    client = signed_in(at.dpo)
    said = client.get(address(at)).content.decode()
    assert "1 file on this page" in said and "I have read these" not in said
    client.get(reverse("request_item", args=[one.pk]))
    assert unseen(at) == 0


def test_what_was_decided_otherwise_meanwhile_is_read_again(at: Desk) -> None:
    [one] = withheld(at, 1)
    prepared(at)
    client = signed_in(at.dpo)
    said = client.get(address(at)).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', said)
    give(one, by=at.lead, decided="out_of_scope")
    prepared(at)
    answer = client.post(address(at), {"seen": seen})
    assert answer.status_code == 409 and "Read it as it stands now" in answer.content.decode()
    assert unseen(at) == 1
    assert read(client, address(at)).status_code == 302 and unseen(at) == 0


def test_nobody_but_the_approver_reads_it(at: Desk) -> None:
    [one] = withheld(at, 1)
    named(at.case, at.room.headteacher, "reviewer")
    prepared(at)
    state = approving.to_look_at(at.case)[0].state
    for user in (at.lead, at.room.headteacher, at.room.office, at.room.deputy, at.room.teacher):
        client = signed_in(user)
        assert client.get(address(at)).status_code in (403, 404), user
        assert client.post(address(at), {"seen": f"{one.pk}:{state}"}).status_code in (403, 404), user
    assert unseen(at) == 1
    assert signed_in(at.dpo).get(address(at)).status_code == 200


def test_nothing_counts_as_opened_before_it_is_prepared(at: Desk) -> None:
    [one] = withheld(at, 1)
    client = signed_in(at.dpo)
    assert "Nothing is to be opened now" in client.get(address(at)).content.decode()
    state = approving.to_look_at(at.case)[0].state
    client.post(address(at), {"seen": f"{one.pk}:{state}"})
    assert unseen(at) == 1


def test_the_page_asks_as_often_for_30_as_for_45_items(at: Desk) -> None:
    items = withheld(at, 30)
    kept = at.person("Hail 1.", items[1], kind=K.ADULT)
    decide_person(kept, by=at.lead, deed="keep", token=uuid7())
    client = signed_in(at.dpo)
    found = []
    for _ in range(2):
        prepared(at)
        client.get(address(at))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address(at)).content.decode().count('name="seen"') == 25
        found.append(len(asked))
        withheld(at, 15)
    assert found[0] == found[1]
