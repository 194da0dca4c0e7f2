"""The typed columns and the words of a kind, as fields of a form.

A form that takes them names every one that some kind has (`with_columns`), and each form of it keeps those of its own
kind: so what was typed is known by its label on the page of a form that could not be taken (`unsaved.py`).
"""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import capfirst

from safeguarding.concerns.forms.mention import Mentioning, MentionText
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from safeguarding.plans import codes
from safeguarding.plans.kinds import Kind
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.checking import Problems

F = TypeVar("F", bound=type[forms.Form])
MOST_WORDS = 10_000
_YES_NO = [("yes", "Yes"), ("no", "No")]
_ASK = "“Ask the lead” for whatever must stay with the safeguarding leads"
_HINTS = {
    "report_sent_on": "Where the school sent one",
    "held_to": "Leave it empty while it goes on",
    "carers": "Full names, and who they are to the child",
    "delegated": "Trips, haircuts, photographs: what nobody else has to be asked for",
    "voice": "In the child’s own words, where you have them",
    "present": "Full names and roles",
    "score": "0 to 40, of the form that the carer filled in",
    "reference": "Its number there, as it stands on letters",
}


class DeedForm(Mentioning, HarbourForm):
    """One thing that is done with a plan or a date: `deed` says which, to the page that takes all of them."""

    deed = forms.CharField(widget=forms.HiddenInput)

    def blame(self, problems: Problems) -> None:
        """Say what a service finds wrong, each beside its field; what has none is said of the whole form."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


class SeenForm(DeedForm):
    """One that changes what stands there: `seen` is the revision on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class TokenForm(DeedForm):
    """One that adds: its token comes with the empty form, so that a double click adds once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)


def with_columns(
    model: type[Episode] | type[Step], columns: Collection[str], words: Collection[str]
) -> Callable[[F], F]:
    """Give a form a field for each of these columns and words of the model."""

    def add(form: F) -> F:
        for name in (*columns, *words):
            form.declared_fields[name] = _field(model._meta.get_field(name), is_words=name in words)  # type: ignore[attr-defined]
        return form

    return add


def _field(field: Any, *, is_words: bool) -> forms.Field:
    facts: dict[str, Any] = {
        "label": str(capfirst(str(field.verbose_name))),
        "required": False,
        "help_text": _HINTS.get(field.name, ""),
    }
    match field:
        case _ if is_words and field.name == "reference":
            return forms.CharField(max_length=100, **facts)
        case _ if is_words:
            return MentionText(max_length=MOST_WORDS, **facts)
        case ArrayField():
            return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, **facts)
        case models.BooleanField():
            return forms.TypedChoiceField(
                choices=blank_first(_YES_NO, "Not known"), coerce=lambda said: said == "yes", empty_value=None, **facts
            )
        case models.DateField():
            return DateBoxesField(past=True, **facts)
        case models.PositiveSmallIntegerField():
            wrong = f"{facts['label']} must be a whole number"
            return forms.IntegerField(
                widget=forms.TextInput({"inputmode": "numeric"}), error_messages={"invalid": wrong}, **facts
            )
        case _ if field.choices:
            return forms.ChoiceField(choices=field.choices, widget=Radios(inline=True), **facts)
        case _:
            return forms.ChoiceField(**facts)


def keep_those_of(form: forms.Form, kind: Kind, every: Collection[str], *, today: date, row: Any = None) -> None:
    """Of the columns of all kinds keep those of this one, with the codes that are offered today; and their values on a
    row that is corrected, with a code of it that is offered no more.
    """
    for name in every:
        if name not in kind.columns:
            del form.fields[name]
    for name in kind.columns:
        field: Any = form.fields[name]
        field.required = name in kind.required
        standing = getattr(row, name) if row is not None else None
        if list_ := kind.list_of(name):
            field.choices = offered_codes(list_, today, standing, several=isinstance(field, forms.MultipleChoiceField))
            if codes.ASK in codes.codes_of(list_):
                field.help_text = _ASK
        if row is not None:
            form.initial.setdefault(name, _as_typed(standing))


def offered_codes(list_: str, today: date, standing: Any, *, several: bool) -> list[tuple[str, str]]:
    """The codes of a list that are offered today, and one that stands there already, as choices."""
    stays = set(standing if isinstance(standing, list) else [standing or ""])
    some = [one for one in codes.codes_of(list_).values() if codes.is_in_use(one, today) or one.code in stays]
    # The code stands beside its words where it is the authority's own, and not a word of Harbour's.
    found = [
        (one.code, f"{one.code} {one.label}" if one.code[0].isupper() and one.code != codes.ASK else one.label)
        for one in some
    ]
    return found if several else blank_first(found, "Choose")


def _as_typed(value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def keep_words(form: forms.Form, offered: Collection[str], every: Collection[str]) -> None:
    """Of the words of all kinds keep these."""
    for name in every:
        if name not in offered:
            del form.fields[name]


def taken(form: forms.Form, names: Collection[str]) -> dict[str, Any]:
    """What was typed into the fields of these names that the form has."""
    return {name: form.cleaned_data[name] for name in names if name in form.fields and name in form.cleaned_data}
