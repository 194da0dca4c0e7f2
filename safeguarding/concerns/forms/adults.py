"""What may be said of an adult of a child's record: that a concern names them, and that it does not after all?"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django import forms

from children.models import Contact
from safeguarding.concerns.forms.agencies import adult_words
from safeguarding.concerns.forms.deciding import Working, words_field
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.models import ConcernAdult
from safeguarding.concerns.services.agencies.adults import Adults


class NameAdultForm(Working):
    """An adult whom the concern names: one of the children's records who is not named yet."""

    called = "adult"
    adult = forms.ChoiceField(label="Which adult", error_messages={"required": "Choose the adult"})

    def __init__(self, *args: Any, adults: Adults, named: Collection[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {key: person.contact for key, person in adults.by_key.items() if key not in named}
        groups = [
            (child, [(p.contact.pk, adult_words(p)) for p in people if p.contact.pk in self.people])
            for child, people in adults.of_child
        ]
        self.fields["adult"].choices = [("", "Choose"), *(group for group in groups if group[1])]  # type: ignore[attr-defined]

    def chosen(self) -> Contact:
        """The adult; the form is whole."""
        return self.people[UUID(self.cleaned_data["adult"])]


class TakeAdultBackForm(Working):
    """That the concern does not name an adult after all, and why."""

    called = "reason"
    named = forms.ChoiceField(
        label="Adult", error_messages={"invalid_choice": "This adult is not named in the concern any more"}
    )
    reason = words_field(
        "Why the concern does not name them",
        rows=2,
        error_messages={"required": "Say why the concern does not name them"},
    )

    def __init__(self, *args: Any, named: Sequence[ConcernAdult], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(one.pk): one for one in named}
        self.fields["named"].choices = [(key, one.adult.full_name) for key, one in self.rows.items()]  # type: ignore[attr-defined]

    def typed(self) -> list[tuple[str, str]]:
        """What is worth copying: the reason."""
        return super().typed()[-1:] if self["reason"].value() else []


known_as(adult_form=NameAdultForm, adult_back_form=TakeAdultBackForm)
