"""Add, book, hold, chase, correct and set aside what is due in an episode, and add notes to it."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.services import record
from safeguarding.concerns.models import Meeting
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.plans.deadlines import CONSULTED
from safeguarding.plans.lifecycles import step_life
from safeguarding.plans.models import Episode, Step, StepNote
from safeguarding.plans.models.step import MISSING
from safeguarding.plans.permissions import ensure_keeps_record
from safeguarding.plans.verbs import PlanVerb

from . import reminders
from .checking import back_problems, booking_problems, past_day, raise_first, step_problems
from .choosing import choose
from .dates import Counting, Trigger, born, count_again, next_number, to_come, to_hold
from .follow_ups import state_if_held, state_of, waits_by_hand
from .noting import add_note, wait_for_an_answer
from .order import held_of, why_not_counted
from .placements import end_last_placement
from .recounting import recount, recount_decided, set_going
from .stepping import (
    done_already,
    ensure_may_own,
    ensure_of,
    ensure_seen,
    episode_open,
    locked,
    new_step,
    open_step,
    save_step,
)

SS, NK = Step.Status, StepNote.Kind
# A step that is due because the school was asked something on a day.
ASKED = {"consultation": CONSULTED}


@transaction.atomic
def add_step(
    *,
    episode: Episode,
    token: UUID,
    kind: str,
    by: User,
    held_on: date | None = None,
    booked_on: date | None = None,
    booked_time: time | None = None,
    place: str = "",
    asked_on: date | None = None,
    owner: User | None = None,
    columns: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> Step:
    """One more step, that waits, is booked, or was held. The same form again is one step.

    One that was held, or is booked, is the one that waited for it, where there is one: its rule and its day stay with
    it. What was held before another of its kind is told late, and leaves what waits as it is. `asked_on` is the day on
    which the school was asked for a reply that is due by a rule. Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    now, at = episode_open(episode, by), at or timezone.now()
    if kind not in now.of_kind.steps:
        raise BadInput("Choose a date of those that this plan has.")
    columns, words = columns or {}, words or {}
    said = sorted((*columns.items(), *words.items()))
    key = entry_token(token, now.pk, kind, held_on, booked_on, asked_on, *said)
    if there := Step.objects.filter(token=key).first():
        return there
    step = _to_hold(now, kind, held_on) if held_on else to_come(now, kind, is_booked=booked_on is not None)
    if step is None:
        step = new_step(now, key, kind, owner=owner, by=by, at=at)
        if asked_on and kind in ASKED:
            _due_after(step, ASKED[kind], asked_on, by=by, at=at)
    else:
        step.token = key
        step.save(update_fields=["token"])
    if booked_on:
        booked: dict[str, Any] = {"booked_on": booked_on, "booked_time": booked_time, "place": place}
        return book_step(step=step, seen=step.revision, **booked, owner=owner, by=by, at=at)
    if held_on:
        if place.strip():
            _put_at(step, place.strip(), by=by, at=at)
            step.save(update_fields=["place"])
        return hold_step(step=step, seen=step.revision, held_on=held_on, columns=columns, words=words, by=by, at=at)
    waits_by_hand(now, kind, by=by)
    return step


def _to_hold(episode: Episode, kind: str, held_on: date) -> Step | None:
    """The step that waited for it; none for one that is out of its order, which answers no date."""
    is_counted = not why_not_counted(episode, kind, held_on, held_of(episode))
    return to_hold(episode, kind, held_on) if is_counted else None


def _due_after(step: Step, after: str, day: date, *, by: User, at: datetime) -> None:
    """The day by which a reply is due, counted from when the school was asked."""
    raise_first(past_day("asked_on", "Asked on", day, today=timezone.localdate(at)))
    counting = Counting(step.episode, by)
    asked = counting.asked(Trigger(after, day)).get(step.kind)
    if asked is not None:
        for name, value in counting.fields(asked).items():
            setattr(step, name, value)
        step.save(update_fields=list(counting.fields(asked)))


