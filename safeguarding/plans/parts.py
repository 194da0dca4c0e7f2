"""How plans of a child, their dates and who works with them are told beyond a page, and attendance.

An adoption is told nowhere: the file of a child before and after it are two records that nothing joins (domain
reference 2.3).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from safeguarding.dates import start_of
from safeguarding.parts import Text, as_declared, called, left_out, tell
from safeguarding.plans.kinds import EPISODE_COLUMNS, STEP_COLUMNS, Area

from .attendance import marks
from .models import AttendanceDay, Designation, Episode, PlanFile, Professional, Step, StepNote

_ADOPTION = ~Q(area=Area.ADOPTION)


def _of_step(row: Step) -> Iterator[Text]:
    yield from _columns(row)
    yield Text("Not counted", row.get_not_counted_display() if row.not_counted else "")


def _columns(row: Any) -> Iterator[Text]:
    """What stands in the columns of its kind, in words."""
    for column, said in row.filled:
        label = str(row._meta.get_field(column).verbose_name)
        yield Text(label[:1].upper() + label[1:], said)


def _of_episode(row: Episode) -> Iterator[Text]:
    yield Text("Local authority", row.authority_label)
    yield Text("How the school knows", row.known_label)
    yield from _columns(row)
    yield Text("Why it ended", row.end_label)


def _of_person(row: Professional) -> Iterator[Text]:
    yield Text("Entered", "to correct what was entered before" if row.corrects_id else "")


def _marks(row: AttendanceDay) -> Iterator[Text]:
    yield Text("Morning", marks.meaning(row.am))
    yield Text("Afternoon", marks.meaning(row.pm))


def _day(row: Step) -> tuple[datetime | None, bool]:
    """When it was held, else when it happens."""
    day = row.held_on or row.happens_on
    return (start_of(day) if day else None), False


called(Episode, lambda row: row.title)
called(Step, lambda row: row.title)
tell(
    Episode,
    title="Plan",
    blocks=as_declared(
        at="starts_on",
        but=(
            *EPISODE_COLUMNS,
            "authority",
            "known_by",
            "end_reason",
            "follows",
            "area",
            "written_at",
            "ended_at",
            "error_at",
        ),
        also=_of_episode,
        only=_ADOPTION,
    ),
)
tell(
    Step,
    title="Date of a plan",
    blocks=as_declared(
        at=_day,
        but=(
            *STEP_COLUMNS,
            "area",
            "missing",
            "waits_for_review",
            "chased_on",
            "chase_again_on",
            "not_counted",
            "follows",
            "written_at",
            "held_at",
            "set_aside_at",
        ),
        also=_of_step,
        only=_ADOPTION,
    ),
)
tell(StepNote, title="Note to a date of a plan", blocks=as_declared(at="happened_on", but=("area",), only=_ADOPTION))
tell(
    Professional,
    title="Professional",
    blocks=as_declared(
        at="written_at",
        but=("areas", "corrects", "ended_at"),
        also=_of_person,
        only=~Q(areas__contains=[Area.ADOPTION]),
    ),
)
tell(PlanFile, title="File of a plan", blocks=as_declared(at="attached_at", but=("area",), only=_ADOPTION))
tell(AttendanceDay, title="Attendance", blocks=as_declared(at="on", but=("am", "pm", "file"), also=_marks))
left_out(Designation, because="It is made from the plan, which is told.")
