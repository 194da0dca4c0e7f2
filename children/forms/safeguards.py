"""What is asked of somebody who records what protects a child, ends it, or puts it right?"""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from children.models import ConfidentialAddress, Contact, ContactRestriction, ParentalResponsibility, Safeguard, ToldBy
from children.people import Beside, Person
from children.services.safeguards import (
    AddressFacts,
    Facts,
    OrderFacts,
    ResponsibilityFacts,
    end_problems,
    ended_problems,
)
from safeguarding.dates import full_day
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, blank_first
from safeguarding.keys import uuid7

REPLACE, NONE = "replace", "none"
# The fields of every form, the first ones for a correction alone.
_CORRECTS, _LAST = ("token", "wrong", "right", "also"), ("also", "told_by", "evidence")
_NEVER, _SAY = "Only for what was never true.", "If it was true and is no longer, say when it ended."
Adults = Mapping[UUID, Person]
Others = Mapping[UUID, Beside]


class SafeguardForm(HarbourForm):
    """What protects a child, or with `row` what was wrong with it and what is right. `adults` are those of the child,
    `others` the children of the same home or with an adult in common; its token comes with the empty form.
    `again` is one that ended and had not: what it says is filled in.
    """

    # The page's title, the sentence below it, and what a correction says where there is no such thing.
    title: str
    says: str
    none: ClassVar[str]
    button = "Save"
    has_ended = False
    # Columns of the row, where a field is called otherwise.
    columns: ClassVar[Mapping[str, str]] = {}

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    wrong = forms.CharField(
        label="What was wrong, and how do you know?",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Enter what was wrong, and how you know"},
    )
    right = forms.ChoiceField(label="What is right?", widget=Radios)
    also = forms.MultipleChoiceField(
        label="Also for these brothers and sisters",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each ticked child gets an entry of its own. Untick any child it does not apply to.",
    )
    told_by = forms.ChoiceField(label="Who told the school?", choices=blank_first(ToldBy.choices, "Choose"))
    evidence = forms.CharField(
        label="What was seen, and who saw it",
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="Needed where a document was seen. For instance the sealed order, shown by the mother and read by "
        "the office manager",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        adults: Adults,
        row: Safeguard | None = None,
        others: Others | None = None,
        again: Safeguard | None = None,
    ) -> None:
        typed = [name for name in self.base_fields if name not in _CORRECTS]  # type: ignore[attr-defined]
        like = row or again
        stands = {name: getattr(like, self.columns.get(name, name)) for name in typed} if like else {}
        super().__init__(data, initial=stands)
        self.adults, self.row, self.others = adults, row, others or {}
        self.order_fields([*_CORRECTS[:-1], *(name for name in typed if name not in _LAST), *_LAST])
        if self.others:
            self.fields["also"].choices = [(str(key), self.named(one)) for key, one in self.others.items()]  # type: ignore[attr-defined]
            ticked = [str(key) for key, one in self.others.items() if self.holds_for(one)]
            self.initial["also"] = [] if again else ticked
        else:
            del self.fields["also"]
        if row is None:
            del self.fields["wrong"], self.fields["right"]
            return
        self.title, self.says, self.button = f"Correct {self.title.lower()}", f"{_NEVER} {_SAY}", "Save correction"
        self.has_ended = row.status == Safeguard.Status.ENDED
        if self.has_ended:
            self.says = f"{_NEVER} It stays ended on {full_day(row.ends_on)}. If it has not ended, record it again."  # type: ignore[attr-defined]
        self.fields["right"].choices = [(REPLACE, "What I enter below"), (NONE, self.none)]  # type: ignore[attr-defined]
        if data is not None and data.get("right") == NONE:
            for name in typed:
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("right") != NONE:
            facts = self.facts()
            problems = [*facts.problems(timezone.localdate())]
            if self.has_ended:
                problems += ended_problems(self.row, facts)
            for name, says in problems:
                if name not in self.errors:
                    self.add_error(name, ValidationError(says))
        return given

    def holds_for(self, other: Beside) -> bool:
        """Whether this other child is ticked from the start."""
        return True

    def named(self, other: Beside) -> str:
        """What the form says of this other child."""
        return other.named

    @property
    def also_for(self) -> list[Beside]:
        """The other children who are ticked."""
        return [self.others[UUID(key)] for key in self.cleaned_data.get("also", ())]

    def printed(self) -> list[forms.BoundField]:
        """The fields as the page shows them, one below the other."""
        return list(self.visible_fields())

    def facts(self) -> Facts:
        """What was typed."""
        raise NotImplementedError

    def _contact(self, key: UUID | None) -> Contact | None:
        return self.adults[key].contact if key is not None else None

    def what_is_right(self) -> Facts | None:
        """What was typed of a correction; None where there is no such thing."""
        return None if self.cleaned_data["right"] == NONE else self.facts()


