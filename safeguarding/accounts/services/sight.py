"""Who of a school's people sees a record, and why; and who would gain or lose that by a change? Read only."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models, transaction

from safeguarding.accounts.services.access import Colleague, staff_of
from safeguarding.audit.protection import sight, who_sees

# Why somebody sees a record, by the reason of its rule. The role's own sentence follows from its title.
REASONS = {
    "role": "Their role opens it",
    "grant": "Access given to the child’s record",
    "emergency": "Emergency access, for an hour",
    "named": "Access given to this concern",
    "standing_in": "Stands in: somebody who would read it may not",
}


@dataclass(frozen=True)
class Seer:
    """Somebody who sees a record: what they are at the school, why they see it, and until when (words, may be
    empty).
    """

    user_id: UUID
    name: str
    titles: str
    why: Sequence[str]


@dataclass(frozen=True)
class WhoSees:
    """Who sees a record, by name; and from how many people with a reason to see it a conflict hides it."""

    seers: Sequence[Seer]
    hidden: int


@dataclass(frozen=True)
class Change:
    """Who would see a record after a change and does not now, and the other way round."""

    gain: Sequence[Colleague]
    lose: Sequence[Colleague]


def who_can_see(record: models.Model, *, on: date, detail: Mapping[tuple[UUID, str], str]) -> WhoSees:
    """Who sees `record` on a day: two queries.

    `detail` says more of a reason, by person and reason: by whom, until when.
    """
    staff = staff_of(record.school_id, on=on)  # type: ignore[attr-defined]
    seen = sight(record, [one.user.pk for one in staff])
    seers = [
        Seer(
            one.user.pk,
            one.user.full_name,
            one.titles,
            [detail.get((one.user.pk, reason), REASONS.get(reason, "")) for reason in found.reasons],
        )
        for one in staff
        if (found := seen.get(one.user.pk)) and not found.hidden
    ]
    return WhoSees(seers, sum(found.hidden for found in seen.values()))


class _Undone(Exception):
    """The change was only tried."""


def tried(record: models.Model, change: Callable[[], object], *, on: date) -> Change:
    """Who gains and who loses sight of `record` by `change`, which is made and taken back.

    What it refuses, it raises.
    """
    staff = staff_of(record.school_id, on=on)  # type: ignore[attr-defined]
    people = [one.user.pk for one in staff]
    before, after = set(who_sees(record, people)), set[UUID]()
    with suppress(_Undone), transaction.atomic():
        change()
        after = set(who_sees(record, people))
        raise _Undone
    return Change(
        gain=[one for one in staff if one.user.pk in after - before],
        lose=[one for one in staff if one.user.pk in before - after],
    )
