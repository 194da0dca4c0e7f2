"""How long has a concern waited? In real time where it cannot wait for school, with what of it was in school hours."""

from datetime import UTC, datetime, timedelta

from safeguarding import dates
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.concerns.models import Concern, HowSoon


def waited(concern: Concern, calendar: SchoolCalendar, at: datetime) -> tuple[str, str]:
    """How long it has waited, in words, and how much of that in school hours where both are said.

    Needed today or right now: ("3 hr 36 min", "39 min of it in school hours"), for a child does not wait for Monday.
    Anything else waits in school hours alone: ("2 days", ""). Opened again, it waits from then on.
    """
    # In UTC: between two times of London the hour of a change of clocks would be lost.
    since, at = (concern.reopened_at or concern.logged_at).astimezone(UTC), at.astimezone(UTC)
    school = calendar.hours_between(since, at)
    if concern.how_soon < HowSoon.TODAY:
        return dates.waiting(school, calendar.length), ""
    return dates.elapsed(at - since), _of_it(school, at - since, calendar.length)


def _of_it(school: timedelta, passed: timedelta, day: timedelta) -> str:
    """How much of the time that passed was in school hours; empty where all of it was."""
    if school >= passed:
        return ""
    if school >= day:
        return f"{dates.counted(int(school / day), 'school day')} of it"
    words = dates.waiting(school, day) if school >= timedelta(minutes=1) else "none"
    return f"{words} of it in school hours"
