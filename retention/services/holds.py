"""Hold records, so that nothing destroys them; and lift a hold, by two people.

A hold binds at once, whichever of those who may sets it: it protects. It waits at the school's gate for a destruction
that begins in the same moment, so that one of the two comes first (`RetentionGate`).
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from children.models import Child
from retention.capabilities import RetentionCapability as C
from retention.models import LegalHold, RetentionGate
from retention.notice_kinds import RetentionNotice
from retention.subjects import whose
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure, may
from safeguarding.accounts.roles import only_they
from safeguarding.accounts.services import settle_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.clocks import add_months
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token, uuid7
from safeguarding.locks import patiently
from safeguarding.prepared import prepared
from safeguarding.sealing.services.keeping import make
from safeguarding.sealing.subjects import kind_of

from .one_record import OneRecord, adults_held_by, begun_to_end, may_hold
from .telling import tell_of_hold

_S = LegalHold.Scope
SETTERS = only_they(C.SET_HOLDS)
SCHOOL_SETTERS = only_they(C.HOLD_SCHOOL)
ADULT_SETTERS = "Only whoever decides or approves the end of a concern about an adult holds it, or lifts a hold on it."
_ENDING = "This record is being destroyed. It cannot be held any more."
_FURTHEST = 5
_MOVED_ON = "This hold has been dealt with already. Open it again to see how it stands."


def may_change(user: User, hold: LegalHold) -> bool:
    """Whether the person sets and lifts holds such as this one."""
    if hold.is_about_adults:
        return hold.record_key in adults_held_by(user)
    return may(user, C.HOLD_SCHOOL if hold.scope == _S.SCHOOL else C.SET_HOLDS, hold.school_id)


def holding(child: Child, rows: QuerySet[LegalHold]) -> QuerySet[LegalHold]:
    """Of these, the holds that keep a child's record, also on the school, the family, who shares a concern, or one
    record that would go with it, and those on the child that were lifted.
    """
    keys = RawSQL(
        "SELECT row_key FROM rules.keeps_hold(ARRAY[%s::uuid]) UNION "
        "SELECT row_key FROM rules.keeps_record_hold(ARRAY[%s::uuid])",
        [child.pk, child.pk],
    )
    return rows.filter(Q(pk__in=keys) | Q(child=child))


def hold_problems(
    *,
    scope: str,
    kind: str,
    child: Child | None,
    reason: str,
    review_on: date | None,
    today: date,
    one: OneRecord | None = None,
) -> dict[str, str]:
    """Field to sentence, without its full stop. Empty when the hold can be set."""
    found = {}
    if scope not in _S:
        found["scope"] = "Choose what is held"
    elif scope == _S.RECORD and one is None:
        found["scope"] = "Open the record that is held"
    elif scope in (_S.CHILD, _S.FAMILY) and child is None:
        found["scope"] = "Open the record of the child that is held"
    if kind not in LegalHold.Kind:
        found["kind"] = "Choose why it is held"
    if not reason.strip():
        found["reason"] = "Say why, in words that somebody will understand in ten years"
    if problem := review_problem(review_on, today):
        found["review_on"] = problem
    return found


def review_problem(review_on: date | None, today: date) -> str:
    """What is wrong with the day on which somebody looks at a hold again, without its full stop; empty if nothing."""
    if review_on is None or review_on <= today:
        return "Enter a day after today on which somebody looks at this hold again"
    return "Enter a day at most five years ahead" if review_on > add_months(today, 12 * _FURTHEST) else ""


@transaction.atomic
def set_hold(
    *,
    school: School,
    token: UUID,
    scope: str,
    kind: str,
    reason: str,
    review_on: date | None,
    by: User,
    child: Child | None = None,
    one: OneRecord | None = None,
    authority: str = "",
    for_headteacher: bool = False,
    at: datetime | None = None,
) -> LegalHold:
    """Hold the records of a child, of a family, of the school, or `one` record, from now on. The same form again is
    one hold.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where its destruction has begun while this was waiting.
    """
    child = child if scope in (_S.CHILD, _S.FAMILY) else None
    one = one if scope == _S.RECORD else None
    _ensure_may_set(by, scope, school.pk, child, one)
    now = at or timezone.now()
    problems = hold_problems(
        scope=scope, kind=kind, child=child, one=one, reason=reason, review_on=review_on, today=timezone.localdate(now)
    )
    if problems or review_on is None:
        raise BadInput(f"{next(iter(problems.values()))}.")
    _close_the_gate(school)
    _ensure_not_ending(by, child, one)
    of = child.pk if child else one.key if one else ""
    key = entry_token(token, scope, kind, of, reason, authority, review_on, for_headteacher)
    year = timezone.localdate(now).year
    [(last, there)] = prepared("SELECT * FROM rules.holds_numbered(%s, %s, %s)", [school.pk, year, key])
    made = LegalHold(
        id=there or uuid7(),
        school=school,
        year=year,
        number=last + 1,
        scope=scope,
        kind=kind,
        readers=LegalHold.Readers.HEADTEACHER if for_headteacher else LegalHold.Readers.LEADS,
        authority=authority.strip(),
        reason=reason.strip(),
        review_on=review_on,
        token=key,
        set_at=now,
        set_by=by,
        child=child,
    )
    _name_record(made, one)
    if there:
        # Whoever set it may not see it, where it is for the Headteacher alone.
        return LegalHold.objects.filter(pk=there).first() or made
    return _keep(made, by, now)


def _ensure_may_set(by: User, scope: str, school_id: UUID, child: Child | None, one: OneRecord | None) -> None:
    """Raise `NotAllowed` unless the person sets holds of this scope at the school, on this child or this record."""
    if one is None:
        ensure(by, *_by_role(scope, school_id))
    elif one.school_id != school_id or not may_hold(by, one):
        raise NotAllowed(ADULT_SETTERS if one.is_about_adults else "You may not hold this record.")
    if child is not None and (child.school_id != school_id or not may_view(by, child)):
        raise NotAllowed("You may not hold the records of this child.")


def _ensure_not_ending(by: User, child: Child | None, one: OneRecord | None) -> None:
    """Raise `OutOfTurn` where its destruction began before the gate was closed."""
    if child is not None and not may_view(by, child):
        raise OutOfTurn(_ENDING)
    if one is not None and (begun_to_end(one) or not may_hold(by, one)):
        raise OutOfTurn(_ENDING)


def _name_record(made: LegalHold, one: OneRecord | None) -> None:
    """Say of a hold which record it holds. One on a concern about an adult has no number, which would tell of it, and
    is seen by those alone who decide or approve its end.
    """
    if one is None:
        return
    made.record_kind, made.record_key, made.child_id = one.kind.key, one.key, one.child_id
    if one.is_about_adults:
        made.number, made.readers = None, LegalHold.Readers.ADULTS


def _keep(made: LegalHold, by: User, at: datetime) -> LegalHold:
    # For the child alone, where it holds one, or a record of one: its words end with the child's key.
    make(kind_of(LegalHold), {made.pk: [whose(made.child_id, made.school_id)]})
    made.save(force_insert=True)
    record(RetentionVerb.HOLD_RECORD, made, by=by)
    tell_of_hold(made, RetentionNotice.HOLD_SET, but=by, at=at)
    return made


@transaction.atomic
def set_review(
    *, hold: LegalHold, seen: int, review_on: date | None, by: User, at: datetime | None = None
) -> LegalHold:
    """Look at it again on another day. Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`."""
    now = _locked(hold, by, seen)
    today = timezone.localdate(at or timezone.now())
    if (problem := review_problem(review_on, today)) or review_on is None:
        raise BadInput(f"{problem}.")
    now.review_on = review_on
    return _saved(now, Verb.CHANGE, by, "review_on")


@transaction.atomic
def ask_to_lift(
    *, hold: LegalHold, seen: int, token: UUID, reason: str, by: User, at: datetime | None = None
) -> LegalHold:
    """The first of two people says that it can be lifted, and why. Until the second agrees it binds.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`, `ChangedSince`.
    """
    if LegalHold.objects.filter(pk=hold.pk, lift_token=token, lift_asked_by=by).exists():
        return LegalHold.objects.get(pk=hold.pk)
    now = _locked(hold, by, seen)
    if now.lift_asked_at is not None:
        raise OutOfTurn("Somebody has asked to lift it already. A second person lifts it.")
    if not reason.strip():
        raise BadInput("Say why it can be lifted.")
    now.lift_token, now.lift_reason, now.lift_asked_by = token, reason.strip(), by
    now.lift_asked_at = at or timezone.now()
    tell_of_hold(now, RetentionNotice.LIFT_ASKED, but=by, at=now.lift_asked_at)
    return _saved(now, Verb.ASK, by, "lift_token", "lift_reason", "lift_asked_by", "lift_asked_at")


@transaction.atomic
def keep_hold(*, hold: LegalHold, seen: int, by: User) -> LegalHold:
    """It is not lifted: whoever asked takes it back, or the second person says no.

    Raises `NotAllowed`, `OutOfTurn`, `ChangedSince`.
    """
    now = _locked(hold, by, seen)
    if now.lift_asked_at is None:
        raise OutOfTurn(_MOVED_ON)
    now.lift_token = now.lift_asked_at = now.lift_asked_by = None
    now.lift_reason = ""
    _settle(now, by, timezone.now())
    return _saved(now, Verb.WITHDRAW, by, "lift_token", "lift_asked_at", "lift_asked_by", "lift_reason")


@transaction.atomic
def lift_hold(*, hold: LegalHold, seen: int, by: User, at: datetime | None = None) -> LegalHold:
    """The second of two people lifts it. Raises `NotAllowed`, `OutOfTurn`, `ChangedSince`."""
    now = _locked(hold, by, seen)
    if now.lift_asked_at is None:
        raise OutOfTurn("Nobody has asked to lift it yet.")
    if now.lift_asked_by_id == by.pk:
        raise NotAllowed("You asked to lift this hold. Somebody else lifts it.")
    now.lifted_at, now.lifted_by = at or timezone.now(), by
    _settle(now, by, now.lifted_at)
    return _saved(now, RetentionVerb.LIFT_HOLD, by, "lifted_at", "lifted_by")


def _settle(hold: LegalHold, by: User, at: datetime) -> None:
    """Nobody is waited for any more."""
    settle_notices(object_id=hold.pk, kinds=[RetentionNotice.LIFT_ASKED], by=by, at=at)


def _by_role(scope: str, school_id: UUID) -> tuple[C, UUID, str]:
    """Which capability sets and lifts holds of this scope, where, and what others read."""
    if scope == _S.SCHOOL:
        return C.HOLD_SCHOOL, school_id, SCHOOL_SETTERS
    return C.SET_HOLDS, school_id, SETTERS


def ensure_changes(by: User, hold: LegalHold) -> None:
    """Raise `NotAllowed` unless `by` sets and lifts holds such as this one."""
    if not may_change(by, hold):
        raise NotAllowed(ADULT_SETTERS if hold.is_about_adults else _by_role(hold.scope, hold.school_id)[2])


def _close_the_gate(school: School) -> None:
    """Nothing of the school begins to be destroyed until this transaction has ended."""
    with patiently():
        RetentionGate.objects.get_or_create(school=school)
        RetentionGate.objects.select_for_update(of=("self",)).get(school=school)


def _locked(hold: LegalHold, by: User, seen: int) -> LegalHold:
    ensure_changes(by, hold)
    if not may_view(by, hold):
        raise NotAllowed("You may not see this hold.")
    now = LegalHold.objects.select_for_update(of=("self",)).get(pk=hold.pk)
    if now.lifted_at is not None:
        raise OutOfTurn(_MOVED_ON)
    if now.revision != seen:
        raise ChangedSince("Somebody changed this hold since you opened it. See how it stands now.")
    return now


def _saved(hold: LegalHold, verb: Verb | RetentionVerb, by: User, *fields: str) -> LegalHold:
    hold.revision += 1
    hold.save(update_fields=[*fields, "revision"])
    record(verb, hold, by=by)
    return hold
