"""How is a concern found? By codes that narrow the list, by what is typed beside it, or into the search."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from children.codes import year_label
from safeguarding.accounts.roles import ROLES, Capability, with_capability
from safeguarding.concerns.models import Concern, HowSoon, Level
from safeguarding.concerns.services.list_filters import IN_ERROR, LEVEL, NEWS, QUIET, REFER, REVIEW, WAITING
from safeguarding.dates import full_day
from safeguarding.forms import DateBoxesField, HarbourForm, blank_first

_SINCE = {7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days", 365: "Last 12 months"}
# Nursery to the last year of a sixth form.
_YEARS = [(year, year_label(year)) for year in range(-1, 14)]


def _number(label: str, choices: Sequence[tuple[int, str]], blank: str = "Any") -> forms.TypedChoiceField:
    """A list of numbers of which none need be chosen."""
    return forms.TypedChoiceField(
        label=label, choices=blank_first(choices, blank), required=False, coerce=int, empty_value=None
    )


def _roles_that_log() -> list[tuple[str, str]]:
    return blank_first([(key, ROLES[key].title) for key in with_capability(Capability.LOG_CONCERN)], "Any")


class FilterForm(HarbourForm):
    """Narrows the list of concerns. Codes and keys only, for they stand in the address. One that is none narrows
    nothing.

    `categories` and `staff` are choices: of kinds by code, of people who work or worked at the school by key.
    """

    status = forms.ChoiceField(
        label="State",
        choices=[
            ("", "Any"),
            (WAITING, "Waiting for a decision"),
            (NEWS, "Added to since it was read"),
            (REFER, "Referral to make, or an agency to tell"),
            (REVIEW, "Review due"),
            (QUIET, "Decided, without a review, and quiet"),
            *Concern.Status.choices,
            (IN_ERROR, "Entered in error"),
        ],
        required=False,
    )
    soon = _number("How soon", HowSoon.choices)
    level = _number("Level of need", Level.choices)
    category = forms.ChoiceField(label="Kind of concern", required=False)
    since = _number("Logged", list(_SINCE.items()), "Any time")
    first = DateBoxesField(label="Logged from", required=False)
    last = DateBoxesField(label="Logged to", required=False)
    child = forms.UUIDField(required=False, widget=forms.HiddenInput)
    year = _number("Child’s year", _YEARS)
    by = forms.ChoiceField(label="Logged by", required=False)
    role = forms.ChoiceField(label="Role of who logged it", choices=_roles_that_log, required=False)
    sort = forms.ChoiceField(
        label="Order",
        choices=[
            ("", "Newest first"),
            (WAITING, "Longest waiting first"),
            (LEVEL, "Highest level first"),
            (REVIEW, "Soonest review first"),
        ],
        required=False,
    )

    def __init__(
        self, *args: Any, categories: Sequence[tuple[str, str]], staff: Sequence[tuple[Any, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices, blank in (("category", categories, "Any"), ("by", staff, "Anybody")):
            self.fields[name].choices = blank_first(choices, blank)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The codes that were understood, by field; empty ones are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    def codes(self, chosen: Iterable[str]) -> list[tuple[str, str]]:
        """These fields as an address has them: a day is three of them."""
        found = []
        for name in chosen:
            boxes = ("_day", "_month", "_year") if isinstance(self.fields[name], DateBoxesField) else ("",)
            found += [(f"{name}{box}", str(self.data[f"{name}{box}"])) for box in boxes]
        return found

    def said(self, chosen: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What the list is narrowed to, in words, for paper: each label with what was chosen. Without the child."""
        found = []
        for name, value in chosen.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                text = {str(key): words for key, words in field.choices}[str(value)]  # type: ignore[misc, union-attr]
            elif isinstance(value, date):
                text = full_day(value)
            else:
                continue
            found.append((str(field.label), str(text)))
        return found


class WordsForm(HarbourForm):
    """What narrows the list and must stand in no address: the name of a child, words of a title.

    Its fields stand in the filter, and are sent by the form `by-words`.
    """

    who = forms.CharField(
        label="Child",
        max_length=100,
        required=False,
        widget=forms.TextInput({"form": "by-words", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label="Words in the title",
        max_length=100,
        required=False,
        widget=forms.TextInput({"form": "by-words", "autocomplete": "off"}),
    )


class FindForm(forms.Form):
    """What somebody types into the search of the header: a name, a reference or words.

    `before`: where a search goes on.
    """

    q = forms.CharField(
        max_length=100,
        error_messages={
            "max_length": "Search for 100 characters at most.",
            "null_characters_not_allowed": "Type it again.",
        },
    )
    before = forms.CharField(max_length=100, required=False)
