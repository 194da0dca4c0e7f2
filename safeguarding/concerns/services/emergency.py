"""Make the sheet for when nothing works: who must not collect which child, whom to ring. And say when it is true no
more.

What stands on it is what its maker may see: a child who is hidden from them is not on it. The worker, who sees every
row, says so to their colleagues; to the maker nothing tells of it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from children.before_acting import Line, lines_of, without_homes
from children.models import Child, ChildDetail, ConfidentialAddress, Contact, ContactLink, ContactRestriction
from children.secret import ADDRESS_IS_SECRET
from children.social_workers import IS_SOCIAL_WORKER
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure, people_with
from safeguarding.accounts.roles import Capability, only_they
from safeguarding.accounts.services import call_order, settle_notices, tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import EmergencySheet, ReferenceCounter
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.numbering import next_number
from safeguarding.exceptions import BadInput, OutOfTurn

See = Callable[[type[Model]], QuerySet[Any]]
MANAGERS = only_they(Capability.MANAGE_SCHOOL, "make the emergency sheet, and say who holds it")


@dataclass(frozen=True)
class Warned:
    """A child of whom something must be known before anybody acts, and what."""

    child: str
    class_name: str
    lines: list[Line]


@dataclass(frozen=True)
class Number:
    """Somebody to ring: who, for whom or as what, and the numbers."""

    name: str
    what: str
    numbers: str


@dataclass(frozen=True)
class Facts:
    """Everything that stands on the sheet, in its order."""

    warnings: list[Warned]
    social_workers: list[Number]
    leads: list[Number]
    others: list[Number]
    # The children who are on it.
    about: list[str]

    @property
    def digest(self) -> str:
        """The same for the same facts."""
        words = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return salted_hmac(__name__, words, algorithm="sha256").hexdigest()


def facts_of(school: School, see: See, *, today: date) -> Facts:
    """What stands on the sheet of a school, as far as `see` shows the children."""
    cards = {child.pk: child for child in see(Child).filter(school=school, left_on=None)}
    # The worker sees what was corrected, too.
    stand = see(ContactRestriction).filter(school=school, child__in=cards, corrected_at=None)
    orders = list(
        stand.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today).order_by("starts_on", "pk")
    )
    secret = see(ConfidentialAddress).filter(school=school, child__in=cards, corrected_at=None, ended_at=None)
    addresses = list(secret.order_by("starts_on", "pk"))
    homes = set(see(ChildDetail).filter(ADDRESS_IS_SECRET, child__in=cards).values_list("pk", flat=True))
    links = see(ContactLink).filter(IS_SOCIAL_WORKER, school=school, child__in=cards)
    workers = list(links.order_by("order", "pk"))
    adults = see(Contact).in_bulk({one.contact_id for one in (*orders, *workers) if one.contact_id})
    return Facts(
        warnings=_warnings(cards, addresses, homes, orders, adults),
        social_workers=sorted(
            (
                Number(_name(adult), f"for {cards[link.child_id].full_name}", _numbers(adult.mobile, adult.telephone))
                for link in workers
                if (adult := adults.get(link.contact_id))
            ),
            key=lambda n: (n.what, n.name),
        ),
        leads=[
            Number(one.name, one.role, f"extension {one.extension}" if one.extension else "no extension is known")
            for one in call_order(school.pk, on=today)
        ],
        others=[
            Number(name, what, number)
            for name, what, number in (
                ("The school", "main number", school.telephone),
                ("Children’s social care", "daytime", school.social_care_day),
                ("Children’s social care", "nights and weekends", school.social_care_night),
            )
            if number
        ],
        about=sorted({*map(str, homes), *(str(one.child_id) for one in (*addresses, *orders, *workers))}),
    )


def _warnings(
    cards: Mapping[UUID, Child],
    addresses: Sequence[ConfidentialAddress],
    homes: set[UUID],
    orders: Sequence[ContactRestriction],
    adults: Mapping[UUID, Contact],
) -> list[Warned]:
    """`homes`: the children who live where nobody may be told."""
    secret: dict[UUID, list[ConfidentialAddress]] = {}
    binding: dict[UUID, list[ContactRestriction]] = {}
    for address in addresses:
        secret.setdefault(address.child_id, []).append(address)
    for order in orders:
        # Somebody whom the maker does not see is not named.
        order.contact = adults.get(order.contact_id) if order.contact_id else None
        binding.setdefault(order.child_id, []).append(order)
    keys = homes | secret.keys() | binding.keys()
    children = sorted((cards[key] for key in keys), key=lambda one: (one.sort_name, one.pk))
    each = (
        lines_of(one, secret.get(one.pk, ()), binding.get(one.pk, ()), in_secret_home=one.pk in homes)
        for one in children
    )
    lines = without_homes([line for some in each for line in some])
    return [
        Warned(
            one.full_name,
            one.class_name,
            [line for line in lines if line.child == str(one.pk)],
        )
        for one in children
    ]


def _name(adult: Contact) -> str:
    return f"{adult.full_name}, {adult.organisation}" if adult.organisation else adult.full_name


def _numbers(*numbers: str) -> str:
    return ", ".join(filter(None, numbers)) or "no number is known"


@transaction.atomic
def make_sheet(
    *,
    school: School,
    token: UUID,
    form: str,
    holder: str,
    place: str,
    envelope: str,
    facts: Facts,
    by: User,
    at: datetime | None = None,
) -> EmergencySheet:
    """A sheet of these facts is made for a holder. The same `token` again returns the one that is there.

    Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, MANAGERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if (there := EmergencySheet.objects.filter(token=token).first()) is not None:
        return there
    if not (holder.strip() and place.strip()):
        raise BadInput("Say who holds the sheet, and where it is kept.")
    at = at or timezone.now()
    year = timezone.localdate(at).year
    made = EmergencySheet(
        school=school,
        token=token,
        year=year,
        number=next_number(school.pk, year, ReferenceCounter.Kind.SHEET),
        form=form,
        holder=holder.strip(),
        place=place.strip(),
        envelope=envelope.strip(),
        made_at=at,
        made_by=by,
        digest=facts.digest,
    )
    made.save(force_insert=True)
    record(Verb.CREATE, made, by=by, purpose=form)
    return made


