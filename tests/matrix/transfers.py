"""Which files to the next school have the children of the matrix? One each, built by a lead, sent, received and
settled, with a word in each of its notes, and one volume.
"""

import hashlib
from types import SimpleNamespace
from typing import Any

from safeguarding.keys import uuid7
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from sharing.events.models import LegalReason, Recipient
from sharing.events.services.following import Happened
from sharing.transfers.models import FileSending, FileTransfer, FileVolume
from sharing.transfers.services import additions
from sharing.transfers.services.confirming import Noted, Where, confirm_destination, note_early
from sharing.transfers.services.opening import open_transfer
from sharing.transfers.services.receiving import receive_file, settle_transfer
from sharing.transfers.services.sending import REASON, HandedOver, hand_over_file
from tests.integration.uploads.corpus import pdf
from tests.matrix.ground import RECORDS, THEN, given_row


def lay_transfers(world: Any) -> None:
    """Of each child."""
    for record in RECORDS:
        _lay(world, record)


def _lay(world: Any, record: str) -> None:
    by, child, word = world.lead_of(record), world.children[record], world.word
    made = open_transfer(child=child, last_day=THEN.date(), by=by, at=THEN)
    where = Where(Recipient.objects.get(pk=world.keys["other" if record == "other" else "open"]["recipient"]))
    made = confirm_destination(transfer=made, seen=made.revision, last_day=made.last_day, where=where, by=by, at=THEN)
    noted = Noted(word(), THEN.date(), word())
    note_early(transfer=made, token=uuid7(), noted=noted, by=by, at=THEN)
    asks: Any = SimpleNamespace(user=by)
    told = additions.marks(made.pk, [one.key for one in additions.seen(asks, child)])
    sending = given_row(
        FileSending,
        transfer=made,
        child=child,
        school=made.school,
        token=uuid7(),
        asked_at=THEN,
        asked_by=by,
        building="built",
        built_at=THEN,
        entries=len(told),
        manifest_digest="0" * 64,
        told=[*told, word()],
        words=word(),
        receipt=word(),
        receipt_key="harbour/0",
    )
    world.keys[record] |= {"transfer": made.pk, "volume": _volume(sending, by).pk}
    answers = {one["key"]: word() for one in LegalReason.objects.get(code=REASON).questions if one["takes"] == "words"}
    happened = Happened(THEN, "email", word())
    said = HandedOver(happened, answers | {"no_consent": "not_expected"}, "no", "no", word())
    sending = hand_over_file(sending=sending, token=uuid7(), said=said, by=by, at=THEN)
    receive_file(sending=sending, token=uuid7(), happened=Happened(THEN, person=word()), by=by, at=THEN)
    made = FileTransfer._base_manager.get(pk=made.pk)
    given = {"seen": made.revision, "token": uuid7(), "own_copy": "schedule", "text": word()}
    settle_transfer(transfer=made, by=by, at=THEN, **given)


def _volume(sending: Any, by: Any) -> FileVolume:
    owner, kind = record_of(sending)
    content = pdf()
    return given_row(  # type: ignore[no-any-return]
        FileVolume,
        sending=sending,
        child=sending.child,
        school=sending.school,
        number=1,
        of=1,
        pages=1,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        stored=files.keep(content, key=key_of(owner, kind, first_subject(sending))),
        built_for=by,
        built_at=THEN,
    )
