"""The safeguarding lead is away: who acts instead, until when, and what moves to them? And the lead is back.

The acting lead holds a role that ends by its date. What the lead had to read and to do is moved by the apps whose it
is: each registers a mover, which may run twice and moves nothing to somebody from whom it is hidden. Movers run when
somebody is named, with the rights of who names them, and every few minutes with those of the machine: what is hidden
from the Headteacher moves as well.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import Absence, ActingPeriod, RoleAssignment, School, User
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.permissions import ensure, live, may, rights
from safeguarding.accounts.roles import ACTING_LEAD, Capability
from safeguarding.accounts.services.access import GIVERS, Colleague, ensure_not_oneself, staff_of
from safeguarding.accounts.services.people import assign_role, end_role
from safeguarding.accounts.services.telling import open_notices, tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

# Longer than this is not an absence but another lead (a setting of Harbour, not law).
LONGEST = timedelta(days=366)
# How long the way to "While you were away" stands on the first page of who has not said that they have read it.
REMEMBERED = timedelta(days=60)
# Whom somebody can act for.
FOR = ("lead", "deputy_lead")
Mover = Callable[[ActingPeriod, datetime], int]
_movers: list[Mover] = []


def register_mover(mover: Mover) -> None:
    """`mover(period, at)` gives the acting lead what the one who is away had, as far as they may see it; how much it
    was.
    """
    _movers.append(mover)


def can_be_away(school_id: UUID, *, on: date) -> list[Colleague]:
    """The safeguarding leads and deputies of the school, the leads first."""
    found = [one for one in staff_of(school_id, on=on) if any(held.role_key in FOR for held in one.roles)]
    return sorted(found, key=lambda one: all(held.role_key != "lead" for held in one.roles))


def away_today(school_id: UUID, *, on: date) -> set[UUID]:
    """Who of the school's people is recorded as away on a day."""
    people = [one.user.pk for one in staff_of(school_id, on=on)]
    return set(
        Absence.objects.filter(user__in=people, starts_on__lte=on, ends_on__gte=on, withdrawn_at=None).values_list(
            "user_id", flat=True
        )
    )


def who_may_act(school_id: UUID, *, by: User, on: date) -> list[Colleague]:
    """Who can be named: people of the school who work with children, those who decide already first.

    Not who keeps the installation, audits or governs: these roles never see a record. Not oneself.
    """
    found = [
        one
        for one in staff_of(school_id, on=on)
        if one.user.pk != by.pk and all(held.role.may(Capability.FIND_CHILDREN) for held in one.roles)
    ]
    return sorted(found, key=_rank)


def _rank(one: Colleague) -> int:
    held = {capability for role in one.roles for capability in role.role.capabilities}
    if Capability.DECIDE_CONCERNS in held:
        return 0
    return 1 if any(role.role.named_in_notice for role in one.roles) else 2


@transaction.atomic
def name_acting(
    *, school: School, away: Sequence[User], acting: User, ends_on: date, by: User, at: datetime | None = None
) -> list[ActingPeriod]:
    """From today until `ends_on`, `acting` stands in the place of each of `away`; what is theirs moves. One period for
    each.

    The same again changes nothing; with another last day the period is made longer or shorter. Raises `NotAllowed`
    unless `by` gives roles at the school, `BadInput` for somebody who cannot act or be acted for and for a day that
    cannot be, `OutOfTurn` where somebody else acts already.
    """
    ensure(by, Capability.GIVE_ROLES, school.pk, GIVERS)
    at = at or timezone.now()
    on = timezone.localdate(at)
    # Two clicks at once: the second waits here, and finds what the first has written.
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    _check(school, away, acting, ends_on, by=by, on=on)
    assignment = _role(school, away, acting, ends_on, by=by, on=on)
    periods = [_period(school, one, acting, assignment, ends_on, by=by, at=at) for one in away]
    for period in periods:
        move(period, at=at)
    return periods


def _check(school: School, away: Sequence[User], acting: User, ends_on: date, *, by: User, on: date) -> None:
    ensure_not_oneself(acting, by)
    leads = {one.user.pk for one in can_be_away(school.pk, on=on)}
    if not away or any(one.pk not in leads for one in away):
        raise BadInput("Choose who is away: a safeguarding lead or deputy of this school.")
    if acting.pk in {one.pk for one in away}:
        raise BadInput(f"{acting.full_name} is away. Choose somebody who is in school.")
    if acting.pk not in {one.user.pk for one in who_may_act(school.pk, by=by, on=on)}:
        raise BadInput(f"{acting.full_name} cannot act as safeguarding lead. Choose somebody from the list.")
    if problem := day_problem(ends_on, on=on):
        raise BadInput(f"{problem}.")


