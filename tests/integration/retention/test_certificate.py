"""Is what was destroyed proved by a register and a certificate that name nobody?"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retention.models import DestructionList, ItemRun, Tombstone
from retention.services.approvals import approve
from retention.services.certificate import certificate_of
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.list_notices import close_lists
from retention.services.progress import Stand, progress_of
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event
from safeguarding.sealing.models import KEYS

from .conftest import Office
from .test_destroying import as_destroyer, later
from .test_list_pages import Visitor

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]


@pytest.fixture(autouse=True)
def _backups(settings: Any) -> None:
    settings.BACKUP_DAYS = 14


def stand_of(on_list: DestructionList) -> Stand:
    on_list.refresh_from_db()
    return progress_of([on_list.pk])[on_list.pk].stand(on_list)


def test_a_list_is_carried_out_once_each_approved_record_is_gone(place: Office, client: Client):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(one, other)
    made = place.sent(one, other)
    place.approve(made)
    lead = Visitor(client, place.room.lead)
    assert stand_of(made) == Stand.WAITING and lead.status("destruction_certificate", made.pk) == 404
    with later(days=15):
        with as_destroyer():
            assert destroy_due() == 2
            # One has not lost its files yet: the list is being destroyed.
            ItemRun.objects.filter(item__place=2).update(state="rows_gone", trouble="OSError")
            assert finish() == 0
        assert stand_of(made) == Stand.DESTROYING and close_lists() == 0
        lead = Visitor(client, place.room.lead)
        page = lead.page("destruction_list", made.pk)
        assert "1 of 2 records are gone to the last file" in page and "1 record stopped on the way" in page
        assert lead.status("destruction_certificate", made.pk) == 404
        with as_destroyer():
            assert (destroy_due(), finish()) == (1, 1)
        assert stand_of(made) == Stand.DONE
        assert close_lists() == 1 and close_lists() == 0
        assert DestructionList.objects.get(pk=made.pk).status == "done"
        for person in (place.room.lead, place.room.headteacher):
            assert Notice.objects.filter(user=person, kind="list_done").count() == 1


def test_the_certificate_and_the_register_say_what_was_done_and_name_no_child(place: Office, client: Client):
    child = place.leaver()
    place.due(child)
    made = place.sent(child)
    place.approve(made)
    today = timezone.localdate()
    with later(days=15), as_destroyer():
        assert destroy_due() == 1
    cert = certificate_of(DestructionList.objects.get(pk=made.pk), progress_of([made.pk])[made.pk])
    assert (cert.records, cert.files_left, cert.paper) == (1, 0, 0)
    assert cert.rows == Tombstone.objects.get().rows and len(cert.fingerprint) == 64
    assert cert.events == Event.objects.filter(object_id=made.items.get().pk, verb="destroy").count() >= 3
    # The keys are in their backups for 35 days, however short the others are kept.
    assert cert.backups_clear_on == today + timedelta(days=15 + 35)
    with later(days=15):
        for person in (place.room.lead, place.room.headteacher, place.officer, place.room.office, place.chair):
            visitor = Visitor(client, person)
            for page in (visitor.page("destruction_certificate", made.pk), visitor.page("destruction_register")):
                assert "Safeguarding file" in page and "Rule R02 version 1" in page and made.reference in page
                # In the tokens of its forms stand any three letters.
                named = re.sub(r'(?<= value=")[^"]*', "", page)
                assert "Thorne" not in named and "Ida" not in named and "1 March 1999" not in named
        assert "1999" in visitor.page("destruction_certificate", made.pk)
        for name in ("destruction_certificate", "destruction_certificate_paper"):
            assert Visitor(client, place.room.teacher).status(name, made.pk) == 403
        client.force_login(place.room.headteacher)
        paper = client.get(reverse("destruction_certificate_paper", args=[made.pk]))
        assert paper["Content-Type"] == "application/pdf" and made.reference in paper["Content-Disposition"]


def test_a_list_with_a_record_for_another_person_stays_open(place: Office):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(one, other)
    made = place.sent(one, other)
    place.approve(made, made.items.get(place=1).pk)
    with later(days=15):
        with as_destroyer():
            assert (destroy_due(), finish()) == (1, 0)
        assert close_lists() == 0
    made.refresh_from_db()
    assert (made.status, made.done_at) == ("waiting", None)
    assert stand_of(made) == Stand.DESTROYING
    approve(on_list=made, seen=made.revision, items=[made.items.get(place=2).pk], by=place.chair)
