"""What is typed when a request comes in: handed in, taken up, corrected, and what is known before it is prepared."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from children.models import Child
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from safeguarding.plans.forms.columns import DeedForm, SeenForm
from sharing.requests.models import OPEN, Right, RightsRequest

R = RightsRequest
ALL_OPEN, LATE = "open", "late"
MOST_WORDS = 10_000
# As many brothers and sisters as one letter asks about; each becomes a case.
MOST_CHILDREN = 12
# Who takes a request down need not know the law: the office puts it right when it takes it up.
ASKED_FOR = [
    (Right.ACCESS.value, "A copy of what we hold"),
    (Right.RECTIFY.value, "To have something corrected"),
    (Right.ERASE.value, "To have something erased"),
    (Right.COMPLAINT.value, "A complaint about how data was handled"),
    ("unsure", "Something else, or I am not sure"),
]


class ListForm(HarbourForm):
    """Narrows the register; a code that is none narrows nothing."""

    state = forms.ChoiceField(
        label="State",
        choices=blank_first([(ALL_OPEN, "What is not answered"), *R.Status.choices], "Any"),
        required=False,
    )
    right = forms.ChoiceField(label="What is asked", choices=blank_first(Right.choices, "Anything"), required=False)

    def chosen(self) -> dict[str, str]:
        """What was understood: nothing for everything."""
        self.is_valid()
        return {name: str(said) for name in ("state", "right") if (said := self.cleaned_data.get(name))}

    @staticmethod
    def states(chosen: str) -> Sequence[str]:
        return OPEN if chosen == ALL_OPEN else [chosen]


class HandInForm(HarbourForm):
    """Somebody asks: any member of staff writes it down, on a telephone, in half a minute."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    requester = forms.CharField(
        label="Who asks?",
        max_length=200,
        help_text="Full name, and who they are to the child",
        error_messages={"required": "Enter who asks"},
    )
    contact = forms.CharField(
        label="How are they reached?",
        max_length=300,
        required=False,
        help_text="Telephone, e-mail or address, as they gave it",
    )
    about = forms.CharField(
        label="Who is it about?",
        max_length=300,
        help_text="Full names, and the class where you know it",
        error_messages={"required": "Enter who it is about"},
    )
    words = forms.CharField(
        label="What did they ask, in their words?",
        max_length=MOST_WORDS,
        widget=forms.Textarea,
        error_messages={"required": "Enter what they asked, in their words"},
    )
    right = forms.ChoiceField(
        label="What do they want?", choices=ASKED_FOR, widget=Radios(), initial=Right.ACCESS.value
    )
    channel = forms.ChoiceField(
        label="How did they ask?",
        choices=R.Channel.choices,
        widget=Radios(inline=True),
        error_messages={"required": "Choose how they asked"},
    )
    received_on = DateBoxesField(
        label="When did it come to the school?",
        past=True,
        error_messages={"required": "Enter when it came to the school"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("received_on", timezone.localdate())

    def given(self) -> dict[str, Any]:
        """What the service takes. Who is not sure asks for a copy until the office says otherwise."""
        given = dict(self.cleaned_data)
        if given["right"] == "unsure":
            given["right"] = Right.ACCESS.value
        return given


class TakeUpForm(HarbourForm):
    """The office says what is asked, for which children, and by what. `children` are those that were chosen."""

    q = forms.CharField(label="Add a child", required=False, max_length=200)
    nobody = forms.BooleanField(
        label="It is about no child of this school, or nobody can say yet about which", required=False
    )
    right = forms.ChoiceField(label="What is asked", choices=Right.choices)
    requester_is = forms.ChoiceField(label="Who asks", choices=R.Requester.choices, widget=Radios())
    authority = forms.ChoiceField(
        label="By what they ask",
        choices=R.Authority.choices,
        widget=Radios(
            hints={
                "own": "Only where the child asks, or somebody about themselves",
                "parental": "It is on the child’s record, or a certificate was seen",
                "written": "Signed by the child, or by who has parental responsibility",
            }
        ),
    )
    identity_seen = forms.CharField(
        label="Proof of identity that was seen",
        max_length=80,
        required=False,
        help_text="Its kind, such as “passport”, or “known to the school”. Keep no copy. Leave it empty while you ask",
    )
    scope = forms.CharField(
        label="What is looked for",
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea,
        help_text="Where they asked for something certain. Leave it empty for everything",
    )
    wants_record = forms.BooleanField(
        label="A parent asks in writing for the educational record too (maintained schools: 15 school days)",
        required=False,
    )

    def __init__(self, data: Any = None, *, case: R, children: Sequence[Child], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.case, self.children = case, children
        self.initial.setdefault("right", case.right)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        typed = given.get("q", "").strip()
        if self.children and typed:
            self.add_error("q", "Press Find and choose the child you looked for, or empty this box")
        if not self.children and not given.get("nobody"):
            self.add_error("q", "Find the child and choose it, or tick that it is about no child of this school")
        if self.children and given.get("nobody"):
            self.add_error("nobody", "Remove the children, or take this tick away")
        if len(self.children) > MOST_CHILDREN:
            self.add_error("q", f"Take up at most {MOST_CHILDREN} children from one request")
        return given


class CaseForm(DeedForm):
    """A form on the page of a case."""

    def __init__(self, *args: Any, case: R, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        if "seen" in self.fields:
            self.initial.setdefault("seen", case.revision)
        for name in self.columns:
            self.initial.setdefault(name, getattr(case, name))

    # The fields of the case that it changes: each begins with what stands there.
    columns: tuple[str, ...] = ()

    def changed(self) -> dict[str, Any]:
        """What was typed for the fields of the case."""
        return {name: self.cleaned_data[name] for name in self.columns}


class CorrectForm(CaseForm, SeenForm):
    """What was taken down wrongly, or is known by now."""

    received_on = DateBoxesField(label="Received on", past=True)
    channel = forms.ChoiceField(label="How it came", choices=R.Channel.choices)
    requester = forms.CharField(label="Who asks", max_length=200)
    contact = forms.CharField(label="How they are reached", max_length=300, required=False)
    requester_is = forms.ChoiceField(label="Who they are", choices=R.Requester.choices)
    authority = forms.ChoiceField(label="By what they ask", choices=R.Authority.choices)
    identity_seen = forms.CharField(
        label="Proof of identity that was seen", max_length=80, required=False, help_text="Its kind. Keep no copy"
    )
    scope = forms.CharField(label="What is looked for", max_length=MOST_WORDS, required=False, widget=forms.Textarea)
    wants_record = forms.BooleanField(label="Asks in writing for the educational record too", required=False)
    columns = (
        "received_on",
        "channel",
        "requester",
        "contact",
        "requester_is",
        "authority",
        "identity_seen",
        "scope",
        "wants_record",
    )


class ChecksForm(CaseForm, SeenForm):
    """What has to be known before anything is prepared (domain reference 5.6). Read by those who review."""

    order_binds = forms.ChoiceField(
        label="Does an order of a court bind who asks?",
        choices=R.Answer.choices,
        widget=Radios(inline=True),
        help_text="An order that keeps them from the child, or from what is known of it",
    )
    address_is_confidential = forms.ChoiceField(
        label="May an address not be given to who asks?",
        choices=R.Answer.choices,
        widget=Radios(inline=True),
        help_text="Where a child or a parent lives apart and must not be found",
    )
    care_order = forms.ChoiceField(
        label="Is the child under a care order?",
        choices=R.Answer.choices,
        widget=Radios(inline=True),
        help_text="Then the local authority is asked first",
    )
    competence = forms.ChoiceField(
        label="Does the child understand the request?",
        choices=R.Competence.choices,
        widget=Radios(),
        required=False,
        help_text="A child of 12 or more is asked. Who understands it decides, and may ask alone",
    )
    child_views = forms.CharField(
        label="What the child says", max_length=MOST_WORDS, required=False, widget=forms.Textarea
    )
    note = forms.CharField(label="How this is known", max_length=MOST_WORDS, required=False, widget=forms.Textarea)
    columns = ("order_binds", "address_is_confidential", "care_order", "competence", "child_views")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("note", self.case.checks_note)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        yes = [name for name in ("order_binds", "address_is_confidential", "care_order") if given.get(name) == "yes"]
        if yes and not given.get("note", "").strip():
            self.add_error("note", "Say how this is known, and what follows from it")
        return given
