"""What is due from the beginning of an episode on, and of one that is entered late, what was held since?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid5

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.services import record
from safeguarding.plans.kinds import STEPS
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.verbs import PlanVerb

from .checking import Problems, past_day
from .choosing import choose
from .dates import Counting, Trigger, follow, owed_by, trigger_of, wait_without_a_day
from .deciding import decide
from .order import held_of, why_not_counted
from .referrals import ACKNOWLEDGEMENT, answered_on
from .steps import add_step


@dataclass(frozen=True)
class LastHeld:
    """What was held last of a kind, of an episode that is entered late. `is_first`: nothing of the kind was before."""

    on: date
    outcome: str = ""
    is_first: bool = False


def begin_dates(counting: Counting, last: Mapping[str, LastHeld | None], *, at: datetime) -> None:
    """The steps that wait from the beginning on, but of kinds that were held since, or settled by one that was.

    Where nobody knows whether one was held, it waits while its day is ahead; past that it is left out, or waits without
    a day where it comes again and again.
    """
    left: set[str] = set()
    known = sorted(((kind, held) for kind, held in last.items() if held is not None), key=lambda one: one[1].on)
    steps = [_was_held(counting, kind, held, at=at) for kind, held in known]
    # An assessment or a final plan that was held decides, and what is counted hangs on that day.
    decide(counting.episode, by=counting.by)
    for step in steps:
        if _is_counted(counting, step):
            left.update((step.kind, *STEPS[step.kind].settles))
    unknown = [kind for kind, held in last.items() if held is None and kind not in left]
    for step in steps:
        # Nothing waits of a kind that was held later.
        later = {one.kind for one in steps if _is_later(one, step)}
        _follow_known(counting, trigger_of(step), later, unknown, at=at)
    _follow_known(counting, counting.begun, left, unknown, at=at)
    goes_on = counting.goes_on() if unknown else set()
    for kind in unknown:
        if kind in goes_on:
            wait_without_a_day(counting, kind, at=at)
    choose(counting, at=at)


def _follow_known(
    counting: Counting, trigger: Trigger | None, left: set[str], unknown: Collection[str], *, at: datetime
) -> None:
    """What a trigger asks for waits, but the kinds in `left`, and of the unknown ones those whose day has passed."""
    if trigger is not None:
        asked, today = counting.asked(trigger), timezone.localdate(at)
        past = {kind for kind, one in asked.items() if kind in unknown and one.due.day and one.due.day < today}
        follow(counting, trigger, but=left | past, at=at)


def _is_counted(counting: Counting, step: Step) -> bool:
    """Say of one that came before its plan that it is not counted."""
    assert step.held_on is not None  # noqa: S101  (it was held)
    if why := why_not_counted(counting.episode, step.kind, step.held_on, held_of(counting.episode)):
        step.not_counted, step.number = why, None
        step.save(update_fields=["not_counted", "number"])
    return not why


def _is_later(step: Step, other: Step) -> bool:
    return step.pk != other.pk and not step.not_counted and (step.held_on or date.min) >= (other.held_on or date.max)


def take_answer(episode: Episode, *, by: User, at: datetime) -> None:
    """The answer to the referral is the acknowledgement: nobody types its day again."""
    if ACKNOWLEDGEMENT not in episode.of_kind.steps or episode.referral is None:
        return
    there = Step.objects.filter(episode=episode, kind=ACKNOWLEDGEMENT, status=Step.Status.HELD)
    if (day := answered_on(episode.referral)) and not there.exists():
        token = uuid5(episode.pk, ACKNOWLEDGEMENT)
        add_step(episode=episode, token=token, kind=ACKNOWLEDGEMENT, held_on=day, by=by, at=at)


def hold_first(episode: Episode, first: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Of a kind that begins with a step: that was held on its first day, with these results."""
    if kind := episode.of_kind.begins_with:
        token = uuid5(episode.pk, kind)
        add_step(episode=episode, token=token, kind=kind, held_on=episode.starts_on, columns=first, by=by, at=at)


def _was_held(counting: Counting, kind: str, held: LastHeld, *, at: datetime) -> Step:
    """What was held before the episode was entered, with its day and its outcome."""
    episode, by = counting.episode, counting.by
    step = Step.objects.create(
        token=uuid5(episode.pk, f"last/{kind}"),
        episode=episode,
        child_id=episode.child_id,
        school_id=episode.school_id,
        area=episode.area,
        kind=kind,
        duty=owed_by(episode, kind),
        status=Step.Status.HELD,
        author=by,
        written_at=at,
        held_on=held.on,
        held_at=at,
        held_by=by,
        number=1 if held.is_first else 2,
        outcome=held.outcome,
    )
    record(PlanVerb.HOLD, step, by=by)
    return step


def with_final_plan(
    kind: str, last: Mapping[str, LastHeld | None], decided_on: date | None
) -> Mapping[str, LastHeld | None]:
    """The final plan that decides was held that day: nothing earlier waits in a plan that came with the child."""
    if kind != "ehcp" or decided_on is None or last.get("final_plan"):
        return last
    return {**last, "final_plan": LastHeld(decided_on, is_first=True)}


def last_problems(last: Mapping[str, LastHeld | None], today: date) -> Problems:
    found: Problems = {}
    for kind, held in last.items():
        if held is not None:
            found |= past_day(f"last_{kind}", "Last held on", held.on, today=today)
    return found
