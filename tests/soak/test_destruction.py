"""A thousand records, and destroyers that are killed two hundred times; two hundred races with a hold; a mistyped rule
by which five thousand are due.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import transaction

from children.models import Child
from retention.models import Brake, DestructionItem, ItemRun, LegalHold
from retention.services.destroying import destroy_due
from retention.services.lifting import tell_of_brakes
from safeguarding.accounts.models import User
from safeguarding.sealing.models import KEYS
from tests.integration.retention.conftest import as_destroyer, make_office
from tests.integration.retention.dying import due_at_schools, keep_on_disk, problems
from tests.integration.retention.mistyped import mistype_the_rule
from tests.killing import Destroyers, destroy_through_kills, numbers
from tests.postgres import Databases
from tests.racing import race_for_records

pytestmark = [pytest.mark.soak(part="kills"), pytest.mark.django_db(transaction=True)]


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
    deputies = {
        school: User.objects.get(assignments__school=school, assignments__role_key="deputy_lead")
        for school in {item.school_id for item in items}
    }
    races = [(item, deputies[item.school_id]) for item in items]
    ended = race_for_records(races, destroyer=connect("destroyer"), seed=200)
    figures |= {"races": len(ended), "held": sum(held for held, _ in ended)}
    assert len(ended) == 200 and all(held != begun for held, begun in ended)
    assert (ended[::4], ended[1::4]) == ([(True, False)] * 50, [(False, True)] * 50)
    begun = set(ItemRun.objects.values_list("item__record_key", flat=True))
    assert not begun & set(LegalHold.objects.values_list("child_id", flat=True))


def test_a_rule_that_is_mistyped_for_five_thousand_destroys_nothing_and_raises_one_alarm(
    folder: Path, figures: dict[str, Any]
) -> None:
    number = 5_000
    place = make_office()
    mistype_the_rule(place, number)
    with transaction.atomic(), transaction.atomic(using=KEYS), as_destroyer():
        assert [destroy_due() for _ in range(10)] == [0] * 10
    assert (Brake.objects.get().kind, Brake.objects.get().amount) == (Brake.Kind.TOO_MANY_A_DAY, number)
    assert Child.objects.filter(ending_at=None).count() == number and not ItemRun.objects.exists()
    assert [tell_of_brakes(), tell_of_brakes()] == [1, 0]
    figures |= {"records": number, "alarms": 1}
