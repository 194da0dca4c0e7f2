"""What becomes of a form that cannot be taken: its author is signed in no more, or nothing can be saved?

Every word comes back on a page, with a button that sends it again. Where its author has been signed out the words wait
there unseen, since somebody else may sit at the computer by now. A form says whose it is by `{% whose %}`, signed, so
that no other page can put words into one. The page asks no database, since there may be none; what it says besides, and
to whom to go, is in the template of each kind of form. What is kept as a draft, or beside its concern, is not for this
file.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from safeguarding.forms import as_typed
from safeguarding.keys import record_of
from safeguarding.rendering import Showing

View = Callable[..., Any]
AUTHOR = "author"
# What is never sent again: the browser's token, the button that was pressed, and the name of a file that is not there.
_NOT_AGAIN = frozenset({"send", "draft", "chosen", "csrfmiddlewaretoken"})
_signer = signing.Signer(salt="harbour.author")


def signed_author(author_id: UUID) -> str:
    """What a form carries, to be known again as this person's."""
    return _signer.sign(str(author_id))


def author_of(request: HttpRequest) -> UUID | None:
    """Whose form was posted; None for one that did not come from here."""
    try:
        return record_of(_signer.unsign(request.POST.get(AUTHOR, "")))
    except signing.BadSignature:
        return None


def waits_unsent(
    *made_of: type[forms.Form],
    template: str = "unsaved/words.html",
    title: str = "Not saved",
    again: str = "Try to save it again",
) -> Callable[[View], View]:
    """A view that takes one of these forms, which waits on the page when it cannot be taken.

    `template` says to whom to go.
    """

    def declare(view: View) -> View:
        def no_room(request: HttpRequest) -> HttpResponse | None:
            if author_of(request) is None:
                return None
            context = {"title": title, "lines": _read(request.POST, made_of), "button": ("", again)}
            return page_unsaved(request, request.POST, template, context)

        def waiting(request: HttpRequest) -> HttpResponse:
            context = {"title": title, "button": ("", "Send")}
            return page_unsaved(request, request.POST, "unsaved/waiting.html", context, status=403)

        def signed_out(request: HttpRequest, **page: Any) -> HttpResponse | None:
            return waiting(request) if author_of(request) else None

        @wraps(view)
        def taken(request: HttpRequest, **page: Any) -> HttpResponse:
            if request.method == "POST" and author_of(request) not in (None, request.user.pk):
                return waiting(request)
            return view(request, **page)

        taken.unsaved, taken.keeps = no_room, signed_out  # type: ignore[attr-defined]
        return taken

    return declare


def _read(data: QueryDict, made_of: tuple[type[forms.Form], ...]) -> list[tuple[str, str]]:
    """Label and text of what was posted.

    No database says what a key means that was chosen from a list, so none is shown.
    """
    fields = {
        name: field
        for form in made_of
        for name, field in form.base_fields.items()
        if not isinstance(field, forms.ChoiceField)
        or (field.choices and not isinstance(field, forms.MultipleChoiceField))
    }
    return as_typed(type("Posted", (forms.Form,), fields)(data))


def page_unsaved(
    request: HttpRequest, data: QueryDict, template: str, context: Mapping[str, Any], *, status: int = 503
) -> HttpResponse:
    """What was typed, to be copied and printed, and a button that sends all of it again."""
    frame = {
        "at": timezone.now(),
        "address": request.path,
        "posted": [(name, text) for name, texts in data.lists() if name not in _NOT_AGAIN for text in texts],
        # What the frame of a page otherwise asks the database for.
        "harbour": {"demo": settings.DEMO},
    }
    request.showing = Showing(as_typed=True)  # type: ignore[attr-defined]
    return render(request, template, {**frame, **context}, status=status)
