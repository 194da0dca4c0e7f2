"""Is the scale of a chart one that a reader counts along, and is a gap no zero?"""

from hypothesis import given
from hypothesis import strategies as st

from safeguarding import charts


def test_a_scale_has_round_steps():
    assert charts.ticks(0) == [0, 1]
    assert charts.ticks(3) == [0, 1, 2, 3]
    assert charts.ticks(15) == [0, 5, 10, 15]
    assert charts.ticks(16) == [0, 5, 10, 15, 20]
    assert charts.ticks(96) == [0, 50, 100]
    assert charts.ticks(402) == [0, 200, 400, 600]


@given(st.integers(0, 10**7), st.integers(1, 8))
def test_a_scale_reaches_its_highest_and_no_further_than_a_step(highest, most):
    found = charts.ticks(highest, most)
    step = found[1]
    assert found == list(range(0, found[-1] + 1, step))
    assert found[-1] - step < max(highest, 1) <= found[-1]
    assert len(found) <= most + 1
    assert str(step).rstrip("0") in ("1", "2", "5")


def test_a_line_stops_at_a_gap_and_goes_on_behind_it():
    chart = charts.lines(["a", "b", "c", "d"], [[2, None, 4, 1]], ["now"])
    marks = chart.lines[0].marks
    assert [bool(mark.x2) for mark in marks] == [False, True, False]
    assert chart.lines[0].newest == "1"
    assert marks[1].y == f"{charts.TOP:.1f}"


def test_names_under_a_line_are_few_and_hold_the_first_and_last():
    names = [str(n) for n in range(39)]
    shown = [name for name, _ in charts.lines(names, [[1] * 39], ["now"]).names]
    assert shown[0] == "0"
    assert shown[-1] == "38"
    assert len(shown) <= 5


def test_a_small_line_says_where_its_scale_begins():
    assert charts.small([82, 96, None]).lowest == 75
    assert charts.small([100, 40]).lowest == 25
    assert charts.small([]).lowest == 0
    assert charts.small([90], target=20).lowest == 0


def test_shades_and_widths_grow_with_the_number():
    assert [charts.shade(n, 8) for n in (0, 1, 2, 3, 8)] == [0, 1, 1, 2, 4]
    assert charts.widths([8, 2, 0]) == ["100.0%", "25.0%", "0.0%"]
    assert charts.widths([0]) == ["0%"]
