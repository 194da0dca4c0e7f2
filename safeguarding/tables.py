"""How does a page print a table? Columns are declared once, so that each cell knows its label when rows stack on a
phone.

    {% table "New concerns, most urgent first" %}
      {% column "How soon" css="w130" label="" %}{% column "Child" %}
      {% rows %}
      {% for concern in concerns %}
        {% row hot=concern.is_now unread=concern.is_unread %}{% cell %}…{% cell %}…{% endrow %}
      {% endfor %}
    {% endtable %}

The first cell is the header of its row. The roles are printed because a table that stacks loses them (WCAG 1.3.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.safestring import SafeString
from markupsafe import escape

from safeguarding.components import arguments, draw, trimmed
from safeguarding.markup import format_html

_COLUMNS = "columns_of_this_table"


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the opening tags that its cells share."""

    text: str
    css: str
    hidden: bool
    header: str
    cell: str

    @classmethod
    def of(cls, text: str, css: str, label: str, hidden: bool) -> "Column":
        attributes = format_html(' class="{}"', css) if css else ""
        labelled = format_html(' data-label="{}"', label) if label else ""
        return cls(
            text,
            css,
            hidden,
            f'<th scope="row" role="rowheader"{attributes}>',
            f'<td role="cell"{attributes}{labelled}>',
        )


class TableNode(Node):
    child_nodelists = ("columns", "rows")

    def __init__(
        self, args: list[FilterExpression], kwargs: dict[str, FilterExpression], columns: NodeList, rows: NodeList
    ) -> None:
        self.args, self.kwargs, self.columns, self.rows = args, kwargs, columns, rows

    def render(self, context: Context) -> SafeString:
        frame = _table(
            *(arg.resolve(context) for arg in self.args),
            **{name: value.resolve(context) for name, value in self.kwargs.items()},
        )
        with context.push(**{_COLUMNS: []}):
            self.columns.render(context)
            contents = {"columns": context[_COLUMNS], "rows": trimmed(self.rows.render(context))}
        return draw(context, "components/table.html", frame | contents)


class RowNode(Node):
    """A row, put together without a template of its own: fifty of them are most of a list's page."""

    def __init__(self, states: dict[str, FilterExpression], cells: list[NodeList]) -> None:
        self.states, self.cells = states, cells

    def render(self, context: Context) -> SafeString:
        states = (name for name, value in self.states.items() if value.resolve(context))
        return printed_row(context, [trimmed(nodes.render(context)) for nodes in self.cells], states)


def printed_row(context: Context, cells: Sequence[str], states: Iterable[str]) -> SafeString:
    """A row of the table that is being rendered, for the tag and for code that prints many rows alike. A cell that does
    not claim to be safe is escaped.
    """
    columns: list[Column] = context[_COLUMNS]
    if len(columns) != len(cells):
        raise TemplateSyntaxError(f"A row of {len(cells)} cells in a table of {len(columns)} columns.")
    header, *rest = map(escape, cells)
    inside = "".join(f"{column.cell}{html}</td>" for column, html in zip(columns[1:], rest, strict=True))
    shown = " ".join(f"is-{name}" for name in states)
    css = f' class="{shown}"' if shown else ""
    return SafeString(f'<tr role="row"{css}>{columns[0].header}{header}</th>{inside}</tr>')


def table(parser: Parser, token: Token) -> TableNode:
    """`{% table "Caption" %}` columns `{% rows %}` rows `{% endtable %}`"""
    args, kwargs = arguments(parser, token, _table, "table")
    columns = parser.parse(("rows",))
    parser.delete_first_token()
    rows = parser.parse(("endtable",))
    parser.delete_first_token()
    return TableNode(args, kwargs, columns, rows)


def row(parser: Parser, token: Token) -> RowNode:
    """`{% row hot=… unread=… %}{% cell %}…{% cell %}…{% endrow %}`"""
    _, states = arguments(parser, token, _row, "row")
    cells = []
    parser.parse(("cell", "endrow"))
    while parser.next_token().contents.split()[0] == "cell":
        cells.append(parser.parse(("cell", "endrow")))
    return RowNode(states, cells)


def column(context: Context, text: str, css: str = "", label: str | None = None, hidden: bool = False) -> str:
    """A column of the table around it. `label=""` for one whose cells speak for themselves when rows stack."""
    context[_COLUMNS].append(Column.of(text, css, text if label is None else label, hidden))
    return ""


def _table(
    caption: str, *, shown: bool = False, stack: bool = True, boxed: bool = False, id: str = ""
) -> dict[str, Any]:
    """The caption is read out; `shown` prints it too, where no title of a panel says the same."""
    return {"caption": caption, "shown": shown, "stack": stack, "boxed": boxed, "id": id}


def _row(*, hot: bool = False, warn: bool = False, unread: bool = False, off: bool = False) -> None:
    """The states of a row: act now, urgent, not read yet, cannot be chosen."""
