"""Can anybody work out a small number from what a school publishes? A solver that shares no code with Harbour tries."""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from safeguarding.governors.assembling import Counted, assembled
from safeguarding.governors.cells import CHILDREN, LEFT_OUT, NOT_SHOWN, TIMES, TOTAL, of_table
from safeguarding.governors.past import Past
from safeguarding.governors.suppression import Settings, TermJoined, join, sum_of, suppressed, too_narrow
from safeguarding.governors.suppression.flow import Edge, ranges
from safeguarding.governors.tables import Cohorts, Groups, Register

from .reading import narrowed
from .schools import PRIMARY, SECONDARY, TERMS, School, year_of_reports

FIVE, THREE = Settings(), Settings(threshold=3)
QUICK = settings(
    max_examples=8, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def schools(draw: st.DrawFn) -> School:
    """A school of 60 to 420 children with three terms, published, and up to three corrected reports."""
    school = School(
        size=draw(st.integers(60, 420)),
        settings=Settings(draw(st.sampled_from([3, 4, 5, 5, 8])), draw(st.booleans())),
        phases=draw(st.sampled_from([PRIMARY, SECONDARY])),
        random=Random(draw(st.integers(0, 2**32))),
    )
    corrections = st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(["records", "settings", "nothing"]))
    year_of_reports(school, draw(st.lists(corrections, max_size=3)))
    return school


@given(school=schools())
@QUICK
def test_no_hidden_number_can_be_narrowed_to_fewer_than_three(school: School):
    assert narrowed(school) == []


def test_small_groups_are_joined_until_they_are_enough():
    found = join({"NEG": 12, "PHY": 7, "EMO": 2, "DOM": 1, "SEX": 0}, FIVE)
    assert found is not None
    assert (dict(found.shown), found.members, found.together) == ({"NEG": 12, "SEX": 0}, {"PHY", "EMO", "DOM"}, 10)
    # Five groups of one each are five, and each would be known to be one.
    alike = join({"A": 1, "B": 1, "C": 1, "D": 1, "E": 1, "F": 6, "G": 9}, FIVE)
    assert alike is not None and alike.members == {"A", "B", "C", "D", "E", "F"}
    assert join({"A": 4, "B": 3}, FIVE) is None
    assert join({"A": 0, "B": 0}, FIVE) is not None
    assert join({"A": 0, "B": 0}, Settings(hide_zero=True)) is None
    with pytest.raises(ValueError, match="at least 3"):
        Settings(threshold=2)


def test_none_is_shown_or_hidden_as_the_school_chose():
    numbers = {"A": 9, "B": 6, "C": 0}
    shown, hidden = join(numbers, FIVE), join(numbers, Settings(hide_zero=True))
    assert shown is not None and hidden is not None
    assert (shown.members, shown.shown["C"]) == (frozenset(), 0)
    assert hidden.members == {"C", "B"}


def test_what_an_earlier_version_hid_stays_hidden():
    found = join({"A": 9, "B": 6, "C": 7}, FIVE, always={"B", "C"}, may_be_zero={"B", "C"})
    assert found is not None and found.members == {"B", "C"}


def test_a_year_joins_what_one_of_its_terms_joined():
    first, second = join({"A": 9, "B": 3, "C": 5}, FIVE), join({"A": 8, "B": 6, "C": 7}, FIVE)
    year = sum_of([first, second], hide_zero=False)
    assert year is not None
    assert (dict(year.shown), year.members, year.together) == ({"A": 17}, {"B", "C"}, 21)
    assert sum_of([first, None], hide_zero=False) is None


def test_a_range_is_what_all_other_sums_leave():
    square = [Edge((r, c), r, c, v, 1) for r, c, v in (("r", "x", 2), ("r", "y", 6), ("s", "x", 7), ("s", "y", 3))]
    # A square has one number to choose: what one gains its neighbours lose.
    assert ranges(square) == {("r", "x"): (1, 7), ("r", "y"): (1, 7), ("s", "x"): (2, 8), ("s", "y"): (2, 8)}
    assert ranges([Edge("alone", "r", "x", 3, 1)]) == {"alone": (3, 3)}


TABLE = {
    ("harm", "ks1"): 9, ("harm", "ks2"): 20, ("harm", "early"): 6,
    ("peers", "ks1"): 2, ("peers", "ks2"): 11, ("peers", "early"): 8,
    ("health", "ks1"): 12, ("health", "ks2"): 14, ("health", "early"): 7,
    ("family", "ks1"): 10, ("family", "ks2"): 15, ("family", "early"): 6,
}  # fmt: skip


def test_one_small_cell_takes_others_with_it():
    found = suppressed(TABLE, FIVE, "together")
    assert found is not None
    assert ("peers", "ks1") in found.hidden
    # Not alone in its row, nor in its column: else the totals would tell it.
    for side in (0, 1):
        assert sum(spot[side] == ("peers", "ks1")[side] for spot in found.hidden) > 1
    assert found.lost[0] * 2 <= found.lost[1]
    assert found.rows == {"harm": 35, "peers": 21, "health": 33, "family": 31}


def test_a_table_of_which_more_than_half_would_go_is_left_out():
    small = {spot: 20 if spot[0] == "harm" else 4 for spot in TABLE}
    assert suppressed(small, FIVE, "together") is None


def test_a_total_of_the_year_that_tells_what_a_term_hid_is_joined():
    groups = {"PHY": "harm", "COC": "peers", "MHH": "health"}
    terms = [TermJoined({"PHY": 2, "COC": 4})]
    # Both groups have a total, and each has one hidden number: the total less what was shown is that number.
    assert too_narrow(terms, groups, (), FIVE) == {"harm", "peers"}
    assert too_narrow(terms, groups, {"harm", "peers"}, FIVE) == set()
    assert too_narrow([], groups, (), FIVE) == set()


def test_attendance_of_few_is_not_called_that_of_the_whole_school():
    def attended(children: int) -> list[tuple[str, str]]:
        groups = Groups("cohorts", "children", {"cp": "CP plan"}, {"cp": 9}, CHILDREN)
        times = Groups("cohorts", "in-concerns", {"cp": "CP plan"}, {"cp": 9}, TIMES)
        few = Register(30, 40, children)
        counted = Counted(groups, Cohorts(groups, times, {"cp": few}, few), ())
        found = assembled(counted, FIVE, Past(TERMS[0]))
        return [(one.row, one.shown) for one in of_table(found, "attendance", "sessions")]

    assert attended(5) == [("cp", "75.0"), (TOTAL, "75.0")]
    assert attended(4) == [(LEFT_OUT, NOT_SHOWN)]
