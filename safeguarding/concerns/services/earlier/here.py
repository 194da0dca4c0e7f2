"""What is on the records already?

So that the same file again, or by a colleague who sees a child more, brings in nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from safeguarding.concerns.importing.joining import ACTION, BAD, RECORD, further_of
from safeguarding.concerns.importing.said import Said
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierRecord, EarlierRow
from safeguarding.sealing.ring import ring

HERE = EarlierRow.Kind.HERE
CHUNK = 2000


def grouped(rows: Iterable[Said]) -> dict[int, list[Said]]:
    """By the number of each record's row, the rows of its actions."""
    found: defaultdict[int, list[Said]] = defaultdict(list)
    for row in rows:
        for number in row.joins:
            found[number].append(row)
    return found


def words_of(record: Said, actions: Sequence[Said]) -> dict[str, Any]:
    """What a record will say, by field."""
    return {
        "author": record.facts.get("author", ""),
        "category": record.facts.get("category", ""),
        "narrative": record.facts["details"],
        "further": further_of(record, actions),
    }


def mark_here(batch: EarlierBatch, rows: Sequence[Said]) -> None:
    """Say of each record that is there already that it is (`here`); of one that is there and says something else, that
    it is a problem.
    """
    records = [row for row in rows if row.kind == RECORD]
    there = _there(batch, {row.child for row in records if row.child})
    actions = grouped(rows)
    for row in records:
        for held in there.get(_key(row.child, row.facts.get("reference", ""), row.happened[0]), ()):
            words = words_of(row, actions[row.number])
            if (
                all(getattr(held, name) == value for name, value in words.items())
                and held.happened_at == row.happened[0]
            ):
                row.kind, row.problem = HERE, ""
                break
            # Another school may have added to an entry since: both stand there, each as it was sent.
            if held.reference and not batch.is_file:
                row.kind, row.problem = BAD, "changed"
    settled = {row.number: row for row in records if row.kind != RECORD}
    for row in (row for row in rows if row.kind == ACTION):
        standing = [number for number in row.joins if number not in settled]
        if not standing:
            first = settled[row.joins[0]]
            row.kind, row.problem = first.kind, "incident_bad" if first.kind == BAD else ""
        row.joins = standing


def _there(batch: EarlierBatch, children: set[UUID]) -> Mapping[tuple[Any, ...], list[EarlierRecord]]:
    """The records of these children from this system that stand, by what they are known by."""
    withdrawn = EarlierBatch.objects.filter(school=batch.school_id, withdrawn_at__isnull=False)
    rows = EarlierRecord.objects.filter(child__in=children, source__iexact=batch.source).exclude(batch__in=withdrawn)
    found: defaultdict[tuple[Any, ...], list[EarlierRecord]] = defaultdict(list)
    if children:
        ring().fetch([child.bytes for child in children])
    for record in rows.iterator(CHUNK):
        found[_key(record.child_id, record.reference, record.happened_at)].append(record)
    return found


def _key(child: UUID | None, reference: str, at: datetime) -> tuple[Any, ...]:
    return (child, reference) if reference else (child, at)


def files_there(batch: EarlierBatch, children: Iterable[UUID]) -> set[tuple[UUID, str, int]]:
    """Child, name and size of each file of these children from this system that stands."""
    return {(file.child_id, file.name, file.size) for file in _standing(batch, children)}


def stored_there(batch: EarlierBatch, child: UUID) -> Mapping[tuple[str, int], list[str]]:
    """The same files of one child: by name and size, where each lies in the store; empty where it was taken out."""
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for file in _standing(batch, [child]):
        found[file.name, file.size].append(file.stored)
    return found


def _standing(batch: EarlierBatch, children: Iterable[UUID]) -> QuerySet[EarlierFile]:
    withdrawn = EarlierBatch.objects.filter(school=batch.school_id, withdrawn_at__isnull=False)
    files = EarlierFile.objects.filter(child__in=list(children), source__iexact=batch.source)
    return files.exclude(batch__in=withdrawn)
