"""Of several rules that ask for one step, which day holds? The earlier, or the newest, as its kind says (`Keeps`).

The authority's decision after an annual review is due within 4 weeks of the meeting and before the 12 months are over,
and one decision waits: at the earlier day (domain reference 13). The amendment for a move is counted again at each
review.
"""

from datetime import date, datetime

from safeguarding.plans.deadlines import Asked
from safeguarding.plans.kinds import Keeps, step_kinds
from safeguarding.plans.models import Step

from .dates import REVIEW, Counting, Trigger, let_go, set_fields, still_waits, trigger_of, wait_for

SS = Step.Status
Found = tuple[Asked, Trigger]


def choose(counting: Counting, *, at: datetime) -> None:
    """Let one step of each such kind wait, at the day that holds."""
    kinds = [kind for kind in step_kinds(counting.episode.kind) if kind.keeps is not Keeps.FIRST]
    if not kinds:
        return
    held = list(
        Step.objects.filter(episode=counting.episode, status=SS.HELD, not_counted="").order_by(
            "held_on", "number", "pk"
        )
    )
    for kind in kinds:
        found = _newest(counting, held, kind.key) if kind.keeps is Keeps.NEWEST else _earliest(counting, held, kind.key)
        _place(counting, kind.key, found, at=at)


def _asking(counting: Counting, steps: list[Step], kind: str) -> list[Found]:
    """What these steps ask for of a kind, each with what asks."""
    after = {rule.after for rule in counting.rules if rule.step == kind}
    triggers = [trigger for step in steps if step.kind in after and (trigger := trigger_of(step))]
    return [(asked, trigger) for trigger in triggers if (asked := counting.asked(trigger).get(kind))]


def _newest(counting: Counting, held: list[Step], kind: str) -> Found | None:
    found = _asking(counting, held, kind)
    return found[-1] if found else None


def _earliest(counting: Counting, held: list[Step], kind: str) -> Found | None:
    """Of what asks since it was last held: the period that runs, and the first meeting that waits for a decision."""
    last = next((step for step in reversed(held) if step.kind == kind), None)
    meetings = [step for step in held if step.kind == REVIEW and _is_after(step, last)]
    periods = [last] if last else [step for step in held if step.kind != REVIEW and _begins_period(meetings)]
    found = _asking(counting, [*periods, *meetings[:1]], kind)
    return min(found, key=lambda one: one[0].due.day or date.max) if found else None


def _is_after(meeting: Step, last: Step | None) -> bool:
    return last is None or (meeting.held_on or date.max) > (last.held_on or date.min)


def _begins_period(meetings: list[Step]) -> bool:
    """Whether the period that the plan began still runs: no meeting was held, or the first one was."""
    return not meetings or meetings[0].number == 1


def _place(counting: Counting, kind: str, found: Found | None, *, at: datetime) -> None:
    steps = Step.objects.filter(episode=counting.episode, kind=kind).exclude(status=SS.HELD).order_by("due_on", "pk")
    waits = next((step for step in steps.select_related("rule") if still_waits(step)), None)
    if found is None:
        if waits is not None and waits.rule is not None:
            let_go(waits, by=counting.by, at=at)
        return
    asked, trigger = found
    if waits is None:
        wait_for(counting, asked, trigger, at)
    else:
        set_fields(waits, {**counting.fields(asked), "after": trigger.step}, by=counting.by)
