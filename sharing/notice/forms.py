"""What does somebody type for the privacy notice?"""

from typing import Any

from django import forms

from safeguarding.forms import HarbourForm
from safeguarding.keys import uuid7

from .models import NoticeDetails
from .services.details import Details


class DetailsForm(HarbourForm):
    """What the school says of itself. All of it may be left for later: a notice is not published before."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    office_email = forms.EmailField(label="E-mail of the school office", required=False)
    office_address = forms.CharField(label="Postal address of the school", max_length=300, required=False)
    officer = forms.CharField(
        label="Data protection officer",
        max_length=160,
        required=False,
        help_text="The service or office, without the name of a person",
    )
    officer_email = forms.EmailField(label="E-mail of the data protection officer", required=False)
    officer_telephone = forms.CharField(label="Telephone of the data protection officer", max_length=40, required=False)
    server = forms.CharField(
        label="Where Harbour runs, who runs it, and whether anything leaves the United Kingdom",
        max_length=300,
        required=False,
        widget=forms.Textarea,
        help_text="Such as: Records are on a server of the school, in the United Kingdom. Nothing is sent abroad",
    )
    paper = forms.CharField(
        label="Where paper is kept",
        max_length=300,
        required=False,
        widget=forms.Textarea,
        help_text="A sentence, such as: Paper is kept in a locked cabinet in the safeguarding lead’s office",
    )
    guidance_page = forms.URLField(
        label="Page about rights on your website",
        required=False,
        assume_scheme="https",
    )

    def __init__(self, data: Any = None, *, details: NoticeDetails) -> None:
        said = {name: getattr(details, name) for name in self.base_fields if name != "seen"}
        super().__init__(data, initial=said | {"seen": details.revision})

    def details(self) -> Details:
        """What was typed."""
        return Details(**{name: value for name, value in self.cleaned_data.items() if name != "seen"})


class PublishForm(HarbourForm):
    """Which draft was read."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
