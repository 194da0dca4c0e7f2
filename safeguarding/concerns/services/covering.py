"""What was a lead's to do and to read while they are away: it moves to who acts for them, and back when they return.

Nothing goes to somebody from whom it is hidden. Where that is the acting lead, the next reader of the concern gets it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from children.models import ConflictOfInterest, EmergencyAccess
from safeguarding.accounts.models import ActingPeriod, Notice, User
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.services import tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view, who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Action, Concern, HandOver, OutsideNote, Referral
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.concerns.services.deciding.handing_over import give
from safeguarding.concerns.services.telling import ToRead, deciders, readers
from safeguarding.exceptions import NotAllowed

K = ConcernNotice
# What a lead is told as a lead, by the type of what it is about. Word of one's own reports and drafts stays with its
# reader.
_OF_CONCERNS = (K.CALL, K.NEW_CONCERN, K.ADDED, K.REOPENED, K.UNREAD, K.STAND_IN)
# Word of emergency sheets stays: everybody who makes them has it, and who acts for a lead does not (`sheets_seen`).
_OF_ACCESS: dict[str, type[models.Model]] = {"conflict": ConflictOfInterest, "emergency": EmergencyAccess}


def move_actions(period: ActingPeriod, at: datetime) -> int:
    """What `away` has to do at the school, and what an earlier stand-in of theirs still has, goes to who acts now.

    As everywhere, the concern is locked first and its action then, and whether there is still something to move is
    asked anew.
    """
    moved, waiting = 0, _to_move(period, timezone.localdate(at))
    for key, concern_id in list(waiting.order_by("concern", "due_on", "pk").values_list("pk", "concern")):
        concern = lock(concern_id)
        action = waiting.filter(pk=key).select_for_update(of=("self",)).first()
        if action is None:
            continue
        owner = _next_owner(action, period, at)
        if owner is not None and owner.pk != action.owner_id:
            _move(action, owner, concern, period, at)
            moved += 1
    return moved


def _to_move(period: ActingPeriod, on: date) -> QuerySet[Action]:
    done = HandOver.objects.filter(action=OuterRef("pk"), period=period)
    over = Q(period__ended_at__isnull=False) | Q(period__ends_on__lt=on)
    left = HandOver.objects.filter(
        over, action=OuterRef("pk"), period__away=period.away_id, to_user=OuterRef("owner"), given_back_at=None
    )
    mine = Q(owner=period.away_id) | Exists(left)
    return Action.objects.filter(mine, ~Exists(done), school_id=period.school_id, status=Action.Status.TO_DO)


def _next_owner(action: Action, period: ActingPeriod, at: datetime) -> User | None:
    """Who acts, where they decide this concern; else the next who reads it. None: it stays where it is."""
    concern = Concern(pk=action.concern_id, school_id=action.school_id)
    if deciders(concern, [period.acting], on=timezone.localdate(at)):
        return period.acting
    others = readers(concern, on=timezone.localdate(at), but={period.away_id})
    return next((person for person in others if person.pk != period.away_id), None)


def _move(action: Action, owner: User, concern: Concern, period: ActingPeriod, at: datetime) -> None:
    HandOver.objects.create(
        action=action,
        concern=concern,
        school_id=action.school_id,
        period=period,
        from_user_id=action.owner_id,
        to_user=owner,
        at=at,
    )
    _give(action, owner, concern, purpose="cover", by=period.named_by, at=at)
    about = {"object_type": "action", "object_id": action.pk}
    tell(people=[owner], school_id=action.school_id, kind=K.ACTION, at=at, **about)  # type: ignore[arg-type]


def _give(action: Action, owner: User, concern: Concern, *, purpose: str, by: User, at: datetime) -> None:
    give(action, owner, due_on=action.due_on, by=by, at=at)
    touch(concern)
    record(Verb.ASSIGN, action, purpose=purpose)


def move_notices(period: ActingPeriod, at: datetime) -> int:
    """What `away` had not opened when somebody was named is told to who acts too, once.

    It stays in the inbox it was in.
    """
    others = Notice.objects.filter(
        kind=OuterRef("kind"), object_id=OuterRef("object_id"), created_at__gte=period.named_at
    ).exclude(user=period.away_id)
    waiting = Notice.objects.filter(
        ~Exists(others),
        user=period.away_id,
        school_id=period.school_id,
        opened_at=None,
        settled_at=None,
        created_at__lt=period.named_at,
    )
    told = 0
    for notice in waiting:
        people = _who_is_told_instead(notice, period, at)
        tell(
            people=people,
            school_id=notice.school_id,
            kind=notice.kind,
            object_type=notice.object_type,
            object_id=notice.object_id,
            at=at,
        )
        told += len(people)
    if told:
        record(Verb.ASK, period, count=told, purpose="notices moved")
    return told


def _who_is_told_instead(notice: Notice, period: ActingPeriod, at: datetime) -> list[User]:
    acting, on = period.acting, timezone.localdate(at)
    if (to_read := _to_read(notice)) is not None:
        if found := deciders(to_read, [acting], on=on):
            return found
        return [person for person in readers(to_read, on=on, but={period.away_id}) if person.pk != period.away_id][:1]
    if (model := _OF_ACCESS.get(notice.object_type)) is not None:
        row = model._default_manager.filter(pk=notice.object_id).first()
        return [acting] if row is not None and who_sees(row, [acting.pk]) else []
    return (
        [acting]
        if notice.kind == NoticeKind.APPOINT or (notice.kind == NoticeKind.BULK and notice.object_id != acting.pk)
        else []
    )


def _to_read(notice: Notice) -> ToRead | None:
    """What a notice asks a lead to read or to chase, if it does.

    What whoever names does not see is left to the worker.
    """
    match notice.object_type:
        case "concern" if notice.kind in _OF_CONCERNS:
            return Concern(pk=notice.object_id, school_id=notice.school_id)
        case "outside_note":
            return OutsideNote.objects.filter(pk=notice.object_id).first()
        case "referral":
            referral = Referral.objects.filter(pk=notice.object_id).only("concern_id").first()
            return Concern(pk=referral.concern_id, school_id=notice.school_id) if referral else None
    return None


def moved_in(period: ActingPeriod, see: Callable[[Any], Any]) -> Any:
    """The actions that moved because of a period, as far as the reader sees their concerns, as they moved."""
    found = see(HandOver).filter(period=period).select_related("action", "from_user", "to_user", "given_back_by")
    return found.order_by("at", "pk")


def to_give_back(period: ActingPeriod, see: Callable[[Any], Any]) -> Any:
    """Of those, what was the lead's own, is still to do and still with whom it moved to."""
    still = Q(given_back_at=None, action__status=Action.Status.TO_DO, action__owner=F("to_user"))
    return moved_in(period, see).filter(still, from_user=period.away_id)


@transaction.atomic
def give_back(*, period: ActingPeriod, by: User, at: datetime | None = None) -> int:
    """What moved, is still to do and has not gone further is the returning lead's again. Returns how many; again: none.

    Raises `NotAllowed` for anybody but the lead who was away. What is hidden from them by now stays where it is.
    """
    if by.pk != period.away_id:
        raise NotAllowed("Only the person who was away takes their actions back.")
    at, back = at or timezone.now(), 0
    rows = to_give_back(period, lambda model: model.objects.all()).visible_to(by)
    for key, concern_id in list(rows.order_by("concern", "pk").values_list("pk", "concern")):
        concern = lock(concern_id)
        row = rows.filter(pk=key).select_for_update(of=("self", "action")).first()
        if row is None or not may_view(by, row.action):
            continue
        row.given_back_at, row.given_back_by = at, by
        row.save(update_fields=["given_back_at", "given_back_by"])
        _give(row.action, by, concern, purpose="given back", by=by, at=at)
        back += 1
    return back
