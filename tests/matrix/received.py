"""Which files of the children of the matrix came from other schools? One on paper for each; and of some a file of
Harbour, confirmed by a call and on the record, with an entry for leads alone.
"""

import tempfile
from pathlib import Path
from typing import Any

from django.test import override_settings

from safeguarding.audit.seals import keyfile
from safeguarding.concerns.models import EarlierBatch
from safeguarding.concerns.services import earlier
from safeguarding.keys import uuid7
from sharing.received.services.calling import Call, confirm_sender
from sharing.received.services.elsewhere import Came, record_received
from sharing.received.services.opening import open_file
from sharing.received.services.receipts import sign_receipts
from tests.integration.received.files import SIGNER, WORDS, entry, record_of, volumes
from tests.matrix.ground import NOW, RECORDS, THEN

_OF_HARBOUR = ("open", "hidden", "other")


def lay_received(world: Any) -> None:
    """By the lead of each record, with a word in every text."""
    for record in RECORDS:
        came = Came("Beck Lane Infant School", "paper", THEN.date(), world.word())
        child, by = world.children[record], world.lead_of(record)
        world.keys[record]["received"] = record_received(child=child, token=uuid7(), came=came, by=by, at=THEN).pk
    made = {record: _of_harbour(world, record) for record in _OF_HARBOUR}
    with tempfile.TemporaryDirectory() as folder, override_settings(SEAL_KEY_PATH=Path(folder) / "seal.key"):
        keyfile.write_draft(keyfile.KeyFile(SIGNER, ())).replace(keyfile.path())
        sign_receipts(at=NOW)
    world.keys["open"]["receipt"], world.keys["other"]["receipt"] = made["open"], made["other"]


def _of_harbour(world: Any, record: str) -> Any:
    child, by, word = world.children[record], world.lead_of(record), world.word
    paper = f"{word()}.txt"
    said = record_of(
        child,
        entry(title=word(), written_by=word(), texts=((word(), word()),)),
        entry(title=word(), texts=((word(), word()),), documents=(paper,), is_restricted=True),
        made_on=THEN.date(),
    )
    file = volumes(said, documents={paper: b"A page."})
    received = open_file(school=world.school_of(record), token=uuid7(), volumes=file, words=WORDS, by=by, at=THEN)
    call = Call(word(), THEN.date(), "register")
    if received.waits_for_call:
        confirm_sender(received=received, call=call, by=by, at=NOW)
    batch = earlier.read_batch(batch=EarlierBatch.objects.get(pk=received.batch_id), by=by)
    batch = earlier.confirm_batch(batch=batch, by=by, seen=batch.revision, at=NOW)
    earlier.finish_batch(batch=batch)
    return received.pk
