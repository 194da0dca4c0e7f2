"""What is typed to hand a file over, and to record that it was received?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.exceptions import BadInput
from safeguarding.forms import FilesInput, Radios, blank_first
from safeguarding.plans.forms.columns import TokenForm
from sharing.events.forms.calls import Timed
from sharing.events.forms.deciding import ANSWER, question
from sharing.events.models import SharingEvent
from sharing.events.services.following import Happened
from sharing.events.services.handing_over import WAYS
from sharing.events.services.receiving import received_problems
from sharing.transfers.models import FileSending, FileTransfer
from sharing.transfers.services import receiving, sending
from sharing.transfers.services.sending import HandedOver

E, M = SharingEvent, SharingEvent.Method
_WAYS = {
    M.EMAIL: "By secure e-mail, as an encrypted file",
    M.PORTAL: "By their online portal, as an encrypted file",
    M.PAPER: "By hand or tracked post, printed or on a stick",
}


class _FileForm(TokenForm, Timed):
    """A step of one file: when, who there."""

    person = forms.CharField(label="Who there", max_length=200, required=False, help_text="Full name and role")
    text = forms.CharField(label="Note", max_length=2000, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, file: FileSending, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = file
        self.set_now()

    def happened(self) -> Happened:
        given = self.cleaned_data
        return Happened(self.moment(), *(given.get(name, "") for name in ("method", "person", "text")))


class HandOverForm(_FileForm):
    """How the file goes, the test of its legal reason, and who is told."""

    method = forms.ChoiceField(
        label="How it goes", choices=blank_first([(one, _WAYS[one]) for one in WAYS], "Choose"), required=False
    )
    child_told = forms.ChoiceField(
        label="Is the child told?", choices=E.Told.choices, required=False, widget=Radios(inline=True)
    )
    parents_told = forms.ChoiceField(
        label="Are the parents told?", choices=E.Told.choices, required=False, widget=Radios(inline=True)
    )
    not_told_why = forms.CharField(
        label="Why somebody is not told", max_length=2000, required=False, widget=forms.Textarea
    )

    def __init__(self, *args: Any, transfer: FileTransfer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transfer = transfer
        self.fields["text"].help_text = "Such as the number of the delivery, or who was rung back"
        reason = sending.reason_at(transfer.school_id, timezone.now())
        asked = reason.questions if reason else []
        self.test = {f"{ANSWER}{one['key']}": one["key"] for one in asked}
        self.fields |= {f"{ANSWER}{one['key']}": question(one) for one in asked}
        self.needed = {"method", "person", "child_told", "parents_told", *self.test}
        self.order_fields(
            ["deed", "token", "day", "time", "method", "person", *self.test, "child_told", "parents_told",
             "not_told_why", "text"]
        )  # fmt: skip

    def said(self) -> HandedOver:
        given = self.cleaned_data
        return HandedOver(
            self.happened(),
            {key: str(given.get(name, "")) for name, key in self.test.items()},
            given.get("child_told", ""),
            given.get("parents_told", ""),
            given.get("not_told_why", ""),
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        self.tell(sending.hand_over_problems(self.transfer, self.said(), now=timezone.now()))
        return given


class ReceivedForm(_FileForm):
    """Somebody there has confirmed it: by hand."""

    file_key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("deed", "token", "file_key", "day", "time", "person", "text")
    needed = ("person",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["file_key"] = self.file.pk
        self.fields["person"].label = "Who has received it"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        assert self.file.event is not None  # noqa: S101  (of files that have gone)
        self.tell(received_problems(self.file.event, self.happened(), now=timezone.now()))
        return given


class ReceiptForm(TokenForm):
    """The receipt that the next school signed, as a file."""

    file_key = forms.UUIDField(widget=forms.HiddenInput)
    receipt = forms.FileField(
        label="Signed receipt",
        widget=FilesInput(most_bytes=receiving.LARGEST_RECEIPT),
        help_text="The text file that their Harbour gives them. Its signature is checked",
        error_messages={"required": "Choose the signed receipt"},
    )

    def __init__(self, *args: Any, file: FileSending, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = file
        self.initial["file_key"] = file.pk
        self.content = b""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if (found := given.get("receipt")) is not None:
            self.content = found.read(receiving.LARGEST_RECEIPT + 1)
            try:
                receiving.read_receipt(self.file, self.content)
            except BadInput as problem:
                self.add_error("receipt", problem.sentence.removesuffix("."))
        return given
