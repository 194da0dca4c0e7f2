"""Destroy again what a backup has brought back: the steps of a destruction, by the ledger instead of two people.

Run by `restore`, as the owner, while nothing else runs. Keys of every line go, since a backup of the keys may have
brought back some of any; rows and files of those lines of which nothing is left written down here.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from retention.models import DestructionItem, FileToDrop, ItemPart, ItemRun, Tombstone
from safeguarding.accounts.models import School
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.ending.kinds import group_of
from safeguarding.ending.removal import ends_with, give_up_waiting, left_of, remove
from safeguarding.ending.units import roots
from safeguarding.prepared import prepared
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import LedgerProblem
from safeguarding.sealing.ledger import Entry
from safeguarding.sealing.services.rotating import new_epoch

from .going import end_keys, files_of, living_keys
from .parts import end_part


def undone(found: Sequence[Entry]) -> list[Entry]:
    """The lines that are not done here: nothing says that the record was destroyed, or one of its keys is there.

    One that `destroyer` has begun is its own to go on with.
    """
    runs, known = _written_down(found)
    schools = set(School.objects.values_list("pk", flat=True))
    parts = set(ItemPart.objects.values_list("pk", flat=True))
    living = living_keys(set[UUID]().union(*(entry.keys() for entry in found)))

    def is_undone(entry: Entry) -> bool:
        if entry.until:
            return entry.school in schools and entry.item not in parts
        if entry.school not in schools or runs.get(entry.item) == ItemRun.State.BEGUN:
            return False
        return not _is_known(entry, runs, known) or not living.isdisjoint(entry.keys())

    return [entry for entry in found if is_undone(entry)]


def _written_down(found: Sequence[Entry]) -> tuple[dict[UUID, str], set[UUID]]:
    """How far the items of these lines are, and which of their records were destroyed, as this database says. By facts:
    whoever starts Harbour sees neither table.
    """
    items, records = [entry.item for entry in found], [entry.record for entry in found]
    runs = dict(prepared("SELECT item, state FROM rules.runs_of(%s::uuid[])", [items]))
    return runs, {key for (key,) in prepared("SELECT record FROM rules.destroyed_of(%s::uuid[])", [records])}


def destroy_again(found: Sequence[Entry]) -> int:
    """Destroy again what the lines of the ledger say, in their order. Returns how many were undone.

    Cut off, it is run again. Raises `LedgerProblem` where something cannot be destroyed.
    """
    before = undone(found)
    runs, known = _written_down(found)
    had_keys = bool(living_keys(set[UUID]().union(*(entry.keys() for entry in found))))
    for entry in found:
        end_keys(kind=entry.kind, record=entry.record, records=entry.records, under=entry.under)
    for entry in before:
        if entry.until:
            _end_days(entry)
        elif not _is_known(entry, runs, known):
            _end_rows(entry)
    _drop_files()
    if had_keys:
        new_epoch()
    return len(before)


def _end_days(entry: Entry) -> None:
    """The rows of a part, up to its day: what keeps a child now was not there, or did not keep it, when they went."""
    with transaction.atomic():
        part = ItemPart.objects.create(
            id=entry.item,
            school_id=entry.school,
            kind=entry.kind,
            record_key=entry.record,
            until=date.fromisoformat(entry.until),
            children=entry.children,
        )
        record(Verb.DESTROY, part, purpose="days by the ledger", count=end_part(part.pk))
        # Its item of that time, if there is one; where `destroyer` has begun that, it may have a part in hand.
        item = DestructionItem._base_manager.filter(record_key=entry.record, left_out_at=None).first()
        ItemPart.objects.filter(pk=part.pk).update(item=item)


def _is_known(entry: Entry, runs: dict[UUID, str], known: set[UUID]) -> bool:
    return entry.record in known or entry.item in runs


def _end_rows(entry: Entry) -> None:
    try:
        with transaction.atomic():
            _remove(entry)
    except DatabaseError as error:
        raise LedgerProblem(
            f"A record that was destroyed, of {entry.kind}, cannot be destroyed again ({type(error).__name__}). Its "
            "keys are gone: nothing of it can be read. Nothing is started while its rows are there."
        ) from None


def _remove(entry: Entry) -> None:
    labels = {str(model._meta.label_lower) for model in roots()}
    asked = {entry.record}.union(*(keys for label, keys in entry.records.items() if label in labels))
    together = [key for some in ends_with(asked).values() for key in some]
    names = files_of(_rows(together))
    FileToDrop.objects.bulk_create(
        (FileToDrop(school_id=entry.school, stored=name) for name in sorted(names)), ignore_conflicts=True
    )
    give_up_waiting(together)
    ended = remove(asked)
    if left := left_of(entry.keys()):
        places = ", ".join(sorted({place for place, _ in left}))
        raise LedgerProblem(f"Of a record that was destroyed something is left in {places}.")
    # Its place on a list of that time, if it had one: it waits for nothing more.
    item = DestructionItem._base_manager.filter(record_key=entry.record, left_out_at=None).first()
    left_behind = Tombstone.objects.create(
        school_id=entry.school,
        item=item,
        kind=entry.kind,
        in_group=group_of(entry.kind),
        record_key=entry.record,
        rule_id=item.rule_id if item else None,
        under=entry.under,
        trigger_on=_day(entry.trigger_on),
        due_on=_day(entry.due_on),
        counts=ended.deleted,
        rows=sum(ended.deleted.values()),
        files=len(names),
        manifest=bytes.fromhex(entry.manifest),
    )
    if item:
        ItemRun.objects.get_or_create(
            item=item,
            defaults={"school_id": entry.school, "in_group": item.in_group, "state": ItemRun.State.FILES_GONE},
        )
    record(Verb.DESTROY, left_behind, purpose="by the ledger", count=left_behind.rows)


def _rows(together: list[UUID]) -> dict[str, list[UUID]]:
    """The keys of the rows that end with these records, by the label of their model."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT model, key FROM rules.rows_ending(%s::uuid[]) WHERE becomes = 'ends' AND length(key) = 36",
            [together],
        )
        found: dict[str, list[UUID]] = {}
        for model, key in cursor.fetchall():
            found.setdefault(model, []).append(UUID(key))
    return found


def _drop_files() -> None:
    """Take out of the store whatever was to leave it: the copy of a backup may have put it back."""
    dropped = set(FileToDrop.objects.values_list("stored", flat=True)) & set(files.stored_names())
    files.drop(*dropped)
    waiting = FileToDrop.objects.filter(item=None, dropped_at=None)
    if dropped or waiting.exists():
        with transaction.atomic():
            waiting.update(dropped_at=timezone.now())
            record(Verb.DESTROY, object_type=FileToDrop._meta.label_lower, purpose="by the ledger", count=len(dropped))


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
