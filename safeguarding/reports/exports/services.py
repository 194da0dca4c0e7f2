"""Have a long list made into a file, give it to who asked, and destroy it after seven days.

The worker makes it with the rights of who asked, as they are then, some rows at a time. Nothing of it is in the store
before all of it is made: one that was stopped in the middle is made from the start.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Func, Q, UUIDField
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.services import tell
from safeguarding.ages import over
from safeguarding.audit.context import Acting, acting, actors_transaction, system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn, TooMany
from safeguarding.keys import uuid7
from safeguarding.locks import is_lock, one_at_a_time
from safeguarding.once import one_page
from safeguarding.paging import newest_first
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.figures.registry import NoSuchCell
from safeguarding.reports.notice_kinds import ReportNotice
from safeguarding.reports.viewing import put
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway, KeysAway
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of

from . import making, tables
from .models import Export
from .tables import ListTable, Wanted

TASK = "exports"
S, Why = Export.Status, Export.Why
# Rows that are read, written and forgotten before the next.
CHUNK = 1_000
# So many lists of one person wait at most, and so often one is begun.
MOST_OF_ONE, MOST_ATTEMPTS = 3, 3
# The room on its disk that a school needs for what people write.
LEAST_FREE = 0.10
_FULL = f"{MOST_OF_ONE} lists of yours are still being made. Wait for one of them: your inbox says when it is there."
_DISK = "The disk of Harbour is nearly full, so a long list cannot be kept. Narrow it to fewer than 5,000 rows."
_NOT_YET = "This list is not ready. Its page says how it stands."


class ExportBroken(Exception):
    """A list could not be made. Says which and why, without a word of what is in it."""


class _NotTheirs(Exception):
    """Whoever asked may not take this list out any more."""


# --- order


@transaction.atomic
def order(table: ListTable, wanted: Wanted, file_format: str, *, rows: int, by: User) -> Export:
    """Have a list made by the worker. Raises `TooMany` where enough of one's own wait, `BadInput` for a full disk."""
    if Export.objects.filter(asker=by, status=S.WAITING).count() >= MOST_OF_ONE:
        raise TooMany(_FULL)
    if files.free_part() < LEAST_FREE:
        raise BadInput(_DISK)
    viewer = wanted.viewer
    made = Export(
        school_id=viewer.school_id,
        asker=by,
        table=table.key,
        file_format=file_format,
        asked={"codes": viewer.codes, "figure": wanted.figure, "cell": wanted.cell, "why": wanted.why},
        rows=rows,
        asked_at=viewer.at,
    )
    made.save(force_insert=True)
    record(Verb.CREATE, made, by=by, purpose="list to take out")
    transaction.on_commit(partial(_ring, made.pk), robust=True)
    return made


def _ring(key: UUID) -> None:
    """Without waiting for the queue: what nobody took up is found by the scheduled job."""
    from safeguarding.reports.tasks import make_export

    make_export.apply_async((str(key),), retry=False)


# --- make


def run_all(*, at: datetime | None = None) -> int:
    """Make every list that waits. Returns how many ended. Work of the worker."""
    with system_task(TASK):
        rows = Export.objects.filter(status=S.WAITING).order_by("asked_at", "pk")
        waiting = list(rows.values_list("pk", flat=True))
    return sum(run(key, at=at) for key in waiting)


def run(key: UUID, *, at: datetime | None = None) -> bool:
    """Make this list, unless somebody is at it. Whether it came to an end."""
    at = at or timezone.now()
    with one_at_a_time(f"export {key}") as free:
        if not free or (begun := _begin(key)) is None:
            return False
        with acting(Acting(user_id=begun.asker_id, school_id=begun.school_id, request_id=uuid7())):
            if begun.attempts > MOST_ATTEMPTS:
                _fail(key, at, Why.BROKEN)
                return True
            return _made_or_failed(key, at)


@system_task(TASK)
def _begin(key: UUID) -> Export | None:
    """The list, which is begun once more; None where it does not wait."""
    made = Export.objects.select_for_update(of=("self",)).filter(pk=key, status=S.WAITING).first()
    if made is not None:
        made.attempts, made.rows_done = made.attempts + 1, 0
        made.save(update_fields=["attempts", "rows_done"])
        record(Verb.CHANGE, made, purpose="list is made")
    return made


def _made_or_failed(key: UUID, at: datetime) -> bool:
    try:
        _make(key, at)
    except (FilesAway, KeysAway):
        return False  # the next time
    except _NotTheirs:
        _fail(key, at, Why.RIGHTS)
    except Exception as error:
        if is_lock(error):
            return False  # the next time
        _fail(key, at, Why.BROKEN)
        # What went wrong may quote what people wrote.
        raise ExportBroken(f"{type(error).__name__} in the list {key}") from None
    return True


def _make(key: UUID, at: datetime) -> None:
    with actors_transaction():
        made = _held(key)
        table, wanted = asked_for(made)
        # Read now: what a workbook says of itself needs the database, and is written last.
        work = _Work(made, table, wanted)
        said = making.about(table, wanted)
    content = making.written(table, wanted, work.lines(), made.file_format, said)
    _keep(work, content, at)


def asked_for(made: Export) -> tuple[ListTable, Wanted]:
    """The table and the question, for who asked. Raises `_NotTheirs` where it is not theirs to take out any more."""
    user, table = made.asker, tables.find(made.table)
    if not isinstance(table, ListTable) or not tables.may_take(table, user, made.school_id):
        raise _NotTheirs
    if not user.is_active or not may(user, C.VIEW_REPORTS, made.school_id):
        raise _NotTheirs
    asked: dict[str, Any] = made.asked
    _, viewer = put(user, made.school_id, asked["codes"], made.asked_at)
    wanted = Wanted(viewer, asked["figure"], asked["cell"], asked["why"])
    try:
        table.rows(wanted)
    except NoSuchCell:
        raise _NotTheirs from None
    return table, wanted


