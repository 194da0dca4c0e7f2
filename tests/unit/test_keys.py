"""Is a number from outside read where it can be one of ours, and nothing else?"""

import pytest

from safeguarding.keys import number_of


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0", 0), ("17", 17), ("007", 7), ("9" * 9, 999_999_999)]
    + [(junk, None) for junk in ("", "-1", "1.5", " 1", "1\n", "²", "٣", "one", "9" * 10, "9" * 5_000)],
)
def test_number_from_outside_is_read_or_is_none(typed, number):
    assert number_of(typed) == number
