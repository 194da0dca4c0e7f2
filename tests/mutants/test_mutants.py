"""Does the access policy notice a mutant? What a run of mutants asks in its own tests (`running.py`)."""

from typing import Any

import pytest

from tests.factories import staffroom
from tests.matrix.asking import Matrix
from tests.matrix.conftest import world  # noqa: F401  (the fixture)
from tests.matrix.policy import read
from tests.matrix.test_gate import rows_of
from tests.matrix.world import World
from tests.mutants.rows_and_pages import RowsAndPages
from tests.mutants.running import JOB

pytestmark = pytest.mark.mutants


def test_harbour_answers(client: Any, db: None):
    """As it is, before anything is taken away; and all that a page needs is loaded once, for every child."""
    client.force_login(staffroom().lead)
    assert client.get("/", follow=True).status_code == 200


def test_rows_and_pages(world: World, request: pytest.FixtureRequest):  # noqa: F811
    request.config.stash[JOB](RowsAndPages(Matrix(world, read()), rows_of(world)))
