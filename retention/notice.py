"""What does the retention schedule say in the privacy notice? How long what Harbour holds of children is kept, by the
rules in force, what ends with another record or not yet, and when what was destroyed has left the backups.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.text import capfirst

from safeguarding.dates import counted
from safeguarding.ending.by_child import rows_of
from safeguarding.ending.kinds import kinds
from safeguarding.once import once
from safeguarding.personal_data import Sensitive, about_children, categorised
from safeguarding.privacy_notice import (
    Asked,
    Blank,
    Block,
    Facts,
    Section,
    asks,
    looks_at,
    rests_on,
    secures,
    table,
    tells,
    text,
)
from safeguarding.sealing.services.backups_standing import backups_standing

from .models import RetentionRule, Trigger
from .periods import WITH_THE_FILE
from .services.progress import backups_live
from .services.schedule import schedule_of
from .wording import length_of, period_in_words

# No rule of the schedule speaks of it: what Harbour has of the admission register is part of the child's record.
_ADMISSION = "What we hold of the admission register: names, birth date, addresses, parents and carers, days on roll"
_FILE = "As long as the child’s safeguarding file"
_WITH_IT = (_FILE, "Ends with that file")
# By rule, what is held of families and no kind of record ends: how long, and what then happens.
_SO_FAR = {
    "R19": (
        _FILE,
        "Ends with that file. That something was shared, and when, stays in the record of who has seen and done what",
    ),
    "R20": ("At least {years}", "It stays: nothing removes it yet"),
}


def _told_of() -> frozenset[str]:
    """The codes of the rules by which something about a child ends: the notice promises what a kind carries out."""
    about = about_children()
    told = [kind for kind in kinds().values() if kind.model in about or rows_of(kind.key)]
    return frozenset(code for kind in told for code in kind.rules)


def _schedule(asked: Asked) -> list[tuple[RetentionRule | None, RetentionRule | None]]:
    school_id = asked.school.pk
    return once(("notice schedule", school_id), lambda: schedule_of(school_id))


def _told(asked: Asked) -> list[tuple[RetentionRule | None, RetentionRule | None]]:
    """Each rule of what is told: in force, and proposed."""
    codes = _told_of()
    return [pair for pair in _schedule(asked) if (rule := pair[0] or pair[1]) and rule.code in codes]


def _in_force(asked: Asked) -> list[RetentionRule]:
    return [rule for rule, _ in _told(asked) if rule is not None]


def _periods(asked: Asked) -> Iterable[Block]:
    rows = [(rule.record_class, _how_long(rule), capfirst(rule.get_outcome_display())) for rule in _in_force(asked)]
    yield table("How long we keep each kind of record", ("Record", "How long", "What then happens"), rows)


def _by_no_rule_of_its_own(asked: Asked) -> Iterable[Block]:
    """What ends with another record, and what nothing removes yet: in force or not, it is so."""
    rules = {rule.code: rule for pair in _schedule(asked) if (rule := pair[0] or pair[1])}
    rows = [(_ADMISSION, *_WITH_IT)]
    rows += [(rules[code].record_class, *_WITH_IT) for code in sorted(WITH_THE_FILE & rules.keys())]
    for code, (how_long, then) in _SO_FAR.items():
        if code in rules:
            years = length_of(rules[code]) or "as long as the schedule says"
            rows.append((rules[code].record_class, how_long.format(years=years), then))
    caption = "What ends with a child’s file, and what nothing removes yet"
    yield table(caption, ("Record", "How long", "What then happens"), rows)


def _how_it_ends(asked: Asked) -> Iterable[Block]:
    """That two people decide: so it is of every kind of record about children with a period."""
    yield text("We keep a record longer where the law, the police, a court or an inquiry requires it.")
    if _in_force(asked):
        yield text(
            "When the time of one of these records is over, people look at it, two of them decide, and it is "
            "confidentially destroyed. We keep a list of what was destroyed, which names nobody. Ask the school office "
            "for the whole schedule."
        )


def _how_long(rule: RetentionRule) -> str:
    """25 years from the day of birth; of a rule that gives no day, what it says."""
    return rule.applies if rule.trigger == Trigger.OTHER else period_in_words(rule)


def _missing(asked: Asked) -> Iterable[Blank]:
    """What Harbour destroys one day, and nobody can be told when."""
    open_ = [rule for held, rule in _told(asked) if held is None and rule is not None]
    if open_ or not _in_force(asked):
        names = "; ".join(f"{rule.record_class} ({rule.code})" for rule in open_) or "no rule of it is in force"
        yield Blank(f"how long records are kept, by the schedule: {names}", "retention_schedule")


def _has_left_backups(at: datetime) -> bool:
    return backups_standing(at=at).is_well


def _versions(asked: Asked) -> list[str]:
    return [rule.title for rule in _in_force(asked)]


def _changed(asked: Asked, kept: Facts) -> Iterable[str]:
    codes = _told_of()
    now, then = set(_versions(asked)), {title for title in kept.get("schedule", ()) if _code(title) in codes}
    for title in sorted(now - then):
        yield f"The notice does not say what {title} says, which is in force."
    for title in sorted(then - now):
        yield f"The notice says what {title} says, which is no longer in force."


def _destroyed(asked: Asked) -> list[str]:
    return [rule.code for rule in _in_force(asked)]


def _not_done(asked: Asked, kept: Facts) -> Iterable[str]:
    """What a version says is destroyed, and no kind carries out. One from before versions kept it said so of its whole
    schedule.
    """
    said = kept.get("destroyed", [_code(title) for title in kept.get("schedule", ())])
    names = {rule.code: rule.record_class for pair in _schedule(asked) if (rule := pair[0] or pair[1])}
    for code in sorted(set(said) - _told_of()):
        named = f"“{names[code]}” (rule {code})" if code in names else f"Rule {code}"
        yield f"{named}: the notice says that two people decide, and it is destroyed. Harbour does not do that."


def _code(title: str) -> str:
    """The code in the title of a rule: R08 of "rule R08 version 1"."""
    return title.split()[1]


categorised("retention", "How long a record is kept, and why", Sensitive.SPECIAL, Sensitive.OFFENCES)
tells(Section.KEEP, _periods)
tells(Section.KEEP, _how_it_ends, order=60)
tells(Section.KEEP, _by_no_rule_of_its_own, order=70)
secures(
    "destroyed",
    lambda: f"What is destroyed has left every backup that Harbour makes after {counted(backups_live().days, 'day')}.",
    passes=_has_left_backups,
)
asks(_missing)
rests_on("schedule", _versions)
rests_on("destroyed", _destroyed)
looks_at("Periods match the retention schedule", _changed)
looks_at("What it says is destroyed is destroyed", _not_done, promises=True)
