"""What is typed on the page of a case: steps, letters, who is named, who is asked to search, how it ends."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern
from safeguarding.dates import full_day
from safeguarding.forms import DateBoxesField, FilesInput, HarbourForm, Radios, blank_first
from safeguarding.plans.forms.columns import SeenForm, TokenForm
from safeguarding.uploads.kinds import MOST_BYTES, TAKEN
from safeguarding.uploads.services.keeping import Upload
from sharing.requests.models import (
    RequestLetter,
    RequestRecipient,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.services import answering, recipients

from .cases import MOST_WORDS, CaseForm

K, L, P, F = RequestStep.Kind, RequestLetter.Kind, SearchPlace.Place, SearchPlace.Found
_OUTCOME, WhyNot = RightsRequest.Outcome, RequestRecipient.WhyNot
# Steps that pages of their own record.
_BY_ITSELF = frozenset({K.SENT_BACK, K.HANDED_OVER, K.RECIPIENTS})
# Letters that are written when a request is over, too.
_OF_THE_END = frozenset({L.REFUSAL, L.OUTCOME})


class StepForm(CaseForm, TokenForm):
    """Something that happened, on a day: dates are reckoned from it.

    `handles`, `reviews`: whether who types handles the case, or is named to review or approve in it.
    """

    kind = forms.ChoiceField(label="What happened", choices=())
    happened_on = DateBoxesField(label="When", past=True)
    text = forms.CharField(label="In words", max_length=MOST_WORDS, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, handles: bool = False, reviews: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = {one: reviews if one in RequestStep.REVIEW else handles for one in K if one not in _BY_ITSELF}
        field: Any = self.fields["kind"]
        field.choices = blank_first([(one.value, one.label) for one, may in theirs.items() if may], "Choose")
        self.initial.setdefault("happened_on", timezone.localdate())


class StepKeyForm(CaseForm):
    """A step that is withdrawn: it was recorded wrongly. `steps` are those that can be."""

    step = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, steps: Sequence[RequestStep] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {one.pk: one for one in steps}

    def clean_step(self) -> Any:
        key = self.cleaned_data["step"]
        if key not in self.known:
            raise forms.ValidationError("This step is withdrawn already, or not yours. Open the request again")
        return key

    @property
    def chosen(self) -> RequestStep:
        return self.known[self.cleaned_data["step"]]


class LetterForm(CaseForm, TokenForm):
    """Which letter is begun."""

    kind = forms.ChoiceField(label="Which letter", choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = blank_first([(one.value, one.label) for one in L if self._is_written(one)], "Choose")

    def _is_written(self, kind: str) -> bool:
        if kind == L.REFUSAL:
            return self.case.outcome == _OUTCOME.REFUSED
        return self.case.is_open or kind in _OF_THE_END


class PartForm(CaseForm):
    """Who handles, prepares or approves: who had the part before gives it up with this.

    `people` are those who may have each part, `taken` the parts that somebody has.
    """

    part = forms.ChoiceField(label="What they do", choices=())
    user = forms.ChoiceField(label="Who", choices=())

    def __init__(
        self, *args: Any, people: dict[str, Sequence[User]], taken: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.taken = people, taken
        parts: Any = self.fields["part"]
        parts.choices = blank_first([(part, RequestRole.Part(part).label) for part in people], "Choose")
        who: Any = self.fields["user"]
        self.known = {str(user.pk): user for some in people.values() for user in some}
        who.choices = blank_first([(key, user.full_name) for key, user in self.known.items()], "Choose")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        part, key = given.get("part"), given.get("user")
        if part and key and all(str(one.pk) != key for one in self.people[part]):
            may = ", ".join(one.full_name for one in self.people[part]) or "nobody here"
            self.add_error("user", f"{self.known[key].full_name} may not have this part. Choose among: {may}")
        return given

    @property
    def chosen(self) -> User:
        return self.known[self.cleaned_data["user"]]


class AskPlaceForm(CaseForm, TokenForm):
    """Somebody is asked to look somewhere. `people` work at the school."""

    place = forms.ChoiceField(
        label="Where",
        choices=blank_first([(one.value, one.label) for one in P if one != P.HARBOUR], "Choose"),
        help_text="About concerns about adults only who reads them is asked, and they are asked by themselves",
    )
    user = forms.ChoiceField(label="Who looks there", choices=())
    searched_for = forms.CharField(
        label="Which words to look for",
        max_length=2000,
        required=False,
        widget=forms.Textarea,
        help_text="Each name and form of name. Who looks sees them",
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(user.pk): user for user in people}
        field: Any = self.fields["user"]
        field.choices = blank_first([(key, user.full_name) for key, user in self.known.items()], "Choose")

    @property
    def chosen(self) -> User:
        return self.known[self.cleaned_data["user"]]


class OutcomeForm(CaseForm, SeenForm):
    """How a request ends that is not a copy, or a copy that is refused or of which nothing is held."""

    columns = ("outcome",)
    outcome = forms.ChoiceField(label="Outcome", choices=(), widget=Radios())
    reasons = forms.CharField(
        label="Reasons, and by which law",
        max_length=MOST_WORDS,
        widget=forms.Textarea,
        help_text="They stand in the letter, with the right to complain to the Information Commissioner and to a court",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["outcome"]
        field.choices = [(one.value, one.label) for one in answering.outcomes_of(self.case)]
        self.initial.setdefault("reasons", self.case.outcome_reasons)


class BecauseForm(CaseForm):
    """Why it is withdrawn, or opened again."""

    because = forms.CharField(
        label="Why",
        max_length=MOST_WORDS,
        widget=forms.Textarea,
        error_messages={"required": "Say why"},
    )


class GatherForm(CaseForm):
    """What is held is gathered by the machine: nothing is typed."""


class RemindForm(CaseForm):
    """Those who have not finished their part are reminded: nothing is typed."""


class FinishForm(CaseForm, SeenForm):
    """The outcome that was approved has been told: nothing is typed."""


class StatementForm(CaseForm, TokenForm):
    """What they say who disagree: it stands beside a concern, for everybody who reads that. `concerns` are those of
    the child that who types may read.
    """

    concern = forms.ChoiceField(label="Beside which concern", choices=())
    text = forms.CharField(
        label="What they say, in their words",
        max_length=20_000,
        widget=forms.Textarea,
        error_messages={"required": "Enter what they say, in their words"},
    )
    written_on = DateBoxesField(label="Written on", past=True)

    def __init__(self, *args: Any, concerns: Sequence[Concern] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(one.pk): one for one in concerns}
        named = [(key, f"{one.reference}, {full_day(one.logged_at)}") for key, one in self.known.items()]
        field: Any = self.fields["concern"]
        field.choices = blank_first(named, "Choose")

    @property
    def chosen(self) -> Concern:
        return self.known[self.cleaned_data["concern"]]


class ElsewhereForm(CaseForm, TokenForm):
    """Where something was corrected that is not on the child's record."""

    words = forms.CharField(
        label="Where was it corrected, what, and when?",
        max_length=2_000,
        widget=forms.Textarea,
        help_text="Such as: in our own system, the date of birth, on 3 November. It stands in the letter",
        error_messages={"required": "Enter where it was corrected, what, and when"},
    )


