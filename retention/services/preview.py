"""Work out what a change of the schedule would do: how many more records would be due, how many fewer.

Numbers alone, over the whole school, whoever asks: the rules are everybody's, and the numbers name nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from retention.models import RetentionRule
from safeguarding.ending.kinds import ADULTS, RECORDS, carried_out, kinds

from .scan import kept_of, known_at
from .schedule import period_of, rules_at


@dataclass(frozen=True)
class Preview:
    """How many records would be due that are not, and how many would not be that are; `all` records there are."""

    more: int
    fewer: int
    all: int

    @property
    def changes(self) -> bool:
        return bool(self.more or self.fewer)


def is_uncounted(changed: Collection[RetentionRule]) -> bool:
    """Whether one of these rules is of concerns about adults, which are not counted."""
    return any(rule.code in carried_out(ADULTS) for rule in changed)


def preview(school_id: UUID, changed: Collection[RetentionRule], *, today: date | None = None) -> Preview | None:
    """What would be due with these rules in force, against what is due with those that are now.

    None where Harbour carries out none of them: nothing would change here. Nor are concerns about adults counted: a
    number would tell of one.
    """
    ours = {rule.code: rule for rule in changed if rule.code in carried_out(RECORDS)}
    if not ours:
        return None
    now = rules_at(school_id)
    before = [period_of(rule) for rule in now]
    after = [period_of(ours[rule.code], as_in_force=True) if rule.code in ours else period_of(rule) for rule in now]
    today, known = today or timezone.localdate(), known_at(school_id)
    there = [one for one in known.records if kinds()[one.kind].group == RECORDS]
    # By the other kinds nothing changes.
    touched = [one for one in there if not ours.keys().isdisjoint(kinds()[one.kind].rules)]
    due_now, due_then = (
        {one.key for one, until in kept.items() if until.is_over(today)}
        for kept in kept_of(touched, known, before, after)
    )
    return Preview(len(due_then - due_now), len(due_now - due_then), len(there))
