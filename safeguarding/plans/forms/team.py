"""What is asked of somebody who says who from outside works with a child, corrects it, or says that they have left?"""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import DateBoxesField, blank_first
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import Professional
from safeguarding.plans.services.around import professional_problems

from .columns import DeedForm, TokenForm

FACTS = ("role", "name", "organisation", "telephone", "email")


class PersonForm(TokenForm):
    """Somebody from outside the school. `among` are the areas that can be chosen; of one alone nobody is asked."""

    role = forms.ChoiceField(label="Role", choices=blank_first(Professional.Role.choices, "Choose"))
    name = forms.CharField(label="Name", max_length=200)
    organisation = forms.CharField(label="Where they work", max_length=200, required=False)
    telephone = forms.CharField(label="Telephone", max_length=60, required=False)
    email = forms.CharField(label="E-mail", max_length=254, required=False)
    person_from = DateBoxesField(label="Since", required=False)
    areas = forms.MultipleChoiceField(
        label="Works with the child on",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Who reads plans of one of these sees this person",
    )

    def __init__(self, data: Any = None, *, among: Collection[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.among = [area for area in Area if area in among]
        if len(self.among) == 1:
            del self.fields["areas"]
            return
        field: Any = self.fields["areas"]
        field.choices = [(str(area), area.label) for area in self.among]
        self.initial.setdefault("areas", [area for area in self.among if area != Area.ADOPTION])

    def chosen(self) -> list[str]:
        """The areas that were chosen, or the only one."""
        some: list[str] = self.cleaned_data.get("areas", self.among) or []
        return [str(area) for area in some]

    def facts(self) -> dict[str, Any]:
        """What is saved of somebody, by the names of the services."""
        given = self.cleaned_data
        return {name: given[name] for name in FACTS} | {"starts_on": given["person_from"], "areas": self.chosen()}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        found = professional_problems(given.get("role", ""), given.get("name", ""), self.chosen())
        self.blame({name: said for name, said in found.items() if name not in self.errors})
        return given


class CorrectPersonForm(PersonForm):
    """What was entered wrongly, of somebody who works with the child."""

    who = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, person: Professional, among: Collection[str], **kwargs: Any) -> None:
        initial = {name: getattr(person, name) for name in FACTS}
        initial |= {"person_from": person.starts_on, "areas": person.areas, "who": person.pk}
        super().__init__(data, among={*among, *person.areas}, initial=initial | kwargs.pop("initial", {}), **kwargs)


class LeftForm(DeedForm):
    """Somebody else has taken over, or nobody."""

    who = forms.UUIDField(widget=forms.HiddenInput)
    last_day = DateBoxesField(label="Last day", past=True, initial=timezone.localdate)
