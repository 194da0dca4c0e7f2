"""Tell people that there is something to read: a row in each inbox, then the bell. And read the inbox."""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from safeguarding.accounts.calendar import LONDON, SchoolCalendar
from safeguarding.accounts.models import Notice, School, User
from safeguarding.accounts.notice_kinds import KINDS, AnyNoticeKind
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.glance import glance, look_for

logger = logging.getLogger("harbour.queue")
look_for(unopened="unopened_notices", ever_told="was_ever_told")


@transaction.atomic
def tell(
    *,
    people: Iterable[User],
    school_id: UUID,
    kind: AnyNoticeKind,
    object_type: str,
    object_id: UUID,
    at: datetime,
    digest_at: datetime | None = None,
) -> None:
    """Put a notice in each inbox, once until it is opened, and ring the bell after commit. With `digest_at` the inbox
    has it at once, and the mail goes out then, together with what else is in the digest.

    Must run inside the transaction of what it is about: either both are there or neither.
    """
    wanted = [
        Notice(
            user=user,
            school_id=school_id,
            kind=kind,
            object_type=object_type,
            object_id=object_id,
            created_at=at,
            in_digest=digest_at is not None,
            mail_again_at=digest_at,
        )
        for user in {p.pk: p for p in people}.values()
    ]
    Notice.objects.bulk_create(wanted, ignore_conflicts=True)
    if wanted and not any(function is ring for _, function, _ in transaction.get_connection().run_on_commit):
        # Once a transaction, however many were told: a queue that hangs costs a request its time limit once.
        transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Ask the worker to look for mail to send. When the queue is away its beat looks every half minute anyway."""
    from safeguarding.accounts.tasks import deliver_notices

    try:
        deliver_notices.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("queue cannot be reached, the next beat sends: %s", type(error.__cause__ or error).__name__)


def open_notices(*, user: User, object_id: UUID, object_type: str = "", at: datetime | None = None) -> int:
    """`user` has seen what these notices point to (of `object_type` only, where it is given).

    Returns how many were open.
    """
    unopened = Notice.objects.filter(user=user, object_id=object_id, opened_at=None)
    if object_type:
        unopened = unopened.filter(object_type=object_type)
    return unopened.update(opened_at=at or timezone.now())


def settle_notices(
    *,
    object_id: UUID,
    kinds: Iterable[AnyNoticeKind],
    by: User,
    at: datetime,
    among: QuerySet[User] | None = None,
    but: Collection[UUID] = (),
) -> int:
    """`by` has done what notices of these kinds asked for: nobody else need hurry, or nobody `among` these people;
    `but` are left out. Returns how many asked still.
    """
    asking = Notice.objects.filter(object_id=object_id, kind__in=kinds, opened_at=None, settled_at=None)
    if among is not None:
        asking = asking.filter(user__in=among.order_by().values("pk"))
    return asking.exclude(user__in=but).update(settled_at=at, settled_by=by)


@transaction.atomic
def open_notice(*, notice_id: UUID, user: User, at: datetime | None = None) -> Notice | None:
    """`user` follows one notice of their own inbox; it is opened, with the others that lead to the same page.

    None if not theirs.
    """
    notice = Notice.objects.filter(pk=notice_id, user=user).first()
    if notice is not None:
        open_notices(user=user, object_id=notice.object_id, object_type=notice.object_type, at=at)
        record(Verb.VIEW, notice, by=user)
    return notice


@transaction.atomic
def open_shown(*, user: User, notices: Collection[UUID], at: datetime | None = None) -> int:
    """`user` has read the lines of these notices of their own inbox, and needs none of their pages. Returns how many
    there were.

    Those stay that only their own page opens: somebody waits, or sees when they were opened.
    """
    alone = [kind for kind, known in KINDS.entries.items() if known.opens_by_itself]
    unopened = Notice.objects.filter(pk__in=notices, user=user, opened_at=None, settled_at=None)
    number = unopened.exclude(kind__in=alone).update(opened_at=at or timezone.now())
    record(Verb.VIEW, object_type=Notice._meta.label_lower, by=user, purpose="all read")
    return number


@dataclass(frozen=True)
class Line:
    """Notices that say the same, as one line of the inbox: the newest first."""

    notices: tuple[Notice, ...]

    @property
    def newest(self) -> Notice:
        return self.notices[0]


def joined(notices: Sequence[Notice]) -> list[Line]:
    """Notices of one kind at one school as a line, where the newest of them stands. What somebody waits for keeps its
    own.
    """
    lines: dict[tuple[object, ...], list[Notice]] = {}
    for notice in notices:
        of_its_own = notice.pk if notice.is_hot else None
        lines.setdefault((notice.kind, notice.school_id, of_its_own), []).append(notice)
    return [Line(tuple(found)) for found in lines.values()]


def number_unopened(user: User) -> int:
    """How many notices wait to be opened, 100 at most: a part of `glance`."""
    return int(glance(user)["unopened"])


def inbox(user: User, *, opened: bool) -> QuerySet[Notice]:
    """The notices of `user` that wait to be opened, or the earlier ones, with their schools.

    Neither is asked for where `glance` says there are none.
    """
    if not glance(user)["ever_told" if opened else "unopened"]:
        return Notice.objects.none()
    waiting = Q(opened_at=None, settled_at=None)
    return Notice.objects.filter(~waiting if opened else waiting, user=user).select_related("school", "settled_by")


def next_digest(school: School, at: datetime) -> datetime:
    """When the next digest goes out: today where that is still to come on a school day, else on the next one."""
    calendar, here = SchoolCalendar.of(school.pk), at.astimezone(LONDON)
    today = here.date()
    if not calendar.is_school_day(today) or here.time() >= school.digest_at:
        today = calendar.next_school_day(today)
    return datetime.combine(today, school.digest_at, LONDON)


@dataclass(frozen=True)
class Told:
    """Somebody who was told of a record: when, and when they opened it (None: not yet)."""

    name: str
    extension: str
    told_at: datetime
    opened_at: datetime | None


def told_of(object_id: UUID, kind: AnyNoticeKind) -> list[Told]:
    """Who has been told of a record by a notice of `kind`, in the order in which they were told: one query."""
    rows = Notice.objects.filter(object_id=object_id, kind=kind).select_related("user").order_by("created_at", "pk")
    return [Told(n.user.full_name, n.user.extension, n.created_at, n.opened_at) for n in rows]
