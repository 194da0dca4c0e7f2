"""Who of a school's people sees a record, and why; and who would gain or lose that by a change? Read only."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models, transaction

from safeguarding.accounts.capabilities import AnyCapability
from safeguarding.accounts.role_words import in_words
from safeguarding.accounts.services.access import Colleague, staff_of
from safeguarding.audit.protection import sight, who_sees

# Why somebody sees a record, by the reason of its rule. What a role opens is said of each role (`_by_role`).
REASONS = {
    "grant": "Access given to the child’s record",
    "emergency": "Emergency access, for an hour",
    "named": "Access given to this concern",
    "standing_in": "Stands in: somebody who would read it may not",
}


# Which capabilities say what a role opens of a record of this kind: {label of its model: capabilities}.
_opening: dict[str, list[AnyCapability]] = {}


def opens(model: type[models.Model], *capabilities: AnyCapability) -> None:
    """Say what a role opens of such a record by the words of these capabilities, beside those said already."""
    _opening.setdefault(model._meta.label_lower, []).extend(capabilities)


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
            [
                words
                for reason in found.reasons
                for words in (
                    _by_role(one, record)
                    if reason == "role"
                    else [detail.get((one.user.pk, reason), REASONS.get(reason, ""))]
                )
            ],
        )
        for one in staff
        if (found := seen.get(one.user.pk)) and not found.hidden
    ]
    return WhoSees(seers, sum(found.hidden for found in seen.values()))


def _by_role(one: Colleague, record: models.Model) -> list[str]:
    """What each of somebody's roles opens of the record: "Office: sees where children live"."""
    wanted = _opening.get(record._meta.label_lower, [])
    said = {held.role.title: in_words(held.role.capabilities.intersection(wanted)) for held in one.roles}
    return [f"{title}: {'; '.join(words)}" for title, words in said.items() if words]


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
