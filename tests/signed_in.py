"""How does a test get a session that has its second factor? The rule stands; the session is given what signing in gives
it.

`Client.force_login` is Django's, and what it makes is a session that knows its person and nothing more. `install` makes
every client of the run add what Harbour's own sign-in adds: the session's row and, for who needs one, the factor given
a moment ago. A test of the rule itself asks for less: `force_login(client, user, factor=False)`.
"""

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import needs_second_factor
from safeguarding.accounts.session_store import SessionStore, cookie_of, key_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def force_login(client: Client, user: User, backend: str | None = None, *, factor: bool | None = None) -> None:
    """A session of `user` as after signing in; `factor`: with the second factor, or without (None: as the rule wants
    it).
    """
    there = client.cookies.get(settings.SESSION_COOKIE_NAME)
    request, user.backend = HttpRequest(), backend or client._get_backend()  # type: ignore[attr-defined]
    # As Django's own does, but written once, with all that the session is to know.
    request.session = SessionStore(there and key_in(there.value))
    login(request, user)
    request.session.update(facts(user, factor=factor))
    request.session.save()
    client._set_login_cookies(request)  # type: ignore[attr-defined]
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie_of(request.session.session_key)
    begin(user, request.session.session_key)


def facts(user: User, *, factor: bool | None = None) -> dict[str, Any]:
    """What the session of `user` knows of the second factor."""
    given = needs_second_factor(User.objects.get(pk=user.pk)) if factor is None else factor
    if not given:
        return {}
    return {
        AUTHENTICATION_METHODS_SESSION_KEY: [{"method": "mfa", "type": "totp", "at": time.time()}],
        _AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk),
    }


def begin(user: User, session_key: str) -> None:
    """The row of a session that begins now."""
    row = {"user": user, "ip": "127.0.0.1", "user_agent": "", "data": {}, "created_at": timezone.now()}
    if not UserSession.objects.filter(session_key=session_key).update(**row):
        UserSession.objects.create(session_key=session_key, **row)


def session(client: Client) -> SessionStore:
    """The session whose cookie this client has; a new one where it has none."""
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    store = SessionStore(cookie and key_in(cookie.value))
    if not cookie:
        store.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie_of(store.session_key)
    return store


def install() -> None:
    """Every `client.force_login` and `client.session` of the run are the ones above."""
    Client.force_login = force_login  # type: ignore[method-assign]
    Client.session = property(session)  # type: ignore[assignment]


def give_factor(user: User) -> User:
    """An authenticator app with `SECRET`, and a list of codes, for somebody who signs in through the page."""
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return user


def next_code(user: User) -> str:
    """A code that works now: of the app while it has one that was not used, else from the list."""
    app = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    now = int(time.time()) // 30
    # Not the one before: it may be too old by the time that it is typed.
    counter = max(now, app.data.get("last_counter", 0) + 1)
    if counter <= now + 1:
        return format_hotp_value(hotp_value(decrypt(app.data["secret"]), counter))
    return Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
