"""Until when has a file to be sent? By the school's own time, or Harbour's, and by the calendar of the school."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.dates import full_day
from safeguarding.working_days import add_working_days
from sharing.events.models import TransferTime
from sharing.events.services.law import due_by, first_day_of_times, transfer_time


@dataclass(frozen=True)
class Days:
    """The time that holds, the day on which it is warned of, and the day on which it is due.

    `missing`: the calendar does not go so far, and working days of offices were counted: rather early than late.
    """

    time: TransferTime
    warn_on: date
    due_on: date
    missing: str = ""


def too_early(school_id: UUID, last_day: date) -> str:
    """Why no day can be counted from this last day, without its full stop: it is before the first of the times. Empty
    where one can.
    """
    first = first_day_of_times(school_id)
    if last_day >= first:
        return ""
    return (
        f"Harbour knows no time for sending a file of a child who left before {full_day(first)}. State on the tab "
        "“Retention” what became of the file"
    )


def days_of(school_id: UUID, last_day: date) -> Days:
    """The days of a child who leaves, or left, on this day: the day after it is the first."""
    time = transfer_time(school_id, last_day)
    warn, due = due_by(time, last_day, SchoolCalendar.of(school_id))
    warn_on = warn.day or add_working_days(last_day, time.warn_after)
    return Days(time, warn_on, due.day or add_working_days(last_day, time.amount), due.missing)
