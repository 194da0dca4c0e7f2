"""Many more random worlds than `make test` has time for: both walls, `may_view` and the rule in English (see
test_two_walls).
"""

from typing import Any

import pytest
from django.db import connection, transaction

from tests.integration.test_two_walls import compare

# What is taken back stays in the tables as dead rows, which every later world would read past: they are swept out now
# and then.
pytestmark = [pytest.mark.soak(part="walls"), pytest.mark.django_db(transaction=True)]
WORLDS, PAIRS, SWEEP = 400, 80_000, 20


def test_four_hundred_worlds(figures: dict[str, Any]):
    pairs = 0
    for seed in range(WORLDS):
        with transaction.atomic():
            pairs += compare(seed)
            transaction.set_rollback(True)
        if seed % SWEEP == 0:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
    assert pairs >= PAIRS
    figures |= {"worlds": WORLDS, "pairs": pairs, "ways_of_asking": 5, "disagreements": 0}
