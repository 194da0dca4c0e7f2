"""What does a child's chronology say of its records? That two were found to be of one child and became one, or are two again.

Who may not see a merge, because one of its records is hidden from them, has no entry of it: that depends on the reader, so it is
asked beside the index. Neither entry names anybody but who decided: the record that became part of the other is called by its
number, as people have it on paper.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Q, UUIDField, Value, When
from django.urls import reverse

from children.models import Child, ChildMerge
from safeguarding.accounts.titles import Titles
from safeguarding.audit.protection import Fact, among
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Row, Source
from safeguarding.concerns.chronology import When as Happened
from safeguarding.http import Request
from safeguarding.once import once

S = ChildMerge.Status


def _of(child: Child) -> Q:
    """Of this record and of those that have become part of it."""
    theirs = Fact(Value(child.pk, UUIDField()), function="merged_from")
    return Q(keep=child) | Q(other=child) | among("keep_id", theirs) | among("other_id", theirs)


def _moments(request: Request, children: Sequence[Child]) -> list[tuple[UUID, UUID, datetime | None, datetime | None]]:
    """Of each merge that was decided its key, whose it is, and when it was merged and undone. One query a page."""

    def found() -> list[tuple[UUID, UUID, datetime | None, datetime | None]]:
        told = visible(request, ChildMerge).filter(status__in=(S.MERGED, S.UNDONE))
        whose = Case(*(When(_of(child), then=Value(child.pk, UUIDField())) for child in children))
        rows = told.annotate(whose=whose).exclude(whose=None)
        return list(rows.values_list("pk", "whose", "decided_at", "undone_at"))

    return once(("merges of", *(child.pk for child in children)), found)


def _merged(request: Request, children: Sequence[Child]) -> list[Row]:
    return [Row(at, key, "merged", None, whose) for key, whose, at, _ in _moments(request, children) if at]


def _unmerged(request: Request, children: Sequence[Child]) -> list[Row]:
    return [Row(at, key, "unmerged", None, whose) for key, whose, _, at in _moments(request, children) if at]


def _tell_merged(request: Request, when: Happened, titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, ChildMerge).filter(pk__in=when).select_related("decided_by")
    return {
        one.pk: Entry(
            at=when[one.pk],
            title="Two records of this child became one",
            sentence=f"Record {one.other_number} became part of the other.",
            source=f"decided by {titles.of(one.decided_by, when[one.pk])}",
            reference="Merge",
            link=reverse("merge", args=[one.pk]),
        )
        for one in rows
    }


def _tell_undone(request: Request, when: Happened, titles: Titles) -> Mapping[UUID, Entry]:
    rows = visible(request, ChildMerge).filter(pk__in=when).select_related("undone_by")
    return {
        one.pk: Entry(
            at=when[one.pk],
            title="Two records that had become one are two again",
            sentence=f"Record {one.other_number} is a record of its own again.",
            source=f"undone by {titles.of(one.undone_by, when[one.pk])}",
            reference="Merge",
            link=reverse("merge", args=[one.pk]),
        )
        for one in rows
    }


MERGED = (
    Source("merged", "records", _tell_merged, rows=_merged),
    Source("unmerged", "records", _tell_undone, rows=_unmerged),
)
