"""How are dates, times and waiting written? As people at a school say them, in London time.

"3 September 2026", without the year while it is this year; "today", "yesterday"; "9:31am"; "38 min". Never 03/09/26.
`today` and `now` are given by tests and by rules; a page leaves them out and gets the clock.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from safeguarding.once import once

LONDON = ZoneInfo("Europe/London")
_MONTHS = tuple(f"{date(2000, month, 1):%B}" if month else "" for month in range(13))
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def as_day(value: date | datetime) -> date:
    """The day in London of a date or of an aware moment."""
    return value.astimezone(LONDON).date() if isinstance(value, datetime) else value


def start_of(day: date) -> datetime:
    """The first moment of a day in London."""
    return datetime.combine(day, time.min, LONDON)


def school_year(day: date) -> int:
    """The calendar year in which the school year of `day` began: on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def weekday_name(day: date) -> str:
    """Tuesday."""
    return f"{day:%A}"


def full_day(value: date | datetime) -> str:
    """3 September 2026."""
    day = as_day(value)
    return f"{day.day} {_MONTHS[day.month]} {day.year}"


def day_of_year(value: date | datetime) -> str:
    """3 September: for where the year stands beside it."""
    day = as_day(value)
    return f"{day.day} {_MONTHS[day.month]}"


def short_day(value: date | datetime, today: date | None = None) -> str:
    """3 September, with the year when it is not this year."""
    day = as_day(value)
    # A list of fifty rows asks for today a hundred times.
    today = today or once("today", timezone.localdate)
    return day_of_year(day) if day.year == today.year else full_day(day)


def near_day(value: date | datetime, today: date | None = None) -> str:
    """today, yesterday or tomorrow, else 3 September."""
    today = today or timezone.localdate()
    day = as_day(value)
    return _NEAR.get((day - today).days) or short_day(day, today)


def weekday(value: date | datetime) -> str:
    """Tuesday 24 November 2026."""
    return f"{as_day(value):%A} {full_day(value)}"


def clock(value: time | datetime) -> str:
    """9:31am, 4pm."""
    at = value.astimezone(LONDON) if isinstance(value, datetime) else value
    minutes = f":{at:%M}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def moment(value: datetime, today: date | None = None) -> str:
    """today, 9:31am; 3 September, 9:31am."""
    return f"{near_day(value, today)}, {clock(value)}"


def full_moment(value: datetime) -> str:
    """24 November 2026 at 9:31am."""
    return f"{full_day(value)} at {clock(value)}"


def waiting(passed: timedelta, day: timedelta = timedelta(hours=8)) -> str:
    """38 min; 1 hr 5 min; 2 days, where a day is as long as the time counted in one (a school day by default)."""
    minutes = max(int(passed.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    if passed >= day:
        return counted(int(passed / day), "day")
    hours, rest = divmod(minutes, 60)
    return f"{hours} hr {rest} min" if rest else f"{hours} hr"


def elapsed(passed: timedelta) -> str:
    """38 min; 3 hr 36 min; 2 days 14 hr: time as it passes, nights and weekends in it."""
    if passed < timedelta(days=1):
        return waiting(passed, timedelta(days=1))
    days, rest = divmod(passed, timedelta(days=1))
    hours = rest // timedelta(hours=1)
    return f"{counted(days, 'day')} {hours} hr" if hours else counted(days, "day")


def day_ahead(value: date | datetime, today: date) -> str:
    """today, tomorrow, Monday within the week that comes, else on 30 November: for "from 8am …"."""
    day = as_day(value)
    ahead = (day - today).days
    if ahead < 2:
        return near_day(day, today)
    return weekday_name(day) if ahead < 7 else f"on {short_day(day, today)}"


def until(value: date | datetime, today: date | None = None) -> tuple[str, str]:
    """How far off a due date is and how that looks: ("2 days overdue", "over"), ("today", "today"), ("in 6 days",
    "").
    """
    today = today or timezone.localdate()
    days = (as_day(value) - today).days
    if days < 0:
        return f"{counted(-days, 'day')} overdue", "over"
    if days < 2:
        return _NEAR[days], "today" if days == 0 else ""
    return f"in {days} days", ""


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 day, 2 days; 1 child, 2 children."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
