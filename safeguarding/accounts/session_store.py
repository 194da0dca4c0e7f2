"""What opens a session? The cookie of a browser, and nothing that stands in a row.

The cookie is the key of the session's row with its signature by SECRET_KEY: who reads the rows can make none. What a
session keeps is signed for its own key: the data of one session, copied into the row of another, is worth nothing
there. In Python the key stays that of the row, by which Django and its libraries open stores.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangosMiddleware
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

_SALT = "harbour_session"


def cookie_of(key: str) -> str:
    """The cookie that opens the session whose row has this key."""
    return signing.TimestampSigner(salt=_SALT).sign(key)


def key_in(cookie: str) -> str | None:
    """The key of the row that this cookie opens. None for a cookie that was not made here, or is older than any
    session.
    """
    try:
        return signing.TimestampSigner(salt=_SALT).unsign(cookie, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return None


class SessionStore(DatabaseStore):
    """Django's own, in the database, where the data of each session is good for its own row alone."""

    @property
    def key_salt(self) -> str:
        return f"{super().key_salt}.{self.session_key}"


@contextmanager
def id_goes_back(request: HttpRequest) -> Iterator[None]:
    """A new id that the session is given inside goes with the transaction that gave it: what is rolled back has left
    the row of the old one.
    """
    key = request.session.session_key
    try:
        yield
    except Exception:
        if request.session.session_key != key:
            request.session = type(request.session)(key)
        raise


class SessionMiddleware(DjangosMiddleware):
    """Django's own, with the key of the row signed in the cookie."""

    def process_request(self, request: HttpRequest) -> None:
        request.session = self.SessionStore(_key_of(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Django sets the key of the row, or an empty text where the cookie is to go.

        The row may be gone, ended or given a new id by another window while this request was answered, or it cannot be
        written. The view has saved by then, or refused: its answer stands, and the next request sees what is left of
        the session. What the page was to say once is lost with the row.
        """
        try:
            response = super().process_response(request, response)
        except SessionInterrupted:
            patch_vary_headers(response, ("Cookie",))
        key, cookie = request.session.session_key, response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None:
            if cookie.value:
                response.cookies[settings.SESSION_COOKIE_NAME] = cookie_of(cookie.value)
        elif key is not None and key != _key_of(request):
            # Django gives no cookie with an error of the server, and none was given above. The old row is gone.
            _give_cookie(response, cookie_of(key))
        return response


def _key_of(request: HttpRequest) -> str | None:
    return key_in(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))


def _give_cookie(response: HttpResponse, value: str) -> None:
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        value,
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )
