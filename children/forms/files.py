"""What is asked of somebody who puts a file or a photograph on a child's record, or ends a photograph?"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from children.models import ChildFile, Photograph
from children.services.filing import Consent
from safeguarding.forms import DateBoxesField, FilesInput, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from safeguarding.uploads.forms import AttachForm
from safeguarding.uploads.kinds import MOST_BYTES
from safeguarding.uploads.services.keeping import Upload


class FileForm(AttachForm):
    """Some files of one kind for a child's record."""

    what = forms.ChoiceField(label="What it is", choices=blank_first(ChildFile.What.choices, "Choose"))
    dated = DateBoxesField(
        label="Date on it", required=False, past=True, help_text="Where it stands in the chronology; without one, today"
    )
    field_order = ("token", "what", "dated", "chosen")


class PhotographForm(HarbourForm):
    """One photograph, and what allows the school to hold it. Its token comes with the empty form."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    picture = forms.FileField(
        label="Photograph",
        widget=FilesInput(most_bytes=MOST_BYTES),
        help_text="JPEG, PNG, HEIC or WebP. A small picture of it is kept, without where and when it was taken.",
        error_messages={"required": "Choose a photograph", "empty": "This file is empty. Choose a photograph"},
    )
    use = forms.ChoiceField(
        label="What is it for?",
        choices=Photograph.Use.choices,
        widget=Radios(
            hints={
                Photograph.Use.IDENTIFICATION: "Part of the school’s public task: nobody’s consent is needed",
                Photograph.Use.PUBLICITY: "A display, the website, the newspaper: only with consent, which can "
                "be withdrawn",
            }
        ),
    )
    taken_on = DateBoxesField(label="Taken on", required=False, past=True)
    consent_by = forms.CharField(
        label="Who gave consent", max_length=200, required=False, help_text="Name, and who they are to the child"
    )
    consent_for = forms.CharField(
        label="What for",
        max_length=500,
        required=False,
        help_text="For instance the website and the display in the hall",
    )
    consent_on = DateBoxesField(label="Consent given on", required=False, past=True)
    consent_how = forms.ChoiceField(
        label="How consent was given", required=False, choices=blank_first(Photograph.How.choices, "Choose")
    )
    consent_until = DateBoxesField(label="Consent lasts until", required=False, help_text="Where that was said")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        consent = self._consent()
        for name, says in consent.problems(timezone.localdate()) if consent else ():
            if name not in self.errors:
                self.add_error(name, ValidationError(says))
        return given

    def _consent(self) -> Consent | None:
        """What was typed of it; None for a photograph that needs none."""
        given = self.cleaned_data
        if given.get("use") != Photograph.Use.PUBLICITY:
            return None
        return Consent(
            by=given.get("consent_by", ""),
            what_for=given.get("consent_for", ""),
            on=given.get("consent_on"),
            how=given.get("consent_how", ""),
            until=given.get("consent_until"),
        )

    def facts(self) -> dict[str, Any]:
        """What `filing.put_photograph` takes."""
        given = self.cleaned_data
        upload = Upload(given["picture"].name, given["picture"].read())
        return {"token": given["token"], "upload": upload, "taken_on": given["taken_on"], "consent": self._consent()}


class EndPhotographForm(HarbourForm):
    """Why nobody may have a photograph any more."""

    ending = forms.ChoiceField(label="Why it ends", widget=Radios)

    def __init__(self, data: Any = None, *, photograph: Photograph) -> None:
        super().__init__(data)
        offered = [Photograph.Ending.MISTAKE]
        if photograph.use == Photograph.Use.PUBLICITY:
            offered.insert(0, Photograph.Ending.WITHDRAWN)
        self.fields["ending"].choices = [(one.value, one.label) for one in offered]  # type: ignore[attr-defined]
