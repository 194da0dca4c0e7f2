"""Who handles, prepares, reviews and approves a case? Named and ended, never changed."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.second_person import RULES
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known, known_of
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.models import RequestRole, RightsRequest
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import ensure_handles

from . import documents
from .locking import OVER, ensure_at_work, lock, tell_some
from .worker import ask_to_settle

P = RequestRole.Part
# They keep an answer apart from who approves it.
_WORKS = (P.PREPARER, P.REVIEWER)
_PREPARES = ("lead", "acting_lead", "trust_lead", "headteacher")


def people_for(case: RightsRequest, part: str) -> list[User]:
    """Who may be named for a part today, in the order in which they are offered. Nobody from whom the child is hidden,
    and nobody who has a part that this one excludes.
    """
    found = list({one.pk: one for one in _by_role(case, part, timezone.localdate())}.values())
    taken = _others(case, part)
    seen = _may_be_named(case, found)
    return [one for one in found if one.pk not in taken and one.pk in seen and not _is_kept_from(case, part, one)]


def _by_role(case: RightsRequest, part: str, on: date) -> Iterator[User]:
    school = case.school_id
    if part == P.HANDLER:
        yield from people_with(C.HANDLE_REQUESTS, school, on)
    elif part == P.REVIEWER:
        yield from people_with(C.REVIEW_REQUESTS, school, on)
    else:
        rule = RULES["release"]
        order = _PREPARES if part == P.PREPARER else (*rule.usual, *rule.fallback)
        held = RoleAssignment.objects.filter(live(on), school_id=school, role_key__in=order, user__is_active=True)
        yield from (
            one.user
            for one in sorted(
                held.select_related("user"), key=lambda one: (order.index(one.role_key), one.call_order, one.user_id)
            )
        )


def _others(case: RightsRequest, part: str) -> set[UUID]:
    """People with a part that excludes this one: nobody approves what they prepared, reviewed or decided."""
    if part == P.APPROVER:
        # Whoever asks does not see all of them: some were named by Harbour.
        return set(known_of("who_decided_request", case.pk))
    if part not in _WORKS:
        return set()
    rows = RequestRole.objects.filter(case=case, ended_at=None, part=P.APPROVER)
    return set(rows.values_list("user_id", flat=True))


def _may_be_named(case: RightsRequest, people: list[User]) -> set[UUID]:
    """Of these who would see the child of the case: nobody works on a request about a child hidden from them."""
    keys = [one.pk for one in people]
    if case.child is None or not keys:
        return set(keys)
    hidden = {one for one in keys if case.child_id in known("hidden_children", one)}
    return set(keys) - hidden


def _is_kept_from(case: RightsRequest, part: str, user: User) -> bool:
    """Whether an item of the case is hidden from who would approve it; it is not said that this is why."""
    return part == P.APPROVER and bool(known_of("items_hidden_from", case.pk, str(user.pk)))


@transaction.atomic
def name(case: RightsRequest, *, by: User, user: User, part: str, at: datetime | None = None) -> RequestRole:
    """Somebody has this part from now on. Named again, nothing changes.

    Raises `NotAllowed`; `BadInput` for who may not have it; `OutOfTurn` where somebody else has it, or the case is not
    at work.
    """
    ensure_handles(by, case)
    held = lock(case.pk)
    ensure_at_work(held)
    live_rows = RequestRole.objects.filter(case=held, part=part, ended_at=None)
    if there := live_rows.filter(user=user).first():
        return there
    if part != P.REVIEWER and live_rows.exists():
        raise OutOfTurn("Somebody else has this part. Replace them instead.")
    at = at or timezone.now()
    try:
        with transaction.atomic():
            return _named(held, user, part, by=by, at=at)
    except IntegrityError:
        # Harbour has named them as a reviewer already, of which nobody else knows.
        return RequestRole(case=held, school_id=held.school_id, user=user, part=part, named_at=at, named_by=by)


def _named(case: RightsRequest, user: User, part: str, *, by: User, at: datetime) -> RequestRole:
    if part == P.APPROVER and user.pk == by.pk:
        raise BadInput("Nobody names themselves to approve. Ask a colleague who handles requests to name you.")
    if user.pk not in {one.pk for one in people_for(case, part)}:
        raise BadInput(f"{user.full_name} cannot be named for this. Choose one of those who are offered.")
    made = give(case, user, part, by=by, at=at)
    if part in (P.PREPARER, P.APPROVER):
        # Who prepares or approves is another one: what was prepared or approved is not any more.
        documents.changed(case, by=by)
    _ring(case, part)
    tell_some(case, RequestNotice.NAMED, [user], at=at, but=by)
    return made


def _ring(case: RightsRequest, part: str) -> None:
    """Who prepares or reviews is another one: the worker gives each item a reviewer who may see it."""
    if part in _WORKS:
        ask_to_settle(case.pk)


def give(case: RightsRequest, user: User, part: str, *, by: User | None, at: datetime) -> RequestRole:
    """The row of a part, whoever has asked: for services that know who may have it."""
    made = RequestRole(case=case, school_id=case.school_id, user=user, part=part, named_at=at, named_by=by)
    made.save(force_insert=True)
    record(Verb.ASSIGN, case, by=by, purpose=str(part))
    return made


@transaction.atomic
def end(role: RequestRole, *, by: User, at: datetime | None = None) -> RequestRole:
    """Somebody has this part no more. Raises `NotAllowed`; `OutOfTurn` where it ended, or there is still to review."""
    case = lock(role.case_id)
    ensure_handles(by, case)
    if not case.is_open:
        raise OutOfTurn(OVER)
    return _ended(role, case, by=by, at=at or timezone.now())


def _ended(role: RequestRole, case: RightsRequest, *, by: User, at: datetime) -> RequestRole:
    row = RequestRole.objects.select_for_update(of=("self",)).get(pk=role.pk)
    if row.ended_at is not None:
        raise OutOfTurn("This has ended already. Open the request again to see who does what.")
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    record(Verb.WITHDRAW, case, by=by, purpose=row.part)
    if row.part in (P.PREPARER, P.APPROVER):
        documents.changed(case, by=by)
    _ring(case, row.part)
    return row


@transaction.atomic
def replace(
    case: RightsRequest, *, by: User, part: str, user: User, former: User | None = None, at: datetime | None = None
) -> RequestRole:
    """Somebody else has this part, in one step. `former`: which reviewer, where there are several. The worker gives the
    items that they had to who may see what each was copied from.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    ensure_handles(by, case)
    held = lock(case.pk)
    ensure_at_work(held)
    rows = RequestRole.objects.filter(case=held, part=part, ended_at=None)
    if former is not None:
        rows = rows.filter(user=former)
    for row in rows:
        if row.user_id == user.pk:
            return row
        _ended(row, held, by=by, at=at)
    return _named(held, user, part, by=by, at=at)


def offered_to_approve(case: RightsRequest) -> list[User]:
    """Who may approve by their role, as its preparer is told. Who of them reviews something, or from whom something is
    hidden, is not left out: their absence would say so.
    """
    everybody = {one.pk: one for one in _by_role(case, P.APPROVER, timezone.localdate())}
    preparers = {one.pk for one in who_has(case, P.PREPARER)}
    return [one for key, one in everybody.items() if key not in preparers]


def who_has(case: RightsRequest, *parts: str) -> list[User]:
    """Who has one of these parts now."""
    rows = RequestRole.objects.filter(case=case, part__in=parts, ended_at=None).select_related("user")
    return list({row.user_id: row.user for row in rows.order_by("named_at", "pk")}.values())
