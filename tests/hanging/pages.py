"""Pages that hang: in a pattern that holds the interpreter, and in a wait that does not. Beside them slow ones."""

import re
from collections.abc import Iterator
from threading import Event

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from safeguarding.accounts.permissions import public
from safeguarding.urls import handler400, handler404, handler500
from safeguarding.urls import urlpatterns as pages

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


@public
def in_a_pattern(request: HttpRequest) -> HttpResponse:
    """Takes a time that doubles with each letter."""
    return HttpResponse(str(re.fullmatch(r"(a|a)+", "a" * 100 + request.GET["said"])))


@public
def in_a_wait(request: HttpRequest) -> HttpResponse:
    Event().wait()
    raise AssertionError


@public
def slow(request: HttpRequest) -> HttpResponse:
    Event().wait(float(request.GET["seconds"]))
    return HttpResponse("done")


@public
def slow_file(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_pieces(int(request.GET["seconds"])))


def _pieces(seconds: int) -> Iterator[bytes]:
    for _ in range(seconds):
        Event().wait(1)
        yield b"a" * 65536


urlpatterns = [
    path("in-a-pattern/", in_a_pattern),
    path("in-a-wait/", in_a_wait),
    path("slow/", slow),
    path("slow-file/", slow_file),
    *pages,
]
