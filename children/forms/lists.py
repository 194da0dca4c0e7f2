"""What can be asked for? A list narrowed, a child by name, a file, what its columns mean, what becomes of its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from children.codes import year_label
from children.importing.formats import FIELDS, REQUIRED, doubled
from children.importing.reading import MAX_BYTES
from children.models import ImportRow
from children.services.imports import choices
from safeguarding.forms import FilesInput, HarbourForm, Radios
from safeguarding.templatetags.harbour import BADGES

ON_ROLL, LEFT = "", "left"


class FindForm(HarbourForm):
    """A name, as it is said or sounds, a class or a UPN."""

    q = forms.CharField(label="Name, class or UPN", max_length=100)


class NarrowForm(HarbourForm):
    """The list of children by class, year or badge, on roll or gone. Codes only: they stand in the address."""

    room = forms.ChoiceField(label="Class", required=False)
    year = forms.ChoiceField(label="Year", required=False)
    badge = forms.ChoiceField(label="Badge", required=False)
    who = forms.ChoiceField(label="On roll", required=False, choices=[(ON_ROLL, "On roll"), (LEFT, "Has left")])

    def __init__(
        self, *args: Any, rooms: Iterable[str], years: Iterable[int], badges: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].choices = [("", "All classes"), *((room, room) for room in rooms)]  # type: ignore[attr-defined]
        self.fields["year"].choices = [("", "All years"), *((str(y), year_label(y)) for y in years)]  # type: ignore[attr-defined]
        self.fields["badge"].choices = [("", "Any"), *((key, BADGES[key]) for key in badges)]  # type: ignore[attr-defined]


class UploadForm(HarbourForm):
    """A file of children."""

    file = forms.FileField(
        label="File",
        widget=FilesInput(most_bytes=MAX_BYTES),
        help_text="A Common Transfer File (XML), or CSV from SIMS, Arbor, Bromcom or your own spreadsheet. At most "
        "50 MB.",
        error_messages={
            "required": "Choose a file",
            "empty": "The file is empty. Export the list of children again and look at it before you upload it",
        },
        allow_empty_file=True,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                f"File must be at most {MAX_BYTES // 1024**2} MB. Export the children of one school only"
            )
        return file


class ColumnsForm(HarbourForm):
    """What each column of a school's own spreadsheet means. Column n of the file is the field `column_n`."""

    meanings = (("", "Not imported"), *((name, field.label) for name, field in FIELDS.items()))
    month_first = forms.ChoiceField(
        label="How are dates written in this file?",
        choices=[("day", "Day first, such as 25/12/2018"), ("month", "Month first, such as 12/25/2018")],
        widget=Radios,
        required=False,
        initial="day",
        error_messages={"required": "Choose how dates are written in this file"},
    )

    def __init__(
        self, *args: Any, headings: Sequence[str], guessed: dict[str, str], dates_differ: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if dates_differ:
            # Neither is right for all of them: nothing is chosen before somebody has looked.
            self.fields["month_first"].required, self.fields["month_first"].initial = True, None
        self.headings = {f"column_{n}": heading for n, heading in enumerate(headings) if heading}
        for name, heading in self.headings.items():
            self.fields[name] = forms.ChoiceField(
                label=heading, choices=self.meanings, required=False, initial=guessed.get(heading, "")
            )
        self.order_fields([*self.headings, "month_first"])

    @property
    def columns(self) -> dict[str, str]:
        """{heading: field} of what was chosen."""
        chosen = {heading: self.cleaned_data.get(name, "") for name, heading in self.headings.items()}
        return {heading: meaning for heading, meaning in chosen.items() if meaning}

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.headings]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for complaint in self.complaints():
            self.add_error(None, complaint)
        return cleaned

    def complaints(self) -> Iterator[str]:
        """Why rows could not be read by what was chosen."""
        chosen = list(self.columns.values())
        for name, field in FIELDS.items():
            if name in REQUIRED and name not in chosen:
                yield f"Choose which column holds: {field.label}"
        for label in doubled(self.columns):
            yield f"Only one column can hold: {label}"


class RowsForm(HarbourForm):
    """What becomes of rows that wait for a person: one question a row, none of which must be answered now."""

    def __init__(self, *args: Any, rows: Iterable[ImportRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {f"row_{row.pk}": row for row in rows}
        for name, row in self.rows.items():
            self.fields[name] = forms.ChoiceField(
                label=f"Row {row.number}: what should become of it?",
                choices=[*choices(row), ("", "Decide later")],
                required=False,
                initial=row.decision,
                widget=Radios,
            )

    @property
    def questions(self) -> list[tuple[forms.BoundField, ImportRow]]:
        """Each question with its row, for the page."""
        return [(self[name], row) for name, row in self.rows.items()]

    def decisions(self) -> dict[UUID, str]:
        """{key of the row: decision} of the rows on the page."""
        return {row.pk: self.cleaned_data[name] for name, row in self.rows.items()}


class AlikeForm(HarbourForm):
    """What is said at once of all rows that wait for one reason: one tick for each, `sentences` by reason."""

    def __init__(self, *args: Any, sentences: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for reason, sentence in sentences.items():
            self.fields[f"all_{reason}"] = forms.BooleanField(label=sentence, required=False)

    @property
    def reasons(self) -> list[str]:
        """The reasons that were ticked."""
        return [name.removeprefix("all_") for name, ticked in self.cleaned_data.items() if ticked]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.values()):
            self.add_error(next(iter(self.fields), None), "Tick what you have looked at, or decide row by row")
        return cleaned


_ABOUT = {
    "leavers": "who would leave",
    "classes": "the classes that are not in it",
    "addressee": "whom it is addressed to",
    "moved": "whether its columns have moved",
}


class QuestionsForm(HarbourForm):
    """What must have been looked at before the list may change: one tick for each question about the whole file."""

    def __init__(self, *args: Any, questions: Iterable[dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            about = _ABOUT[question["key"].partition("_")[0]]
            self.fields[question["key"]] = forms.BooleanField(
                label=question["text"],
                error_messages={"required": f"Tick that you have looked at {about}, or give up on this file"},
            )
