"""Begin a decision to share, write it, decide it, take it back, discard it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild, ReferenceCounter, Referral
from safeguarding.concerns.services.numbering import next_number
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.printing.gathering import For
from sharing.events.lifecycles import sharing_life
from sharing.events.models import SharingEvent
from sharing.events.notice_kinds import SharingNotice
from sharing.events.permissions import ensure_shares, ensure_shares_event

from .checking import Said, begin_problems, decision_problems, facts, raise_first, reasons_offered
from .choosing import ensure_unchanged
from .drafts import ensure_seen, hold_draft, undone
from .recipients import own_row
from .telling import settle, tell_of

S = SharingEvent.Status


@transaction.atomic
def begin_share(
    *,
    child: Child,
    token: UUID,
    said: Said,
    by: User,
    also: Sequence[Child] = (),
    concern: Concern | None = None,
    referral: Referral | None = None,
    at: datetime | None = None,
) -> SharingEvent:
    """A draft for this child, and one for each brother or sister in `also`; nothing goes out. The same form again
    begins them once. Returns the draft of `child`. Of a brother or sister whom the concern does not name it is none.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where a decision about this referral is there already.
    """
    at = at or timezone.now()
    for one in (child, *also):
        ensure_shares(by, one)
    raise_first(begin_problems(said))
    concern = referral.concern if referral else concern
    first = _begin(child, entry_token(token, child.pk), said, by, at, concern=concern, referral=referral)
    named = ConcernChild.objects.filter(concern=concern, child__in=also).values_list("child", flat=True)
    there = set(named) if concern else set()
    for one in also:
        of_it = {"concern": concern, "referral": referral} if one.pk in there else {"concern": None, "referral": None}
        _begin(one, entry_token(token, one.pk), said, by, at, **of_it)
    return first


def _begin(
    child: Child,
    token: UUID,
    said: Said,
    by: User,
    at: datetime,
    *,
    concern: Concern | None,
    referral: Referral | None,
) -> SharingEvent:
    locked = Child.objects.select_for_update(of=("self",)).get(pk=child.pk)
    if there := SharingEvent.objects.filter(token=token, child=locked).first():
        return there
    _ensure_about(locked, concern, referral, by)
    made = SharingEvent.objects.create(
        **about(locked, by=by, at=at),
        token=token,
        concern=concern,
        referral=referral,
        concerns=[concern.pk] if concern else [],
        **facts(said) | {"recipient": recipient_of(said, locked, by=by, at=at)},
    )
    record(Verb.CREATE, made, by=by)
    record(Verb.ADD, locked, by=by, purpose="sharing decision")
    return made


def about(child: Child, *, by: User, at: datetime) -> dict[str, Any]:
    """What every decision about a child has: whose it is, its number, who began it."""
    year = timezone.localdate(at).year
    number = next_number(child.school_id, year, ReferenceCounter.Kind.SHARING)
    return {
        "child": child,
        "school_id": child.school_id,
        "year": year,
        "number": number,
        "made_at": at,
        "made_by": by,
    }


def recipient_of(said: Said, child: Child, *, by: User, at: datetime) -> Any:
    """The school's own row of who it goes to. Raises `BadInput` for one that has ended, or of another school."""
    assert said.recipient is not None  # noqa: S101  (asked by `begin_problems`)
    if said.recipient.school_id not in (None, child.school_id):
        raise BadInput("Choose a recipient of the child’s own school.")
    found = own_row(said.recipient, child.school, by=by, at=at)
    if found.ended_at is not None:
        raise BadInput("The school has ended this recipient. Choose another one.")
    return found


def _ensure_about(child: Child, concern: Concern | None, referral: Referral | None, by: User) -> None:
    """The concern is about the child and open to who begins; of a referral there is one decision for each child."""
    if concern is None:
        return
    named = ConcernChild.objects.filter(concern=concern, child=child).exists()
    if not named or not may_view(by, concern) or concern.school_id != child.school_id:
        raise BadInput("That concern does not name this child.")
    taken = SharingEvent.objects.filter(referral=referral, child=child).exclude(status=S.DISCARDED)
    if referral is not None and taken.exists():
        raise OutOfTurn("There is a decision about this referral for this child already. Open the referral to find it.")


