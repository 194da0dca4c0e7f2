"""Thousands of statements of somebody with SQL of their own: no row of another person or task, and nothing changed."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.integration.test_random_sql import tried_by

pytestmark = [pytest.mark.soak(part="walls"), pytest.mark.django_db(transaction=True)]
WORLDS, AS_WEB, AS_WORKER = 5, 400, 100


def test_two_thousand_statements_as_web_and_five_hundred_as_worker(
    connect: Callable[[str], psycopg.Connection], figures: dict[str, Any]
) -> None:
    for seed in range(WORLDS):
        for role, statements in (("web", AS_WEB), ("worker", AS_WORKER)):
            tried = tried_by(connect(role), role, statements, seed)
            assert not tried.leaks, tried.leaks[:5]
            counted = {"statements": tried.statements, "refused": tried.refused, "rows_shown": tried.shown}
            for what, number in counted.items():
                figures[f"{role}_{what}"] = figures.get(f"{role}_{what}", 0) + number
    assert figures["web_statements"] >= 2000 and figures["worker_statements"] >= 500