class _Work:
    """One list that is being made: where it is, and what it tells of whom."""

    def __init__(self, made: Export, table: ListTable, wanted: Wanted) -> None:
        self.key, self.table, self.wanted = made.pk, table, wanted
        self.names: set[UUID] = set()
        self.records: list[UUID] = []

    def lines(self) -> Iterator[tuple[object, ...]]:
        """Its rows, each some in a transaction of their own: who asks, and how far it is, is told in each."""
        place, more = "", True
        while more:
            with actors_transaction(), one_page():
                listing = self.table.listing(self.wanted)
                rows = listing.prepared(self.table.rows(self.wanted))
                page = newest_first(rows, listing.moment, place, CHUNK)
                lines = list(listing.lines(self.wanted, page.rows))
                for line in lines:
                    self.names.update(line.names)
                    self.records.append(line.key)
                self._say_how_far()
            place, more = page.older, bool(page.older)
            yield from making.cells(lines)

    def _say_how_far(self) -> None:
        made = _held(self.key)
        made.rows_done = len(self.records)
        made.rows = max(made.rows, made.rows_done)
        made.save(update_fields=["rows_done", "rows"])
        record(Verb.CHANGE, made, purpose="rows of a list")


def _held(key: UUID) -> Export:
    """A list that is being made, locked. Raises `OutOfTurn` where it was ended by then."""
    rows = Export.objects.select_for_update(of=("self",)).select_related("asker")
    found: Export | None = rows.filter(pk=key, status=S.WAITING).first()
    if found is None:
        raise OutOfTurn(_NOT_YET)
    return found


def _keep(work: _Work, content: bytes, at: datetime) -> None:
    """The file, and that it is there: both or neither."""
    stored = ""
    try:
        with actors_transaction():
            made = _held(work.key)
            owner, kind = record_of(made)
            stored = files.keep(content, key=key_of(owner, kind, first_subject(made)))
            made.names, made.records = sorted(work.names), work.records
            made.rows = made.rows_done = len(work.records)
            made.size = len(content)
            made.save(update_fields=["names", "records", "rows", "rows_done", "size"])
            _end(made, S.READY, at, stored=stored)
            model = work.table.listing(work.wanted).model._meta.label_lower
            _record_out(made, model, purpose_of(work.table, work.wanted))
            _tell(made, at)
    except Exception:
        # No row names it. Where even this fails, it goes with the strays.
        with suppress(Exception):
            files.drop(stored)
        raise


def _record_out(made: Export, model: str, purpose: str) -> None:
    record(Verb.EXPORT, by=made.asker, object_type=model, school_id=made.school_id, count=made.rows, purpose=purpose)


def purpose_of(table: tables.Table, wanted: Wanted) -> str:
    """What an event says of it, in codes: which table, and what its words are for."""
    return ": ".join(filter(None, (f"list {wanted.figure or table.key}", wanted.why)))[:40]


def _fail(key: UUID, at: datetime, why: Export.Why) -> None:
    with actors_transaction(), suppress(OutOfTurn):
        made = _held(key)
        _end(made, S.FAILED, at, why=why)
        if made.asker.is_active:
            _tell(made, at)


def _tell(made: Export, at: datetime) -> None:
    tell(
        people=[made.asker],
        school_id=made.school_id,
        kind=ReportNotice.EXPORT,
        object_type="export",
        object_id=made.pk,
        at=at,
    )


def _end(made: Export, status: Export.Status, at: datetime, *, stored: str = "", why: str = "") -> None:
    """Nothing of what lay in the store before stays there."""
    if made.stored:
        transaction.on_commit(partial(files.drop, made.stored), robust=True)
    made.status, made.stored, made.why, made.ended_at = status, stored, why, at
    fields = ["status", "stored", "why", "ended_at"]
    if status != S.READY:
        made.names, made.records = [], []
        fields += ["names", "records"]
    made.save(update_fields=fields)
    outcome = Outcome.FAILED if status == S.FAILED else Outcome.DONE
    record(Verb.DISCARD if status == S.GONE else Verb.CHANGE, made, purpose=f"list {status}", outcome=outcome)


# --- give, and destroy


def is_theirs(made: Export) -> bool:
    """Whether who asked for a file may still have it: the right to take it out, and the sight of each record in it."""
    try:
        table, wanted = asked_for(made)
    except _NotTheirs:
        return False
    keys = Export.objects.filter(pk=made.pk).annotate(
        one=Func("records", function="unnest", output_field=UUIDField()),
    )
    seen = wanted.viewer.see(table.listing(wanted).model).filter(pk__in=keys.values("one"))
    return seen.count() == len(made.records)


def content_of(made: Export) -> bytes:
    """The file. Raises `OutOfTurn` where there is none, and what `files.read` raises."""
    if made.status != S.READY or made.is_over(timezone.now()):
        raise OutOfTurn(_NOT_YET)
    owner, _ = record_of(made)
    return b"".join(files.read(made.stored, record=owner))


def drop_old(*, at: datetime | None = None) -> int:
    """Destroy files whose seven days are over, and end lists that nobody could make in a day. Returns how many."""
    at = at or timezone.now()
    with system_task(TASK):
        rows = Export.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            over("ended_at", Export.KEPT, at) & Q(status=S.READY)
            | over("asked_at", Export.WAITS, at) & Q(status=S.WAITING)
        )
        found = list(rows)
        for made in found:
            is_ready = made.status == S.READY
            _end(made, S.GONE if is_ready else S.FAILED, at, why="" if is_ready else Why.AWAY)
    return len(found)
