"""What is asked of somebody who raises a concern about an adult?

Little: who, what, and whether a child may be at risk.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.accounts.models import User
from safeguarding.accounts.services import Colleague
from safeguarding.adults.models import AdultNamed, StaffConcern
from safeguarding.adults.services.raising import Telling
from safeguarding.forms import DateBoxesField, HarbourForm, Radios

_KIND = StaffConcern.RaisedAs
_HINTS = {
    _KIND.LOW_LEVEL: "Any doubt or unease counts, however small, when an adult did not act as the code of conduct asks",
    _KIND.HARM: "Harmed a child or may have; a possible crime against a child; behaviour that makes you think a child "
    "is at risk, "
    "in school or outside it",
    _KIND.UNSURE: "Whoever reads it decides. You do not have to.",
}
LONGEST = 20_000


class RaiseForm(HarbourForm):
    """A concern about an adult. Its token comes with the empty form, so that a double click raises one."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    raised_as = forms.ChoiceField(label="What is it?", choices=_KIND.choices, widget=Radios(hints=_HINTS))
    about_raiser = forms.BooleanField(
        label="This is about me",
        required=False,
        help_text="Telling of something you did yourself is welcome, and protects you and the children",
    )
    person = forms.TypedChoiceField(label="Colleague", coerce=UUID, required=False, empty_value=None)
    name = forms.CharField(
        label="Name of somebody who is not on the list",
        required=False,
        max_length=200,
        help_text="As far as you know it",
    )
    standing = forms.ChoiceField(
        label="What they are here", required=False, choices=[("", "Choose"), *AdultNamed.Standing.choices]
    )
    employer = forms.CharField(label="Employer or agency", required=False, max_length=200)
    happened_on = DateBoxesField(label="Day it happened", past=True, required=False)
    told_on = DateBoxesField(
        label="Day the school was first told",
        past=True,
        required=False,
        help_text="If somebody at the school heard of it before today. Leave it empty if you are the first to tell.",
    )
    facts = forms.CharField(
        label="What you saw, heard or know",
        widget=forms.Textarea,
        max_length=LONGEST,
        help_text="What was done and said, in the words used. Keep what you know apart from what you think.",
    )
    context = forms.CharField(
        label="What was going on around it", required=False, widget=forms.Textarea, max_length=LONGEST
    )
    children = forms.CharField(
        label="Children who were there",
        required=False,
        widget=forms.Textarea,
        max_length=LONGEST,
        help_text="Names and classes, as far as you know them",
    )
    done_at_once = forms.CharField(
        label="What you did at once", required=False, widget=forms.Textarea, max_length=LONGEST
    )
    wish_unnamed = forms.BooleanField(
        label="I do not wish to be named",
        required=False,
        help_text="Whoever reads this sees who wrote it, and keeps your name back as far as possible. That cannot be "
        "promised.",
    )

    def __init__(self, data: Any = None, *, people: Sequence[Colleague], by: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.people = {one.user.pk: one.user for one in people if one.user.pk != by.pk}
        names = [(str(p.user.pk), f"{p.user.full_name}, {p.titles}") for p in people if p.user.pk != by.pk]
        self.fields["person"].choices = [("", "Choose, or leave empty"), *names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        named = [bool(given.get("about_raiser")), bool(given.get("person")), bool(given.get("name"))]
        if not any(named) and "person" not in self.errors:
            self.add_error("person", "Choose who it is about, write a name below, or tick “This is about me”")
        elif sum(named) > 1:
            self.add_error(
                "person",
                "Give one of the three only: yourself, a colleague, or a name. Raise a second concern for "
                "a second adult",
            )
        if given.get("name") and not given.get("person") and not given.get("standing"):
            self.add_error("standing", "Choose what they are here")
        happened, told = given.get("happened_on"), given.get("told_on")
        if happened and told and told < happened:
            self.add_error("told_on", "This must be the day it happened or later")
        return given

    def telling(self) -> Telling:
        """What was told, for the service."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("token", "person")}
        chosen = self.cleaned_data["person"]
        return Telling(user=self.people[chosen] if chosen else None, **given)


class AddWordsForm(HarbourForm):
    """Something more about what one has raised."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(label="What you want to add", widget=forms.Textarea, max_length=LONGEST)
