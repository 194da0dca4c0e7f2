"""Where does an address lead that names a record which has become part of another?

To the one that stays, on the same page.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from children.models import Child
from children.services import led_on
from safeguarding.audit.reading import visible
from safeguarding.views import problem

_LED = "That record is part of this one now: two records were of the same child."
_SENT = (
    "The record that this was sent to has become part of another one since, and nothing was saved. Go "
    "back to copy what you "
    "typed, then open the child’s record again and send it there."
)


class LedOnMiddleware:
    """A bookmark, a notice or a link on paper goes on working, for whoever may see the record that stays, and for
    nobody else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """For a page that was not found: the same page of the record that stays."""
        match = request.resolver_match
        if not isinstance(error, Http404) or match is None or not match.url_name:
            return None
        keys = {name: key for name, key in match.kwargs.items() if isinstance(key, UUID)}
        led = led_on(list(keys.values()))
        if not led or visible(request, Child).filter(pk__in=led.values()).count() < len(set(led.values())):
            return None
        if request.method not in ("GET", "HEAD"):
            return problem(request, 409, _SENT, "This record is part of another now")
        there = {name: led.get(key, key) for name, key in match.kwargs.items()}
        if len(set(there.values())) < len(there):
            # Both records of the page are one by now.
            return redirect("child", next(iter(led.values())))
        messages.info(request, _LED)
        return redirect(match.view_name, **there)
