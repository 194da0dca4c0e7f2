"""What is typed of one row of a child's record: a home, an earlier school, a name, a sibling, a note about health?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from children.models import Child, ChildDetail, HouseholdMember
from children.services.keeping.earlier import EARLIER, earlier_problems
from children.services.keeping.health import MOST
from children.services.keeping.homes import ADDRESS, STAY, home_problems
from children.services.keeping.rules import of_changed
from children.services.keeping.siblings import USUAL
from children.services.keeping.times import TIME, YEAR, time_problems, year_problems
from safeguarding.forms import DateBoxesField, Radios

from .base import CORRECTED, KeepForm, code_choices, line, since, year_field

ENDED = "ended"
ALL, ONE = "all", "one"


class AddHealthForm(KeepForm):
    """Something to know about the child's health."""

    title, button = "Health", "Add the note about health"

    words = forms.CharField(
        label="What should staff know about the child’s health?",
        max_length=MOST,
        widget=forms.Textarea,
        help_text="An allergy, an illness, what to do and where the medicine is",
    )
    on = since("Known since")

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)


class EarlierSchoolForm(KeepForm):
    """A school at which the child was before."""

    title, button = "An earlier school", "Add the earlier school"

    name = forms.CharField(label="School and town", max_length=200)
    local_authority = forms.ChoiceField(label="Local authority", required=False)
    establishment = line("DfE number", 4, help_text="Four figures. Leave it empty where it is not known.")
    entered_on = DateBoxesField(label="First day there", past=True, required=False)
    left_on = DateBoxesField(label="Last day there", past=True, required=False)

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["local_authority"].choices = code_choices("authority")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.blame(earlier_problems(self.values, today=timezone.localdate()))
        return given

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in EARLIER}


class TimeForm(KeepForm):
    """A time on roll here that lies before the one that stands."""

    title, button = "An earlier time on roll here", "Add the earlier time"

    entered_on = DateBoxesField(label="First day on roll", past=True)
    left_on = DateBoxesField(label="Last day on roll", past=True)
    leaving_reason = line("Reason for leaving", 100)
    destination = line("Where the child went", 200, help_text="School and town, or: educated at home, abroad")

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.born = detail.date_of_birth

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.blame(time_problems(self.values, born=self.born, today=timezone.localdate()))
        return given

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in TIME}


class YearForm(KeepForm):
    """A year and class here that lie before those that stand."""

    title, button = "An earlier year and class", "Add the earlier class"

    year_group = year_field()
    class_name = line("Class", 30, help_text="As it was called then, like 4B")
    starts_on = DateBoxesField(label="First day in it", past=True)
    ends_on = DateBoxesField(label="Last day in it", past=True)

    def __init__(self, data: Any = None, *, child: Child, detail: ChildDetail, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.blame(year_problems(self.values, today=timezone.localdate()))
        return given

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in YEAR}


class CorrectTimeForm(KeepForm):
    """The child was not on roll then, or not as it stands: the right days are added."""

    title, button = "This is wrong", "Mark the time on roll as wrong"


class CorrectYearForm(KeepForm):
    """The child was not in this class then, or not as it stands: the right one is added."""

    title, button = "This is wrong", "Mark the class as wrong"


class CorrectEarlierForm(KeepForm):
    """The child was not at this school, or not as it stands: the right one is added."""

    title, button = "This is wrong", "Mark the earlier school as wrong"


