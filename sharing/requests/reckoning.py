"""When does a period of months end, with days in it that do not count? Pure arithmetic for `dates.py`."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.clocks import add_months

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Paused:
    """From the day on which something was asked to the day of the answer, both of them; without one, still open."""

    asked: date
    answered: date | None


@dataclass(frozen=True)
class Spans:
    """Days that do not count, from the first to the last."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Period:
    """A period as it ends. `ends_on` is None while it stands still, since `open_since`; `due_on` is no weekend and no
    bank holiday. `ignored`: asked for after it had ended.
    """

    ends_on: date | None
    due_on: date | None
    counted: tuple[Spans, ...] = ()
    ignored: tuple[Paused, ...] = ()
    open_since: date | None = None

    @property
    def paused_days(self) -> int:
        return sum(one.days for one in self.counted)


def waited(asked: Iterable[date], answered: Sequence[date]) -> list[Paused]:
    """Each asking with the first answer on its day or after it."""
    return [Paused(day, next((come for come in sorted(answered) if come >= day), None)) for day in sorted(asked)]


def joined(pauses: Iterable[Paused]) -> list[Paused]:
    """The same days without overlap, in order. One that is open holds all after it."""
    found: list[Paused] = []
    for one in sorted(pauses, key=lambda pause: (pause.asked, pause.answered or date.max)):
        last = found[-1] if found else None
        if last is None or (last.answered is not None and one.asked > last.answered + _DAY):
            found.append(one)
        elif last.answered is not None:
            ends = None if one.answered is None else max(last.answered, one.answered)
            found[-1] = Paused(last.asked, ends)
    return found


def period(start: date, months: int, pauses: Iterable[Paused], holidays: Callable[[int], Collection[date]]) -> Period:
    """A period of months from `start`, longer by the days of the pauses that begin before it has ended. Of a pause only
    the days from `start` on count.
    """
    ends = add_months(start, months)
    found: list[Spans] = []
    ignored: list[Paused] = []
    for one in joined(pauses):
        if one.answered is not None and one.answered < start:
            continue
        if one.asked > working_day(ends, holidays):
            ignored.append(one)
        elif one.answered is None:
            return Period(None, None, tuple(found), tuple(ignored), max(one.asked, start))
        else:
            found.append(Spans(max(one.asked, start), one.answered))
            ends += found[-1].days * _DAY
    return Period(ends, working_day(ends, holidays), tuple(found), tuple(ignored))


def working_day(day: date, holidays: Callable[[int], Collection[date]]) -> date:
    """The day itself, or the first after it that is no weekend and no bank holiday."""
    while day.weekday() > 4 or day in holidays(day.year):
        day += _DAY
    return day
