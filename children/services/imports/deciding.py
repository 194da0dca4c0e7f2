"""Decide what becomes of rows that wait for a person, and say yes to what the whole file would do."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.importing.held_facts import NAME
from children.models import ImportRow, ImportRun
from children.permissions import may_import
from children.services import bulk
from children.services.renaming import BOUND, may_rename
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed

from .claims import refuse_claims_twice
from .sight import for_whoever_looks
from .starting import require_ready, require_seen
from .whole import questions

Kind, D = ImportRow.Kind, ImportRow.Decision
ONLY_THEY = "Only the office, a safeguarding lead, a deputy or the Headteacher of this school decides about these rows."


def choices(row: ImportRow) -> list[tuple[str, str]]:
    """What a person may decide about a row, in words: [(decision, sentence)]. Empty where nothing waits."""
    codes = {problem["code"] for problem in row.problems}
    leave = (D.LEAVE.value, "Leave this row out")
    if row.kind == Kind.LEAVES:
        return [(D.TAKE.value, "The child has left"), (D.LEAVE.value, "The child is still here")]
    if row.kind in (Kind.CHANGES, Kind.RETURNS):
        return _of_a_known_child(row, leave)
    if row.kind == Kind.JOINS:
        return [(D.TAKE.value, "Add the child"), leave]
    if row.kind != Kind.HELD:
        return []
    if "several" in codes:
        return [leave]
    if row.child_id is None:
        if not row.facts.get("forename"):
            return [leave]
        found = [(D.TAKE.value, _ADD.get(_first(codes, _ADD), "Add the child as the row stands"))]
    else:
        found = [(D.TAKE.value, _SAME.get(_first(codes, _SAME), "Use the row for this child"))]
    if codes & {"other_upn", "added_here"}:
        found.append((D.KEEP_HELD.value, "The same child: keep what Harbour has where they differ"))
    if codes & {"other_upn", "added_here"}:
        found.append((D.TAKE_NEW.value, "Another child: add it as well"))
    if codes & {"twice", "child_twice", "other_child"}:
        found.append((D.NO_NUMBER.value, "Another child: add it without a UPN"))
    return [*found, leave]


def _of_a_known_child(row: ImportRow, leave: tuple[str, str]) -> list[tuple[str, str]]:
    back = row.kind == Kind.RETURNS
    if not row.is_grave:
        return [(D.TAKE.value, "The child is back: use the row" if back else "Use the row"), leave]
    take = "The child is back, and the file is right" if back else "The file is right"
    keep = "The child is back: keep" if back else "Keep"
    use = [(D.TAKE.value, f"{take}: use the whole row")]
    if any(change["field"] == NAME for change in row.changes):
        use = [
            (D.TAKE.value, f"{take}: use the whole row. It is the same adult under a new name"),
            (D.ADD_ADULT.value, f"{take}: use the whole row. It is another adult: add them"),
        ]
    return [
        *use,
        (D.KEEP_HELD.value, f"{keep} what Harbour has for these, and use the rest of the row"),
        leave,
    ]


_ADD = {
    "no_upn": "A new child: add it, UPN not known",
    "bad_upn": "A new child: add it, UPN not known",
    "twice": "This row is right: add the child with this UPN",
    "serial_date": "Yes, that is the date: add the child",
    "short_year": "Yes, that is the date: add the child",
}
_SAME = {
    "other_upn": "The same child, with a new UPN: keep the old one as former",
    "other_child": "The same child: use the row",
    "added_here": "The same child: use the row",
    "twice": "This row is right: use it for this child",
    "serial_date": "Yes, that is the date: use the row",
    "short_year": "Yes, that is the date: use the row",
    "bad_upn": "The same child: use the row, keep the UPN Harbour has",
    "wrong_upn": "Use the row for this child, and keep the UPN Harbour has",
}


def _first(codes: set[str], sentences: Mapping[str, str]) -> str:
    return next((code for code in sentences if code in codes), "")


@transaction.atomic
def decide(
    *,
    run: ImportRun,
    decisions: Mapping[UUID, str],
    by: User | None,
    seen: int | None = None,
    at: datetime | None = None,
) -> int:
    """Keep what a person said about rows: {key: decision, or "" to take it back}. Returns how many were changed.

    `seen` is the revision of the run on the person's screen, or that of `run`. Raises `ChangedSince` where the rows
    have been compared again since, and `BadInput` for a decision that is not open for its row, or where two rows would
    claim one UPN or one child, or say different things of one adult.
    """
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not may_import(by, locked):  # type: ignore[arg-type]
        raise NotAllowed(ONLY_THEY)
    require_ready(locked)
    require_seen(locked.summary["compared"], run.revision if seen is None else seen)
    rows = for_whoever_looks(ImportRow.objects.filter(run=locked, pk__in=decisions), by)
    changed = keep_decisions(locked, rows, decisions, by=by, at=at)
    if changed:
        locked.revision += 1
        locked.save(update_fields=["revision"])
        record(Verb.DECIDE, locked, by=by, count=len(changed), purpose="import rows")
    return len(changed)


def keep_decisions(
    run: ImportRun,
    rows: Iterable[ImportRow],
    decisions: Mapping[UUID, str],
    *,
    by: User | None,
    at: datetime | None = None,
) -> list[ImportRow]:
    """Write the decisions that are new onto these rows, and return those. The caller has locked the run.

    Raises `BadInput` as `decide` says.
    """
    changed = []
    for row in rows:
        wanted = decisions[row.pk]
        if wanted and wanted not in dict(choices(row)):
            raise BadInput(f"That cannot be done with row {row.number}. Choose one of the answers beside it.")
        if wanted == D.TAKE and refused_names(row, by.pk if by else None):
            raise BadInput(f"Row {row.number} cannot be used so. {BOUND}")
        if wanted != row.decision:
            row.decision, row.decided_by, row.decided_at = wanted, by, at or timezone.now()
            changed.append(row)
    bulk.update(
        ImportRow,
        ("decision", "decided_by_id", "decided_at"),
        (
            {"id": r.pk, "decision": r.decision, "decided_by_id": by and by.pk, "decided_at": r.decided_at}
            for r in changed
        ),
    )
    refuse_claims_twice(run)
    return changed


def refused_names(row: ImportRow, by: UUID | None) -> set[str]:
    """The adults, by key, to whom the row gives another name, and whom whoever has the key `by` may not rename."""
    named = {change["contact"] for change in row.changes if change["field"] == NAME}
    return {contact for contact in named if not may_rename(contact, by=by)}


@transaction.atomic
def agree(
    *, run: ImportRun, keys: Iterable[str], by: User, seen: int | None = None, today: date | None = None
) -> ImportRun:
    """Keep which of the questions about the whole file somebody said yes to.

    `seen` is the revision of the run on the person's screen, or that of `run`: raises `ChangedSince` where it is
    another.
    """
    locked: ImportRun = ImportRun.objects.select_for_update().get(pk=run.pk)
    if not may_import(by, locked):
        raise NotAllowed(ONLY_THEY)
    require_ready(locked)
    require_seen(locked.revision, run.revision if seen is None else seen)
    asked = {question["key"] for question in questions(locked, by=by, today=today)}
    locked.agreed = sorted(asked & set(keys))
    locked.save(update_fields=["agreed"])
    record(Verb.DECIDE, locked, by=by, count=len(locked.agreed), purpose="import questions")
    return locked
