"""What does the page say of a form that could not be saved at all? All that was typed, whom to ring, and a button to
try again.

That happens when a disk is full or a database is away, so it asks neither. Whom to ring came with the page of the form,
signed: nobody else's page can put a telephone number in front of somebody who is worried about a child.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict

from safeguarding.accounts.services import OutOfHours, SpeakTo
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.reading_back import readable_alone
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.views.posted import everything
from safeguarding.unsaved import page_unsaved

_SALT = "harbour.ring"
# By the button that was pressed; without one of these two what was typed is saved.
_AGAIN = {"send": "Try to send it again", "draft": "Try to save it again", "": "Try to save it again"}
NOT_SAVED = "unsaved/concern.html"


def whom_to_ring(people: Sequence[SpeakTo], hours: OutOfHours) -> str:
    """Who stands beside the form, to be told again without a query."""
    return signing.dumps(
        {
            "people": [[person.name, person.extension, person.why] for person in people],
            "telephone": people[0].telephone if people else "",
            "social_care": [hours.social_care_day, hours.social_care_night],
        },
        salt=_SALT,
    )


def says_unsaved(
    *,
    title: str = "Not saved",
    read: Callable[[QueryDict], Typed] = Typed.posted,
    lines: Callable[[Typed], list[tuple[str, str]]] = readable_alone,
    again: Mapping[str, str] = _AGAIN,
    as_json: bool = False,
) -> Callable[[Any], Any]:
    """A view that takes a form of a concern: `read` says what was typed there, `lines` how that reads, `again` what to
    press, by the button pressed before.

    `as_json`: for the script that saves in the background.
    """

    def unsaved(request: HttpRequest) -> HttpResponse | None:
        """None for what was posted without a key of ours."""
        data = everything(request)
        if tokens.whose(data.get("key", "")) is None:
            return None
        ring = _ring(data.get("ring", ""))
        if as_json:
            return JsonResponse({"problem": _sentence(ring["people"])}, status=503)
        typed = read(data)
        button = next(((name, label) for name, label in again.items() if not name or name in data), None)
        context = {"title": title, "lines": lines(typed), "unnamed": len(typed.records), "button": button}
        return page_unsaved(request, data, NOT_SAVED, {**ring, **context})

    def declare(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        view.unsaved = unsaved  # type: ignore[attr-defined]
        return view

    return declare


def _ring(signed: str) -> dict[str, Any]:
    try:
        ring: dict[str, Any] = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return {"people": [], "telephone": "", "social_care": []}
    return ring


def _sentence(people: list[list[str]]) -> str:
    first = f" Ring {people[0][0]}{f', extension {people[0][1]}' if people[0][1] else ''}." if people else ""
    return (
        "Not saved: Harbour cannot save anything just now. Keep this page open, and copy or print what you "
        f"typed.{first}"
    )
