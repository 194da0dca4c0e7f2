"""What does the retention schedule say in the privacy notice? How long what Harbour holds of children is kept, by the
rules in force, and when what was destroyed has left the backups.
"""

from collections.abc import Iterable
from datetime import datetime

from safeguarding.dates import counted
from safeguarding.ending.kinds import kinds
from safeguarding.once import once
from safeguarding.personal_data import about_children, categorised
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
from .periods import NOT_YET
from .services.progress import backups_live
from .services.schedule import schedule_of
from .wording import in_words


def _told_of() -> frozenset[str]:
    """The codes of the rules by which something about a child ends: the notice promises what a kind carries out."""
    return frozenset(code for kind in kinds().values() if kind.model in about_children() for code in kind.rules)


def _told(asked: Asked) -> list[tuple[RetentionRule | None, RetentionRule | None]]:
    """Each rule of what is told: in force, and proposed."""
    school_id = asked.school.pk
    pairs = once(("notice schedule", school_id), lambda: schedule_of(school_id))
    codes = _told_of()
    told = [pair for pair in pairs if (rule := pair[0] or pair[1]) and rule.code in codes]
    return [(held, new) for held, new in told if held is not None or new is None or new.code not in NOT_YET]


def _in_force(asked: Asked) -> list[RetentionRule]:
    return [rule for rule, _ in _told(asked) if rule is not None]


def _periods(asked: Asked) -> Iterable[Block]:
    rows = [(rule.record_class, _how_long(rule)) for rule in _in_force(asked)]
    yield table("How long we keep each kind of record", ("Record", "How long"), rows)
    yield text(
        "We keep a record longer where the law, the police, a court or an inquiry requires it. When its time is over, "
        "people look at it, two of them decide, and it is confidentially destroyed. We keep a list of what was "
        "destroyed, which names nobody. Ask the school office for the whole schedule."
    )


def _how_long(rule: RetentionRule) -> str:
    """25 years from the day of birth, then reviewed; of a rule that gives no day, what it says."""
    return rule.applies if rule.trigger == Trigger.OTHER else in_words(rule)


def _missing(asked: Asked) -> Iterable[Blank]:
    """What Harbour destroys one day, and nobody can be told when."""
    open_ = [rule for held, rule in _told(asked) if held is None and rule is not None]
    if open_ or not _in_force(asked):
        names = ", ".join(rule.code for rule in open_) or "no rule of the schedule is in force"
        yield Blank(f"how long records are kept, by the schedule: {names}", "retention_schedule")


def _has_left_backups(at: datetime) -> bool:
    return backups_standing(at=at).is_well


def _versions(asked: Asked) -> list[str]:
    return [rule.title for rule in _in_force(asked)]


def _changed(asked: Asked, kept: Facts) -> Iterable[str]:
    now, then = set(_versions(asked)), set(kept.get("schedule", ()))
    for title in sorted(now - then):
        yield f"The notice does not say what {title} says, which is in force."
    for title in sorted(then - now):
        yield f"The notice says what {title} says, which is no longer in force."


categorised("retention", "How long a record is kept, and why")
tells(Section.KEEP, _periods)
secures(
    "destroyed",
    lambda: f"What is destroyed has left every backup that Harbour makes after {counted(backups_live().days, 'day')}.",
    passes=_has_left_backups,
)
asks(_missing)
rests_on("schedule", _versions)
looks_at("Periods match the retention schedule", _changed)
