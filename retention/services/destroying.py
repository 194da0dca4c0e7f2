"""Destroy what two people have approved, fourteen days on. Work of the process `destroyer`, and of nobody else.

The rows are the truth, and it goes forwards only: begun, key gone, rows gone, files gone. A crash anywhere is taken up
where it stopped, by this process or another; done twice, a step changes nothing. Whether something may begin is asked
by a function of the database (`ending/wall.py`), which holds the records while it asks, and shows no others.

1. Begun: everything that may be in the way is asked once more, the deletes are tried and taken back. From here nobody
   finds the record, and nothing new comes to it.
   Of what ends child by child (`parts.py`) the children's rows go first, in parts, each with its line in the ledger.
2. A line in the ledger, on disk; then the key. Every copy is unreadable, backups included.
3. The rows go, and what is left of the record is written, in one transaction.
4. The files go.
"""

import logging
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from retention import ledger
from retention.ledger import under
from retention.models import DestructionItem, EndingRow, FileToDrop, ItemRun, Tombstone
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.ending.removal import Ended, left_of, remove
from safeguarding.ending.units import is_ending, models_here
from safeguarding.exceptions import HarbourError
from safeguarding.sealing import files

from . import brakes, parts
from .going import end_keys, files_of, own_records

_S = ItemRun.State
logger = logging.getLogger(__name__)


class Unruled(HarbourError):
    """Something is left of a record that nobody ruled on: all of the step is taken back, and people are told."""

    status = 500
    title = "Something is left"


def destroy_due() -> int:
    """Take up what has begun, then begin what may. Returns how many records were destroyed to the end.

    One at a time: what stops one does not stop the next. Before anything of a school begins, it is asked whether
    something stops all of it there (`brakes.py`).
    """
    done = sum(carry_out(item) for item in _begun())
    stopped = brakes.stopped()
    return done + sum(carry_out(item) for item in _waiting() if item.school_id not in stopped)


def carry_out(item: DestructionItem) -> bool:
    """Begin it, where it has not begun and may, and take every step. Returns whether this call finished it.

    What goes wrong is noted by its kind, and tried again.
    """
    try:
        return not _begin(item) and _to_the_end(item)
    except Exception as trouble:
        logger.exception("A destruction stopped; it is taken up again.")
        with transaction.atomic():
            ItemRun.objects.filter(item=item).update(trouble=type(trouble).__name__, moved_at=timezone.now())
        return False


def _begun() -> list[DestructionItem]:
    rows = ItemRun.objects.exclude(state=_S.FILES_GONE).select_related("item__rule").order_by("begun_at", "pk")
    return [run.item for run in rows]


def _waiting() -> list[DestructionItem]:
    """Those whose time has come, by the database's own day; whether they may begin is asked when they do."""
    with connection.cursor() as cursor:
        cursor.execute(_TIME_HAS_COME)
        keys = [key for (key,) in cursor.fetchall()]
    return list(DestructionItem.objects.filter(pk__in=keys).select_related("rule").order_by("on_list", "place"))


_TIME_HAS_COME = """
SELECT DISTINCT item_id FROM retention_approval AS yes WHERE waits_until < (SELECT rules.today())
AND NOT EXISTS (SELECT FROM retention_itemrun AS run WHERE run.item_id = yes.item_id)
"""


def _begin(item: DestructionItem) -> str:
    """Begin it, in one transaction with a trial of the deletes. Returns why not, in a word, or nothing."""
    if ItemRun.objects.filter(item=item).exists():
        return ""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.begin_ending(%s)", [item.pk])
            [[why]] = cursor.fetchall()
        if not why:
            with transaction.atomic():
                _remove(item)
                transaction.set_rollback(True)
            record(Verb.DESTROY, item, purpose="begun")
        elif why not in _NOT_YET:
            _note_refusal(item, why[:_WORD])
    return str(why)


# No news: another process has it, or it was stopped.
_NOT_YET = ("begun", "stopped", "waits", "another is ending")
_WORD = 40


