"""The practice school with a tenth of its notes, made once a run for all these tests: they only read it."""

from collections.abc import Iterator
from typing import Any

import pytest

from safeguarding.accounts.models import School
from tests.postgres import Databases
from tests.practice_school import practice_school


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: Any, databases: Databases) -> Iterator[School]:
    """The demo school on a Tuesday morning. What a test changes, it takes back."""
    with django_db_blocker.unblock(), practice_school(databases) as school:
        yield school


@pytest.fixture
def school(made: School, db: None) -> School:
    return made
