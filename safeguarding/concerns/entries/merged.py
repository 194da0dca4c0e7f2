"""What does a child's chronology say of its records? That two were found to be of one child and became one, or are two again.

Who may not see a merge, because one of its records is hidden from them, has no entry of it. Neither entry names anybody but who
decided: the record that became part of the other is called by its number, as people have it on paper.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from children.models import Child, ChildMerge
from safeguarding.accounts.titles import Titles
from safeguarding.audit.protection import known_of
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source
from safeguarding.http import Request
from safeguarding.once import once

S = ChildMerge.Status


def _decided(request: Request) -> QuerySet[Any]:
    return visible(request, ChildMerge).filter(status__in=(S.MERGED, S.UNDONE)).annotate(moment=F("decided_at"))


def _taken_apart(request: Request) -> QuerySet[Any]:
    return visible(request, ChildMerge).filter(status=S.UNDONE).annotate(moment=F("undone_at"))


def _of(rows: Callable[[Request], QuerySet[Any]]) -> Callable[[Request, Child], QuerySet[Any]]:
    """Of this record and of those that have become part of it."""

    def of_child(request: Request, child: Child) -> QuerySet[Any]:
        records = once(("merged from", child.pk), lambda: [child.pk, *known_of("merged_from", child.pk)])
        return rows(request).filter(Q(keep__in=records) | Q(other__in=records))

    return of_child


def _tell_merged(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = _decided(request).filter(pk__in=keys).select_related("decided_by")
    return {
        one.pk: Entry(
            at=one.moment,
            title="Two records of this child became one",
            sentence=f"Record {one.other_number} became part of the other.",
            source=f"decided by {titles.of(one.decided_by, one.moment)}",
            reference="Merge",
            link=reverse("merge", args=[one.pk]),
        )
        for one in rows
    }


def _tell_undone(request: Request, keys: list[UUID], titles: Titles) -> Mapping[UUID, Entry]:
    rows = _taken_apart(request).filter(pk__in=keys).select_related("undone_by")
    return {
        one.pk: Entry(
            at=one.moment,
            title="Two records that had become one are two again",
            sentence=f"Record {one.other_number} is a record of its own again.",
            source=f"undone by {titles.of(one.undone_by, one.moment)}",
            reference="Merge",
            link=reverse("merge", args=[one.pk]),
        )
        for one in rows
    }


MERGED = (
    Source("merged", "records", _of(_decided), _tell_merged),
    Source("unmerged", "records", _of(_taken_apart), _tell_undone),
)
