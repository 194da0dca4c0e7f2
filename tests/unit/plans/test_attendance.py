"""How are sessions counted, by week and term, when is absence persistent, and where do the bars stand?"""

from datetime import date, timedelta

import pytest

from safeguarding.clocks import Term
from safeguarding.plans.attendance import marks
from safeguarding.plans.attendance.chart import BASE, HEIGHT, chart
from safeguarding.plans.attendance.counting import Day, Sessions, by_term, by_week, counted_up, years
from safeguarding.plans.attendance.marks import Counts

MONDAY = date(2026, 11, 16)


def day(number: int, am: str = "/", pm: str = "\\") -> Day:
    return Day(MONDAY + timedelta(days=number), am, pm)


@pytest.mark.parametrize(
    ("counts", "codes"),
    [
        (Counts.ATTENDED, "/ \\ L K V P W B"),
        (Counts.AUTHORISED, "C C1 C2 E I J1 M R S T"),
        (Counts.UNAUTHORISED, "G N O U"),
        (Counts.NOT_POSSIBLE, "D X Z # Q Y1 Y2 Y3 Y4 Y5 Y6 Y7"),
    ],
)
def test_each_mark_counts_as_the_domain_reference_says(counts: Counts, codes: str):
    assert {code for code in marks.all_marks() if marks.counts_as(code) == counts} - {"H", "J", "Y"} == {*codes.split()}
    assert all(marks.is_known(code, MONDAY) for code in codes.split())


def test_a_code_is_known_on_days_on_which_it_was_in_use():
    for code, before, since in (("H", True, False), ("Y", True, False), ("Y4", False, True), ("/", True, True)):
        assert marks.is_known(code, date(2024, 8, 18)) == before
        assert marks.is_known(code, date(2024, 8, 19)) == since
    assert not marks.is_known("Q9", MONDAY)
    assert marks.counts_as("Q9") is None and marks.counts_as("") is None


def test_what_was_not_possible_counts_neither_way():
    found = counted_up([day(0), day(1, "I", "O"), day(2, "Y4", "Y4"), day(3, "X", ""), day(4, "L", "\\")])
    assert found == Sessions(attended=4, authorised=1, unauthorised=1, not_possible=3)
    assert (found.possible, found.missed, found.percent) == (6, 2, "66.6 per cent")


@pytest.mark.parametrize(
    ("attended", "missed", "is_persistent", "is_severe"),
    [
        (91, 9, False, False),
        (90, 10, True, False),
        (51, 49, True, False),
        (50, 50, True, True),
        (0, 1, True, True),
        (0, 0, False, False),
    ],
)
def test_absence_is_persistent_from_a_tenth_and_severe_from_half(
    attended: int, missed: int, is_persistent: bool, is_severe: bool
):
    sessions = Sessions(attended=attended, unauthorised=missed, not_possible=40)
    assert (sessions.is_persistent, sessions.is_severe) == (is_persistent, is_severe)


def test_weeks_and_terms_hold_their_own_days():
    days = [day(8, "I", "I"), day(0), day(4)]
    assert [(week.first, week.sessions.attended, week.sessions.missed) for week in by_week(days)] == [
        (MONDAY, 4, 0),
        (MONDAY + timedelta(weeks=1), 0, 2),
    ]
    autumn = Term(date(2026, 9, 2), date(2026, 11, 20), whole=True)
    first, rest = by_term(days, [autumn, Term(date(2027, 1, 4), date(2027, 3, 26), whole=True)])
    assert (first.title, first.sessions.attended) == ("Autumn term 2026", 4)
    assert (rest.title, rest.first, rest.sessions.missed) == ("In no term of the calendar", day(8).on, 2)
    assert years([Day(date(2026, 8, 31), "/", ""), Day(date(2026, 9, 1), "/", "")]) == [2026, 2025]


def test_a_bar_is_as_high_as_all_sessions_and_a_holiday_leaves_its_place_empty():
    drawn = chart(by_week([day(0), day(1, "I", "O"), day(14, "Y4", "Y4"), day(21)]))
    first, closed, last = drawn.bars
    assert [(piece.css, piece.height) for piece in first.pieces] == [
        ("attended", f"{HEIGHT / 2:.1f}"),
        ("authorised", f"{HEIGHT / 4:.1f}"),
        ("unauthorised", f"{HEIGHT / 4:.1f}"),
    ]
    assert first.pieces[-1].y == f"{BASE - HEIGHT:.1f}"
    assert closed.pieces == []
    assert float(last.x[:-1]) == pytest.approx(3 * float(first.width[:-1]) / 0.78, abs=0.1)
    assert [bar.month for bar in drawn.bars] == ["Nov", "Dec", ""]
    assert chart([]).bars == []
