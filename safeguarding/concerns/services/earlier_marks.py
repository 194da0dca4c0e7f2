"""Which marks were seen on this child in earlier concerns? For those who read these concerns, and never by authorship.

A mark belongs to an account, not to a child. So only concerns that are about this child and about no other are laid
under a figure; those that are about several children are named beside it, to be opened.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet

from safeguarding.concerns.models import BodyMapMark, Concern, ConcernChild
from safeguarding.dates import as_day

# The read gate of a request: model to the rows of it that this person may see.
See = Callable[[type[Model]], QuerySet[Any]]
# Marks, the newest first: more would cover the figure.
MOST = 60
WORRIED_ABOUT = ConcernChild.Role.WORRIED_ABOUT


@dataclass(frozen=True)
class EarlierMark:
    """A mark that was seen before: where, when, in which concern, and what was said of it."""

    region: int
    on: date
    note: str
    reference: str
    concern_id: UUID


@dataclass(frozen=True)
class EarlierMarks:
    """Those to lay under the figure, the newest first, and the concerns with marks that are about several children."""

    marks: Sequence[EarlierMark]
    apart: Sequence[tuple[UUID, str]]
    # Every concern of which something is shown.
    concerns: Sequence[UUID]

    @property
    def full(self) -> bool:
        """Whether there may be more."""
        return len(self.marks) + len(self.apart) >= MOST


def earlier_marks(see: See, child_id: UUID, *, before: datetime | None = None, but: UUID | None = None) -> EarlierMarks:
    """The marks of a child in the concerns logged before a moment (all there are without one), as far as `see` shows
    both.

    One query for the marks of all, and one for the keys of what was said of them.
    """
    about = see(Concern).filter(children__child_id=child_id, children__role=WORRIED_ABOUT).exclude(pk=but)
    if before is not None:
        about = about.filter(logged_at__lt=before)
    others = ConcernChild.objects.filter(concern=OuterRef("concern_id"), role=WORRIED_ABOUT)
    rows = (
        see(BodyMapMark)
        .filter(concern__in=about.values("pk"))
        .annotate(of_several=Exists(others.exclude(child_id=child_id)))
        .select_related("concern", "account")
        .order_by("-concern__logged_at", "region", "pk")
    )
    found = list(rows[:MOST])
    marks = [
        EarlierMark(
            region=row.region,
            on=row.account.observed_on or as_day(row.concern.logged_at),
            note=row.note,
            reference=row.concern.reference,
            concern_id=row.concern_id,
        )
        for row in found
        if not row.of_several
    ]
    apart = {row.concern_id: row.concern.reference for row in found if row.of_several}
    return EarlierMarks(marks, list(apart.items()), list(dict.fromkeys(row.concern_id for row in found)))


def only_child(children: Sequence[ConcernChild]) -> UUID | None:
    """The child whose earlier marks may be laid under those of a concern: the only one that it is about, with a
    record.
    """
    about = [named.child_id for named in children if named.role == WORRIED_ABOUT]
    return about[0] if len(about) == 1 else None
