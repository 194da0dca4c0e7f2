"""Until when has a file to be sent? By the school's own time, or Harbour's, and by the calendar of the school."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from safeguarding.accounts.calendar import SchoolCalendar
from sharing.events.models import TransferTime
from sharing.events.services.law import due_by, transfer_time


@dataclass(frozen=True)
class Days:
    """The time that holds, the day on which it is warned of, and the day on which it is due.

    `missing`: the calendar does not reach so far, and days were counted as if every weekday were a school day.
    """

    time: TransferTime
    warn_on: date
    due_on: date
    missing: str = ""


def days_of(school_id: UUID, last_day: date) -> Days:
    """The days of a child who leaves, or left, on this day: the day after it is the first."""
    time, calendar = transfer_time(school_id, last_day), SchoolCalendar.of(school_id)
    warn, due = due_by(time, last_day, calendar)
    if warn.day and due.day:
        return Days(time, warn.day, due.day)
    missing = due.missing or warn.missing
    warn, due = due_by(time, last_day, replace(calendar, terms=()))
    assert warn.day and due.day  # noqa: S101  (without terms every weekday counts)
    return Days(time, warn.day, due.day, missing)
