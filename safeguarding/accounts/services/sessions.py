"""When did a session begin, when was it last used, under which id does it go on, and when does it end?

The library's `UserSession` says so, one row beside the session's own: an UPDATE of one column, so that two requests at
once never overwrite what the other put into the session.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from safeguarding import ages
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import remember
from safeguarding.accounts.services.resets import STANDS
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.services import record
from safeguarding.dates import school_year
from safeguarding.prepared import prepared

# How far behind the last moment of use may be that the row says, so that not every request writes.
_TOUCH_AFTER = timedelta(seconds=5)
# By a function of the database, which keeps its plan: planning it took longer than the answer, and each request asks.
_SESSION = "SELECT * FROM rules.session_of(%s, %s, %s, %s)"


@dataclass(frozen=True)
class Session:
    """The session of a request, and what the same query says of its person.

    `roles` are the rows of `rules.roles_held`. `has_resets`: there may be a reset to tell them of; whom it really
    concerns the strip asks then (`resets.concerning`).
    """

    key: str
    pk: int
    user_id: UUID
    begun_at: datetime
    used_at: datetime
    shared: bool
    roles: list[dict[str, Any]] | None
    has_resets: bool

    @property
    def idle_limit(self) -> timedelta:
        """How long it may go unused."""
        return timedelta(seconds=settings.SESSION_IDLE_SHARED if self.shared else settings.SESSION_IDLE)

    def left(self, now: datetime) -> timedelta:
        """How long until it locks; negative: it is locked."""
        return self.idle_limit - abs(now - self.used_at)

    def is_over(self, now: datetime) -> bool:
        """Whether it has lasted as long as any session may."""
        return ages.is_over(timedelta(seconds=settings.SESSION_LONGEST), self.begun_at, now)


def begin(request: HttpRequest, user: User, *, shared: bool, address: str) -> None:
    """A session of `user` begins now under a new id. `shared`: others use this device too."""
    request.session.cycle_key()
    UserSession.objects.create(
        user=user,
        session_key=request.session.session_key,
        ip=address,
        user_agent=request.headers.get("User-Agent", "")[:200],
        data={"shared": shared},
    )


def forget(session: SessionBase) -> None:
    """This session ends, or is somebody else's from now on: its row goes."""
    if session.session_key:
        UserSession.objects.filter(session_key=session.session_key).delete()


def renew(session: SessionBase, *, opened: bool = False) -> None:
    """The session goes on under a new id, after a factor was given again or the role changed.

    `opened`: it was locked.
    """
    old = session.session_key
    session.cycle_key()
    changes: dict[str, Any] = {"session_key": session.session_key}
    if opened:
        changes["last_seen_at"] = timezone.now()
    UserSession.objects.filter(session_key=old).update(**changes)


@contextmanager
def same_session(request: HttpRequest) -> Iterator[None]:
    """What happens inside gives the session a new id, and the library a row that begins now: the old row goes on
    instead.
    """
    session = session_of(request)
    yield
    key = request.session.session_key
    if session is not None and key != session.key:
        UserSession.objects.filter(session_key=key).delete()
        UserSession.objects.filter(pk=session.pk).update(session_key=key)


def session_of(request: HttpRequest) -> Session | None:
    """The session of this request: one query."""
    key = request.session.session_key
    if not key:
        return None
    today = timezone.localdate()
    found = prepared(_SESSION, [key, timezone.now() - STANDS, today, school_year(today)])
    return Session(key, *found[0]) if found else None


def knows_roles(user: User, session: Session) -> None:
    """That `user`, whose session this is, holds the roles that were read with it: they are not read again."""
    columns = itemgetter("school_name", "role_key", "classes", "answered")
    remember(user, [(UUID(role["school_id"]), *columns(role)) for role in session.roles or ()])


def touch(session: Session) -> None:
    """Somebody used it just now."""
    now = timezone.now()
    if now - session.used_at > _TOUCH_AFTER:
        # Not one that was locked while this request was answered.
        rows = UserSession.objects.filter(pk=session.pk, last_seen_at__lt=now, last_seen_at__gte=session.used_at)
        rows.update(last_seen_at=now)


@transaction.atomic
def lock(*, session: Session, by: User) -> None:
    """The screen is locked by hand: the session is as one that nobody has used for as long as it may go unused."""
    UserSession.objects.filter(pk=session.pk).update(last_seen_at=timezone.now() - session.idle_limit)
    record(AccountVerb.SIGN_OUT, by, by=by, purpose="screen locked")


def browser_of(agent: str) -> str:
    """What a browser calls itself, in the words of its owner: `Chrome on Windows`.

    Which of them it is, it may make up.
    """
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "Chromebook"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    name = next((said for mark, said in names if mark in agent), "Another browser")
    return f"{name} on {next((said for mark, said in systems if mark in agent), 'an unknown device')}"
