"""Do the ORM's rule and the database's row security say the same of every row, and the same as the rule in English?

Compared in random worlds: the rows that `visible_to` gives the owner, those that raw SQL gives `web`, those of both
together, `may_view` one by one, and an opinion written by hand (`tests/worlds.py`).
"""

from collections import Counter
from typing import Any

import pytest
from django.db import connection, models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from children.models import Child, ChildDetail
from safeguarding.audit.protection import may_view, who_sees
from safeguarding.concerns.models import Account, Action, Concern, ConcernChild
from tests import factories, worlds
from tests.walls import asking

pytestmark = pytest.mark.django_db
OPINIONS = {
    Concern: worlds.Opinion.sees_concern,
    Account: worlds.Opinion.sees_account,
    ConcernChild: worlds.Opinion.sees_named,
    Action: worlds.Opinion.sees_action,
    Child: worlds.Opinion.sees_child,
    ChildDetail: worlds.Opinion.sees_detail,
}
REASONS = ("role", "grant", "emergency", "named", "standing_in")


def raw(model: type[models.Model], person: Any) -> set[Any]:
    """The keys of the rows that the database shows to this person."""
    with asking(person), connection.cursor() as cursor:
        cursor.execute(f"SELECT {model._meta.pk.column} FROM {model._meta.db_table}")  # noqa: S608  (names of the model)
        return {key for (key,) in cursor.fetchall()}


def compare(seed: int, *, walls_alone: bool = False) -> int:
    """Every pair of a person and a row of the world, asked in five ways, or of each wall alone.

    Returns the number of pairs.
    """
    world, pairs = worlds.make(seed), 0
    opinion = worlds.Opinion(world)
    for model, sees in OPINIONS.items():
        rows = list(model._base_manager.filter(school__in=world.schools))
        for person in world.people:
            expected = {row.pk for row in rows if sees(opinion, person, row)}
            told = f"{model.__name__}, world {seed}, person {person.last_name}"
            assert {r.pk for r in model.objects.visible_to(person)} == expected, f"ORM: {told}"
            assert raw(model, person) == expected, f"row security: {told}"
            if walls_alone:
                continue
            with asking(person):
                assert {r.pk for r in model.objects.visible_to(person)} == expected, f"both: {told}"
            assert {r.pk for r in rows if may_view(person, r)} == expected, f"may_view: {told}"
            pairs += len(rows)
        for row in () if walls_alone else rows[:2]:
            listed = set(who_sees(row, [p.pk for p in world.people]))
            assert listed == {p.pk for p in world.people if sees(opinion, p, row)}, (
                f"who_sees: {model.__name__}, {seed}"
            )
    return pairs


@given(seed=st.integers(0, 10**9))
@settings(max_examples=12)
def test_both_walls_and_the_rule_in_english_agree_in_any_world(seed):
    with transaction.atomic():
        assert compare(seed) > 0
        transaction.set_rollback(True)


def test_each_reason_and_the_denial_decide_enough_pairs_to_be_tested():
    """A reason that is alone, or a denial that takes a row away: each in at least one of twenty pairs of a person and a
    concern.
    """
    decided: Counter[str] = Counter()
    pairs = 0
    for seed in range(40):
        world = worlds.make(seed)
        opinion = worlds.Opinion(world)
        for concern in world.concerns:
            for person in world.people:
                pairs += 1
                reasons = opinion.reasons(person, concern)
                if reasons and opinion.hidden(person, concern):
                    decided["never"] += 1
                elif len(reasons) == 1:
                    decided[reasons.pop()] += 1
    shares = {name: round(decided[name] / pairs, 3) for name in (*REASONS, "never")}
    assert [name for name, share in shares.items() if share < 0.05] == []


def test_the_rule_stands_in_a_sub_query_where_the_table_goes_by_another_name():
    room = factories.staffroom()
    seen, other = factories.concern(room), factories.concern(factories.staffroom())
    everything = Concern._base_manager.filter(pk__in=[seen.pk, other.pk])
    inner = Concern.objects.visible_to(room.lead)
    assert set(everything.filter(pk__in=inner)) == {seen}
    assert set(everything.filter(models.Exists(inner.filter(pk=models.OuterRef("pk"))))) == {seen}
    assert set(everything.exclude(pk__in=inner)) == {other}
    # And beside another table that has columns of the same names.
    children = ConcernChild.objects.visible_to(room.lead).filter(concern__in=inner, concern__school=room.school)
    assert {child.concern_id for child in children} == {seen.pk}
    assert set((inner | inner).filter(children__in=children)) == {seen}