class OrderForm(SafeguardForm):
    """An order of a court, or an agreement."""

    title, none = "Order or agreement", "There is no such order or agreement"
    says = "What a court ordered or adults agreed. It binds as soon as it is saved."
    columns: ClassVar[Mapping[str, str]] = {"contact": "contact_id"}

    kind = forms.ChoiceField(label="What it is", choices=blank_first(ContactRestriction.Kind.choices, "Choose"))
    contact = forms.TypedChoiceField(
        label="Adult it is about",
        coerce=UUID,
        required=False,
        empty_value=None,
        help_text="Somebody who is not listed: add them as an adult of the child first, so that their name is noticed "
        "when something is shared",
    )
    terms = forms.CharField(
        label="What it says",
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        help_text="In the words of the order, as far as the school needs them. They are printed: write “the home” for "
        "an address",
        error_messages={"required": "Enter what it says"},
    )
    may_not_collect = forms.BooleanField(
        label="This adult may not collect the child",
        required=False,
        help_text="All staff then see “Check before collection” beside the child’s name, without a reason",
    )
    may_not_be_told = forms.BooleanField(
        label="This adult may not be told about the child",
        required=False,
        help_text="Not by telephone, letter, report or at the gate",
    )
    starts_on = DateBoxesField(
        label="Made on", past=True, error_messages={"required": "Enter the day on which it was made, like 27 3 2026"}
    )
    ends_on = DateBoxesField(
        label="In force until", required=False, help_text="Its last day. Leave empty if it has none"
    )

    def __init__(self, data: Any = None, *, adults: Adults, **kwargs: Any) -> None:
        super().__init__(data, adults=adults, **kwargs)
        listed = ((str(key), person.named) for key, person in adults.items())
        self.fields["contact"].choices = blank_first(  # type: ignore[attr-defined]
            listed, "Nobody on this record: name them in what it says"
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        adult = self._contact(given.get("contact"))
        without = [one.child.full_name for one in self.also_for if adult and adult.pk not in one.adults]
        if adult and without:
            who = adult.full_name
            says = f"{who} is not on the record of {' and '.join(without)}. Untick, or add the adult there first"
            self.add_error("also", ValidationError(says))
        return given

    def facts(self) -> OrderFacts:
        given = self.cleaned_data
        return OrderFacts(
            kind=given.get("kind", ""),
            contact=self._contact(given.get("contact")),
            terms=given.get("terms", ""),
            may_not_collect=given.get("may_not_collect", False),
            may_not_be_told=given.get("may_not_be_told", False),
            starts_on=given.get("starts_on"),
            ends_on=given.get("ends_on"),
            told_by=given.get("told_by", ""),
            evidence=given.get("evidence", ""),
        )


class AddressForm(SafeguardForm):
    """That the address is confidential."""

    title, none = "Confidential address", "The address was never confidential"
    says = "Nobody outside the school may then be told where the child lives. It counts as soon as it is saved."

    reason = forms.CharField(
        label="Why the address is confidential",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Enter why the address is confidential"},
    )
    starts_on = DateBoxesField(
        label="Since", past=True, error_messages={"required": "Enter since when it is confidential, like 27 3 2026"}
    )

    def holds_for(self, other: Beside) -> bool:
        return other.in_home and not other.is_confidential

    def named(self, other: Beside) -> str:
        return f"{other.named}. Its address is confidential already" if other.is_confidential else other.named

    def facts(self) -> AddressFacts:
        given = self.cleaned_data
        return AddressFacts(
            reason=given.get("reason", ""),
            starts_on=given.get("starts_on"),
            told_by=given.get("told_by", ""),
            evidence=given.get("evidence", ""),
        )


class ResponsibilityForm(SafeguardForm):
    """Whether an adult has parental responsibility."""

    title, none = "Parental responsibility", "It is not known whether this adult has it"
    says = "One answer for each adult. What was recorded of this adult before ends today."
    columns: ClassVar[Mapping[str, str]] = {"contact": "contact_id"}

    contact = forms.TypedChoiceField(label="Adult", coerce=UUID, empty_value=None)
    held = forms.TypedChoiceField(
        label="Does this adult have parental responsibility?",
        choices=[(True, "Yes"), (False, "No")],
        coerce=lambda said: said == "True",
        empty_value=None,
        widget=Radios(inline=True),
        error_messages={"required": "Say whether the adult has parental responsibility"},
    )
    basis = forms.ChoiceField(label="On what basis", choices=ParentalResponsibility.Basis.choices)
    starts_on = DateBoxesField(label="Since", required=False, past=True)

    def __init__(self, data: Any = None, *, adults: Adults, **kwargs: Any) -> None:
        super().__init__(data, adults=adults, **kwargs)
        listed = ((str(key), person.named) for key, person in adults.items())
        self.fields["contact"].choices = blank_first(listed, "Choose")  # type: ignore[attr-defined]

    def facts(self) -> ResponsibilityFacts:
        given = self.cleaned_data
        return ResponsibilityFacts(
            contact=self._contact(given.get("contact")),
            held=given.get("held"),
            basis=given.get("basis", ""),
            starts_on=given.get("starts_on"),
            told_by=given.get("told_by", ""),
            evidence=given.get("evidence", ""),
        )


class EndForm(HarbourForm):
    """The last day of it, and why it ends. A confidential address ends on the day on which somebody says so, and of
    responsibility is asked how it ended.
    """

    end_kind = forms.ChoiceField(label="How did it end?", choices=ParentalResponsibility.EndKind.choices, widget=Radios)
    last_day = DateBoxesField(label="Last day")
    reason = forms.CharField(
        label="Why it ends, and how the school knows",
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": "Enter why it ends, and how the school knows"},
    )

    def __init__(self, data: Any = None, *, row: Safeguard) -> None:
        super().__init__(data)
        self.row = row
        if isinstance(row, ConfidentialAddress):
            del self.fields["last_day"]
        if not isinstance(row, ParentalResponsibility):
            del self.fields["end_kind"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given.setdefault("last_day", None if "last_day" in self.fields else timezone.localdate())
        for name, says in end_problems(self.row, given["last_day"], given.get("reason", "")):
            if name not in self.errors:
                self.add_error(name, ValidationError(says))
        return given
