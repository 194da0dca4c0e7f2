"""What is asked of somebody who brings in records of an earlier system, or takes them out again?"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from children.forms.lists import ColumnsForm
from children.importing.reading import MAX_BYTES
from safeguarding.concerns.importing import columns
from safeguarding.concerns.models import EarlierBatch
from safeguarding.concerns.models.earlier import LONGEST_SOURCE
from safeguarding.concerns.services.earlier import Given
from safeguarding.forms import FilesInput, HarbourForm, Radios
from safeguarding.keys import uuid7

_MOST = MAX_BYTES // 2**20


class _OneFile(forms.FileField):
    """A file that may be left out, and is then empty."""

    def __init__(self, label: str, ends: tuple[str, ...], help_text: str) -> None:
        super().__init__(
            label=label,
            required=False,
            allow_empty_file=True,
            help_text=help_text,
            widget=FilesInput(most_bytes=MAX_BYTES),
        )
        self._ends = ends

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file: UploadedFile | None = super().clean(data, initial)
        if not file:
            return b""
        if not (file.name or "").lower().endswith(self._ends):
            raise forms.ValidationError(f"Choose a file whose name ends in {' or '.join(self._ends)}")
        if not file.size:
            raise forms.ValidationError("This file is empty. Export it again and look at it before you upload it")
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"A file may have at most {_MOST} MB. Bring in fewer years at once")
        content: bytes = file.read()
        if len(content) != file.size:
            raise forms.ValidationError("Together the files are too large. Bring in one after the other")
        return content


class GiveForm(HarbourForm):
    """A sheet of incidents, a ZIP of PDFs, and which system they are from. Its token comes with the empty form."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    source = forms.CharField(
        label="Which system are they from?",
        max_length=LONGEST_SOURCE,
        help_text="As colleagues know it. It stands on every record, so never a child’s name.",
        error_messages={"required": "Enter the name of the system"},
    )
    sheet = _OneFile("Sheet of incidents", (".csv", ".xlsx"), f"CSV or XLSX, at most {_MOST} MB and 50,000 rows.")
    pack = _OneFile(
        "ZIP of PDFs", (".zip",), f"At most {_MOST} MB. Each file or its folder is called by the child’s UPN."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("sheet") or cleaned.get("pack")):
            self.add_error("sheet", "Choose the sheet of incidents, the ZIP of PDFs, or both")
        return cleaned

    @property
    def given(self) -> Given:
        return Given(sheet=self.cleaned_data["sheet"], pack=self.cleaned_data["pack"])


class EarlierColumnsForm(ColumnsForm):
    """What each column of the sheet means.

    What has no place of its own is kept under its own heading, unless it is left out.
    """

    meanings = (
        (columns.MORE, "Kept under its own heading"),
        ("", "Left out"),
        *((name, field.label) for name, field in columns.FIELDS.items()),
    )

    def complaints(self) -> Iterator[str]:
        if problem := columns.problem_of(self.columns):
            yield problem


class WithdrawForm(HarbourForm):
    """Why all of it is taken off the children's records again."""

    why = forms.ChoiceField(label="Why are these records withdrawn?", choices=EarlierBatch.Why.choices, widget=Radios)