@transaction.atomic
def book_step(
    *,
    step: Step,
    seen: int,
    booked_on: date | None,
    by: User,
    booked_time: time | None = None,
    place: str = "",
    owner: User | None = None,
    meeting: Meeting | None = None,
    at: datetime | None = None,
) -> Step:
    """A day for it, where it is, and who of the school sees to it. Of one that is a `meeting` about a concern, the
    services of that say so. What is due before that day waits from now on, or
    moves with it. Where it was to be before stays as a note.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at, when = at or timezone.now(), {"booked_on": booked_on, "booked_time": booked_time}
    said = {**when, "place": place.strip(), "owner_id": owner and owner.pk}
    if there := done_already(step, by, SS.WAITING, said, meeting):
        return there
    now = open_step(step, by, seen=seen, meeting=meeting)
    raise_first(booking_problems(booked_on, episode=now.episode, today=timezone.localdate(at)))
    if owner is not None:
        ensure_may_own(owner, now, at)
    if now.owner != owner:
        # Who takes it over has been told nothing of it.
        now.told_for = now.told_on = now.told_late_for = None
    if now.owner != owner or any(getattr(now, name) != value for name, value in when.items()):
        reminders.settle_moved(now, by=by, at=at)
    _put_at(now, place.strip(), by=by, at=at)
    for name, value in said.items():
        setattr(now, name, value)
    save_step(now, *when, "place", "owner", "told_for", "told_on", "told_late_for")
    record(PlanVerb.BOOK, now, by=by)
    count_again(Counting(now.episode, by), now, at=at)
    return now


def _put_at(step: Step, place: str, *, by: User, at: datetime) -> None:
    """Where it is to be, not saved yet. Where it was to be before stays as a note."""
    if step.place and step.place != place:
        key = entry_token(step.token, step.revision, NK.MOVED)
        add_note(step, key, NK.MOVED, f"It was: {step.place}", timezone.localdate(at), by=by, at=at)
    step.place = place


@transaction.atomic
def hold_step(
    *,
    step: Step,
    seen: int,
    held_on: date | None,
    by: User,
    columns: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    meeting: Meeting | None = None,
    at: datetime | None = None,
) -> Step:
    """It was held, with what came of it; the next step waits. The same again changes nothing. One that is out of its
    order is not counted, and becomes a step of its own where a date waits by a rule or is booked: that goes on waiting.

    `columns` and `words` are fields of its kind. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    columns, at = columns or {}, at or timezone.now()
    said = {name: text.strip() for name, text in (words or {}).items()}
    if there := done_already(step, by, SS.HELD, {"held_on": held_on, "held_by_id": by.pk, **columns, **said}, meeting):
        return there
    now = open_step(step, by, seen=seen, meeting=meeting)
    raise_first(
        step_problems(
            now.kind,
            now.episode,
            held_on=held_on,
            columns=columns,
            words=said,
            today=timezone.localdate(at),
            born=born(by, now.child_id),
        )
    )
    assert held_on is not None  # noqa: S101  (asked for above)
    why = why_not_counted(now.episode, now.kind, held_on, held_of(now.episode))
    if why and (now.rule_id or now.booked_on):
        now = new_step(now.episode, uuid5(now.pk, f"not counted/{held_on}"), now.kind, owner=None, by=by, at=at)
        if now.status == SS.HELD:
            return now
    number = None if why else next_number(now.episode, now.kind)
    facts: dict[str, Any] = {**columns, **said, "held_on": held_on, "number": number, "not_counted": why}
    held = step_life.perform("hold", now, by=by, at=at, follows=state_if_held(now, facts), **facts)
    if held.kind == "placement":
        end_last_placement(held, by=by)
    reminders.settle([held.pk], by=by, at=at)
    set_going(Counting(held.episode, by), held, at=at)
    if why:
        return held
    settles = Q(kind__in=held.of_kind.settles)
    if held.report_sent_on:
        # Before the conference: that it was sent is said with it.
        settles |= Q(kind="school_report", after=held)
    settled = Step.objects.filter(settles, episode=held.episode, status=SS.WAITING)
    for one in settled.order_by("pk"):
        step_life.perform("set_aside", one, by=by, at=at, aside_reason=f"Settled by: {held.title}.")
    return held


