"""Do both walls say of requests what the rule in English says, in random worlds of people, concerns and conflicts?

The third opinion is written by hand and reads no rule. Everything else that decides is that of `tests/worlds.py`.
"""

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RequestPerson, RequestRole, RightsRequest, Statement
from tests import worlds
from tests.integration.requests import cases
from tests.integration.requests.test_walls import seen

pytestmark = pytest.mark.django_db
SEEDS = range(8)
STATUSES = ("open", "open", "prepared", "answered", "withdrawn", "handed_in")
AT_WORK = {"open", "prepared", "approved"}
# What a part needs of whoever has it.
NEEDS = {
    "handler": ("handle_requests",),
    "preparer": ("review_requests", "stand_in"),
    "reviewer": ("review_requests", "stand_in"),
    "approver": ("approve_requests",),
}


class Requests(worlds.Opinion):
    """Who sees what of the requests of a world: each method a sentence of the rule."""

    def parts(self, person: User, case: RightsRequest) -> set[str]:
        named = RequestRole._base_manager.filter(case=case, user=person, ended_at=None)
        may = {capability for key in self.roles(person, case.school_id) for capability in ROLES[key].capabilities}
        return {one.part for one in named if may & set(NEEDS[one.part])}

    def sees_case(self, person: User, case: RightsRequest) -> bool:
        if case.child_id and self._related(person, case.child_id):
            return False
        return self._may(person, case.school_id, "handle_requests") or bool(self.parts(person, case))

    def sees_item(self, person: User, item: RequestItem) -> bool:
        case = item.case
        if case.status not in AT_WORK or (case.child_id and self._related(person, case.child_id)):
            return False
        if item.concern_key and self._is_kept_from(person, item.concern_key):
            return False
        reviews = any(self._may(person, case.school_id, one) for one in NEEDS["reviewer"])
        return (item.reviewer_id == person.pk and reviews) or "approver" in self.parts(person, case)

    def _is_kept_from(self, person: User, concern: Any) -> bool:
        """Error is no matter here: what was entered so counts."""
        related = any(self._related(person, n.child_id) for n in self.world.named if n.concern_id == concern)
        return related or self._is_subject(person.pk, self._concern(concern))

    def sees_person(self, person: User, found: RequestPerson) -> bool:
        return any(self.sees_item(person, one) for one in RequestItem._base_manager.filter(pk__in=found.items))

    def sees_statement(self, person: User, said: Statement) -> bool:
        return self.sees_concern(person, self._concern(said.concern_id))


def lay(world: worlds.World, chance: Random) -> None:
    """A case about each child, with people in it by chance and items of concerns of the school; beside each concern
    somebody's words of another request.
    """
    for concern in world.concerns:
        Statement._base_manager.create(
            concern=concern,
            school_id=concern.school_id,
            token=uuid7(),
            text="He was not there.",
            written_on=cases.RECEIVED,
            reference="RQ-2026-001",
            made_at=timezone.now(),
            made_by=chance.choice(world.people),
        )
    for child in world.children:
        somebody = chance.choice(world.people)
        cast = SimpleNamespace(school=child.school, teacher=somebody, office=somebody)
        status, now = chance.choice(STATUSES), timezone.now()
        over = {"answered": {"answered_at": now, "answered_by": somebody, "outcome": "given"}}
        over["withdrawn"] = {"withdrawn_at": now, "withdrawn_by": somebody}
        over["prepared"] = {"prepared_at": now, "prepared_by": somebody}
        case = cases.case_row(cast, child, status=status, **over.get(status, {}))
        here = [
            p for p in world.people if any(r.user_id == p.pk and r.school_id == child.school_id for r in world.roles)
        ]
        for part in NEEDS if here else ():
            named = cases.named(case, chance.choice(here), part)
            if chance.random() < 0.1:
                RequestRole._base_manager.filter(pk=named.pk).update(ended_at=now, ended_by=somebody)
        of_school = [c.pk for c in world.concerns if c.school_id == child.school_id]
        items = [
            cases.item(case, chance.choice(here) if here else None, concern_key=chance.choice([None, *of_school]))
            for _ in range(4)
        ]
        for number, pair in enumerate((items[:2], items[1:])):
            cases.person(case, *pair, label=f"Child {'BC'[number]}")


@pytest.mark.parametrize("seed", SEEDS)
def test_both_walls_and_the_rule_in_english_agree(seed: int):
    with transaction.atomic():
        world = worlds.make(seed)
        lay(world, Random(f"{seed} requests"))
        opinion = Requests(world)
        said = {
            RightsRequest: opinion.sees_case,
            RequestItem: opinion.sees_item,
            RequestPerson: opinion.sees_person,
            Statement: opinion.sees_statement,
        }
        shown = 0
        for model, sees in said.items():
            rows = list(model._base_manager.filter(school__in=world.schools))
            for person in world.people:
                expected = {row.pk for row in rows if person.is_active and sees(person, row)}
                assert seen(model, person) == expected, f"{model.__name__}, world {seed}, person {person.last_name}"
                shown += len(expected)
        assert shown
        transaction.set_rollback(True)
