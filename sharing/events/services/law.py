"""Which law and guidance hold at a school, what is still to be confirmed, and how long has a file to follow a child?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import GuidanceEdition, School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import SETTERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.clocks import Due, Unit, count
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.once import once
from sharing.events.models import LawConfirmed, LegalReason, TransferTime
from sharing.events.models.law import TO_BE_CONFIRMED

_MOST = 60
_OBLIGATION = "6(1)(c)"


@dataclass(frozen=True)
class Reason:
    """A legal reason as it stands at a school on a day."""

    row: LegalReason
    confirmed: LawConfirmed | None
    on: date

    @property
    def is_open(self) -> bool:
        """Whether the school has not yet said where it read it, or it does not hold there yet."""
        return _is_open(self.row.to_confirm, self.confirmed, self.on)

    @property
    def kind(self) -> str:
        """What it is called: a duty is called one where it is confirmed, and not before."""
        return TO_BE_CONFIRMED if self.is_open else self.row.get_kind_display()

    @property
    def is_offered(self) -> bool:
        """Whether the school may give it as a reason: what would be a legal obligation only once it was confirmed."""
        return not (self.is_open and self.row.article6.startswith(_OBLIGATION))

    def asks_more_detrimental(self, recipient_kind: str) -> bool:
        """Whether not sharing with such a recipient asks whether sharing would do the child more harm."""
        return self.row.asks_more_detrimental and not self.is_open and recipient_kind in self.row.binds


@dataclass(frozen=True)
class Edition:
    """An edition of guidance as it stands at a school on a day."""

    row: GuidanceEdition
    confirmed: LawConfirmed | None
    on: date

    @property
    def is_open(self) -> bool:
        return _is_open(self.row.to_confirm, self.confirmed, self.on)

    @property
    def from_day(self) -> date | None:
        """From when it holds: as the school read it, where it was to be confirmed."""
        return self.confirmed.from_day if self.confirmed else self.row.from_day


def _is_open(to_confirm: bool, confirmed: LawConfirmed | None, on: date) -> bool:
    return to_confirm and (confirmed is None or confirmed.from_day > on)


def reasons_at(school_id: UUID, on: date) -> list[Reason]:
    """The legal reasons of a day, in their order: two queries."""
    own = _confirmed(school_id)
    return [Reason(row, own.get(code), on) for code, row in laws_on(on).items()]


def laws_on(day: date) -> dict[str, LegalReason]:
    """Code to row of the legal reasons in force on a day, in their order. A decision goes on pointing to the row of its
    own day.
    """
    rows = LegalReason.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
    newest = {row.code: row for row in rows.order_by("valid_from", "pk")}
    return dict(sorted(newest.items(), key=lambda one: one[1].order))


def editions_at(school_id: UUID, on: date) -> list[Edition]:
    """Of each guidance the edition that holds at a school on a day, and after it those that are to be confirmed: two
    queries.
    """
    own = _confirmed(school_id)
    rows = GuidanceEdition.objects.filter(Q(until_day=None) | Q(until_day__gte=on)).order_by("guidance", "edition")
    known = [Edition(row, own.get(row.code), on) for row in rows]
    held = {one.row.guidance: one for one in sorted(known, key=_since) if not one.is_open and _since(one) <= on}
    still_open = [one for one in known if one.is_open]
    return [*held.values(), *still_open]


def _since(edition: Edition) -> date:
    return edition.from_day or date.max


def _confirmed(school_id: UUID) -> dict[str, LawConfirmed]:
    rows = LawConfirmed.objects.filter(school=school_id, ended_at=None).select_related("made_by")
    return once((school_id, "law confirmed"), lambda: {row.code: row for row in rows})


def read_at(school_id: UUID) -> dict[str, date]:
    """Code of what the school has read to the day from which it holds."""
    return {code: row.from_day for code, row in _confirmed(school_id).items()}


def to_confirm() -> dict[str, str]:
    """Code to name of all that a school may say it has read."""
    reasons = LegalReason.objects.filter(to_confirm=True, valid_to=None).order_by("order")
    editions = GuidanceEdition.objects.filter(to_confirm=True).order_by("code")
    named = {row.code: f"{row.title}: {row.law}" for row in reasons}
    return named | {edition.code: edition.named for edition in editions}


def confirm_problems(code: str, read_in: str, from_day: date | None) -> Iterator[tuple[str, str]]:
    """Why this confirms nothing: each a field, and a sentence without its full stop."""
    if code not in to_confirm():
        yield "code", "Choose what you have read"
    if not read_in.strip():
        yield "read_in", "Say where you read it, such as the number of the order or the page of the guidance"
    if from_day is None:
        yield "from_day", "Enter the day from which it is in force"


@transaction.atomic
def confirm_law(
    *,
    school: School,
    token: UUID,
    code: str,
    read_in: str,
    from_day: date,
    by: User,
    at: datetime | None = None,
) -> LawConfirmed:
    """The school says where it read a law or an edition. What it said before of the same one ends. The same form again
    says it once.

    Raises `NotAllowed`, `BadInput`.
    """
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for _, problem in confirm_problems(code, read_in, from_day):
        raise BadInput(f"{problem}.")
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = entry_token(token, code, read_in, from_day)
    if there := LawConfirmed.objects.filter(token=key, school=school).first():
        return there
    if live := LawConfirmed.objects.filter(school=school, code=code, ended_at=None).first():
        _end(live, by=by, at=at)
    made = LawConfirmed.objects.create(
        school=school, token=key, code=code, read_in=read_in.strip(), from_day=from_day, made_at=at, made_by=by
    )
    record(Verb.CONFIRM, made, by=by)
    return made


@transaction.atomic
def take_law_back(*, school: School, code: str, by: User, at: datetime | None = None) -> None:
    """It is to be confirmed again. Raises `NotAllowed`, `OutOfTurn` where the school has confirmed nothing."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    live = LawConfirmed.objects.select_for_update(of=("self",)).filter(school=school, code=code, ended_at=None).first()
    if live is None:
        raise OutOfTurn("This is to be confirmed already.")
    _end(live, by=by, at=at or timezone.now())


