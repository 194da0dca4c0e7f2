"""Which concerns of the matrix were entered in error, or said to be?

Whose words no page may show, and whose reason leads read.
"""

from types import SimpleNamespace
from typing import Any

from safeguarding.concerns import chronology
from safeguarding.concerns.models import HowSoon
from safeguarding.concerns.services import deciding, error, raising, significant
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report
from safeguarding.keys import uuid7
from tests.matrix.ground import THEN, TODAY


def lay_mistake(world: Any) -> None:
    """A concern about the child of "open" that was entered in error: nobody sees a word of it, on any page."""
    word, by, second = world.word, world.people["lead"], world.people["headteacher"]
    account = AccountFacts(facts=word(), child_words=word(), observed_on=THEN.date(), done_at_once=word())
    children = [
        ChildEntry(role="worried_about", child=world.children["open"]),
        ChildEntry(role="witness", kind="unnamed", description=word()),
    ]
    report = Report(how_soon=HowSoon.RIGHT_NOW, children=children, account=account, marks={1: word()})
    made = raising.raise_concern(token=uuid7(), school=world.here, report=report, by=world.people["reporter"], at=THEN)
    raising.amend(account=made.account, token=uuid7(), text=word(), reason="more", by=world.people["reporter"], at=THEN)
    ruling = deciding.Ruling(
        level=1, kind="monitor", rationale=word(), parents_told="yes", receipt="watching", review_on=TODAY, title=word()
    )
    made.refresh_from_db()
    deciding.decide(concern=made, token=uuid7(), seen=made.revision, ruling=ruling, by=by, at=THEN)
    deciding.add_note(concern=made, token=uuid7(), text=word(), by=by, at=THEN)
    deciding.add_action(concern=made, token=uuid7(), text=word(), owner=by, due_on=TODAY, by=by)
    child, asks = world.children["open"], SimpleNamespace(user=by)
    entry = chronology.find(asks, child, "logged", made.pk)
    significant.pin(child=child, entry=entry, token=uuid7(), analysis=word(), seen=None, by=by, at=THEN)
    made.refresh_from_db()
    proposed = error.propose(
        concern=made, seen=made.revision, token=uuid7(), mistake="test", reason=word(), by=by, at=THEN
    )
    made.refresh_from_db()
    error.answer(entry=proposed, seen=made.revision, confirms=True, reason=word(), by=second, at=THEN)
    world.mistake = made.pk


def lay_refused(world: Any) -> None:
    """Of "open" somebody said that it was entered in error, and a second person refused it."""
    concern, word = world.concerns["open"], world.word
    concern.refresh_from_db()
    proposed = error.propose(
        concern=concern,
        seen=concern.revision,
        token=uuid7(),
        mistake="duplicate",
        reason=word(),
        by=world.people["lead"],
        at=THEN,
    )
    concern.refresh_from_db()
    error.answer(
        entry=proposed, seen=concern.revision, confirms=False, reason=word(), by=world.people["headteacher"], at=THEN
    )
