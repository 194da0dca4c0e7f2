"""Which holds, statements and marks have the children of the matrix, and what stands on a list of what is to end?

A hold on each child, and one for the Headteacher alone on the child of "own". Lists are given as rows: nobody in the
matrix has left.
"""

from datetime import timedelta
from typing import Any

from retention.models import (
    Approval,
    Brake,
    Decision,
    DestructionItem,
    DestructionList,
    ItemReason,
    ItemRun,
    RetentionRule,
    Tombstone,
)
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
    _lists(world)


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


def _lists(world: Any) -> None:
    """One on which the children of "open" and "hidden" stand; one that was carried out, of a child who is gone; and
    what stopped the next.
    """
    sent = {"status": "approval", "sent_at": THEN, "sent_by": world.people["lead"]}
    advice = {"advice": "objection", "advised_by": world.people["dpo"], "advised_at": THEN}
    made = _list(world, 1, **sent, **advice, advice_words=world.word())
    world.keys["open"]["destruction_list"] = made.pk
    for place, record in enumerate(("open", "hidden"), start=1):
        child = world.children[record]
        item = _item(made, place, child.pk)
        world.keys[record]["destruction_item"] = item.pk
        said = {"child": child, "record_key": child.pk, "school": made.school, "item": item, "said": world.word()}
        given_row(ItemReason, **said, about="decision", said_at=THEN, said_by=world.people["lead"])
        _decision(world, item)
    gone = _list(world, 2, status="done", done_at=THEN)
    world.keys["open"]["carried_out"] = gone.pk
    _destroyed(world, _item(gone, 1, uuid7()))
    world.keys["open"]["brake"] = given_row(Brake, school=world.here, kind="too_many_a_day", amount=31).pk


def _list(world: Any, number: int, **facts: Any) -> DestructionList:
    made = {"token": uuid7(), "made_at": THEN, "made_by": world.people["lead"]}
    return given_row(DestructionList, school=world.here, year=TODAY.year, number=number, **made, **facts)


def _item(on_list: DestructionList, place: int, key: Any) -> DestructionItem:
    rule = RetentionRule.objects.get(school=None, code="R02")
    keys = {"record_key": key, "child_key": key, "kind": "child_file"}
    return given_row(
        DestructionItem,
        school=on_list.school,
        on_list=on_list,
        place=place,
        rule=rule,
        trigger_on=TODAY,
        due_on=TODAY,
        **keys,
    )


def _decision(world: Any, item: DestructionItem) -> Decision:
    keys = {"record_key": item.record_key, "child_key": item.child_key}
    of = {"school": item.school, "item": item, "manifest": b"m" * 32, **keys}
    return given_row(Decision, **of, kind="destroy", token=uuid7(), decided_by=world.people["lead"])


def _destroyed(world: Any, item: DestructionItem) -> None:
    """That it was decided on, approved, and is gone to the last file."""
    of = {"school": item.school, "item": item, "manifest": b"m" * 32}
    decided = _decision(world, item)
    given_row(
        Approval,
        **of,
        record_key=item.record_key,
        child_key=item.child_key,
        decision=decided,
        waits_until=TODAY,
        approved_by=world.people["headteacher"],
    )
    given_row(ItemRun, school=item.school, item=item, state="files_gone")
    left = {"kind": item.kind, "record_key": item.record_key, "rule": item.rule, "under": "rule R02 version 1"}
    given_row(Tombstone, **of, **left, trigger_on=TODAY, rows=3, files=0)