class EndForm(KeepForm):
    """A row was true until a day, or never was. `asks` where another person has to say so."""

    title, button = "End or correct it", "End it"

    how = forms.ChoiceField(
        label="Was it true?",
        choices=[(ENDED, "Yes, until a day"), (CORRECTED, "No, it was wrong from the start")],
        widget=Radios(
            hints={CORRECTED: "It stays, marked as wrong. Only a copy for someone who asks what you hold includes it"}
        ),
    )
    on = since("Last day")

    def __init__(self, data: Any = None, *, asks: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if asks:
            self.button = "Ask a safeguarding lead to end it"


class CorrectNameForm(KeepForm):
    """The child never had this name."""

    title, button = "The child never had this name", "Mark the name as wrong"


class _AddressForm(KeepForm):
    """The lines of an address."""

    address = forms.CharField(label="House and street", max_length=300)
    town = line("Town", 100)
    county = line("County", 100)
    postcode = line("Postcode", 10)

    def clean_postcode(self) -> str:
        return str(self.cleaned_data["postcode"]).upper()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            typed = {name: given[name] for name in ADDRESS}
            changed = {name for name, value in typed.items() if value != self.now.get(name)}
            self.blame(of_changed(home_problems(typed), changed))
        return given


class _StayFields(KeepForm):
    """When the child is at a home."""

    is_main = forms.BooleanField(label="This is the address in the school’s register", required=False)
    pattern = line("When the child is there", 60, help_text="Such as: school nights, every other weekend")


class AddHomeForm(_StayFields, _AddressForm):
    """A home of the child."""

    title, button = "A home", "Add the home"

    on = since("Lives there since")
    field_order = (*ADDRESS, "is_main", "pattern")

    def __init__(
        self, data: Any = None, *, child: Child, detail: ChildDetail, is_first: bool = False, **kwargs: Any
    ) -> None:
        kwargs["typed"] = {"is_main": is_first} | (kwargs.get("typed") or {})
        super().__init__(data, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*ADDRESS, *STAY)}


class StayForm(_StayFields):
    """When the child is at this home."""

    title, button = "When the child is there", "Save when the child is there"

    on = since("Since")

    def __init__(self, data: Any = None, *, row: HouseholdMember, others: int = 0, **kwargs: Any) -> None:
        super().__init__(data, now={name: getattr(row, name) for name in STAY}, **kwargs)


def _shared_by(words: str, others: int) -> dict[str, Any]:
    children = f"{others} other child" if others == 1 else f"{others} other children"
    return {
        "label": f"{words} is on the record of {children} too. Change it for all of them?",
        "choices": [(ALL, "For all of them"), (ONE, "For this child alone")],
        "widget": Radios,
    }


class SharedForm(KeepForm):
    """A change of what several children may share: it asks which of them it is for.

    `others` is how many other children there are.
    """

    shared = ""
    applies_to = forms.ChoiceField(label="Change it for all of them?", choices=[(ALL, ""), (ONE, "")])

    def __init__(self, data: Any = None, *, others: int = 0, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if others:
            self.fields["applies_to"] = forms.ChoiceField(
                **_shared_by(self.shared, others),
                error_messages={"required": "Say whether you change it for all of them"},
            )
        else:
            del self.fields["applies_to"]

    @property
    def for_all(self) -> bool | None:
        """True for all, False for this child alone; None where nobody shares it."""
        return self.cleaned_data["applies_to"] == ALL if "applies_to" in self.fields else None


class AddressForm(SharedForm, _AddressForm):
    """The address was written down wrongly."""

    title, button, shared = "The address was written down wrongly", "Correct the address", "This address"

    def __init__(self, data: Any = None, *, row: HouseholdMember, others: int = 0, **kwargs: Any) -> None:
        now = {name: getattr(row.household, name) for name in ADDRESS}
        super().__init__(data, now=now, others=others, **kwargs)


class SiblingForm(KeepForm):
    """A brother or sister at the school: the child is found by name and chosen.

    `sharing` are children who have an adult in common with this one, by their keys, each with that adult: several can
    be linked at once.
    """

    title = "A brother or sister"

    these = forms.MultipleChoiceField(
        label="Which of these are brothers or sisters?", required=False, widget=forms.CheckboxSelectMultiple
    )
    relationship = line("What they are to each other", 60, help_text=f"Leave it empty for: {USUAL.lower()}")

    def __init__(
        self, data: Any = None, *, sharing: Sequence[tuple[Child, str]] = (), links: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.links, self.sharing = links, {str(child.pk): child for child, _ in sharing}
        choices = [(str(child.pk), f"{child.full_name}: {adult}") for child, adult in sharing]
        self.fields["these"].choices = choices  # type: ignore[attr-defined]

    def clean_these(self) -> list[Child]:
        """The children who were ticked; `links` where the button was pressed that links them."""
        chosen = [self.sharing[key] for key in self.cleaned_data["these"]]
        if self.links and not chosen:
            raise forms.ValidationError("Tick the children who are brothers or sisters of this child")
        return chosen

    def printed(self) -> list[forms.BoundField]:
        return [field for field in super().printed() if field.name != "these" or self.sharing]
