"""What of plans do people take to a meeting? Each plan with what waits in it, who works with the child, and the child's
attendance in this school year.

Nothing of an adoption: the two pages go out of the school.
"""

from datetime import date

from children.models import Child
from safeguarding.audit.reading import visible
from safeguarding.concerns.briefing import Block
from safeguarding.dates import counted, full_day, school_year
from safeguarding.http import Request

from .attendance.counting import Day, Sessions, counted_up, year_title
from .decides import LABEL, who_decides
from .kinds import Area
from .models import AttendanceDay, Episode, Professional, Step
from .services import work
from .services.standing import Stands, standing

_WHERE = "Plans and status"
# More than two pages hold of anything.
_MOST = 40


def blocks(request: Request, child: Child, today: date) -> list[Block]:
    """The plans that are open with their dates, and the people, as far as the reader sees them."""
    plans = visible(request, Episode).exclude(area=Area.ADOPTION).filter(child=child, status=Episode.Status.OPEN)
    found = list(plans.order_by("starts_on", "pk")[:_MOST])
    people = visible(request, Professional).exclude(area=Area.ADOPTION).filter(child=child, ended_at=None)
    who = [(one.name, _who(one)) for one in people.order_by("role", "written_at")[:_MOST]]
    lines = [(plan.title, _about(plan)) for plan in found]
    if said := who_decides(request, child):
        lines.append((LABEL, said))
    if found:
        steps = visible(request, Step).filter(episode__in=[plan.pk for plan in found], status=Step.Status.WAITING)
        waits = work.by_day(steps.exclude(due_on=None, booked_on=None))[:_MOST]
        shown = [step for step in waits if not work.is_ahead(step, today)]
        lines += [(step.title, _when(step, today, on_roll=child.is_on_roll)) for step in shown]
    return [
        Block(title, some, where)
        for title, some, where in (
            ("Plans and their dates", lines, _WHERE),
            ("Who works with the child", who, _WHERE),
            ("Attendance", _attendance(request, child, today), "Attendance"),
        )
        if some
    ]


def _attendance(request: Request, child: Child, today: date) -> list[tuple[str, str]]:
    year = school_year(today)
    rows = visible(request, AttendanceDay).filter(child=child, on__gte=date(year, 9, 1), on__lte=today)
    sessions = counted_up(Day(*row) for row in rows.values_list("on", "am", "pm"))
    if not sessions.possible:
        return []
    lines = [(f"School year {year_title(year)}", f"{sessions.percent} of {counted(sessions.possible, 'session')}")]
    if sessions.missed:
        lines.append(("Missed", _missed(sessions)))
    if sessions.is_persistent:
        said = "half of what was possible or more" if sessions.is_severe else "a tenth of what was possible or more"
        lines.append(("Severe absence" if sessions.is_severe else "Persistent absence", said))
    return lines


def _missed(sessions: Sessions) -> str:
    return f"{sessions.authorised} with permission, {sessions.unauthorised} without"


def _about(plan: Episode) -> str:
    parts = (f"since {full_day(plan.stands_from)}", plan.authority_label, plan.in_words("latest_category"))
    return ", ".join(part for part in parts if part)


def _when(step: Step, today: date, *, on_roll: bool) -> str:
    how = standing(step, today=today, on_roll=on_roll)
    due = f"due {full_day(step.due_on)}" if step.due_on else ""
    booked = f"booked for {full_day(step.booked_on)}" if step.booked_on else ""
    late = "not yet recorded as held" if how.how is Stands.ASK else how.words.lower() if how.is_late else ""
    return ", ".join(part for part in (due, booked, late) if part)


def _who(person: Professional) -> str:
    parts = (person.get_role_display(), person.organisation, person.telephone, person.email)
    return ", ".join(part for part in parts if part)
