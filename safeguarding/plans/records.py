"""What must the rest of Harbour know of plans, their steps and the rules of their dates, and of attendance?"""

from children.models import Child
from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, Refused, declare, needs, reads

from .models import (
    AttendanceDay,
    AttendanceFile,
    DeadlineRule,
    Designation,
    Episode,
    PlanFile,
    Professional,
    Step,
    StepNote,
)

# The words are searched beside concerns (`searching`), with a page of their own: they hang on none.
_OF_THE_CHILD = Refused("hangs on a child and on no concern: plans search their own words")

declare(Episode, called=("plan", "plans"), searched=_OF_THE_CHILD)
declare(
    Step,
    called=("date of a plan", "dates of plans"),
    searched=_OF_THE_CHILD,
    page="plan_step",
    needed_by=("plan dates",),
)
declare(StepNote, called=("note to a date", "notes to dates"), searched=_OF_THE_CHILD)
declare(Professional, called=("professional", "professionals"), searched=_OF_THE_CHILD)
declare(PlanFile, called=("file of a plan", "files of plans"), searched=_OF_THE_CHILD)
declare(Designation, called=("badge", "badges"))
declare(AttendanceFile, called=("file of attendance", "files of attendance"))
declare(AttendanceDay, called=("day of attendance", "days of attendance"))
declare(DeadlineRule, kind=Kind.REFERENCE)
# A day that was missing is a change of the record.
needs("plan dates", LogEntry)
reads("plan dates", Child)
