"""What do pages show of a call for a lead: to those who are called, and to who called? Read only.

Worked out from the rows and the time that has passed, so that a worker that is dead stops no call.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from children.models import Child
from children.services import led_on, loggable
from safeguarding.accounts.models import ClassTaught, Notice, RoleAssignment, User
from safeguarding.accounts.permissions import live, rights
from safeguarding.accounts.roles import LEAD_ROLES, ROLES, Capability
from safeguarding.accounts.services import Told, told_of
from safeguarding.ages import long_since
from safeguarding.audit.context import door
from safeguarding.concerns.models import Account, Concern
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.escalation import still_to_be_told
from safeguarding.dates import clock, moment
from safeguarding.once import once


class Waits(NamedTuple):
    """Whether any call of a colleague waits, and any note from outside that cannot: wider than who is shown it."""

    calls: bool
    notes: bool


def what_waits(user: User) -> Waits:
    """Asked by each open page four times a minute: one query, and nearly always the end of the question."""
    return once(("what waits", user.pk), lambda: _what_waits(user.pk))


def _what_waits(me: UUID) -> Waits:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.calls_wait(%(me)s), rules.notes_wait(%(me)s)", {"me": me})
        return Waits(*cursor.fetchone())


@dataclass(frozen=True)
class Call:
    """A call for a lead as an open page may show it to a room: who calls and since when. No child, no words."""

    concern_id: UUID
    caller: str
    role: str
    since: datetime
    when: str


def calls_for(user: User, waiting: QuerySet[Concern], *, at: datetime) -> list[Call]:
    """Which of the calls in `waiting` (those that `user` may see) the open page of `user` shows now: one query, or two.

    Safeguarding leads see every call at once. The Headteacher, and whoever else takes calls, sees one when it was put
    to them or when it has waited long enough to be, whether or not anything has run meanwhile. Nobody is shown their
    own.
    """
    if not what_waits(user).calls:
        return []
    as_lead = [h.school_id for h in rights(user).held if h.role.key in LEAD_ROLES]
    told = Notice.objects.filter(user=user, object_id=OuterRef("pk"), kind=ConcernNotice.CALL)
    roles = RoleAssignment.objects.filter(
        live(timezone.localdate(at)), user=OuterRef("logged_by"), school=OuterRef("school")
    )
    taught = ClassTaught.objects.filter(
        live(timezone.localdate(at)), user=OuterRef("logged_by"), school=OuterRef("school")
    )
    overdue = long_since("called_at", at - F("school__call_head_after") * timedelta(minutes=1), at)
    rows = (
        waiting.filter(Q(school_id__in=as_lead) | overdue | Exists(told), called_at__isnull=False, acknowledged_at=None)
        .filter(Q(school_id__in=rights(user).schools(Capability.RECEIVE_CALLS)) | Exists(told))
        .exclude(logged_by=user)
        .annotate(
            role_key=Subquery(roles.order_by("starts_on").values("role_key")[:1]),
            class_name=Subquery(taught.order_by("class_name").values("class_name")[:1]),
        )
        .select_related("logged_by")
        .order_by("called_at", "pk")
    )
    return [_as_shown(c, at) for c in rows]


def _as_shown(concern: Concern, at: datetime) -> Call:
    since = concern.called_at or at
    return Call(
        concern_id=concern.pk,
        caller=concern.logged_by.full_name,
        role=_as_said(concern.role_key, concern.class_name),  # type: ignore[attr-defined]
        since=since,
        # The time and not "2 minutes ago": a page that reads the strip out must not do so again each minute.
        when=clock(since) if timezone.localdate(since) == timezone.localdate(at) else moment(since),
    )


def _as_said(role_key: str | None, class_name: str | None) -> str:
    """Class teacher, 5B."""
    return ", ".join(filter(None, [ROLES[role_key].title if role_key else "", class_name]))


def named_child(child_id: UUID | None, *, by: User, school_id: UUID, today: date) -> Child | None:
    """The child that a call names, where `by` may see the card and write about the child today; None otherwise: that
    must not stop a call.
    """
    if child_id is None:
        return None
    # A page that was open while the record became part of another one.
    child_id = led_on([child_id]).get(child_id, child_id)
    return Child.objects.visible_to(by).filter(loggable(today), pk=child_id, school_id=school_id).first()


@dataclass(frozen=True)
class Answer:
    """What a lead told who called: that they are coming, or to be rung."""

    name: str
    extension: str
    is_coming: bool
    at: datetime


@dataclass(frozen=True)
class CallState:
    """How a call stands, as its sender may know it. `opened` is None until somebody has; `coming` is who is told next
    (names, joined) and when.

    `answer` is what a lead said last; `telephone` the number of the school, beside which extensions stand.
    `decided_myself`: the sender is a lead too, and has decided before anybody else came.
    """

    concern_id: UUID
    reference: str
    token: UUID
    called_at: datetime
    told: list[Told]
    opened: Told | None
    answer: Answer | None
    telephone: str
    coming: list[tuple[str, datetime]]
    finished: bool
    decided_myself: bool


@door("reporting")
def state_of_call(account: Account, *, at: datetime) -> CallState | None:
    """Who was told of the call that `account` began, who comes next and who has opened it; None where it began
    otherwise.
    """
    people = ("acknowledged_by", "call_answered_by", "logged_by")
    concern = Concern.objects.select_related("school", *people).get(pk=account.concern_id)
    if concern.called_at is None:
        return None
    told, opened, by = told_of(concern.pk, ConcernNotice.CALL), None, concern.acknowledged_by
    if by is not None and concern.acknowledged_at is not None:
        opened = Told(by.full_name, by.extension, concern.called_at, concern.acknowledged_at)
    return CallState(
        concern_id=concern.pk,
        reference=concern.reference,
        token=concern.token,
        called_at=concern.called_at,
        told=told,
        opened=opened,
        answer=_answer(concern),
        telephone=concern.school.telephone,
        coming=[] if opened else [(_names(people), when) for when, people in still_to_be_told(concern, at=at)],
        finished=concern.finished_at is not None,
        decided_myself=concern.acknowledged_by_id == account.author_id,
    )


def _answer(concern: Concern) -> Answer | None:
    by, at = concern.call_answered_by, concern.call_answered_at
    if by is None or at is None:
        return None
    return Answer(by.full_name, by.extension, concern.call_answer == Concern.CallAnswer.COMING, at)


def _names(people: list[User]) -> str:
    """Priya Raman; Priya Raman, Tom Aldous and Helen Okafor."""
    *first, last = [person.full_name for person in people]
    return f"{', '.join(first)} and {last}" if first else last
