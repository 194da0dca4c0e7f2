"""How are a rule, a date, and what stopped destruction told in words?"""

from collections.abc import Iterable
from datetime import date, timedelta

from safeguarding.dates import counted, elapsed, full_day

from .models import Brake, Outcome, RetentionDate, RetentionRule, Trigger
from .periods import AT_LEAST, BARE, HARM, Kept, Period

_M = RetentionDate.Missing
# After "25 years from".
_SHORT = {
    Trigger.RECEIPT: "the next school’s confirmation",
    Trigger.BIRTH: "birth",
    Trigger.LAST_ENTRY: "the last entry",
    Trigger.BIRTH_YEAR: "the end of the year of birth",
    Trigger.ENTRY: "the end of the school year",
    Trigger.LEAVING: "the day the child left",
    Trigger.MOVED: "the day the child left, or of its entry here",
}
_THEN = {
    Outcome.REVIEW: "then reviewed",
    Outcome.TRANSFER: "then it goes to the next school",
    Outcome.DESTROY: "then destroyed",
    Outcome.EMPTY: "then emptied",
}
# What to do where there is no date, or it does not run.
TO_DO: dict[str, str] = {
    _M.ON_ROLL: "This is a forecast. The period runs once the child has left.",
    _M.LAST_SCHOOL: (
        "A safeguarding lead states here whether the next school has confirmed that it has the file, or that this "
        "is the last school. If the child has died, the office adds the day to the child’s details. Until then nothing "
        "is due."
    ),
    _M.BIRTH: "The day of birth is not known. The office adds it to the child’s details; until then nothing is due.",
    _M.OPEN: "It is still open or in use. The period runs once that is over.",
    _M.ASKED: (
        "Something on this record may have to be kept under the long rule for abuse. Until each sign is answered "
        "under “Abuse or exploitation”, nothing is due."
    ),
    _M.UNDECIDED: (
        "The next school has the file, and the long rule for abuse applies. A safeguarding lead says under “Abuse or "
        "exploitation” whether the school’s own copy ends. Until then it is kept."
    ),
    _M.RULE: "The school has not adopted the rule yet, or its data protection officer has not agreed. Nothing is due.",
    _M.NONE: "No rule of the schedule applies. Nothing is due.",
}


_WAITS = (
    "The next school is confirmed. The period runs once that school has confirmed that it has the file, on the tab "
    "Sharing or under “The next school has the file”."
)


def waits_for(periods: Iterable[Period]) -> str:
    """For what the period of a child waits whose next school is confirmed, and for whom, by the rules of a school."""
    if any(period.code == BARE and period.is_in_force for period in periods):
        return f"{_WAITS} Where nothing is on the record, rule {BARE} counts from tonight."
    needs = f"Where nothing is on the record, no file goes, and the period needs rule {BARE}"
    return f"{_WAITS} {needs}, which the school has not adopted yet: see the retention schedule."


def length_of(rule: RetentionRule) -> str:
    """25 years; 30 days; empty where the rule gives no number."""
    if rule.years is not None:
        return counted(rule.years, "year")
    return "" if rule.days is None else counted(rule.days, "day")


def raised_or_pension(rule: RetentionRule) -> str:
    """It was raised, or pension age if that is later. The rule counts from ten years before that age."""
    more = (rule.years or AT_LEAST[HARM]) - AT_LEAST[HARM]
    return f"it was raised, or {counted(more, 'year') + ' after ' if more else ''}pension age if that is later"


def period_in_words(rule: RetentionRule) -> str:
    """25 years from the day of birth; of a rule that gives neither a day nor a number, what it says."""
    trigger, length = str(Trigger(rule.trigger).label), length_of(rule)
    if rule.trigger == Trigger.OTHER:
        return length or rule.applies
    if rule.trigger == Trigger.RAISED:
        return f"Until {length} after {raised_or_pension(rule)}"
    return f"Until {trigger}" if rule.days == 0 or not length else f"{length} from {trigger}"


def in_words(rule: RetentionRule) -> str:
    """25 years from the day of birth, then reviewed."""
    joined = ";" if rule.trigger == Trigger.OTHER and not length_of(rule) else ","
    return f"{period_in_words(rule)}{joined} {_THEN[Outcome(rule.outcome)]}"


def until_in_words(kept: Kept, rule: RetentionRule, born: date | None = None) -> str:
    """Kept until 3 September 2041: 25 years from birth, rule R02 version 3. `born`: of whom a file is, whose long rule
    counts from birth where there is no entry.
    """
    if kept.due_on is None:
        return f"Kept: {rule.title} gives no number of years."
    if kept.trigger_on is not None and kept.period is not None and kept.due_on != kept.period.ends(kept.trigger_on):
        return f"Kept until {full_day(kept.due_on)}: longer than {rule.title} says, as a safeguarding lead has stated."
    is_bare = rule.trigger == Trigger.LAST_ENTRY and born is not None and kept.trigger_on == born
    trigger = Trigger.BIRTH if is_bare else Trigger(rule.trigger)
    since = _SHORT.get(trigger, str(trigger.label))
    why = f"{length_of(rule)} from {since}" if rule.years or rule.days else f"until {since}"
    return f"Kept until {full_day(kept.due_on)}: {why}, {rule.title}."


_B = Brake.Kind
# As many days as no school has been without a seal that had one: there was none yet.
_NEVER = 3650
_TIME = "Ask who runs the server to look at its time. By a wrong time records would be destroyed too early."
# What to look at before it goes on.
LOOK_AT: dict[str, str] = {
    _B.TOO_MANY_A_DAY: "Look at what was approved, and why it is so many.",
    _B.TOO_MANY_PLAIN: "Look at what was approved, and why it is so many.",
    _B.TOO_MANY_A_MONTH: "Look at what was approved, and whether a rule of the schedule is right.",
    _B.CLOCKS_APART: _TIME,
    _B.CLOCK_BACK: _TIME,
    _B.SEAL_AHEAD: _TIME,
    _B.NO_SEAL: "Ask who runs the server whether its time is right, and whether the nightly work is done.",
}


def amount_of(brake: Brake) -> str:
    """By how much it was too many, or the time was wrong, in a sentence."""
    if brake.kind in (_B.TOO_MANY_A_DAY, _B.TOO_MANY_PLAIN):
        return f"{counted(brake.amount, 'record')} of the school would be destroyed today."
    if brake.kind == _B.TOO_MANY_A_MONTH:
        return f"{counted(brake.amount, 'file')} of the school would be destroyed within 30 days."
    if brake.kind == _B.NO_SEAL:
        return "There was none yet." if brake.amount > _NEVER else f"It is {counted(brake.amount, 'day')}."
    return f"It is {elapsed(timedelta(minutes=brake.amount))}."
