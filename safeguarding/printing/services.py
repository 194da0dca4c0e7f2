"""Make a print now, or let it go on after its page has been answered: sealed, for who asked alone, for one day.

A request waits for the printer for `settings.PRINT_WAIT` and no longer. What is not made by then becomes a row: for ten
seconds its page asks for it, then the worker goes on from the same HTML, and the inbox says when it is there.
"""

import base64
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safeguarding import ages
from safeguarding.accounts.models import User
from safeguarding.accounts.services import tell
from safeguarding.ages import over
from safeguarding.audit.context import Acting, acting, actors_transaction, system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError, OutOfTurn, TooMany
from safeguarding.keys import uuid7
from safeguarding.long_tasks import long_work
from safeguarding.printing.notice_kinds import PrintNotice
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import Destroyed, FileGone, FilesAway, KeyProblem, KeysAway
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of

from . import client
from .client import PrinterAway, Said
from .gathering import carried_out
from .models import PrintJob
from .printer import LARGEST, MOST_OF_ONE

logger = logging.getLogger(__name__)
# The room on its disk that a school needs for what people write.
LEAST_FREE = 0.10
# A print with which the printer broke down so often is not tried again.
MOST_ATTEMPTS = 5
_SHORTER = "Print a part of it: fewer dates, one kind of entry, or significant events only."
_OWN_FULL = (
    f"{MOST_OF_ONE} prints of yours are still being made. Wait for one of them: your inbox says when it is there."
)
_ALL_FULL = "Harbour is making as many prints as it can just now. Ask again in a few minutes."
S = PrintJob.Status


class NotPrinted(HarbourError):
    """A print has met one of its limits (422). Says which, and what to do."""

    status = 422
    title = "This could not be printed"


def written(pages: Iterable[str], within: int | None = None, pictures: Mapping[str, bytes] | None = None) -> bytes:
    """What the printer is given: these pages of HTML, of which the first that fits `within` sheets is printed, else the
    last; and the JPEGs that they show as `picture:NAME`.

    Raises `NotPrinted` where it is more than one print may be.
    """
    shown = {name: base64.b64encode(picture).decode() for name, picture in (pictures or {}).items()}
    content = json.dumps({"pages": list(pages), "within": within, "pictures": shown}, ensure_ascii=False).encode()
    if len(content) > LARGEST:
        raise NotPrinted(reason(PrintJob.Why.PAGES))
    return content


def written_to_join(parts: Iterable[bytes]) -> bytes:
    """What the printer is given to join what it made before. Raises `NotPrinted` as `written` does."""
    content = json.dumps({"parts": [base64.b64encode(part).decode() for part in parts]}).encode()
    if len(content) > LARGEST:
        raise NotPrinted(reason(PrintJob.Why.PAGES))
    return content


def _in_pieces(found: Sequence[str]) -> tuple[bytes, int]:
    """The same of a print that is laid out in pieces, and how many they are. Raises `NotPrinted`."""
    content = json.dumps({"pieces": found}, ensure_ascii=False).encode()
    if len(content) > LARGEST:
        raise NotPrinted(reason(PrintJob.Why.PAGES))
    return content, len(found)


def reason(why: str) -> str:
    """Why there is no print, and what to do."""
    return f"{PrintJob.Why(why).label} {_SHORTER}"


def make_at_once(content: bytes, *, key: UUID, whose: UUID, wait: float | None = None) -> bytes:
    """A print that is never put into the store; `whose` has a number of prints that are being made at once.

    `wait`: so many seconds, where no page waits for it.

    Raises `OutOfTurn` where it is not ready yet: asked again with the same `key`, it is.
    """
    said = client.make(key, content, whose=whose, wait=settings.PRINT_WAIT if wait is None else wait)
    if (pdf := _pdf(said)) is None:
        raise OutOfTurn(
            "It is being made and is not ready yet. Wait a few seconds, and ask for it again on the page where you "
            "asked."
        )
    return pdf


def make(
    content: bytes,
    *,
    title: str,
    address: str,
    names: Sequence[UUID],
    school_id: UUID,
    by: User,
    records: Iterable[UUID] = (),
    at: datetime | None = None,
) -> bytes | PrintJob:
    """The PDF of what was `written`; where it is not ready in time, a job that goes on.

    `address` is that of the page that prints it, `names` are the children it tells of, `records` what its page
    asks for again before it is opened. Raises `NotPrinted`,
    `TooMany` where the person or everybody together has too many waiting, `PrinterAway`, `FilesAway`.
    """
    job = PrintJob(
        title=title,
        address=address,
        names=list(names),
        records=sorted(records),
        school_id=school_id,
        asker=by,
        asked_at=at or timezone.now(),
    )
    said = client.make(job.pk, content, whose=by.pk, wait=settings.PRINT_WAIT)
    if (pdf := _pdf(said)) is not None:
        return pdf
    job.sheets = said.sheets
    return keep(job, content, by=by)


