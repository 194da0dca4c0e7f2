"""Record the last day of a child at this school, and where the child went: on the newest time on roll."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from children.models import Child, ClassEpisode, Enrolment
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record, record_many
from safeguarding.exceptions import BadInput, NotAllowed

from . import bulk

# What is said of where a child goes.
_SAID = ("destination", "destination_authority", "destination_establishment", "destination_confirmed")


@dataclass(frozen=True)
class Destination:
    """The next school: its name, the number of its authority and its own, as the Department for Education has them."""

    name: str
    authority: str = ""
    establishment: str = ""


def numbered(number: str) -> tuple[str, str] | None:
    """The numbers of the authority and of the school in one such as 356/4021; None where it is none."""
    digits = number.replace("/", "").replace(" ", "")
    return (digits[:3], digits[3:]) if len(digits) == 7 and digits.isascii() and digits.isdecimal() else None


@transaction.atomic
def say_destination(
    *, child: Child, last_day: date, destination: Destination, by: User, at: datetime | None = None
) -> Enrolment | None:
    """Where the child goes, or went, is confirmed. The last day is written where the child has left: until then it is a
    plan. Returns the time on roll; None where the record has none.

    Raises `NotAllowed`; `BadInput` for a day before the child came, or one to come of a child who has left.
    """
    ensure(by, Capability.DECIDE_CONCERNS, child.school_id, LEADS)
    if not may_view(by, child):
        raise NotAllowed(LEADS)
    held = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    for problem in last_day_problems(held, last_day, timezone.localdate(at)):
        raise BadInput(f"{problem}.")
    times = Enrolment.objects.select_for_update(of=("self",)).filter(child=held)
    newest = newest_times(times).get(held.pk)
    if newest is None:
        return None
    for name, value in _said(destination).items():
        setattr(newest, name, value)
    if held.left_on is not None and held.left_on != last_day:
        _correct(held, newest, last_day)
    newest.save(update_fields=[*_SAID, "left_on"])
    record(Verb.CHANGE, held, by=by, purpose="destination")
    return newest


@transaction.atomic
def say_destination_of(*, children: Sequence[Child], destination: Destination, by: User) -> int:
    """Where these children of one school went is confirmed: on the newest time on roll of each. Returns how many
    changed by it. The caller holds them, and has asked whether the person sees them.

    Raises `NotAllowed`.
    """
    school_id = children[0].school_id
    ensure(by, Capability.DECIDE_CONCERNS, school_id, LEADS)
    keys, said = [child.pk for child in children], _said(destination)
    newest = newest_times(Enrolment.objects.select_for_update(of=("self",)).filter(child__in=keys))
    changed = [one for one in newest.values() if any(getattr(one, name) != value for name, value in said.items())]
    bulk.update(Enrolment, _SAID, [{"id": one.pk, **said} for one in changed])
    label = Child._meta.label_lower
    record_many(
        Verb.CHANGE, label, [one.child_id for one in changed], by=by, school_id=school_id, purpose="destination"
    )
    return len(changed)


def newest_times(times: QuerySet[Enrolment]) -> dict[UUID, Enrolment]:
    """Of these times on roll the newest of each child, by the child's key."""
    # The last of each child is the newest.
    in_order = times.filter(corrected_at=None).order_by(F("entered_on").asc(nulls_first=True), "pk")
    return {one.child_id: one for one in in_order}


def _said(destination: Destination) -> dict[str, Any]:
    said = (destination.name.strip(), destination.authority, destination.establishment, True)
    return dict(zip(_SAID, said, strict=True))


def last_day_problems(child: Child, last_day: date, today: date) -> list[str]:
    """Why this cannot be the last day of a child here."""
    if child.entered_on is not None and last_day < child.entered_on:
        return ["The last day cannot be before the child came"]
    if child.left_on is not None and last_day > today:
        return ["The child has left already: enter the last day, today or in the past"]
    return []


def _correct(child: Child, newest: Enrolment, last_day: date) -> None:
    """Another last day, of the time on roll and of the class that ended with it."""
    ended = ClassEpisode.objects.filter(child=child, ends_on=child.left_on, starts_on__lte=last_day, corrected_at=None)
    for episode in ended:
        episode.ends_on = last_day
        episode.save(update_fields=["ends_on"])
    newest.left_on = child.left_on = last_day
    child.changed_at = timezone.now()
    child.save(update_fields=["left_on", "changed_at"])
