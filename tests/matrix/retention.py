"""Which holds, statements and marks have the children of the matrix, and what stands on a list of what is to end?

A hold on each child, and one for the Headteacher alone on the child of "own". Lists are given as rows: nobody in the
matrix has left.
"""

from datetime import timedelta
from typing import Any

from retention.models import DestructionItem, DestructionList, ItemReason, RetentionRule
from retention.services.holds import ask_to_lift, set_hold
from retention.services.schedule import load_defaults
from retention.services.statements import mark, state
from safeguarding.keys import uuid7
from tests.matrix.ground import RECORDS, THEN, TODAY, given_row


def lay_retention(world: Any) -> None:
    """All of them."""
    load_defaults()
    world.keys["open"]["retention_rule"] = RetentionRule.objects.get(school=None, code="R02").pk
    for record in RECORDS:
        word, child, by = world.word, world.children[record], world.lead_of(record)
        about = {"child": child, "token": uuid7(), "by": by, "at": THEN}
        state(**about, kind="keep", on=TODAY + timedelta(days=200), said=word())
        mark(**about, applies=False, reason=word())
        held = _hold(world, record, by=by)
        ask_to_lift(hold=held, seen=held.revision, token=uuid7(), reason=word(), by=by, at=THEN)
        world.keys[record]["legal_hold"] = held.pk
    _hold(world, "own", by=world.people["headteacher"], for_headteacher=True)
    _list(world, "open")


def _hold(world: Any, record: str, **facts: Any) -> Any:
    return set_hold(
        school=world.school_of(record),
        token=uuid7(),
        scope="child",
        kind="police",
        authority=world.word(),
        reason=world.word(),
        review_on=TODAY + timedelta(days=90),
        child=world.children[record],
        at=THEN,
        **facts,
    )


def _list(world: Any, record: str) -> None:
    child, lead, school = world.children[record], world.people["lead"], world.here
    made = given_row(
        DestructionList,
        school=school,
        year=TODAY.year,
        number=1,
        token=uuid7(),
        made_at=THEN,
        made_by=lead,
        advice="objection",
        advice_words=world.word(),
        advised_at=THEN,
        advised_by=world.people["dpo"],
    )
    world.keys[record]["destruction_list"] = made.pk
    item = given_row(
        DestructionItem,
        school=school,
        on_list=made,
        place=1,
        kind="child_file",
        record_key=child.pk,
        child_key=child.pk,
        rule=RetentionRule.objects.get(school=None, code="R02"),
        trigger_on=TODAY,
        due_on=TODAY,
    )
    given_row(
        ItemReason,
        child=child,
        school=school,
        item=item,
        about="decision",
        said=world.word(),
        said_at=THEN,
        said_by=lead,
    )
