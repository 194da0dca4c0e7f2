"""What does somebody type to say who is told of what, and when the digest goes out?"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.accounts.models import Team
from safeguarding.accounts.roles import ROLES
from safeguarding.concerns.models import HowSoon, Level, NoticeRule
from safeguarding.concerns.services.notice_rules import Facts
from safeguarding.forms import HarbourForm, TimeField, blank_first
from safeguarding.keys import uuid7

_LEADS = "leads"


class RuleForm(HarbourForm):
    """A rule. `whom` is "leads", a role or a team."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    what = forms.ChoiceField(label="What happened", choices=NoticeRule.What.choices)
    whom = forms.ChoiceField(
        label="Who is told", help_text="Only those who may see the concern are told. A rule opens nothing to anybody."
    )
    category_id = forms.TypedChoiceField(label="Category", required=False, empty_value=None)
    soon_from = forms.TypedChoiceField(
        label="How soon, at least",
        coerce=int,
        empty_value=None,
        required=False,
        choices=blank_first(HowSoon.choices, "Any"),
    )
    level_from = forms.TypedChoiceField(
        label="Level of need, at least",
        coerce=int,
        empty_value=None,
        required=False,
        choices=blank_first(Level.choices, "Any"),
        help_text="For a decision only",
    )
    when = forms.ChoiceField(label="When the mail goes out", choices=NoticeRule.When.choices)

    def __init__(
        self, data: Any = None, *, teams: Iterable[Team], categories: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.teams = {f"team:{team.key}": team for team in teams}
        self.fields["whom"].choices = [  # type: ignore[attr-defined]
            (_LEADS, "Safeguarding leads on duty"),
            *((f"role:{role.key}", role.title) for role in ROLES.values()),
            *((key, f"Team: {team.title}") for key, team in self.teams.items()),
        ]
        self.fields["category_id"].choices = blank_first(categories, "Any")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for name, problem in self.facts().problems().items():
                self.add_error(name, problem)
        return given

    def facts(self) -> Facts:
        """The rule that was typed."""
        given = self.cleaned_data
        whom = given["whom"]
        return Facts(
            role_key=whom.removeprefix("role:") if whom.startswith("role:") else "",
            team=self.teams.get(whom),
            **{name: given[name] for name in ("what", "when", "category_id", "soon_from", "level_from")},
        )

    @property
    def page(self) -> UUID:
        """The token of the page that was sent."""
        token: UUID = self.cleaned_data["token"]
        return token


class DigestForm(HarbourForm):
    """When the digest of a school day goes out."""

    digest_at = TimeField(label="Digest goes out at", help_text="On school days, such as 3:30pm")
