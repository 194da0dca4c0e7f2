"""Say where an adult lives; put an adult back on the record who was ended by mistake."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from children.models import ChildUpdate, Contact, ContactLink, HouseholdMember
from safeguarding.accounts.models import User
from safeguarding.audit.protection import may_view
from safeguarding.exceptions import BadInput, OutOfTurn

from .adults import LINK, linked, others_with
from .recording import GONE, NOTHING, Part, Told, Way, day_of, done_before, keep_update, lock, refuse_stale
from .withheld import refuse_withheld

THERE = "This adult is on the child’s record already."


def lives_of(contact: Contact) -> dict[str, str]:
    """What a page shows of it: the key of the household, or nothing."""
    return {"household": str(contact.household_id or "")}


@transaction.atomic
def set_lives(
    *,
    link: ContactLink,
    home: HouseholdMember | None,
    told: Told,
    by: User,
    seen: str | None = None,
    at: datetime | None = None,
) -> ChildUpdate:
    """The adult lives in a home of the child, or in none. It is so for every child who has the adult.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    others = others_with(link.contact, but=link.child)
    card = lock(link.child, Part.ADULT, by=by, also=others)
    row = linked(card, link)
    contact: Contact = Contact.objects.select_for_update().get(pk=row.contact_id)
    if not may_view(by, contact):
        raise OutOfTurn(GONE)
    refuse_stale(lives_of(contact), seen)
    was, now = contact.household_id, home.household_id if home is not None else None
    if was == now:
        raise BadInput(NOTHING)
    contact.household_id = now
    contact.save(update_fields=["household"])
    changes, day = {"household": (was, now)}, day_of(told, at)
    return keep_update(
        card, Part.ADULT, Way.CHANGED, changes, told=told, by=by, at=at, row=row, on=day, shared_with=others
    )


@transaction.atomic
def restore_adult(*, link: ContactLink, told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """The adult is on the record again from the day after the last one, as if it had not ended: that was a mistake, or
    is over. What ended stays on the record with its day.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where the adult is on it already; `ForALead` where adults of this
    record are hidden from `by`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(link.child, Part.ADULT, by=by)
    refuse_withheld(card, by=by)
    over = ContactLink.objects.filter(pk=link.pk, child=card, ends_on__isnull=False, corrected_at=None)
    row = over.select_related("contact").first()
    if row is None or row.ends_on is None or not may_view(by, row.contact):
        raise OutOfTurn(GONE)
    if ContactLink.objects.filter(child=card, contact=row.contact_id, ends_on=None).exists():
        raise OutOfTurn(THERE)
    day = min(row.ends_on + timedelta(days=1), timezone.localdate(at))
    stands = {name: getattr(row, name) for name in LINK}
    made = ContactLink(school_id=card.school_id, child=card, contact=row.contact, starts_on=day, **stands)
    made.save(force_insert=True)
    changes = {name: ("", value) for name, value in stands.items()}
    return keep_update(card, Part.ADULT, Way.ADDED, changes, told=told, by=by, at=at, row=made, on=day)
