"""Does either wall alone let through a row of which `docs/policy.yaml` says that the person sees nothing?

Every person, every protected model, every row of the world: asked of the read gate without row security, and of row
security without the gate. Both give the same rows. What a page asks, it asks of these two; that each page does, for
each person and about each record, `test_matrix.py` asks over HTTP, and `make soak` every cell.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models, transaction

from safeguarding.accounts.models import User
from safeguarding.audit.protection import protected_models
from tests.matrix.parts import PARTS, part_of_row
from tests.matrix.planting import Owner
from tests.matrix.policy import read
from tests.matrix.world import World
from tests.walls import asking

POLICY = read()
# What was given to somebody, or said by them, names them: their own row they see, whatever they see of its record.
NAMES_ITS_READER = {
    "adults.staffconcerngrant",
    "children.childgrant",
    "children.conflictofinterest",
    "children.emergencyaccess",
    "concerns.concerngrant",
}
# The home of a child goes with the child to a person who was given it. No page says it to them: it is a canary there.
WITH_THE_CHILD = {"children.household", "children.householdmember"}
GIVEN = {("pastoral_in", "granted"), ("pastoral_in", "emergency")}
# The parts of plans, by what their rows say.
PLANS = {"plan_protection", "plan_care", "plan_needs", "plan_adoption", "plan_worker", "badge"}
# Of no one part: an entry of the history is of the part of its field, what the index holds is of that of its source.
OF_SEVERAL_PARTS = {"audit.logentry", "concerns.chronicled"}
# Those of whom the walls are asked.
ASKING = [person for person in POLICY.people if person != "public"]

# The record of the policy that a row belongs to, if to one; the part that it is; and whose it is.
Rows = dict[type[models.Model], dict[UUID, tuple[str | None, str, Any]]]


@pytest.fixture(scope="module")
def rows(world: World, django_db_blocker: Any) -> Rows:
    with django_db_blocker.unblock():
        return rows_of(world)


def rows_of(world: World) -> Rows:
    """Every row of a protected model."""
    owner = Owner(world)

    def record_of(row: models.Model) -> str | None:
        try:
            return owner.of(row)
        except (LookupError, AssertionError):
            return None

    def said_of(model: type[models.Model], row: models.Model) -> tuple[str | None, str, Any]:
        part = "" if model._meta.label_lower in OF_SEVERAL_PARTS else part_of_row(model, row)
        return record_of(row), part, getattr(row, "user_id", None)

    return {model: {row.pk: said_of(model, row) for row in model._base_manager.all()} for model in protected_models()}


def by_the_gate(model: type[models.Model], person: User) -> set[UUID]:
    return set(model.objects.visible_to(person).values_list("pk", flat=True))  # type: ignore[attr-defined]


def by_the_database(of: list[type[models.Model]], person: User) -> Iterator[set[UUID]]:
    """The rows of each model, as one request would read them."""
    with transaction.atomic(), asking(person), connection.cursor() as cursor:
        for model in of:
            cursor.execute(f"SELECT {model._meta.pk.column} FROM {model._meta.db_table}")  # noqa: S608  (names of the model)
            yield {key for (key,) in cursor.fetchall()}


def too_many(person: str, user: User, model: type[models.Model], seen: set[UUID], rows: Rows) -> set[str]:
    """The records of which a wall let a row through that the policy keeps from this person."""
    label, found = model._meta.label_lower, set()
    if label in OF_SEVERAL_PARTS:
        return found
    for key in seen:
        record, part, whose = rows[model][key]
        if record is None or part in POLICY.sees(person, record):
            continue
        if label in NAMES_ITS_READER and whose == user.pk:
            continue
        if label in WITH_THE_CHILD and (person, record) in GIVEN:
            continue
        found.add(f"{label} of {record}")
    return found


def asked_of(of: list[type[models.Model]], person: str, user: User, rows: Rows) -> tuple[set[str], int]:
    """What is wrong with the rows of some models that the walls let through to a person, and how many the gate
    shows.
    """
    wrong, shown = set[str](), 0
    for model, second in zip(of, list(by_the_database(of, user)), strict=True):
        first = by_the_gate(model, user)
        wrong |= too_many(person, user, model, first, rows) | too_many(person, user, model, second, rows)
        if first != second:
            wrong.add(f"{model._meta.label_lower}: the walls differ about {len(first ^ second)} rows")
        shown += len(first)
    return wrong, shown


@pytest.mark.parametrize("person", ASKING)
def test_neither_wall_lets_through_what_the_policy_keeps(world: World, rows: Rows, person: str):
    told, seen_of_any = asked_of(protected_models(), person, world.people[person], rows)
    assert not told, "\n".join(sorted(told))
    reads = any(POLICY.sees(person, record) for record in POLICY.records)
    assert bool(seen_of_any) >= reads, "a reader of records who is shown none"


def test_the_world_has_a_row_of_every_part_that_a_record_can_hold(rows: Rows):
    """Otherwise nothing would be kept above."""
    held = {part for of in rows.values() for _, part, _ in of.values()}
    assert (set(PARTS.values()) | PLANS) - held == set()
