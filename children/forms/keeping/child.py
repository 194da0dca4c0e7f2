"""What is typed of a child who is on no list yet?"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from children.models import Child, ChildDetail
from children.services.keeping import Looked, new_child_problems
from children.services.keeping.adding import CARD, DETAILS
from safeguarding.accounts.models import School
from safeguarding.forms import DateBoxesField, Radios

from .base import AlikeForm, ClassFields, birthday, line, year_field

_VALUES = (*CARD, *DETAILS, "year_group", "class_name", "entered_on")
_LAST = ("year_group", "class_name", "another_class", "entered_on")


class AddChildForm(ClassFields, AlikeForm):
    """A new child. `look` finds the children of the school who may be this one, `told_apart` says what each is."""

    title, button, nobody = "Add a child", "Add the child", "None of these: another child"

    forename = forms.CharField(
        label="Legal forename", max_length=150, help_text="Where a child has one name, enter it here"
    )
    surname = line("Legal surname", 150)
    middle_names = line("Middle names", 200)
    known_forename = line("Forename the child is known by", 150, help_text="Where it is not the legal one")
    known_surname = line("Surname the child is known by", 150, help_text="Where it is not the legal one")
    date_of_birth = birthday()
    sex = forms.ChoiceField(
        label="Sex", choices=ChildDetail.Sex.choices, widget=Radios(inline=True), initial=ChildDetail.Sex.UNKNOWN
    )
    upn = line("UPN", 13, help_text="13 characters. Leave it empty where it is not known.")
    entered_on = DateBoxesField(label="First day on roll", past=True, initial=timezone.localdate)
    year_group = year_field()

    field_order = ("same_as", *CARD, *DETAILS, *_LAST)

    def __init__(
        self, data: Any = None, *, school: School, look: Callable[[Mapping[str, Any]], Looked], **kwargs: Any
    ) -> None:
        super().__init__(data, deed="add", **kwargs)
        self.offer_classes(school.pk)
        self.look, self.looked = look, Looked([], [])

    def clean_upn(self) -> str:
        return str(self.cleaned_data["upn"]).upper()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self.blame(new_child_problems(self.values, today=timezone.localdate()))
        if not self.errors:
            self.looked = self.look(self.values)
            found = {str(child.pk): child for child in self.looked.alike}
            self.offer(found, {key: _told_apart(child) for key, child in found.items()})
        return given

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in _VALUES}


def _told_apart(child: Child) -> str:
    """Rowan Ashdown, Year 5, 5B, record 1042."""
    left = "has left" if child.left_on else ""
    return ", ".join(filter(None, (child.full_name, child.year, child.class_name, left, f"record {child.number}")))
