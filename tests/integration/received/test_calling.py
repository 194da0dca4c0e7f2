"""Is a new key believed after a call alone, and is the receipt what the school that sent the file can check?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from children.services.access import declare_conflict
from safeguarding.audit.models import Event
from safeguarding.audit.seals import keyfile
from safeguarding.audit.seals.notes import Signer
from safeguarding.concerns.services import earlier
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.received.models import FileReceived
from sharing.received.services.elsewhere import Came, record_received
from sharing.received.services.receipts import sign_receipts
from sharing.transfer_file.json_text import BadFile
from sharing.transfer_file.manifest import sha256
from sharing.transfer_file.receipts import Receipt
from tests.integration.received.conftest import Desk
from tests.integration.received.files import SENDER, record_of, volumes

pytestmark = pytest.mark.django_db


@pytest.fixture
def seal_key(settings: Any, tmp_path: Any) -> keyfile.KeyFile:
    """The key of this installation, which the worker has."""
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"
    made = keyfile.KeyFile(Signer.make("harbour/00aa11bb22cc33dd"), ())
    keyfile.write_draft(made).replace(keyfile.path())
    return made


def test_a_key_is_confirmed_once_and_known_from_then_on(desk: Desk):
    first = desk.open(volumes(record_of(desk.rowan)))
    assert (first.key_was_known, first.waits_for_call) == (False, True)
    held = desk.call(first)
    assert (held.spoke_to, held.number_from, held.is_sure) == ("Ada Bell, office manager", "register", True)
    assert held.batch is not None and held.batch.status == "uploaded"
    assert Event.objects.filter(verb="confirm", object_id=first.pk).count() == 1
    with pytest.raises(OutOfTurn):
        desk.call(first)
    second = desk.open(volumes(record_of(desk.hazel)))
    assert (second.key_was_known, second.waits_for_call) == (True, False)
    assert second.batch is not None and second.batch.status == "uploaded"


def test_a_key_that_one_school_confirmed_is_not_believed_of_another(desk: Desk):
    desk.call(desk.open(volumes(record_of(desk.rowan))))
    others = (replace(SENDER, name="Quayside School"), replace(SENDER, urn="999003"))
    for number, sender in enumerate(others):
        child = (desk.rowan, desk.hazel)[number]
        assert not desk.open(volumes(record_of(child, sent_from=sender))).key_was_known
    strange = Signer.make("harbour/fedcba9876543210")
    assert not desk.open(volumes(record_of(desk.rowan), signer=strange)).key_was_known


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"spoke_to": " "}, "who confirmed it there"),
        ({"number_from": "message"}, "where the number was found"),
        ({"called_on": None}, "day of the call"),
        ({"called_on": timedelta(days=-1)}, "day of the call"),
        ({"called_on": timedelta(days=1)}, "day of the call"),
    ],
)
def test_a_call_says_who_when_and_on_which_number(desk: Desk, said: dict[str, Any], sentence: str):
    received = desk.open(volumes(record_of(desk.rowan)))
    if isinstance(said.get("called_on"), timedelta):
        said = {"called_on": received.came_on + said["called_on"]}
    with pytest.raises(BadInput, match=sentence):
        desk.call(received, **said)
    assert FileReceived.objects.get().waits_for_call


def test_who_opens_no_files_confirms_no_key(desk: Desk):
    received = desk.open(volumes(record_of(desk.rowan)))
    with pytest.raises(NotAllowed):
        desk.call(received, by=desk.room.deputy)
    assert desk.call(received, by=desk.room.headteacher).is_sure


def test_the_receipt_is_signed_once_all_of_it_is_on_the_record(desk: Desk, seal_key: keyfile.KeyFile):
    record = record_of(desk.rowan)
    received = desk.call(desk.open(volumes(record)))
    assert sign_receipts() == 0
    batch = desk.take_in(received)
    assert (sign_receipts(), sign_receipts()) == (1, 0)
    signed = FileReceived.objects.get()
    read, by = Receipt.read(signed.receipt)
    assert by.key == seal_key.signer.public
    assert (read.file, read.school, read.urn) == (record.file, desk.room.school.name, desk.room.school.urn)
    assert read.manifest == signed.manifest_digest == sha256(signed.manifest.encode())
    with pytest.raises(BadFile):
        Receipt.read(signed.receipt.replace("received by", "received at"))
    # It did come, whatever becomes of it.
    earlier.withdraw_batch(batch=batch, why="wrong_file", by=desk.room.lead)
    assert FileReceived.objects.get().receipt


def test_without_the_key_nothing_is_signed_and_it_waits(desk: Desk, settings: Any, tmp_path: Any):
    settings.SEAL_KEY_PATH = tmp_path / "none"
    desk.take_in(desk.call(desk.open(volumes(record_of(desk.rowan)))))
    assert sign_receipts() == 0
    assert FileReceived.objects.get().receipt == ""


def test_a_file_on_paper_is_on_the_record_once(desk: Desk):
    received, token = desk.open(volumes(record_of(desk.rowan))), uuid7()
    came = Came("Quayside School", "paper", received.came_on, "Forty pages, in the locked cupboard of the office.")
    for _ in range(2):
        made = record_received(child=desk.rowan, token=token, came=came, by=desk.room.lead)
    assert (made.sender, made.how, made.is_file, made.waits_for_call) == ("Quayside School", "paper", False, False)
    assert FileReceived.objects.filter(how="paper").count() == 1
    with pytest.raises(NotAllowed):
        record_received(child=desk.rowan, token=uuid7(), came=came, by=desk.room.deputy)
    for wrong in (
        replace(came, sender=""),
        replace(came, how="harbour"),
        replace(came, came_on=received.came_on + timedelta(days=1)),
        replace(came, content=" "),
    ):
        with pytest.raises(BadInput):
            record_received(child=desk.rowan, token=uuid7(), came=wrong, by=desk.room.lead)


def test_a_file_of_a_child_hidden_from_somebody_is_not_there_for_them(desk: Desk):
    desk.open(volumes(record_of(desk.rowan)))
    other = desk.room.headteacher
    assert FileReceived.objects.visible_to(other).count() == 1
    declare_conflict(child=desk.rowan, user=other, kind="own_child", by=desk.room.lead)
    assert not FileReceived.objects.visible_to(other).exists()
    with pytest.raises(BadInput, match="No child of your school"):
        desk.open(volumes(record_of(desk.rowan)), by=other)
