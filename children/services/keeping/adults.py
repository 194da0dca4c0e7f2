"""Say which adults are around a child: add one, change how one is reached, what one may decide, and end it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from children.facts import Adult
from children.models import (
    Child,
    ChildUpdate,
    Contact,
    ContactLink,
    ContactRestriction,
    HouseholdMember,
    ParentalResponsibility,
)
from children.notice_kinds import ChildNotice
from children.permissions import may_replace_safeguard
from children.services.held import hold_split
from children.services.renaming import BOUND, may_rename
from children.services.unseen import adults_at
from safeguarding.accounts.models import User
from safeguarding.audit.history import record_changes
from safeguarding.audit.protection import may_view
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

from .alike import differing_of, is_hidden
from .ending import end_row, mark_ended
from .for_leads import tell_leads
from .recording import (
    GONE,
    Changes,
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

REACH = ("mobile", "telephone", "email")
PERSON = ("title", "forename", "surname", "organisation", *REACH)
LINK = ("relationship", "order", "is_emergency", "delegated_authority")
# How many figures a number has: a mobile with its network, a telephone without the town up to one with an extension.
_FIGURES = {"mobile": (10, 15), "telephone": (6, 20)}
_LENGTHS = {"relationship": 100, "delegated_authority": 2_000}
WHICH = "The record says something else about this adult. Say whether that is right, or what you typed."
ASK = "This adult is on the record of other children too. Say whether it changes for all of them, or for this child."
RESPONSIBLE = (
    "This adult has parental responsibility for the child. Record first that the responsibility has ended, and how: a "
    "court took it away, the adult is no longer involved, or has died. Then the adult can be ended too."
)


class Responsible(OutOfTurn):
    """The adult has parental responsibility, which ends first (409)."""

    title = "Parental responsibility has not ended"


def person_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with who an adult is and how the adult is reached, by field."""
    found = {
        field.name: f"{str(field.verbose_name).capitalize()} must be {field.max_length} characters or fewer."
        for field in Contact._meta.concrete_fields
        if field.name in values and field.name in PERSON and len(values[field.name]) > (field.max_length or 0)
    }
    if not values["surname"]:
        found["surname"] = "Enter the surname. If the adult has one name, enter it here."
    if values["email"] and "@" not in values["email"]:
        found["email"] = "An e-mail address has an @, like name@example.org."
    for way, (least, most) in _FIGURES.items():
        if values[way] and not least <= sum(letter.isdigit() for letter in values[way]) <= most:
            found[way] = f"A telephone number has {least} to {most} figures, like 07700 900123."
    return found


def link_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what an adult is to the child, by field."""
    found = {
        name: f"This must be {most:,} characters or fewer."
        for name, most in _LENGTHS.items()
        if len(values[name]) > most
    }
    if not 1 <= values["order"] <= 99:
        found["order"] = "The order of call is a number from 1 to 99: 1 is rung first."
    return found


def others_with(contact: Contact, *, but: Child) -> list[UUID]:
    """The other children on whose record the adult is now."""
    rows = ContactLink.objects.filter(contact=contact, ends_on=None).exclude(child=but)
    return list(rows.values_list("child_id", flat=True))


def next_order(child: Child) -> int:
    """The order of call after the last of the adults who are on the child's record now."""
    last = ContactLink.objects.filter(child=child, ends_on=None).aggregate(last=Max("order"))["last"] or 0
    return min(int(last) + 1, 99)


