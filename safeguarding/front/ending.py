"""What is answered by a process that is about to end? That Harbour is busy: drawn without a thread of pages or a
database.
"""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string

_STATUS = 503
_SENTENCE = (
    "Reload this page in a moment. If you have just sent something, it was not saved: reloading sends it again, and "
    "your browser still has what you typed."
)


def busy() -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of the answer. The headers are those that the middleware gives to every page."""
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": "; ".join(f"{name} {' '.join(given)}" for name, given in policy.items()),
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex, nofollow",
        "retry-after": "30",
        # The next try may reach another process.
        "connection": "close",
    }
    return _STATUS, [(name.encode(), value.encode()) for name, value in headers.items()], _page()


@lru_cache(maxsize=1)
def _page() -> bytes:
    """The same for everybody: drawn once."""
    context = {"title": "Harbour is busy", "sentence": _SENTENCE, "status": _STATUS}
    return render_to_string("problem.html", context).encode()
