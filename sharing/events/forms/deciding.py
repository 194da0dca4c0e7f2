"""What is asked of who decides to share, or not to: first who and what for, then everything that a decision needs."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any

from django import forms
from django.utils import timezone

from children.models import Child, Contact
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7
from sharing.events.models import Consent, LegalReason, Recipient, SharingEvent
from sharing.events.services.checking import (
    Said,
    asks_of_harm,
    begin_problems,
    consents_in_force,
    decision_problems,
)
from sharing.events.services.law import Reason

E = SharingEvent
_WORDS = 4000
# What a draft may leave open and a decision to share may not (`decision_problems`).
_ASKED = ("person", "consent_stands", "necessity", "harm", "child_told", "parents_told", "advice", "decision")
ANSWER = "answer_"


def words(label: str, hint: str = "", **more: Any) -> forms.CharField:
    """A text of some lines, or none."""
    return forms.CharField(
        label=label, required=False, max_length=_WORDS, widget=forms.Textarea, help_text=hint, **more
    )


def named(reason: Reason) -> str:
    """Help with an enquiry of the local authority: Children Act 1989 section 47(9) to (11)."""
    return f"{reason.row.title}: {reason.row.law}"


class _Head(HarbourForm):
    """Who it goes to, how it began, what for, and by which law."""

    recipient = forms.ChoiceField(
        label="Who it goes to",
        help_text="An organisation of the address book",
        error_messages={"required": "Choose who it goes to"},
    )
    person = forms.CharField(
        label="Who there", required=False, max_length=200, help_text="Full name and role, once you know it"
    )
    asked = forms.ChoiceField(
        label="How did it begin?",
        choices=E.Asked.choices,
        widget=Radios,
        error_messages={"required": "Say how it began"},
    )
    purpose = forms.CharField(
        label="What for",
        max_length=_WORDS,
        widget=forms.Textarea,
        help_text="What they do with it, or what they asked for",
        error_messages={"required": "Write what it is for"},
    )
    due_on = DateBoxesField(label="To be sent by", required=False, help_text="Where a day was asked for or agreed")
    reason = forms.ChoiceField(
        label="Legal reason", required=False, help_text="The law that lets or makes the school share this"
    )

    def offer(self, recipients: Sequence[Recipient], reasons: Sequence[Reason]) -> None:
        """What can be chosen."""
        self.recipients = {row.choice: row for row in recipients}
        self.reasons = {one.row.code: one for one in reasons}
        choices = [(key, row.called) for key, row in self.recipients.items()]
        self.fields["recipient"].choices = blank_first(choices, "Choose")  # type: ignore[attr-defined]
        laws = [(code, named(one)) for code, one in self.reasons.items()]
        self.fields["reason"].choices = blank_first(laws, "Not clear yet")  # type: ignore[attr-defined]

    def _reason(self, code: str) -> LegalReason | None:
        return self.reasons[code].row if code in self.reasons else None

    def _begun(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "recipient": self.recipients.get(given.get("recipient", "")),
            "reason": self._reason(given.get("reason", "")),
            **{name: given.get(name, "") for name in ("person", "asked", "purpose")},
            "due_on": given.get("due_on"),
        }


class BeginForm(_Head):
    """Begins a draft, and one for each brother or sister that is ticked."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    concern = forms.UUIDField(widget=forms.HiddenInput, required=False)
    referral = forms.UUIDField(widget=forms.HiddenInput, required=False)
    also = forms.MultipleChoiceField(
        label="Also about",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each gets a decision of its own, with records of its own",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        recipients: Sequence[Recipient],
        reasons: Sequence[Reason],
        siblings: Sequence[tuple[Child, str]],
        initial: Mapping[str, Any],
    ) -> None:
        super().__init__(data, initial=dict(initial))
        self.offer(recipients, reasons)
        self.siblings = {str(child.pk): child for child, _ in siblings}
        if siblings:
            self.fields["also"].choices = [  # type: ignore[attr-defined]
                (str(child.pk), f"{child.full_name}, {how.lower()}") for child, how in siblings
            ]
        else:
            del self.fields["also"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, problem in begin_problems(self.said()).items():
            if name not in self.errors:
                self.add_error(name, problem)
        return given

    def said(self) -> Said:
        return Said(**self._begun())

    def also_about(self) -> list[Child]:
        return [self.siblings[key] for key in self.cleaned_data.get("also", ())]


class DecideForm(_Head):
    """All that a decision needs, with the questions of its legal reason. `decides`: it is decided now, not only saved.

    The questions are those of the reason that is chosen; chosen anew, it is saved first, and its own questions come.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput)
    consent_stands = forms.ChoiceField(
        label="How does it stand with consent?", choices=E.Stands.choices, required=False, widget=Radios
    )
    consent = forms.ChoiceField(
        label="Which consent it rests on",
        required=False,
        help_text="Those for this recipient that are in force today. Only where consent is the legal reason",
    )
    consent_why = words("Why there is no consent", "Where none was asked for, or it was refused")
    content = words("What is shared, in words", "Exactly what, beside the records that are chosen")
    left_out = words("What is left out, and why", "Where only part is shared")
    necessity = words("Why this much, and why now")
    harm = words("Which harm was considered", "What may happen if it is shared, and if it is not")
    for_adult = forms.ChoiceField(
        label="Do they ask on behalf of an adult of this child?",
        required=False,
        help_text="Such as a solicitor for a father. Where an order binds that adult, a second person has to let it go",
    )
    child_told = forms.ChoiceField(
        label="Is the child told?", choices=E.Told.choices, required=False, widget=Radios(inline=True)
    )
    parents_told = forms.ChoiceField(
        label="Are the parents told?", choices=E.Told.choices, required=False, widget=Radios(inline=True)
    )
    not_told_why = words("Why somebody is not told")
    advice = forms.ChoiceField(
        label="Whose advice was taken?", choices=blank_first(E.Advice.choices, "Choose"), required=False
    )
    advice_said = words("What was advised", "Who, when, and what they said")
    onward = words("What they may do with it", "Whether they may pass it on, and to which others")
    return_by = DateBoxesField(label="To be returned or deleted by", required=False)
    follow_up_on = DateBoxesField(
        label="Confirmation expected by", required=False, help_text="Empty: five working days after it was sent"
    )
    decision = forms.ChoiceField(label="What is decided?", choices=E.Decision.choices, required=False, widget=Radios)
    because = forms.ChoiceField(
        label="Why it is not shared", required=False, help_text="Where it is decided not to share"
    )
    because_why = words("That reason in words")

    def __init__(
        self,
        data: Any = None,
        *,
        event: SharingEvent,
        recipients: Sequence[Recipient],
        reasons: Sequence[Reason],
        items: int,
        adults: Sequence[Contact] = (),
        decides: bool = False,
    ) -> None:
        super().__init__(data, initial=_shown(event))
        self.event, self.items, self.decides = event, items, decides
        self.today = timezone.localdate()
        self.offer(recipients, reasons)
        self.chosen = self.reasons.get(self._now("reason"))
        self.adults = {str(one.pk): one for one in adults}
        named = [(key, one.full_name) for key, one in self.adults.items()]
        self.fields["for_adult"].choices = blank_first(named, "No")  # type: ignore[attr-defined]
        self._offer_consents(self.recipients.get(self._now("recipient")))
        self._ask_test(event)
        self._offer_refusals()

    def _now(self, name: str) -> str:
        """What stands in a field, typed or kept."""
        return str(self.data.get(name, "") if self.is_bound else self.initial.get(name) or "")

    def _offer_consents(self, recipient: Recipient | None) -> None:
        found = consents_in_force(self.event.child_id, recipient, self.today)
        self.consents: dict[str, Consent] = {str(one.pk): one for one in found}
        choices = [(key, f"{one.wording.title}: {one.by_whom}") for key, one in self.consents.items()]
        self.fields["consent"].choices = blank_first(choices, "None")  # type: ignore[attr-defined]

    def _ask_test(self, event: SharingEvent) -> None:
        """The questions of the legal reason, each a field."""
        questions = self.chosen.row.questions if self.chosen else []
        for one in questions:
            name = f"{ANSWER}{one['key']}"
            self.fields[name] = question(one)
            said = event.answers.get(one["key"], "")
            self.initial[name] = said == "yes" if one["takes"] == "yes" else said
        self.test = [f"{ANSWER}{one['key']}" for one in questions]
        self.needed = {*_ASKED, *self.test}

    def _offer_refusals(self) -> None:
        harms = asks_of_harm(self.chosen, self.recipients.get(self._now("recipient")))
        offered = [one for one in E.Because.choices if harms or one[0] != E.Because.DETRIMENTAL]
        self.asks_harm = harms
        self.fields["because"].choices = blank_first(offered, "Choose")  # type: ignore[attr-defined]

    @property
    def asked_now(self) -> list[Any]:
        """The fields of the test, to be printed."""
        return [self[name] for name in self.test]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        said = self.said()
        if self.decides:
            found = decision_problems(
                said, child_id=self.event.child_id, offered=self.reasons, items=self.items, today=self.today
            )
        else:
            found = begin_problems(said)
        for name, problem in found.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, problem)
        return given

    def said(self) -> Said:
        given = self.cleaned_data
        plain = {
            one.name: given[one.name]
            for one in fields_of(Said)
            if one.name in given and one.name not in ("recipient", "reason", "consent", "answers", "for_adult")
        }
        return Said(
            **plain
            | self._begun()
            | {"consent": self.consents.get(given.get("consent", "")), "answers": self._answers(given)}
            | {"for_adult": self._for_adult(given.get("for_adult", ""))}
        )

    def _for_adult(self, key: str) -> Contact | None:
        """The adult who was chosen. One that the reader does not see stays."""
        before = self.event.for_adult
        stays = before is not None and str(before.pk) not in self.adults
        return before if stays and not key else self.adults.get(key)

    def _answers(self, given: Mapping[str, Any]) -> dict[str, str]:
        """What was answered now, and what was answered before to questions that are not asked now."""
        now = {}
        for name in self.test:
            said = given.get(name, "")
            now[name.removeprefix(ANSWER)] = ("yes" if said else "") if isinstance(said, bool) else str(said)
        return {**self.event.answers, **now}


def question(question: Mapping[str, Any]) -> forms.Field:
    """One question of a test as a field. What may stay open in a draft is asked for when it is decided."""
    if question["takes"] == "yes":
        return forms.BooleanField(label=question["asks"], required=False)
    if question["takes"] == "choice":
        return forms.ChoiceField(
            label=question["asks"], choices=[tuple(one) for one in question["choices"]], required=False, widget=Radios
        )
    return words(question["asks"])


def _shown(event: SharingEvent) -> dict[str, Any]:
    """What stands in the draft, for the form."""
    shown = {one.name: getattr(event, one.name) for one in fields_of(Said) if one.name != "answers"}
    shown["recipient"] = event.recipient.choice
    shown["reason"] = event.reason.code if event.reason else ""
    shown["consent"] = str(event.consent_id or "")
    shown["for_adult"] = str(event.for_adult_id or "")
    return shown | {"seen": event.revision}
