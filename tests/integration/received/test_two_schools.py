"""From one school to the next: a child leaves, the file is built, sent, opened, matched and confirmed, its receipt goes
back, and the transfer is settled. Two schools, each with its own key.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.seals import keyfile
from safeguarding.audit.seals.notes import Signer, new_origin
from safeguarding.concerns.models import EarlierFile, EarlierRecord
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.attaching import attach
from safeguarding.keys import uuid7
from safeguarding.printing.gathering import For
from safeguarding.uploads.services.keeping import Upload
from sharing.received.models import FileReceived
from sharing.received.services.receipts import sign_receipts
from sharing.transfer_file.containers import whole_file
from sharing.transfer_file.opening import open_container
from sharing.transfers.models import FileSending, FileTransfer, FileVolume
from sharing.transfers.services import building
from sharing.transfers.services.additions import seen
from sharing.transfers.services.asking import ask_for_file
from sharing.transfers.services.beat import keep_transfers
from sharing.transfers.services.receiving import settle_transfer, take_receipt
from sharing.transfers.services.words import show_words
from tests import factories
from tests.integration.received.conftest import Desk
from tests.integration.received.files import entry as said_there
from tests.integration.received.files import record_of
from tests.integration.received.files import volumes as file_of
from tests.integration.transfers.conftest import Place, confirmed, handed, opened, place  # noqa: F401
from tests.sheets import number

pytestmark = pytest.mark.django_db
BORN = date(2017, 3, 14)


@pytest.fixture
def key_of(settings: Any, tmp_path: Path) -> Callable[[str], Any]:
    """The key with which the worker of a school signs."""

    @contextmanager
    def at(school: str) -> Iterator[Signer]:
        settings.SEAL_KEY_PATH = tmp_path / f"{school}.key"
        if not settings.SEAL_KEY_PATH.exists():
            keyfile.write_draft(keyfile.KeyFile(Signer.make(new_origin()), ())).replace(keyfile.path())
        yield keyfile.read().signer

    return at


def sent_by(place: Place, transfer: FileTransfer, key_of: Callable[[str], Any], *, by: User) -> tuple[FileSending, str]:  # noqa: F811
    """Built by the worker with the rights of who asks, and handed over: the file and its words."""
    asked = ask_for_file(transfer=transfer, token=uuid7(), by=by)
    with key_of("sender"):
        assert building.build(asked.pk)
    handed(place, FileSending.objects.get(pk=asked.pk), by=by)
    sent = FileSending.objects.get(pk=asked.pk)
    return sent, show_words(sending=sent, by=by)


def volumes(sending: FileSending) -> list[bytes]:
    return [building.content_of(one) for one in FileVolume.objects.filter(sending=sending).order_by("number")]


def test_every_entry_of_the_senders_index_stands_in_the_receivers_record(
    place: Place,  # noqa: F811
    desk: Desk,
    key_of: Callable[[str], Any],
    empty_store: None,
):
    details = {"upn": number(1), "date_of_birth": BORN}
    lead = place.room.lead
    child = place.leaver(timezone.localdate() - timedelta(days=2), details=details)
    shut = place.told(child, facts="He said what only leads may read.")
    told = place.told(child, facts="She came without a coat.")
    attach(concern=told, token=uuid7(), uploads=[Upload("letter.txt", b"A letter.")], by=lead)
    restrict_concern(concern=shut, by=lead)
    transfer = confirmed(place, opened(place, child))
    sending, words = sent_by(place, transfer, key_of, by=lead)
    index = whole_file([open_container(one, words) for one in volumes(sending)]).record

    received = desk.open(volumes(sending), words=words)
    assert (received.child, received.sender, received.file) == (desk.rowan, place.school.name, sending.pk)
    desk.take_in(desk.call(received))
    rows = {row.reference: row for row in EarlierRecord.objects.filter(child=desk.rowan)}
    assert rows.keys() == {str(entry.key) for entry in index.entries}
    for entry in index.entries:
        row = rows[str(entry.key)]
        assert (row.source, row.is_for_leads) == (place.school.name, entry.is_restricted)
        assert all(text in row.narrative for _, text in entry.texts)
    assert {row.is_for_leads for row in rows.values()} == {True, False}
    assert "letter.txt" in EarlierFile.objects.get().name

    with key_of("receiver") as theirs:
        assert sign_receipts() == 1
    receipt = FileReceived.objects.get().receipt.encode()
    done = take_receipt(sending=sending, token=uuid7(), content=receipt, by=lead)
    assert done.receipt_key == str(theirs.public)
    now = FileTransfer.objects.get(pk=transfer.pk)
    settled = settle_transfer(transfer=now, seen=now.revision, token=uuid7(), own_copy="schedule", text="", by=lead)
    assert settled.status == "settled"


def test_what_an_earlier_school_had_restricted_follows_the_child_again(place: Place, desk: Desk):  # noqa: F811
    """Here `desk` is the school in the middle: what it received goes on to the next one."""
    desk.take_in(desk.call(desk.open(file_of(record_of(desk.rowan, said_there(is_restricted=True))))))
    Child.objects.filter(pk=desk.rowan.pk).update(left_on=timezone.localdate() - timedelta(days=1))
    assert keep_transfers() == 1
    [transfer] = FileTransfer.objects.filter(child=desk.rowan)
    lead, deputy = desk.room.lead, desk.room.deputy
    assert FileTransfer.objects.visible_to(lead).filter(pk=transfer.pk).exists()
    assert not FileTransfer.objects.visible_to(deputy).filter(pk=transfer.pk).exists(), "there is nothing she reads"
    asks = {person: len(seen(For(person), desk.rowan)) for person in (lead, deputy)}
    assert asks == {lead: 1, deputy: 0}
    desk.take_in(desk.open(file_of(record_of(desk.rowan, said_there()))))
    assert FileTransfer.objects.visible_to(deputy).filter(pk=transfer.pk).exists()


def test_a_deputys_file_lacks_what_is_restricted_and_the_leads_addition_brings_it(
    place: Place,  # noqa: F811
    desk: Desk,
    key_of: Callable[[str], Any],
    empty_store: None,
):
    details = {"upn": number(1), "date_of_birth": BORN}
    deputy = factories.member(place.school, "deputy_lead", "Dee", "Marsh")
    child = place.leaver(timezone.localdate() - timedelta(days=2), details=details)
    shut = place.told(child, facts="He said what only leads may read.")
    place.told(child, facts="She came without a coat.")
    restrict_concern(concern=shut, by=place.room.lead)
    transfer = confirmed(place, opened(place, child))
    sending, words = sent_by(place, transfer, key_of, by=deputy)
    desk.take_in(desk.call(desk.open(volumes(sending), words=words)))
    here = EarlierRecord.objects.filter(child=desk.rowan)
    first = here.count()
    assert not any("only leads" in row.narrative for row in here.all())
    addition, words = sent_by(place, FileTransfer.objects.get(pk=transfer.pk), key_of, by=place.room.lead)
    assert addition.is_addition
    again = desk.open(volumes(addition), words=words)
    assert (again.is_addition, again.key_was_known) == (True, True)
    desk.take_in(again)
    assert here.all().count() > first
    assert any("only leads" in row.narrative and row.is_for_leads for row in here.all())