@transaction.atomic
def correct_step(
    *,
    step: Step,
    seen: int,
    token: UUID,
    reason: str,
    by: User,
    held_on: date | None = None,
    columns: Mapping[str, Any] | None = None,
    meeting: Meeting | None = None,
    at: datetime | None = None,
) -> Step:
    """Another day, or other codes, of a step that was held. What was counted from it is counted again; what it was
    stays, as a note and in the history.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    today = timezone.localdate(at)
    ensure_keeps_record(by, step)
    key = entry_token(token, step.pk, held_on, reason, *sorted((columns or {}).items()))
    now = locked(step, meeting)
    if StepNote.objects.filter(token=key).exists():
        return now
    if now.status != SS.HELD:
        raise OutOfTurn("Only what was held is corrected. Book or record it first.")
    ensure_seen(now, seen)
    if not reason.strip():
        raise BadInput("Say why it is corrected.")
    changed = _corrections(now, held_on, columns or {}, by=by, today=today)
    if not changed:
        return now
    was = now.held_on
    for name, value in changed.items():
        setattr(now, name, value)
    if "outcome" in changed:
        changed["follows"] = now.follows = state_of(now)
    save_step(now, *changed)
    record(PlanVerb.CORRECT, now, by=by)
    kind = NK.CORRECTED if "held_on" in changed else NK.NOTED
    days = {"was_on": was, "now_on": now.held_on} if "held_on" in changed else {}
    add_note(now, key, kind, reason, today, by=by, at=at, **days)
    recount(Counting(now.episode, by), now, at=at)
    recount_decided(now, by=by, at=at)
    return now


@transaction.atomic
def say_back(*, step: Step, seen: int, back_on: date | None, by: User, at: datetime | None = None) -> Step:
    """The child who was missing is back: the return interview waits, counted from that day (D20). The same again
    changes nothing.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    there = done_already(step, by, SS.HELD, {"kind": MISSING, "held_to": back_on})
    if there is not None and back_on is not None:
        return there
    now = locked(step)
    if not now.is_still_missing:
        raise OutOfTurn("This child is not missing any more. Open the date again to see how it stands.")
    ensure_seen(now, seen)
    raise_first(back_problems(now, back_on, today=timezone.localdate(at)))
    now.held_to = back_on
    save_step(now, "held_to")
    record(PlanVerb.BACK, now, by=by)
    recount(Counting(now.episode, by), now, at=at)
    return now


def _corrections(
    now: Step, held_on: date | None, columns: Mapping[str, Any], *, by: User, today: date
) -> dict[str, Any]:
    """What is another than it was. Raises `BadInput` where it cannot be."""
    there = {name: getattr(now, name) for name in now.of_kind.columns}
    said, day = there | dict(columns), held_on or now.held_on
    birthday = born(by, now.child_id)
    facts: dict[str, Any] = {"held_on": day, "columns": said, "words": {}, "today": today, "born": birthday}
    raise_first(step_problems(now.kind, now.episode, **facts, kept=there))
    return {name: value for name, value in {**said, "held_on": day}.items() if getattr(now, name) != value}


@transaction.atomic
def set_aside_step(
    *, step: Step, seen: int, reason: str, by: User, meeting: Meeting | None = None, at: datetime | None = None
) -> Step:
    """It will not be held, or not as a date of this plan. The same again changes nothing.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    if there := done_already(
        step, by, SS.SET_ASIDE, {"set_aside_by_id": by.pk, "aside_reason": reason.strip()}, meeting
    ):
        return there
    if not reason.strip():
        raise BadInput("Say why it is set aside.")
    now, at = open_step(step, by, seen=seen, meeting=meeting), at or timezone.now()
    reminders.settle([now.pk], by=by, at=at)
    return step_life.perform("set_aside", now, by=by, at=at, aside_reason=reason.strip())


@transaction.atomic
def take_back_step(*, step: Step, seen: int, by: User, at: datetime | None = None) -> Step:
    """It waits again, where no other of its kind does. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`."""
    to_come(episode_open(step.episode, by), step.kind, is_booked=False)
    now = Step.objects.select_for_update(of=("self",)).get(pk=step.pk)
    ensure_of(now)
    ensure_seen(now, seen)
    cleared = {"set_aside_at": None, "set_aside_by": None, "aside_reason": ""}
    back = step_life.perform("take_back", step, by=by, at=at, **cleared)
    choose(Counting(back.episode, by), at=at or timezone.now())
    return back


@transaction.atomic
def chase_step(
    *, step: Step, token: UUID, happened_on: date | None, text: str, by: User, at: datetime | None = None
) -> StepNote:
    """The school asked for it; who it asked and how, in words. It is to be chased again after five school days.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    now, at = open_step(step, by), at or timezone.now()
    note = _write(now, token, NK.CHASED, happened_on, text, "Say who was asked, and what they said.", by=by, at=at)
    wait_for_an_answer(now, note.happened_on)
    return note


@transaction.atomic
def note_step(*, step: Step, token: UUID, text: str, by: User, at: datetime | None = None) -> StepNote:
    """Something to add, also to what was held long ago. Raises `NotAllowed`, `BadInput`, and `OutOfTurn` for a meeting
    about a concern, where it is added.
    """
    ensure_keeps_record(by, step)
    ensure_of(step)
    at = at or timezone.now()
    return _write(step, token, NK.NOTED, timezone.localdate(at), text, "Write the note first.", by=by, at=at)


def _write(
    step: Step, token: UUID, kind: str, day: date | None, text: str, empty: str, *, by: User, at: datetime
) -> StepNote:
    raise_first(past_day("happened_on", "When", day, today=timezone.localdate(at)))
    if not text.strip():
        raise BadInput(empty)
    return add_note(step, entry_token(token, step.pk, kind, day, text), kind, text, day, by=by, at=at)
