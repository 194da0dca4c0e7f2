"""What may be typed when safeguarding leads read, decide, act and close?

What a decision needs is asked in the services.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_date

from safeguarding import dates
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.concerns.forms.mention import Mentioning, MentionText
from safeguarding.concerns.models import ClosingOutcome, ConcernChild, Decision, Level, Receipt
from safeguarding.concerns.services.deciding import Ruling, day_problem, ruling_problems, usual_receipt
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import record_of
from safeguarding.refused_forms import as_typed

_Typed = TypeVar("_Typed", bound=forms.Form)
_NO_RISK = Decision.ParentsTold.NO_RISK
_NEEDS_REASON = (Decision.Consent.REFUSED, Decision.Consent.NOT_SOUGHT)


class Asking:
    """For a choice that brings up more fields: `asks` maps a value to the name of the part of the form it brings up.

    The style sheet shows `data-asked="outside"` while an option with `data-asks="outside"` is chosen; a browser that
    cannot shows it always. Which phrase goes with a choice is told the same way.
    """

    def __init__(self, *args: Any, asks: Mapping[str, str] | None = None, says: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asks, self.says = asks or {}, says

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        if part := self.asks.get(str(value)):
            option["attrs"]["data-asks"] = part
        if self.says and value:
            option["attrs"]["data-says"] = usual_receipt(str(value)).value
        return option


class AskingSelect(Asking, forms.Select):
    """A list of choices, some of which ask for more."""


class AskingRadios(Asking, Radios):
    """Radios, some of which ask for more."""


class DayChoice(forms.ChoiceField):
    """A day to come, from a few that are usual, in words; "another date" asks for it in the field `<name>_day`.

    Takes any day as its value, so that a page left open over midnight can still be saved.
    """

    OTHER = "other"

    def __init__(self, *, blank: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blank = blank

    def offer(self, days: Iterable[date], today: date) -> None:
        """The days to choose from, soonest first."""
        found = [
            (day.isoformat(), f"{dates.weekday_name(day)} {dates.short_day(day, today)}") for day in sorted(set(days))
        ]
        first = [("", self.blank)] if self.blank else []
        self.choices = [*first, *found, (self.OTHER, "Another date")]

    def valid_value(self, value: str) -> bool:
        try:
            return value == self.OTHER or parse_date(value) is not None
        except ValueError:
            # Written like a date, and there is no such day.
            return False


def day_chosen(form: forms.Form, name: str) -> date | None:
    """The day that somebody chose from the list, or typed under "another date"."""
    chosen = form.cleaned_data.get(name)
    if chosen == DayChoice.OTHER:
        typed: date | None = form.cleaned_data.get(f"{name}_day")
        if typed is None and f"{name}_day" not in form.errors:
            form.add_error(f"{name}_day", "Enter the date")
        return typed
    return parse_date(chosen) if chosen else None


class Working(Mentioning, HarbourForm):
    """A form of a page that has several: its ids begin with its own name. `called` is what it says, for its author."""

    called = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{type(self).__name__.removesuffix('Form').lower()}-%s")
        super().__init__(*args, **kwargs)

    @property
    def kept(self) -> UUID | None:
        """The key of the `KeptText` that stands in this form; None for most."""
        return record_of(self.data.get("kept", ""))

    def typed(self) -> list[tuple[str, str]]:
        """What is worth copying."""
        return as_typed(self)


def on_top_of(form: _Typed, revision: int) -> _Typed:
    """What was typed, to be saved again by somebody who has now seen everything up to `revision`."""
    data = form.data.copy()  # type: ignore[attr-defined]
    data["revision"] = revision
    form.data = data
    return form


def words_field(label: str, *, rows: int = 3, required: bool = True, **kwargs: Any) -> MentionText:
    return MentionText(label=label, required=required, widget=forms.Textarea({"rows": rows}), **kwargs)


class DecisionForm(Working):
    """A decision on a concern. `today` is the day against which dates are checked."""

    called = "decision"
    token = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        label="Level of need",
        # The legend says the word already.
        choices=[(value, label.removeprefix("Level ")) for value, label in Level.choices],
        coerce=int,
        widget=AskingRadios(asks={str(int(level)): "serious" for level in Decision.SERIOUS}),
        empty_value=None,
        error_messages={"required": "Choose the level of need"},
    )
    kind = forms.ChoiceField(
        label="What you will do",
        choices=blank_first(Decision.Kind.choices, "Choose"),
        widget=AskingSelect(
            asks={kind: "outside" if kind in Decision.OUTSIDE else "kept" for kind in Decision.Kind.values}, says=True
        ),
        error_messages={"required": "Choose what you will do"},
    )
    new_referral = forms.TypedChoiceField(
        label="Is this a new referral?",
        choices=[("yes", "Yes"), ("no", "No, already an open case")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=Radios(inline=True),
    )
    recipient = forms.CharField(
        label="Who is told", help_text="The team or the person, with their role.", required=False
    )
    consent = forms.ChoiceField(
        label="Is there consent?",
        choices=blank_first(Decision.Consent.choices, "Choose"),
        required=False,
        widget=AskingSelect(asks=dict.fromkeys(_NEEDS_REASON, "consent")),
    )
    consent_reason = words_field("Why it goes ahead without consent", rows=2, required=False)
    legal_reason = forms.ChoiceField(
        label="Legal reason", choices=blank_first(Decision.LegalReason.choices, "Choose"), required=False
    )
    rationale = words_field(
        "Why", rows=4, required=False, help_text="And why not more. It must make sense in 20 years."
    )
    not_referred = words_field("Why it is not referred", rows=2, required=False)
    threshold = forms.CharField(
        label="Threshold quoted",
        required=False,
        max_length=300,
        help_text="The level and the words of the local threshold document.",
    )
    advice = words_field("Advice taken", rows=2, required=False, help_text="Who gave it, their role, and when.")
    dissent = words_field("Who disagreed, and why", rows=2, required=False)
    parents_told = forms.ChoiceField(
        label="Have parents been told?",
        choices=Decision.ParentsTold.choices,
        widget=AskingRadios(asks={_NO_RISK: "parents"}, inline=True),
        error_messages={"required": "Say whether parents have been told"},
    )
    parents_reason = words_field("Reason parents have not been told", rows=2, required=False)
    review_on = DayChoice(
        label="Review on", required=False, blank="No review", widget=AskingSelect(asks={DayChoice.OTHER: "day"})
    )
    review_on_day = DateBoxesField(label="Review on", required=False)
    title = forms.CharField(label="Short title for lists", max_length=120, required=False)
    receipt = forms.ChoiceField(
        label="What the reporter is told",
        choices=blank_first(Receipt.choices, "The usual phrase for what you do"),
        required=False,
    )

    def __init__(self, *args: Any, today: date, calendar: SchoolCalendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        # Tomorrow, the end of this week, a week on (the usual), two weeks, half a term.
        days = [calendar.next_school_day(today + timedelta(days=n)) for n in (0, 2, 6, 13, 41)]
        self.fields["review_on"].offer(days, today)  # type: ignore[attr-defined]
        self.initial.setdefault("review_on", days[2].isoformat())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["review_on"] = day_chosen(self, "review_on")
        for name, sentence in ruling_problems(self.ruling(), today=self.today).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        return cleaned

    @property
    def weighed(self) -> bool:
        """Whether something stands in the part about threshold, advice and dissent, so that it is shown open."""
        return any(self[name].value() or self[name].errors for name in ("threshold", "advice", "dissent"))

    def ruling(self) -> Ruling:
        """The decision as far as it has been given.

        What was typed into a part that the choices do not ask for is left out.
        """
        given = self.cleaned_data
        kind, parents_told, consent = given.get("kind", ""), given.get("parents_told", ""), given.get("consent", "")
        outside = kind in Decision.OUTSIDE
        return Ruling(
            level=given.get("level") or 0,
            kind=kind,
            rationale=given.get("rationale", ""),
            parents_told=parents_told,
            parents_reason=given.get("parents_reason", "") if parents_told == _NO_RISK else "",
            new_referral=given.get("new_referral") if outside else None,
            recipient=given.get("recipient", "") if outside else "",
            consent=consent if outside else "",
            consent_reason=given.get("consent_reason", "") if outside and consent in _NEEDS_REASON else "",
            legal_reason=given.get("legal_reason", "") if outside else "",
            not_referred=given.get("not_referred", "")
            if given.get("level") in Decision.SERIOUS and not outside
            else "",
            threshold=given.get("threshold", ""),
            advice=given.get("advice", ""),
            dissent=given.get("dissent", ""),
            review_on=given.get("review_on"),
            title=given.get("title", ""),
            receipt=given.get("receipt") or (usual_receipt(kind) if kind else ""),
        )


class NoteForm(Working):
    called = "note"
    token = forms.UUIDField(widget=forms.HiddenInput)
    text = words_field("Note", help_text="A conversation, a telephone call, a thought. Full names and roles.")


class Giving(Working):
    """One of `people` has to do something, by a day that is `today` or later."""

    owner: forms.ModelChoiceField = forms.ModelChoiceField(queryset=None, label="Who does it")
    due_on = DayChoice(label="By", widget=AskingSelect(asks={DayChoice.OTHER: "day"}))
    due_on_day = DateBoxesField(label="By", required=False)

    def __init__(
        self, *args: Any, people: QuerySet[User], today: date, calendar: SchoolCalendar, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        owner: Any = self.fields["owner"]
        owner.queryset = people
        # Listed here, in one query: Django would ask with a cursor.
        owner.choices = [("", "Choose"), *((user.pk, f"{user.full_name}, {user.job}".rstrip(", ")) for user in people)]
        days = [today, *(calendar.next_school_day(today + timedelta(days=n)) for n in (0, 2, 6, 13))]
        if (day := parse_date(str(self.initial.get("due_on", "")))) and day >= today:
            days.append(day)
        self.fields["due_on"].offer(days, today)  # type: ignore[attr-defined]
        self.initial.setdefault("due_on", days[1].isoformat())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        due_on = cleaned["due_on"] = day_chosen(self, "due_on")
        if due_on is not None and (problem := day_problem("By", due_on, today=self.today)):
            self.add_error("due_on", problem)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "due_on_day"}


class ActionForm(Giving):
    """Something new to do."""

    called = "action"
    field_order = ("token", "text")
    token = forms.UUIDField(widget=forms.HiddenInput)
    text = words_field("What needs doing", rows=2)


class HandOverForm(Giving):
    """Who does it from now on, and by when."""

    called = "change of who does it"


class EndActionForm(Working):
    called = "result"
    result = words_field("What came of it")


class CloseForm(Working):
    """How it ended. `open_ends` says what is still open, of the concern as it stands at `current`: that is asked once,
    of who has seen it as it stands.
    """

    called = "closing"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="How it ended",
        choices=blank_first(ClosingOutcome.choices, "Choose"),
        error_messages={"required": "Choose how it ended"},
    )
    reason = words_field("Why it can be closed", error_messages={"required": "Say why it can be closed"})
    receipt = forms.ChoiceField(label="What the reporter is told", choices=Receipt.choices)

    def __init__(self, *args: Any, current: int, open_ends: Callable[[], Sequence[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current, self.open_ends = current, open_ends
        self.still_open: Sequence[str] = ()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("revision") == self.current and "outcome" not in self.errors and (found := self.open_ends()):
            self.still_open = found
            self.ask_once("outcome", f"{dates.counted(len(found), 'thing is', 'things are')} still open", found)
        return given


class ReopenForm(Working):
    called = "reason"
    token = forms.UUIDField(widget=forms.HiddenInput)
    reason = words_field("Why it is opened again", rows=2, error_messages={"required": "Say why it is opened again"})


class _Linked(forms.TypedChoiceField):
    """One of the linked children of a concern.

    Takes any, so that a page is answered on which another lead was quicker.
    """

    def valid_value(self, value: str) -> bool:
        return record_of(value) is not None


class UnlinkForm(Working):
    """That the record a lead linked is another child's."""

    called = "reason"
    token = forms.UUIDField(widget=forms.HiddenInput)
    named = _Linked(label="Child", coerce=UUID)
    reason = words_field("Why it is another child", rows=2, error_messages={"required": "Say why it is another child"})

    def offer(self, linked: Sequence[ConcernChild]) -> None:
        """The children to choose from, with their records."""
        cards = [(each.pk, each.child) for each in linked if each.child]
        self.fields["named"].choices = [  # type: ignore[attr-defined]
            (key, ", ".join(filter(None, (card.full_name, card.class_name)))) for key, card in cards
        ]

    def typed(self) -> list[tuple[str, str]]:
        """What is worth copying: the reason."""
        return super().typed()[-1:] if self["reason"].value() else []


class TitleForm(Working):
    called = "title"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = forms.CharField(
        label="Short title for lists", max_length=120, required=False, help_text="Empty shows the kind of concern."
    )


class LinkForm(forms.Form):
    """The record that a described child turned out to have."""

    child = forms.UUIDField()
