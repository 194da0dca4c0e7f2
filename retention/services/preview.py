"""Work out what a change of the schedule would do: how many more records would be due, how many fewer.

Numbers alone, over the whole school, whoever asks: the rules are everybody's, and the numbers name nobody.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from retention.models import RetentionRule, Statement
from retention.periods import Period, of_file, of_photograph
from safeguarding.ending import dates
from safeguarding.prepared import prepared

from .scan import files_of
from .schedule import period_of, rules_at

_K = Statement.Kind


@dataclass(frozen=True)
class Preview:
    """How many records would be due that are not, and how many would not be that are; `all` records there are."""

    more: int
    fewer: int
    all: int

    @property
    def changes(self) -> bool:
        return bool(self.more or self.fewer)


def preview(school_id: UUID, changed: Collection[RetentionRule], *, today: date | None = None) -> Preview | None:
    """What would be due with these rules in force, against what is due with those that are now.

    None where Harbour carries out none of them: nothing would change here.
    """
    ours = {rule.code: rule for rule in changed if rule.is_carried_out}
    if not ours:
        return None
    now = rules_at(school_id)
    before = [period_of(rule) for rule in now]
    after = [period_of(ours[rule.code], as_in_force=True) if rule.code in ours else period_of(rule) for rule in now]
    today, known = today or timezone.localdate(), _Known(school_id, [*before, *after])
    due_now, due_then = known.due(before, today), known.due(after, today)
    return Preview(len(due_then - due_now), len(due_now - due_then), known.number)


class _Known:
    """What the dates of every record of a school rest on, asked once."""

    def __init__(self, school_id: UUID, periods: Collection[Period]) -> None:
        rows = prepared("SELECT * FROM rules.files_at(%s)", [school_id])
        kinds = (_K.RECEIPT, _K.LAST_SCHOOL, _K.KEEP)
        said = {
            (child, str(kind)): day
            for child, _, *days in rows
            for kind, day in zip(kinds, days, strict=True)
            if day is not None
        }
        self.files = files_of({row[0]: row[1] for row in rows}, periods, said)
        self.photographs = [key for (key,) in prepared("SELECT * FROM rules.photographs_at(%s)", [school_id])]
        self.over = dates.days("photograph_over", self.photographs)

    @property
    def number(self) -> int:
        return len(self.files) + len(self.photographs)

    def due(self, periods: Collection[Period], today: date) -> set[UUID]:
        """The keys of records whose time is over by these periods."""
        return set(self._due(periods, today))

    def _due(self, periods: Collection[Period], today: date) -> Iterable[UUID]:
        for key, file in self.files.items():
            if of_file(file, periods).is_over(today):
                yield key
        for key in self.photographs:
            if of_photograph(self.over.get(key), periods).is_over(today):
                yield key
