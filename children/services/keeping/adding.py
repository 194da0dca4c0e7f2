"""Add a child who is on no list yet. Looks first whether the child is there already, also where it is hidden."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children import names
from children.capabilities import ChildCapability
from children.facts import NewChild
from children.models import BY_NAME, Child, ChildDetail, ChildUpdate
from children.services.registering import register_children
from children.services.unseen import children_like, numbered_at
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.exceptions import BadInput

from .facts import TAKEN
from .for_leads import ForALead
from .recording import KEEPERS, Part, Told, Way, done_before, keep_update, refuse, tidy
from .roll import class_there
from .rules import FACTS, class_problems, problems, roll_problems

SOMEBODY_ELSE = "Somebody else has to add this child. Nothing has been saved."
ALIKE = "A child of the school may be this one. Say which it is, or that this is another child."
# What is typed of a new child, beside the day of entry, year and class.
CARD = FACTS[Part.NAMES][:4]
DETAILS = ("middle_names", *FACTS[Part.BIRTH], "upn")


@dataclass(frozen=True)
class Looked:
    """Who may be the child that is being added: those whom the person sees, and the keys of those whom they do not."""

    alike: list[Child]
    hidden: list[UUID]


def look_for_child(*, school: School, values: Mapping[str, Any], by: User) -> Looked:
    """The children of the school with this UPN, with names that sound so, or with one of them and the same birth.

    Compared with every child of the school: also those hidden from whoever asks.
    """
    keys = set(numbered_at(school.pk, [values["upn"]] if values["upn"] else []))
    keys |= set(
        children_like(
            school.pk,
            forenames=names.sounds(values["forename"], values["known_forename"]),
            surnames=names.sounds(values["surname"], values["known_surname"]),
            born=values["date_of_birth"],
        )
    )
    seen = list(Child.objects.visible_to(by).filter(school=school, pk__in=keys).order_by(*BY_NAME)) if keys else []
    return Looked(seen, sorted(keys - {child.pk for child in seen}))


def new_child_problems(values: Mapping[str, Any], *, today: date) -> dict[str, str]:
    """What is wrong with what was typed of a new child, by field."""
    card, detail = Child(entered_on=values["entered_on"]), ChildDetail()
    found: dict[str, str] = {}
    for part in (Part.NAMES, Part.BIRTH):
        given = {name: values[name] for name in FACTS[part]}
        found |= problems(part, given, card=card, detail=detail, today=today)
    number = {"upn": values["upn"], "admission_number": ""}
    found |= problems(Part.NUMBERS, number, card=card, detail=detail, today=today)
    found |= class_problems({name: values[name] for name in ("year_group", "class_name")})
    roll = {"entered_on": values["entered_on"], "left_on": None, "leaving_reason": "", "destination": ""}
    roll |= {"destination_authority": "", "destination_establishment": ""}
    return roll_problems(roll, born=values["date_of_birth"], today=today) | found


@transaction.atomic
def add_child(
    *,
    school: School,
    values: Mapping[str, Any],
    is_none_of: Collection[UUID] = (),
    told: Told,
    by: User,
    at: datetime | None = None,
) -> ChildUpdate:
    """Put a child on the school's list who is on no list yet. The update's `child` is the new one.

    `values` are the fields of `CARD` and `DETAILS`, `year_group`, `class_name` and `entered_on`. `is_none_of` are the
    children alike whom the person has looked at. Raises `BadInput` where a child of this UPN or one alike is there,
    `ForALead` where one is hidden from whoever adds (`tell_leads`), `NotAllowed`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    ensure(by, ChildCapability.KEEP_CHILDREN, school.pk, KEEPERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    given: dict[str, Any] = {name: tidy(value) for name, value in values.items()}
    given["class_name"] = class_there(school.pk, given["class_name"])
    refuse(new_child_problems(given, today=timezone.localdate(at)))
    looked = look_for_child(school=school, values=given, by=by)
    if looked.hidden:
        raise ForALead(SOMEBODY_ELSE)
    if given["upn"] and numbered_at(school.pk, [given["upn"]]):
        raise BadInput(TAKEN)
    if {child.pk for child in looked.alike} - set(is_none_of):
        raise BadInput(ALIKE)
    of_card: dict[str, Any] = {name: given[name] for name in (*CARD, "year_group", "class_name", "entered_on")}
    new = NewChild(
        **of_card,
        details={name: given[name] for name in DETAILS},
    )
    [key] = register_children(school=school, children=[new], today=timezone.localdate(at))
    card: Child = Child.objects.get(pk=key)
    changes = {name: ("", value) for name, value in given.items() if value not in ("", None)}
    return keep_update(card, Part.CHILD, Way.ADDED, changes, told=told, by=by, at=at, row=card, on=given["entered_on"])
