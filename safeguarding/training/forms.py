"""What is typed about training: who had which course and when, which file lists it, and which courses there are?"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from children.importing.people import rows_back
from children.importing.problems import FileRefused
from safeguarding.accounts.models import User
from safeguarding.accounts.services import Colleague
from safeguarding.exceptions import BadInput
from safeguarding.forms import DateBoxesField, FilesInput, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from safeguarding.training.files import FIELDS, MOST_BYTES, MOST_ROWS, read_training
from safeguarding.training.models import Course
from safeguarding.training.services.courses import LONGEST, course_problems, course_token
from safeguarding.training.services.noting import Had, day_problem, until_problem

ANY, NOT_TRAINED, DUE, UNREAD, IN_ORDER = "", "not_trained", "due", "unread", "in_order"
STATES = {
    ANY: "Everybody",
    NOT_TRAINED: "Out of date or missing",
    DUE: "Runs out soon",
    UNREAD: "Has not read the guidance",
    IN_ORDER: "All in order",
}


class FilterForm(HarbourForm):
    """To whom the register is narrowed, by a code: it stands in the address."""

    state = forms.ChoiceField(label="Show", choices=list(STATES.items()), required=False)

    def chosen(self) -> str:
        """The code that was understood; empty where there is none."""
        self.is_valid()
        return str(self.cleaned_data.get("state") or ANY)


class NoteForm(HarbourForm):
    """Who had which course on which day. One person or several."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    course = forms.ChoiceField(label="Course")
    done_on = DateBoxesField(label="Day of the training", past=True)
    valid_until = DateBoxesField(
        label="Holds until", required=False, help_text="Left empty, as long as the course says"
    )
    people = forms.MultipleChoiceField(
        label="Who had it",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick who had it, one person at least", "invalid_choice": "Choose from the list"},
    )

    def __init__(self, *args: Any, courses: Iterable[Course], colleagues: Iterable[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courses = {str(course.pk): course for course in courses}
        self.who: dict[str, User] = {str(one.user.pk): one.user for one in colleagues}
        named = [(key, course.name) for key, course in self.courses.items()]
        self.fields["course"].choices = blank_first(named, "Choose")  # type: ignore[attr-defined]
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (key, f"{user.last_name}, {user.first_name}") for key, user in self.who.items()
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if (day := given.get("done_on")) and (problem := day_problem(day, timezone.localdate())):
            self.add_error("done_on", problem)
        if problem := until_problem(given.get("done_on"), given.get("valid_until")):
            self.add_error("valid_until", problem)
        return given

    def had(self) -> list[Had]:
        """What `note_training` takes."""
        given = self.cleaned_data
        course = self.courses[given["course"]]
        return [Had(self.who[key], course, given["done_on"], given["valid_until"]) for key in given["people"]]


class ListForm(HarbourForm):
    """A file with the training of several."""

    file = forms.FileField(
        label="File",
        widget=FilesInput(most_bytes=MOST_BYTES),
        help_text="A spreadsheet saved as CSV, with the columns First name, Last name, Course and Day, and if you like "
        "User name and Holds until.",
        error_messages={"required": "Choose a file"},
        allow_empty_file=True,
    )

    def clean_file(self) -> list[dict[str, str]]:
        """The rows of the file."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError("File must be at most 1 MB: a list of training is smaller. Choose another")
        try:
            return read_training(file.file)  # type: ignore[arg-type]
        except BadInput as refused:
            raise forms.ValidationError(refused.sentence) from None


class ConfirmForm(HarbourForm):
    """What was shown comes back to be noted: the rows, and whether wrong ones are left out."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    rows = forms.CharField(widget=forms.HiddenInput, max_length=2 * MOST_BYTES)
    leave_out = forms.BooleanField(label="Leave out the rows that cannot be used", required=False)

    @classmethod
    def of(cls, rows: Iterable[dict[str, str]], token: UUID | None = None) -> "ConfirmForm":
        """The form as the page that shows the rows first carries it."""
        return cls(initial={"rows": json.dumps(list(rows)), "token": token or uuid7()})

    def clean_rows(self) -> list[dict[str, str]]:
        """The rows as they were read. Raises where the page sent none."""
        try:
            return rows_back(self.cleaned_data["rows"], FIELDS, most=MOST_ROWS)
        except FileRefused as refused:
            raise forms.ValidationError(refused.sentence) from None


class CourseForm(HarbourForm):
    """A course of the school's own, or another time for one that is there."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    code = forms.ChoiceField(label="Which course", required=False, help_text="A new one, or one that is to be changed")
    name = forms.CharField(label="Name of the course", max_length=100)
    months = forms.IntegerField(
        label="How many months it holds",
        required=False,
        min_value=1,
        max_value=LONGEST,
        help_text="Left empty, it has no end",
        error_messages={"invalid": "Give a number of months, such as 12"},
    )
    for_whom = forms.ChoiceField(label="Who has to have it?", choices=Course.ForWhom.choices, widget=Radios)
    source = forms.CharField(
        label="Where this comes from",
        max_length=300,
        help_text="Such as the local safeguarding partnership, or who decided it and when",
        error_messages={"required": "Say where this comes from"},
    )

    def __init__(self, *args: Any, school_id: UUID, courses: Sequence[Course], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school_id, self.set_before = school_id, {course.token for course in courses}
        named = [(course.code, course.name) for course in courses]
        self.fields["code"].choices = blank_first(named, "A new course")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        # Sent again, it is its own course that has this name.
        if not self.errors and course_token(given["token"], **self.facts()) not in self.set_before:
            for name, problem in course_problems(self.school_id, **self.facts()):
                self.add_error(name, problem)
        return given

    def facts(self) -> dict[str, Any]:
        """What `set_course` takes."""
        return {name: self.cleaned_data[name] for name in ("code", "name", "months", "for_whom", "source")}
