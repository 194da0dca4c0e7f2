"""What does somebody without an account write down, and what does a lead begin with who makes a concern of it?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.concerns.models import Account, ConcernChild, HowSoon, OutsideNote
from safeguarding.concerns.services.outside.leaving import Left
from safeguarding.dates import clock, full_moment
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, TimeField

from .reporting import DESCRIPTION, EARLIEST, LINE
from .typed import Content

# With the lines that say who wrote it, it still fits into an account.
LONGEST = 15_000


class OutsideForm(HarbourForm):
    """The page for somebody without an account. Nothing is looked up, and nothing is filled in beforehand."""

    how_soon = forms.TypedChoiceField(
        label="How soon does someone need to act?",
        coerce=int,
        choices=HowSoon.choices,
        widget=Radios(hints={HowSoon.RIGHT_NOW: "A child may not be safe to go home, or is in danger"}),
        error_messages={"required": "Say how soon someone needs to act"},
    )
    about_child = forms.CharField(
        label="Which child",
        help_text="Name and class, or what you know: girl with plaits, about 7, Mr Hill’s class",
        max_length=DESCRIPTION,
        error_messages={"required": "Say which child, or what you know of the child"},
    )
    observed_on = DateBoxesField(label="Date you saw or heard it", past=True, help_text="For example, 24 11 2026")
    observed_at = TimeField(label="Time", required=False, help_text="About when. Leave it empty if you cannot say.")
    facts = forms.CharField(
        label="What you saw or heard",
        help_text="Facts first, in order. If something is your opinion, say so.",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea,
    )
    child_words = forms.CharField(
        label="The child’s own words",
        help_text="Exactly as said, if the child said something. Do not tidy them up.",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea,
    )
    name = forms.CharField(label="Your full name", max_length=DESCRIPTION)
    agency = forms.CharField(
        label="Your role, and where you come from",
        help_text="For example: supply teacher, Beacon Staff; school nurse; neighbour",
        max_length=DESCRIPTION,
        error_messages={"required": "Enter your role, and where you come from"},
    )
    contact = forms.CharField(
        label="How the school can contact you",
        help_text="A telephone number or an e-mail address. A safeguarding lead may need to ask you something.",
        max_length=DESCRIPTION,
        error_messages={"required": "Enter how the school can contact you"},
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not (given.get("facts") or given.get("child_words") or {"facts", "child_words"} & set(self.errors)):
            self.add_error("facts", "Write what you saw or heard, or what the child said")
        day, at, now = given.get("observed_on"), given.get("observed_at"), timezone.localtime()
        if day and day.year < now.year - EARLIEST:
            self.add_error("observed_on", f"Date you saw or heard it must be within the last {EARLIEST} years")
        if day == now.date() and at and at > now.time():
            self.add_error("observed_at", "Time must not be later than now: if it was on another day, change the date")
        return given

    def left(self) -> Left:
        """For the service, once the form is valid."""
        return Left(**{name: self.cleaned_data[name] for name in Left.__dataclass_fields__})


class AsideForm(HarbourForm):
    """Why nobody is to act on a note."""

    reason = forms.ChoiceField(
        label="Why it is set aside",
        choices=OutsideNote.Reason.choices,
        widget=Radios(),
        error_messages={"required": "Say why it is set aside"},
    )
    reason_detail = forms.CharField(
        label="What you looked at",
        help_text="The reference of the other note or concern, who you asked. A colleague reads this and decides.",
        max_length=LINE,
        widget=forms.Textarea,
        error_messages={"required": "Say what you looked at, so that a colleague can look at it too"},
    )

    def typed(self) -> list[tuple[str, str]]:
        """What was typed, with the label of its field."""
        text = str(self.data.get("reason_detail", "")).strip()
        return [(str(self.fields["reason_detail"].label), text)] if text else []


def as_log_form(note: OutsideNote) -> Content:
    """What the log form begins with: every word of the note, and in the account who wrote it and how to contact
    them.
    """
    child, day = f"{ConcernChild.Kind.UNNAMED}-1", note.observed_on
    account = (
        f"Left from outside as {note.reference} on {full_moment(note.received_at)} by {note.name}, {note.agency}. "
        f"To contact them: {note.contact}."
    )
    return {
        "how_soon": [str(note.how_soon)],
        "who": [child],
        f"{child}-role": [ConcernChild.Role.WORRIED_ABOUT.value],
        f"{child}-description": [note.about_child],
        "observed_on_day": [str(day.day) if day else ""],
        "observed_on_month": [str(day.month) if day else ""],
        "observed_on_year": [str(day.year) if day else ""],
        "observed_at": [clock(note.observed_at) if note.observed_at else ""],
        "how_known": [Account.HowKnown.TOLD_BY_OTHER.value],
        "facts": ["\n\n".join(filter(None, (account, note.facts)))],
        "child_words": [note.child_words],
    }
