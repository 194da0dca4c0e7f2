"""Mark a concern as entered in error, and put it back: one person proposes, a second confirms or refuses. Nothing is
deleted.

Once confirmed the concern is in no file, list, count or rule any more: the rules of all that hangs on it say so
(`permissions/concern.py`). Nobody is left unheard by it: its reporter is told and can add to the report, which the
leads read; and the Headteacher is told of every such entry.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.notice_kinds import KINDS, AnyNoticeKind
from safeguarding.accounts.services import LEADS, settle_notices, staff_of, tell
from safeguarding.audit.context import current, with_errors
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import action_life, error_life
from safeguarding.concerns.models import (
    Action,
    Concern,
    ConcernChild,
    Decision,
    Duty,
    EnteredInError,
    Meeting,
    PoliceNotice,
    Referral,
)
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.apart import Meanwhile, opened_between
from safeguarding.concerns.services.deciding.changes import ensure_unchanged, lock, touch
from safeguarding.concerns.services.duties import set_aside_with
from safeguarding.concerns.services.telling import deciders, seers, tell_readers, tell_reporter
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.glance import look_for
from safeguarding.keys import entry_token
from safeguarding.records import records, resolve

State, Kind = Concern.InError, ConcernNotice
look_for(errors_wait="errors_wait")
WITHDRAWN = "The concern was entered in error."
# Why a concern stays in the record.
_REFERRED = (
    "An agency has been asked to act on this concern, and its records name it. It stays in the record: close it, and "
    "say in the reason what the mistake was."
)
_REPORTED = (
    "The police have been told of this concern, as the law asks. It stays in the record: close it, and say what the "
    "mistake was."
)
_MET = "People have met about this concern. It stays in the record: close it, and say what the mistake was."


@transaction.atomic
def propose(
    *,
    concern: Concern,
    seen: int,
    token: UUID,
    reason: str,
    by: User,
    mistake: str = "",
    at: datetime | None = None,
) -> EnteredInError:
    """Say that it was entered in error, or of one that is marked so already, that it is to be put back. A second person
    is told.

    Nothing changes but the mark. The same token and words return what is there. Raises `BadInput` without a reason (or
    which `mistake` it was), `OutOfTurn` while something is proposed, where another agency or a meeting has it already,
    and where nobody else may confirm, `ChangedSince` when somebody else saved after the page with revision `seen` was
    shown.
    """
    with with_errors(concern.pk):
        ensure_decides(by, concern.pk, concern.school_id, LEADS)
        at, reason, concern = at or timezone.now(), reason.strip(), lock(concern.pk)
        key = entry_token(token, mistake, reason)
        if there := EnteredInError.objects.filter(token=key, proposed_by=by).first():
            return there
        undoes = concern.is_in_error
        if not reason:
            raise BadInput("Say why it is to be put back." if undoes else "Say why it was entered in error.")
        if not undoes and mistake not in EnteredInError.Mistake.values:
            raise BadInput("Choose what the mistake was.")
        ensure_unchanged(concern, seen, by)
        second = _second_people(concern, by, at)
        if problem := cannot_propose(concern, second):
            raise OutOfTurn(problem)
        entry = EnteredInError.objects.create(
            concern=concern,
            school_id=concern.school_id,
            token=key,
            undoes=undoes,
            mistake="" if undoes else mistake,
            reason=reason,
            proposed_at=at,
            proposed_by=by,
            proposed_role=_role_of(by, concern, at),
        )
        _set(concern, State.UNDOING if undoes else State.PROPOSED)
        record(ConcernVerb.PROPOSE, entry, by=by)
        _tell(concern, second, Kind.IN_ERROR, at=at)
        return entry


def cannot_propose(concern: Concern, second: Collection[User]) -> str:
    """Why it cannot be proposed now, as a sentence; empty where it can. `second` are the people who could confirm."""
    if concern.in_error in (State.PROPOSED, State.UNDOING):
        return "This has been proposed already, and waits for a second person."
    if not concern.in_error and (problem := _stays(concern)):
        return problem
    if not second:
        return (
            "Nobody else at the school may read and decide this concern, so that nobody could confirm it. Close it "
            "instead, and say what the mistake was."
        )
    return ""


def second_people(concern: Concern, *, by: User, at: datetime) -> list[User]:
    """Who could confirm what `by` proposes: whoever may decide on the concern, and is not `by`."""
    with with_errors(concern.pk):
        return _second_people(concern, by, at)


def _second_people(concern: Concern, by: User, at: datetime) -> list[User]:
    on = timezone.localdate(at)
    people = [one.user for one in staff_of(concern.school_id, on=on) if one.user.pk != by.pk]
    return deciders(concern, people, on=on)


@transaction.atomic
def answer(
    *, entry: EnteredInError, seen: int, confirms: bool, reason: str, by: User, at: datetime | None = None
) -> EnteredInError:
    """The second person confirms what was proposed, or refuses it, with a reason. The same again by the same person is
    done once.

    Raises `NotAllowed` for who proposed it and for who may not decide on the concern, `OutOfTurn` when it does not wait
    any more, `BadInput` without a reason, `ChangedSince` when somebody else saved after the page with revision `seen`
    was shown.
    """
    with with_errors(entry.concern_id):
        at, reason, concern = at or timezone.now(), reason.strip(), lock(entry.concern_id)
        now = EnteredInError.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        move = "confirm" if confirms else "refuse"
        if (now.status, now.decided_by_id, now.answer) == (error_life.moves[move].target, by.pk, reason):
            return now
        if now.status == now.Status.PROPOSED:
            if not reason:
                raise BadInput("Say why you confirm it." if confirms else "Say why you refuse it.")
            if by.pk not in seers(concern, on=timezone.localdate(at)):
                raise NotAllowed(LEADS)
            ensure_unchanged(concern, seen, by)
            if confirms and not now.undoes:
                if problem := _stays(concern):
                    raise OutOfTurn(problem)
                _settle(concern, by=by, at=at)
        now = error_life.perform(move, now, by=by, at=at, answer=reason, decided_role=_role_of(by, concern, at))
        _end(concern, now, by=by, at=at)
        return now


def _stays(concern: Concern) -> str:
    """Why it cannot be taken out of the record: somebody is at it, others act on it, or have met about it.

    Empty where it can.
    """
    if concern.finished_at is None:
        return (
            "Its account is still being written. Ask whoever logged it to finish it: one line that says it was "
            "a mistake is enough."
        )
    asked = (resolve(record.keeps_concern)(concern) for record in records() if record.keeps_concern)
    return next((problem for problem in asked if problem), "")


def referred(concern: Concern) -> str:
    """Why a concern stays that an agency was asked to act on; empty where none was."""
    return _REFERRED if Referral.objects.filter(concern=concern).exists() else ""


def decided_to_refer(concern: Concern) -> str:
    """The same where a decision says that one is to be asked."""
    return _REFERRED if Decision.objects.filter(concern=concern, new_referral__isnull=False).exists() else ""


def reported_in_person(concern: Concern) -> str:
    """Why a concern stays of which the police have been told in person; empty where they have not."""
    told = Duty.objects.filter(concern=concern, how_ended=Duty.Ended.REPORTED).exists()
    return _REPORTED if told else ""


def met_about(concern: Concern) -> str:
    """Why a concern stays that people have met about; empty where nobody has: a meeting that was called off is none."""
    met = Meeting.objects.filter(concern=concern).exclude(state=Meeting.State.CALLED_OFF)
    return _MET if met.exists() else ""


@transaction.atomic
def take_back(*, entry: EnteredInError, by: User, at: datetime | None = None) -> EnteredInError:
    """Who proposed it thinks otherwise, before anybody has confirmed. Pressed twice it is done once."""
    with with_errors(entry.concern_id):
        at, concern = at or timezone.now(), lock(entry.concern_id)
        now = EnteredInError.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if (now.status, now.decided_by_id) == (now.Status.TAKEN_BACK, by.pk):
            return now
        now = error_life.perform("take_back", now, by=by, at=at, decided_role=_role_of(by, concern, at))
        _end(concern, now, by=by, at=at)
        return now


def _end(concern: Concern, entry: EnteredInError, *, by: User, at: datetime) -> None:
    """The mark as it is from now on, and word to those whom it concerns."""
    done = entry.status == entry.Status.CONFIRMED
    _set(concern, State.CONFIRMED if done != entry.undoes else "")
    settle_notices(object_id=concern.pk, kinds=(Kind.IN_ERROR,), by=by, at=at)
    if entry.status == entry.Status.TAKEN_BACK:
        return
    people = [entry.proposed_by, *_headteachers(concern, timezone.localdate(at))]
    seen = seers(concern, on=timezone.localdate(at))
    _tell(concern, [one for one in people if one.pk != by.pk and one.pk in seen], Kind.ERROR_ENDED, at=at)
    if not done:
        return
    tell_reporter(concern, by=by, at=at)
    if entry.undoes and concern.status != Concern.Status.CLOSED:
        waits = concern.status == Concern.Status.NEW
        tell_readers(concern, Kind.NEW_CONCERN if waits else Kind.REOPENED, by=by, at=at)


def _set(concern: Concern, state: str) -> None:
    concern.in_error = state
    concern.save(update_fields=["in_error"])
    touch(concern)
    concern.refresh_from_db(fields=["revision"])


def _settle(concern: Concern, *, by: User, at: datetime) -> None:
    """Nothing of it asks for anything any more: what was to do is ended as each record says, and no notice hurries."""
    settled = {concern.pk}
    for one in records():
        if one.when_in_error:
            settled.update(resolve(one.when_in_error)(concern, reason=WITHDRAWN, by=by, at=at))
    # Its own proposal, and what its reporter has been told, stay.
    over = [kind for kind in KINDS.entries if kind not in (Kind.RECEIPT, Kind.ASKED, Kind.ERROR_ENDED)]
    for key in settled:
        settle_notices(object_id=key, kinds=over, by=by, at=at)


def withdraw_actions(concern: Concern, *, reason: str, by: User, at: datetime) -> list[UUID]:
    """Withdraw what is to do about a concern. Returns the keys of its actions."""
    actions = list(Action.objects.filter(concern=concern))
    for action in actions:
        if action.status == Action.Status.TO_DO:
            action_life.perform("withdraw", action, by=by, at=at, result=reason)
            touch(concern)
    return [action.pk for action in actions]


def set_duties_aside(concern: Concern, *, reason: str, by: User, at: datetime) -> list[UUID]:
    """Set aside what the law asked of the reporter. Returns the keys of the duties."""
    return [duty.pk for duty in set_aside_with(concern, reason=reason, by=by, at=at)]


def settle_police_notices(concern: Concern, *, reason: str, by: User, at: datetime) -> list[UUID]:
    """The keys of the police notices of a concern: who was to support the child need not hurry."""
    return list(PoliceNotice.objects.filter(concern=concern).values_list("pk", flat=True))


def _headteachers(concern: Concern, on: date) -> list[User]:
    staff = staff_of(concern.school_id, on=on)
    return [one.user for one in staff if any(held.role_key == "headteacher" for held in one.roles)]


def _tell(concern: Concern, people: Collection[User], kind: AnyNoticeKind, *, at: datetime) -> None:
    tell(people=people, school_id=concern.school_id, kind=kind, object_type="in_error", object_id=concern.pk, at=at)


def _role_of(by: User, concern: Concern, at: datetime) -> str:
    """The role in which it is done: that of the page; where a service is asked by itself, the first that the person
    has.
    """
    if current().user_id == by.pk and (role := current().role_at(concern.school_id)):
        return role
    mine = (one for one in staff_of(concern.school_id, on=timezone.localdate(at)) if one.user.pk == by.pk)
    return next((held.role_key for one in mine for held in one.roles), "")


@dataclass(frozen=True)
class Told:
    """What a reporter is told of an entry in error: when it was so marked, and in which two roles."""

    at: datetime
    proposed_as: str
    confirmed_as: str


def told_of_errors(concern_ids: Collection[UUID]) -> dict[UUID, Told]:
    """Of these concerns those that are entered in error now, for their reporters.

    One query; none where there are none.
    """
    if not concern_ids:
        return {}
    rows = EnteredInError.objects.filter(concern__in=concern_ids, status=EnteredInError.Status.CONFIRMED, undoes=False)
    return {
        row.concern_id: Told(row.decided_at, row.proposed_as, row.decided_as)
        for row in rows.order_by("decided_at")
        if row.decided_at
    }


def waiting_for_second(entries: QuerySet[EnteredInError], school_id: UUID, *, but: User) -> QuerySet[EnteredInError]:
    """What was proposed at a school by others than `but`, and waits for a second person, the oldest first."""
    waits = entries.filter(school_id=school_id, status=EnteredInError.Status.PROPOSED).exclude(proposed_by=but)
    return waits.select_related("concern__category", "concern__subcategory", "proposed_by").order_by(
        "proposed_at", "pk"
    )


def opened_so_far(concern: Concern, keys: Collection[UUID], *, until: datetime) -> list[Meanwhile]:
    """Who has opened the concern, or saw it in the file of a child, since it was logged."""
    children = [row.child_id for row in ConcernChild.objects.filter(concern=concern) if row.child_id]
    return opened_between(concern, concern.logged_at, until, keys, children)
