"""What is asked of somebody who records an answer about consent, or a withdrawal?"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from children.models import Photograph
from children.people import Person
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import record_of, uuid7
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.services.consents import Answered, consent_problems, withdraw_problems

_NOBODY = "Nobody of them"


class ConsentForm(HarbourForm):
    """The answer of one person: for what, for whom it may go to, in which capacity, how and until when."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    wording = forms.ChoiceField(
        label="What the consent is for", error_messages={"required": "Choose the wording that was answered"}
    )
    recipient = forms.ChoiceField(label="Who it may go to", error_messages={"required": "Choose who it may go to"})
    answer = forms.ChoiceField(
        label="What was the answer?",
        choices=Consent.Answer.choices,
        widget=Radios(inline=True),
        error_messages={"required": "Say whether consent was given or refused"},
    )
    scope = forms.CharField(
        label="What may be shared, and what not",
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        help_text="Where the person drew a line",
    )
    adult = forms.ChoiceField(
        label="Who answered",
        required=False,
        help_text="The adults of the child’s record, with what it says of parental responsibility",
    )
    by_whom = forms.CharField(
        label="Somebody else",
        max_length=200,
        required=False,
        help_text="Name, and who they are to the child, where they are not in the list",
    )
    capacity = forms.ChoiceField(
        label="In which capacity",
        choices=blank_first(Consent.Capacity.choices, "Choose"),
        error_messages={"required": "Choose in which capacity"},
    )
    known_by = forms.CharField(
        label="How the school knows of that capacity",
        required=False,
        max_length=500,
        help_text="Where the child’s record does not say it: a document that was seen, or why the child can judge",
    )
    how = forms.ChoiceField(label="How the answer came", choices=blank_first(Photograph.How.choices, "Choose"))
    answered_on = DateBoxesField(
        label="Answered on", past=True, error_messages={"required": "Enter the day of the answer"}
    )
    until = DateBoxesField(label="Lasts until", required=False, help_text="Where that was said")

    def __init__(
        self,
        data: Any = None,
        *,
        wordings: Sequence[ConsentWording],
        recipients: Sequence[Recipient],
        adults: Sequence[Person],
    ) -> None:
        super().__init__(data)
        self.wordings: Mapping[UUID, ConsentWording] = {row.pk: row for row in wordings}
        self.recipients = {row.choice: row for row in recipients}
        self.adults = {person.contact.pk: person for person in adults}
        self._offer("wording", [(str(row.pk), row.called) for row in wordings], "Choose")
        self._offer("recipient", [(key, row.called) for key, row in self.recipients.items()], "Choose")
        self._offer("adult", [(str(key), _told(person)) for key, person in self.adults.items()], _NOBODY)

    def _offer(self, name: str, choices: list[tuple[str, str]], blank: str) -> None:
        self.fields[name].choices = blank_first(choices, blank)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        responsible = {key for key, person in self.adults.items() if holds(person)}
        found = consent_problems(self.said(), today=timezone.localdate(), responsible=responsible)
        for name, problem in found.items():
            if name not in self.errors:
                self.add_error(name, problem)
        return given

    def said(self) -> Answered:
        given = self.cleaned_data
        keys = {name: record_of(given.get(name) or "") for name in ("wording", "adult")}
        person = self.adults.get(keys["adult"]) if keys["adult"] else None
        return Answered(
            wording=self.wordings.get(keys["wording"]) if keys["wording"] else None,
            recipient=self.recipients.get(given.get("recipient", "")),
            answer=given.get("answer", ""),
            capacity=given.get("capacity", ""),
            how=given.get("how", ""),
            answered_on=given.get("answered_on"),
            adult=person.contact if person else None,
            by_whom=given.get("by_whom", ""),
            known_by=given.get("known_by", ""),
            scope=given.get("scope", ""),
            until=given.get("until"),
        )


def holds(person: Person) -> bool:
    """Whether the child's record says that this adult has parental responsibility."""
    return person.responsibility is not None and person.responsibility.held


def _told(person: Person) -> str:
    """Kerry Ashdown, Mother: has parental responsibility; an order binds this adult."""
    if person.responsibility is None:
        says = "parental responsibility not recorded"
    else:
        says = "has parental responsibility" if person.responsibility.held else "has no parental responsibility"
    return f"{person.named}: {says}{'; an order or agreement binds this adult' if person.orders else ''}"


class WithdrawForm(HarbourForm):
    """That a consent was withdrawn: when, how, by whom and in which words."""

    withdrawn_on = DateBoxesField(label="Withdrawn on", past=True)
    withdrawn_how = forms.ChoiceField(
        label="How it was withdrawn", choices=blank_first(Photograph.How.choices, "Choose")
    )
    withdrawn_said = forms.CharField(
        label="Who withdrew it, and what they said",
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"required": "Write who withdrew it, and what they said"},
    )

    def __init__(self, data: Any = None, *, consent: Consent) -> None:
        super().__init__(data)
        self.consent = consent

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in withdraw_problems(self.consent, today=timezone.localdate(), **self.facts()).items():
                self.add_error(name, problem)
        return given

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"on": given["withdrawn_on"], "how": given["withdrawn_how"], "said": given["withdrawn_said"]}
