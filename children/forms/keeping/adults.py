"""What is typed of an adult around a child, and what differs from the record where the school has the adult already?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from children.models import Child, ChildDetail, Contact, ContactLink, HouseholdMember
from children.services.keeping import differing_of, lives_of, stamp
from children.services.keeping.adults import LINK, PERSON, link_problems, person_problems
from children.services.keeping.rules import of_changed
from safeguarding.forms import Radios, blank_first

from .base import AlikeForm, KeepForm, line, since
from .rows import SharedForm

TYPED, RECORD = "typed", "record"
ELSEWHERE = "elsewhere"
Alike = Sequence[tuple[Contact, str]]


class _PersonFields(KeepForm):
    """Who an adult is, and how the adult is reached."""

    title_ = line("Title", 20)
    forename = line("Forename", 150)
    surname = forms.CharField(label="Surname", max_length=150, help_text="Where an adult has one name, enter it here")
    organisation = line("Organisation", 150, help_text="For a social worker or another professional")
    mobile = line("Mobile", 30)
    telephone = line("Telephone", 30)
    email = line("E-mail", 254)


class _LinkFields(KeepForm):
    """What an adult is to the child."""

    relationship = line("What the adult is to the child", 100, help_text="Such as: mother, stepfather, social worker")
    order = forms.IntegerField(label="Order of call", min_value=1, max_value=99, initial=1, help_text="1 is rung first")
    is_emergency = forms.BooleanField(label="May be rung in an emergency", required=False, initial=True)
    delegated_authority = forms.CharField(
        label="What this adult may decide",
        required=False,
        max_length=2000,
        widget=forms.Textarea,
        help_text="For carers of a looked-after child: what the placing authority lets them decide",
    )


class PersonForm(_PersonFields):
    """Its errors are those of the service; the title of a person stands in `title_`, the form's own in `title`."""

    def person(self) -> dict[str, Any]:
        """The fields of the service."""
        given = self.cleaned_data
        return {name: given["title_" if name == "title" else name] for name in PERSON}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            typed = self.person()
            changed = {name for name, value in typed.items() if value != self.now.get(name)}
            found = of_changed(person_problems(typed), changed)
            self.blame({_FIELDS.get(name, name): sentence for name, sentence in found.items()})
        return given


class ChangeAdultForm(SharedForm, PersonForm):
    """Who the adult is, and how the adult is reached."""

    title, button, shared = "Name, telephone and e-mail", "Save the adult", "This adult"

    on = since("Since")

    def __init__(self, data: Any = None, *, row: ContactLink, others: int = 0, **kwargs: Any) -> None:
        now = {name: getattr(row.contact, name) for name in PERSON}
        super().__init__(data, now=now, others=others, **kwargs)
        self.initial["title_"] = now["title"]

    @property
    def values(self) -> dict[str, Any]:
        return self.person()


class LinkForm(_LinkFields):
    """What the adult is to the child."""

    title, button = "What the adult is to this child", "Save relationship and order of call"

    on = since("Since")

    def __init__(self, data: Any = None, *, row: ContactLink, others: int = 0, **kwargs: Any) -> None:
        super().__init__(data, now={name: getattr(row, name) for name in LINK}, **kwargs)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.blame(link_problems(self.values))
        return given


