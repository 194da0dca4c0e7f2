"""What is typed about somebody who joins the staff, and which file lists several?"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from children.importing.people import rows_back
from children.importing.problems import FileRefused
from safeguarding.accounts.services.new_staff import Joiner
from safeguarding.accounts.services.returning import Known
from safeguarding.exceptions import BadInput
from safeguarding.forms import DateBoxesField, FilesInput, HarbourForm, Radios, blank_first
from safeguarding.staff.checking import ROLE_CHOICES, Checked
from safeguarding.staff.files import FIELDS, MOST_BYTES, MOST_ROWS, read_staff

_ANOTHER = "another"
_NEW_ACCOUNT = "It is another person of this name, who gets a new account."


class PersonForm(HarbourForm):
    """One person by hand."""

    first_name = forms.CharField(label="First name", max_length=150)
    last_name = forms.CharField(label="Last name", max_length=150)
    role = forms.ChoiceField(label="Role", choices=blank_first(ROLE_CHOICES, "Choose"))
    classes = forms.CharField(
        label="Class", required=False, max_length=100, help_text="Of who teaches one, such as 5B. Several: 5B, 6A"
    )
    email = forms.CharField(
        label="E-mail address",
        required=False,
        max_length=254,
        help_text="Brings the word that there is something to read, and nothing else",
    )
    extension = forms.CharField(label="Telephone extension", required=False, max_length=20)
    username = forms.CharField(
        label="User name", required=False, max_length=150, help_text="Left empty, Harbour makes one, such as j.beckett"
    )
    starts_on = DateBoxesField(label="First day")
    namesake = forms.BooleanField(label="This is another person of a name that is here already", required=False)

    def rows(self) -> list[dict[str, str]]:
        """The person as a row of a list."""
        return [{field: self.cleaned_data[field] for field in FIELDS}]


class ListForm(HarbourForm):
    """A file with several."""

    file = forms.FileField(
        label="File",
        widget=FilesInput(most_bytes=MOST_BYTES),
        help_text="A spreadsheet saved as CSV, with the columns First name, Last name and Role, and if you like Class, "
        "E-mail address, Extension and User name.",
        error_messages={"required": "Choose a file"},
        allow_empty_file=True,
    )
    first_day = DateBoxesField(label="First day of all of them")

    def clean_file(self) -> list[dict[str, str]]:
        """The rows of the file."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError("File must be at most 1 MB: a list of staff is smaller. Choose another")
        try:
            return read_staff(file.file)  # type: ignore[arg-type]
        except BadInput as refused:
            raise forms.ValidationError(refused.sentence) from None


class ConfirmForm(HarbourForm):
    """What was shown comes back to be added: the rows, their first day, whether wrong ones are left out."""

    rows = forms.CharField(widget=forms.HiddenInput, max_length=2 * MOST_BYTES)
    starts_on = forms.DateField(widget=forms.HiddenInput)
    namesakes = forms.BooleanField(required=False, widget=forms.HiddenInput)
    leave_out = forms.BooleanField(label="Leave out the rows that cannot be used", required=False)

    @classmethod
    def of(cls, rows: Iterable[dict[str, str]], *, starts_on: date, namesakes: bool) -> "ConfirmForm":
        """The form as the page that shows the rows first carries it."""
        return cls(
            initial={"rows": json.dumps(list(rows)), "starts_on": starts_on.isoformat(), "namesakes": namesakes or ""}
        )

    def clean_rows(self) -> list[dict[str, str]]:
        """The rows as they were read. Raises where the page sent none."""
        try:
            return rows_back(self.cleaned_data["rows"], FIELDS, most=MOST_ROWS)
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None


class SamePersonForm(HarbourForm):
    """Of each row whose name somebody with an account has: whether it is the same person. One question a row."""

    def __init__(self, *args: Any, checked: Sequence[Checked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {f"same_{place}": one for place, one in enumerate(checked) if one.known}
        for name, one in self.asked.items():
            self.fields[name] = forms.ChoiceField(
                label=f"Is {one.joiner.full_name} somebody who has an account?",
                choices=[*((str(k.user.pk), f"Yes: {k.user.full_name}") for k in one.known), (_ANOTHER, "No")],
                widget=Radios(hints={str(k.user.pk): _recognised(k) for k in one.known} | {_ANOTHER: _NEW_ACCOUNT}),
                error_messages={"required": f"Say whether {one.joiner.full_name} is the same person"},
            )

    def clean(self) -> dict[str, Any]:
        """Adds an error where the account that was chosen is not to be opened in the browser."""
        found = super().clean() or self.cleaned_data
        for name, one in self.asked.items():
            if (mine := next((k for k in one.known if str(k.user.pk) == found.get(name)), None)) and mine.is_shut:
                said = f"manage.py add_person {mine.user.username} --account {mine.user.pk}"
                self.add_error(name, f"This account was closed. Whoever runs Harbour gives it back: {said}")
        return found

    def joiner(self, place: int, one: Checked) -> Joiner:
        """Who is added by this row: with the account that they had, or as another person of that name."""
        if (said := self.cleaned_data.get(f"same_{place}", "")) in ("", _ANOTHER):
            return replace(one.joiner, is_another=bool(said))
        return replace(one.joiner, account=UUID(said))


def _recognised(known: Known) -> str:
    """Learning mentor. Pastoral lead at Saltmarsh Lane, until 21 July 2025."""
    said = [f"{known.user.job}." if known.user.job else "", f"{known.was}."]
    return " ".join(filter(None, said))


class ClassForm(HarbourForm):
    """A class that somebody teaches from today."""

    class_name = forms.CharField(label="Class", max_length=30)

    def __init__(self, *args: Any, names: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if names := list(names):
            self.fields["class_name"] = forms.ChoiceField(
                label="Class",
                choices=blank_first(((name, name) for name in names), "Choose"),
                error_messages={"required": "Choose a class", "invalid_choice": "Choose a class from the list"},
            )
