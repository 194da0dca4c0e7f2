"""What is out of its order: held before its plan, after the conference it was to inform, or the same meeting again?

Such a step is saved as it was told. It is not counted: it answers no date and starts none (domain reference 13, "order
of steps"). Before it is saved, somebody is asked once.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import uuid5

from safeguarding.clocks import age_on
from safeguarding.dates import full_day
from safeguarding.plans.kinds import STEPS
from safeguarding.plans.models import Episode, Step

from .dates import CONFERENCE, Counting, follow, let_go, next_number, set_fields, still_waits, trigger_of, wait_for
from .follow_ups import state_of

SS, U = Step.Status, Step.Uncounted
_ENQUIRY, STRATEGY = "section_47", "strategy_discussion"
# What another step of the plan may be out of order because of.
ORDERING = frozenset({CONFERENCE, STRATEGY, "final_plan"})
# From which age on somebody is a care leaver (Children Act 1989 ss.23A to 24D).
LEAVER_FROM = 16
# The reasons for which a child in need episode ends after its assessment.
_AFTER_ASSESSMENT = ("RC8", "RC9")
_AGAIN = "Press the button again to save it like this"


def held_of(episode: Episode) -> list[Step]:
    """Everything that was held in an episode, in its order."""
    return list(Step.objects.filter(episode=episode, status=SS.HELD).order_by("held_on", "pk"))


def plan_from(episode: Episode) -> date:
    """The first day on which a step of the plan itself can be held: of a plan that was asked for first, the day on
    which it was decided.
    """
    if episode.decided_on is None:
        return episode.starts_on
    if episode.of_kind.before:
        return episode.decided_on if episode.kind == "ehcp" else episode.starts_on
    return min(episode.decided_on, episode.starts_on)


def why_not_counted(episode: Episode, kind: str, day: date, held: Iterable[Step]) -> str:
    """Why a step of this kind, held on a day, is out of its order. Empty where it is not."""
    if STEPS[kind].is_of_plan and day < plan_from(episode):
        return U.BEFORE_PLAN
    if kind == _ENQUIRY and episode.kind == "child_in_need" and conference_before(day, held):
        return U.AFTER_CONFERENCE
    return ""


def same_meeting(step: Step) -> str:
    """Why the second of two steps that are one meeting is not counted: two records of a child have become one. Empty
    for the first, and for every other step.
    """
    if step.met_for is None:
        return ""
    twins = Step.objects.filter(meeting=step.meeting_id, child=step.child_id, met_for__isnull=False)
    return U.SAME_MEETING if twins.filter(pk__lt=step.pk).exists() else ""


def conference_before(day: date, held: Iterable[Step]) -> date | None:
    """The conference before a section 47 enquiry, where no other strategy discussion began a new one since."""
    found = None
    for step in held:
        if step.held_on is None or step.held_on > day:
            continue
        if step.kind == CONFERENCE and step.held_on < day:
            found = step.held_on
        elif step.kind == STRATEGY and found is not None and step.held_on > found:
            found = None
    return found


def put_in_order(counting: Counting, *, at: datetime) -> None:
    """Say anew of each step that was held whether it is counted. One that is not any more lets its date wait again; one
    that is again answers the date that waits.
    """
    held = held_of(counting.episode)
    for step in held:
        if step.held_on is None:
            continue
        why = why_not_counted(counting.episode, step.kind, step.held_on, held) or same_meeting(step)
        if why and not step.not_counted:
            _take_out(counting, step, why, held, at=at)
        elif step.not_counted and not why:
            _take_in(counting, step, at=at)
        elif why != step.not_counted:
            set_fields(step, {"not_counted": why}, by=counting.by)


_ANSWERS_NOTHING = {"number": None, "rule": None, "counted_from": None, "due_on": None, "missing": "", "after": None}


def _take_out(counting: Counting, step: Step, why: str, held: list[Step], *, at: datetime) -> None:
    number, rule, after = step.number, step.rule, step.after
    for follower in Step.objects.filter(after=step).exclude(status=SS.HELD):
        if still_waits(follower):
            let_go(follower, by=counting.by, at=at)
    # Another step may wait by the same rule from now on, and have its token.
    token = uuid5(step.pk, f"not counted/{step.revision}")
    set_fields(step, {**_ANSWERS_NOTHING, "not_counted": why, "follows": "", "token": token}, by=counting.by)
    for other in held:
        if other.kind == step.kind and number and (other.number or 0) > number:
            set_fields(other, {"number": (other.number or 0) - 1}, by=counting.by)
    trigger = (trigger_of(after) if after else counting.begun) if rule else None
    if trigger and (asked := counting.asked(trigger).get(step.kind)):
        wait_for(counting, asked, trigger, at)


def _take_in(counting: Counting, step: Step, *, at: datetime) -> None:
    episode, day = counting.episode, step.held_on
    assert day is not None  # noqa: S101  (it was held)
    fields: dict[str, object] = {"not_counted": "", "number": next_number(episode, step.kind)}
    waits = _answered(episode, step.kind, day, step)
    if waits is not None and waits.rule is not None:
        names = ("rule", "counted_from", "due_on", "missing", "after", "duty")
        fields |= {name: getattr(waits, name) for name in names}
        let_go(waits, by=counting.by, at=at)
    set_fields(step, fields, by=counting.by)
    set_fields(step, {"follows": state_of(step)}, by=counting.by)
    follow(counting, trigger_of(step), at=at)


def _answered(episode: Episode, kind: str, day: date, step: Step) -> Step | None:
    """The step that waits, or would if the plan had not ended, for one that is counted again."""
    later = Step.objects.filter(episode=episode, kind=kind, status=SS.HELD, not_counted="", held_on__gte=day)
    if later.exclude(pk=step.pk).exists():
        return None
    waits = Step.objects.filter(episode=episode, kind=kind).exclude(status=SS.HELD).order_by("due_on", "pk")
    return next((one for one in waits.select_related("rule") if still_waits(one)), None)


def ask_of_step(episode: Episode, kind: str, day: date, *, but: Step | None = None) -> str:
    """What somebody is asked who says that a step was held on a day; empty where nothing is out of order. `but` is the
    step itself, where it is corrected.
    """
    held = [one for one in held_of(episode) if but is None or one.pk != but.pk]
    if STEPS[kind].is_of_plan and day < plan_from(episode):
        says = f"{full_day(day)} is before the plan, which is from {full_day(plan_from(episode))}"
        return f"{says}. It is not counted then, and the date still waits. {_AGAIN}"
    if kind == _ENQUIRY and episode.kind == "child_in_need" and (conference := conference_before(day, held)):
        return f"{full_day(day)} is after the conference of {full_day(conference)}. It is not counted then. {_AGAIN}"
    if kind == CONFERENCE:
        new = sorted([*held, Step(kind=kind, held_on=day)], key=lambda one: one.held_on or day)
        for one in held:
            if one.kind == _ENQUIRY and one.held_on and not one.not_counted and conference_before(one.held_on, new):
                says = f"The section 47 enquiry of {full_day(one.held_on)} is after this conference"
                return f"{says}. It is not counted then. {_AGAIN}"
    return ""


def ask_of_first_day(kind: str, starts_on: date, *, decided_on: date | None, born: date | None) -> str:
    """What somebody is asked who says when a plan or a status began."""
    if kind == "child_protection" and decided_on and decided_on != starts_on:
        says = f"First day is {full_day(starts_on)}, and the conference was on {full_day(decided_on)}"
        return f"{says}. Its dates are counted from the conference. {_AGAIN}"
    if kind == "care_leaver" and born and (age := age_on(born, starts_on)) < LEAVER_FROM:
        return f"On {full_day(starts_on)} the child is {age}. A care leaver is {LEAVER_FROM} or older. {_AGAIN}"
    return ""


def ask_of_moved_day(episode: Episode, starts_on: date, decided_on: date | None) -> str:
    """What somebody is asked who corrects the first day of a plan, in which something was held."""
    moved = Episode(kind=episode.kind, starts_on=starts_on, decided_on=decided_on)
    before = plan_from(moved)
    for one in held_of(episode):
        if one.of_kind.is_of_plan and one.held_on and not one.not_counted and one.held_on < before:
            says = f"{one.title} of {full_day(one.held_on)} is before that day"
            return f"{says}. It is not counted then, and its date waits again. {_AGAIN}"
    return ""


def ask_of_end(episode: Episode, end_reason: str) -> str:
    """What somebody is asked who ends a child in need episode as closed after its assessment (domain reference 3.2)."""
    if episode.kind != "child_in_need" or end_reason not in _AFTER_ASSESSMENT:
        return ""
    open_ = Episode.objects.filter(child=episode.child_id, kind="child_protection", status=Episode.Status.OPEN)
    if open_.exists():
        return f"A child protection plan is open for this child: the authority has not closed it. {_AGAIN}"
    if not any(one.kind == "assessment" for one in held_of(episode)):
        return f"No assessment is recorded in this plan, and it ended after one. {_AGAIN}"
    return ""
