"""What do people type about teams, roles and the event log?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst

from safeguarding.accounts.models import Team
from safeguarding.accounts.roles import ACTING_LEAD, ROLES
from safeguarding.accounts.services import Colleague
from safeguarding.accounts.services.looked import Asked
from safeguarding.audit.verbs import VERBS
from safeguarding.forms import DateBoxesField, HarbourForm


class TeamForm(HarbourForm):
    """A new team."""

    title = forms.CharField(label="Name of the team", max_length=60, help_text="Such as Pastoral team, or Adults of 5B")
    kind = forms.ChoiceField(label="Kind of team", choices=Team.Kind.choices)


class MemberForm(HarbourForm):
    """Somebody who joins a team."""

    person = forms.TypedChoiceField(label="Person", coerce=UUID)

    def __init__(self, data: Any = None, *, people: Sequence[Colleague], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *((str(p.user.pk), f"{p.user.full_name}, {p.titles}") for p in people),
        ]


class BeyondNoticeForm(HarbourForm):
    """Roles that may be given access to a record though the privacy notice does not name them yet."""

    role_keys = forms.MultipleChoiceField(
        label="Roles beyond the privacy notice",
        required=False,
        choices=[(r.key, r.title) for r in ROLES.values() if not r.named_in_notice],
        widget=forms.CheckboxSelectMultiple,
    )


class RoleForm(HarbourForm):
    """A role that somebody is to hold from a day on."""

    # An acting lead is named on a page of its own, which also hands over what is to do.
    new_role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose"), *((r.key, r.title) for r in ROLES.values() if r.key != ACTING_LEAD)],
    )
    starts_on = DateBoxesField(label="First day")
    ends_on = DateBoxesField(label="Last day", required=False, help_text="Leave it empty for a role without an end")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Last day must be on or after the first day")
        return given


class LookedForm(HarbourForm):
    """Narrows the events. Codes and keys only, for they stand in the address; what is none of them narrows nothing."""

    DAYS = {"1": "Today and yesterday", "7": "Last 7 days", "30": "Last 30 days", "365": "Last 12 months"}

    person = forms.ChoiceField(label="Who", required=False)
    verb = forms.ChoiceField(
        label="What was done",
        required=False,
        choices=lambda: [("", "Anything"), *((verb, capfirst(entry.words)) for verb, entry in VERBS.entries.items())],
    )
    days = forms.ChoiceField(label="When", required=False, choices=[("", "Any time"), *DAYS.items()])
    since = DateBoxesField(label="From", required=False)
    until = DateBoxesField(label="To", required=False)
    child = forms.ChoiceField(label="Child", required=False)
    everything = forms.BooleanField(label="Also photographs beside names, and empty lists", required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[tuple[str, str]],
        children: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["person"].choices = [("", "Anybody"), *people]  # type: ignore[attr-defined]
        if children:
            self.fields["child"].choices = [("", "Any child, or none"), *children]  # type: ignore[attr-defined]
        else:
            del self.fields["child"]

    def asked(self) -> Asked:
        """What is understood of it."""
        self.is_valid()
        given = self.cleaned_data
        person, days, child = given.get("person"), given.get("days"), given.get("child")
        return Asked(
            person=UUID(person) if person else None,
            verb=given.get("verb", ""),
            days=int(days) if days else None,
            since=given.get("since"),
            until=given.get("until"),
            child=UUID(child) if child else None,
            in_passing=bool(given.get("everything")),
        )
