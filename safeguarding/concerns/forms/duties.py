"""What may be typed of a duty: what its owner did, why a lead sets it aside, and the words that a school gives it?"""

from collections.abc import Iterable
from typing import Any

from django import forms

from safeguarding.accounts.roles import ROLES
from safeguarding.concerns.forms.agencies import Dated
from safeguarding.concerns.forms.deciding import AskingRadios, Working, words_field
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.models import Duty
from safeguarding.concerns.services.duties import Done, Prompt, Words, done_problems, words_problems
from safeguarding.concerns.services.kinds import category_of, subcategory_of
from safeguarding.forms import DateBoxesField, HarbourForm, TimeField, blank_first
from safeguarding.keys import record_of, uuid7

E = Duty.Ended


class DutyForm(Dated):
    """What its owner has done. `day` and `time` are those of a report to the police."""

    called = "answer about this duty"
    field_order = ("how", "police_reference", "day", "time", "reason")
    token = None  # type: ignore[assignment]
    how = forms.ChoiceField(
        label="What you have done",
        choices=[(E.REPORTED.value, E.REPORTED.label), (E.SUSPECTED.value, E.SUSPECTED.label)],
        widget=AskingRadios(asks={E.REPORTED.value: "report", E.SUSPECTED.value: "suspicion"}),
        error_messages={"required": "Choose what you have done"},
    )
    police_reference = forms.CharField(label="Reference that the police gave you", required=False, max_length=80)
    day = DateBoxesField(label="Day you reported it", past=True, required=False)
    time = TimeField(label="Time you reported it", required=False, help_text="Such as 9:30am or 1415")
    reason = words_field(
        "What you know and what you suspect, and who you told", rows=3, required=False, max_length=2000
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("how"):
            told = dict(done_problems(self.done(), at=self.at))
            self.tell({name: problem for name, problem in told.items() if name != "how"}, reported_at="day")
        return given

    def done(self) -> Done:
        given = self.cleaned_data
        reported = given.get("how") == E.REPORTED
        return Done(
            how=given.get("how", ""),
            police_reference=given.get("police_reference", "") if reported else "",
            reported_at=self.moment() if reported else None,
            # What was typed under the other answer is no part of this one.
            reason="" if reported else given.get("reason", ""),
        )


class AsideForm(Working):
    """Why a lead does not wait for it any more."""

    called = "reason"
    why = words_field(
        "Why it is set aside",
        rows=2,
        max_length=2000,
        error_messages={"required": "Write why it is set aside"},
    )

    def done(self) -> Done:
        return Done(how=E.SET_ASIDE, reason=self.cleaned_data["why"])


known_as(duty_form=DutyForm, aside_form=AsideForm)


class DutyRuleForm(HarbourForm):
    """A duty in the school's words. `seen` is the row that stood on the page; empty for what Harbour brings."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label="Title", max_length=80)
    asks = forms.CharField(
        label="What is asked, in words",
        max_length=1000,
        widget=forms.Textarea,
        help_text="Whoever has the duty reads this. It stands beside the law that it comes from.",
        error_messages={"required": "Write what is asked"},
    )
    kind = forms.ChoiceField(label="Kind of concern", error_messages={"required": "Choose the kind of concern"})
    role_keys = forms.MultipleChoiceField(
        label="Roles it is asked of",
        choices=[(role.key, role.title) for role in ROLES.values()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Those whose holders teach here. It is asked of whoever logs the concern in one of them.",
    )
    days = forms.IntegerField(
        label="Working days",
        required=False,
        help_text="The next working day is 1",
        error_messages={"invalid": "Working days must be a whole number"},
    )

    def __init__(self, data: Any = None, *, prompt: Prompt, kinds: Iterable[Any]) -> None:
        now = prompt.now
        kind = f"{now.category_id}/{now.subcategory_id}" if now.subcategory_id else now.category_id
        initial = {
            "seen": prompt.rule and prompt.rule.pk,
            "title": now.title,
            "asks": now.asks,
            "kind": kind,
            "role_keys": now.role_keys,
            "days": now.days,
        }
        super().__init__(data, initial=initial)
        self.prompt = prompt
        self.fields["kind"].choices = blank_first(list(kinds), "Choose")  # type: ignore[attr-defined]
        if not prompt.in_person:
            del self.fields["role_keys"], self.fields["days"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for name, problem in words_problems(self.words(), in_person=self.prompt.in_person):
            if name in self.fields and name not in self.errors:
                self.add_error(name, problem)
        return given

    def words(self) -> Words:
        given = self.cleaned_data
        code, _, narrower = given.get("kind", "").partition("/")
        key = record_of(narrower)
        return Words(
            title=given.get("title", ""),
            asks=given.get("asks", ""),
            category=category_of(code),
            subcategory=subcategory_of(key) if key else None,
            role_keys=tuple(given.get("role_keys", ())),
            days=given.get("days"),
        )
