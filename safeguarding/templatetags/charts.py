"""Template tags of charts: bars, lines, small lines and a heat table, drawn by the server without a script.

Each takes cells of figures (`safeguarding/reports/figures/values.py`): what has `label`, `value` and `behind`. Its look
is in `templates/components/`.
"""

from collections.abc import Sequence
from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString
from django.utils.text import slugify

from safeguarding import charts
from safeguarding.markup import format_html
from safeguarding.tables import printed_row

register = Library()
included = register.inclusion_tag
# So many bars are drawn; the table has them all.
MOST_BARS = 8


@included("components/bar.html")
def bar(width: str, high: int = 18) -> dict[str, Any]:
    """One bar: `width` of the place it has, in per cent; `high` in pixels."""
    return {"width": width, "high": high, "inner": high - 2}


@included("components/bars.html")
def bars(series: Any, *, unit: str, source: str) -> dict[str, Any]:
    """Bars beside their names, the longest first."""
    shown = series.cells[:MOST_BARS]
    rest = series.cells[MOST_BARS:]
    return {
        "series": series,
        "bars": list(zip(shown, charts.widths([cell.value or 0 for cell in shown]), strict=True)),
        "rest": len(rest),
        "rest_total": sum(cell.value or 0 for cell in rest),
        "unit": unit,
        "source": source,
    }


@included("components/lines.html")
def lines(first: Any, second: Any, *, title: str, unit: str, source: str, what: str) -> dict[str, Any]:
    """Two lines over the same weeks, the first before the second."""
    names = [cell.label for cell in first.cells]
    drawn = charts.lines(names, [[cell.value for cell in one.cells] for one in (second, first)], ("before", "now"))
    return {
        "id": slugify(title),
        "title": title,
        "first": first,
        "second": second,
        "rows": list(zip(first.cells, second.cells, strict=True)),
        "chart": drawn,
        "unit": unit,
        "source": source,
        "what": what,
    }


@included("components/small_lines.html")
def small_lines(
    series: Sequence[Any], *, title: str, source: str, targets: Sequence[int | None] = ()
) -> dict[str, Any]:
    """Small lines of percentages beside each other, with the newest of each in words."""
    aims = [*targets, *(None for _ in series)][: len(series)]
    shown = [
        {
            "series": one,
            "chart": charts.small([cell.percent for cell in one.cells], aim),
            "newest": newest,
            "target": aim,
            "stands": _stands(newest, aim),
        }
        for one, newest, aim in zip(series, map(_newest, series), aims, strict=True)
    ]
    return {"title": title, "shown": shown, "names": [cell.label for cell in series[0].cells], "source": source}


@included("components/heat.html")
def heat(grid: Any, *, unit: str, source: str, what: str) -> dict[str, Any]:
    """A table of two ways, darker where there is more; each number stands in its cell."""
    highest = max((cell.value or 0 for row in grid.rows for cell in row.cells), default=0)
    rows = [(row, [(cell, charts.shade(cell.value or 0, highest)) for cell in row.cells]) for row in grid.rows]
    return {"grid": grid, "rows": rows, "unit": unit, "source": source, "what": what}


@register.simple_tag(takes_context=True)
def share_row(context: Context, title: str, cells: Sequence[Any]) -> SafeString:
    """A row of shares in the table that is being printed: each with its list, a dash where nothing could be counted."""
    shares = [format_html('<a href="{}">{}%</a>', one.behind, one.percent) if one.of else "–" for one in cells]
    return printed_row(context, [title, *shares], ())


def _stands(newest: Any, aim: int | None) -> str:
    """Behind the words of a target: whether the newest share meets it."""
    if newest is None or aim is None:
        return ""
    return ": met" if newest.percent >= aim else ": missed"


def _newest(series: Any) -> Any:
    """The last cell in which something could be counted."""
    return next((cell for cell in reversed(series.cells) if cell.value is not None), None)
