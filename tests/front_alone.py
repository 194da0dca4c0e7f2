"""The web server and what stands in front of the pages, with one page of its own in the place of Harbour: no database,
no keys.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from safeguarding import web_limits

settings.configure(
    **{name: getattr(web_limits, name) for name in web_limits.__all__},
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a test",
    VAR=Path(os.environ["HARBOUR_VAR"]),
    FILE_UPLOAD_HANDLERS=["django.core.files.uploadhandler.MemoryFileUploadHandler"],
    MIDDLEWARE=[f"{__name__}.refusing"],
)
django.setup()

from safeguarding.front.application import Front  # noqa: E402
from safeguarding.front.limits import takes, takes_files, takes_text  # noqa: E402
from safeguarding.front.refusing import REFUSED  # noqa: E402


def refusing(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    return lambda request: (
        HttpResponse(status=status) if (status := request.META.get(REFUSED)) else get_response(request)
    )


def page() -> Callable[[HttpRequest], HttpResponse]:
    """A view of its own for each address: what it takes is said on the view."""

    def read(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{len(request.read())} bytes from {request.META.get('HTTP_X_FORWARDED_FOR', 'here')}")

    return read


def file(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_pieces(200))


def _pieces(number: int) -> Iterator[bytes]:
    for _ in range(number):
        yield b"a" * 65536


urlpatterns = [
    path("health/", takes(web_limits.MOST_OF_A_STRANGER, web_limits.FORM_SECONDS)(page())),
    path("log/", takes_text(page())),
    path("files/", file),
    path("give/", takes_files(page())),
]
application = Front(WSGIHandler())
