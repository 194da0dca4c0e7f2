"""Are the numbers of a report those of the school's records, whoever may see them, and suppressed before they are told?

Recomputed here in plain Python from what was laid (`tests/integration/reports/truth.py`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
import time_machine

from safeguarding.audit.context import system_task, with_errors
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import error
from safeguarding.governors import cells
from safeguarding.governors.building import build
from safeguarding.governors.cells import BuiltCell, Earlier, Term, laid_out, of_table, shown, table_of
from safeguarding.governors.records import TASK
from tests.factories import SCHOOL_DAY
from tests.integration.reports.truth import Told, Truth, lay
from tests.integration.test_done_by_the_worker import signed_in
from tests.postgres import Databases

AUTUMN = Term(date(2026, 9, 1), date(2026, 12, 18), "Autumn term 2026")


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def built(truth: Truth, term: Term = AUTUMN, **asked: object) -> list[BuiltCell]:
    return build(truth.room.school.pk, term=term, as_at=SCHOOL_DAY, threshold=3, **asked)


def numbers(found: list[BuiltCell], section: str, table: str, column: str = "") -> dict[str, int | None]:
    return {one.row: one.value for one in of_table(found, section, table) if one.column == column and not one.hidden}


def of_term(truth: Truth) -> list[Told]:
    return [one for one in truth.told if one.logged.date() >= AUTUMN.first]


@pytest.mark.django_db
def test_the_report_counts_every_record_and_tells_no_small_number():
    truth = lay()
    found = built(truth)
    told = of_term(truth)
    kinds = Counter(one.kind for one in told)
    # Restricted ones, and those hidden from the lead who is a parent, are among them.
    assert numbers(found, "volume", "concerns") == {
        "before": sum(one.was_open(SCHOOL_DAY.replace(month=9, day=1, hour=0)) for one in truth.told),
        "logged": len(told),
        "closed": sum(one.closed is not None for one in told),
        "after": sum(one.is_open for one in truth.told),
    }
    assert kinds == {"NEG": 7, "BEH": 3, "PHY": 2}
    term = of_table(found, "categories", "term")
    assert {one.row for one in term if one.hidden} == {"PHY", "BEH"}
    listed = numbers(found, "categories", "term")
    assert (listed["NEG"], listed[cells.OTHER], listed[cells.TOTAL], listed["EMO"]) == (7, 5, 12, 0)
    assert not {"POS", "STF"} & {one.row for one in term}
    assert all(one.value is None and one.of is None and shown(one) == cells.NOT_SHOWN for one in found if one.hidden)
    _timely(found, told)
    _work(found)
    _children(found)
    assert found == built(truth)
    with_one_in_error = _without_one(truth)
    assert numbers(with_one_in_error, "volume", "concerns")["logged"] == len(told) - 1
    assert numbers(with_one_in_error, "categories", "term")["NEG"] == 6
    assert [one.order for one in found] == list(range(len(found)))
    places = {(one.section, one.table, one.row, one.column) for one in found}
    assert len(places) == len(found)
    for section, tables in cells.grouped(found):
        assert all(laid_out(table, rows).rows or laid_out(table, rows).left_out for table, rows in tables), section.key


def _without_one(truth: Truth) -> list[BuiltCell]:
    """The same after two people have said that a concern was entered in error."""
    concern = next(one.record for one in of_term(truth) if one.kind == "NEG" and one.read is None)
    given = {"concern": concern, "seen": concern.revision, "token": uuid4(), "reason": "A test.", "mistake": "test"}
    entry = error.propose(**given, by=truth.room.lead)
    with with_errors("all"):
        seen = Concern.objects.get(pk=concern.pk).revision
    error.answer(entry=entry, seen=seen, confirms=True, reason="Yes.", by=truth.room.deputy)
    return built(truth)


def _timely(found: list[BuiltCell], told: list[Told]) -> None:
    rows = {one.row: one for one in of_table(found, "timeliness", "in-time") if one.column == cells.IN_TIME}
    for key, done, days in (("read-in-time", "read", 0), ("decided-in-time", "decided", 1)):
        said = [one.in_time(getattr(one, done), days) for one in told]
        assert (rows[key].value, rows[key].of) == (said.count(True), said.count(True) + said.count(False))
    assert (rows["actions-on-time"].value, rows["actions-on-time"].of) == (1, 2)
    assert (rows["agencies-chased"].value, rows["agencies-chased"].of) == (1, 2)


def _work(found: list[BuiltCell]) -> None:
    """Two referrals are fewer than three: the lists are left out, and say so. What the school did is told."""
    for table in ("agencies", "outcomes"):
        rows = of_table(found, "referrals", table)
        assert rows[0].row == cells.LEFT_OUT
        assert laid_out(table_of("referrals", table), rows).left_out == cells.LEFT_OUT_SAYS
    assert numbers(found, "referrals", "answers") == {"made": 2}
    assert numbers(found, "actions", "became")["all"] == 0
    assert numbers(found, "sharing", "requests")["received"] == 0
    assert numbers(found, "retention", "done") == {"destroyed": 0, "lists": 0}


def _children(found: list[BuiltCell]) -> None:
    assert numbers(found, "cohorts", "children")[cells.TOTAL] == 4
    assert numbers(found, "cohorts", "in-concerns", cells.NUMBER)[cells.TOTAL] == 13


@pytest.mark.django_db
def test_a_corrected_report_and_the_year_hide_what_was_hidden_before():
    truth = lay()
    half = replace(AUTUMN, last=date(2026, 11, 19))
    last = Term(date(2026, 11, 20), date(2026, 12, 18), "The last one", is_last=True)
    first = built(truth, half)
    assert "BEH" in {one.row for one in of_table(first, "categories", "term") if one.hidden}
    # With none hidden too.
    again = built(truth, half, hide_zero=True, earlier=[Earlier(half, tuple(first))])
    hid = {(one.section, one.table, one.row) for one in first if one.hidden}
    assert hid <= {(one.section, one.table, one.row) for one in again if one.hidden or one.row == cells.LEFT_OUT}
    alone = built(truth, last)
    assert of_table(alone, "categories", "year")[0].label == cells.NO_YEAR_SAYS
    assert of_table(alone, "categories", "by-phase")[0].label == cells.NO_YEAR_SAYS
    year = built(truth, last, earlier=[Earlier(half, tuple(first))])
    rows = of_table(year, "categories", "year")
    assert {"PHY", "BEH"} == {one.row for one in rows if one.hidden}
    assert numbers(year, "categories", "year") | {"NEG": 7, cells.OTHER: 5, cells.TOTAL: 12} == numbers(
        year, "categories", "year"
    )
    gone = Earlier(half, tuple(first), stands=False)
    assert of_table(built(truth, last, earlier=[gone]), "categories", "year")[0].label == cells.NO_YEAR_SAYS


@pytest.mark.django_db(transaction=True)
def test_the_worker_counts_all_of_it_and_may_write_none_of_it(databases: Databases):
    truth = lay()
    expected = built(truth)
    with signed_in("worker", databases):
        assert built(truth) == expected
        with system_task(TASK):
            assert Concern.objects.exists()
            # Seen, and out of reach of any change.
            assert Concern.objects.update(level=4) == 0
