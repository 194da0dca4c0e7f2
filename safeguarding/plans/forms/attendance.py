"""What is given to bring in attendance: a file, and whether rows that cannot be used are left out. And which class is
looked at.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from safeguarding.exceptions import BadInput
from safeguarding.forms import FilesInput, HarbourForm, blank_first
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import MOST_BYTES, read_attendance


class AttendanceForm(HarbourForm):
    """A file of attendance."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    file = forms.FileField(
        label="File",
        widget=FilesInput(most_bytes=MOST_BYTES),
        help_text="A CSV file with the columns UPN, Date, AM, PM and, if you like, MinutesLate. At most one term at a "
        "time. Comments are not taken.",
        error_messages={"required": "Choose a file"},
        allow_empty_file=True,
    )
    leave_out = forms.BooleanField(label="Leave these rows out", required=False)

    def clean_file(self) -> dict[str, Any]:
        """The rows of the file, and its digest."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"File must be at most {MOST_BYTES // 2**20} MB. Bring in one term at a time")
        try:
            # Read before the rows are, which close the file behind them.
            digest = hashlib.file_digest(file.file, "sha256").hexdigest()  # type: ignore[arg-type]
            file.seek(0)
            return {"lines": read_attendance(file.file), "digest": digest}  # type: ignore[arg-type]
        except BadInput as refused:
            raise forms.ValidationError(refused.sentence) from None


class ClassForm(HarbourForm):
    """Whose attendance is listed. One that is no class of the school narrows nothing."""

    room = forms.ChoiceField(label="Children", required=False)

    def __init__(self, *args: Any, rooms: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(room, f"Class {room}") for room in rooms]
        self.fields["room"].choices = blank_first(choices, "Persistent absence")  # type: ignore[attr-defined]

    def chosen(self) -> str:
        """The class that was chosen; empty for all whose absence is persistent."""
        self.is_valid()
        return str(self.cleaned_data.get("room", ""))