def order(content: bytes, *, title: str, address: str, names: Sequence[UUID], school_id: UUID, by: User) -> PrintJob:
    """A print that the worker puts together, of what was `gathering.ordered`.

    Raises `TooMany`, `BadInput`, `FilesAway`.
    """
    job = PrintJob(
        title=title,
        address=address,
        names=list(names),
        school_id=school_id,
        asker=by,
        asked_at=timezone.now(),
        to_gather=True,
    )
    return keep(job, content, by=by)


@transaction.atomic
def keep(job: PrintJob, content: bytes, *, by: User) -> PrintJob:
    """Let a print go on: its HTML is sealed in the store, and its row says that it waits.

    Raises `TooMany`, `BadInput`, `FilesAway`.
    """
    if PrintJob.objects.filter(asker=by, status=S.WAITING).count() >= MOST_OF_ONE:
        raise TooMany(_OWN_FULL)
    if files.free_part() < LEAST_FREE:
        raise BadInput(f"The disk of Harbour is nearly full, so a long print cannot be kept. {_SHORTER}")
    job.stored = _seal(job, content)
    job.save(force_insert=True)
    record(Verb.CREATE, job, by=by, purpose="print")
    return job


def _pdf(said: Said) -> bytes | None:
    """What the printer has made; None while it has not. Raises `NotPrinted`, `TooMany`."""
    if said.state == "full":
        raise TooMany(_OWN_FULL if said.why == "own" else _ALL_FULL)
    if said.state == "failed":
        raise NotPrinted(reason(said.why))
    return said.pdf if said.state == "done" else None


def _seal(job: PrintJob, content: bytes) -> str:
    owner, kind = record_of(job)
    return files.keep(content, key=key_of(owner, kind, first_subject(job)))


def content_of(job: PrintJob) -> bytes:
    """What lies in the store for a print. Raises what `files.read` raises."""
    owner, _ = record_of(job)
    return b"".join(files.read(job.stored, record=owner))


@transaction.atomic
def look_after(*, job: PrintJob, by: User, at: datetime | None = None) -> PrintJob:
    """A print of `by` as it stands now, fetched from the printer where its page still waits for it.

    A printer that is away is no error: the worker goes on.
    """
    at = at or timezone.now()
    if job.status != S.WAITING or job.is_handed_over(at):
        return job
    found = PrintJob.objects.select_for_update().get(pk=job.pk, asker=by)
    try:
        return _advance(found, at) if found.status == S.WAITING else found
    except PrinterAway:
        return found


def go_on(*, at: datetime | None = None) -> int:
    """Go on with the prints for which no page waits any more. Returns how many ended. Work of the worker.

    Each is done with the rights of who asked for it: one that tells of a child who is hidden from them by now stays
    where it is.
    """
    at, ended = at or timezone.now(), 0
    theirs = over("asked_at", PrintJob.ON_ITS_PAGE, at) | Q(sheets__gte=PrintJob.LONG)
    theirs |= Q(to_gather=True) | Q(pieces__gt=0)
    with system_task("prints"):
        waiting = list(
            PrintJob.objects.filter(theirs, status=S.WAITING)
            .order_by("asked_at")
            .values_list("pk", "to_gather", "asker_id", "school_id")
        )
    for key, to_gather, asker, school in waiting:
        who = Acting(user_id=asker, school_id=school, request_id=uuid7())
        # Reading what a long one tells takes long.
        with acting(who), long_work() if to_gather else nullcontext(True) as may_begin:
            try:
                ended += may_begin and _go_on_with(key, at)
            except (PrinterAway, FilesAway, KeysAway):
                break  # the next time
    return ended


@actors_transaction()
def _go_on_with(key: UUID, at: datetime) -> bool:
    rows = PrintJob.objects.select_for_update(skip_locked=True, of=("self",)).select_related("asker")
    job = rows.filter(pk=key, status=S.WAITING).first()
    if job is None or (_gather(job, at) if job.to_gather else _advance(job, at)).status == S.WAITING:
        return False
    if job.asker.is_active:
        tell(
            people=[job.asker],
            school_id=job.school_id,
            kind=PrintNotice.PRINT,
            object_type="print",
            object_id=job.pk,
            at=at,
        )
    return True


