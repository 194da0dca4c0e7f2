"""How many concerns name a child before one concern, and when was the last of them logged?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from safeguarding.concerns.models import Concern
from safeguarding.dates import counted, full_day


@dataclass(frozen=True)
class EarlierConcerns:
    """What came before: "3 earlier concerns, the last on 6 October 2025"."""

    number: int = 0
    last: datetime | None = None

    def __str__(self) -> str:
        if self.last is None:
            return "No earlier concern"
        on = "on" if self.number == 1 else "the last on"
        return f"{counted(self.number, 'earlier concern')}, {on} {full_day(self.last)}"


def earlier_concerns(
    concerns: QuerySet[Concern], concern: Concern, children: Collection[UUID]
) -> dict[UUID, EarlierConcerns]:
    """Of each of these children, what was logged before this concern among those that the reader may see, in whatever
    role it names the child: one query for all, and none for none.
    """
    found = dict.fromkeys(children, EarlierConcerns())
    if not found:
        return found
    before = concerns.filter(children__child_id__in=found, logged_at__lt=concern.logged_at).order_by()
    rows = before.values_list("children__child_id").annotate(Count("pk", distinct=True), Max("logged_at"))
    return found | {child: EarlierConcerns(number, last) for child, number, last in rows}