class AddAdultForm(AlikeForm, _LinkFields, PersonForm):
    """An adult around the child. `look` finds the adults of the school who may be this one, each with what tells it
    apart; `on_record` are the keys of those who are on the child's record now.

    `compared` is the stamp of what the page has shown as different from the record: an answer is about that alone.
    """

    title, button, nobody = "An adult", "Add the adult", "None of these: another adult"

    home = forms.ChoiceField(label="Where the adult lives", required=False)
    right = forms.CharField(label="What is right?", required=False, widget=Radios)
    compared = forms.CharField(widget=forms.HiddenInput, required=False)
    on = since("Since")
    field_order = ("same_as", "right", "title_", *PERSON[1:], "home", *LINK)
    only_asked = ("same_as", "right")

    def __init__(
        self,
        data: Any = None,
        *,
        child: Child,
        detail: ChildDetail,
        homes: Sequence[HouseholdMember] = (),
        first_free: int = 1,
        look: Callable[[Mapping[str, Any]], Alike] = lambda person: (),
        on_record: Callable[[Sequence[Any]], Sequence[Any]] = lambda keys: (),
        **kwargs: Any,
    ) -> None:
        kwargs["typed"] = {"order": first_free} | (kwargs.get("typed") or {})
        super().__init__(data, **kwargs)
        self.child, self.look, self.on_record = child, look, on_record
        self.homes = {str(one.pk): one for one in homes}
        self.fields["home"].choices = places(self.homes)  # type: ignore[attr-defined]
        self.differs: Mapping[str, tuple[Any, Any]] = {}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors:
            found = {str(contact.pk): (contact, says) for contact, says in self.look(self.person())}
            self.offer({key: one for key, (one, _) in found.items()}, {key: says for key, (_, says) in found.items()})
        if self.chosen is not None and not self.errors:
            self._compare(self.chosen)
        return given

    def _compare(self, chosen: Contact) -> None:
        """Ask which is right where something typed is otherwise on the record: nothing typed is lost."""
        if self.on_record([chosen.pk]):
            self.add_error(
                "same_as",
                f"{chosen.full_name} is on this child’s record already. Change what is wrong there, or say that this "
                "is another adult",
            )
            return
        self.differs = differing_of(chosen, self.person(), self.lives)
        if not self.differs:
            return
        shown = stamp(self.differs)
        self.fields["right"].widget.choices = self._answers()  # type: ignore[attr-defined]
        if self.data.get("right") not in (TYPED, RECORD) or self.data.get("compared") != shown:
            self.add_error("right", "The record says something else about this adult. Say what is right")
        self.say("compared", shown)

    def _answers(self) -> list[tuple[str, str]]:
        """What was typed, and what the record says, in the words of the fields."""
        sides: list[list[str]] = [[], []]
        for name, values in self.differs.items():
            label = str(self.fields[_FIELDS.get(name, name)].label)
            for said, value in zip(sides, values, strict=True):
                words = self._home(value) if name == "household" else value or "nothing"
                said.append(f"{label}: {words}")
        there, typed = ("; ".join(said) for said in sides)
        return [
            (TYPED, f"What I typed, for every child who has this adult. {typed}"),
            (RECORD, f"What the record says. {there}"),
        ]

    def _home(self, household: Any) -> str:
        """A household in words, without its address."""
        for n, one in enumerate(self.homes.values(), start=1):
            if one.household_id == household:
                return place(one, n)
        return "another address"

    @property
    def takes_typed(self) -> bool | None:
        """Whether what was typed counts, or what the record says; None where both say the same."""
        return self.data.get("right") == TYPED if self.differs else None

    @property
    def is_another(self) -> bool:
        """Whether somebody was offered, and it is none of them."""
        return bool(self.alike) and self.chosen is None

    def printed(self) -> list[forms.BoundField]:
        return [field for field in super().printed() if field.name != "right" or self.differs]

    @property
    def link(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in LINK}

    @property
    def lives(self) -> HouseholdMember | None:
        """The home in which the adult lives with the child."""
        return self.homes.get(self.cleaned_data["home"])


class LivesForm(KeepForm):
    """Where the adult lives: in a home of the child, or in none."""

    title, button = "Where the adult lives", "Save where the adult lives"

    home = forms.ChoiceField(
        label="Lives with the child", required=False, help_text="For every child who has this adult"
    )
    on = since("Since")

    def __init__(
        self, data: Any = None, *, row: ContactLink, homes: Sequence[HouseholdMember] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, now=lives_of(row.contact), **kwargs)
        self.homes = {str(one.pk): one for one in homes}
        self.fields["home"].choices = places(self.homes)  # type: ignore[attr-defined]
        there = row.contact.household_id
        here = next((key for key, one in self.homes.items() if one.household_id == there), "")
        self.initial["home"] = here or (ELSEWHERE if there else "")
        if there and not here:
            self.fields["home"].choices = [*self.fields["home"].choices, (ELSEWHERE, "At another address")]  # type: ignore[attr-defined]

    def clean_home(self) -> str:
        home = str(self.cleaned_data["home"])
        if home == ELSEWHERE:
            raise forms.ValidationError(
                "The adult lives at another address already. Choose a home, or leave it as it is"
            )
        return home

    @property
    def lives(self) -> HouseholdMember | None:
        """The home in which the adult lives with the child."""
        return self.homes.get(self.cleaned_data["home"])


class RestoreAdultForm(KeepForm):
    """The adult was ended by mistake, or is around the child again."""

    title, button = "Put the adult back on the record", "Put the adult back"


_FIELDS = {"title": "title_", "household": "home"}


def places(homes: Mapping[str, HouseholdMember]) -> list[tuple[Any, str]]:
    """The homes of a child as choices, without their addresses, which may be such as are not shown."""
    return blank_first(
        [(key, place(one, n)) for n, (key, one) in enumerate(homes.items(), start=1)], "Not with the child"
    )


def place(home: HouseholdMember, n: int) -> str:
    """A home in words."""
    return "Main home" if home.is_main else f"Home {n}{f', {home.pattern}' if home.pattern else ''}"
