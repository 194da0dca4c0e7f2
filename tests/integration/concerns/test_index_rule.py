"""Is the rule of the index made from the rule of each record, and refused where the index cannot ask it?"""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, UUIDField, Value

from safeguarding import chronicling
from safeguarding.audit import protection
from safeguarding.audit.protection import Rule, among, condition, fact, rule_of
from safeguarding.chronicling import Placed
from safeguarding.concerns.models import Chronicled, Decision, SupportPlan
from safeguarding.concerns.permissions.chronicle import chronicled_seen, rows_seen
from safeguarding.keys import uuid7

ME = Value(uuid7(), UUIDField())


def text(rows: Q) -> str:
    return condition(Chronicled, rows)[0]


def ruled(monkeypatch: pytest.MonkeyPatch, model: Any, rule: Rule) -> None:
    monkeypatch.setitem(protection._rules, model, lambda me: rule)


def test_sources_whose_rules_read_alike_share_a_branch():
    rule = chronicled_seen(ME)
    sources = {source for rows in rule.because.values() for source in _sources(rows)}
    assert sources == set(chronicling.placed())
    # Of concerns, of the record and its files, earlier records, holds, pastoral notes, plans, and their dates.
    assert len(rule.because) < 8


def _sources(rows: Q) -> list[str]:
    return next(value for child in rows.children if isinstance(child, tuple) for value in [child[1]])


def test_what_hangs_on_a_concern_is_seen_with_it_and_a_narrower_rule_narrows_it(monkeypatch):
    placed = Placed("concerns.decision", "n.decided_at", concern="n.concern_id")
    wide = text(rows_seen(placed, ME))
    narrow = Rule(because={"role": among("school_id", fact("schools_with", ME, "manage_school"))})
    ruled(monkeypatch, Decision, narrow)
    both = condition(Chronicled, rows_seen(placed, ME))
    assert "manage_school" in both[1] and len(both[0]) > len(wide)


def test_a_denial_of_its_own_is_kept(monkeypatch):
    placed = Placed("concerns.decision", "n.decided_at", concern="n.concern_id")
    base = rule_of(Decision, ME)
    before = condition(Chronicled, rows_seen(placed, ME))
    ruled(monkeypatch, Decision, base.but_never(among("school_id", fact("schools_of", ME))))
    after = condition(Chronicled, rows_seen(placed, ME))
    assert "schools_of" not in before[0] and "schools_of" in after[0]


def test_a_rule_may_ask_one_more_column_which_its_source_says(monkeypatch):
    base = rule_of(SupportPlan, ME)
    ruled(monkeypatch, SupportPlan, Rule(because={"kind": base.visible & Q(revision=3)}))
    of_child = {"child": "n.child_id", "author": "n.author_id"}
    with pytest.raises(ImproperlyConfigured, match="SupportPlan asks revision, which the index"):
        rows_seen(Placed("concerns.supportplan", "n.starts_on", **of_child), ME)
    said = rows_seen(Placed("concerns.supportplan", "n.starts_on", **of_child, readers="n.revision"), ME)
    assert '"concerns_chronicled"."readers" = ' in text(said)
