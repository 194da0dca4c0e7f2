"""Who opens the pages of approval and of the files, what can be done there, and what does the office read of it?"""

from typing import Any

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Event, Verb
from sharing.requests.models import Bundle, BundleVolume, RequestItem, RightsRequest
from sharing.requests.services import building, roles
from tests.integration.requests.answers import (
    School,
    built,
    decided,
    family,
    gathered,
    looked,
    now,
    prepared,
    school,
)

pytestmark = pytest.mark.django_db
# Words of an item, of its title, and who stands in it.
CANARIES = ("took his bag", "Quennell", "Account")


@pytest.fixture
def at() -> School:
    return school()


@pytest.fixture
def case(at: School) -> RightsRequest:
    rowan, _ = family(at)
    return decided(at, gathered(at, rowan))


def client(user: User) -> Client:
    found = Client()
    found.force_login(user)
    return found


def page(user: User, name: str, case: RightsRequest, **typed: Any) -> Any:
    address = reverse(name, args=[case.pk])
    return client(user).post(address, typed) if typed else client(user).get(address)


def test_the_journey_by_its_pages(at: School, case: RightsRequest, django_capture_on_commit_callbacks: Any) -> None:
    answer = page(at.lead, "request_approval", case)
    assert "Say whether an order" in answer.content.decode()
    assert page(at.lead, "request_approval", case, deed="prepare").status_code == 409
    case = prepared(at, case)
    answer = page(at.officer, "request_approval", case)
    assert "To be opened before you approve" in answer.content.decode()
    assert page(at.officer, "request_approval", case, deed="approve").status_code == 409
    for item in RequestItem.objects.filter(case=case):
        assert client(at.officer).get(reverse("request_item", args=[item.pk])).status_code == 200
    answer = page(at.officer, "request_approval", case, deed="send_back", note="")
    assert answer.status_code == 422 and "Write what is to be looked at again" in answer.content.decode()
    assert page(at.officer, "request_approval", case, deed="approve").status_code == 302
    assert now(case).status == "approved"

    assert "Nobody has asked for them" in page(at.officer, "request_bundle", case).content.decode()
    assert page(at.officer, "request_bundle", case, deed="ask", kind="answer").status_code == 302
    assert "They are being made and checked" in page(at.officer, "request_bundle", case).content.decode()
    bundle = Bundle.objects.get(case=case)
    assert building.run(bundle.pk)
    volume = BundleVolume.objects.get(bundle=bundle)
    fetch = reverse("request_volume", args=[case.pk, volume.pk])
    assert client(at.cast.office).post(fetch).status_code == 404, "before it is locked"
    assert client(at.officer).post(fetch)["Content-Type"] == "application/pdf"

    words = page(at.officer, "request_bundle", case, deed="lock", bundle=bundle.pk).context["words"]
    assert len(words) == 29
    assert words not in page(at.officer, "request_bundle", case).content.decode()
    locked = client(at.cast.office).post(fetch).content
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(__import__("io").BytesIO(locked))
    assert Event.objects.filter(object_id=volume.pk, verb=Verb.EXPORT).count() == 2
    today = timezone.localdate()
    on = {"on_day": today.day, "on_month": today.month, "on_year": today.year}
    answer = page(at.cast.office, "request_bundle", case, deed="release", bundle=bundle.pk, **on)
    assert answer.status_code == 422 and "Choose how they went" in answer.content.decode()
    for _ in range(2):
        answer = page(at.cast.office, "request_bundle", case, deed="release", bundle=bundle.pk, how="email", **on)
        assert answer.status_code == 302
    assert now(case).status == "answered"
    assert "Handed over" in page(at.cast.office, "request_bundle", case).content.decode()
    for item in RequestItem.objects.filter(case=case):
        assert client(at.officer).get(reverse("request_item", args=[item.pk])).status_code == 404, "shut"


def test_who_opens_which_page_and_the_office_reads_no_word(at: School, case: RightsRequest) -> None:
    case = prepared(at, case)
    opens = {
        "request_approval": {at.lead: 200, at.officer: 200, at.cast.office: 404, at.cast.headteacher: 404},
        "request_bundle": {at.lead: 200, at.officer: 200, at.cast.office: 200, at.cast.headteacher: 200},
    }
    for name, people in opens.items():
        for user, status in people.items():
            answer = page(user, name, case)
            assert answer.status_code == status, (name, user.first_name)
            if user not in (at.lead, at.officer):
                assert not [one for one in CANARIES if one in answer.content.decode()]
        assert page(at.cast.teacher, name, case).status_code in (403, 404)


def test_what_the_check_found_is_told_to_who_reads_everything(
    at: School, case: RightsRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sharing.requests.checking import Find
    from sharing.requests.services import approving

    case = prepared(at, case)
    looked(at, case)
    case = approving.approve(case, by=at.officer)
    monkeypatch.setattr(building, "check", lambda *given: [Find("has a name that was taken out", 1, 3, 1)])
    bundle = built(at, case)
    assert bundle.building == "refused"
    item = RequestItem.objects.get(pk=bundle.finds[0]["key"])
    said = page(at.officer, "request_bundle", case).content.decode()
    assert reverse("request_item", args=[item.pk]) in said and f"item {item.number}" in said
    assert "has a name" not in page(at.cast.office, "request_bundle", case).content.decode()


def test_the_page_of_approval_asks_the_database_as_often_for_many_items(at: School, case: RightsRequest) -> None:
    case = prepared(at, case)
    few = queries(at, case)
    for number in range(2):
        from tests.integration.requests.cases import item

        for _ in range(10):
            item(case, at.lead, f"Note {number}.", decided="withheld", decided_at=timezone.now(), decided_by=at.lead)
    assert queries(at, case) == few <= 40


def queries(at: School, case: RightsRequest) -> int:
    here = client(at.officer)
    here.get(reverse("request_approval", args=[case.pk]))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert here.get(reverse("request_approval", args=[case.pk])).status_code == 200
    return len(asked)


def test_what_waits_for_approval_stands_beside_today_of_its_approver_alone(at: School, case: RightsRequest) -> None:
    head = at.cast.headteacher
    roles.replace(case, by=at.lead, part="approver", user=head)
    address = reverse("request", args=[case.pk])

    def beside(user: User) -> bool:
        lines = client(user).get(reverse("today")).context["beside"]
        return address in "".join(lines["second"].blocks)

    assert not beside(head)
    prepared(at, case)
    assert beside(head)
    assert not beside(at.lead)
