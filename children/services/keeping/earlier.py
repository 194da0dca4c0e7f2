"""Say which schools a child was at before this one; and that the child never was at one."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from children.models import Child, ChildUpdate, EarlierSchool
from safeguarding.accounts.models import User
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn

from .recording import GONE, Part, Told, Way, done_before, keep_update, lock, refuse, tidy
from .rules import code_problems

EARLIER = ("name", "local_authority", "establishment", "entered_on", "left_on")


def earlier_problems(values: Mapping[str, Any], *, today: date) -> dict[str, str]:
    """What is wrong with a time at an earlier school, by field."""
    found = dict(code_problems({"local_authority": values["local_authority"]}))
    number, entered, left = values["establishment"], values["entered_on"], values["left_on"]
    if not values["name"]:
        found["name"] = "Enter the name of the school, and the town."
    elif len(values["name"]) > 200:
        found["name"] = "The name of the school must be 200 characters or fewer."
    if number and not (number.isascii() and number.isdigit() and len(number) == 4):
        found["establishment"] = "The number of a school has four figures."
    for name, day in (("entered_on", entered), ("left_on", left)):
        if day and day > today:
            found[name] = "The day must be today or in the past."
    if entered and left and left < entered:
        found["left_on"] = f"The last day must be {full_day(entered)}, the first day there, or later."
    return found


@transaction.atomic
def add_earlier_school(
    *, child: Child, values: Mapping[str, Any], told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """The child was at another school before. `values` are the fields of `EARLIER`. Raises `NotAllowed`, `BadInput`."""
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.EARLIER, by=by)
    given = {name: tidy(values[name]) for name in EARLIER}
    refuse(earlier_problems(given, today=timezone.localdate(at)))
    same = {name: given[name] for name in EARLIER if name != "left_on"}
    if EarlierSchool.objects.filter(child=card, corrected_at=None, **same).exists():
        raise BadInput("This school is on the record already.")
    made = EarlierSchool(school_id=card.school_id, child=card, **given)
    made.save(force_insert=True)
    changes = {name: ("", value) for name, value in given.items() if value}
    return keep_update(card, Part.EARLIER, Way.ADDED, changes, told=told, by=by, at=at, row=made)


@transaction.atomic
def correct_earlier_school(*, earlier: EarlierSchool, told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """The child was not there, or not as it stands: it stays on the record, marked.

    Raises `NotAllowed`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(earlier.child, Part.EARLIER, by=by)
    row = EarlierSchool.objects.select_for_update().filter(pk=earlier.pk, child=card, corrected_at=None).first()
    if row is None:
        raise OutOfTurn(GONE)
    row.corrected_at = at
    row.save(update_fields=["corrected_at"])
    changes = {"corrected_at": (None, at)}
    return keep_update(card, Part.EARLIER, Way.CORRECTED, changes, told=told, by=by, at=at, row=row)
