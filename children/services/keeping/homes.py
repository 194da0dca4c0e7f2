"""Say where a child lives: another home, another pattern, an address that was wrong, the end of a home."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.facts import Home
from children.models import Child, ChildUpdate, Contact, ContactLink, Household, HouseholdMember
from children.notice_kinds import ChildNotice
from children.services.held import hold_main_home
from children.services.registering import ensure_households
from children.services.unseen import homes_at
from safeguarding.accounts.models import User
from safeguarding.audit.protection import may_view
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7

from .ending import end_row, mark_ended
from .for_leads import tell_leads
from .recording import (
    GONE,
    Part,
    Told,
    Way,
    day_of,
    differing,
    done_before,
    keep_update,
    lock,
    refuse,
    refuse_stale,
    tidy,
)
from .rules import of_changed
from .withheld import refuse_withheld

ADDRESS = ("address", "town", "county", "postcode")
STAY = ("pattern", "is_main")
# How much of an identity stays before the key of a household that has it for itself.
_KEPT = 297
_LENGTHS = {"address": 300, "town": 100, "county": 100, "postcode": 10, "pattern": 60}
POSTCODE = "A postcode is like SK98 9JZ. Write the code of an address in another country after the town."
ASK = "Other children live at this address too. Say whether it was wrong for all of them, or for this child alone."


def home_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with an address and with when the child is there, by field."""
    found = {
        name: f"{name.capitalize()} must be {most} characters or fewer."
        for name, most in _LENGTHS.items()
        if len(values.get(name, "")) > most
    }
    if "address" in values and not values["address"]:
        found["address"] = "Enter the house and the street."
    if code := values.get("postcode", ""):
        found |= {} if _is_postcode(code) else {"postcode": POSTCODE}
    return found


def _is_postcode(text: str) -> bool:
    """Whether a postcode of the United Kingdom is written like this: SK98 9JZ, with a space or without."""
    code = text.upper().replace(" ", "")
    area, rest = code[:-3], code[-3:]
    is_plain = code.isascii() and code.isalnum() and 2 <= len(area) <= 4
    return is_plain and area[0].isalpha() and rest[0].isdigit() and rest[1:].isalpha()


def others_at(home: Household, *, but: Child) -> list[UUID]:
    """The other children who live there now."""
    rows = HouseholdMember.objects.filter(household=home, ends_on=None).exclude(child=but)
    return list(rows.values_list("child_id", flat=True))


