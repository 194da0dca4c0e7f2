"""How much may be sent to an address, and for how long? The view says so; the smallest where it says nothing.

    @takes_text
    @csrf_exempt
    @public
    def log_concern(request): …

What can be known before the page runs is the address and the announced length. That somebody is signed in is not: a
cookie is easily made up, and only the database knows a true one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.urls import Resolver404, resolve

View = TypeVar("View", bound=Callable[..., Any])
_NAME = "body_limit"
# The library's pages for somebody who is not signed in yet; they take a name, a password, a code.
SIGNING_IN = frozenset({"account_login", "account_logout", "mfa_authenticate"})


@dataclass(frozen=True)
class Limit:
    """The most bytes of one body, and the seconds within which it has to be there."""

    size: int
    seconds: float


def takes_text(view: View) -> View:
    """A view that takes as much text as anybody can paste: 32 MB, as `posted.everything` reads it."""
    return takes(settings.MOST_TEXT, settings.FORM_SECONDS)(view)


def takes_files(view: View) -> View:
    """A view that takes files, all of one form together within the limit of `uploads/kinds.py`, and the words beside
    them.
    """
    return takes(settings.MOST_WITH_FILES, settings.FILES_SECONDS)(view)


def takes(size: int, seconds: float) -> Callable[[View], View]:
    """A view that takes bodies of at most `size` bytes within `seconds`."""

    def declare(view: View) -> View:
        setattr(view, _NAME, Limit(size, seconds))
        return view

    return declare


def limit_of(path: str) -> Limit:
    """The limit of an address. One that leads nowhere has the smallest."""
    try:
        page = resolve(path)
    except Resolver404:
        return _smallest()
    return _of_view(page.func, page.url_name)


@lru_cache(maxsize=1024)
def _of_view(view: Callable[..., Any], name: str | None) -> Limit:
    if (said := getattr(view, _NAME, None)) is not None:
        return said  # type: ignore[no-any-return]
    if not getattr(view, "login_required", True) or name in SIGNING_IN:
        return _smallest()
    return Limit(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.FORM_SECONDS)


def _smallest() -> Limit:
    return Limit(settings.MOST_OF_A_STRANGER, settings.FORM_SECONDS)
