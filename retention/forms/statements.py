"""What does a lead state that the date of a child's file rests on?"""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from children.models import Child
from retention.models import OWN_COPY, Statement
from retention.services.signs import Told
from retention.services.statements import statement_problems
from safeguarding.forms import DateBoxesField, Radios
from safeguarding.plans.forms.columns import DeedForm, TokenForm

_K = Statement.Kind


class WordsField(forms.CharField):
    """A few sentences."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)


class StatementForm(TokenForm):
    """One statement: its day, and in words who said so or why."""

    kind: ClassVar[str]

    on: forms.Field
    said: forms.Field

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.child = child

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.blame(statement_problems(self.child, self.kind, given["on"], given["said"], timezone.localdate()))
        return given


class ReceiptForm(StatementForm):
    """The next school has the file."""

    kind = _K.RECEIPT
    on = DateBoxesField(label="Day on which the next school confirmed it")
    said = WordsField(
        label="Next school, and who confirmed it",
        error_messages={"required": "Name the next school and who confirmed it"},
    )


class LastSchoolForm(StatementForm):
    """No other school has the file."""

    kind = _K.LAST_SCHOOL
    on = DateBoxesField(label="Day from which this holds")
    said = WordsField(
        label="Why no other school has the file, or who said so",
        help_text="Such as: moved abroad, educated at home, nobody asked for it.",
        error_messages={"required": "Say why, or who told you"},
    )


class KeepForm(StatementForm):
    """It is kept longer than the rule says."""

    kind = _K.KEEP
    on = DateBoxesField(label="Last day on which it is kept")
    said = WordsField(label="Why it is kept longer", error_messages={"required": "Say why it is kept longer"})


class WithdrawForm(DeedForm):
    """The statement that does not hold any more, by its key."""

    statement = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(TokenForm):
    """What is answered of one sign, as it was shown: whether the long rule applies because of it, and why."""

    sign = forms.UUIDField(widget=forms.HiddenInput)
    codes = forms.CharField(widget=forms.HiddenInput, max_length=500)
    applies = forms.ChoiceField(
        label="Is the file kept under the long rule because of it?",
        choices=[
            ("yes", "Yes, keep it under the long rule"),
            ("no", "No, it was looked at and the rule does not apply"),
        ],
        widget=Radios,
        error_messages={"required": "Say whether the long rule applies"},
    )
    reason = WordsField(label="Why", error_messages={"required": "Say why"})

    def __init__(self, *args: Any, child: Child, told: Told | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if told is not None:
            self.initial = {**self.initial, "sign": told.key, "codes": " ".join(told.codes)}


class OwnCopyForm(TokenForm):
    """What becomes of the own copy of a file that the next school has, and that the long rule keeps."""

    kind = forms.ChoiceField(
        label="The school’s own copy",
        choices=[(kind.value, kind.label) for kind in OWN_COPY],
        widget=Radios,
        error_messages={"required": "Say what becomes of the school’s own copy"},
    )
    reason = WordsField(
        label="Why",
        help_text="Whoever approves the destruction reads it.",
        error_messages={"required": "Say why"},
    )

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class MarkForm(TokenForm):
    """Why the file itself is kept under the long rule, or why that does not hold any more."""

    reason = WordsField(label="Why", error_messages={"required": "Say why"})

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
