"""A thousand records, and destroyers that are killed two hundred times; two hundred races with a hold."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from retention.models import DestructionItem, ItemRun, LegalHold
from safeguarding.accounts.models import User
from tests.integration.retention.dying import due_at_schools, keep_on_disk, problems
from tests.killing import Destroyers, destroy_through_kills, numbers
from tests.postgres import Databases
from tests.racing import race_for_records

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    keep_on_disk(settings, tmp_path)
    yield tmp_path


@pytest.mark.parametrize(("records", "kills"), [(100, 20), (1_000, 200)])
def test_killing_three_destroyers_again_and_again_loses_none_and_touches_nothing_held(
    databases: Databases, folder: Path, figures: dict[str, Any], records: int, kills: int
) -> None:
    due = due_at_schools(records)
    destroyers = Destroyers(databases, folder)
    try:
        destroy_through_kills(destroyers, number=len(due.free), kills=kills)
    finally:
        destroyers.stop()
    figures |= {"records": records, "held": len(due.held), **numbers(destroyers)}
    assert problems(due) == []


def test_in_two_hundred_races_no_record_is_destroyed_after_it_was_held(
    connect: Callable[[str], psycopg.Connection], folder: Path, figures: dict[str, Any]
) -> None:
    due = due_at_schools(240)
    items = [item for item in DestructionItem.objects.order_by("pk") if item.record_key in due.free][:200]
    destroyer, ended = connect("destroyer"), []
    for item in items:
        deputy = User.objects.get(assignments__school=item.school_id, assignments__role_key="deputy_lead")
        ended += race_for_records([item], by=deputy, destroyer=destroyer, seed=item.place)
    figures |= {"races": len(ended), "held": sum(held for held, _ in ended)}
    assert all(held != begun for held, begun in ended)
    begun = set(ItemRun.objects.values_list("item__record_key", flat=True))
    assert not begun & set(LegalHold.objects.values_list("child_id", flat=True))
