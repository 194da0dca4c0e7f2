"""What does the page say of a body that was not taken?

In a sentence what to do: nothing is lost that the browser still has.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from safeguarding.exceptions import HarbourError

from .collecting import NO_ROOM, TOO_LARGE, TOO_SLOW

# In the environ of a request: the status that refuses its body. No header can be named so.
REFUSED = "harbour.refused"
_AGAIN = "Nothing was saved. Reload this page to send it again: your browser still has what you typed."


class TooLarge(HarbourError):
    """More than this address takes (413)."""

    status = TOO_LARGE
    title = "That is too much at once"


class TooSlow(HarbourError):
    """It did not arrive within its time (408)."""

    status = TOO_SLOW
    title = "That did not arrive"


class NoRoom(HarbourError):
    """Too much was on its way to Harbour at the same moment (503)."""

    status = NO_ROOM
    title = "Too much is being sent to Harbour"


_REFUSALS: dict[int, HarbourError] = {
    refusal.status: refusal
    for refusal in (
        TooLarge(
            "What was sent is larger than this page can take, and nothing of it was saved. Go back, and "
            "send it in two or more pieces."
        ),
        TooSlow(f"Your connection was too slow, and only part of what you sent arrived. {_AGAIN}"),
        NoRoom(f"So much is being sent at this moment that this found no room. Wait a minute. {_AGAIN}"),
    )
}


class RefusedBodyMiddleware:
    """Answers a request whose body was let go of. Its page never runs: it would find an empty form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (status := request.META.get(REFUSED)) is None:
            return self.get_response(request)
        # As a view's exception is: `RequestContextMiddleware` raises it, puts it on record and draws the page.
        request.refused = _REFUSALS[status]  # type: ignore[attr-defined]
        return HttpResponse(status=status)
