"""Is the table of two ways of the practice school worth reading? At most half of it may be hidden.

Counted from the data of which that school is made, all of it: the school of a test has an eighth of its notes.
"""

from collections import Counter

import pytest

from safeguarding.demo import source
from safeguarding.governors.kinds import GROUPS, PHASES, group_of, phase_of
from safeguarding.governors.suppression import Settings, suppressed
from safeguarding.governors.system import NO_WORRY

YEAR = ("2025-09-01", "2026-09-01")


@pytest.mark.parametrize("threshold", [4, 5])
def test_the_practice_school_loses_at_most_half_of_its_table(threshold: int):
    kinds = {one["id"]: one["category"] for one in source.vignettes()}
    found: Counter[tuple[str, str]] = Counter()
    for note in source.assignments():
        kind, room = kinds[note["vignette_id"]], note["class"]
        if kind not in NO_WORRY and YEAR[0] <= note["recorded_at"] < YEAR[1]:
            found[group_of(kind), phase_of([int(room[0]) if room[0].isdigit() else 0])] += 1
    taught = [phase for phase in PHASES if any(column == phase for _, column in found)]
    table = suppressed({(g, p): found[g, p] for g in GROUPS for p in taught}, Settings(threshold), "together")
    assert table is not None
    hidden, of = table.lost
    assert hidden * 2 <= of >= 8
