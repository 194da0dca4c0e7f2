"""Of several records on lists: which go together, which do not, and who finds nothing of one?"""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from retention.models import Decision, DestructionItem, ItemReason, RetentionDate
from retention.services import brakes
from retention.services.certificate import certificate_of
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.list_notices import close_lists
from retention.services.lists import decide, send
from retention.services.progress import progress_of
from safeguarding.ending.removal import left_of
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from sharing.events.models import Consent
from sharing.requests.models import RightsRequest
from tests.integration.requests.cases import handed_in, taken_up
from tests.walls import asking

from .conftest import Office, as_destroyer, later
from .kinds import KINDS, SCANS, begun, consent_of_a_leaver, due, end_request, lay_request, scanned_until, sent

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]


def test_of_two_cases_that_came_together_the_open_one_stays(place: Office):
    case: Any = lay_request(place)
    sister = place.leaver("Nell", "Reed")
    cast = SimpleNamespace(school=place.school, teacher=place.room.teacher, office=place.room.office)
    both = taken_up(cast, case.child, sister, case=handed_in(cast, received_on=timezone.localdate()))
    other = RightsRequest._base_manager.get(came_with=both)
    end_request(place, both)
    end_request(place, case)
    days = KINDS["request"].days
    scanned_until(days + SCANS)
    with later(days=days + SCANS):
        place.approve(sent(place, begun(place, both)))
    with later(days=days + SCANS + 15), as_destroyer():
        assert destroy_due() == 1
    left = RightsRequest._base_manager.get(pk=other.pk)
    assert (left.status, left.came_with_id, left.ending_at) == (other.status, None, None)
    assert left.requester == "Dana Ashdown"


def test_a_consent_and_its_childs_file_on_two_lists_both_end(place: Office):
    child, consent = consent_of_a_leaver(place)
    place.due(child)
    scanned_until(SCANS)
    with later(days=SCANS):
        lists = [sent(place, begun(place, one)) for one in (child, consent)]
        for made in lists:
            place.approve(made)
    with later(days=SCANS + 15):
        with as_destroyer():
            first = destroy_due()
            assert finish() == 2
        assert close_lists() == 2
    assert first in (1, 2)
    assert not Consent._base_manager.exists() and left_of([child.pk, consent.pk]) == []
    far = progress_of([made.pk for made in lists])
    for made in lists:
        made.refresh_from_db()
        assert far[made.pk].is_done and made.status == "done"
        assert certificate_of(made, far[made.pk]).backups_clear_on


def test_what_went_with_another_list_leaves_one_that_is_not_sent(place: Office):
    child, consent = consent_of_a_leaver(place)
    place.due(child)
    scanned_until(SCANS)
    with later(days=SCANS):
        place.approve(sent(place, begun(place, child)))
        waits = begun(place, consent)
    with later(days=SCANS + 15):
        with as_destroyer():
            assert destroy_due() == 1
        waits.refresh_from_db()
        with pytest.raises(BadInput, match="Nothing on this list is to be destroyed"):
            send(on_list=waits, seen=waits.revision, by=place.room.lead)


def test_plain_records_are_decided_together_by_the_hundred(place: Office, client: Client):
    _, consent = consent_of_a_leaver(place)
    scanned_until(SCANS)
    with later(days=SCANS):
        made = begun(place, consent)
        page = place.opens(client, place.room.lead, "destruction_list", made.pk).content.decode()
        assert "Decide all of them together" in page
        typed = {"deed": "decide", "token": str(uuid7()), "seen": str(made.revision), "all-kind": "destroy"}
        address = reverse("destruction_list", args=[made.pk])
        assert client.post(address, typed).status_code == 422
        assert client.post(address, {**typed, "all-reason": "Over."}).status_code == 302
    assert [(one.kind, one.item.on_list) for one in Decision.objects.all()] == [("destroy", made)]


def test_plain_and_other_records_are_on_lists_of_their_own(place: Office):
    child, consent = consent_of_a_leaver(place)
    place.due(child)
    scanned_until(SCANS)
    with later(days=SCANS), pytest.raises(BadInput, match="on a list of their own"):
        begun(place, child, consent)


def test_plain_records_have_a_brake_of_their_own_and_files_the_month(place: Office):
    day = timezone.now()
    given: dict[str, Any] = {
        "now": day,
        "sealed_at": day,
        "scanned_at": day,
        "scanned_by_database_at": day,
        "looked_at": day,
    }
    numbers: dict[str, Any] = {
        "waiting": 0,
        "waiting_plain": 0,
        "waiting_files": 0,
        "begun_today": 0,
        "plain_begun_today": 0,
    }
    numbers |= {"files_begun_in_30_days": 0, "files": 100, "here": day}

    def wrong(**some: int) -> Any:
        return brakes._wrong(brakes.Reading(**given | numbers | some))

    assert wrong(waiting_plain=100) is None and wrong(waiting_plain=40, waiting=25) is None
    assert wrong(waiting_plain=60, plain_begun_today=41) == ("too_many_plain", 101)
    assert wrong(waiting=26) == ("too_many_a_day", 26)
    assert wrong(waiting_plain=90, files_begun_in_30_days=90) is None
    assert wrong(waiting_plain=30, waiting_files=30) == ("too_many_a_month", 30)


def test_who_may_not_see_a_request_finds_no_date_no_item_and_no_reason_of_it(place: Office, client: Client):
    with due(place, "request") as case:
        made = begun(place, case)
        [item] = made.items.all()
        made.refresh_from_db()
        decide(item=item, seen=made.revision, token=uuid7(), kind="destroy", reason="Done.", by=place.room.lead)
        declare_conflict(user=place.room.lead, child=case.child, kind="relative", by=place.room.lead)
        for model in (RetentionDate, DestructionItem, Decision, ItemReason):
            key = {"record_key": case.pk}
            for role in ("web", "worker"):
                with asking(place.room.lead, role):
                    assert not model.objects.filter(**key).exists(), (model, role)
                with asking(place.room.headteacher, role):
                    assert model.objects.filter(**key).exists(), (model, role)
            assert not model.objects.filter(**key).visible_to(place.room.lead).exists()
        assert case.reference not in place.opens(client, place.room.lead, "retention").content.decode()
        assert case.reference not in place.opens(client, place.room.lead, "destruction_list", made.pk).content.decode()
