"""What may be typed about agencies, parents and letters? What each needs is asked in the services."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from children.models import Contact
from children.people import Person
from safeguarding.accounts.calendar import LONDON
from safeguarding.concerns.forms.deciding import (
    AskingRadios,
    AskingSelect,
    DayChoice,
    Working,
    day_chosen,
    words_field,
)
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.models import Agency, ContactMade, Decision, How, Referral
from safeguarding.concerns.services.agencies import (
    Contacted,
    Sent,
    Step,
    contact_problems,
    sent_problems,
    step_problems,
)
from safeguarding.concerns.services.agencies.adults import Adults
from safeguarding.concerns.services.agencies.times import Line as AgencyTime
from safeguarding.concerns.services.agencies.times import times_of
from safeguarding.dates import clock, counted
from safeguarding.forms import DateBoxesField, TimeField, blank_first
from safeguarding.keys import record_of
from safeguarding.working_days import add_working_days

_SENT_BY = [(how.value, how.label) for how in How if how not in (How.IN_PERSON, How.VIDEO)]


class Dated(Working):
    """A form that says when something was: `day` and `time`. `at` is now."""

    field_order: tuple[str, ...] = ("token",)
    token = forms.UUIDField(widget=forms.HiddenInput)
    day = DateBoxesField(label="Date", past=True)
    time = TimeField(label="Time", help_text="Such as 9:30am or 1415")

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        here = timezone.localtime(at)
        self.initial.setdefault("day", here.date())
        self.initial.setdefault("time", clock(here.time().replace(second=0, microsecond=0)))

    def moment(self) -> datetime | None:
        """When it was; None where that was not, or wrongly, given."""
        day, at = self.cleaned_data.get("day"), self.cleaned_data.get("time")
        return datetime.combine(day, at, LONDON) if day and at else None

    def tell(self, problems: Mapping[str, str], **fields: str) -> None:
        """Say what is wrong beside its field. `fields` maps what the service calls a fact to what the form does."""
        for name, sentence in problems.items():
            name = fields.get(name, name)
            if name not in self.errors and not (name == "day" and "time" in self.errors):
                self.add_error(name, sentence)


class _Expecting(Dated):
    """A form that says by which day an agency will answer."""

    answer_by = DayChoice(
        label="Answer expected by", required=False, widget=AskingSelect(asks={DayChoice.OTHER: "day"})
    )
    answer_by_day = DateBoxesField(label="Answer expected by", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate(self.at)
        days = [today, *(add_working_days(today, n) for n in (1, 2, 3, 5, 10))]
        if (field := self.fields.get("answer_by")) is not None:
            field.offer(days, today)  # type: ignore[attr-defined]


def _time_in_words(line: AgencyTime) -> str:
    """Police: 2 working days (agreed with the local team)."""
    time = line.guidance or line.own
    assert time is not None  # noqa: S101  (only those with a time are named)
    return f"{line.agency.label}: {counted(time.answer_days, 'working day')} ({time.source.rstrip('.')})"


class ReferralForm(_Expecting):
    """A referral that was made."""

    called = "referral"
    field_order = ("token", "agency", "team", "method", "day", "time")
    agency = forms.ChoiceField(
        label="Agency",
        choices=blank_first(Agency.choices, "Choose"),
        error_messages={"required": "Choose the agency"},
    )
    team = forms.CharField(label="Team or office", required=False, max_length=200)
    method = forms.ChoiceField(
        label="How it was sent",
        choices=blank_first(_SENT_BY, "Choose"),
        error_messages={"required": "Choose how it was sent"},
    )
    spoken_to = forms.CharField(label="Who took it", required=False, max_length=200, help_text="Full name and role.")
    their_reference = forms.CharField(label="Their reference", required=False, max_length=80)
    told = words_field("What was told and asked for", rows=5)

    def __init__(self, *args: Any, school_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school_id = school_id
        field: Any = self.fields["answer_by"]
        given = [line for line in times_of(school_id, today=timezone.localdate(self.at)) if line.guidance or line.own]
        field.choices = [("", "Choose, or leave it" if given else "Choose"), *field.choices]
        field.help_text = (
            " ".join(f"{words}." for words in ["Leave it for these", *map(_time_in_words, given)]) if given else ""
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["answer_by"] = day_chosen(self, "answer_by")
        self.tell(sent_problems(self.sent(), school_id=self.school_id, at=self.at), sent_at="day")
        return cleaned

    def sent(self) -> Sent:
        given = self.cleaned_data
        texts = {
            name: given.get(name, "") for name in ("agency", "method", "told", "team", "spoken_to", "their_reference")
        }
        return Sent(sent_at=self.moment(), answer_by=given.get("answer_by"), **texts)


class StepForm(_Expecting):
    """Something that happened with a referral. `move` says what, and with it which fields the form has."""

    move = ""
    method = forms.ChoiceField(
        label="How", choices=blank_first(How.choices, "Choose"), error_messages={"required": "Choose how"}
    )
    spoken_to = forms.CharField(label="Who", required=False, max_length=200, help_text="Full name and role.")
    text = words_field("What was said", rows=3)

    def __init__(self, *args: Any, referral: Referral, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.referral = referral

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "answer_by" in self.fields:
            cleaned["answer_by"] = day_chosen(self, "answer_by")
        self.tell(step_problems(self.move, self.said(), self.referral, at=self.at), happened_at="day")
        return cleaned

    def said(self) -> Step:
        given = self.cleaned_data
        texts = {name: given.get(name, "") for name in ("text", "method", "spoken_to", "answer")}
        return Step(happened_at=self.moment(), answer_by=given.get("answer_by"), **texts)


class ChaseForm(StepForm):
    """They were asked again."""

    called, move = "note of having chased", "chase"


class AnswerForm(StepForm):
    """They have answered."""

    called, move = "answer", "answer"
    answer_by = answer_by_day = None  # type: ignore[assignment]
    answer = forms.ChoiceField(
        label="What they answered",
        choices=blank_first(Referral.Answer.choices, "Choose"),
        error_messages={"required": "Choose what they answered"},
    )


class MoreForm(StepForm):
    """More was sent to them after their answer."""

    called, move = "note of what was sent", "send_more"
    text = words_field("What was sent", rows=3)


class WithdrawForm(AnswerForm):
    """Nobody waits for an answer any more."""

    called, move = "reason", "withdraw"
    answer = method = spoken_to = None  # type: ignore[assignment]
    text = words_field("Why it is withdrawn", rows=2)


class LetterForm(Working):
    """A letter to the manager of an agency, as a draft."""

    called = "letter"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    to = forms.CharField(label="To", max_length=200, help_text="Name, role and office.", required=False)
    body = words_field("Letter", rows=18, error_messages={"required": "Write the letter before you save it"})


class SendLetterForm(Working):
    """That the letter has been sent, and how."""

    called = "note of sending"
    token = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    method = forms.ChoiceField(
        label="How it was sent",
        choices=blank_first(_SENT_BY, "Choose"),
        error_messages={"required": "Choose how it was sent"},
    )


class ContactForm(Dated):
    """What was said with a parent, an agency or somebody else."""

    called = "contact"
    OTHER = "other"
    field_order = ("token", "kind", "adult", "agency", "with_whom", "heeded_order", "how", "day", "time")
    kind = forms.ChoiceField(
        label="Who with",
        choices=ContactMade.With.choices,
        widget=AskingRadios(asks={value: value for value in ContactMade.With.values}),
        error_messages={"required": "Say who with"},
    )
    adult = forms.ChoiceField(label="Which adult", required=False)
    agency = forms.ChoiceField(label="Agency", choices=blank_first(Agency.choices, "Choose"), required=False)
    with_whom = forms.CharField(
        label="Name and role", required=False, max_length=200, help_text="Not needed for an adult chosen from the list."
    )
    heeded_order = forms.BooleanField(label="I have read the order or agreement that binds this adult", required=False)
    how = forms.ChoiceField(
        label="How", choices=blank_first(How.choices, "Choose"), error_messages={"required": "Choose how"}
    )
    said = words_field("What was said", rows=6, help_text="Who said what. Full names and roles.")
    parents_told = forms.ChoiceField(
        label="Do parents know of the concern?",
        choices=Decision.ParentsTold.choices,
        widget=AskingRadios(
            asks={Decision.ParentsTold.NOT_YET: "parents", Decision.ParentsTold.NO_RISK: "parents"}, inline=True
        ),
        error_messages={"required": "Say whether parents know"},
    )
    parents_reason = words_field("Reason parents have not been told", rows=2, required=False)

    def __init__(self, *args: Any, adults: Adults, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound = adults.bound
        self.adults = adults.by_key
        groups = [
            (child, [(p.contact.pk, adult_words(p)) for p in people]) for child, people in adults.of_child if people
        ]
        self.fields["adult"].choices = [("", "Nobody of this list"), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.tell(contact_problems(self.made(), at=self.at, bound=self.bound), made_at="day")
        return cleaned

    def made(self) -> Contacted:
        given = self.cleaned_data
        kind, told = given.get("kind", ""), given.get("parents_told", "")
        adult: Contact | None = None
        if kind == ContactMade.With.PARENT and (chosen := record_of(given.get("adult") or "")):
            adult = person.contact if (person := self.adults.get(chosen)) else None
        return Contacted(
            kind=kind,
            how=given.get("how", ""),
            said=given.get("said", ""),
            made_at=self.moment(),
            parents_told=told,
            parents_reason=given.get("parents_reason", "") if told and told != Decision.ParentsTold.YES else "",
            adult=adult,
            with_whom=given.get("with_whom", "") if adult is None else "",
            agency=given.get("agency", "") if kind == ContactMade.With.AGENCY else "",
            heeded_order=bool(given.get("heeded_order")) and adult is not None and adult.pk in self.bound,
        )


def adult_words(person: Person) -> str:
    """An adult of a list to choose from: the name, what they are to the child, and that an order binds them."""
    return f"{person.named}; an order or agreement binds them" if person.orders else person.named


known_as(
    referral_form=ReferralForm,
    chase_form=ChaseForm,
    answer_form=AnswerForm,
    more_form=MoreForm,
    withdraw_form=WithdrawForm,
    letter_form=LetterForm,
    send_letter_form=SendLetterForm,
    contact_form=ContactForm,
)
