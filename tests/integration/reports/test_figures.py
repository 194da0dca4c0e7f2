"""Does each figure say what is true, for each who looks, and has its list as many rows?

Recomputed here in plain Python from what was laid, without the database.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.audit.models import Event, Verb
from safeguarding.reports.figures import cohorts, concerns, load, places, timeliness, work
from safeguarding.reports.figures.periods import a_year_before, between, last_year, this_term, this_year
from safeguarding.reports.figures.registry import NoSuchCell, find
from safeguarding.reports.figures.values import Viewer
from tests.factories import SCHOOL_DAY
from tests.walls import asking

from .truth import TODAY, Truth, lay

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 9, 1), TODAY)
# The address of a list, the first number in its link, and whether that is a share.
LINK = re.compile(r'<a href="(/reports/behind/[^"]+)"[^>]*>(?:<[^>]+>|[^<0-9])*(\d+)(%?)')


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def viewer_of(truth: Truth, user: Any, **asked: Any) -> Viewer:
    return Viewer(user=user, school_id=truth.room.school.pk, at=SCHOOL_DAY, period=this_year(TODAY), **asked)


def listed(viewer: Viewer, figure: str, cell: str = "") -> set[Any]:
    """The keys of the list behind a figure. Each once: a list with a row twice would be longer than its number."""
    keys = list(find(figure).rows(viewer, cell).values_list("pk", flat=True))
    assert len(keys) == len(set(keys))
    return set(keys)


def keys(told: Any) -> set[Any]:
    return {one.record.pk for one in told}


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def agree(viewer: Viewer, told: list[Any], first: date, last: date) -> None:
    """Every figure of concerns, and its lists, of what is in `told` and was logged from a day to a day."""
    of_time = [one for one in told if first <= one.logged.date() <= last]
    now = concerns.open_concerns(viewer)
    assert now.value == sum(one.is_open for one in told)
    assert listed(viewer, "open") == keys(one for one in told if one.is_open)
    for number, done, days in (
        (timeliness.read_same_day(viewer), "read", 0),
        (timeliness.decided_in_a_day(viewer), "decided", 1),
    ):
        said = {one.record.pk: one.in_time(getattr(one, done), days) for one in of_time}
        kept = {key for key, good in said.items() if good}
        assert listed(viewer, number.figure) == {key for key, good in said.items() if good is not None}
        assert listed(viewer, number.figure, "in-time") == kept
        assert (number.value, number.of) == (len(kept), len([good for good in said.values() if good is not None]))
    kinds = Counter(one.kind for one in of_time)
    cells = {cell.code: cell.value for cell in concerns.by_category(viewer).cells}
    assert cells == dict(kinds)
    for code in kinds:
        assert listed(viewer, "by-kind", code) == keys(one for one in of_time if one.kind == code)


def test_figures_agree_with_what_was_laid_for_each_who_looks(client: Client):
    truth = lay()
    for name, user in truth.viewers.items():
        told = truth.seen_by(name)
        with asking(user):
            viewer = viewer_of(truth, user)
            agree(viewer, told, *YEAR)
            _a_year_ago(viewer, told)
            _by_week(viewer, told)
            _six_weeks(viewer, told)
            _places(viewer, told)
            _work(viewer, truth)
            _children(viewer, told)
            _loads(viewer, told, truth)
    _narrowed(truth)
    _page(truth, client)


def _a_year_ago(viewer: Viewer, told: list[Any]) -> None:
    then = SCHOOL_DAY.replace(year=a_year_before(TODAY).year)
    was = [one for one in told if one.was_open(then)]
    assert listed(viewer, "open", "a-year-ago") == keys(was)
    more = sum(one.is_open for one in told) - len(was)
    assert concerns.open_concerns(viewer).notes[0][0] == f"{more} more than this time last year"


def _by_week(viewer: Viewer, told: list[Any]) -> None:
    found = concerns.by_week(viewer)
    this, last = found.this, found.before
    weeks = Counter(monday(one.logged.date()) for one in told)
    assert [cell.code for cell in this.cells if cell.value is None] == ["2026-10-26"]
    assert len([cell for cell in last.cells if cell.value is not None]) == len(this.cells) - 1
    for cell in (*this.cells, *last.cells):
        if cell.value is not None:
            assert cell.value == weeks[date.fromisoformat(cell.code)]
            assert len(listed(viewer, "by-week", cell.code)) == cell.value
    assert found.in_holidays == weeks[date(2026, 10, 26)] == len(listed(viewer, "by-week", "holidays"))


def _six_weeks(viewer: Viewer, told: list[Any]) -> None:
    for series, done, days in zip(timeliness.by_week(viewer), ("read", "decided"), (0, 1), strict=True):
        said = [(monday(one.counts_for), one.in_time(getattr(one, done), days)) for one in told]
        assert len(series.cells) == 6
        assert series.cells[2].label == "2 Nov"
        for cell in series.cells:
            week = [good for of, good in said if good is not None and of == date.fromisoformat(cell.code)]
            assert (cell.value or 0, cell.of) == (sum(week), len(week))
            assert len(listed(viewer, series.figure, cell.code)) == len(week)


def _places(viewer: Viewer, told: list[Any]) -> None:
    of_time = [one for one in told if YEAR[0] <= one.logged.date()]
    by_place, by_hour = places.where_and_when(viewer)
    for grid in (by_place, by_hour):
        assert sum(row.total for row in grid.rows) == len(of_time)
        for row in grid.rows:
            for cell in row.cells:
                assert len(listed(viewer, grid.figure, cell.code)) == cell.value
            assert len(listed(viewer, grid.figure, row.cells[0].code.partition(".")[0])) == row.total
    assert {row.title: row.total for row in by_place.rows}["Playground"] == 3
    assert listed(viewer, "by-place", "playground.2") == keys(one for one in of_time if one.seen_on == date(2026, 9, 8))


def _work(viewer: Viewer, truth: Truth) -> None:
    for number, figure, record in (
        (work.actions_late(viewer), "actions-late", truth.late_action),
        (work.agencies_late(viewer), "agencies-late", truth.silent),
    ):
        assert (number.value, number.tone) == (1, "warn")
        assert number.notes[0][0] == "Oldest: 7 days late"
        assert listed(viewer, figure) == {record.pk}
    assert work.dates_missed(viewer).value == len(listed(viewer, "dates-missed")) == 0
    for series, good in ((work.actions_by_week(viewer), 1), (work.chased_by_week(viewer), 1)):
        week = series.cells[4]
        assert (week.code, week.value, week.of) == ("2026-11-16", good, 2)
        assert len(listed(viewer, series.figure, "2026-11-16")) == 2


def _children(viewer: Viewer, told: list[Any]) -> None:
    lines = {line.code: line for line in cohorts.children_who_may_need_more(viewer)}
    of_time = [one for one in told if YEAR[0] <= one.logged.date()]
    whole = lines["whole-school"]
    assert whole.in_concerns == sum(one.children for one in of_time) == len(listed(viewer, "in-concerns"))
    assert (
        whole.children == len(listed(viewer, "children")) == (3 if any(one.is_hidden for one in told) is False else 4)
    )
    assert whole.per_100 == f"{whole.in_concerns * 100 / whole.children:.1f}"


def _loads(viewer: Viewer, told: list[Any], truth: Truth) -> None:
    loads = {one.name: one for one in load.load_of_leads(viewer)}
    lead, deputy = loads[truth.room.lead.full_name], loads[truth.room.deputy.full_name]
    opened = [one for one in told if one.is_open and one.read]
    assert lead.open == len(opened) == len(listed(viewer, "open-of", str(truth.room.lead.pk)))
    assert (deputy.actions, deputy.late) == (1, 1)
    assert listed(viewer, "actions-of", str(truth.room.deputy.pk)) == {truth.late_action.pk}


def _narrowed(truth: Truth) -> None:
    """By kind, level and year group, and of other times; the Headteacher asks."""
    user = truth.room.headteacher
    with asking(user):
        for asked, fits in (
            ({"category": "PHY"}, lambda one: one.kind == "PHY"),
            ({"level": 2}, lambda one: one.level == 2),
            ({"year_group": 2}, lambda one: one.year == 2),
        ):
            agree(viewer_of(truth, user, **asked), [one for one in truth.told if fits(one)], *YEAR)
        viewer = viewer_of(truth, user)
        for period in (this_term(viewer.calendar, TODAY), last_year(TODAY), between(date(2026, 11, 12), TODAY)):
            agree(replace(viewer, period=period), truth.told, period.first, period.last)
        for figure, cell in (("open", "none"), ("by-week", "2026-11-03"), ("by-week", "x"), ("by-place", "moon.1")):
            with pytest.raises(NoSuchCell):
                find(figure).rows(viewer, cell)


def _page(truth: Truth, client: Client) -> None:
    """What the overview prints leads to lists of as many rows: one number of each figure, and one of its cells."""
    client.force_login(truth.room.headteacher)
    page = client.get(reverse("overview"))
    event = Event.objects.exclude(verb=Verb.LIST).filter(purpose="overview").get()
    assert (event.object_id, event.actor_id) == (truth.room.school.pk, truth.room.headteacher.pk)
    links = {}
    for address, number, share in LINK.findall(page.content.decode()):
        if not share and "a-year-ago" not in address:
            links[re.sub(r"&amp;cell=[^&]+", "&cell", address)] = (address, int(number))
    assert len(links) > 14
    for address, number in links.values():
        behind = client.get(unescape(address))
        assert behind.context["number"] == len(behind.context["rows"]) == number, address
    none = ("none", "by-kind&cell=none-such", "by-week&cell=2026-11-03", "by-place&cell=x")
    for wrong in (f"figure={one}" for one in none):
        assert client.get(f"{reverse('behind_figure')}?{wrong}").status_code == 404, wrong
