"""What is typed of a police notice of domestic abuse?

Six things; and who supports the child, which a lead may say later.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import User
from safeguarding.concerns.forms.deciding import Working
from safeguarding.concerns.forms.known import known_as
from safeguarding.concerns.forms.reporting import ACCOUNT, MOST_CHILDREN, TypedForm
from safeguarding.concerns.forms.typed import Content, Typed
from safeguarding.concerns.models import Account, Category, ConcernChild, HowSoon, PoliceNotice
from safeguarding.concerns.services.police import Noticed, support_problems
from safeguarding.dates import clock
from safeguarding.forms import DateBoxesField, Radios, TimeField, blank_first

_SUPPORT = PoliceNotice.Support


class NoticeForm(TypedForm):
    """The notice.

    `children` are the cards of those who were chosen, `unknown` the keys of others, `people` whoever may support a
    child.
    """

    q = forms.CharField(label="Add a child", required=False, max_length=200)
    happened_on = DateBoxesField(label="Day of the incident", past=True, help_text="For example, 24 11 2026")
    happened_at = TimeField(
        label="Time of the incident", required=False, help_text="Leave it empty where the police did not say"
    )
    came_on = DateBoxesField(label="Day the notice came", past=True)
    came_at = TimeField(label="Time the notice came", help_text="Such as 7:40am or 1415")
    force = forms.CharField(
        label="Which police force, and who rang or wrote",
        max_length=200,
        help_text="For example, the force and the officer’s full name and role",
    )
    their_reference = forms.CharField(label="Their reference", required=False, max_length=80)
    said = forms.CharField(
        label="What happened, as the police put it",
        max_length=ACCOUNT,
        widget=forms.Textarea,
        help_text="Their words, whole. Add nothing of your own.",
        error_messages={"required": "Write what happened, as the police put it"},
    )
    key_adult: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Key adult at school",
        queryset=None,
        required=False,
        help_text="They are told that support is asked for, and nothing else",
    )
    support = forms.ChoiceField(
        label="Support", choices=blank_first(_SUPPORT.choices, "Not decided yet"), required=False
    )

    def __init__(
        self,
        typed: Typed,
        *,
        children: Sequence[Child],
        unknown: Sequence[UUID] = (),
        people: QuerySet[User],
        at: datetime,
        checked: bool,
    ) -> None:
        super().__init__(typed, checked=checked)
        self.children, self.unknown, self.at = children, unknown, at
        _offer(self.fields["key_adult"], people, "Not decided yet")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if (self.children or self.unknown) and given.get("q", "").strip():
            self.add_error("q", "Press Find and choose the child you looked for, or empty this box")
        if len(self.unknown) > MOST_CHILDREN:
            self.add_error("q", f"Name at most {MOST_CHILDREN} children in one notice")
        for name, problem in self.noticed().problems(at=self.at):
            place = "came_on" if name == "received_at" else name
            if place not in self.errors and not (place == "came_on" and "came_at" in self.errors):
                self.add_error(place, problem)
        return given

    def noticed(self) -> Noticed:
        given = self.cleaned_data
        day, at = given.get("came_on"), given.get("came_at")
        return Noticed(
            happened_on=given.get("happened_on"),
            happened_at=given.get("happened_at"),
            received_at=datetime.combine(day, at, LONDON) if day and at else None,
            force=given.get("force", ""),
            their_reference=given.get("their_reference", ""),
            said=given.get("said", ""),
            children=self.children,
            unknown=self.unknown,
            key_adult=given.get("key_adult"),
            support=given.get("support", ""),
        )


def begun(at: datetime) -> Typed:
    """An empty form: it came now."""
    here = timezone.localtime(at)
    today = {"day": here.day, "month": here.month, "year": here.year}
    came = {f"came_on_{name}": [str(part)] for name, part in today.items()}
    return Typed(came | {"came_at": [clock(here.time().replace(second=0, microsecond=0))]})


def as_report(typed: Typed, category: Category | None = None) -> Content:
    """What was typed of a notice that could not be taken, as a log form that is begun: every word, each with its
    label.
    """
    said = [typed.text("said")]
    came_on = " ".join(filter(None, (typed.text(f"came_on_{part}") for part in ("day", "month", "year"))))
    for name in ("force", "their_reference", "came_on", "came_at", "support"):
        if words := (came_on if name == "came_on" else typed.text(name).strip()):
            said.append(f"{NoticeForm.base_fields[name].label}: {words}")
    if words := typed.text("q").strip():
        said.append(f"Which child, as typed: {words}")
    roles = {f"{key}-role": [ConcernChild.Role.WORRIED_ABOUT.value] for key in typed.children}
    day = {f"observed_on_{part}": [typed.text(f"happened_on_{part}")] for part in ("day", "month", "year")}
    return {
        **roles,
        **day,
        "who": typed.children,
        "observed_at": [typed.text("happened_at")],
        "how_soon": [str(HowSoon.TODAY.value)],
        "how_known": [Account.HowKnown.POLICE.value],
        "category": [category.pk if category else ""],
        "facts": ["\n\n".join(filter(None, said))],
    }


class SupportForm(Working):
    """Who supports the child, and how."""

    called = "key adult"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    key_adult: forms.ModelChoiceField = forms.ModelChoiceField(
        label="Key adult at school",
        queryset=None,
        help_text="They are told that support is asked for, and nothing else. You tell them who, and how.",
        error_messages={"required": "Choose the key adult"},
    )
    support = forms.ChoiceField(
        label="Support",
        choices=_SUPPORT.choices,
        widget=Radios(),
        error_messages={"required": "Choose silent or overt support"},
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self.fields["key_adult"], people, "Choose")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            for name, problem in support_problems(given["key_adult"], given["support"]):
                self.add_error(name, problem)
        return given


known_as(support_form=SupportForm)


def _offer(field: Any, people: QuerySet[User], blank: str) -> None:
    """The people to choose from, listed in one query: Django would ask with a cursor."""
    field.queryset = people
    field.choices = blank_first([(user.pk, f"{user.full_name}, {user.job}".rstrip(", ")) for user in people], blank)