@transaction.atomic
def save_share(*, event: SharingEvent, seen: int, said: Said, by: User, at: datetime | None = None) -> SharingEvent:
    """What was typed of a draft, whole or not.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn` for what is no draft any more.
    """
    at = at or timezone.now()
    held = hold_draft(event, seen, by=by)
    raise_first(begin_problems(said))
    return _write(held, said, by=by, at=at)


@transaction.atomic
def decide_share(*, event: SharingEvent, seen: int, said: Said, by: User, at: datetime | None = None) -> SharingEvent:
    """It is to be sent, all or in part, or it is not shared.

    Raises `NotAllowed`, `BadInput` for what it lacks and for a record that has changed since it was chosen,
    `ChangedSince`, `OutOfTurn` for what is no draft any more.
    """
    at = at or timezone.now()
    held = hold_draft(event, seen, by=by)
    today = timezone.localdate(at)
    written = facts(said)
    if said.recipient is not None and said.recipient.school_id is None:
        written["recipient"] = recipient_of(said, held.child, by=by, at=at)
    said = Said(**written)
    raise_first(
        decision_problems(
            said,
            child_id=held.child_id,
            offered={one.row.code: one for one in reasons_offered(held.school_id, today)},
            items=held.items.filter(taken_out_at=None).count(),
            today=today,
        )
    )
    if said.decision != SharingEvent.Decision.NONE:
        ensure_unchanged(For(by), held)
    held = _write(held, _only_what_counts(said), by=by, at=at)
    settle(held, SharingNotice.STOPPED, by=by, at=at)
    is_refused = held.decision == SharingEvent.Decision.NONE
    given = {"because": held.because} if is_refused else {"reason": held.reason}
    return sharing_life.perform("refuse" if is_refused else "decide", held, by=by, at=at, **given)


def _only_what_counts(said: Said) -> Said:
    """Without what was typed for the other decision."""
    if said.decision == SharingEvent.Decision.NONE:
        return Said(**{**vars(said), "consent": None})
    on_consent = said.reason is not None and said.reason.kind == "consent"
    return Said(**{**vars(said), "because": "", "because_why": "", "consent": said.consent if on_consent else None})


def _write(held: SharingEvent, said: Said, *, by: User, at: datetime) -> SharingEvent:
    written = facts(said) | {"recipient": recipient_of(said, held.child, by=by, at=at)}
    changed = [name for name, value in written.items() if getattr(held, name) != value]
    if not changed:
        return held
    for name in changed:
        setattr(held, name, written[name])
    held.revision += 1
    held.save(update_fields=[*changed, "revision"])
    record(Verb.CHANGE, held, by=by)
    return held


@transaction.atomic
def take_back_share(
    *, event: SharingEvent, by: User, seen: int | None = None, at: datetime | None = None
) -> SharingEvent:
    """What waits to be sent is a draft again. Raises `NotAllowed`, `OutOfTurn`, `ChangedSince`."""
    at = at or timezone.now()
    ensure_shares_event(by, event)
    ensure_seen(event, seen)
    return sharing_life.perform("take_back", event, by=by, at=at, **undone(event, by=by, at=at))


@transaction.atomic
def discard_share(*, event: SharingEvent, seen: int, by: User, at: datetime | None = None) -> SharingEvent:
    """A draft that leads nowhere. It stays as that. Raises `NotAllowed`, `OutOfTurn`, `ChangedSince`."""
    at = at or timezone.now()
    ensure_shares_event(by, event)
    ensure_seen(event, seen)
    settle(event, SharingNotice.STOPPED, by=by, at=at)
    return sharing_life.perform("discard", event, by=by, at=at)


def stop_waiting(events: Iterable[SharingEvent], *, by: User, at: datetime) -> int:
    """Each is a draft again, and who decided it is told: the consent on which they wait is withdrawn. Returns how
    many.
    """
    stopping = list(events)
    for one in stopping:
        decided_by = one.decided_by
        stopped = sharing_life.perform("take_back", one, by=by, at=at, **undone(one, by=by, at=at))
        tell_of(stopped, SharingNotice.STOPPED, first=[decided_by], at=at, but=by)
    return len(stopping)
