"""What opens a session? The cookie of a browser, and nothing that stands in a row.

The cookie is the key of the session's row with its signature by SECRET_KEY: who reads the rows can make none. What a
session keeps is signed for its own key: the data of one session, copied into the row of another, is worth nothing
there. In Python the key stays that of the row, by which Django and its libraries open stores.
"""

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.middleware import SessionMiddleware as DjangosMiddleware
from django.core import signing
from django.http import HttpRequest, HttpResponse

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


class SessionMiddleware(DjangosMiddleware):
    """Django's own, with the key of the row signed in the cookie."""

    def process_request(self, request: HttpRequest) -> None:
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        request.session = self.SessionStore(key_in(cookie))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Django sets the key of the row, or an empty text where the cookie is to go."""
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = cookie_of(cookie.value)
        return response
