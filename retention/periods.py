"""Until when is a record kept, and by which rule? Day arithmetic alone, without a database.

Domain reference 4, 12 and 13: a file that the next school has confirmed ends by R01, before every other rule but the
long one for abuse (R03): of these two neither wins, a lead says which. While a sign of abuse is not answered, nothing
is due. Where the child went to another school and nothing is on the record, it ends by R09b, if no other applies. Of
the others that apply the longest wins. A record is kept through its last day, and may be destroyed from the day after.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.clocks import add_months

from .models import RetentionDate, Trigger

M = RetentionDate.Missing
# The kind whose date is worked out here by a function of its own.
CHILD_FILE = "child_file"
MOVED, LAST_SCHOOL, ABUSE, LOOKED_AFTER, NEEDS = "R01", "R02", "R03", "R05", "R07"
# Rules of a child's file beside R01, R02 and R03: each applies where the app that knows says so (`ending.dates`).
WHERE = {LOOKED_AFTER: "looked_after", NEEDS: "plan_for_needs"}
# From which days the long rule may count: the school's choice (domain reference 13, "start of R03").
STARTS = (Trigger.LAST_ENTRY, Trigger.BIRTH)
# A child who went to another school, and nothing is on the record.
BARE = "R09b"
# Rules of what is part of a child's file, and ends with it; and of what Harbour does not hold.
WITH_THE_FILE, OUTSIDE = frozenset({"R04", "R06", "R25"}), frozenset({"R09", "R17"})
# The rule of accounts: no kind of record ends by it, its account is emptied and stays.
EMPTIED = "R27"
# A concern about an adult that met the harm threshold: its fact gives the day ten years before pension age, if later.
HARM = "R10"
# No school keeps these shorter (KCSIE part four).
AT_LEAST = {HARM: 10}


@dataclass(frozen=True)
class Period:
    """How long one version of a rule keeps a record. `key` is that of its row."""

    code: str
    key: object
    years: int | None
    days: int | None
    trigger: str
    is_in_force: bool

    def ends(self, trigger: date) -> date | None:
        """The last day, counted from the day of the trigger; None where the rule gives no number.

        29 February plus years ends on 28 February. What is counted from a day of the far future, as somebody typed it,
        ends with the calendar.
        """
        try:
            if self.years is not None:
                return add_months(trigger, 12 * self.years)
            return None if self.days is None else trigger + timedelta(days=self.days)
        except (ValueError, OverflowError):
            return date.max


@dataclass(frozen=True)
class Abuse:
    """What is said of a file as to the long rule for abuse (`services/signs.py`).

    `is_asked`: a sign is not answered. `since`: the rule applies, and the newest of that by which it does came on that
    day. `ours_ends`, `ours_stays`: the day on which it was said what becomes of the own copy where the next school has
    the file.
    """

    is_asked: bool = False
    since: date | None = None
    ours_ends: date | None = None
    ours_stays: date | None = None

    @property
    def may_apply(self) -> bool:
        return self.is_asked or self.since is not None


@dataclass(frozen=True)
class File:
    """What the date of a child's file rests on. `applying` are codes of `WHERE` that apply. `last_entry` is known where
    a rule counts from it.

    `moved`: since when the child is gone to another school that is known. `is_bare`: nothing is on the record. Both are
    known only where the school has the rule that asks for them.
    """

    born: date | None
    left: date | None
    receipt: date | None = None
    is_last_school: bool = False
    keep_until: date | None = None
    applying: Collection[str] = ()
    moved: date | None = None
    is_bare: bool = False
    abuse: Abuse = Abuse()
    last_entry: date | None = None


@dataclass(frozen=True)
class Kept:
    """Until when, by which rule, counted from which day; or what is missing.

    With both a day and something missing the day is a forecast: nothing is due by it.
    """

    period: Period | None = None
    trigger_on: date | None = None
    due_on: date | None = None
    missing: str = ""

    def is_over(self, today: date) -> bool:
        """Whether its time has passed: it may be destroyed from the day after the last."""
        return not self.missing and self.due_on is not None and self.due_on < today


def of_file(file: File, periods: Iterable[Period]) -> Kept:
    """Until when a child's file is kept."""
    by_code = {period.code: period for period in periods}
    kept = _by_rules(file, by_code)
    # Nothing ends while somebody has still to say whether the long rule applies: the day is a forecast.
    return _but(kept, M.ASKED) if file.abuse.is_asked and not kept.missing else kept


