"""What does SQL of somebody's own show and change?

Some statements in every run; thousands in `make soak` (tests/soak).
"""

from collections.abc import Callable

import psycopg
import pytest

from safeguarding.records import seen_by_tasks
from tests import worlds
from tests.random_sql import Attacker, Tried

pytestmark = pytest.mark.django_db(transaction=True)


def tried_by(work: psycopg.Connection, role: str, statements: int, seed: int) -> Tried:
    """Random statements on a connection of `role`, in the world of that number."""
    world = worlds.make(seed)
    tasks = list(seen_by_tasks()) if role == "worker" else []
    return Attacker(work, world.people[:6], tasks, seed).run(statements)


@pytest.mark.parametrize(("role", "statements"), [("web", 60), ("worker", 60)])
def test_random_statements_show_no_row_of_another_person_or_task(
    connect: Callable[[str], psycopg.Connection], role: str, statements: int
) -> None:
    tried = tried_by(connect(role), role, statements, seed=7)
    assert not tried.leaks, tried.leaks[:5]
    assert tried.shown and 0 < tried.refused < tried.statements, "they do something at all"