def _gather(job: PrintJob, at: datetime) -> PrintJob:
    """Read what was ordered, for who ordered it: the printer is given it the next time."""
    try:
        with transaction.atomic():
            found = list(carried_out(content_of(job), job.asker))
            content, pieces = _in_pieces([html for html, _ in found])
    except (FilesAway, KeysAway):
        raise
    except NotPrinted:
        return _end(job, S.FAILED, at, why=PrintJob.Why.PAGES)
    except Exception as problem:  # whatever is wrong with one print holds up no other
        logger.warning("A print could not be put together: %s.", type(problem).__name__)
        return _end(job, S.FAILED, at, why=PrintJob.Why.BROKEN)
    transaction.on_commit(partial(files.drop, job.stored), robust=True)
    job.stored, job.to_gather, job.pieces = _seal(job, content), False, pieces
    job.records = sorted({key for _, keys in found for key in keys})
    job.save(update_fields=["stored", "to_gather", "pieces", "records"])
    record(Verb.CHANGE, job, purpose="put together")
    return job


def _advance(job: PrintJob, at: datetime) -> PrintJob:
    """As far as the printer has come.

    It is given a print of which it knows nothing: one that was killed has lost them all.
    """
    try:
        said = client.look(job.pk)
        if said.state == "unknown":
            said = _given_again(job)
    except (Destroyed, FileGone, KeyProblem):
        return _end(job, S.FAILED, at, why=PrintJob.Why.BROKEN)
    if said.state == "done":
        job.sheets = said.sheets
        return _end(job, S.READY, at, stored=_seal(job, said.pdf))
    if said.state == "failed":
        return _end(job, S.FAILED, at, why=PrintJob.Why(said.why))
    if (said.sheets, said.pieces) != (job.sheets, job.pieces_done):
        job.sheets, job.pieces_done = said.sheets, said.pieces
        job.save(update_fields=["sheets", "pieces_done"])
        record(Verb.CHANGE, job, purpose="sheets")
    return job


def _given_again(job: PrintJob) -> Said:
    if job.attempts >= MOST_ATTEMPTS:
        return Said("failed", why=PrintJob.Why.BROKEN)
    said = client.make(job.pk, content_of(job), whose=job.asker_id, wait=0, in_pieces=job.pieces > 0)
    if said.state != "full":
        job.attempts += 1
        job.save(update_fields=["attempts"])
        record(Verb.CHANGE, job, purpose="given again")
    return said


def _end(job: PrintJob, status: PrintJob.Status, at: datetime, *, stored: str = "", why: str = "") -> PrintJob:
    """Nothing of what lay in the store before stays there."""
    transaction.on_commit(partial(files.drop, job.stored), robust=True)
    transaction.on_commit(partial(client.forget, job.pk), robust=True)
    job.status, job.stored, job.why, job.ended_at = status, stored, why, at
    job.to_gather = False
    job.save(update_fields=["status", "stored", "why", "sheets", "to_gather", "ended_at"])
    outcome = Outcome.FAILED if status == S.FAILED else Outcome.DONE
    record(Verb.DISCARD if status == S.GONE else Verb.CHANGE, job, purpose=f"print {status}", outcome=outcome)
    return job


def drop_old(*, at: datetime | None = None) -> int:
    """Delete prints whose day is over, and end those that nobody could make in a day.

    Returns how many. Work of the worker.
    """
    at = at or timezone.now()
    with system_task("prints"):
        rows = PrintJob.objects.select_for_update(skip_locked=True).filter(
            over("ended_at", PrintJob.KEPT, at) & Q(status=S.READY)
            | over("asked_at", PrintJob.KEPT, at) & Q(status=S.WAITING)
        )
        found = list(rows)
        for job in found:
            is_ready = job.status == S.READY
            _end(job, S.GONE if is_ready else S.FAILED, at, why="" if is_ready else PrintJob.Why.AWAY)
    return len(found)


def is_over(job: PrintJob, at: datetime) -> bool:
    """Whether the day of a print has ended, whether or not the worker has been there."""
    ended = job.ended_at is not None and ages.is_over(PrintJob.KEPT, job.ended_at, at)
    return job.status == S.GONE or (job.status == S.READY and ended)


def can_be_opened(job: PrintJob) -> bool:
    """Whether there is a PDF to give out now."""
    return job.status == S.READY and not is_over(job, timezone.now())
