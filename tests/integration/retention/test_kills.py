"""Is anything lost, done twice or touched where three destroyers are killed again and again?

A few times here; many in `make soak`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from retention.models import ItemRun, Tombstone
from retention.services.destroying import destroy_due
from safeguarding.audit.models import Event, Verb
from tests.killing import Destroyers, destroy_through_kills
from tests.postgres import Databases

from .conftest import as_destroyer
from .dying import due_at_schools, keep_on_disk, problems

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start_destroyers(databases: Databases, tmp_path: Path, settings: Any) -> Iterator[Any]:
    keep_on_disk(settings, tmp_path)
    started: list[Destroyers] = []

    def start() -> Destroyers:
        started.append(Destroyers(databases, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.stop()


def test_three_destroyers_that_are_killed_again_and_again_lose_none_and_touch_nothing_held(start_destroyers: Any):
    due = due_at_schools(30)
    destroyers = start_destroyers()
    destroy_through_kills(destroyers, number=len(due.free), kills=6)
    assert problems(due) == [] and destroyers.kills == 6
    assert len(due.held) == 4


def test_ten_times_delivered_it_is_done_once(tmp_path: Path, settings: Any):
    keep_on_disk(settings, tmp_path)
    due = due_at_schools(2)
    with transaction.atomic(), transaction.atomic(using="keys"), as_destroyer():
        assert [destroy_due() for _ in range(10)] == [2, *[0] * 9]
    assert problems(due) == [] and (Tombstone.objects.count(), ItemRun.objects.count()) == (2, 2)
    assert Event.objects.filter(verb=Verb.DESTROY, purpose="rows").count() == 2
