"""What is asked of somebody who attaches files, or withholds one?"""

from typing import Any

from django import forms

from safeguarding.forms import FilesInput, HarbourForm, blank_first
from safeguarding.keys import uuid7
from safeguarding.uploads.kinds import MOST_BYTES, MOST_FILES, MOST_IN_ALL, TAKEN
from safeguarding.uploads.models import StoredFile
from safeguarding.uploads.services.keeping import Upload


class _Files(forms.FileField):
    """Some files, each with its name and bytes.

    What is wrong with one is found by looking into it (`services/keeping.py`).
    """

    widget = FilesInput(most_bytes=MOST_BYTES, most_files=MOST_FILES, most_in_all=MOST_IN_ALL)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given and not self.required:
            return []
        if not given:
            raise forms.ValidationError("Choose a file to attach.")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(f"Choose at most {MOST_FILES} files at once.")
        uploads = [Upload(one.name, one.read()) for one in given]
        # What was too large, alone or together, was not kept whole while it came in.
        if any(len(upload.content) != one.size <= MOST_BYTES for upload, one in zip(uploads, given, strict=True)):
            raise forms.ValidationError(
                f"Together these files are larger than {MOST_IN_ALL // 2**20} MB. Attach fewer at once."
            )
        return uploads


class AttachForm(HarbourForm):
    """Some files for one record. Its token comes with the empty form, so that a double click attaches them once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    chosen = _Files(
        label="Choose files",
        help_text=f"{TAKEN}, up to {MOST_BYTES // 2**20} MB each and {MOST_FILES} at once.",
        allow_empty_file=True,
    )


class ChooseForm(HarbourForm):
    """Files that go along with a report. What is wrong with them is said once that is sent, and holds up nothing."""

    chosen = _Files(
        label="Choose files",
        required=False,
        help_text=f"{TAKEN}, up to {MOST_BYTES // 2**20} MB each and {MOST_FILES} at once.",
        allow_empty_file=True,
    )

    @property
    def problems(self) -> list[str]:
        """Why none of them is taken."""
        return [str(error) for error in self.errors.get("chosen", ())]

    @property
    def uploads(self) -> list[Upload]:
        """What was chosen, where it can be looked into."""
        return [] if self.problems else self.cleaned_data["chosen"]


class WithholdForm(HarbourForm):
    """Why a file is put out of everybody's reach."""

    reason = forms.ChoiceField(
        label="Why nobody may open it", choices=blank_first(StoredFile.Removal.choices, "Choose")
    )
