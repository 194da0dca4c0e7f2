"""What did leads of the matrix's world mark?

Significant entries, entries by hand, patterns, and a meeting that was prepared.
"""

from types import SimpleNamespace
from typing import Any

from safeguarding.concerns import chronology
from safeguarding.concerns.models import PatternRule
from safeguarding.concerns.services import briefs, patterns, significant
from safeguarding.keys import uuid7
from tests import factories


def mark(world: Any, record: str) -> None:
    """The concern is significant, an entry was added by hand and withdrawn, and its pattern was said to be none."""
    word, by, keys = world.word, world.lead_of(record), world.keys[record]
    child, concern, then = world.children[record], world.concerns[record], factories.SCHOOL_DAY
    rule = _rule(world, record)
    keys["rule"] = rule.pk
    asks = SimpleNamespace(user=by)
    # Where its file has a story of its own, that is what is significant in it.
    entry = chronology.find(asks, child, "logged", concern.pk) or chronology.find(
        asks, child, "linked", concern.children.get(child=child).pk
    )
    significant.pin(child=child, entry=entry, seen=None, token=uuid7(), analysis=word(), by=by, at=then)
    happened = significant.Happened(what="call", on=then.date(), text=word(), told_by=word())
    added = significant.add_entry(child=child, token=uuid7(), happened=happened, by=by, at=then)
    significant.withdraw_entry(entry=added, reason=word(), by=by, at=then)
    keys["entry"] = added.pk
    patterns.rule_on(
        rule=rule, child=child, concerns=[concern], verdict="not", reason=word(), token=uuid7(), by=by, at=then
    )
    if record == "open":
        written = briefs.Written(worries=word(), works=word(), asks=word())
        briefs.save_brief(child=child, seen=0, written=written, by=by, at=then)


def _rule(world: Any, record: str) -> PatternRule:
    """One of each school: that of the records "open" and "other"."""
    school = world.school_of(record)
    if record in ("open", "other"):
        made = patterns.add_rule(
            school=school, token=uuid7(), kind="number", number=2, days=9, by=world.lead_of(record)
        )
        world.keys[record]["own_rule"] = made.pk
        return made
    [rule] = patterns.rules_of(school.pk)
    return rule
