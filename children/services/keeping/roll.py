"""Change which class a child is in, and when the child was on roll: came, left, came back."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from children.models import Child, ChildDetail, ChildUpdate, ClassEpisode, Enrolment
from safeguarding.accounts.models import User
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn

from .recording import (
    GONE,
    Part,
    Told,
    Way,
    day_of,
    differing,
    done_before,
    keep_update,
    lock,
    refuse,
    refuse_stale,
    tidy,
)
from .rules import CLASS, NEXT, ROLL, class_problems, of_changed, roll_problems

_HAS_LEFT = "This child has left. Enter under “Days on roll” that the child is back first."


def newest_time(child: Child) -> Enrolment | None:
    """The time on roll that is not over, or else the last."""
    return _newest(Enrolment.objects.filter(child=child), F("left_on"), F("entered_on"))  # type: ignore[no-any-return]


def newest_class(child: Child) -> ClassEpisode | None:
    """The class the child is in, or else was in last."""
    return _newest(ClassEpisode.objects.filter(child=child), F("ends_on"), F("starts_on"))  # type: ignore[no-any-return]


def _newest(rows: "QuerySet[Any]", ends: F, starts: F) -> Any:
    stand = rows.filter(corrected_at=None)
    return stand.order_by(ends.desc(nulls_first=True), starts.desc(nulls_last=True), "-pk").first()


def class_of(card: Child) -> dict[str, Any]:
    """What stands in the fields of the part."""
    return {name: getattr(card, name) for name in CLASS}


def class_there(school_id: UUID, name: str, *, but: Child | None = None) -> str:
    """The class of the school that this one is, where it is spelt in letters of another size; else as it was typed.

    A class in which `but` is alone is no other: its name can be mended.
    """
    rows = Child.objects.filter(school=school_id, left_on=None).exclude(pk=but and but.pk)
    there = set(rows.filter(class_name__iexact=name).values_list("class_name", flat=True)) if name else set()
    return name if name in there or not there else min(there)


def roll_of(time: Enrolment | None) -> dict[str, Any]:
    """What stands in the fields of the part; of a child without any time on roll, nothing."""
    return {name: getattr(time or Enrolment(), name) for name in ROLL}


@transaction.atomic
def set_class(
    *,
    child: Child,
    values: Mapping[str, Any],
    is_correction: bool,
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """The child moves to another class or year from `told.on`; or is said never to have been in the one that stands.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.CLASS, by=by)
    was = class_of(card)
    refuse_stale(was, seen)
    name = class_there(card.school_id, tidy(values["class_name"]), but=card)
    now = {"year_group": values["year_group"], "class_name": name}
    changes, day = differing(was, now), day_of(told, at)
    refuse(class_problems(now))
    if not is_correction and card.left_on is not None:
        raise BadInput(_HAS_LEFT)
    _move_class(card, now, None if is_correction else day)
    _save(card, **now)
    way = Way.CORRECTED if is_correction else Way.CHANGED
    return keep_update(card, Part.CLASS, way, changes, told=told, by=by, at=at, on=None if is_correction else day)


def _move_class(card: Child, now: Mapping[str, Any], since: date | None) -> None:
    """The episode that stands is mended (`since` None), or ends and another begins."""
    stands = newest_class(card)
    # One that ended before the child left is of an earlier year, and not what the card says.
    if stands is not None and stands.ends_on != card.left_on:
        stands = None
    if stands is not None and (since is None or stands.starts_on == since):
        _save(stands, **now)
        return
    if stands is not None and stands.ends_on is None and since is not None:
        if stands.starts_on and since < stands.starts_on:
            raise BadInput(
                f"The child has been in this class since {full_day(stands.starts_on)}. Enter a later day, or say that "
                "it was wrong from the start."
            )
        _save(stands, ends_on=since - timedelta(days=1))
    ClassEpisode(
        school_id=card.school_id, child=card, starts_on=since, ends_on=card.left_on if since is None else None, **now
    ).save(force_insert=True)