def day_problem(ends_on: date, *, on: date) -> str:
    """Why this cannot be the last day, as a sentence for the form; empty when it can."""
    if ends_on < on:
        return "Last day must be today or later"
    return (
        "Last day must be within a year. For longer, give somebody the role of safeguarding lead"
        if (ends_on > on + LONGEST)
        else ""
    )


def _role(school: School, away: Sequence[User], acting: User, ends_on: date, *, by: User, on: date) -> RoleAssignment:
    """The role of who acts: the one they hold already, as long as it is needed, else a new one."""
    held = RoleAssignment.objects.filter(live(on), user=acting, school=school, role_key=ACTING_LEAD).first()
    needed = _live(school.pk, on).filter(acting=acting).exclude(away__in=away).order_by("-ends_on").first()
    last = max(ends_on, needed.ends_on) if needed else ends_on
    if held is not None:
        if held.ends_on != last:
            held.ends_on = last
            held.save(update_fields=["ends_on"])
            record(Verb.CHANGE, held, by=by, purpose="acting lead")
        return held
    called = RoleAssignment.objects.filter(live(on), school=school, user__in=away, role_key__in=FOR)
    first = called.aggregate(first=Min("call_order"))["first"]
    return assign_role(
        user=acting, school=school, role_key=ACTING_LEAD, starts_on=on, ends_on=last, call_order=first, by=by
    )


def _period(
    school: School, away: User, acting: User, assignment: RoleAssignment, ends_on: date, *, by: User, at: datetime
) -> ActingPeriod:
    on = timezone.localdate(at)
    there = _live(school.pk, on).filter(away=away).select_related("acting", "absence").first()
    if there is not None and there.acting_id != acting.pk:
        raise OutOfTurn(
            f"{there.acting.full_name} acts for {away.full_name} until {full_day(there.ends_on)}. "
            "End that on its page first, then name somebody else."
        )
    if there is not None:
        if there.ends_on != ends_on:
            there.ends_on = ends_on
            there.save(update_fields=["ends_on"])
            _until(there, ends_on, by=by)
            record(Verb.CHANGE, there, by=by, purpose="last day")
        return there
    period = ActingPeriod.objects.create(
        school=school,
        away=away,
        acting=acting,
        assignment=assignment,
        absence=_absence(away, on, ends_on, by=by),
        starts_on=on,
        ends_on=ends_on,
        named_at=at,
        named_by=by,
    )
    record(Verb.ASSIGN, period, by=by, purpose="acting lead")
    tell(
        people=[acting],
        school_id=school.pk,
        kind=NoticeKind.ACTING,
        object_type="acting_period",
        object_id=period.pk,
        at=at,
    )
    return period


def _absence(away: User, on: date, ends_on: date, *, by: User) -> Absence | None:
    """The days on which calls go elsewhere; None where they are recorded already."""
    known = Absence.objects.filter(user=away, withdrawn_at=None, starts_on__lte=on, ends_on__gte=ends_on)
    if known.exists():
        return None
    absence = Absence.objects.create(user=away, starts_on=on, ends_on=ends_on, recorded_by=by)
    record(Verb.ADD, absence, by=by)
    return absence


def _until(period: ActingPeriod, last_day: date, *, by: User) -> None:
    """The absence that came with the period ends with it."""
    if (absence := period.absence) is None:
        period.absence = _absence(period.away, period.starts_on, last_day, by=by)
        period.save(update_fields=["absence"])
        return
    absence.ends_on = last_day
    absence.save(update_fields=["ends_on"])
    record(Verb.CHANGE, absence, by=by, purpose="last day")


@transaction.atomic
def move(period: ActingPeriod, *, at: datetime) -> int:
    """Give the acting lead what there is to move, now. Returns how much it was."""
    return sum(mover(period, at) for mover in _movers)


@transaction.atomic
def end_acting(*, period: ActingPeriod, by: User, at: datetime | None = None) -> ActingPeriod:
    """The lead is back, or somebody else is to act: from now on nothing more moves, and today is the role's last day,
    unless they act for somebody else too.

    Raises `NotAllowed` unless `by` was away or gives roles, `OutOfTurn` when it is over already.
    """
    if by.pk != period.away_id:
        ensure(by, Capability.GIVE_ROLES, period.school_id, GIVERS)
    at = at or timezone.now()
    on = timezone.localdate(at)
    locked = (
        ActingPeriod.objects.select_for_update(of=("self",)).select_related("absence", "assignment").get(pk=period.pk)
    )
    if not locked.is_live(on):
        raise OutOfTurn("This is over already. Nobody acts for this person today.")
    locked.ended_at, locked.ended_by = at, by
    locked.save(update_fields=["ended_at", "ended_by"])
    record(Verb.CHANGE, locked, by=by, purpose="acting ended")
    # For whom else they act, they do until the last day of that, and no longer.
    others = _live(locked.school_id, on).filter(acting=locked.acting_id).order_by("-ends_on").first()
    last_day, held = others.ends_on if others else on, locked.assignment
    if held.ends_on is None or last_day < held.ends_on:
        end_role(assignment=held, last_day=last_day)
    _end_absences(locked, on, by=by, at=at)
    _tell_away(locked, at=at)
    return locked


