"""To what can a chronology be narrowed, and what is asked of somebody who adds to it or says that an entry is
significant?
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from safeguarding.concerns.chronology import KINDS, Narrowed
from safeguarding.concerns.forms.mention import Mentioning, MentionText
from safeguarding.concerns.models import ChronologyEntry
from safeguarding.concerns.services.significant import LONGEST, Happened
from safeguarding.forms import DateBoxesField, HarbourForm, TimeField, blank_first
from safeguarding.keys import uuid7

_DAYS = {"90": 90, "30": 30}


class Narrow(HarbourForm):
    """The filter of a chronology, by GET. Anything that is no answer is left out: a filter is never in the way."""

    type = forms.MultipleChoiceField(
        label="Type", choices=lambda: list(KINDS.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    significant = forms.BooleanField(label="Significant only", required=False)
    category = forms.ChoiceField(label="Kind of concern", required=False)
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
    first = DateBoxesField(label="From", required=False)
    last = DateBoxesField(label="To", required=False)

    def __init__(self, asked: QueryDict, categories: Sequence[tuple[str, str]]) -> None:
        """`asked` is the query of the address. Nothing ticked asks for everything, and is shown so."""
        shown = asked.copy()
        if not shown.getlist("type"):
            shown.setlist("type", list(KINDS))
        # Kinds with nothing in them are not offered. They are sent along, so that everything stays everything.
        self.left_out: list[str] = []
        super().__init__(shown)
        self.fields["category"].choices = blank_first(categories, "Every kind")  # type: ignore[attr-defined]

    def narrowed(self, today: date) -> Narrowed:
        """What is asked for, as seen from a day. A day that was typed stands above a choice of the list."""
        self.is_valid()
        given = self.cleaned_data
        since = given.get("since", "")
        first = school_year(today) if since == "year" else today - timedelta(_DAYS[since]) if since in _DAYS else None
        kinds = frozenset(given.get("type", ()))
        return Narrowed(
            kinds=frozenset() if kinds == frozenset(KINDS) else kinds,
            since=given.get("first") or first,
            until=given.get("last"),
            category=given.get("category", ""),
            significant=bool(given.get("significant")),
        )

    def count(self, counts: Mapping[str, int], significant: int) -> None:
        """Say beside each kind how many entries it has, and how many are significant. Kinds with none are left out, but
        for one that was asked for alone.
        """
        asked = set(self.cleaned_data.get("type", ()))
        is_all = not asked or asked == KINDS.keys()
        offered = [key for key in KINDS if counts[key] or (key in asked and not is_all)]
        self.left_out = [key for key in KINDS if key not in offered and is_all] if offered else []
        self.fields["type"].choices = [(key, f"{KINDS[key]} ({counts[key]})") for key in offered]  # type: ignore[attr-defined]
        self["significant"].label = f"Significant only ({significant})"


def school_year(day: date) -> date:
    """The first of September before, or on, a day."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


class SignificantForm(Mentioning, HarbourForm):
    """Why an entry is significant.

    Its token comes with the empty form; `seen` is the pin that stood on the entry then.
    """

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    of = forms.CharField(widget=forms.HiddenInput)
    analysis = MentionText(
        label="Why it matters",
        max_length=LONGEST,
        required=False,
        help_text="One line of analysis. It stands below the entry, on paper too.",
    )


class EntryForm(Mentioning, HarbourForm):
    """What happened that no other part of the record holds."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    what = forms.ChoiceField(label="What it was", choices=blank_first(ChronologyEntry.What.choices, "Choose"))
    on = DateBoxesField(label="Date on which it happened", past=True)
    at = TimeField(label="Time", required=False, help_text="Where it is known, such as 2:15pm")
    text = MentionText(
        label="What happened",
        max_length=20_000,
        help_text="Facts, in full sentences, with full names and roles",
    )
    told_by = forms.CharField(
        label="Who told the school",
        required=False,
        max_length=300,
        help_text="Name and role, such as the safeguarding lead of the earlier school",
    )

    def happened(self) -> Happened:
        """What `significant.add_entry` takes."""
        given: dict[str, Any] = self.cleaned_data
        return Happened(
            what=given["what"], on=given["on"], at=given["at"], text=given["text"], told_by=given["told_by"]
        )


class WithdrawEntryForm(Mentioning, HarbourForm):
    """Why an entry should not stand as it is."""

    reason = MentionText(label="Why it is withdrawn", max_length=2000)
