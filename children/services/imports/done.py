"""What went in without a look stays until the next list: who joined, changed and left, and what each row changed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Max

from children.models import Child, ChildDetail, ImportRow, ImportRun
from children.services import bulk
from safeguarding.keys import uuid7

from .applying import Applied

Kind, D = ImportRow.Kind, ImportRow.Decision
# Enough to know the child by: the rest is in the record.
_NAMED = ("forename", "surname", "year_group", "class_name")


def keep_done(run: ImportRun, done: Applied, *, but: Collection[UUID]) -> set[UUID]:
    """Mark the rows that went in, and add one for each child who left. Returns their keys.

    `but` are keys of rows that wait or were left out. Who may not see a child does not see its row.
    """
    joined = dict(ChildDetail.objects.filter(child__in=done.joined).values_list("upn", "child_id"))
    touched = {*done.joined, *done.changed}
    rows = ImportRow.objects.filter(run=run, kind__in=(Kind.JOINS, Kind.CHANGES)).exclude(pk__in=but)
    taken = []
    for row in rows.iterator():
        child = row.child_id or joined.get(row.upn)
        if child in touched:
            facts = {name: row.facts[name] for name in _NAMED if name in row.facts}
            taken.append({"id": row.pk, "child_id": child, "decision": D.DONE, "facts": facts, "who": ""})
    bulk.update(ImportRow, ("child_id", "decision", "facts", "who"), taken)
    left = _left(run, done)
    bulk.insert(ImportRow, left)
    return {row["id"] for row in (*taken, *left)}


def _left(run: ImportRun, done: Applied) -> list[dict[str, Any]]:
    last = ImportRow.objects.filter(run=run).aggregate(last=Max("number"))["last"] or 0
    gone = Child.objects.filter(pk__in=done.left).order_by("sort_name", "pk")
    return [
        {
            "id": uuid7(),
            "run_id": run.pk,
            "school_id": run.school_id,
            "number": last + n,
            "kind": Kind.LEAVES,
            "child_id": child.pk,
            "decision": D.DONE,
            "facts": {name: getattr(child, name) for name in _NAMED},
        }
        for n, child in enumerate(gone, start=1)
    ]
