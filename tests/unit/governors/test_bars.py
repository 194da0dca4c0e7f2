"""Which numbers of a report have a bar beside them, and how wide is it?"""

from typing import Any

import pytest

from safeguarding.governors import cells
from safeguarding.governors.models import ReportCell
from safeguarding.governors.services.showing import ShownTable, shown_of


def drawn(table: str, *rows: dict[str, Any], section: str, in_part: bool = False) -> ShownTable:
    of_table = {"section": section, "table": table, "unit": cells.CONCERNS, "column": "", "hidden": False}
    made = [ReportCell(**of_table | {"label": row["row"], "order": n} | row) for n, row in enumerate(rows)]
    [shown] = shown_of(made, {}, in_part=in_part)
    return shown.tables[0]


KINDS = (
    {"row": cells.TOTAL, "value": 90},
    {"row": "NEG", "value": 60},
    {"row": "EMO", "value": 30},
    {"row": cells.OTHER, "value": None, "hidden": True},
)


def test_the_longest_bar_is_that_of_the_largest_group_and_a_sum_or_what_is_hidden_has_none():
    assert drawn("term", *KINDS, section="categories").bars == ("", "100.0%", "50.0%", "")


def test_who_reads_totals_alone_is_drawn_nothing():
    shown = drawn("term", *KINDS, section="categories", in_part=True)
    assert shown.bars == ()
    assert [bar for _, _, bar in shown.with_bars] == [""] * len(KINDS)


def test_a_share_is_drawn_of_its_whole():
    column = {"column": cells.IN_TIME}
    bars = drawn(
        "in-time",
        {"row": "read", "value": 3, "of": 4, **column},
        {"row": "decided", "value": 1, "of": 4, **column},
        {"row": "actions", "value": 0, "of": 0, **column},
        section="timeliness",
    ).bars
    assert bars == ("75.0%", "25.0%", "0.0%")


def test_attendance_is_drawn_of_all_sessions():
    rows = ({"row": "lac", "value": 951, "unit": cells.ATTENDED}, {"row": "cp", "value": None, "unit": cells.ATTENDED})
    assert drawn("sessions", *rows, section="attendance").bars == ("95.1%", "")


@pytest.mark.parametrize(("section", "table"), [("volume", "concerns"), ("training", "staff")])
def test_the_schools_own_numbers_are_not_drawn(section: str, table: str):
    assert drawn(table, {"row": "a", "value": 3}, section=section).bars == ()
