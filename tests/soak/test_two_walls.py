"""Many more random worlds than `make test` has time for: both walls, `may_view` and the rule in English (see test_two_walls)."""

import pytest
from django.db import transaction

from tests.integration.test_two_walls import compare

pytestmark = [pytest.mark.soak, pytest.mark.django_db]
WORLDS, PAIRS = 1_000, 100_000


def test_a_thousand_worlds():
    pairs = 0
    for seed in range(WORLDS):
        with transaction.atomic():
            pairs += compare(seed)
            transaction.set_rollback(True)
    assert pairs >= PAIRS
