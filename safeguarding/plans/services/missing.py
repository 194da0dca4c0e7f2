"""Days that could not be worked out when a step began to wait, because term dates or bank holidays were not known.

Work of the worker, which reads no plan: the step says its rule and the day from which it is counted.
"""

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.audit.context import system_task
from safeguarding.audit.services import record
from safeguarding.plans.deadlines import due_day
from safeguarding.plans.models import Step
from safeguarding.plans.verbs import PlanVerb

from . import work
from .rules import as_rule


@system_task("plan dates")
def count_missing_days() -> int:
    """Work out the days that are known by now; where something else is missing, say that. Returns how many days.

    Not those that depend on a date of birth, which the worker does not read: they are counted with the next booking.
    """
    waits = work.waiting(Step.objects.filter(due_on=None, rule__isnull=False, counted_from__isnull=False))
    of_any_age = waits.exclude(missing="").filter(rule__age_from=None, rule__age_below=None)
    found = 0
    for step in of_any_age.select_related("rule").select_for_update(skip_locked=True, of=("self",)).order_by("pk"):
        found += _counted(step)
    return found


def _counted(step: Step) -> bool:
    if step.rule is None or step.counted_from is None:
        return False
    due = due_day(as_rule(step.rule), step.counted_from, SchoolCalendar.of(step.school_id))
    if (due.day, due.missing) != (step.due_on, step.missing):
        step.due_on, step.missing = due.day, due.missing
        step.revision += 1
        step.save(update_fields=["due_on", "missing", "revision"])
        record(PlanVerb.CORRECT, step, purpose="missing day")
    return due.day is not None
