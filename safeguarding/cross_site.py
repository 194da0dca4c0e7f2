"""Did a page of Harbour send this form? Asked where the key of a form stands in for the browser's token.

Those views take a form from a browser that has lost its cookies (docs/adr/drafts-by-signed-key.md). A page of another
site can post to them as well, and a browser sends our cookies along where that site is a sister of ours (another host
of the same school). Browsers say in `Origin` where a form stood, and no page can make that up.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import Resolver404, resolve

Responder = Callable[[HttpRequest], HttpResponseBase]


class CrossSiteMiddleware:
    """A form of another site that comes without the browser's token is nobody's, whatever cookies came with it.

    Its view then does what it does for somebody who has been signed out: what carries the key of a form is kept for the
    author of that key, and nothing is sent, read or written in the name of who sits at the browser.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and is_foreign(request) and _needs_no_token(request):
            request.user = AnonymousUser()
        return self.get_response(request)


def is_foreign(request: HttpRequest) -> bool:
    """Whether the browser says that a page of another site sent this."""
    return "Origin" in request.headers and not _is_ours(request)


def is_own_form(request: HttpRequest) -> bool:
    """Whether a page of Harbour sent this: the browser says so, or, where it says nothing, its token came along."""
    if "Origin" in request.headers:
        return _is_ours(request)
    return _Token(lambda _: HttpResponse()).process_view(request, HttpResponse, (), {}) is None


class _Token(CsrfViewMiddleware):
    """Django's check of the token, for a view that is exempt from it."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return HttpResponse(status=403)


def _is_ours(request: HttpRequest) -> bool:
    own = f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"
    return request.headers["Origin"] in (own, *settings.CSRF_TRUSTED_ORIGINS)


def _needs_no_token(request: HttpRequest) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "csrf_exempt", False)
    except Resolver404:
        return False
