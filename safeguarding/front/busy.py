"""What is answered where no page can run? That Harbour is busy, with every word that was sent: where all threads of
pages were at work for too long, and by a process that is about to end.

Drawn in a thread of its own that has no connection to a database.
"""

from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponseBase
from django.utils.module_loading import import_string

from safeguarding.exceptions import NotSavedNow

SENTENCE = "Harbour is too busy to begin this just now. Nothing was saved; try again in a moment."
READING = "Harbour is too busy to begin this just now. Try again in a moment."
# Of all that surrounds a page: what asks no database. The cookie against forged requests is for the button that sends
# the words again.
_AROUND = (
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "safeguarding.middleware.NoStoreMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


class TooBusy(NotSavedNow):
    """Every thread of pages was at work for too long, or the process ends in a moment (503)."""

    title = "Harbour is busy"


class BusyPages(WSGIHandler):
    """A WSGI application that answers every request so."""

    def load_middleware(self, is_async: bool = False) -> None:
        answer: Any = convert_exception_to_response(_answer)
        for path in (path for path in reversed(settings.MIDDLEWARE) if path in _AROUND):
            answer = convert_exception_to_response(import_string(path)(answer))
        self._middleware_chain = answer


def _answer(request: Any) -> HttpResponseBase:
    # Pages need a database to be imported at all.
    from safeguarding.views import problem

    request.busy = TooBusy(SENTENCE if request.method == "POST" else READING)
    return problem(request, request.busy.status, request.busy.sentence, request.busy.title)
