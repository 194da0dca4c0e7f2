"""Say when a child was on roll here before, and in which years and classes; and that one of these was never so.

The time on roll and the class of today are kept by `roll.py`: what is said here has ended, and lies before them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from children.models import Child, ChildDetail, ChildUpdate, ClassEpisode, Enrolment
from safeguarding.accounts.models import User
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn

from .recording import GONE, Part, Told, Way, done_before, keep_update, lock, refuse, tidy
from .roll import newest_class, newest_time
from .rules import class_problems, code_problems

TIME = ("entered_on", "left_on", "leaving_reason", "destination")
YEAR = ("year_group", "class_name", "starts_on", "ends_on")
NOT_THIS = "This one counts today. Change it under “Days on roll” or “Year and class”."


def time_problems(values: Mapping[str, Any], *, born: date | None, today: date) -> dict[str, str]:
    """What is wrong with an earlier time on roll, by field."""
    found = {**code_problems(values), **_day_problems("entered_on", "left_on", values, today)}
    first = values["entered_on"]
    if first and born and first < born:
        found["entered_on"] = f"The first day on roll must be after the date of birth, {full_day(born)}."
    return found


def year_problems(values: Mapping[str, Any], *, today: date) -> dict[str, str]:
    """What is wrong with an earlier year and class, by field."""
    found = {**class_problems(values), **_day_problems("starts_on", "ends_on", values, today)}
    if values["year_group"] is None and not values["class_name"]:
        found["class_name"] = "Enter the year, the class or both."
    return found


def _day_problems(first: str, last: str, values: Mapping[str, Any], today: date) -> dict[str, str]:
    found = {
        name: "The day must be in the past." if values[name] else "Enter the day, like 27 3 2024."
        for name in (first, last)
        if values[name] is None or values[name] >= today
    }
    if not found and values[last] < values[first]:
        found[last] = f"The last day must be {full_day(values[first])}, the first day, or later."
    return found


@transaction.atomic
def add_time(
    *, child: Child, values: Mapping[str, Any], told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """The child was on roll here before. `values` are the fields of `TIME`.

    Raises `BadInput`, also where it is not before the time that stands, or at the time of another; `NotAllowed`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.ROLL, by=by)
    given = {name: tidy(values[name]) for name in TIME}
    born = ChildDetail.objects.values_list("date_of_birth", flat=True).get(pk=card.pk)
    refuse(time_problems(given, born=born, today=timezone.localdate(at)))
    stands = newest_time(card)
    if stands is None or stands.entered_on is None:
        raise BadInput("Enter the first day of the time on roll that stands first, under “Days on roll”.")
    if given["left_on"] >= stands.entered_on:
        raise BadInput(
            f"The time on roll that stands began on {full_day(stands.entered_on)}. An earlier one ended before that."
        )
    there = Enrolment.objects.filter(Q(entered_on=None) | Q(entered_on__lte=given["left_on"]), child=card)
    if there.filter(corrected_at=None, left_on__gte=given["entered_on"]).exists():
        raise BadInput("The child was on roll here at that time already. Look at the days that are on the record.")
    made = Enrolment(school_id=card.school_id, child=card, **given)
    made.save(force_insert=True)
    return _added(card, Part.ROLL, made, given, told=told, by=by, at=at)


@transaction.atomic
def add_year(
    *, child: Child, values: Mapping[str, Any], told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """The child was in a year and class here before. `values` are the fields of `YEAR`. Raises as `add_time`."""
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.CLASS, by=by)
    given = {name: tidy(values[name]) for name in YEAR}
    refuse(year_problems(given, today=timezone.localdate(at)))
    stands = newest_class(card)
    if stands is not None and stands.starts_on is not None and given["ends_on"] >= stands.starts_on:
        raise BadInput(
            f"The class that stands began on {full_day(stands.starts_on)}. An earlier one ended before that."
        )
    there = ClassEpisode.objects.filter(Q(starts_on=None) | Q(starts_on__lte=given["ends_on"]), child=card)
    if there.filter(corrected_at=None, ends_on__gte=given["starts_on"]).exists():
        raise BadInput("The child was in a class at that time already. Look at the classes that are on the record.")
    made = ClassEpisode(school_id=card.school_id, child=card, **given)
    made.save(force_insert=True)
    return _added(card, Part.CLASS, made, given, told=told, by=by, at=at)


def _added(
    card: Child, part: str, row: Any, given: Mapping[str, Any], *, told: Told, by: User, at: datetime
) -> ChildUpdate:
    changes = {name: ("", value) for name, value in given.items() if value not in (None, "")}
    return keep_update(card, part, Way.ADDED, changes, told=told, by=by, at=at, row=row)


def correct_time(*, time: Enrolment, told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """The child was never on roll then: the row stays on the record, marked. Raises `OutOfTurn`, also for the time that
    stands; `NotAllowed`.
    """
    return _corrected(time, Part.ROLL, told=told, by=by, at=at)


def correct_year(*, year: ClassEpisode, told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """The child was never in this year and class. Raises as `correct_time`."""
    return _corrected(year, Part.CLASS, told=told, by=by, at=at)


@transaction.atomic
def _corrected(row: Any, part: str, *, told: Told, by: User, at: datetime | None) -> ChildUpdate:
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(row.child, part, by=by)
    held = type(row).objects.select_for_update().filter(pk=row.pk, child=card, corrected_at=None).first()
    if held is None:
        raise OutOfTurn(GONE)
    if held in (newest_time(card), newest_class(card)):
        raise OutOfTurn(NOT_THIS)
    held.corrected_at = at
    held.save(update_fields=["corrected_at"])
    return keep_update(card, part, Way.CORRECTED, {"corrected_at": (None, at)}, told=told, by=by, at=at, row=held)
