"""How many numbered forms, for which place; what does a sheet say of itself; and is what was typed as it stands
there?
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.concerns.models import PaperForm
from safeguarding.concerns.services.papers import MOST, Written, find_form, why_not
from safeguarding.dates import full_day
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, TimeField, blank_first
from safeguarding.keys import uuid7

from .reporting import ACCOUNT, EARLIEST
from .typed import Content

_NAME = 200


class BatchForm(HarbourForm):
    """Forms to make and to print. `batch` comes with the page: pressed twice, they are made once."""

    batch = forms.UUIDField(widget=forms.HiddenInput)
    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=MOST,
        error_messages={
            "invalid": "How many must be a number, such as 10",
            "min_value": "How many must be 1 or more",
            "max_value": f"How many must be {MOST} or fewer: make the others after these",
        },
    )
    place = forms.CharField(
        label="Where they are kept",
        help_text="For example: office, staff room, nursery",
        max_length=60,
        error_messages={"required": "Say where they are kept"},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"batch": uuid7(), "count": 10})


class EnterForm(HarbourForm):
    """A sheet that is typed in now. Whoever does not decide concerns (`people` is None) types in their own."""

    number = forms.CharField(
        label="Number of the form",
        help_text="At the top of the sheet, such as P-2026-0007",
        max_length=20,
        error_messages={"required": "Enter the number of the form"},
    )
    writer = forms.ChoiceField(
        label="Who wrote it",
        error_messages={"required": "Choose who wrote it"},
    )
    writer_name = forms.CharField(
        label="Their full name, if they are not on the list",
        help_text="A supply teacher or a visitor, with where they come from",
        required=False,
        max_length=_NAME,
    )
    written_on = DateBoxesField(label="Date of writing", past=True, help_text="As it stands on the sheet")
    written_at = TimeField(label="Time of writing", required=False)

    def __init__(
        self, data: Any = None, *, school_id: UUID, by: User, people: Sequence[User] | None, number: str = ""
    ) -> None:
        self.school_id, self.by, self.form = school_id, by, None
        self.people = {str(person.pk): person for person in people or ()}
        super().__init__(data, initial={"number": number})
        if people is None:
            del self.fields["writer"], self.fields["writer_name"]
        else:
            listed = [(key, person.full_name) for key, person in self.people.items()]
            self.fields["writer"].choices = blank_first(  # type: ignore[attr-defined]
                [("other", "Somebody who is not on this list"), *listed], "Choose who wrote it"
            )

    form: PaperForm | None

    def clean_number(self) -> str:
        words = str(self.cleaned_data["number"])
        self.form = find_form(self.school_id, words, today=timezone.localdate())
        if self.form is None:
            raise forms.ValidationError("No form of this school has that number: look at the top of the sheet again")
        if problem := why_not(self.form, by=self.by):
            raise forms.ValidationError(problem)
        return words

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("writer") == "other" and not given.get("writer_name"):
            self.add_error("writer_name", "Enter the full name of who wrote it")
        if given.get("writer") not in (None, "other") and given.get("writer_name"):
            self.add_error("writer_name", "Clear this box, or choose “Somebody who is not on this list”")
        day, at, now = given.get("written_on"), given.get("written_at"), timezone.localtime()
        if day and day.year < now.year - EARLIEST:
            self.add_error("written_on", f"Date of writing must be within the last {EARLIEST} years")
        if day == now.date() and at and at > now.time():
            self.add_error("written_at", "Time of writing must not be later than now")
        return given

    def written(self) -> Written:
        """For the service, once the form is valid."""
        given = self.cleaned_data
        by = self.people.get(given["writer"]) if self.people else self.by
        return Written(on=given["written_on"], at=given["written_at"], by=by, name=given.get("writer_name", ""))


def as_log_form(form: PaperForm, written: Written) -> Content:
    """What the log form begins with: nothing that stands on the sheet, but whose words they are where they have no
    account.
    """
    if written.by is not None:
        return {"facts": [""]}
    said = f"Written on paper form {form.reference} on {full_day(written.on)} by {written.name}."
    return {"facts": [f"{said}\n\n"]}


class CheckForm(HarbourForm):
    """What was typed, compared with the sheet."""

    same = forms.ChoiceField(
        label="Is what was typed the same as what is on the paper?",
        choices=[("yes", "Yes, I compared every line with the paper"), ("no", "No, and I write down what differs")],
        widget=Radios(),
        error_messages={"required": "Say whether it is the same as on the paper"},
    )
    corrections = forms.CharField(
        label="What the paper says",
        help_text="Only if something differs. It is added to the account with today’s date; what was typed first "
        "stays.",
        required=False,
        max_length=ACCOUNT,
        widget=forms.Textarea,
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("same") == "no" and not given.get("corrections"):
            self.add_error("corrections", "Write down what the paper says where it differs")
        if given.get("same") == "yes" and given.get("corrections"):
            self.add_error("same", "You wrote down what differs: choose No, or clear that box")
        return given

    def typed(self) -> list[tuple[str, str]]:
        """What was typed, with the label of its field."""
        text = str(self.data.get("corrections", "")).strip()
        return [(str(self.fields["corrections"].label), text)] if text else []
