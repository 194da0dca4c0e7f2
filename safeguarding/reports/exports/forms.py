"""Which table is taken out, as what, and what for are the words of records?"""

from collections.abc import Sequence
from typing import Any

from django import forms

from safeguarding.forms import HarbourForm, Radios, blank_first

from .figures import ALL
from .making import ONE_SHEET, Format
from .tables import FigureTable, Table

# What words are for, as the event says it.
WHY = (
    ("meeting", "For a meeting about these children"),
    ("review", "To look again at how the school decided"),
    ("inspection", "For an inspection or an audit"),
    ("authority", "The local authority or the trust has asked"),
    ("advice", "For legal or other advice"),
)


class TakeOutForm(HarbourForm):
    """`offered` are the tables that the person may take out, each with its title."""

    table = forms.ChoiceField(label="Which table", widget=Radios(), error_messages={"required": "Choose a table"})
    file_format = forms.ChoiceField(
        label="As what", choices=Format.choices, widget=Radios(), error_messages={"required": "Choose a kind of file"}
    )
    why = forms.ChoiceField(
        label="Words of concerns and actions",
        choices=blank_first(WHY, "Leave them out"),
        required=False,
        help_text="Titles, and what needs doing. Figures and the sharing register have none. What they are for stands "
        "in the record of events",
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[Table, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["table"]
        field.choices = [(table.key, title) for table, title in offered]
        field.widget.hints = {table.key: table.says for table, _ in offered}
        self._tables = {table.key: table for table, _ in offered}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("table") == ALL and given.get("file_format") == Format.CSV:
            self.add_error("file_format", ONE_SHEET)
        return given

    @property
    def chosen(self) -> Table:
        """The table of a valid form."""
        return self._tables[self.cleaned_data["table"]]

    @property
    def why_words(self) -> str:
        """What words are for, where the table has any; nothing where they are left out."""
        return "" if isinstance(self.chosen, FigureTable) else str(self.cleaned_data["why"])
