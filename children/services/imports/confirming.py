"""Put what was confirmed into the school's list: everything in one transaction, or nothing."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from children.lifecycles import import_life
from children.models import ImportRow, ImportRun
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record_many
from safeguarding.exceptions import BadInput
from safeguarding.locks import take_longer

from .applying import DONE_WITH, Applied, apply
from .comparing import CHUNK
from .done import keep_done
from .holding import keep_roll, settle_roll, settle_rows
from .progress import Progress
from .reading import compare_again, list_state
from .sight import counted_apart, for_a_colleague, undo_hidden, whole_list
from .starting import forget, forget_earlier, require_seen
from .whole import WAITS, questions, stops

Kind = ImportRow.Kind


@actors_transaction()
def confirm_import(
    *,
    run: ImportRun,
    by: User | None,
    seen: int | None = None,
    today: date | None = None,
    at: datetime | None = None,
) -> ImportRun:
    """Say that the list may change as it was shown. `finish_import` then does it.

    `seen` is the revision of the run on the person's screen, or that of `run`. Rows nobody decided about are left out
    and can be decided until the next list. Raises `ChangedSince` where something else is to be seen now, `BadInput`
    while a question about the whole file is open, and `OutOfTurn` when somebody was first.
    """
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.status == ImportRun.Status.READY:
        require_seen(locked.revision, run.revision if seen is None else seen)
        asked = questions(locked, by=by, today=today)
        if unsaid := [q["text"] for q in asked if q["key"] not in locked.agreed]:
            raise BadInput(f"Something about the whole file waits for a person: {unsaid[0]}")
    return import_life.perform("confirm", locked, by=by, at=at)


@actors_transaction()
def confirm_plain(*, run: ImportRun, by: User | None, today: date | None = None) -> ImportRun:
    """Say that of a file at which nobody looks first all may go in that needs nobody: CONFIRMING.

    READY where the whole file waits for a person: from then on it is one like any other. What else waits can be decided
    when the rest is in.
    """
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.status != ImportRun.Status.READY or not locked.unattended:
        return locked
    if stops(locked, today=today):
        locked.unattended = False
        locked.save(update_fields=["unattended"])
        return locked
    return import_life.perform("confirm", locked, by=by)


@actors_transaction()
def finish_import(*, run: ImportRun, today: date | None = None, progress: Progress = lambda rows: None) -> ImportRun:
    """Change the list as confirmed; the run is CONFIRMED. May be called again: for a run that was stopped nothing was
    done, one that is CONFIRMED stays so.

    Where a child of the school has changed since the rows were compared, they are compared anew and the run is READY
    again, to be looked at: nobody confirms what was not shown. Of children hidden from who confirmed nothing is
    written: their rows stay for a colleague.
    """
    take_longer(minutes=10, because="a list of thousands changes in one transaction, or not at all")
    today = today or timezone.localdate()
    locked: ImportRun = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.status == ImportRun.Status.CONFIRMED:
        return locked
    School.objects.select_for_update(no_key=True).get(pk=locked.school_id)
    with whole_list():
        if locked.summary["list"] != list_state(locked.school):
            return _look_again(locked)
        return _write(locked, today, progress)


def _look_again(run: ImportRun) -> ImportRun:
    return import_life.perform(
        "reconsider",
        run,
        by=run.confirmed_by,
        summary=compare_again(run) | {"changed_since": True},
        agreed=[],
        compared_at=timezone.now(),
        confirmed_at=None,
        confirmed_by=None,
    )


def _write(run: ImportRun, today: date, progress: Progress) -> ImportRun:
    by: User | None = run.confirmed_by
    undo_hidden(run)
    done = apply(run, by=by, today=today, progress=progress)
    record_done(run, done, by=by)
    rows = ImportRow.objects.filter(run=run)
    said = list(rows.exclude(decision=""))
    apart = counted_apart(run, done.keys() | decided(said))
    taken = rows.exclude(kind__in=(Kind.REJECTED, Kind.REPEATED, Kind.SKIPPED, Kind.LEAVES))
    settle_rows(run, taken.exclude(WAITS & Q(decision="")).exclude(decision=ImportRow.Decision.LEAVE).iterator(CHUNK))
    keep_roll(rows.filter(kind=Kind.RETURNS, decision=ImportRow.Decision.LEAVE), by=by)
    settle_roll(run)
    unusable = set(rows.filter(kind=Kind.REJECTED).values_list("pk", flat=True))
    undecided = set(rows.filter(WAITS, decision="").values_list("pk", flat=True))
    undecided |= set(for_a_colleague(run, by).exclude(kind__in=DONE_WITH).values_list("pk", flat=True)) - unusable
    left_out = rows.filter(decision=ImportRow.Decision.LEAVE).exclude(kind=Kind.RETURNS)
    forget_earlier(run)
    stay = undecided | unusable | set(left_out.values_list("pk", flat=True))
    if run.unattended:
        stay |= keep_done(run, done, but=stay)
    forget(run, leave=stay)
    summary = run.summary | {
        "done": done.counts(),
        "decided": {what: len(of) for what, of in decided(said).items()},
        "apart": apart,
        "left_out": len(undecided | unusable),
        "undecided": len(undecided),
    }
    return import_life.perform("finish", run, by=by, summary=summary)


def decided(rows: Iterable[ImportRow]) -> dict[str, list[Any]]:
    """Keys of the children of whom somebody kept what Harbour has, and of those whose rows were left out; None for a
    row without a child.
    """
    found: dict[str, list[Any]] = {"kept": [], "left_out": []}
    for row in rows:
        if row.decision == ImportRow.Decision.KEEP_HELD:
            found["kept"].append(row.child_id)
        elif row.decision == ImportRow.Decision.LEAVE:
            found["left_out"].append(row.child_id)
    return found


def record_done(run: ImportRun, done: Applied, *, by: User | None) -> None:
    """One event for each child that came, changed or left, so that a record tells where its facts come from."""
    for verb, keys, purpose in (
        (Verb.CREATE, done.joined, "import"),
        (Verb.CHANGE, done.changed, "import"),
        (Verb.CLOSE, done.left, "import: left"),
    ):
        record_many(verb, "children.child", keys, by=by, school_id=run.school_id, purpose=purpose)