def _by_rules(file: File, by_code: Mapping[str, Period]) -> Kept:
    has_moved = file.left is not None and file.receipt is not None and MOVED in by_code
    stays = has_moved and _ours_stays(file, by_code)
    if file.receipt is not None and has_moved and not stays:
        if _is_undecided(file, by_code):
            return Kept(missing=M.ASKED if file.abuse.since is None else M.UNDECIDED)
        return _later(_counted(by_code[MOVED], file.receipt), file.keep_until)
    if BARE in by_code and _ends_bare(file) and file.moved is not None:
        return _later(_counted(by_code[BARE], file.moved), file.keep_until)
    codes = [LAST_SCHOOL, *(code for code in WHERE if code in file.applying)]
    codes += [ABUSE] if file.abuse.may_apply else []
    applying = [by_code[code] for code in codes if code in by_code]
    if not applying:
        return Kept(missing=M.NONE)
    if file.born is None:
        return Kept(missing=M.BIRTH)
    found = [_counted(period, _start(period, file.born, file.last_entry)) for period in applying]
    longest = max(found, key=_length)
    # A rule that would keep it longer and is not adopted yet keeps it: it may be adopted.
    kept = _later(longest, file.keep_until)
    if file.left is None:
        return _but(kept, M.ON_ROLL)
    if not (file.is_last_school or stays):
        return _but(kept, M.LAST_SCHOOL)
    return kept


def _start(period: Period, born: date, last_entry: date | None) -> date:
    """The day from which a rule counts: that of birth, or of the last entry if later."""
    return max(born, last_entry) if period.trigger == Trigger.LAST_ENTRY and last_entry else born


def _is_undecided(file: File, by_code: Mapping[str, Period]) -> bool:
    """Whether the next school has the file, the long rule applies, and nobody has said since what becomes of ours."""
    abuse = file.abuse
    if ABUSE not in by_code or not abuse.may_apply:
        return False
    return abuse.ours_ends is None or (abuse.since is not None and abuse.ours_ends < abuse.since)


def _ours_stays(file: File, by_code: Mapping[str, Period]) -> bool:
    """Whether the school keeps its own copy under the long rule, although the next school has the file."""
    return ABUSE in by_code and file.abuse.may_apply and file.abuse.ours_stays is not None


def _ends_bare(file: File) -> bool:
    """Whether nothing is on the record of a child who went to another school, and no other rule applies."""
    return (
        file.left is not None
        and file.is_bare
        and not file.is_last_school
        and not (file.applying or file.abuse.may_apply)
    )


def of_record(since: Mapping[str, date | None], periods: Iterable[Period], keep_until: date | None = None) -> Kept:
    """Until when a record of another kind is kept. `since`: for each rule of its kind, by its code, the day from which
    that counts, where it has come. Of several the longest counts.
    """
    applying = [period for period in periods if period.code in since]
    if not applying:
        return Kept(missing=M.NONE)
    found = [_counted(period, day) for period in applying if (day := since[period.code]) is not None]
    if not found:
        return Kept(applying[0], missing=M.OPEN)
    return _later(max(found, key=_length), keep_until)


def _length(kept: Kept) -> tuple[date, str]:
    return kept.due_on or date.max, kept.period.code if kept.period else ""


def _counted(period: Period, trigger: date) -> Kept:
    due = period.ends(trigger)
    return Kept(period, trigger, due, "" if period.is_in_force and due else M.RULE)


def _later(kept: Kept, until: date | None) -> Kept:
    """Kept longer, where somebody has stated so."""
    if until is None or kept.due_on is None or until <= kept.due_on:
        return kept
    return Kept(kept.period, kept.trigger_on, until, kept.missing)


def _but(kept: Kept, missing: str) -> Kept:
    return Kept(kept.period, kept.trigger_on, kept.due_on, missing)


def is_from(trigger: str) -> str:
    """The words of a trigger for "25 years from …"."""
    return str(Trigger(trigger).label)