@transaction.atomic
def add_adult(
    *,
    child: Child,
    person: Mapping[str, Any],
    link: Mapping[str, Any],
    same_as: Contact | None = None,
    is_another: bool = False,
    takes_typed: bool | None = None,
    home: HouseholdMember | None = None,
    told: Told,
    by: User,
    at: datetime | None = None,
) -> ChildUpdate:
    """An adult is on the child's record from `told.on` on: `same_as`, whom the school has already, or a new one.

    `person` are the fields of `PERSON`, `link` those of `LINK`; `home` is where the adult lives with the child. Who has
    name and number in common with an adult of the school whom `by` sees is that adult, unless somebody has said that it
    `is_another`. Where an adult who is there is otherwise than `person` and `home` say, `takes_typed` says which is
    right: what was typed, for all children who have the adult, or what the record says. Raises `NotAllowed`,
    `BadInput`, `OutOfTurn`; `ForALead` where adults of this record are hidden from `by`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    others = others_with(same_as, but=child) if same_as is not None and takes_typed else []
    card = lock(child, Part.ADULT, by=by, also=others)
    refuse_withheld(card, by=by)
    given, who = _tidy(link), _tidy(person)
    refuse(link_problems(given))
    if same_as is not None and not may_view(by, same_as):
        raise OutOfTurn(GONE)
    contact = same_as or _known(card, who, is_another=is_another, by=by) or _made(card, who, by=by, at=at)
    if ContactLink.objects.filter(child=card, contact=contact, ends_on=None).exists():
        raise BadInput(f"{contact.full_name} is on the child’s record already. Change what is wrong there.")
    differs = differing_of(contact, who, home)
    if differs and takes_typed is None:
        raise BadInput(WHICH)
    day = day_of(told, at)
    made = ContactLink(school_id=card.school_id, child=card, contact=contact, starts_on=day, **given)
    made.save(force_insert=True)
    if differs and takes_typed:
        refuse(of_changed(person_problems(who), differs))
        _write(contact, {name: values for name, values in differs.items() if name in PERSON}, by=by)
        also = others_with(contact, but=card)
        once = replace(told, token=None)
        keep_update(card, Part.ADULT, Way.CHANGED, differs, told=once, by=by, at=at, row=made, on=day, shared_with=also)
    if home is not None and (takes_typed or contact.household_id is None):
        contact.household_id = home.household_id
        contact.save(update_fields=["household"])
    changes = {name: ("", value) for name, value in given.items()}
    return keep_update(card, Part.ADULT, Way.ADDED, changes, told=told, by=by, at=at, row=made, on=day)


@transaction.atomic
def change_adult(
    *,
    link: ContactLink,
    values: Mapping[str, Any],
    for_all: bool | None,
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """Change who the adult is or how the adult is reached: for all children, or for this one, who then has an adult of
    its own.

    `for_all` may be None where no other child has the adult. Raises `NotAllowed`, `BadInput`, `ChangedSince`,
    `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(link.child, Part.ADULT, by=by, also=others_with(link.contact, but=link.child))
    row = linked(card, link)
    contact: Contact = Contact.objects.select_for_update().get(pk=row.contact_id)
    if not may_view(by, contact):
        raise OutOfTurn(GONE)
    was = {name: getattr(contact, name) for name in PERSON}
    refuse_stale(was, seen)
    now = _tidy(values)
    changes = differing(was, now)
    refuse(of_changed(person_problems(now), changes))
    others = others_with(contact, but=card)
    if others and for_all is None:
        raise BadInput(ASK)
    if others and not for_all:
        _refuse_another(card, contact, now, by=by)
        row = _split_off(card, row, contact, now, told=told, at=at)
    else:
        _write(contact, changes, by=by)
    return keep_update(
        card,
        Part.ADULT,
        Way.CHANGED,
        changes,
        told=told,
        by=by,
        at=at,
        row=row,
        on=day_of(told, at),
        shared_with=others if for_all else (),
    )


@transaction.atomic
def change_link(
    *,
    link: ContactLink,
    values: Mapping[str, Any],
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """Change what the adult is to this child: relationship, order of call, emergency, what the adult may decide.

    Other words about what the adult may decide begin a new row; those of before stay in the one that ends. Raises
    `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(link.child, Part.ADULT, by=by)
    row = linked(card, link)
    was = {name: getattr(row, name) for name in LINK}
    refuse_stale(was, seen)
    now = _tidy(values)
    changes = differing(was, now)
    refuse(link_problems(now))
    if "delegated_authority" in changes and was["delegated_authority"]:
        row = _next_row(card, row, row.contact, now, told=told, at=at)
    else:
        for name in changes:
            setattr(row, name, now[name])
        row.save(update_fields=list(changes))
    on = day_of(told, at)
    return keep_update(card, Part.ADULT, Way.CHANGED, changes, told=told, by=by, at=at, row=row, on=on)


