"""Many more plans than `make test` has time for, with whom everything is done in every order: sound after each deed?"""

from collections import Counter
from typing import Any

import pytest
import time_machine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from safeguarding.plans.kinds import EPISODES
from tests.factories import SCHOOL_DAY
from tests.integration.plans.conftest import make_place
from tests.integration.plans.test_any_sequence import DEEDS, Sequence, carry_out, sequences

pytestmark = [pytest.mark.soak(part="school"), pytest.mark.django_db]
PLANS = 200


def test_two_hundred_plans_are_sound_after_every_deed(figures: dict[str, Any]):
    done: Counter[str] = Counter()
    with time_machine.travel(SCHOOL_DAY, tick=False):
        place = make_place()

        @given(kind=st.sampled_from(list(EPISODES)), sequence=sequences(20, 60))
        @settings(max_examples=PLANS, phases=[Phase.generate], database=None)
        def each(kind: str, sequence: Sequence) -> None:
            done.update(carry_out(place, kind, sequence))

        each()
    refused = done.pop("refused")
    assert set(done) == set(DEEDS)
    figures |= {"plans": PLANS, "deeds": done.total(), "refused": refused, "unsound": 0}