@transaction.atomic
def add_home(*, child: Child, home: Mapping[str, Any], told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """The child lives at another address from `told.on` on. A new main home ends the one before; the first is one.

    `home` are the fields of `ADDRESS` and `STAY`. Raises `NotAllowed`, `BadInput`, `OutOfTurn`; `ForALead` where homes
    or adults of this record are hidden from `by`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.HOME, by=by)
    refuse_withheld(card, by=by)
    given = _tidy(home, (*ADDRESS, *STAY))
    refuse(home_problems(given))
    day, key = day_of(told, at), _household(card, given, by=by, at=at)
    living = HouseholdMember.objects.select_for_update().filter(child=card, ends_on=None)
    if living.filter(household=key).exists():
        raise BadInput("The child lives at this address already. Change when the child is there instead.")
    # The first home is the main home, ticked or not.
    given["is_main"] = given["is_main"] or not living.exists()
    before = living.filter(is_main=True).first() if given["is_main"] else None
    if before is not None:
        mark_ended(before, is_correction=False, told=told, at=at)
    made = HouseholdMember(
        school_id=card.school_id,
        child=card,
        household_id=key,
        starts_on=day,
        **{name: given[name] for name in STAY},
    )
    made.save(force_insert=True)
    if given["is_main"]:
        hold_main_home(child=card, before=before and before.household, by=by, at=at)
    changes = {name: ("", given[name]) for name in ADDRESS if given[name]}
    return keep_update(card, Part.HOME, Way.ADDED, changes, told=told, by=by, at=at, row=made, on=day)


@transaction.atomic
def change_stay(
    *,
    home: HouseholdMember,
    values: Mapping[str, Any],
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """Change when the child is there, or whether it is the address of the register: another one that was is it no more.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(home.child, Part.HOME, by=by)
    row = _living(card, home)
    was = {name: getattr(row, name) for name in STAY}
    refuse_stale(was, seen)
    now = _tidy(values, STAY)
    changes = differing(was, now)
    refuse(home_problems(now))
    becomes_main, before = now["is_main"] and "is_main" in changes, None
    if becomes_main:
        living = HouseholdMember.objects.select_for_update().filter(child=card, ends_on=None)
        if (before := living.filter(is_main=True).first()) is not None:
            before.is_main = False
            before.save(update_fields=["is_main"])
    for name in changes:
        setattr(row, name, now[name])
    row.save(update_fields=list(changes))
    if becomes_main:
        hold_main_home(child=card, before=before and before.household, by=by, at=at)
    on = day_of(told, at)
    return keep_update(card, Part.HOME, Way.CHANGED, changes, told=told, by=by, at=at, row=row, on=on)


@transaction.atomic
def correct_address(
    *,
    home: HouseholdMember,
    values: Mapping[str, Any],
    for_all: bool | None,
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """The address was written down wrongly: mended for all children who live there, or for this one alone.

    `for_all` may be None where nobody else lives there. Who has moved has another home (`add_home`). Raises
    `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    others = others_at(home.household, but=home.child)
    card = lock(home.child, Part.HOME, by=by, also=others)
    row = _living(card, home)
    there: Household = Household.objects.select_for_update().get(pk=row.household_id)
    if not may_view(by, there):
        raise OutOfTurn(GONE)
    was = {name: getattr(there, name) for name in ADDRESS}
    refuse_stale(was, seen)
    now = _tidy(values, ADDRESS)
    changes = differing(was, now)
    refuse(of_changed(home_problems(now), changes))
    others = others_at(there, but=card)
    if others and for_all is None:
        raise BadInput(ASK)
    shared = others if for_all else []
    elsewhere, is_hidden = _known(card, now, by=by)
    if (others and not for_all) or elsewhere not in (None, there.pk):
        _rehouse(card, there, now, [card.pk, *shared], told=told, by=by, at=at)
    else:
        there.identity = _own_identity(card, now, by=by, at=at) if is_hidden else _home(now).identity
        for name in changes:
            setattr(there, name, now[name])
        there.save(update_fields=[*changes, "identity"])
    return keep_update(card, Part.HOME, Way.CORRECTED, changes, told=told, by=by, at=at, row=row, shared_with=shared)


def end_home(
    *, home: HouseholdMember, is_correction: bool, told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """The child lives there no more, or never did. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    return end_row(home, Part.HOME, is_correction=is_correction, told=told, by=by, at=at)


def _tidy(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: tidy(values[name]) for name in names}


def _home(given: Mapping[str, Any]) -> Home:
    return Home(**{name: given[name] for name in ADDRESS})


def _household(card: Child, given: Mapping[str, Any], *, by: User, at: datetime) -> UUID:
    """The key of the address at the school, which is made where it is new."""
    home = _home(given)
    known, is_hidden = _known(card, given, by=by)
    if known is not None:
        return known
    if not is_hidden:
        return ensure_households(card.school, [home])[home.identity]
    own = Household(school_id=card.school_id, identity=_own_identity(card, given, by=by, at=at))
    for name in ADDRESS:
        setattr(own, name, given[name])
    own.save(force_insert=True)
    return own.pk


def _known(card: Child, given: Mapping[str, Any], *, by: User) -> tuple[UUID | None, bool]:
    """The household of the school at this address that `by` sees; and whether there is one that they do not see."""
    identity = _home(given).identity
    there = homes_at(card.school_id, [identity]).get(identity)
    if there is None:
        return None, False
    if may_view(by, Household(pk=there, school_id=card.school_id)):
        return there, False
    apart = Household.objects.visible_to(by).filter(school=card.school_id, identity__startswith=f"{identity[:_KEPT]}|")
    return apart.values_list("pk", flat=True).first(), True


def _own_identity(card: Child, given: Mapping[str, Any], *, by: User, at: datetime) -> str:
    """The identity of an address that a hidden household has too, so that nobody learns of it by entering it. The leads
    are notified.
    """
    kind = ChildNotice.ENTERED_AGAIN
    tell_leads(school_id=card.school_id, children=[card.pk], by=by, kind=kind, purpose=kind.value, at=at)
    return f"{_home(given).identity[:_KEPT]}|{uuid7().hex}"


def _living(card: Child, home: HouseholdMember) -> HouseholdMember:
    row: HouseholdMember | None = (
        HouseholdMember.objects.select_for_update().filter(pk=home.pk, child=card, ends_on=None).first()
    )
    if row is None:
        raise OutOfTurn(GONE)
    return row


def _rehouse(
    card: Child,
    there: Household,
    now: Mapping[str, Any],
    children: Iterable[UUID],
    *,
    told: Told,
    by: User,
    at: datetime,
) -> None:
    """These children never lived there, but at the mended address; so do the adults of theirs alone who do."""
    key = _household(card, now, by=by, at=at)
    for old in HouseholdMember.objects.select_for_update().filter(household=there, child__in=children, ends_on=None):
        mark_ended(old, is_correction=True, told=told, at=at)
        if not HouseholdMember.objects.filter(child=old.child_id, household=key, ends_on=None).exists():
            HouseholdMember(
                school_id=card.school_id,
                child_id=old.child_id,
                household_id=key,
                starts_on=old.starts_on,
                is_main=old.is_main,
                pattern=old.pattern,
            ).save(force_insert=True)
    adults = Contact.objects.filter(household=there, children__child__in=children, children__ends_on=None)
    for adult in adults.exclude(children__in=_links_of_others(children)).distinct():
        adult.household_id = key
        adult.save(update_fields=["household"])


def _links_of_others(children: Iterable[UUID]) -> Any:
    return ContactLink.objects.filter(ends_on=None).exclude(child__in=children).values("pk")