def _end_absences(period: ActingPeriod, on: date, *, by: User, at: datetime) -> None:
    """In again from today: yesterday was the last day away, or there was none.

    Only who was away says that they are back. Ended by somebody else, the period takes the days along that came with
    it; what was recorded on the cover page stands, so that nobody who is ill counts as in.
    """
    today = Absence.objects.filter(user=period.away_id, withdrawn_at=None, starts_on__lte=on, ends_on__gte=on)
    for absence in today if by.pk == period.away_id else today.filter(pk__in=[period.absence_id]):
        if absence.starts_on == on:
            absence.withdrawn_at = at
        else:
            absence.ends_on = on - timedelta(days=1)
        absence.save(update_fields=["withdrawn_at", "ends_on"])
        record(Verb.CHANGE, absence, by=by, purpose="back")


@system_task("cover")
def keep_up(*, at: datetime | None = None) -> int:
    """Move what has not been moved yet, and tell leads whose time away is over. Returns how much was moved.

    Every few minutes, by the worker. Skips what another worker is at.
    """
    at = at or timezone.now()
    on = timezone.localdate(at)
    locked = ActingPeriod.objects.select_for_update(skip_locked=True, of=("self",)).select_related("away", "acting")
    moved = sum(move(period, at=at) for period in locked.filter(ended_at=None, starts_on__lte=on, ends_on__gte=on))
    for period in locked.filter(ended_at=None, told_at=None, ends_on__lt=on):
        _tell_away(period, at=at)
    return moved


def _tell_away(period: ActingPeriod, *, at: datetime) -> None:
    period.told_at = at
    period.save(update_fields=["told_at"])
    record(Verb.ASK, period, purpose="while you were away")
    tell(
        people=[period.away],
        school_id=period.school_id,
        kind=NoticeKind.RETURN,
        object_type="acting_period",
        object_id=period.pk,
        at=at,
    )


@transaction.atomic
def note_read(*, period: ActingPeriod, by: User, at: datetime | None = None) -> None:
    """The lead has read what happened meanwhile. Said twice, it is said once."""
    if by.pk != period.away_id:
        raise NotAllowed("Only the person who was away says that they have read this.")
    locked = ActingPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if locked.read_at is None:
        locked.read_at = at or timezone.now()
        locked.save(update_fields=["read_at"])
        record(Verb.ACKNOWLEDGE, locked, by=by)


def _live(school_id: UUID, on: date) -> QuerySet[ActingPeriod]:
    return ActingPeriod.objects.filter(school_id=school_id, ended_at=None, starts_on__lte=on, ends_on__gte=on)


def live_periods(school_id: UUID, *, on: date) -> list[ActingPeriod]:
    """Who acts for whom at the school on a day."""
    return list(_live(school_id, on).select_related("away", "acting").order_by("ends_on", "pk"))


def concerning_acting(user: User, school_id: UUID, *, on: date) -> list[ActingPeriod]:
    """What the first page of `user` says: who acts today, for those it is about and for who gives roles; and their own
    time away that is over and that they have not said they have read. One query.
    """
    now = Q(ended_at=None, starts_on__lte=on, ends_on__gte=on)
    mine = Q(away=user, read_at=None, ends_on__gte=on - REMEMBERED)
    if not may(user, Capability.GIVE_ROLES, school_id):
        now &= Q(away=user) | Q(acting=user)
    found = ActingPeriod.objects.filter(now | mine, school_id=school_id).select_related("away", "acting")
    return list(found.order_by("-starts_on", "pk"))


def past_periods(school_id: UUID, *, on: date) -> list[ActingPeriod]:
    """Who acted for whom before, the most recent first."""
    over = Q(ended_at__isnull=False) | Q(ends_on__lt=on)
    found = ActingPeriod.objects.filter(over, school_id=school_id).select_related("away", "acting")
    return list(found.order_by("-starts_on", "-pk")[:20])


def find_period(period_id: UUID, user: User) -> ActingPeriod | None:
    """The period, for who was away, who acted, and who gives roles at its school."""
    mine = Q(away=user) | Q(acting=user, school_id__in={held.school_id for held in rights(user).held})
    found = ActingPeriod.objects.filter(
        mine | Q(school_id__in=rights(user).schools(Capability.GIVE_ROLES)), pk=period_id
    )
    return found.select_related("away", "acting", "named_by", "ended_by", "school").first()


def open_word(period: ActingPeriod, *, user: User) -> None:
    """`user` has come to its page: whatever told them of it is opened."""
    open_notices(user=user, object_id=period.pk, object_type="acting_period")
