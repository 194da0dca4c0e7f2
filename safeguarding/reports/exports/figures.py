"""Which tables do figures make? The values that the overview shows, cell by cell; a number that is a day is a day."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from safeguarding.dates import as_day
from safeguarding.reports.figures import cohorts, concerns, load, places, timeliness, work
from safeguarding.reports.figures.values import Grid, Number, Viewer

from .tables import FigureTable, Made, register


def _numbers(viewer: Viewer) -> Made:
    numbers = [concerns.open_concerns(viewer), *timeliness.read_and_decided(viewer), *work.all_late(viewer)]
    headings = ("Number", "How many", "Of", "Per cent", "Unit", "Beside it")
    return Made("Six numbers", headings, tuple(map(_number, numbers)))


def _number(one: Number) -> tuple[object, ...]:
    share = one.value * 100 // one.of if one.of else None
    return (one.title, one.value, one.of, share, one.unit, "; ".join(text for text, _ in one.notes))


def _weeks(viewer: Viewer) -> Made:
    """A week without a school day is empty, and no zero."""
    found = concerns.by_week(viewer)
    rows: list[tuple[object, ...]] = [
        (_day(this.code), this.value, _day(before.code), before.value)
        for this, before in zip(found.this.cells, found.before.cells, strict=True)
    ]
    rows.append(("In holidays", found.in_holidays, "", None))
    headings = ("Week of", found.this.title, "Beside the week of", found.before.title)
    return Made("Concerns each week", headings, tuple(rows))


def _day(code: str) -> date | str:
    return date.fromisoformat(code) if code else ""


def _kinds(viewer: Viewer) -> Made:
    found = concerns.by_category(viewer)
    return Made("Main category", ("Main category", "Concerns"), tuple((cell.label, cell.value) for cell in found.cells))


def _quickly(viewer: Viewer) -> Made:
    lines = [*timeliness.by_week(viewer), work.actions_by_week(viewer), work.chased_by_week(viewer)]
    headings = ["Week of"]
    for line in lines:
        headings += [f"{line.title}: in time", f"{line.title}: of", f"{line.title}: per cent"]
    rows = []
    for cells in zip(*(line.cells for line in lines), strict=True):
        row: list[object] = [_day(cells[0].code)]
        for cell in cells:
            row += [cell.value, cell.of or None, cell.percent]
        rows.append(tuple(row))
    return Made("How quickly we act", tuple(headings), tuple(rows))


def _groups(viewer: Viewer) -> Made:
    headings = (
        "Group", "Children", "In concerns", "In concerns per 100 children", "Attendance per cent", "Dates that wait",
        "Of them late", "Next date",
    )  # fmt: skip
    rows = (
        (
            line.title,
            line.children,
            line.in_concerns,
            _decimal(line.per_100),
            _decimal(line.attendance.rstrip("%")),
            line.waiting,
            line.late,
            line.next_on,
        )
        for line in cohorts.children_who_may_need_more(viewer)
    )
    return Made("Children who may need more", headings, tuple(rows))


def _decimal(shown: str) -> Decimal | None:
    return Decimal(shown) if shown else None


def _where(viewer: Viewer) -> Made:
    return _grid(places.where_and_when(viewer)[0], "Where it was seen", "Place")


def _when(viewer: Viewer) -> Made:
    return _grid(places.where_and_when(viewer)[1], "When it was seen", "Time")


def _grid(grid: Grid, title: str, what: str) -> Made:
    rows = tuple((line.title, *(cell.value for cell in line.cells), line.total) for line in grid.rows)
    return Made(title, (what, *grid.columns, "All"), rows)


def _load(viewer: Viewer) -> Made:
    headings = ("Lead", "Open concerns", "Oldest logged on", "Actions to do", "Of them late")
    rows = (
        (one.name, one.open, as_day(one.oldest) if one.oldest else None, one.actions, one.late)
        for one in load.load_of_leads(viewer)
    )
    return Made("Load for each lead", headings, tuple(rows))


def _alone(make: Callable[[Viewer], Made]) -> Callable[[Viewer], Sequence[Made]]:
    return lambda viewer: [make(viewer)]


ALL = "figures"
_EACH: dict[str, tuple[str, str, Callable[[Viewer], Made]]] = {
    "numbers": ("The six numbers", "Those of the top row.", _numbers),
    "weeks": ("Concerns logged each week", "This school year beside the one before.", _weeks),
    "kinds": ("Concerns by main category", "Of the time chosen.", _kinds),
    "quickly": ("How quickly we act", "Read, decided, actions, agencies, by week.", _quickly),
    "groups": ("Children who may need more", "Groups beside the whole school. It names no child.", _groups),
    "where": ("Where it was seen", "By place and weekday.", _where),
    "when": ("When it was seen", "By hour and weekday.", _when),
    "load": ("Load for each lead", "It names those who decide concerns.", _load),
}


def _everything(viewer: Viewer) -> Sequence[Made]:
    return [make(viewer) for _, _, make in _EACH.values()]


register(
    FigureTable(ALL, "All figures", "A workbook with a sheet for each table of the overview.", _everything),
    *(FigureTable(key, title, says, _alone(make)) for key, (title, says, make) in _EACH.items()),
)