class RecipientForm(CaseForm):
    """One of `received` was told of the correction, or why not. `told_on` is asked where they were told alone."""

    who = forms.ChoiceField(label="Who received something of this child", choices=())
    how = forms.ChoiceField(
        label="Were they told?",
        choices=[(recipients.TOLD, "Yes, on a day"), *((one.value, f"No: {one.label}") for one in WhyNot)],
        widget=Radios(),
    )
    told_on = DateBoxesField(label="Told on", past=True, required=False, help_text="Needed if they were told")
    reasons = forms.CharField(
        label="Why they are not told",
        max_length=2_000,
        required=False,
        widget=forms.Textarea,
        help_text="Needed if they are not told. It is in the letter if the letter names them",
    )
    named = forms.ChoiceField(
        label="Does the letter name them?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Radios(
            inline=True,
            hints={"no": "Where the family must not learn of it, or they had not received what was corrected"},
        ),
    )

    def __init__(self, *args: Any, received: Sequence[recipients.Received] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.received = received
        field: Any = self.fields["who"]
        listed = [(str(one.key), f"{one.name}, {full_day(one.last_on)}") for one in received]
        field.choices = blank_first(listed, "Choose")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            said = {name: given[name] for name in ("how", "told_on", "reasons")}
            for name, sentence in recipients.problems(**said, is_named=self.is_named).items():
                self.add_error("named" if name == "is_named" else name, sentence)
        return given

    @property
    def chosen(self) -> UUID:
        return UUID(self.cleaned_data["who"])

    @property
    def is_named(self) -> bool:
        return bool(self.cleaned_data["named"] == "yes")


class RecipientsForm(CaseForm, TokenForm):
    """Everybody who received something was looked at: nothing is typed."""


class LetterTextForm(HarbourForm):
    """The text of a draft. `revision` is that of the page."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="The letter", max_length=20_000, widget=forms.Textarea, error_messages={"required": "Enter the letter"}
    )
    sent_on = DateBoxesField(label="Sent on", past=True, required=False)

    def __init__(self, *args: Any, letter: RequestLetter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = {"revision": letter.revision, "text": letter.text, "sent_on": timezone.localdate()}
        for name, value in now.items():
            self.initial.setdefault(name, value)

    def clean_text(self) -> str:
        """As it is kept: a browser sends the end of a line as two characters."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").strip()


class _PlaceForm(HarbourForm):
    """A form about one place that somebody was asked to search."""

    do = forms.CharField(widget=forms.HiddenInput)
    place = forms.UUIDField(widget=forms.HiddenInput)


class AnswerPlaceForm(_PlaceForm):
    """What is there."""

    found = forms.ChoiceField(
        label="What is there?",
        choices=[(F.NONE.value, "Nothing"), (F.SOME.value, "Something, and I have added all of it")],
        widget=Radios(),
        error_messages={"required": "Choose what is there"},
    )
    note = forms.CharField(
        label="How you looked",
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea,
        help_text="Such as which mailboxes, which folders, which days",
    )


class AddTextForm(_PlaceForm):
    """Words that are held there, copied whole."""

    title = forms.CharField(
        label="What it is", max_length=200, help_text="Such as “E-mail from the class teacher, 3 November”"
    )
    text = forms.CharField(
        label="Its words, whole",
        max_length=200_000,
        widget=forms.Textarea,
        help_text="Leave nothing out: what may not be given is decided later, by somebody else",
    )


class AddFileForm(_PlaceForm):
    """A file that is held there."""

    chosen = forms.FileField(
        label="File",
        widget=FilesInput(most_bytes=MOST_BYTES),
        help_text=f"{TAKEN}, up to {MOST_BYTES // 2**20} MB",
        error_messages={"required": "Choose a file", "empty": "This file is empty. Choose another"},
    )

    def upload(self) -> Upload:
        """Its name and bytes."""
        given = self.cleaned_data["chosen"]
        return Upload(given.name, given.read())
