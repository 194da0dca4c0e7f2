"""Days that could not be worked out when a step began to wait, because term dates, bank holidays or the year groups
that move on were not known.

Work of the worker, which reads no plan: the step says its rule and the day from which it is counted.
"""

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.audit.context import system_task
from safeguarding.audit.services import record
from safeguarding.clocks import Due, Unit
from safeguarding.plans.deadlines import Rule, due_day
from safeguarding.plans.models import Step
from safeguarding.plans.phases import NONE_AHEAD, Moving
from safeguarding.plans.verbs import PlanVerb

from . import work
from .phases import moving_of
from .rules import as_rule


@system_task("plan dates")
def count_missing_days() -> int:
    """Work out the days that are known by now; where something else is missing, say that. Returns how many days.

    Not those that depend on a date of birth, which the worker does not read: they are counted with the next booking.
    """
    waits = work.waiting(Step.objects.filter(due_on=None, rule__isnull=False, counted_from__isnull=False))
    of_any_age = waits.exclude(missing="").filter(rule__age_from=None, rule__age_below=None)
    found = 0
    for step in (
        of_any_age.select_related("rule", "child").select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    ):
        found += _counted(step)
    return found


def _moving(step: Step, rule: Rule) -> Moving | None:
    return moving_of(step.child) if rule.unit is Unit.TRANSFER else None


def _counted(step: Step) -> bool:
    if step.rule is None or step.counted_from is None:
        return False
    rule = as_rule(step.rule)
    due = due_day(rule, step.counted_from, SchoolCalendar.of(step.school_id), moving=_moving(step, rule))
    if due == Due():
        due = Due(missing=NONE_AHEAD)
    if (due.day, due.missing) != (step.due_on, step.missing):
        step.due_on, step.missing = due.day, due.missing
        step.revision += 1
        step.save(update_fields=["due_on", "missing", "revision"])
        record(PlanVerb.CORRECT, step, purpose="missing day")
    return due.day is not None
