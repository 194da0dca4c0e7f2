"""In what state is this session: open, locked, or still without the second factor? And what follows for its requests?

A session that is not open is nobody: the views see no user, so that what was typed is kept exactly as for somebody who
has been signed out (`kept_for_author`), and no view has a rule for it. Only the few pages that get a session out
of its state know whose it is. Times are kept in the library's `UserSession`, one UPDATE beside the session's own row,
so that two requests at once never overwrite each other's.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone

from .models import User
from .permissions import needs_second_factor
from .services import factors
from .services import sessions as services

Responder = Callable[[HttpRequest], HttpResponseBase]


class State(StrEnum):
    """Why a session with a person in it is not open."""

    LOCKED = "locked"
    # The factor that this person has was not given in this session.
    WITHOUT_FACTOR = "without_factor"
    # This person needs a factor and has none.
    TO_SET_UP = "to_set_up"

    @property
    def page(self) -> str:
        """The name of the page that leads out of it."""
        return "set_up_factor" if self is State.TO_SET_UP else "unlock"


# Which pages know whose session it is while it is not open.
_PAGES = {
    State.LOCKED: {"unlock", "account_logout"},
    State.WITHOUT_FACTOR: {"unlock", "account_logout"},
    State.TO_SET_UP: {"set_up_factor", "mfa_activate_totp", "factor_picture", "mfa_add_webauthn", "account_logout"},
}


@dataclass(frozen=True)
class Waiting:
    """Whose session waits, and for what."""

    user: User
    state: State


def state_of(request: HttpRequest, user: User, session: services.Session, now: datetime) -> State | None:
    """Why this session is not open; None: it is."""
    if needs_second_factor(user):
        given = factors.factor_given_at(request, user)
        # A provider's factor lets somebody in. It opens no locked screen, so one of their own comes first all the same.
        if (given is None or factors.is_provider_only(request, user)) and not factors.has_factor(user):
            return State.TO_SET_UP
        if given is None:
            return State.WITHOUT_FACTOR
    return State.LOCKED if session.left(now) <= timedelta(0) else None


class FactorStage(AuthenticateStage):  # type: ignore[misc]
    """Between the password, or the provider, and being in: the factor, unless the provider has just asked for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        given = factors.factor_given_at(request, self.login.user) is not None
        return bool(super()._should_handle(request)) and not given


class SessionStateMiddleware:
    """Lets nobody through whose session is over, locked or without the factor that they need."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.waiting = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            self._look(request, request.user)
        response = self.get_response(request)
        # After the view and outside its transaction: a page that is refused was asked for by somebody too.
        if getattr(request, "asked_by_somebody", False):
            # One that cannot be written says nothing of what the view has saved: its answer stands.
            with suppress(DatabaseError):
                services.touch(request.own_session)  # type: ignore[attr-defined]
        return response

    def _look(self, request: HttpRequest, user: User) -> None:
        now, session = timezone.now(), services.session_of(request)
        if session is None or session.user_id != user.pk or session.is_over(now):
            services.forget(request.session)
            request.session.flush()
            request.user = AnonymousUser()
            return
        services.knows_roles(user, session)
        request.own_session = session  # type: ignore[attr-defined]
        request.idle_seconds = int(session.idle_limit.total_seconds())  # type: ignore[attr-defined]
        if (state := state_of(request, user, session, now)) is not None:
            request.waiting = Waiting(user, state)  # type: ignore[attr-defined]
            request.user = AnonymousUser()

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        waiting: Waiting | None = request.waiting  # type: ignore[attr-defined]
        name = request.resolver_match.url_name if request.resolver_match else ""
        if waiting is None:
            request.asked_by_somebody = request.user.is_authenticated and not _asks_by_itself(request, view)  # type: ignore[attr-defined]
            return None
        if name in _PAGES[waiting.state]:
            request.user = waiting.user
        elif name == "account_login" and request.method == "GET":
            return HttpResponseRedirect(way_out(waiting, request.GET.get(REDIRECT_FIELD_NAME, "")))
        return None


def way_out(waiting: Waiting, back: str) -> str:
    """Where a session that waits is opened, and then comes back to `back`."""
    query = QueryDict(mutable=True)
    if back:
        query[REDIRECT_FIELD_NAME] = back
    return f"{reverse(waiting.state.page)}{'?' if back else ''}{query.urlencode(safe='/')}"


def _asks_by_itself(request: HttpRequest, view: Any) -> bool:
    """Whether an open page asked, and not a person."""
    return request.method == "GET" and ("part" in request.GET or getattr(view, "asked_by_pages", False))
