"""Build a file that somebody asked for, with their rights: read, print, sign, encrypt, and keep its volumes sealed.

Work of the worker, which alone has the key that signs. Nothing of a file is there before all of it is: its volumes and
what says that it is built are one transaction. One that was stopped in the middle is built from the start; what it had
put into the store by then belongs to nothing, and is taken away with the strays.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from children.models import Child
from children.services.imports.working import alone
from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, acting, actors_transaction, system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.reading import visible
from safeguarding.audit.seals import keyfile
from safeguarding.audit.seals.keyfile import SealProblem
from safeguarding.audit.seals.notes import Signer
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed, OutOfTurn, TooMany
from safeguarding.keys import uuid7
from safeguarding.locks import is_lock
from safeguarding.once import one_page
from safeguarding.pdf import passphrase
from safeguarding.printing.client import PrinterAway
from safeguarding.printing.gathering import For
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import Destroyed, FileGone, FilesAway, KeyProblem, KeysAway
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from sharing.transfer_file.containers import Content, bind
from sharing.transfers.models import FileSending, FileVolume
from sharing.transfers.permissions import SENDERS, ensure_sends

from .composing import Composed, compose
from .contents import Chosen, chosen, ensure_decided
from .paper import Paper

# As `beat.py`: one task of the machine.
TASK = "transfers"
B = FileSending.Building
BROKEN = "Something went wrong while this file was built. Tell whoever looks after Harbour at your school."
NO_KEY = "The key that signs files cannot be used just now. Tell whoever looks after Harbour at your school."
NOT_THERE = "A document of this record cannot be opened. Tell whoever looks after Harbour at your school."
NOTHING = "Everything of this record that you may see has gone to the next school. There is nothing to add"
# These pass: the file is built the next time.
_AWAY = (FilesAway, KeysAway, PrinterAway, TooMany)


class FileBroken(Exception):
    """A file could not be built. Says which and why, without a word of what is in it."""


def build(sending_id: UUID) -> bool:
    """Build this file, unless somebody is at it. Whether it was built, or could not be for good."""
    with alone(sending_id) as free:
        with system_task(TASK):
            sending = FileSending.objects.filter(pk=sending_id, dropped_at=None).select_related("asked_by").first()
        if not free or sending is None or not sending.is_at_work:
            return False
        with acting(Acting(user_id=sending.asked_by_id, school_id=sending.school_id, request_id=uuid7())):
            return _built_or_failed(sending)


def build_all() -> int:
    """Build every file that waits. Returns how many ended."""
    with system_task(TASK):
        rows = FileSending.objects.filter(building__in=(B.ASKED, B.BUILDING), dropped_at=None)
        waiting = list(rows.order_by("asked_at").values_list("pk", flat=True))
    return sum(map(build, waiting))


def _built_or_failed(sending: FileSending) -> bool:
    try:
        _build(sending, sending.asked_by)
    except _AWAY:
        return False
    except SealProblem:
        _fail(sending, NO_KEY)
    except (FileGone, Destroyed, KeyProblem):
        _fail(sending, NOT_THERE)
    except HarbourError as problem:
        _fail(sending, problem.sentence)
    except Exception as error:
        if is_lock(error):
            return False  # the next time
        _fail(sending, BROKEN)
        # What went wrong may quote what people wrote.
        raise FileBroken(f"{type(error).__name__} in file {sending.pk}") from None
    return True


def _build(sending: FileSending, by: User) -> None:
    at = timezone.now()
    signer = keyfile.read().signer
    held, what, composed = _read(sending, by, at)
    contents = Paper(held, composed, by, signer.public, at).contents()
    _keep(held, what, composed, contents, signer, by=by, at=at)


@actors_transaction()
def _read(sending: FileSending, by: User, at: datetime) -> tuple[FileSending, Chosen, Composed]:
    """The file with its transfer, which no other transaction of this task can read, and what it says. That it was read
    is recorded with the reading, whatever becomes of the file.
    """
    asks = For(by)
    held = _held(sending, by)
    child = visible(asks, Child).filter(pk=held.child_id).first()
    if child is None:
        raise NotAllowed(SENDERS)
    ensure_decided(asks, child)
    with one_page():
        what = chosen(asks, held, child)
        if not what.blocks:
            raise BadInput(f"{NOTHING}.")
        composed = compose(asks, held, child, what.blocks, on=timezone.localdate(at))
    record(Verb.EXPORT, child, by=by, purpose="file to the next school", count=len(what.blocks))
    if held.building != B.BUILDING:
        held.building = B.BUILDING
        held.save(update_fields=["building"])
        record(Verb.CHANGE, held, by=by, purpose="file is built")
    return held, what, composed


@actors_transaction()
def _keep(
    sending: FileSending,
    what: Chosen,
    composed: Composed,
    contents: Sequence[Content],
    signer: Signer,
    *,
    by: User,
    at: datetime,
) -> None:
    held = _held(sending, by)
    words = passphrase()
    bound = bind(composed.record, contents, words=words, signer=signer)
    owner, kind = record_of(held)
    key = key_of(owner, kind, first_subject(held))
    for volume, content in zip(bound.manifest.volumes, bound.volumes, strict=True):
        kept = FileVolume(
            sending=held,
            school_id=held.school_id,
            child_id=held.child_id,
            number=volume.number,
            of=bound.manifest.count,
            pages=volume.pages,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            stored=files.keep(content, key=key),
            built_for=by,
            built_at=at,
        )
        kept.save(force_insert=True)
    held.building, held.built_at, held.words = B.BUILT, at, words
    held.entries, held.told = len(composed.record.entries), list(what.told)
    held.manifest_digest, held.public_key = bound.digest, str(signer.public)
    held.save(update_fields=["building", "built_at", "words", "entries", "told", "manifest_digest", "public_key"])
    record(Verb.CREATE, held, by=by, purpose="file to the next school", count=bound.manifest.count)


def _held(sending: FileSending, by: User) -> FileSending:
    """It still waits for the machine, and who asked for it may still have it."""
    rows = FileSending.objects.select_for_update(of=("self",)).select_related("transfer", "school")
    held: FileSending | None = rows.filter(pk=sending.pk, dropped_at=None).first()
    if held is None:
        raise NotAllowed(SENDERS)
    ensure_sends(by, held.transfer)
    if not held.is_at_work:
        raise OutOfTurn("This file does not wait to be built any more.")
    return held


@system_task(TASK)
def _fail(sending: FileSending, sentence: str) -> None:
    """Nothing of it is there, whoever asked: their account may be closed by now."""
    held = FileSending.objects.select_for_update().get(pk=sending.pk)
    if held.is_at_work:
        held.building, held.failed_because = B.FAILED, sentence[:300]
        held.save(update_fields=["building", "failed_because"])
        record(Verb.CHANGE, held, purpose="file could not be built", outcome=Outcome.FAILED)


def content_of(volume: FileVolume) -> bytes:
    """A volume as it lies in the store, encrypted. Raises `OutOfTurn` where it is not what was kept; what `files.read`
    raises.
    """
    owner, _ = record_of(volume.sending)
    content = b"".join(files.read(volume.stored, record=owner))
    if hashlib.sha256(content).hexdigest() != volume.digest:
        raise OutOfTurn("This file is not what was built here. Tell whoever looks after Harbour at your school.")
    return content
