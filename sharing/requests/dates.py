"""By when is a request answered, and why? Every date replayed from what stands, and each step of it as a sentence.

Pure. Domain reference 5.5: the period begins on the latest of receipt, proof of identity and fee, where those were
asked for; a month keeps the day, else it is the last of the month; days on which the school waits to be told what is
meant do not count, from the beginning of the period on; a weekend or bank holiday moves the end to the next working
day, which is to be confirmed as long as bank holidays are not announced as far as that. Holidays of a school stop
nothing. The educational record (5.6) and complaints (6) have dates of their own. The order in which steps were recorded
makes no difference, and a step that was withdrawn counts for nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from safeguarding.clocks import Due, add_months, known_day
from safeguarding.dates import counted, day_of_year, full_day

from .reckoning import Paused, Period, Spans, period, waited

_DAY = timedelta(days=1)
_SPOKEN = ("spoken", "telephone")


class Step(Protocol):
    """A row of `RequestStep`, as far as it is asked here."""

    @property
    def kind(self) -> str: ...
    @property
    def happened_on(self) -> date: ...
    @property
    def withdrawn_at(self) -> object: ...


class Time(Protocol):
    """A row of `ReplyTime`, as far as it is asked here."""

    @property
    def amount(self) -> int: ...
    @property
    def law(self) -> str: ...
    @property
    def to_confirm(self) -> bool: ...


@dataclass(frozen=True)
class Dates:
    """What was reckoned. `due_on` is the limit of the law; without one, the period has not begun, stands still, or the
    law names none (a complaint). `missing` says why the limit is not known yet; until it is, the school keeps to
    `keep_to`, the day before it is moved to a working day. `sentences` say each step.
    """

    start: date | None
    paused_days: int = 0
    is_paused: bool = False
    is_extended: bool = False
    due_on: date | None = None
    missing: str = ""
    keep_to: date | None = None
    target_on: date | None = None
    extend_by: date | None = None
    record_due_on: date | None = None
    acknowledge_by: date | None = None
    warn_on: date | None = None
    acknowledged_on: date | None = None
    sentences: tuple[str, ...] = ()

    @property
    def has_begun(self) -> bool:
        return self.start is not None

    @property
    def answer_by(self) -> date | None:
        """The last day for the answer; while it is to be confirmed, the one to keep to."""
        return self.due_on or self.keep_to

    @property
    def is_for_two(self) -> bool:
        """Whether the copies and the educational record each have a day of their own."""
        return self.record_due_on is not None

    @property
    def next_on(self) -> date | None:
        """What falls due first: the educational record or the answer; of a complaint, that it is acknowledged."""
        if self.acknowledge_by:
            return None if self.acknowledged_on else self.acknowledge_by
        return min((day for day in (self.record_due_on, self.answer_by) if day), default=None)


Holidays = Callable[[int], Collection[date]]
SchoolDays = Callable[[date, int], Due]


def reckon(
    received_on: date,
    steps: Iterable[Step],
    times: Mapping[str, Time],
    holidays: Holidays,
    school_days: SchoolDays,
    *,
    right: str = "access",
    wants_record: bool = False,
    channel: str = "",
    maintained: bool | None = None,
) -> Dates:
    """Every date of a request.

    `holidays(year)` are the bank holidays of a year. `school_days(day, n)` is the nth school day after a day.
    `maintained`: whether the school is one, None where nobody has said.
    """
    days = _by_kind(steps)
    if right == "complaint":
        return _complaint(received_on, days, times)
    said = [_received(received_on, channel)]
    start = _start(received_on, days, said)
    record, of_record = (
        _record(received_on, times, school_days, channel, maintained)
        if right == "access" and wants_record
        else (None, [])
    )
    if start is None:
        return Dates(None, record_due_on=record, sentences=(*said, *of_record))
    pauses = _pauses(days, right, said)
    first = period(start, times["reply"].amount, pauses, holidays)
    extended = _extension(first, days.get("extended", []), said)
    months = times["reply"].amount + (times["extension"].amount if extended else 0)
    whole = period(start, months, pauses, holidays) if extended else first
    due = known_day(whole.due_on) if whole.due_on else Due()
    said += _month(start, months, whole, due, times)
    if not extended and whole.ends_on:
        said.append(_may_extend(first))
    target = start + timedelta(days=times["target"].amount)
    said.append(
        f"The school’s own aim is {counted(times['target'].amount, 'day')}: {full_day(target)}. That is not law."
    )
    return Dates(
        start,
        paused_days=whole.paused_days,
        is_paused=whole.ends_on is None,
        is_extended=extended,
        due_on=due.day,
        missing=due.missing,
        keep_to=whole.ends_on if due.missing else None,
        target_on=target,
        extend_by=first.ends_on,
        record_due_on=record,
        sentences=(*said, *of_record),
    )


def _by_kind(steps: Iterable[Step]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for step in steps:
        if step.withdrawn_at is None:
            found.setdefault(step.kind, []).append(step.happened_on)
    return {kind: sorted(some) for kind, some in found.items()}


# --- when it begins


def _received(received_on: date, channel: str) -> str:
    aloud = " A request that is said aloud counts from that day too." if channel in _SPOKEN else ""
    return f"It was received on {full_day(received_on)}.{aloud}"


def _start(received_on: date, days: Mapping[str, list[date]], said: list[str]) -> date | None:
    """The latest of receipt, proof of identity and fee, as far as they were asked for. None while one is awaited."""
    begins = [received_on]
    awaited = False
    for what, asked_kind, given_kind, given in (
        ("Proof of identity", "identity_asked", "identity_seen", "was seen"),
        ("A fee", "fee_asked", "fee_paid", "was paid"),
    ):
        asked = days.get(asked_kind, [])
        if not asked:
            continue
        came = next((day for day in days.get(given_kind, []) if day >= asked[-1]), None)
        if came is None:
            awaited = True
            said.append(
                f"{what} was asked for on {full_day(asked[-1])} and has not come: the period begins on the day it does."
            )
        else:
            begins.append(came)
            said.append(f"{what} was asked for on {full_day(asked[0])} and {given} on {full_day(came)}.")
    if awaited:
        return None
    start = max(begins)
    if start > received_on:
        said.append(f"So the period begins on {full_day(start)}, the latest of these days.")
    return start


# --- what does not count


def _pauses(days: Mapping[str, list[date]], right: str, said: list[str]) -> list[Paused]:
    """From each day on which the school asked what is meant to the day on which it was told; only for a copy."""
    asked = days.get("clarification_asked", [])
    if asked and right != "access":
        said.append("Asking what is meant stops the time only of a request for a copy: here every day counts.")
        return []
    return waited(asked, days.get("clarification_given", []))


def _extension(first: Period, told: list[date], said: list[str]) -> bool:
    """Whether further time was told in time."""
    if not told:
        return False
    in_time = [day for day in told if first.ends_on is None or day <= first.ends_on]
    if in_time:
        said.append(f"Further time was told on {full_day(in_time[0])}, before the first month ended.")
        return True
    assert first.ends_on is not None  # noqa: S101  (else it is in time)
    said.append(
        f"Further time was told on {full_day(told[0])}. That was too late: it had to be told by "
        f"{full_day(first.ends_on)}, so it does not count."
    )
    return False


def _may_extend(first: Period) -> str:
    assert first.ends_on is not None  # noqa: S101  (asked by the caller)
    return (
        f"If the answer needs two further months, the person is told so, with reasons, by {full_day(first.ends_on)}. "
        f"Read strictly the month ends a day earlier: tell them by {full_day(first.ends_on - _DAY)}."
    )


# --- a month from there


def _month(start: date, months: int, whole: Period, due: Due, times: Mapping[str, Time]) -> list[str]:
    law = f"{times['reply'].law}{', to be confirmed' if times['reply'].to_confirm else ''}"
    base = add_months(start, months)
    said = [f"{counted(months, 'month').capitalize()} from {full_day(start)} is {full_day(base)} ({law})."]
    if base.day != start.day:
        said[0] += f" {base:%B} has no day {start.day}, so its last day counts."
    said += [_of_pause(one) for one in whole.counted] + [_too_late(one) for one in whole.ignored]
    if whole.ends_on is None:
        open_since = whole.open_since or start
        said.append(
            f"What is meant was asked on {full_day(open_since)} and has not been answered: the time stands still from "
            "then on, and there is no date until the answer comes."
        )
        return said
    if whole.paused_days:
        added = counted(whole.paused_days, "day")
        said.append(f"{added} added to {full_day(base)} make {full_day(whole.ends_on)}.")
    if due.day is None:
        kept_to = full_day(whole.ends_on)
        return [*said, f"{due.missing} So the last day is to be confirmed: keep to {kept_to} until it is."]
    if due.day != whole.ends_on:
        what = f"a {whole.ends_on:%A}" if whole.ends_on.weekday() > 4 else "a bank holiday"
        said.append(f"{full_day(whole.ends_on)} is {what}: the next working day is {full_day(due.day)}.")
    said.append(f"So the answer is due by {full_day(due.day)}.")
    return said


def _of_pause(one: Spans) -> str:
    if one.days == 1:
        return f"On {full_day(one.first)} the school asked what is meant and was told: that day does not count."
    return (
        f"From {day_of_year(one.first)} to {full_day(one.last)} the school waited to be told what is meant: "
        f"{counted(one.days, 'day')} do not count."
    )


def _too_late(one: Paused) -> str:
    return f"What is meant was asked on {full_day(one.asked)}, after the period had ended: that changes nothing."


# --- the educational record, and complaints


def _record(
    received_on: date, times: Mapping[str, Time], school_days: SchoolDays, channel: str, maintained: bool | None
) -> tuple[date | None, list[str]]:
    """By when a parent sees the educational record, which has a date of its own."""
    time = times["record"]
    if maintained is False:
        return None, ["This is no maintained school: the educational record has no date of its own here."]
    if channel in _SPOKEN:
        return None, [
            "The educational record was asked for aloud. Its own time begins with a request in writing: ask for one."
        ]
    due = school_days(received_on, time.amount)
    if due.day is None:
        return None, [f"The date of the educational record cannot be reckoned. {due.missing}"]
    said = [
        f"The educational record is due {counted(time.amount, 'school day')} after it was received: "
        f"{full_day(due.day)} ({time.law})."
    ]
    if maintained is None:
        said.append(
            "That holds for maintained schools alone. Harbour does not know whether this school is one: keep to the "
            "date unless you know that it is not."
        )
    if channel == "email":
        said.append("An e-mail is taken as writing; that is to be confirmed.")
    return due.day, said


def _complaint(received_on: date, days: Mapping[str, list[date]], times: Mapping[str, Time]) -> Dates:
    """A complaint is acknowledged within 30 days beginning when it is received; its outcome has no date in law."""
    time = times["acknowledge_complaint"]
    by = received_on + timedelta(days=time.amount)
    warn = received_on + timedelta(days=times["warn_complaint"].amount)
    acknowledged = next(iter(days.get("acknowledged", [])), None)
    law = f"{time.law}{', to be confirmed' if time.to_confirm else ''}"
    said = [
        f"The complaint was received on {full_day(received_on)}.",
        f"It is acknowledged within 30 days, and the day it came is the first: by {full_day(by)} ({law}).",
        f"Another reading gives {full_day(by + _DAY)}. Keep to the earlier day.",
    ]
    if acknowledged:
        late = " That was late." if acknowledged > by else ""
        said.append(f"It was acknowledged on {full_day(acknowledged)}.{late}")
    else:
        said.append(f"Harbour reminds you from {full_day(warn)} on.")
    said.append("The outcome is told without undue delay. The law names no day for it; tell how it stands until then.")
    return Dates(received_on, acknowledge_by=by, warn_on=warn, acknowledged_on=acknowledged, sentences=tuple(said))
