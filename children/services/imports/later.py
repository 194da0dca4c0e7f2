"""Decide about rows that waited when the list changed. Each is compared anew, and written or left out at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.importing.adults import REACH
from children.models import Child, ImportRow, ImportRun
from children.permissions import may_import
from children.services import bulk
from safeguarding.accounts.models import School, User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import ChangedSince, NotAllowed, OutOfTurn

from .applying import Applied, apply_rows, let_go
from .comparing import CODES, COMPARED, as_read, compare
from .confirming import decided, record_done
from .deciding import ONLY_THEY, keep_decisions
from .holding import keep_roll, settle_rows
from .sight import counted_apart, for_whoever_looks, whole_list

Kind, D = ImportRow.Kind, ImportRow.Decision
# What only the whole file says of a row: comparing it alone leaves it standing.
_HELD_BY_THE_FILE = frozenset({"twice", "who_twice", "child_twice"})
_OF_THE_FILE = _HELD_BY_THE_FILE | {"former_twice", "disagree"}


class Decided(NamedTuple):
    """How many decisions were carried out, and how many rows say something else by now: they are shown again."""

    done: int
    other: int


@transaction.atomic
def decide_later(
    *, run: ImportRun, decisions: Mapping[UUID, str], by: User, seen: int, today: date | None = None
) -> Decided:
    """Carry out what a person said about rows of a list that has changed already: {key: decision; "" for none yet}.

    `seen` is the revision of the run on the person's screen. A row that compares otherwise by now is not written: it is
    shown anew. Raises `OutOfTurn` where the run is none whose rows wait, `ChangedSince` where a row was decided or
    compared again since, `NotAllowed` and `BadInput` as `decide` does.
    """
    today = today or timezone.localdate()
    School.objects.select_for_update(no_key=True).get(pk=run.school_id)
    locked: ImportRun = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not may_import(by, locked):
        raise NotAllowed(ONLY_THEY)
    if locked.status != ImportRun.Status.CONFIRMED:
        raise OutOfTurn("No row of this file waits. Open the list of imports to see where it stands.")
    with whole_list():
        rows = _still_waiting(locked, {key: said for key, said in decisions.items() if said}, by=by, seen=seen)
        other = _compare_anew(locked, rows)
        same = [row for row in rows if row.pk not in other]
        done = keep_decisions(locked, same, decisions, by=by)
        _carry_out(locked, done, by=by, today=today)
        _count(locked, other)
    if done:
        record(Verb.DECIDE, locked, by=by, count=len(done), purpose="import rows")
    return Decided(len(done), len(other))


def _still_waiting(run: ImportRun, decisions: Mapping[UUID, str], *, by: User, seen: int) -> list[ImportRow]:
    """The rows of these decisions, as they were on the screen."""
    waiting = for_whoever_looks(ImportRow.objects.filter(run=run, decision=""), by).exclude(kind=Kind.REJECTED)
    rows = list(waiting.filter(pk__in=decisions).order_by("number"))
    if len(rows) < len(decisions) or seen < run.summary["compared"]:
        raise ChangedSince("A colleague has decided about these rows, or the list has changed. Look at them again.")
    return rows


def _compare_anew(run: ImportRun, rows: Sequence[ImportRow]) -> set[UUID]:
    """Keys of the rows that say something else by now; they are kept as they are now."""
    named = [row for row in rows if row.kind != Kind.LEAVES]
    parsed = [as_read(row) for row in named]
    other: dict[UUID, dict[str, Any]] = {}
    for row, result in zip(named, compare(run.school, parsed, is_partial=run.is_partial), strict=True):
        _as_in_its_file(row, result)
        if _said(row) != _said(row, result):
            other[row.pk] = result
    bulk.update(ImportRow, COMPARED, ({"id": key} | result for key, result in other.items()))
    left = [row.pk for row in rows if row.kind == Kind.LEAVES]
    gone = Child.objects.exclude(left_on=None).values("pk")
    ImportRow.objects.filter(run=run, pk__in=left, child__in=gone).update(kind=Kind.SAME)
    settled = ImportRow.objects.filter(run=run, kind=Kind.SAME, decision="")
    found = {*other, *settled.filter(pk__in=left).values_list("pk", flat=True)}
    settled.delete()
    return found


def _as_in_its_file(row: ImportRow, result: dict[str, Any]) -> None:
    """What the other rows of the file had made of the row stays."""
    of_the_file = [problem for problem in row.problems if problem["code"] in _OF_THE_FILE]
    codes = {problem["code"] for problem in of_the_file}
    if codes & _HELD_BY_THE_FILE and result["kind"] not in (Kind.REJECTED, Kind.SAME):
        result["kind"] = Kind.HELD
    if "disagree" in codes:
        result["changes"] = [one for one in result["changes"] if not (one["contact"] and one["field"] in REACH)]
    result["problems"] = [*of_the_file, *result["problems"]]


def _said(row: ImportRow, result: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """What a row would do, as it is kept or as it was found."""
    found = result or {name: getattr(row, name) for name in ("child_id", "changes", "problems", "kind")}
    doubts = {problem["code"] for problem in found["problems"] if problem["code"] in CODES}
    return found["child_id"], found["changes"], doubts, found["kind"] == Kind.RETURNS


def _carry_out(run: ImportRun, rows: Sequence[ImportRow], *, by: User, today: date) -> None:
    taken = [row for row in rows if row.decision != D.LEAVE]
    done = Applied()
    apply_rows(run, [row for row in taken if row.kind != Kind.LEAVES], done, by=by, today=today)
    done.left = [row.child_id for row in taken if row.kind == Kind.LEAVES and row.child_id]
    let_go(done.left, today)
    record_done(run, done, by=by)
    for what, number in done.counts().items():
        run.summary["done"][what] += number
    said = decided(rows)
    for what, of in said.items():
        run.summary["decided"][what] += len(of)
    for what, keys in counted_apart(run, done.keys() | said).items():
        if what != "same":
            run.summary["apart"][what] = [*run.summary["apart"].get(what, ()), *keys]
    keep_roll([row for row in rows if row.decision == D.LEAVE], by=by)
    settle_rows(run, taken)
    over = [row.pk for row in rows if row.decision != D.LEAVE or row.kind in (Kind.LEAVES, Kind.RETURNS)]
    ImportRow.objects.filter(pk__in=over).delete()


def _count(run: ImportRun, other: set[UUID]) -> None:
    rows = ImportRow.objects.filter(run=run, decision="")
    unusable = rows.filter(kind=Kind.REJECTED).count()
    run.revision += 1
    if other:
        run.summary["compared"] = run.revision
    run.summary["left_out"] = rows.count()
    run.summary["undecided"] = run.summary["left_out"] - unusable
    run.save(update_fields=["revision", "summary"])
