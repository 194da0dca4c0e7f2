"""How does a change by hand become part of a child's record? Locked as an import locks it, with its source, its event
and its day; nothing is changed in another way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils import timezone

from children.capabilities import ChildCapability
from children.models import Child, ChildUpdate, ToldBy
from children.services.held import hold_update
from safeguarding.accounts.capabilities import AnyCapability
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.turns import wait_for

from .asked import tie
from .before import before

Part, Way = ChildUpdate.Part, ChildUpdate.Way
# What a change did, by field: (before, after).
Changes = Mapping[str, tuple[Any, Any]]
Facts = Mapping[str, Any]

MOST_SAID = 1_000
KEEPERS = "Only the office, a safeguarding lead, a deputy or the Headteacher of this school changes this."
DECIDERS = "Only a safeguarding lead, a deputy or the Headteacher of this school changes this."
GONE = "This record cannot be found any more. Open the child’s record to see what became of it."
STALE = "Somebody has changed this since you opened the page. Look at what it says now, then save again."
NOTHING = "Nothing is different from what the record says. Change what is wrong, or go back to the record."
# What only who decides on concerns writes (domain reference 7: not the office).
_NEEDS: dict[str, tuple[AnyCapability, str]] = {Part.NEEDS: (Capability.DECIDE_CONCERNS, DECIDERS)}
_VERBS: dict[str, Verb] = {
    Way.ADDED: Verb.ADD,
    Way.CHANGED: Verb.CHANGE,
    Way.CORRECTED: Verb.CHANGE,
    Way.ENDED: Verb.CHANGE,
}


@dataclass(frozen=True)
class Told:
    """Who told the school, in words what, and the day it is about: the first on which it holds, or the last.

    `token` is that of the form; the same form again does nothing twice. `request` is the key of the request to correct
    the record for which it is done.
    """

    by: str
    note: str = ""
    on: date | None = None
    token: UUID | None = None
    request: UUID | None = None


def needed(part: str) -> AnyCapability:
    """The capability that a change of this part needs."""
    return _NEEDS.get(part, (ChildCapability.KEEP_CHILDREN, KEEPERS))[0]


def done_before(told: Told, *, by: User) -> ChildUpdate | None:
    """What the same form has done already. Sent twice at once, the second waits here for the first."""
    if told.token is None:
        return None
    wait_for(told.token)
    found: ChildUpdate | None = ChildUpdate.objects.visible_to(by).filter(token=told.token).first()
    return found


def lock(child: Child, part: str, *, by: User, also: Iterable[UUID] = ()) -> Child:
    """The child's card, locked after the school's list, as an import and a merge lock them. `also` are further cards.

    Raises `NotAllowed`, and `OutOfTurn` where whoever asks does not see the child any more.
    """
    capability, sentence = _NEEDS.get(part, (ChildCapability.KEEP_CHILDREN, KEEPERS))
    ensure(by, capability, child.school_id, sentence)
    if not may_view(by, child):
        raise OutOfTurn(GONE)
    School.objects.select_for_update(no_key=True).get(pk=child.school_id)
    keys = {child.pk, *also}
    cards = {card.pk: card for card in Child.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if child.pk not in cards or cards[child.pk].merged_into_id or cards[child.pk].ending_at:
        raise OutOfTurn(GONE)
    found: Child = cards[child.pk]
    return found


def tidy(value: Any) -> Any:
    """A text without the space around it and between its words; anything else as it is."""
    return " ".join(value.split()) if isinstance(value, str) else value


def stamp(values: Facts) -> str:
    """What stands on a page, in a few letters: it is another where any of these values is."""
    said = "\n".join(f"{name}={values[name]!r}" for name in sorted(values))
    return sha256(said.encode()).hexdigest()[:24]


def refuse_stale(was: Facts, seen: str | None) -> None:
    """Raise `ChangedSince` where the person's page showed other values than those that stand now. None: no page."""
    if seen is not None and seen != stamp(was):
        raise ChangedSince(STALE)


def differing(was: Facts, now: Facts) -> Changes:
    """The fields in which `now` says something else. Raises `BadInput` where there are none."""
    changes = {name: (was[name], value) for name, value in now.items() if was[name] != value}
    if not changes:
        raise BadInput(NOTHING)
    return changes


def refuse(problems: Mapping[str, str]) -> None:
    """Raise `BadInput` with the first of these problems."""
    for sentence in problems.values():
        raise BadInput(sentence)


def day_of(told: Told, at: datetime) -> date:
    """The day that a change is about: as somebody said, else today. Raises `BadInput` for one that has not come."""
    today = timezone.localdate(at)
    if told.on is not None and told.on > today:
        raise BadInput("The day must be today or in the past.")
    return told.on or today


def keep_update(
    child: Child,
    part: str,
    way: str,
    changes: Changes,
    *,
    told: Told,
    by: User,
    at: datetime,
    row: Model | None = None,
    on: date | None = None,
    shared_with: Iterable[UUID] = (),
) -> ChildUpdate:
    """Write down that `changes` were made: the one place through which every change by hand goes.

    `row` is the row that was added, changed, ended or corrected, `on` the day it holds from or held to. `shared_with`
    are the other children whose record it changed too. Raises `BadInput` without a source, or for a note without end;
    `OutOfTurn` where the request for which it was made is over.
    """
    if told.by not in ToldBy:
        raise BadInput("Choose who told the school.")
    if len(told.note) > MOST_SAID:
        raise BadInput(f"What was said or seen must be {MOST_SAID:,} characters or fewer.")
    made: list[ChildUpdate] = []
    for key in (child.pk, *sorted(set(shared_with) - {child.pk})):
        made.append(
            ChildUpdate(
                child_id=key,
                school_id=child.school_id,
                part=part,
                way=way,
                told_by=told.by,
                # Words about one family stand in no other.
                note=told.note.strip() if key == child.pk else "",
                was="" if way == Way.ADDED else before(changes),
                on=on,
                fields=sorted(changes),
                row_key=row.pk if row is not None else None,
                token=told.token if key == child.pk else None,
                made_at=at,
                made_by=by,
            )
        )
        made[-1].save(force_insert=True)
        record(
            Verb.CREATE if part == Part.CHILD else _VERBS[way],
            by=by,
            object_type=Child._meta.label_lower,
            object_id=key,
            school_id=child.school_id,
            purpose=part,
        )
    hold_update(child, changes, row=row, is_added=way == Way.ADDED, by=by, at=at, shared_with=shared_with)
    Child.objects.filter(pk__in=[one.child_id for one in made]).update(changed_at=at)
    if told.request is not None and told.by == ToldBy.REQUEST:
        tie(made[0], told.request, by=by, at=at)
    return made[0]
