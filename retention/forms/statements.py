"""What does a lead state that the date of a child's file rests on?"""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from children.models import Child
from retention.models import Statement
from retention.services.statements import statement_problems
from safeguarding.forms import DateBoxesField
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


class MarkForm(TokenForm):
    """Why the file is kept under the long rule, or is not."""

    reason = WordsField(label="Why", error_messages={"required": "Say why"})

    def __init__(self, *args: Any, child: Child, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
