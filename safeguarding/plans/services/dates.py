"""Make the next step wait, by the rules, and count again when a day was corrected.

A trigger is the beginning of an episode or a step that was held; for rules that count back, a step that is booked. What
it asks for says the pure part (`plans/deadlines.py`); here it becomes rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID, uuid5

from django.db.models import Max, Q
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.clocks import Unit
from safeguarding.exceptions import BadInput
from safeguarding.plans.deadlines import BEGINNING, CONSULTED, Asked, Rule, asked_after
from safeguarding.plans.kinds import STEPS, Duty, Keeps, decision_on
from safeguarding.plans.lifecycles import step_life
from safeguarding.plans.models import DeadlineRule, Episode, Step
from safeguarding.plans.models.step import MISSING
from safeguarding.plans.phases import Moving, shows_from
from safeguarding.plans.verbs import PlanVerb
from safeguarding.prepared import prepared

from . import reminders
from .phases import moving_of
from .protection import is_protected
from .rules import rules_at

SS = Step.Status
# The meeting of the school, and what the authority says after it.
REVIEW, _DECISION = "annual_review", "review_decision"
CONFERENCE = "initial_conference"
RECOUNTED = "What it was counted from was corrected, and asks for it no longer."
ENDED = "The plan has ended."
_WAITS = "{} waits already in this plan. Open that date to book it, to move it, or to record that it was held."
# Kinds of which one waits, with a day that is chosen among those of several rules.
CHOSEN = frozenset(key for key, kind in STEPS.items() if kind.keeps is not Keeps.FIRST)
LAST_UNKNOWN = "When it was last held is not recorded here."


@dataclass(frozen=True)
class Trigger:
    """What happened in an episode, on which day. `step` is None where the episode began; `after` says what else."""

    after: str
    day: date
    outcome: str = ""
    step: Step | None = None
    nth: int = 1
    booked: bool = False


class Counting:
    """The rules, the calendar and the birthday for one episode: read once for everything that is counted in it."""

    def __init__(self, episode: Episode, by: User) -> None:
        self.episode, self.by = episode, by
        self.rules: dict[Rule, DeadlineRule] = rules_at(episode.school_id)
        self.calendar = SchoolCalendar.of(episode.school_id)
        self.born = born(by, episode.child_id)
        self._protected: dict[date, bool] = {}

    @property
    def begun(self) -> Trigger:
        """What the beginning sets going: a child protection plan from the day of the conference that decided on it."""
        return Trigger(BEGINNING, begins_counting(self.episode))

    @cached_property
    def _moving(self) -> Moving | None:
        """After which years children move on: asked of kinds of plan that are amended for it."""
        is_amended = any(rule.unit is Unit.TRANSFER and self.episode.kind in rule.kinds for rule in self.rules)
        return moving_of(self.episode.child) if is_amended else None

    def asked(self, trigger: Trigger) -> dict[str, Asked]:
        """The steps that a trigger asks for, by their kind."""
        found = asked_after(
            self.episode.kind,
            trigger.after,
            trigger.outcome,
            trigger.day,
            self.rules,
            self.calendar,
            born=self.born,
            nth=trigger.nth,
            booked=trigger.booked,
            earlier=self._earlier(trigger.day),
            moving=self._moving,
        )
        return {
            one.rule.step: one
            for one in found
            if not self._is_done(one) and not (one.rule.step == CONFERENCE and self._is_protected(trigger.day))
        }

    def _is_protected(self, day: date) -> bool:
        """Whether the child had a child protection plan already: no initial conference decides on one then."""
        if day not in self._protected:
            self._protected[day] = is_protected(self.episode, day, self.by)
        return self._protected[day]

    def _is_done(self, asked: Asked) -> bool:
        """Whether a plan was amended already for the move that a rule asks for again."""
        if asked.rule.unit is not Unit.TRANSFER or asked.due.day is None:
            return False
        since = shows_from(asked.due.day)
        held = Step.objects.filter(episode=self.episode, kind=asked.rule.step, status=SS.HELD)
        return held.filter(held_on__gte=since).exists()

    def goes_on(self) -> set[str]:
        """The kinds that come again and again from the beginning on, or from what is due after it."""
        rules = [rule for rule in self.rules if self.episode.kind in rule.kinds]
        first = set(self.asked(self.begun))
        after = {rule.step for rule in rules if rule.after in first and rule.amount > 0}
        return (first | after) & {rule.step for rule in rules if rule.after == rule.step}

    def _earlier(self, day: date) -> dict[str, date]:
        """When each kind of step was last held by that day, and the episode began: some rules count from there."""
        held = Step.objects.filter(episode=self.episode, status=SS.HELD, not_counted="", held_on__lte=day)
        days = {kind: day for kind, day in held.order_by("held_on", "pk").values_list("kind", "held_on") if day}
        return days | {BEGINNING: self.begun.day}

    def fields(self, asked: Asked) -> dict[str, object]:
        """What a step has of the rule that asks for it."""
        return {
            "rule": self.rules[asked.rule],
            "counted_from": asked.counted_from,
            "due_on": asked.due.day,
            "missing": asked.due.missing,
            "duty": asked.rule.duty,
            "waits_for_review": self._waits_for_review(asked.rule.step),
        }

    def _waits_for_review(self, kind: str) -> bool:
        """Whether no review meeting was held since the authority decided last: it decides within 4 weeks of one (domain
        reference 2.4), and cannot before.
        """
        if kind != _DECISION:
            return False
        held = Step.objects.filter(episode=self.episode, status=SS.HELD, not_counted="")
        meetings, last = held.filter(kind=REVIEW), held.filter(kind=_DECISION).aggregate(on=Max("held_on"))["on"]
        return not (meetings.filter(held_on__gt=last) if last else meetings).exists()


def born(by: User, child_id: UUID) -> date | None:
    """When the child was born, for somebody who keeps plans of it; None where nobody has said."""
    [[day]] = prepared("SELECT rules.born_for_plans(%s, %s)", [by.pk, child_id])
    return day  # type: ignore[no-any-return]


def owed_by(episode: Episode, kind: str) -> Duty:
    """Who owes a step that no rule asks for: who does it, where the plan has no authority."""
    step = STEPS[kind]
    return (step.owed_by if episode.of_kind.needs_authority else None) or step.duty


def begins_counting(episode: Episode) -> date:
    """The day from which the dates of its beginning are counted."""
    decides = decision_on(episode.kind)
    is_before = decides is not None and decides.is_before
    return (episode.decided_on if is_before else None) or episode.starts_on


def trigger_of(step: Step) -> Trigger | None:
    """What a step sets going: held, or booked. None where it has not come to that, as before a child is back, and for
    one that is not counted.
    """
    if step.not_counted:
        return None
    if step.status == SS.HELD:
        # An absence is over when the child is back.
        day = step.held_to if step.kind == MISSING else step.held_on
        return Trigger(step.kind, day, step.outcome, step, step.number or 1) if day else None
    if step.status == SS.WAITING and step.booked_on:
        return Trigger(step.kind, step.booked_on, step=step, booked=True)
    return None


def follow(
    counting: Counting, trigger: Trigger | None, *, but: Iterable[str] = (), at: datetime | None = None
) -> list[Step]:
    """Let wait what a trigger asks for, but no step of the kinds in `but`, or of those whose day is chosen among the
    days of several rules (`choosing.py`). Returns the steps that wait by it.
    """
    if trigger is None:
        return []
    left = set(but) | CHOSEN
    found = counting.asked(trigger).items()
    return [wait_for(counting, one, trigger, at or timezone.now()) for kind, one in found if kind not in left]


def wait_for(counting: Counting, asked: Asked, trigger: Trigger, at: datetime) -> Step:
    """The step that waits by this rule. One that waits by another rule keeps its day, which came first; of kinds that
    belong to one step each, every such step has its own.
    """
    episode, kind = counting.episode, asked.rule.step
    waits = Step.objects.filter(episode=episode, kind=kind).exclude(status=SS.HELD)
    if episode.status == Episode.Status.OPEN:
        waits = waits.filter(status=SS.WAITING)
    if STEPS[kind].is_one_each:
        waits = waits.filter(Q(after=trigger.step) | Q(rule=None))
    there = next((one for one in waits.order_by("due_on", "pk") if still_waits(one)), None)
    if there is not None:
        if there.rule_id is None:
            set_fields(there, {**counting.fields(asked), "after": trigger.step}, by=counting.by)
        return there
    root = trigger.step.pk if trigger.step else episode.pk
    step, made = Step.objects.get_or_create(
        token=uuid5(root, f"{trigger.after}/{asked.rule.code}/{kind}"),
        defaults={
            "episode": episode,
            "child_id": episode.child_id,
            "school_id": episode.school_id,
            "area": episode.area,
            "kind": kind,
            "author": counting.by,
            "written_at": at,
            "after": trigger.step,
            **counting.fields(asked),
        },
    )
    if made:
        record(Verb.CREATE, step, by=counting.by)
    elif step.status == SS.SET_ASIDE and step.aside_reason == RECOUNTED:
        set_fields(step, {**counting.fields(asked), **_NOT_ASIDE}, by=counting.by)
    return step


def wait_without_a_day(counting: Counting, kind: str, *, at: datetime) -> None:
    """Let a step wait of which nobody knows when it was last held, where none of its kind waits: with no day, so that
    it is asked for.
    """
    episode = counting.episode
    if Step.objects.filter(episode=episode, kind=kind, status=SS.WAITING).exists():
        return
    step = Step.objects.create(
        token=uuid5(episode.pk, f"unknown/{kind}"),
        episode=episode,
        child_id=episode.child_id,
        school_id=episode.school_id,
        area=episode.area,
        kind=kind,
        duty=next(rule.duty for rule in counting.rules if rule.step == kind and episode.kind in rule.kinds),
        missing=LAST_UNKNOWN,
        author=counting.by,
        written_at=at,
    )
    record(Verb.CREATE, step, by=counting.by)


@door("counting")
def stop_waiting(episode: Episode, *, by: User, at: datetime) -> None:
    """Set aside what waits in an episode that has ended."""
    for step in Step.objects.filter(episode=episode, status=SS.WAITING).order_by("pk"):
        step_life.perform("set_aside", step, by=by, at=at, aside_reason=ENDED)
        reminders.settle([step.pk], by=by, at=at)


_NOT_ASIDE = {"status": SS.WAITING, "set_aside_at": None, "set_aside_by": None, "aside_reason": ""}


@door("counting")
def count_again(counting: Counting, corrected: Step | None, *, at: datetime | None = None) -> None:
    """A day or an outcome was corrected: of a step, or of the beginning (None). What was counted from it moves, what it
    asks for no longer is set aside, and what it asks for now waits; in a plan that has ended, until that is opened
    again. Days counted from other steps are looked at too. What somebody set aside stays so.
    """
    at = at or timezone.now()
    steps = list(Step.objects.filter(episode=counting.episode).select_related("rule").order_by("held_on", "pk"))
    triggers = [counting.begun, *(trigger for step in steps if (trigger := trigger_of(step)))]
    for trigger in triggers:
        root = trigger.step.pk if trigger.step else None
        asked = counting.asked(trigger)
        followers = [one for one in steps if one.kind not in CHOSEN and _follows(one, trigger, root)]
        for step in followers:
            if step.kind in asked:
                set_fields(step, counting.fields(asked[step.kind]), by=counting.by)
            elif still_waits(step) and root == (corrected.pk if corrected else None):
                let_go(step, by=counting.by, at=at)
        if corrected is not None and root == corrected.pk:
            follow(counting, trigger, but={one.kind for one in followers if one.status != SS.SET_ASIDE}, at=at)
    if corrected is not None and corrected.status == SS.HELD and trigger_of(corrected) is None:
        # A child who is not back after all.
        for step in steps:
            if step.after_id == corrected.pk and still_waits(step):
                let_go(step, by=counting.by, at=at)


def still_waits(step: Step) -> bool:
    """Whether a step waits, or would if its plan had not ended."""
    return step.status == SS.WAITING or (step.status == SS.SET_ASIDE and step.aside_reason == ENDED)


def let_go(step: Step, *, by: User, at: datetime) -> None:
    """No rule asks for it any more: it is set aside. One that somebody has booked stays booked, without a rule: whether
    that meeting is off, only those who called it say.
    """
    if step.booked_on is not None:
        set_fields(step, dict.fromkeys(("rule", "counted_from", "due_on", "after")) | {"missing": ""}, by=by)
        return
    aside = {"status": SS.SET_ASIDE, "set_aside_at": at, "set_aside_by": by, "aside_reason": RECOUNTED}
    set_fields(step, aside, by=by)


def _follows(step: Step, trigger: Trigger, root: UUID | None) -> bool:
    """Whether a step waits, or was held, because of this trigger: of a booking those that are due before it. A reply
    that the school was asked for follows from no step, and from no beginning.
    """
    if step.rule is None or step.rule.after == CONSULTED:
        return False
    return step.after_id == root and (step.rule.amount < 0) == trigger.booked


def set_fields(step: Step, fields: dict[str, object], *, by: User) -> None:
    """Change a step, with an event, where something is different."""
    changed = {name: value for name, value in fields.items() if getattr(step, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(step, name, value)
    step.revision += 1
    step.save(update_fields=[*changed, "revision"])
    record(PlanVerb.CORRECT, step, by=by)


def to_hold(episode: Episode, kind: str, held_on: date) -> Step | None:
    """The step that was held on a day, of those that wait. None for one that came before what is recorded already, or
    that two people record: the next does not count as held by that.
    """
    later = Step.objects.filter(episode=episode, kind=kind, status=SS.HELD, not_counted="", held_on__gte=held_on)
    if not STEPS[kind].is_one_each and later.exists():
        return None
    return Step.objects.filter(episode=episode, kind=kind, status=SS.WAITING).order_by("due_on", "pk").first()


def to_come(episode: Episode, kind: str, *, is_booked: bool) -> Step | None:
    """The step that waits, and is booked now. Raises `BadInput` where one waits and is booked already: of each kind one
    waits at a time, but of those that belong to one step each.
    """
    if STEPS[kind].is_one_each:
        return None
    there = Step.objects.filter(episode=episode, kind=kind, status=SS.WAITING).order_by("due_on", "pk").first()
    if there is not None and (there.booked_on or not is_booked):
        raise BadInput(_WAITS.format(there.title))
    return there


def next_number(episode: Episode, kind: str) -> int:
    """Which of its kind is the next that is held in an episode."""
    held = Step.objects.filter(episode=episode, kind=kind, status=SS.HELD)
    return int(held.aggregate(most=Max("number"))["most"] or 0) + 1
