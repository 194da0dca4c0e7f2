"""Put what was confirmed into the school's list: everything in one transaction, or nothing."""

from datetime import date, datetime

from django.utils import timezone

from children.lifecycles import import_life
from children.models import ImportRow, ImportRun
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record_many
from safeguarding.exceptions import BadInput
from safeguarding.locks import take_longer

from .applying import Applied, apply
from .progress import Progress
from .reading import compare_again, list_state
from .starting import forget, forget_earlier, require_seen
from .whole import questions, waiting


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
    and stay listed. Raises `ChangedSince` where something else is to be seen now, `BadInput` while a question about the
    whole file is open, and `OutOfTurn` when somebody was first.
    """
    locked = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.status == ImportRun.Status.READY:
        require_seen(locked.revision, run.revision if seen is None else seen)
        if unsaid := [q["text"] for q in questions(locked, today=today) if q["key"] not in locked.agreed]:
            raise BadInput(f"Something about the whole file waits for a person: {unsaid[0]}")
    return import_life.perform("confirm", locked, by=by, at=at)


@actors_transaction()
def finish_import(*, run: ImportRun, today: date | None = None, progress: Progress = lambda rows: None) -> ImportRun:
    """Change the list as confirmed; the run is CONFIRMED. May be called again: for a run that was stopped nothing was
    done, one that is CONFIRMED stays so.

    Where a child of the school has changed since the rows were compared, they are compared anew and the run is READY
    again, to be looked at: nobody confirms what was not shown.
    """
    take_longer(minutes=10, because="a list of thousands changes in one transaction, or not at all")
    today = today or timezone.localdate()
    locked: ImportRun = ImportRun.objects.select_for_update().get(pk=run.pk)
    if locked.status == ImportRun.Status.CONFIRMED:
        return locked
    School.objects.select_for_update(no_key=True).get(pk=locked.school_id)
    by: User | None = locked.confirmed_by
    if locked.summary["list"] != list_state(locked.school):
        summary = compare_again(locked) | {"changed_since": True}
        return import_life.perform(
            "reconsider",
            locked,
            by=by,
            summary=summary,
            agreed=[],
            compared_at=timezone.now(),
            confirmed_at=None,
            confirmed_by=None,
        )
    done = apply(locked, today=today, progress=progress)
    undecided = list(waiting(locked).values_list("pk", flat=True))
    unusable = ImportRow.objects.filter(run=locked, kind=ImportRow.Kind.REJECTED).values_list("pk", flat=True)
    left_out = [*undecided, *unusable]
    forget_earlier(locked)
    forget(locked, leave=left_out)
    _record(locked, done, by=by)
    summary = locked.summary | {"done": done.counts(), "left_out": len(left_out), "undecided": len(undecided)}
    return import_life.perform("finish", locked, by=by, summary=summary)


def _record(run: ImportRun, done: Applied, *, by: User | None) -> None:
    """One event for each child that came, changed or left, so that a record tells where its facts come from."""
    for verb, keys, purpose in (
        (Verb.CREATE, done.joined, "import"),
        (Verb.CHANGE, done.changed, "import"),
        (Verb.CLOSE, done.left, "import: left"),
    ):
        record_many(verb, "children.child", keys, by=by, school_id=run.school_id, purpose=purpose)
