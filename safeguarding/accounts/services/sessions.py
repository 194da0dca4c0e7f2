"""When did a session begin, when was it last used, under which id does it go on, and when does it end?

The library's `UserSession` says so, one row beside the session's own: an UPDATE of one column, so that two requests at once
never overwrite what the other put into the session.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import HELD, held_on, remember
from safeguarding.accounts.services.resets import STANDS

# How far behind the last moment of use may be that the row says, so that not every request writes.
_TOUCH_AFTER = timedelta(seconds=5)
# Written out, as each request asks: put together from query sets it took three times as long as the answer.
# Whom a reset really concerns the strip asks where there is one (`resets.concerning`).
_ROW = f"""
    SELECT this.*, (SELECT json_agg(role) FROM ({HELD.replace("%(user)s", "this.user_id")}) AS role) AS roles, EXISTS (
        SELECT FROM accounts_reset AS r
        WHERE r.confirmed_at > %(since)s AND (
            r.user_id = this.user_id
            OR r.school_id IN (SELECT a.school_id FROM accounts_roleassignment AS a WHERE a.user_id = this.user_id)
        )
    ) AS has_resets
    FROM usersessions_usersession AS this WHERE session_key = %(key)s
"""  # noqa: S608  (one text of ours in another)


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
    """The session goes on under a new id, after a factor was given again or the role changed. `opened`: it was locked."""
    old = session.session_key
    session.cycle_key()
    changes: dict[str, Any] = {"session_key": session.session_key}
    if opened:
        changes["last_seen_at"] = timezone.now()
    UserSession.objects.filter(session_key=old).update(**changes)


@contextmanager
def same_session(request: HttpRequest) -> Iterator[None]:
    """What happens inside gives the session a new id, and the library a row that begins now: the old row goes on instead."""
    row = row_of(request)
    yield
    key = request.session.session_key
    if row is not None and key != row.session_key:
        UserSession.objects.filter(session_key=key).delete()
        UserSession.objects.filter(pk=row.pk).update(session_key=key)


def idle_limit(row: UserSession) -> timedelta:
    """How long this session may go unused."""
    return timedelta(seconds=settings.SESSION_IDLE_SHARED if row.data.get("shared") else settings.SESSION_IDLE)


def left(row: UserSession, now: datetime) -> timedelta:
    """How long until it locks; negative: it is locked."""
    return row.last_seen_at + idle_limit(row) - now


def is_over(row: UserSession, now: datetime) -> bool:
    """Whether it has lasted as long as any session may."""
    return now - row.created_at >= timedelta(seconds=settings.SESSION_LONGEST)


def row_of(request: HttpRequest) -> UserSession | None:
    """The row of this request's session: one query. With it whether there may be a reset to tell its person of
    (`has_resets`), and the roles that they hold today, for `knows_roles`.
    """
    key = request.session.session_key
    if not key:
        return None
    asked = {"key": key, "since": timezone.now() - STANDS, **held_on(timezone.localdate())}
    return next(iter(UserSession.objects.raw(_ROW, asked)), None)


def knows_roles(user: User, row: UserSession) -> None:
    """That `user`, whose session this is, holds the roles that came with its row: they are not read again."""
    columns = itemgetter("name", "role_key", "class_name", "answered")
    remember(user, [(UUID(role["school_id"]), *columns(role)) for role in row.roles or []])


def touch(row: UserSession) -> None:
    """Somebody used it just now."""
    now = timezone.now()
    if now - row.last_seen_at > _TOUCH_AFTER:
        UserSession.objects.filter(pk=row.pk, last_seen_at__lt=now).update(last_seen_at=now)


def browser_of(agent: str) -> str:
    """What a browser calls itself, in the words of its owner: `Chrome on Windows`. Which of them it is, it may make up."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"), ("Windows", "Windows"),
        ("Mac OS", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    name = next((said for mark, said in names if mark in agent), "Another browser")
    return f"{name} on {next((said for mark, said in systems if mark in agent), 'an unknown device')}"
