"""Say until when a child's records are kept, from what is known at this moment, as far as the reader may know it.

The nightly scan writes the same into `RetentionDate`; what is destroyed goes by that. A date that rests on something
that the reader may not see, such as a concern that is hidden from them, is not shown: "Kept, not due".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from children.models import Child
from retention.models import Mark, RetentionDate, RetentionRule
from retention.periods import ABUSE, WHERE, File, Kept, Period, of_file
from safeguarding.accounts.models import User
from safeguarding.ending import dates
from safeguarding.ending.reasons import filled_unseen

from .scan import Stated, files_of, kept_of_kind
from .schedule import period_of

_M = RetentionDate.Missing


@dataclass(frozen=True)
class Known:
    """A record and until when it is kept; `rule` is the one that says so.

    `is_hidden`: its reader is not told. `proposes_abuse`: a concern that they see proposes the long rule, and no lead
    has said whether it applies.
    """

    kept: Kept
    rule: RetentionRule | None
    is_hidden: bool = False
    proposes_abuse: bool = False


def file_of(child: Child, stated: Stated, rules: Collection[RetentionRule]) -> File:
    """What the date of one child's file rests on."""
    return files_of({child.pk: child.left_on}, [period_of(rule) for rule in rules], stated)[child.pk]


def known_to(user: User, child: Child, file: File, stated: Stated, rules: Collection[RetentionRule]) -> Known:
    """Until when a child's file is kept, as this person may know it."""
    kept = of_file(file, [period_of(rule) for rule in rules])
    code = kept.period.code if kept.period else ""
    proposes = ABUSE in file.applying and child.pk not in stated.marks and not _is_hidden(user, child, ABUSE)
    if _is_filled_unseen(user, child, file, kept):
        return Known(kept, _rule(kept.period, rules), is_hidden=True)
    if code == ABUSE:
        return Known(kept, _rule(kept.period, rules), not proposes and child.pk not in stated.marks, proposes)
    return Known(kept, _rule(kept.period, rules), code in WHERE and _is_hidden(user, child, code), proposes)


def _is_filled_unseen(user: User, child: Child, file: File, kept: Kept) -> bool:
    """Whether it would end as a record on which nothing is, and only what the person may not see is on it."""
    waits = file.moved is not None and not file.is_bare and kept.missing in (_M.LAST_SCHOOL, _M.BIRTH)
    return waits and child.pk in filled_unseen(user, [child.pk])


def _is_hidden(user: User, child: Child, code: str) -> bool:
    return child.pk in dates.hidden_from(user, WHERE[code], [child.pk])


def hidden_from(user: User, rules: Mapping[UUID, RetentionRule | None]) -> set[UUID]:
    """Of records, each with the rule by which it ends, those whose rule would tell the person of what they may not see.

    No query where none ends by a rule of that kind.
    """
    by_code: dict[str, set[UUID]] = {}
    for key, rule in rules.items():
        if rule is not None and rule.code in WHERE:
            by_code.setdefault(rule.code, set()).add(key)
    found = {code: dates.hidden_from(user, WHERE[code], keys) for code, keys in by_code.items()}
    if of_abuse := found.get(ABUSE):
        # That a lead has marked the file is no secret to who sees its dates.
        of_abuse -= set(Mark.objects.filter(child__in=of_abuse, ended_at=None).values_list("child_id", flat=True))
    return set[UUID]().union(*found.values())


def known_of_kind(kind: str, keys: Collection[UUID], rules: Collection[RetentionRule]) -> dict[UUID, Known]:
    """Until when each of these records of a kind is kept whose date rests on nothing that its reader may not see."""
    found = kept_of_kind(kind, keys, [period_of(rule) for rule in rules])
    return {key: Known(kept, _rule(kept.period, rules)) for key, kept in found.items()}


def _rule(period: Period | None, rules: Collection[RetentionRule]) -> RetentionRule | None:
    return next((rule for rule in rules if period is not None and rule.pk == period.key), None)
