"""When are people told of something that is to come? Pure: asked of steps of plans and of meetings about concerns.

On the last school day before, and again the day before where that is more than three days later: a meeting on the first
day of term is told on the last day of the term before, and on the eve.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from safeguarding.accounts.calendar import LONDON, SchoolCalendar
from safeguarding.dates import as_day, start_of

# So many days after the first telling somebody may have forgotten.
_FORGOTTEN_AFTER = timedelta(days=3)


def moment_of(day: date, at: time | None) -> datetime:
    """The moment by which it is known whether people were told of this day and this time."""
    return datetime.combine(day, at, LONDON) if at else start_of(day)


def days_to_tell(day: date, calendar: SchoolCalendar) -> list[date]:
    """The days on which people are told of what happens on `day`: one or two, the earlier first."""
    first, eve = calendar.last_school_day(day), day - timedelta(days=1)
    return [first, eve] if eve - first > _FORGOTTEN_AFTER else [first]


def is_to_tell(
    moment: datetime, now: datetime, calendar: SchoolCalendar, *, told_for: datetime | None, told_on: date | None
) -> bool:
    """Whether people are to be told now of what happens at `moment`.

    `told_for` is the moment of which they were told last, and `told_on` the day on which they were. What has another
    day or time since is told anew; what was booked late is told at once; of what has begun nobody is told.
    """
    today, day = as_day(now), as_day(moment)
    first, *again = days_to_tell(day, calendar)
    is_timed = moment != start_of(day)
    if not first <= today <= day or (is_timed and moment <= now):
        return False
    if told_for != moment or told_on is None:
        return True
    return any(told_on < eve <= today for eve in again)


def furthest(calendars: Iterable[SchoolCalendar], today: date) -> date:
    """The last day of which people of some of these schools may be told today."""
    return max((calendar.next_school_day(today) for calendar in calendars), default=today)