def end_adult(
    *, link: ContactLink, is_correction: bool, told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """The adult is around the child no more, or never was.

    Raises `OutOfTurn` while the adult has parental responsibility: that ends by itself, by who may say so.
    `NotAllowed`, `BadInput`.
    """

    def is_free(row: ContactLink) -> None:
        said = ParentalResponsibility.objects.filter(child=row.child_id, contact=row.contact_id)
        if said.filter(held=True, ends_on=None).exists():
            raise Responsible(RESPONSIBLE)

    return end_row(link, Part.ADULT, is_correction=is_correction, told=told, by=by, at=at, before=is_free)


def _tidy(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if name == "delegated_authority" else tidy(value) for name, value in values.items()}


def _identity(values: Mapping[str, Any]) -> str:
    return Adult(**{name: values[name] for name in ("title", "forename", "surname", *REACH)}).identity


def _free_identity(school_id: UUID, values: Mapping[str, Any], *, but: UUID | None = None) -> str:
    """The identity of an adult; none where another adult has it, who is told apart by the key alone."""
    identity = _identity(values)
    taken = set(adults_at(school_id, [identity] if identity else []).values()) - {but}
    return "" if taken else identity


def _known(card: Child, given: dict[str, Any], *, is_another: bool, by: User) -> Contact | None:
    """The adult of the school whom `by` sees with this name and number, unless somebody has said that it is another."""
    identity = "" if is_another else _identity(given)
    for key in adults_at(card.school_id, [identity] if identity else []).values():
        if may_view(by, Contact(pk=key, school_id=card.school_id)):
            return Contact.objects.get(pk=key)  # type: ignore[no-any-return]
    return None


def _made(card: Child, given: dict[str, Any], *, by: User, at: datetime) -> Contact:
    """A new adult. Nobody learns of a hidden one by entering them: there is another, told apart by the key alone, and
    the leads are notified.
    """
    refuse(person_problems(given))
    if is_hidden(card, given, _identity(given), by=by):
        kind = ChildNotice.ENTERED_AGAIN
        tell_leads(school_id=card.school_id, children=[card.pk], by=by, kind=kind, purpose=kind.value, at=at)
    made = Contact(school_id=card.school_id, identity=_free_identity(card.school_id, given), **given)
    made.save(force_insert=True)
    return made


def _write(contact: Contact, changes: Changes, *, by: User) -> None:
    """Write it for every child who has the adult. Raises `NotAllowed` for a name under which something stands."""
    if {"forename", "surname"} & changes.keys() and not may_rename(contact.pk, by=by.pk):
        raise NotAllowed(BOUND)
    for name, (_, value) in changes.items():
        setattr(contact, name, value)
    now = {name: getattr(contact, name) for name in PERSON}
    contact.identity = _free_identity(contact.school_id, now, but=contact.pk)
    contact.save(update_fields=[*changes, "identity"])


def linked(card: Child, link: ContactLink) -> ContactLink:
    """The row, locked, as long as it has not ended. Raises `OutOfTurn`."""
    row: ContactLink | None = (
        ContactLink.objects.select_for_update().filter(pk=link.pk, child=card, ends_on=None).first()
    )
    if row is None:
        raise OutOfTurn(GONE)
    return row


def _next_row(
    card: Child, row: ContactLink, contact: Contact, now: Mapping[str, Any], *, told: Told, at: datetime
) -> ContactLink:
    """The row ends, and another begins with what is true now."""
    mark_ended(row, is_correction=False, told=told, at=at)
    made = ContactLink(school_id=card.school_id, child=card, contact=contact, starts_on=row.ends_on, **now)
    made.save(force_insert=True)
    return made


def _refuse_another(card: Child, contact: Contact, now: Mapping[str, Any], *, by: User) -> None:
    """An order and responsibility go along to an adult of the same name. To another they are re-aimed, which is for who
    may change them.
    """
    if (contact.forename, contact.surname) == (now["forename"], now["surname"]):
        return
    for model in (ParentalResponsibility, ContactRestriction):
        for row in model.objects.filter(child=card, contact=contact):
            if not may_replace_safeguard(by, row):
                raise NotAllowed(BOUND)


def _split_off(
    card: Child, row: ContactLink, contact: Contact, now: dict[str, Any], *, told: Told, at: datetime
) -> ContactLink:
    """This child has an adult of its own from now on; what is known of responsibility and orders goes along."""
    own = Contact(
        school_id=card.school_id,
        identity=_free_identity(card.school_id, now),
        household_id=contact.household_id,
        **now,
    )
    own.save(force_insert=True)
    hold_split(child=card, contact=contact, own=own)
    made = _next_row(card, row, own, {name: getattr(row, name) for name in LINK}, told=told, at=at)
    for model in (ParentalResponsibility, ContactRestriction):
        rows = model.objects.filter(child=card, contact=contact)
        # First the history: the guard of these tables asks for it.
        record_changes(model, {key: {"contact": (contact.pk, own.pk)} for key in rows.values_list("pk", flat=True)})
        rows.update(contact=own)
    return made
