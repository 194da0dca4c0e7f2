"""What may be typed by those who read a concern about an adult? What each entry needs is asked in the services."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.accounts.services import Colleague
from safeguarding.adults.models import AdultNamed, PatternReview, ReadingChoice, StaffConcern, StaffEntry, Threshold
from safeguarding.adults.services.rulings import outcomes_of
from safeguarding.adults.services.working import NEEDS, Entry
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first

LONGEST = 20_000
K = StaffEntry.Kind
# What a part of the page asks in words of its own: (label of its fold, day, person, text, hint of the text).
SAYS: dict[str, dict[str, str]] = {
    K.NOTE: {"fold": "Add a note", "text": "Note"},
    K.LADO: {
        "fold": "Record a contact with the LADO",
        "on": "Day of the contact",
        "who": "Who you spoke to",
        "quoted": "Their reference",
        "text": "What the LADO advised",
    },
    K.POLICE: {
        "fold": "Record what was considered about the police",
        "on": "Date",
        "ruling": "What was decided about the police",
        "quoted": "Their reference",
        "text": "Why",
    },
    K.DBS: {
        "fold": "Record what was considered about the DBS",
        "on": "Date",
        "ruling": "What was decided about the DBS",
        "quoted": "Their reference",
        "text": "Why",
    },
    K.TRA: {
        "fold": "Record what was considered about the TRA (teachers)",
        "on": "Date",
        "ruling": "What was decided about the TRA",
        "quoted": "Their reference",
        "text": "Why",
    },
    K.EMPLOYER: {
        "fold": "Record that the employer or agency was told",
        "on": "Day they were told",
        "who": "Who you told",
        "text": "What was said, and what they will do",
    },
    K.INTERIM: {"fold": "Record what is in place for now", "on": "From", "text": "What is in place, and why"},
    K.TOLD: {
        "fold": "Record what the adult was told",
        "on": "Day they were told",
        "text": "What they were told, and who told them",
    },
    K.REMOVED: {
        "fold": "Record that it has left the personnel record",
        "on": "Day it was taken out",
        "text": "What was taken out and who did it, or that it was never in it",
    },
    K.KEPT: {
        "fold": "Record the adult’s consent to keep it",
        "on": "Day of the consent",
        "text": "How consent was given, and to what",
    },
    K.CHILD_RECORD: {
        "fold": "Say which concern stays on the child’s record",
        "quoted": "Reference of the concern about the child",
        "text": "What stays there, and why",
    },
    K.PENSION: {
        "fold": "Record the day of pension age",
        "on": "Day of normal pension age (of several adults, the latest)",
        "text": "How it is known",
    },
    K.LEFT: {
        "fold": "Record the last day here",
        "on": "Last day the adult worked here (of several adults, the latest)",
        "text": "How it is known",
    },
}


class _Prefixed(HarbourForm):
    """A form of a page that has several: its ids begin with its own name."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    what = ""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{self.what}-%s")
        super().__init__(data, **kwargs)


class EntryForm(_Prefixed):
    """One thing that was done or said: the fields that its kind needs, under the words of its kind."""

    on = DateBoxesField(label="Date", past=True)
    ruling = forms.ChoiceField(label="What was decided", choices=blank_first(StaffEntry.Ruling.choices, "Choose"))
    who = forms.CharField(label="Who", max_length=200)
    quoted = forms.CharField(label="Reference", max_length=100)
    text = forms.CharField(label="What was said, and why", widget=forms.Textarea, max_length=LONGEST)

    def __init__(self, data: Any = None, *, kind: str, **kwargs: Any) -> None:
        self.what, self.kind, self.says = kind, kind, SAYS[kind]
        super().__init__(data, **kwargs)
        if kind == K.PENSION:
            self.fields["on"] = DateBoxesField(label="Date", full_year=True, example="3 9 2041")
        for name in ("on", "ruling", "who", "quoted", "text"):
            if name not in self.says:
                del self.fields[name]
                continue
            field = self.fields[name]
            field.label, field.required = self.says[name], name in NEEDS[kind]
            verb = "Choose" if name == "ruling" else "Enter"
            field.error_messages["required"] = f"{verb}: {self.says[name][0].lower()}{self.says[name][1:]}"

    def entry(self) -> Entry:
        given = {name: value for name, value in self.cleaned_data.items() if name != "token" and value}
        return Entry(kind=self.kind, **{"text": "", **given})


