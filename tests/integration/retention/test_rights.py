"""May rows that say what is destroyed be written past the services? Asked in raw SQL, as `web` and as `worker`."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError
from django.utils import timezone

from retention.models import (
    Approval,
    Decision,
    DestructionItem,
    DestructionList,
    ItemReason,
    ItemRun,
    LegalHold,
    Mark,
    RetentionDate,
    RetentionRule,
    Statement,
)
from retention.services.holds import ask_to_lift, set_hold
from retention.services.lists import newest_decisions
from retention.services.schedule import adopt_rule, propose_rule
from safeguarding.keys import uuid7
from sharing.received.services.elsewhere import Came, record_received
from tests.integration.test_rights_rows import BOTH, insert, is_refused, tried

from .conftest import Office, days_ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(place: Office) -> SimpleNamespace:
    """A record that was decided on by the lead and sent, another that is on a list that is being reviewed."""
    child, other, free = (place.leaver(name, "Thorne") for name in ("Ida", "Ola", "Una"))
    place.due(child, other, free)
    sent, open_list = place.sent(child), place.on_list(other)
    [item], [undecided] = sent.items.all(), open_list.items.all()
    return SimpleNamespace(
        place=place,
        **vars(place.room),
        officer=place.officer,
        chair=place.chair,
        child=child,
        free=free,
        sent=sent,
        list=open_list,
        item=item,
        undecided=undecided,
        decision=newest_decisions(sent)[item.pk],
        today=timezone.localdate(),
    )


def decision(at: SimpleNamespace, by: Any, **other: Any) -> Decision:
    given = {"kind": "destroy", "manifest": b"0" * 32, "token": uuid4(), "decided_by": by} | other
    return Decision(school=at.school, item=at.undecided, **keys_of(at.undecided), **given)


def keys_of(item: Any) -> dict[str, Any]:
    return {"record_key": item.record_key, "child_key": item.child_key}


def approval(at: SimpleNamespace, by: Any, **other: Any) -> Approval:
    given = {
        "decision": at.decision,
        "manifest": bytes(at.decision.manifest),
        "waits_until": at.today + timedelta(days=14),
        "approved_by": by,
        "item": at.item,
        **keys_of(at.item),
    } | other
    return Approval(school=at.school, **given)


@BOTH
def test_one_person_decides_and_another_approves_each_in_their_own_name(at: SimpleNamespace, role: str):
    assert tried(at.lead, role, *insert(decision(at, at.lead))) == 1
    for person, row in (
        (at.teacher, decision(at, at.teacher)),
        (at.headteacher, decision(at, at.headteacher)),
        (at.headteacher, decision(at, at.lead)),
        (None, decision(at, at.lead)),
    ):
        assert is_refused(person, role, *insert(row)), person
    assert tried(at.headteacher, role, *insert(approval(at, at.headteacher))) == 1
    soon = at.today + timedelta(days=5)
    for person, row in (
        # One person alone, whichever name they give; who may not; and nobody.
        (at.lead, approval(at, at.lead)),
        (at.lead, approval(at, at.headteacher)),
        (at.deputy, approval(at, at.deputy)),
        (at.teacher, approval(at, at.teacher)),
        (None, approval(at, at.headteacher)),
        # Sooner than after fourteen days; on another manifest; with a decision that is not this item's.
        (at.headteacher, approval(at, at.headteacher, waits_until=soon)),
        (at.headteacher, approval(at, at.headteacher, manifest=b"1" * 32)),
        (at.headteacher, approval(at, at.headteacher, item=at.undecided, **keys_of(at.undecided))),
    ):
        assert is_refused(person, role, *insert(row)), (person, row.waits_until)
    statement, values = insert(approval(at, at.headteacher))
    dated = statement.replace('("id"', '("approved_at", "id"').replace(
        "VALUES (", "VALUES (now() - interval '20 days', "
    )
    assert is_refused(at.headteacher, role, dated, values), "the database says when"


@BOTH
def test_who_changed_the_rule_or_the_date_lately_does_not_approve(at: SimpleNamespace, role: str):
    row = insert(approval(at, at.headteacher))
    assert tried(at.headteacher, role, *row) == 1
    RetentionRule.objects.filter(pk=at.item.rule_id).update(adopted_by=at.headteacher, adopted_at=days_ago(29))
    assert is_refused(at.headteacher, role, *row)
    RetentionRule.objects.filter(pk=at.item.rule_id).update(adopted_at=days_ago(31))
    assert tried(at.headteacher, role, *row) == 1
    # Nor what somebody decided who did.
    Statement.objects.filter(child=at.child).update(stated_by=at.lead, stated_at=days_ago(10))
    assert is_refused(at.headteacher, role, *row)


@BOTH
def test_a_list_goes_on_as_people_say_in_their_own_name(at: SimpleNamespace, role: str):
    status = "UPDATE retention_destructionlist SET status = %s WHERE id = %s"
    stop = (
        "UPDATE retention_destructionlist SET status = 'stopped', stopped_at = now(), stopped_by_id = %s WHERE id = %s"
    )
    assert tried(at.lead, role, status, ["approval", at.list.pk]) == 1
    assert tried(at.headteacher, role, stop, [at.headteacher.pk, at.sent.pk]) == 1
    for person, statement, values in (
        (at.lead, status, ["waiting", at.sent.pk]),
        (at.headteacher, status, ["waiting", at.sent.pk]),
        (at.lead, status, ["waiting", at.list.pk]),
        (at.officer, status, ["approval", at.list.pk]),
        (at.lead, stop, [at.headteacher.pk, at.sent.pk]),
        (at.officer, stop, [at.officer.pk, at.sent.pk]),
        (at.lead, "UPDATE retention_destructionlist SET made_by_id = %s WHERE id = %s", [at.deputy.pk, at.list.pk]),
        (
            at.lead,
            "UPDATE retention_destructionlist SET advice = 'no_objection', advised_at = now(), advised_by_id = %s "
            "WHERE id = %s",
            [at.officer.pk, at.sent.pk],
        ),
        # That nothing is left, and that it is over, the machine says.
        (at.lead, "UPDATE retention_destructionlist SET checked_at = now() WHERE id = %s", [at.sent.pk]),
        (at.lead, "UPDATE retention_destructionlist SET done_at = now() WHERE id = %s", [at.sent.pk]),
    ):
        assert is_refused(person, role, statement, values), values
    at.place.approve(at.sent)
    DestructionList.objects.filter(pk=at.sent.pk).update(status="stopped", stopped_at=days_ago(0), stopped_by=at.lead)
    assert is_refused(at.headteacher, role, status, ["waiting", at.sent.pk]), "what was stopped stays so"


@BOTH
def test_a_list_begins_with_nothing_said_of_it(at: SimpleNamespace, role: str):
    def begun(**other: Any) -> tuple[str, list[Any]]:
        given = {"year": 2020, "number": 1, "token": uuid4(), "made_at": timezone.now(), "made_by": at.lead} | other
        return insert(DestructionList(school=at.school, **given))

    assert tried(at.lead, role, *begun()) == 1
    now = timezone.now()
    for said in (
        {"advice": "no_objection", "advised_at": now, "advised_by": at.officer},
        {"sent_at": now, "sent_by": at.deputy},
        {"checked_at": now},
        {"done_at": now},
        {"status": "waiting"},
    ):
        assert is_refused(at.lead, role, *begun(**said)), said


def item_of(at: SimpleNamespace, **other: Any) -> DestructionItem:
    kept = RetentionDate.objects.get(record_key=at.free.pk)
    given = {"kind": kept.kind, "trigger_on": kept.trigger_on, "due_on": kept.due_on} | other
    return DestructionItem(
        school=at.school,
        on_list=at.list,
        place=2,
        record_key=at.free.pk,
        child_key=at.free.pk,
        rule=kept.rule,
        **given,
    )


@BOTH
def test_what_comes_on_a_list_is_due_and_leaves_it_once(at: SimpleNamespace, role: str):
    assert tried(at.lead, role, *insert(item_of(at))) == 1
    assert is_refused(at.lead, role, *insert(item_of(at, due_on=at.today - timedelta(days=1))))
    assert is_refused(at.lead, role, *insert(item_of(at, kind="photograph"))), "a file, approved as a photograph"
    assert is_refused(at.lead, role, *insert(item_of(at, trigger_on=at.today)))
    assert is_refused(at.headteacher, role, *insert(item_of(at)))
    RetentionDate.objects.filter(record_key=at.free.pk).update(seen_again_on=None)
    assert is_refused(at.lead, role, *insert(item_of(at)))
    out = "UPDATE retention_destructionitem SET left_out_at = now(), left_out_by_id = %s WHERE id = %s"
    assert tried(at.lead, role, out, [at.lead.pk, at.undecided.pk]) == 1
    assert is_refused(at.lead, role, out, [at.headteacher.pk, at.undecided.pk])
    DestructionItem.objects.filter(pk=at.undecided.pk).update(left_out_at=days_ago(1), left_out_by=at.lead)
    back = "UPDATE retention_destructionitem SET left_out_at = NULL, left_out_by_id = NULL WHERE id = %s"
    assert is_refused(at.lead, role, back, [at.undecided.pk])
    ItemRun.objects.create(item=at.item, school=at.school)
    assert is_refused(at.lead, role, out, [at.lead.pk, at.item.pk]), "what has begun stays on its list"
    for column, value in (("record_key", at.free.pk), ("child_key", at.free.pk), ("due_on", at.today)):
        changed = f"UPDATE retention_destructionitem SET {column} = %s WHERE id = %s"  # noqa: S608
        assert is_refused(at.lead, role, changed, [value, at.item.pk])


@BOTH
def test_no_date_is_written_but_by_the_nightly_scan_and_nothing_is_said_to_end(at: SimpleNamespace, role: str):
    kept = RetentionDate.objects.get(record_key=at.free.pk)
    due = ("UPDATE retention_retentiondate SET due_on = due_on - 900 WHERE id = %s", [kept.pk])
    seen = ("UPDATE retention_retentiongate SET scanned_at = now() WHERE school_id = %s", [at.school.pk])
    for statement, values in (
        due,
        seen,
        ("UPDATE retention_retentiongate SET looked_at = now() WHERE school_id = %s", [at.school.pk]),
        ("INSERT INTO retention_itemrun (item_id, state) VALUES (%s, 'begun')", [at.item.pk]),
        ("SELECT public.begin_ending(%s)", [at.item.pk]),
        ("SELECT public.gather_ending(%s)", [at.item.pk]),
        ("SELECT public.end_rows('accounts.notice')", []),
    ):
        assert is_refused(at.lead, role, statement, values), statement
    with pytest.raises(ProgrammingError, match="who destroys records says that one ends"):
        tried(at.lead, role, "UPDATE children_child SET ending_at = now() WHERE id = %s", [at.child.pk])
    if role == "worker":
        assert tried(None, role, *due, task="retention scan") == tried(None, role, *seen, task="retention scan") == 1
        assert tried(None, role, *due, task="plan dates") == 0


@BOTH
def test_a_rule_is_in_force_by_two_people_and_changes_nothing_it_says(at: SimpleNamespace, role: str):
    typed = {"years": 2, "days": None, "basis": "Local", "source": "The governors"}
    rule = propose_rule(school=at.school, token=uuid7(), code="R02", by=at.lead, **typed)
    adopt = "UPDATE retention_retentionrule SET adopted_at = now(), adopted_by_id = %s WHERE id = %s"
    agree = "UPDATE retention_retentionrule SET agreed_at = now(), agreed_by_id = %s{} WHERE id = %s"
    assert tried(at.headteacher, role, adopt, [at.headteacher.pk, rule.pk]) == 1
    assert is_refused(at.lead, role, adopt, [at.headteacher.pk, rule.pk])
    assert is_refused(at.teacher, role, adopt, [at.teacher.pk, rule.pk])
    assert is_refused(at.officer, role, agree.format(""), [at.officer.pk, rule.pk]), "nobody has adopted it"
    rule = adopt_rule(school=at.school, rule=rule, by=at.lead)
    assert tried(at.officer, role, agree.format(", from_day = current_date + 30"), [at.officer.pk, rule.pk]) == 1
    for person, statement, values in (
        (at.lead, agree.format(""), [at.lead.pk, rule.pk]),
        (at.lead, agree.format(""), [at.officer.pk, rule.pk]),
        (at.officer, agree.format(", from_day = current_date"), [at.officer.pk, rule.pk]),
        (at.officer, "UPDATE retention_retentionrule SET status = 'in_force' WHERE id = %s", [rule.pk]),
        (at.lead, "UPDATE retention_retentionrule SET years = 1 WHERE id = %s", [rule.pk]),
        (at.lead, "UPDATE retention_retentionrule SET years = 1 WHERE id = %s", [at.item.rule_id]),
        (at.lead, "UPDATE retention_retentionrule SET from_day = from_day - 60 WHERE id = %s", [at.item.rule_id]),
        (at.lead, "UPDATE retention_retentionrule SET status = 'superseded' WHERE id = %s", [at.item.rule_id]),
    ):
        assert is_refused(person, role, statement, values), statement


@BOTH
def test_a_rule_is_proposed_in_ones_own_name_by_who_decides_the_schedule(at: SimpleNamespace, role: str):
    def rule(by: Any) -> RetentionRule:
        said = RetentionRule.objects.get(school=None, code="R09b")
        said.pk, said.school, said.version, said.token = uuid7(), at.school, 9, uuid4()
        said.proposed_at, said.proposed_by = timezone.now(), by
        return said

    assert tried(at.lead, role, *insert(rule(at.lead))) == 1
    assert is_refused(at.lead, role, *insert(rule(at.headteacher)))
    assert is_refused(at.teacher, role, *insert(rule(at.teacher)))


def hold(at: SimpleNamespace, by: Any, **other: Any) -> LegalHold:
    return LegalHold(
        school=at.school,
        child=at.free,
        year=2026,
        number=9,
        scope="child",
        kind="police",
        review_on=at.today,
        token=uuid4(),
        set_at=timezone.now(),
        **{"set_by": by} | other,
    )


@BOTH
def test_a_hold_is_set_in_ones_own_name_and_lifted_by_a_second_person(at: SimpleNamespace, role: str):
    assert tried(at.deputy, role, *insert(hold(at, at.deputy))) == 1
    assert is_refused(at.deputy, role, *insert(hold(at, at.lead)))
    assert is_refused(at.teacher, role, *insert(hold(at, at.teacher)))
    words = {"kind": "police", "reason": "The police asked.", "review_on": at.today + timedelta(days=90)}
    held = set_hold(school=at.school, token=uuid7(), scope="child", child=at.free, by=at.deputy, **words)
    lift = "UPDATE retention_legalhold SET lifted_at = now(), lifted_by_id = %s{} WHERE id = %s"
    alone = ", lift_asked_at = now(), lift_asked_by_id = lifted_by_id"
    for person in (at.lead, at.deputy):
        assert is_refused(person, role, lift.format(""), [person.pk, held.pk])
        assert is_refused(person, role, lift.format(alone), [person.pk, held.pk])
    for change in ("scope = 'family'", "child_id = NULL, scope = 'school'", "kind = 'other'"):
        changed = f"UPDATE retention_legalhold SET {change} WHERE id = %s"  # noqa: S608
        assert is_refused(at.lead, role, changed, [held.pk])
    ask_to_lift(hold=held, seen=held.revision, token=uuid7(), reason="It is over.", by=at.lead)
    other_name = "UPDATE retention_legalhold SET lift_asked_by_id = %s WHERE id = %s"
    assert is_refused(at.lead, role, other_name, [at.headteacher.pk, held.pk])
    assert is_refused(at.lead, role, lift.format(""), [at.lead.pk, held.pk])
    assert is_refused(at.headteacher, role, lift.format(""), [at.deputy.pk, held.pk])
    assert tried(at.headteacher, role, lift.format(""), [at.headteacher.pk, held.pk]) == 1
    LegalHold.objects.filter(pk=held.pk).update(lifted_at=timezone.now(), lifted_by=at.headteacher)
    unset = "UPDATE retention_legalhold SET review_on = current_date + 9 WHERE id = %s"
    assert is_refused(at.lead, role, unset, [held.pk])


@BOTH
def test_what_a_hold_says_stays_as_it_was_set(at: SimpleNamespace, role: str):
    facts = {"scope": "child", "kind": "police", "reason": "They asked.", "review_on": at.today + timedelta(days=90)}
    hold = set_hold(school=at.school, token=uuid7(), child=at.free, by=at.lead, **facts)
    change = "UPDATE retention_legalhold SET {} = %s WHERE id = %s"
    assert tried(at.headteacher, role, change.format("review_on"), [at.today + timedelta(days=30), hold.pk]) == 1
    said = {"readers": "headteacher", "reason": b"other", "authority": b"other", "number": 9, "token": uuid4()}
    for column, value in said.items():
        assert is_refused(at.headteacher, role, change.format(column), [value, hold.pk]), column


@BOTH
def test_reasons_are_given_in_ones_own_name_of_the_child_they_are_about_and_stay(at: SimpleNamespace, role: str):
    def reason(**other: Any) -> tuple[str, list[Any]]:
        given = {"child": at.child, "record_key": at.child.pk, "about": "decision", "said_at": timezone.now()}
        given |= {"said_by": at.lead} | other
        return insert(ItemReason(school=at.school, item=at.item, said="Read.", **given))

    assert tried(at.lead, role, *reason()) == 1
    assert tried(at.headteacher, role, *reason(about="back", said_by=at.headteacher)) == 1
    assert is_refused(at.headteacher, role, *reason()), "in the name of who reviewed it"
    assert is_refused(at.teacher, role, *reason(said_by=at.teacher))
    assert is_refused(at.lead, role, *reason(child=at.free)), "its words would outlive the child"
    assert is_refused(at.lead, role, *reason(record_key=at.free.pk)), "or the record"
    there = ItemReason.objects.filter(item=at.item).first()
    change = "UPDATE retention_itemreason SET said_by_id = %s WHERE id = %s"
    assert is_refused(at.lead, role, change, [at.headteacher.pk, there.pk])


@BOTH
def test_statements_and_marks_are_made_in_ones_own_name_and_end_once(at: SimpleNamespace, role: str):
    def statement(by: Any) -> Statement:
        return Statement(
            school=at.school,
            child=at.free,
            kind="keep",
            on=at.today,
            token=uuid4(),
            stated_at=timezone.now(),
            stated_by=by,
        )

    def mark(by: Any) -> Mark:
        return Mark(
            school=at.school, child=at.free, applies=True, token=uuid4(), marked_at=timezone.now(), marked_by=by
        )

    for row in (statement, mark):
        assert tried(at.lead, role, *insert(row(at.lead))) == 1
        assert is_refused(at.lead, role, *insert(row(at.headteacher)))
        assert is_refused(at.deputy, role, *insert(row(at.deputy)))
        # Said long ago, it would be none of the last thirty days, and in the date already.
        before = row(at.lead)
        setattr(before, "stated_at" if row is statement else "marked_at", days_ago(31))
        assert is_refused(at.lead, role, *insert(before))
    there = Statement.objects.get(child=at.free)
    end = "UPDATE retention_statement SET withdrawn_at = now(), withdrawn_by_id = %s WHERE id = %s"
    assert tried(at.lead, role, end, [at.lead.pk, there.pk]) == 1
    assert is_refused(at.lead, role, end, [at.headteacher.pk, there.pk])
    assert is_refused(at.lead, role, "UPDATE retention_statement SET kind = 'keep' WHERE id = %s", [there.pk])


@BOTH
def test_from_which_day_a_proof_is_kept_nobody_who_works_says(at: SimpleNamespace, role: str):
    came = Came("Hazel Bank Primary School", "paper", at.today, "A brown folder.")
    proof = record_received(child=at.free, token=uuid4(), came=came, by=at.lead)
    change = "UPDATE received_filereceived SET {} WHERE id = %s"
    assert tried(at.lead, role, change.format("sender = 'Hazel Bank'"), [proof.pk]) == 1
    assert is_refused(at.lead, role, change.format("counted_from = '1990-12-31'"), [proof.pk])