def _note_refusal(item: DestructionItem, why: str) -> None:
    """An event where it was not refused before, or by another word: it is asked again every five minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.refused_by(%s)", [item.pk])
        [[before]] = cursor.fetchall()
    if why != before:
        record(Verb.DESTROY, item, purpose=why, outcome=Outcome.REFUSED)


def _to_the_end(item: DestructionItem) -> bool:
    """Take every step that is left. Returns whether this call finished it."""
    steps = {_S.BEGUN: _end_keys, _S.KEYS_GONE: _end_rows, _S.ROWS_GONE: _end_files}
    moved = False
    while True:
        with transaction.atomic():
            run = ItemRun.objects.select_for_update(of=("self",), skip_locked=True).filter(item=item).first()
            if run is None or run.state == _S.FILES_GONE:
                return moved and run is not None
            steps[_S(run.state)](item, run)
            run.moved_at, run.tries = timezone.now(), run.tries + 1
            run.save(update_fields=["state", "moved_at", "tries"])
            moved = True


def _end_keys(item: DestructionItem, run: ItemRun) -> None:
    if parts.has_more(item):
        return
    records = own_records(_going(item))
    ledger.note(item, records=records)
    end_keys(kind=item.kind, record=item.record_key, records=records, under=under(item.rule))
    run.state = _S.KEYS_GONE


def _end_rows(item: DestructionItem, run: ItemRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.gather_ending(%s)", [item.pk])
    _note_files(item)
    ended = _remove(item)
    if left := left_of([item.record_key, *_roots(item)]):
        raise Unruled(f"Of a record that ends something is left in {', '.join(sorted({place for place, _ in left}))}.")
    Tombstone.objects.create(
        school_id=item.school_id,
        item=item,
        kind=item.kind,
        in_group=item.in_group,
        record_key=item.record_key,
        rule=item.rule,
        under=under(item.rule),
        trigger_on=item.trigger_on,
        due_on=item.due_on,
        counts=ended.deleted | parts.counts_of(item),
        rows=sum(ended.deleted.values()) + sum(parts.counts_of(item).values()),
        files=FileToDrop.objects.filter(item=item).count(),
        manifest=_manifest(item),
    )
    record(Verb.DESTROY, item, purpose="rows", count=sum(ended.deleted.values()))
    EndingRow.objects.filter(item=item).delete()
    run.state = _S.ROWS_GONE


def _end_files(item: DestructionItem, run: ItemRun) -> None:
    waiting = list(FileToDrop.objects.filter(item=item, dropped_at=None))
    files.drop(*(file.stored for file in waiting))
    for file in waiting:
        file.dropped_at = timezone.now()
        file.save(update_fields=["dropped_at"])
    record(Verb.DESTROY, item, purpose="files", count=len(waiting))
    run.state = _S.FILES_GONE


def _going(item: DestructionItem) -> dict[str, list[UUID]]:
    """The keys of the rows that end, by the label of their model."""
    found: dict[str, list[UUID]] = {}
    rows = EndingRow.objects.filter(item=item, becomes="ends").values_list("model", "key")
    for label, key in rows:
        if len(key) == _UUID:
            found.setdefault(label, []).append(UUID(key))
    return found


_UUID = 36


def _roots(item: DestructionItem) -> list[UUID]:
    return [key for keys in own_records(_going(item)).values() for key in keys]


def _remove(item: DestructionItem) -> Ended:
    """Of the records with which it began: what others have unlinked from it since neither ends with it nor stops it."""
    labels = {str(model._meta.label_lower) for model in models_here() if is_ending(model)}
    begun = [key for label, keys in _going(item).items() if label in labels for key in keys]
    return remove([item.record_key], begun=begun)


def _note_files(item: DestructionItem) -> None:
    """The names of the files of rows that go, before the rows do."""
    names = files_of(_going(item))
    there = set(FileToDrop.objects.filter(stored__in=names).values_list("stored", flat=True))
    FileToDrop.objects.bulk_create(
        FileToDrop(school_id=item.school_id, item=item, stored=name) for name in sorted(names - there)
    )


def _manifest(item: DestructionItem) -> bytes:
    return bytes(item.approvals.latest("approved_at").manifest)
