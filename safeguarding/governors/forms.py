"""What is typed for a report to governors: the term, comments, whether a word is a name, why it is withdrawn?"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from safeguarding.forms import HarbourForm, Radios
from safeguarding.keys import uuid7

from .cells import SECTIONS, Term
from .models import LEAST_THRESHOLD, MOST_THRESHOLD, GovernorReport, NameAnswer, ReportSetting
from .services.drafting import LONGEST


class DeedForm(HarbourForm):
    """Which form of the page it is, and of which revision of the report."""

    deed = forms.CharField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class BeginForm(HarbourForm):
    """The term of a report."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    term = forms.ChoiceField(label="Term")

    def __init__(self, *args: Any, terms: Sequence[Term], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = [  # type: ignore[attr-defined]
            (term.first.isoformat(), term.title) for term in terms
        ]

    def first(self) -> date:
        """The day on which the chosen term begins."""
        return date.fromisoformat(self.cleaned_data["term"])


def field_of(section: str) -> str:
    """The field of the comment of a section."""
    return f"comment_{section.replace('-', '_')}"


def state_of(words: Mapping[str, str]) -> str:
    """What stood in the boxes when the page was made, as its form sends it back: no words, a digest of each."""
    return " ".join(f"{section}:{_digest(text)}" for section, text in words.items() if text)


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


class CommentsForm(DeedForm):
    """What the school says of each section. It sends back what stood there when the page was made (`state_of`)."""

    was = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    @property
    def touched(self) -> list[str]:
        """The sections in whose boxes something was typed: what a colleague wrote in another one stays."""
        was = dict(one.partition(":")[::2] for one in self.data.get("was", "").split())
        sent = {one: self.data[field_of(one)] for one in SECTIONS if field_of(one) in self.data}
        return [one for one, text in sent.items() if _digest(text) != was.get(one, _digest(""))]

    def words(self) -> dict[str, str]:
        """The comment of each section in which something was typed, as typed."""
        return {one: self.cleaned_data[field_of(one)] for one in self.touched}

    def over(self, said: Mapping[str, str]) -> "CommentsForm":
        """The form over what stands there now: what was typed stays, and every other box has what stands."""
        typed = self.touched
        stands = {field_of(one): said.get(one, "") for one in SECTIONS if one not in typed}
        self.data = {**dict(self.data.items()), **stands}
        return self

    def blame(self, problems: Mapping[str, str]) -> None:
        """Say of sections why their comment is not taken."""
        for section, sentence in problems.items():
            self.add_error(field_of(section), sentence)


CommentsForm.base_fields |= {
    field_of(one.key): forms.CharField(
        label=f"Comment: {one.title}", required=False, max_length=LONGEST, widget=forms.Textarea
    )
    for one in SECTIONS.values()
}


class AnswerForm(DeedForm):
    """What a word is, in its sentence."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    question = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    meaning = forms.ChoiceField(
        label="What is it here?",
        choices=NameAnswer.Meaning,
        widget=Radios(),
        error_messages={"required": "Choose what the word is, or change the comment"},
    )

    def __init__(self, *args: Any, of_staff: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not of_staff:
            self.fields["meaning"].choices = [NameAnswer.Meaning.choices[0]]  # type: ignore[attr-defined]


class WithdrawForm(DeedForm):
    """Why a report is withdrawn."""

    because = forms.ChoiceField(
        label="Why is it withdrawn?",
        choices=GovernorReport.Because,
        widget=Radios(),
        error_messages={"required": "Choose why it is withdrawn"},
    )


class TakeForm(DeedForm):
    """Which build a draft takes its numbers from."""

    build = forms.UUIDField(widget=forms.HiddenInput)


class TokenForm(DeedForm):
    """A form that begins something, once however often it is sent."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)


class SettingForm(HarbourForm):
    """What is hidden in what is counted from now on."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    threshold = forms.IntegerField(
        label="Smallest number of children, or of concerns, that is shown",
        min_value=LEAST_THRESHOLD,
        max_value=MOST_THRESHOLD,
        help_text="Smaller groups stand together as other kinds, or are not shown. 5 is usual",
        error_messages={
            "min_value": f"Enter {LEAST_THRESHOLD} or more: a smaller number would tell of single children",
            "max_value": f"Enter {MOST_THRESHOLD} or less",
            "invalid": f"Enter a number from {LEAST_THRESHOLD} to {MOST_THRESHOLD}",
        },
    )
    zero = forms.ChoiceField(label="A group in which there is nobody", choices=ReportSetting.Zero, widget=Radios())

    def __init__(self, data: Any = None, *, setting: ReportSetting) -> None:
        said = {"threshold": setting.threshold, "zero": setting.zero, "seen": setting.revision}
        super().__init__(data, initial=said)