def _end(row: LawConfirmed, *, by: User, at: datetime) -> None:
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, row, by=by)


# --- the time of a file


def transfer_time(school_id: UUID, on: date) -> TransferTime:
    """The time that holds at a school on a day: its own, else Harbour's. None holds before `first_day_of_times`."""
    rows = TransferTime.objects.filter(Q(school=school_id) | Q(school=None), from_day__lte=on)
    rows = rows.filter(Q(until_day=None) | Q(until_day__gte=on)).select_related("made_by")
    return rows.order_by(F("school").desc(nulls_last=True), "-from_day")[0]


def first_day_of_times(school_id: UUID) -> date:
    """From when there is a time for sending a file at all."""
    rows = TransferTime.objects.filter(Q(school=school_id) | Q(school=None))
    return rows.order_by("from_day").values_list("from_day", flat=True)[0]


def due_by(time: TransferTime, left_on: date, calendar: SchoolCalendar) -> tuple[Due, Due]:
    """When a file is warned of and due, by the last day of the child here."""
    unit = Unit(time.unit)
    return count(left_on, time.warn_after, unit, calendar), count(left_on, time.amount, unit, calendar)


def time_problems(amount: int | None, warn_after: int | None, unit: str, source: str) -> Iterator[tuple[str, str]]:
    """Why this can be no time: each a field, and a sentence without its full stop."""
    if amount is None or not 1 <= amount <= _MOST:
        yield "amount", f"Give a number from 1 to {_MOST}"
    if warn_after is None or warn_after < 1 or (amount is not None and warn_after > amount):
        yield "warn_after", "Give a number from 1 to the time itself"
    if unit not in (Unit.SCHOOL_DAYS, Unit.DAYS):
        yield "unit", "Choose school days or days"
    if not source.strip():
        yield "source", "Say where this comes from, such as the local procedure or who agreed it"


@transaction.atomic
def set_transfer_time(
    *,
    school: School,
    token: UUID,
    amount: int,
    warn_after: int,
    unit: str,
    source: str,
    by: User,
    at: datetime | None = None,
) -> TransferTime:
    """From today on. The same form again sets it once. Raises `NotAllowed`, `BadInput`."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    for _, problem in time_problems(amount, warn_after, unit, source):
        raise BadInput(f"{problem}.")
    at = at or timezone.now()
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    key = entry_token(token, amount, warn_after, unit, source)
    if there := TransferTime.objects.filter(token=key, school=school).first():
        return there
    _end_time(school, timezone.localdate(at), by=by)
    made = TransferTime.objects.create(
        school=school,
        token=key,
        amount=amount,
        warn_after=warn_after,
        unit=unit,
        from_day=timezone.localdate(at),
        source=source.strip(),
        made_at=at,
        made_by=by,
    )
    record(Verb.CREATE, made, by=by)
    return made


@transaction.atomic
def end_transfer_time(*, school: School, by: User, at: datetime | None = None) -> None:
    """What Harbour brings holds again. Raises `NotAllowed`, `OutOfTurn` where the school has none of its own."""
    ensure(by, Capability.MANAGE_SCHOOL, school.pk, SETTERS)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    if not _end_time(school, timezone.localdate(at or timezone.now()), by=by):
        raise OutOfTurn("The school has no time of its own any more.")


def _end_time(school: School, today: date, *, by: User) -> bool:
    live = TransferTime.objects.select_for_update(of=("self",)).filter(school=school, until_day=None).first()
    if live is None:
        return False
    # One that was set today was never in force.
    live.until_day = today - timedelta(days=1)
    live.save(update_fields=["until_day"])
    record(Verb.WITHDRAW, live, by=by)
    return True
