"""The practice school with a tenth of its notes, made once a run for all these tests: they only read it."""

from collections.abc import Iterator
from typing import Any

import pytest

from safeguarding.accounts.models import School
from safeguarding.demo.apart import MAIN
from safeguarding.demo.seeding import seed_demo
from tests import snapshots
from tests.postgres import Databases
from tests.practice_school import TUESDAY, few_notes


def _make() -> School:
    seed_demo(now=TUESDAY)
    return School.objects.get(slug=MAIN)


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: Any, databases: Databases) -> Iterator[School]:
    """The demo school on a Tuesday morning. What a test changes, it takes back."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        few_notes(patch)
        with snapshots.shared(databases, "practice_school", _make) as school:
            yield school


@pytest.fixture
def school(made: School, db: None) -> School:
    return made