@transaction.atomic
def destroy_sheet(*, sheet: EmergencySheet, by: User, at: datetime | None = None) -> EmergencySheet:
    """Its holder has destroyed it, or sent it back and it was. Raises `NotAllowed`, `OutOfTurn` the second time."""
    ensure(by, Capability.MANAGE_SCHOOL, sheet.school_id, MANAGERS)
    at = at or timezone.now()
    locked = EmergencySheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if locked.destroyed_at is not None:
        raise OutOfTurn("A colleague has written down already that this sheet is destroyed.")
    locked.destroyed_at, locked.destroyed_by = at, by
    locked.save(update_fields=["destroyed_at", "destroyed_by"])
    record(Verb.WITHDRAW, locked, by=by, purpose="destroyed")
    settle_notices(object_id=locked.pk, kinds=(ConcernNotice.SHEET,), by=by, at=at)
    return locked


@system_task("sheets")
def check_sheets(*, at: datetime | None = None) -> int:
    """Look whether each sheet that somebody holds is still true, and whole. By the worker, which sees every row.

    Returns how many were found out of date now; those who make sheets are told, once for each.
    """
    at, stale = at or timezone.now(), 0
    today = timezone.localdate(at)
    held = EmergencySheet.objects.filter(destroyed_at=None, stale_at=None).select_for_update(of=("self",))

    @cache
    def digest(school: School, maker: User | None) -> str:
        return facts_of(school, seen_by(maker) if maker else _every_row, today=today).digest

    for sheet in held.select_related("school", "made_by"):
        now = digest(sheet.school, sheet.made_by)
        lacks, changed = now != digest(sheet.school, None), now != sheet.digest
        if lacks == sheet.lacks_something and not changed:
            continue
        sheet.lacks_something, sheet.stale_at = lacks, at if changed else None
        sheet.save(update_fields=["lacks_something", "stale_at"])
        if changed:
            stale += 1
            _tell(sheet, at)
            record(Verb.VERIFY, sheet, purpose="out of date")
        else:
            # Of no school: its maker reads the log of the school, and would know that somebody is hidden from them.
            record(Verb.VERIFY, object_type=sheet._meta.label_lower, object_id=sheet.pk, purpose="compared")
    return stale


def _every_row(model: type[Model]) -> QuerySet[Any]:
    return model._default_manager.all()


def seen_by(person: User) -> See:
    """What somebody may see of each model, whoever asks: for the worker and the practice school."""
    return lambda model: model._default_manager.all().visible_to(person)  # type: ignore[attr-defined, no-any-return]


def _tell(sheet: EmergencySheet, at: datetime) -> None:
    tell(
        people=people_with(Capability.MANAGE_SCHOOL, sheet.school_id, timezone.localdate(at)),
        school_id=sheet.school_id,
        kind=ConcernNotice.SHEET,
        object_type="emergency_sheet",
        object_id=sheet.pk,
        at=at,
    )
