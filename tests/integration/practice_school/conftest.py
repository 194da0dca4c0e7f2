"""The practice school with a tenth of its notes, made once for all these tests: they only read it."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from safeguarding.accounts.models import School
from safeguarding.demo.apart import MAIN
from safeguarding.demo.seeding import seed_demo
from safeguarding.sealing.models import KEYS
from tests.practice_school import TUESDAY, few_notes


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[School]:
    """The demo school on a Tuesday morning. Each test works in a savepoint, all of them in one transaction."""
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
        transaction.atomic(using=KEYS),
    ):
        few_notes(patch)
        seed_demo(now=TUESDAY)
        yield School.objects.get(slug=MAIN)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEYS)


@pytest.fixture
def school(made: School, db: None) -> School:
    return made
