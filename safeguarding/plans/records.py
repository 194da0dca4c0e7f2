"""What must the rest of Harbour know of plans, their steps and the rules of their dates, and of attendance?"""

from children.models import Child
from safeguarding.audit.models import LogEntry
from safeguarding.concerns.models import Meeting, MeetingAttendee
from safeguarding.records import Kind, Refused, declare, needs, reads

from .models import (
    AttendanceDay,
    AttendanceFile,
    AttendanceYear,
    DeadlineRule,
    Designation,
    Episode,
    PlanFile,
    Professional,
    RegisterPlace,
    Step,
    StepNote,
)

# The words are searched beside concerns (`services/searching.py`), each found with the page of its plan or date.
declare(Episode, called=("plan", "plans"))
declare(
    Step,
    called=("date of a plan", "dates of plans"),
    part_of="episode",
    page="plan_step",
    needed_by=("plan dates",),
)
declare(StepNote, called=("note to a date", "notes to dates"), part_of="episode")
declare(Professional, called=("professional", "professionals"), searched="Who works with the child", part_of="episode")
declare(
    PlanFile,
    called=("file of a plan", "files of plans"),
    searched="Name of a file",
    part_of="episode",
    needed_by=("files",),
)
declare(Designation, called=("badge", "badges"), part_of="episode")
declare(AttendanceFile, called=("file of attendance", "files of attendance"))
declare(
    AttendanceYear,
    called=("school year of attendance", "school years of attendance"),
    followed=Refused("an import makes it, and nobody changes it"),
)
declare(AttendanceDay, called=("day of attendance", "days of attendance"))
declare(DeadlineRule, kind=Kind.REFERENCE)
declare(RegisterPlace, kind=Kind.REFERENCE)
# A day that was missing is a change of the record.
needs("plan dates", LogEntry)
# Of a date that is a meeting about a concern, people are told once (`services/reminders.py`).
reads("plan dates", Child, Meeting, MeetingAttendee)
