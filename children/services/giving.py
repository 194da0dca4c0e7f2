"""How is access to one record given and withdrawn?

Of a child here, of a concern in its own app: the same rules for both.
"""

from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from children.grants import LONGEST, Given, viewing
from children.notice_kinds import ChildNotice
from safeguarding.accounts.models import Team, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import MANAGERS, ensure_not_oneself, may_be_given, not_in_notice, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known, may_view
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

G = TypeVar("G", bound=Given)
# The fact that says what is hidden from somebody, by the kind of record.
_HIDING = {"child": "hidden_children", "concern": "hidden_concerns"}


def period_problem(last_day: date, *, today: date) -> str:
    """Why access cannot be given until this day, as a sentence for the form; empty when it can."""
    if last_day < today:
        return "Last day must be today or later"
    if last_day > today + LONGEST:
        return (
            f"Last day must be {full_day(today + LONGEST)} or earlier: access is given for a year at most, and "
            "then again"
        )
    return ""


@transaction.atomic
def give(
    kind: type[G], *, target: models.Model, holder: User | Team, reason: str, last_day: date, by: User, at: datetime
) -> G:
    """Give `holder` access to `target`, a child or a concern, until a day.

    Raises `NotAllowed` for somebody who may not, or does not see the record; `BadInput` for a reason, a day or a person
    that cannot be; `OutOfTurn` when the access is there already. One that has run out is ended first.
    """
    school_id: UUID = target.school_id  # type: ignore[attr-defined]
    today = timezone.localdate(at)
    ensure(by, Capability.MANAGE_ACCESS, school_id, MANAGERS)
    if not may_view(by, target):
        raise NotAllowed(MANAGERS)
    ensure_said(reason, last_day, today=today)
    if isinstance(holder, User):
        _ensure_may_hold(holder, target, by=by, today=today)
    given = begin(kind, target=target, holder=holder, reason=reason, last_day=last_day, by=by, at=at)
    record(Verb.GRANT, target, by=by, purpose=kind._meta.model_name or "")
    if isinstance(holder, User):
        tell_of_access(target, holder, at=at)
    return given


def ensure_said(reason: str, last_day: date, *, today: date) -> None:
    """Raise `BadInput` for access without a reason, or until a day that cannot be."""
    if not reason.strip():
        raise BadInput("Say why this access is needed.")
    if problem := period_problem(last_day, today=today):
        raise BadInput(f"{problem}.")


def begin(
    kind: type[G], *, target: models.Model, holder: User | Team, reason: str, last_day: date, by: User, at: datetime
) -> G:
    """Write that `holder` has access from now on; who may give it to whom, the caller has asked.

    Raises `OutOfTurn` when it is there already. One that has run out is ended first.
    """
    today = timezone.localdate(at)
    held: dict[str, Any] = {"user" if isinstance(holder, User) else "group": holder}
    there = kind._default_manager.filter(content_object=target, ended_at=None, **held).select_for_update().first()
    if there is not None and there.is_live(today):
        raise OutOfTurn(f"This access is there already, until {full_day(there.expires_on)}. Withdraw it first.")
    if there is not None:
        _end(there, by=by, at=at, reason="")
    given = kind(
        school_id=target.school_id,  # type: ignore[attr-defined]
        content_object=target,
        permission=viewing(type(target)),
        reason=reason.strip(),
        expires_on=last_day,
        granted_at=at,
        granted_by=by,
        **held,
    )
    given.save(force_insert=True)
    return given


def tell_of_access(target: models.Model, person: User, *, at: datetime) -> None:
    """There is a record to read for somebody who did not see it before."""
    tell(
        people=[person],
        school_id=target.school_id,  # type: ignore[attr-defined]
        kind=ChildNotice.ACCESS,
        object_type=target._meta.model_name or "",
        object_id=target.pk,
        at=at,
    )


def _ensure_may_hold(user: User, target: models.Model, *, by: User, today: date) -> None:
    """Raises `BadInput` for oneself, for a role that the notice does not name, and for somebody in conflict."""
    ensure_not_oneself(user, by)
    school_id = target.school_id  # type: ignore[attr-defined]
    if not may_be_given(user, school_id, on=today):
        raise BadInput(not_in_notice(user))
    if hidden_from(target, user):
        raise BadInput(
            f"{user.full_name} cannot be given access to this record: a conflict of interest stands against it."
        )


def hidden_from(target: models.Model, user: User) -> bool:
    """Whether a conflict hides the record from somebody, whatever else is true of them."""
    return target.pk in known(_HIDING[target._meta.model_name or ""], user.pk)


@transaction.atomic
def withdraw(grant: G, *, target: models.Model, reason: str, by: User, at: datetime) -> G:
    """It opens nothing any more, from now on. Raises `OutOfTurn` the second time, `BadInput` without a reason."""
    ensure(by, Capability.MANAGE_ACCESS, target.school_id, MANAGERS)  # type: ignore[attr-defined]
    ended = end(grant, reason=reason, by=by, at=at)
    record(Verb.WITHDRAW, target, by=by, purpose=type(grant)._meta.model_name or "")
    return ended


def end(grant: G, *, reason: str, by: User, at: datetime) -> G:
    """Write that it opens nothing any more; who may withdraw it, the caller has asked. Raises as `withdraw` does."""
    if not reason.strip():
        raise BadInput("Say why this access is withdrawn.")
    locked = type(grant)._default_manager.select_for_update(of=("self",)).get(pk=grant.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This access has been withdrawn already.")
    _end(locked, by=by, at=at, reason=reason.strip())
    return locked


def _end(grant: Given, *, by: User, at: datetime, reason: str) -> None:
    grant.ended_at, grant.ended_by, grant.end_reason = at, by, reason
    grant.save(update_fields=["ended_at", "ended_by", "end_reason"])