class _Moving(_Prefixed):
    """A move of the concern: why, on top of which revision."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Why", widget=forms.Textarea, max_length=LONGEST)


class AssessForm(_Moving):
    what = "assess"

    threshold = forms.ChoiceField(
        label="What is it?",
        choices=Threshold.choices,
        widget=Radios(
            hints={
                Threshold.LOW_LEVEL: "Not as the code of conduct asks, and below the harm threshold",
                Threshold.HARM: "The LADO has to be contacted within one working day",
            }
        ),
    )
    field_order = ("token", "revision", "threshold", "reason")


class OutcomeForm(_Moving):
    what = "outcome"

    outcome = forms.ChoiceField(label="Outcome")
    field_order = ("token", "revision", "outcome", "reason")

    def __init__(self, data: Any = None, *, concern: StaffConcern, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["outcome"].choices = blank_first(outcomes_of(concern), "Choose")  # type: ignore[attr-defined]


class CloseForm(_Moving):
    what = "close"


class ReopenForm(_Prefixed):
    what = "reopen"

    reason = forms.CharField(label="Why it is opened again", widget=forms.Textarea, max_length=LONGEST)


class NameForm(HarbourForm):
    """An adult whom it is about, or whom it involves too."""

    part = forms.ChoiceField(label="What part they have in it", choices=AdultNamed.Part.choices, widget=Radios)
    person = forms.TypedChoiceField(label="Colleague", coerce=UUID, required=False, empty_value=None)
    name = forms.CharField(label="Name of somebody without an account", required=False, max_length=200)
    standing = forms.ChoiceField(
        label="What they are here", required=False, choices=[("", "Choose"), *AdultNamed.Standing.choices]
    )
    employer = forms.CharField(label="Employer or agency", required=False, max_length=200)

    def __init__(self, data: Any = None, *, people: Sequence[Colleague], **kwargs: Any) -> None:
        super().__init__(data, auto_id="name-%s", **kwargs)
        self.people = {one.user.pk: one.user for one in people}
        names = [(str(p.user.pk), f"{p.user.full_name}, {p.titles}") for p in people]
        self.fields["person"].choices = [("", "Choose, or leave empty"), *names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if bool(given.get("person")) == bool(given.get("name")) and "person" not in self.errors:
            self.add_error("person", "Choose a colleague or write a name, one of the two")
        if given.get("name") and not given.get("person") and not given.get("standing"):
            self.add_error("standing", "Choose what they are here")
        return given

    def facts(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        chosen = given.pop("person")
        return given | {"user": self.people[chosen] if chosen else None}


class PatternForm(HarbourForm):
    """That they were looked at together."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    found = forms.ChoiceField(label="What you found", choices=PatternReview.Found.choices, widget=Radios)
    reason = forms.CharField(label="Because", widget=forms.Textarea, max_length=LONGEST)


class RecipientForm(HarbourForm):
    """Who receives low-level concerns, and how the LADO is reached."""

    recipient = forms.ChoiceField(
        label="Who reads low-level concerns", choices=ReadingChoice.Recipient.choices, widget=Radios
    )
    lado_name = forms.CharField(
        label="LADO: name or team", required=False, max_length=100, help_text="As the local authority gives it"
    )
    lado_telephone = forms.RegexField(
        label="LADO: telephone",
        regex=r"^\+?[0-9 ()]{3,29}$",
        required=False,
        max_length=30,
        widget=forms.TextInput({"type": "tel"}),
        error_messages={"invalid": "LADO: telephone must be a telephone number, such as 0161 496 0000"},
    )
