"""The practice school with a tenth of its notes: everything is there once, and it is made in seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from safeguarding.accounts.models import School
from safeguarding.demo import source, stories
from safeguarding.demo.apart import MAIN
from safeguarding.demo.seeding import seed_demo
from tests import snapshots
from tests.postgres import Databases

TUESDAY = datetime(2026, 11, 24, 10, 15, tzinfo=ZoneInfo("Europe/London"))


def few_notes(patch: pytest.MonkeyPatch) -> None:
    """Demo mode, and little to write."""
    few = source.assignments()[::8]
    patch.setattr(settings, "DEMO", True)
    patch.setattr(source, "assignments", lambda: few)
    patch.setattr(stories, "EARLIER", (20,))


@contextmanager
def practice_school(databases: Databases) -> Iterator[School]:
    """It on a Tuesday morning, in the databases of this process, which hold nothing before and nothing afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        few_notes(patch)
        with snapshots.shared(databases, "practice_school", _make) as school:
            yield school


def _make() -> School:
    seed_demo(now=TUESDAY)
    return School.objects.get(slug=MAIN)
