"""Does this browser belong to somebody who has signed in with it before, and how many tries has it left?

Tries are counted by account and device. Who attacks an account from anywhere shares one count with everybody who was
never in, and uses it up; the browsers that its owner has signed in with have counts of their own. A signed cookie says
which they are. It holds a random number and digests of user names, no names, and is no way in: without it one is only a
stranger.
"""

import secrets
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

_SALT = "harbour_device"
_AGE = 365 * 24 * 60 * 60
# A shared computer is known to so many people; the one who came first is forgotten first.
_MOST = 30


def device_of(request: HttpRequest, username: str) -> str:
    """What tries for this account are counted under: the number of a device that it knows, or `elsewhere`."""
    number, known = _read(request)
    return number if _digest(username) in known else "elsewhere"


def remember(request: HttpRequest, response: HttpResponseBase, username: str, *, anew: bool = False) -> None:
    """This account has been signed in to here. `anew`: under a new number, so that earlier tries do not count."""
    number, known = _read(request)
    known = [digest for digest in known if digest != _digest(username)][-(_MOST - 1) :]
    value = signing.dumps(
        {"n": secrets.token_hex(8) if anew or not number else number, "of": [*known, _digest(username)]}, salt=_SALT
    )
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def take_try(request: HttpRequest, username: str, what: str) -> Callable[[], None]:
    """One of ten tries in five minutes is used; what comes back gives it back, for a try that was right.

    Raises `ValidationError` when there are none left.
    """
    key = f"{what}:{username.casefold()}:{device_of(request, username)}"
    usage = ratelimit.consume(request, app="allauth.account", action="login_failed", key=key)
    if usage is None:
        raise get_adapter().validation_error("too_many_login_attempts")
    return usage.rollback


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        kept = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return "", []
    return kept["n"], kept["of"]


def _digest(username: str) -> str:
    return salted_hmac(_SALT, username.casefold(), algorithm="sha256").hexdigest()[:20]
