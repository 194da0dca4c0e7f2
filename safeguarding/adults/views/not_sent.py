"""What becomes of a concern about an adult that could not be sent: there was no room for it, or its author is signed in no more?

No draft of one is kept anywhere. The page that comes back holds what was typed. It says so to whoever had the form from Harbour
alone: the form carries the name of its author, signed, so that no other page can put words here.
"""

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse

from safeguarding.accounts.models import User
from safeguarding.adults.forms.raising import written
from safeguarding.unsaved import page_unsaved

_signer = signing.Signer(salt="harbour.adults.raise")
_AGAIN = ("", "Try to send it again")


def key_of(author: User) -> str:
    """What the form carries, to be known again as this person's."""
    return _signer.sign(str(author.pk))


def author_of(request: HttpRequest) -> UUID | None:
    """Whose form was posted; None for one that did not come from here."""
    try:
        return UUID(_signer.unsign(request.POST.get("key", "")))
    except signing.BadSignature:
        return None


def no_room(request: HttpRequest) -> HttpResponse | None:
    """Nothing can be saved: what was typed, to be copied and printed, and whom to tell."""
    if author_of(request) is None:
        return None
    context = {
        "title": "Not sent",
        "lines": written(request.POST),
        "unnamed": bool(request.POST.get("person")),
        "button": _AGAIN,
    }
    return page_unsaved(request, request.POST, "adults/not_saved.html", context)


def signed_out(request: HttpRequest, **page: Any) -> HttpResponse | None:
    """Whoever wrote it is not signed in, or somebody else is: it waits on the page, unseen, until its author sends it."""
    if author_of(request) is None:
        return None
    context = {"title": "Not sent", "button": ("", "Send")}
    return page_unsaved(request, request.POST, "adults/signed_out.html", context, status=403)
