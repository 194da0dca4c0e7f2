"""What is asked of who opens a file of another school, confirms its key, or records one that came on paper?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import DateBoxesField, FilesInput, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from safeguarding.uploads.kinds import MOST_IN_ALL
from sharing.received.models import LONGEST_SENDER, FileReceived
from sharing.received.services import elsewhere
from sharing.received.services.calling import LONGEST, Call, call_problems
from sharing.received.services.elsewhere import WAYS, Came, came_problems
from sharing.transfer_file.opening import LARGEST

# As many as fit into one form.
MOST_VOLUMES = 50
_MB = 2**20


class _Volumes(forms.FileField):
    """The volumes of one file, each as its bytes."""

    widget = FilesInput(most_bytes=LARGEST, most_files=MOST_VOLUMES, most_in_all=MOST_IN_ALL)

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given:
            raise forms.ValidationError("Choose the file. Where it has several volumes, choose all of them together")
        if len(given) > MOST_VOLUMES:
            raise forms.ValidationError(f"Choose at most {MOST_VOLUMES} volumes at once")
        if any(one.size > LARGEST for one in given):
            raise forms.ValidationError(
                f"A volume may have at most {LARGEST // _MB} MB. The other school has to send it in volumes"
            )
        contents = [one.read() for one in given]
        if any(len(content) != one.size for content, one in zip(contents, given, strict=True)):
            raise forms.ValidationError(
                f"Together these volumes are larger than {MOST_IN_ALL // _MB} MB. Ask the school that sent them for "
                "the file on paper"
            )
        return contents


class OpenForm(HarbourForm):
    """The volumes of a file and its words. Its token comes with the empty form."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    volumes = _Volumes(
        label="The file",
        help_text="The PDF as it came; where it has several volumes, all of them together.",
        allow_empty_file=True,
    )
    words = forms.CharField(
        label="Its words",
        max_length=200,
        help_text="As the other school told them, never by the message that brought the file.",
        error_messages={"required": "Type the words that the other school told you"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )


class CallForm(HarbourForm):
    """Who confirmed there that the key is theirs, on which day, on which number."""

    number_from = forms.ChoiceField(
        label="Where did you find the number you rang?",
        choices=FileReceived.NumberFrom.choices,
        widget=Radios,
        error_messages={"required": "Choose where the number was found"},
    )
    spoke_to = forms.CharField(
        label="Who confirmed it there",
        max_length=LONGEST,
        help_text="Full name and role",
        error_messages={"required": "Enter who confirmed it there, with their role"},
    )
    called_on = DateBoxesField(label="Day of the call", past=True)

    def __init__(self, data: Any = None, *, received: FileReceived) -> None:
        super().__init__(data, initial={"called_on": timezone.localdate()})
        self.received = received

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, problem in call_problems(self.received, self.call(), today=timezone.localdate()).items():
            if name not in self.errors:
                self.add_error(name, problem)
        return given

    def call(self) -> Call:
        given = self.cleaned_data
        return Call(given.get("spoke_to", ""), given.get("called_on"), given.get("number_from", ""))


class CameForm(HarbourForm):
    """A file that came in another way: which school sent it, how and when, what it is, and where it is kept."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    sender = forms.CharField(
        label="The school that sent it",
        max_length=LONGEST_SENDER,
        error_messages={"required": "Enter the school that sent it"},
    )
    how = forms.ChoiceField(
        label="How it came", choices=blank_first([(one.value, one.label) for one in WAYS], "Choose")
    )
    came_on = DateBoxesField(label="Came on", past=True)
    content = forms.CharField(
        label="What came, and where it is kept",
        max_length=elsewhere.LONGEST,
        widget=forms.Textarea,
        help_text="How many pages or files, what they cover, and the cupboard or folder",
        error_messages={"required": "Write what came, and where it is kept"},
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, problem in came_problems(self.came(), today=timezone.localdate()).items():
            if name not in self.errors:
                self.add_error(name, problem)
        return given

    def came(self) -> Came:
        given = self.cleaned_data
        return Came(given.get("sender", ""), given.get("how", ""), given.get("came_on"), given.get("content", ""))
