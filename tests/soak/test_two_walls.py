"""Many more random worlds than `make test` has time for: both walls, `may_view` and the rule in English (see test_two_walls)."""

from typing import Any

import pytest
from django.db import transaction

from tests.integration.test_two_walls import compare

pytestmark = [pytest.mark.soak, pytest.mark.django_db]
WORLDS, PAIRS = 400, 80_000


def test_four_hundred_worlds(figures: dict[str, Any]):
    pairs = 0
    for seed in range(WORLDS):
        with transaction.atomic():
            pairs += compare(seed)
            transaction.set_rollback(True)
    assert pairs >= PAIRS
    figures |= {"worlds": WORLDS, "pairs": pairs, "ways_of_asking": 5, "disagreements": 0}
