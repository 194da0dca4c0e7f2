"""What does a child's chronology say of its records? That two were found to be of one child and became one, or are two
again.

Who may not see a merge, because one of its records is hidden from them, has no entry of it: that depends on the reader,
so it is asked beside the index. Neither entry names anybody but who decided: the record that became part of the other
is called by its number, as people have it on paper.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q, UUIDField, Value

from children.models import Child, ChildMerge
from safeguarding.accounts.titles import Titles
from safeguarding.addresses import address_of
from safeguarding.audit.asking import Fact
from safeguarding.audit.protection import among, known_of
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.places import Row
from safeguarding.glance import look_for, seen
from safeguarding.http import Request
from safeguarding.once import once

from .rows import rows_of

look_for(merges="merges_there")
S = ChildMerge.Status


def _of(child: Child) -> Q:
    """Of this record and of those that have become part of it."""
    theirs = Fact(Value(child.pk, UUIDField()), function="merged_from")
    return Q(keep=child) | Q(other=child) | among("keep_id", theirs) | among("other_id", theirs)


def _moments(request: Request, children: Sequence[Child]) -> list[tuple[UUID, UUID, datetime | None, datetime | None]]:
    """Of each merge that was decided its key, whose it is, and when it was merged and undone: no query where there was
    none at a school of the person, one where there is none of this child, else two.
    """

    def found() -> list[tuple[UUID, UUID, datetime | None, datetime | None]]:
        if not any(seen(request.user, "merges")):
            return []
        if not (there := known_of("merges_of", [child.pk for child in children])):
            return []
        told = visible(request, ChildMerge).filter(pk__in=there, status__in=(S.MERGED, S.UNDONE))
        whose = models.Case(*(models.When(_of(child), then=Value(child.pk, UUIDField())) for child in children))
        rows = told.annotate(whose=whose).exclude(whose=None)
        return list(rows.values_list("pk", "whose", "decided_at", "undone_at"))

    return once(("merges of", *(child.pk for child in children)), found)


def _merged(request: Request, children: Sequence[Child]) -> list[Row]:
    return [Row(at, key, "merged", None, whose) for key, whose, at, _ in _moments(request, children) if at]


def _unmerged(request: Request, children: Sequence[Child]) -> list[Row]:
    return [Row(at, key, "unmerged", None, whose) for key, whose, _, at in _moments(request, children) if at]


def _telling(title: str, sentence: str, said: str, by: str) -> Callable[[Request, When, Titles], Mapping[UUID, Entry]]:
    """How one of the two is told. `by` is the field of who did it, `said` what they did."""

    rows = rows_of(ChildMerge, by)

    def tell(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
        return {
            one.pk: Entry(
                at=when[one.pk],
                title=title,
                sentence=sentence.format(one.other_number),
                source=f"{said} by {titles.of(getattr(one, by), when[one.pk])}",
                reference="Merge",
                link=address_of("merge", one.pk),
            )
            for one in rows(request, when)
        }

    return tell


_tell_merged = _telling(
    "Two records of this child became one", "Record {} became part of the other.", "decided", "decided_by"
)
_tell_unmerged = _telling(
    "Two records that had become one are two again", "Record {} is a record of its own again.", "undone", "undone_by"
)

MERGED = (
    Source("merged", "records", _tell_merged, rows=_merged),
    Source("unmerged", "records", _tell_unmerged, rows=_unmerged),
)
