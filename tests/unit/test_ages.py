"""How long ago was it, where a clock may have been wrong?"""

from datetime import UTC, datetime, timedelta

import pytest

from safeguarding.accounts.services.sessions import Session
from safeguarding.ages import SLACK, has_passed, is_over, past
from safeguarding.keys import uuid7

NOW = datetime(2026, 12, 1, 8, 40, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("since", "is_known", "due", "over"),
    [
        (None, False, True, None),
        (NOW - 2 * HOUR, True, True, True),
        (NOW - HOUR, True, True, True),
        (NOW - MINUTE, True, False, False),
        (NOW + SLACK, True, False, False),
        (NOW + MINUTE, False, True, False),
        (NOW + HOUR, False, True, True),
        (NOW + timedelta(days=400), False, True, True),
    ],
)
def test_what_is_still_to_come_counts_as_never(since, is_known, due, over):
    assert (past(since, NOW) is not None, has_passed(HOUR, since, NOW)) == (is_known, due)
    assert since is None or is_over(HOUR, since, NOW) is over


@pytest.mark.parametrize(
    ("jump", "lasts"),
    [(timedelta(), True), (-5 * MINUTE, True), (timedelta(days=20), False), (timedelta(days=-30), False)],
)
def test_a_session_ends_where_the_clock_was_set_by_more_than_it_may_last(settings, jump, lasts):
    session = Session("key", 1, uuid7(), NOW + jump, NOW + jump, False, None, False)
    assert (not session.is_over(NOW), session.left(NOW) > timedelta()) == (lasts, lasts)
