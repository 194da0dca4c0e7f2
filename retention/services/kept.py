"""Say until when a child's records are kept, from what is known at this moment, as far as the reader may know it.

The nightly scan writes the same into `RetentionDate`; what is destroyed goes by that. A date that rests on something
that the reader may not see, such as a concern that is hidden from them, is not shown: "Kept, not due".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from children.models import Child
from retention.models import RetentionDate, RetentionRule, Trigger
from retention.periods import WHERE, File, Kept, Period, of_file
from safeguarding.accounts.models import User
from safeguarding.ending import dates
from safeguarding.ending.reasons import filled_unseen

from .scan import Stated, files_of, kept_of_kind
from .schedule import period_of
from .signs import unseen_by

_M = RetentionDate.Missing
# Rules that count from a day which tells of an entry.
_TELLING: dict[str, str] = {Trigger.LAST_ENTRY: "last_entry"}


@dataclass(frozen=True)
class Known:
    """A record and until when it is kept; `rule` is the one that says so.

    `is_hidden`: its reader is not told. `born`: of whom a file is.
    """

    kept: Kept
    rule: RetentionRule | None
    is_hidden: bool = False
    born: date | None = None


def file_of(child: Child, stated: Stated, rules: Collection[RetentionRule]) -> File:
    """What the date of one child's file rests on."""
    return files_of({child.pk: child.left_on}, [period_of(rule) for rule in rules], stated)[child.pk]


def known_to(user: User, child: Child, file: File, rules: Collection[RetentionRule]) -> Known:
    """Until when a child's file is kept, as this person may know it."""
    kept = of_file(file, [period_of(rule) for rule in rules])
    hidden = (
        (file.abuse.may_apply and child.pk in unseen_by(user))
        or _is_filled_unseen(user, child, file, kept)
        or child.pk in hidden_from(user, {child.pk: _rule(kept.period, rules)})
    )
    return Known(kept, _rule(kept.period, rules), hidden, file.born)


def _is_filled_unseen(user: User, child: Child, file: File, kept: Kept) -> bool:
    """Whether it would end as a record on which nothing is, and only what the person may not see is on it."""
    waits = file.moved is not None and not file.is_bare and kept.missing in (_M.LAST_SCHOOL, _M.BIRTH)
    return waits and child.pk in filled_unseen(user, [child.pk])


def hidden_from(user: User, rules: Mapping[UUID, RetentionRule | None]) -> set[UUID]:
    """Of records, each with the rule by which it ends, those whose rule would tell the person of what they may not see.

    No query where none ends by a rule of that kind.
    """
    by_trigger: dict[str, set[UUID]] = {}
    for key, rule in rules.items():
        if rule is not None and (trigger := WHERE.get(rule.code) or _TELLING.get(rule.trigger)):
            by_trigger.setdefault(trigger, set()).add(key)
    for trigger in by_trigger.keys() & _TELLING.values():
        # A record without such a day counts from birth, which tells nothing.
        by_trigger[trigger] &= dates.days(trigger, by_trigger[trigger]).keys()
    return set[UUID]().union(*(dates.hidden_from(user, trigger, keys) for trigger, keys in by_trigger.items()))


def known_of_kind(kind: str, keys: Collection[UUID], rules: Collection[RetentionRule]) -> dict[UUID, Known]:
    """Until when each of these records of a kind is kept whose date rests on nothing that its reader may not see."""
    found = kept_of_kind(kind, keys, [period_of(rule) for rule in rules])
    return {key: Known(kept, _rule(kept.period, rules)) for key, kept in found.items()}


def _rule(period: Period | None, rules: Collection[RetentionRule]) -> RetentionRule | None:
    return next((rule for rule in rules if period is not None and rule.pk == period.key), None)
