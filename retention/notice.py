"""What does the retention schedule say in the privacy notice? How long what Harbour holds of children is kept, by the
rules in force.
"""

from collections.abc import Iterable

from safeguarding.once import once
from safeguarding.personal_data import categorised
from safeguarding.privacy_notice import (
    Asked,
    Blank,
    Block,
    Facts,
    Section,
    asks,
    looks_at,
    rests_on,
    table,
    tells,
    text,
)

from .models import RetentionRule, Trigger
from .services.schedule import schedule_of
from .wording import in_words

# Rules of what Harbour holds of children. The others are about staff, about papers, or about what is kept elsewhere.
_TOLD = (
    *("R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08"),
    *("R15", "R16", "R18", "R19", "R20", "R24", "R25"),
)


def _in_force(asked: Asked) -> list[RetentionRule]:
    school_id = asked.school.pk
    rules = (in_force for in_force, _ in once(("notice schedule", school_id), lambda: schedule_of(school_id)))
    return [rule for rule in rules if rule is not None and rule.code in _TOLD]


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
    if not _in_force(asked):
        yield Blank("how long records are kept: no rule of the schedule is in force", "retention_schedule")


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
asks(_missing)
rests_on("schedule", _versions)
looks_at("Periods match the retention schedule", _changed)
