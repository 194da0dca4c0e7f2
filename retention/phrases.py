"""What is said of a record on a list, in words: what kind it is, and why its time is over. Names nobody."""

from datetime import date

from safeguarding.dates import counted, full_day
from safeguarding.ending.kinds import kinds

from .models import RetentionRule, Trigger
from .periods import BARE, CHILD_FILE
from .wording import period_in_words

# Where the rule would tell its reader of what they may not see.
HIDDEN = ("Its rule rests on something that is", "not shown to you")
_AFTER = {
    Trigger.RECEIPT: ("the next school confirmed that it has the file", "Confirmed"),
    Trigger.BIRTH: ("birth", "Born"),
    Trigger.LAST_ENTRY: ("the last entry, or birth where there is none", "That was on"),
    Trigger.BIRTH_YEAR: ("the end of the year of birth", "That was on"),
    Trigger.ENTRY: ("the school year ended", "It ended on"),
    Trigger.LEAVING: ("the child left", "Left"),
    Trigger.MOVED: ("the child left, or that was entered here", "That was on"),
    Trigger.WITHDRAWAL: ("the child left, or it was withdrawn or ran out", "Over on"),
    Trigger.CLOSURE: ("it was closed", "Closed"),
    Trigger.SETTLED: ("it was dealt with", "That was on"),
    Trigger.EMPLOYMENT: ("the person left", "Left"),
    Trigger.OUTCOME: ("the outcome", "That was on"),
}


def kind_of(kind: str) -> str:
    """Safeguarding file."""
    return kinds_of(kind, 1)


def kinds_of(kind: str, number: int = 2) -> str:
    """Safeguarding files."""
    there = kinds().get(kind)
    return there.called[number != 1] if there else kind


def is_plain(kind: str, rule: RetentionRule | None) -> bool:
    """Whether records of a kind, or that end by a rule, are decided at once: nothing is on a file that ends by R09b."""
    there = kinds().get(kind)
    return bool(there and there.plain) or (kind == CHILD_FILE and rule is not None and rule.code == BARE)


def why(rule: RetentionRule | None, trigger_on: date | None, due_on: date | None) -> tuple[str, str]:
    """Keep until 25 years after birth. Born 8 November 2001, so: and the day, 8 November 2026. Of a rule without a
    number: Keep until the outcome, on: and the day.
    """
    if rule is None or trigger_on is None or due_on is None:
        return "", ""
    if rule.trigger == Trigger.RAISED:
        return f"{period_in_words(rule).replace('Until', 'Keep until', 1)}, so", full_day(due_on)
    after, happened = _AFTER.get(Trigger(rule.trigger), (str(Trigger(rule.trigger).label), "That was on"))
    if rule.years:
        length = f"Keep until {counted(rule.years, 'year')} after {after}."
    elif rule.days:
        length = f"Keep until {counted(rule.days, 'day')} after {after}."
    elif due_on == trigger_on:
        return f"Keep until {after}, on", full_day(due_on)
    else:
        return f"Keep until {after}, on {full_day(trigger_on)}; kept longer, until", full_day(due_on)
    return f"{length} {happened} {full_day(trigger_on)}, so", full_day(due_on)


def rule_of(rule: RetentionRule | None) -> str:
    """Rule R02 version 4."""
    return f"Rule {rule.code} version {rule.version}" if rule else ""
