"""What is said of a record on a list, in words: what kind it is, and why its time is over. Names nobody."""

from datetime import date

from safeguarding.dates import counted, full_day

from .models import RetentionRule, Trigger

# One of a kind, and several.
_KINDS = {"child_file": ("Safeguarding file", "Safeguarding files"), "photograph": ("Photograph", "Photographs")}
# Where the rule would tell its reader of what they may not see.
HIDDEN = ("Its rule rests on something that is", "not shown to you")
_AFTER = {
    Trigger.RECEIPT: ("the next school confirmed that it has the file", "Confirmed"),
    Trigger.BIRTH: ("birth", "Born"),
    Trigger.LAST_ENTRY: ("the last entry", "That was on"),
    Trigger.LEAVING: ("the child left", "Left"),
    Trigger.MOVED: ("the child left, or that was entered here", "That was on"),
    Trigger.WITHDRAWAL: ("the child left, or consent was withdrawn", "Over on"),
}


def kind_of(kind: str) -> str:
    """Safeguarding file."""
    return _KINDS[kind][0] if kind in _KINDS else kind


def kinds_of(kind: str, number: int = 2) -> str:
    """Safeguarding files."""
    return _KINDS[kind][number != 1] if kind in _KINDS else kind


def why(rule: RetentionRule | None, trigger_on: date | None, due_on: date | None) -> tuple[str, str]:
    """Keep until 25 years after birth. Born 8 November 2001, so: and the day, 8 November 2026."""
    if rule is None or trigger_on is None or due_on is None:
        return "", ""
    after, happened = _AFTER.get(Trigger(rule.trigger), (str(Trigger(rule.trigger).label), "That was on"))
    if rule.years:
        length = f"Keep until {counted(rule.years, 'year')} after {after}."
    elif rule.days:
        length = f"Keep until {counted(rule.days, 'day')} after {after}."
    else:
        length = f"Keep until {after}."
    return f"{length} {happened} {full_day(trigger_on)}, so", full_day(due_on)


def rule_of(rule: RetentionRule | None) -> str:
    """Rule R02 version 4."""
    return f"Rule {rule.code} version {rule.version}" if rule else ""
