"""To what can a chronology be narrowed? To kinds of entry, and to what happened since a day."""

from collections.abc import Mapping
from datetime import date, timedelta

from django import forms
from django.http import QueryDict

from safeguarding.concerns.chronology import KINDS, Narrowed
from safeguarding.forms import HarbourForm

_DAYS = {"90": 90, "30": 30}


class Narrow(HarbourForm):
    """The filter of a chronology, by GET. Anything that is no answer is left out: a filter is never in the way."""

    type = forms.MultipleChoiceField(
        label="Type", choices=list(KINDS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    since = forms.ChoiceField(
        label="Since",
        choices=[
            ("", "First entry"),
            ("year", "This school year"),
            ("90", "Last 90 days"),
            ("30", "Last 30 days"),
        ],
        required=False,
    )

    def __init__(self, asked: QueryDict) -> None:
        """`asked` is the query of the address. Nothing ticked asks for everything, and is shown so."""
        shown = asked.copy()
        if not shown.getlist("type"):
            shown.setlist("type", list(KINDS))
        super().__init__(shown)

    def narrowed(self, today: date) -> Narrowed:
        """What is asked for, as seen from a day."""
        self.is_valid()
        since = self.cleaned_data.get("since", "")
        first = school_year(today) if since == "year" else today - timedelta(_DAYS[since]) if since in _DAYS else None
        kinds = frozenset(self.cleaned_data.get("type", ()))
        return Narrowed(frozenset() if kinds == frozenset(KINDS) else kinds, first)

    def count(self, counts: Mapping[str, int]) -> None:
        """Say beside each kind how many entries it has."""
        self.fields["type"].choices = [(key, f"{text} ({counts[key]})") for key, text in KINDS.items()]  # type: ignore[attr-defined]


def school_year(day: date) -> date:
    """The first of September before, or on, a day."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)