@transaction.atomic
def set_roll(
    *,
    child: Child,
    values: Mapping[str, Any],
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """Say when the time on roll that stands began and ended, why the child left and where to.

    A last day that was empty ends the time and the class; one that is taken away says that the child never left. That
    the next school is certain somebody else says (`destinations.say_destination`): of another school it is not.
    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.ROLL, by=by)
    time = newest_time(card)
    was = roll_of(time)
    refuse_stale(was, seen)
    now: dict[str, Any] = {name: tidy(values.get(name, was[name])) for name in ROLL}
    changes = differing(was, now)
    if changes.keys() & set(NEXT) and time is not None and time.destination_confirmed:
        now["destination_confirmed"] = False
        changes = {**changes, "destination_confirmed": (True, False)}
    born = ChildDetail.objects.values_list("date_of_birth", flat=True).get(pk=card.pk)
    refuse(of_changed(roll_problems(now, born=born, today=timezone.localdate(at)), {*changes, "left_on"}))
    _refuse_overlap(card, time, now["entered_on"])
    if time is None:
        time = Enrolment(school_id=card.school_id, child=card, **now)
        time.save(force_insert=True)
    else:
        _save(time, **{name: now[name] for name in changes})
    if "left_on" in changes:
        _end_class(card, *changes["left_on"])
    _save(card, entered_on=now["entered_on"], left_on=now["left_on"])
    leaves = was["left_on"] is None and now["left_on"] is not None
    way = Way.ENDED if leaves else Way.CORRECTED
    return keep_update(card, Part.ROLL, way, changes, told=told, by=by, at=at, row=time, on=now["left_on"])


def _refuse_overlap(card: Child, time: Enrolment | None, entered: date | None) -> None:
    """A child cannot be on roll twice at once."""
    before = Enrolment.objects.filter(child=card, left_on__isnull=False, corrected_at=None).exclude(pk=time and time.pk)
    last = before.order_by("-left_on").first()
    if last is not None and entered is not None and entered <= last.left_on:
        raise BadInput(
            f"The child was on roll until {full_day(last.left_on)} before. The first day must be after that day."
        )


def _end_class(card: Child, was: date | None, now: date | None) -> None:
    """The class ends when the child leaves, on another day where that is mended, and goes on where the child stays."""
    stands = newest_class(card)
    if stands is not None and stands.ends_on == was:
        _save(stands, ends_on=now and max(now, stands.starts_on or now))


@transaction.atomic
def start_again(
    *,
    child: Child,
    entered_on: date,
    values: Mapping[str, Any],
    told: Told,
    by: User,
    at: datetime | None = None,
) -> ChildUpdate:
    """A child who had left is back: a new time on roll begins, in this year and class (`values`).

    Raises `OutOfTurn` where the child has not left, `NotAllowed`, `BadInput`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.ROLL, by=by)
    if card.left_on is None:
        raise OutOfTurn(GONE if newest_time(card) is None else "This child is on roll already.")
    name = class_there(card.school_id, tidy(values["class_name"]))
    now = {"year_group": values["year_group"], "class_name": name}
    refuse(class_problems(now))
    if entered_on > timezone.localdate(at):
        raise BadInput("The day must be today or in the past. Enter it on the day itself, or later.")
    _refuse_overlap(card, None, entered_on)
    before = {"left_on": card.left_on, "entered_on": card.entered_on} | class_of(card)
    time = Enrolment(school_id=card.school_id, child=card, entered_on=entered_on)
    time.save(force_insert=True)
    ClassEpisode(school_id=card.school_id, child=card, starts_on=entered_on, **now).save(force_insert=True)
    _save(card, entered_on=entered_on, left_on=None, **now)
    changes = differing(before, {"left_on": None, "entered_on": entered_on} | now)
    return keep_update(card, Part.ROLL, Way.ADDED, changes, told=told, by=by, at=at, row=time, on=entered_on)


def _save(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
