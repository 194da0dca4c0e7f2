"""What becomes of a form that cannot be taken: its author is signed in no more, or nothing can be saved?

Every word comes back on a page, with a button that sends it again. Where its author has been signed out the words wait
there unseen, since somebody else may sit at the computer by now. A form says whose it is by `{% signed_form %}`, so
that no other page can put words into one, and that it takes a password or a code: of such a form nothing comes back.
The page asks no database, since there may be none. What it says besides, and to whom to go, a view says by
`waits_unsent`; what is kept as a draft, or beside its concern, has answers of its own (`view.unsaved`, `view.keeps`).
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import ascii_lowercase, digits
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone

from safeguarding.cross_site import is_foreign
from safeguarding.forms import DateBoxesField
from safeguarding.keys import record_of
from safeguarding.refused_forms import as_typed
from safeguarding.rendering import Showing

View = Callable[..., Any]
AUTHOR = "author"
_TAKES_SECRET = " secret"  # noqa: S105
# What is never sent again: the browser's token, and the button that was pressed.
_NOT_AGAIN = frozenset({"send", "draft", "csrfmiddlewaretoken"})
# Files, of which a button that sends none posts the name; elsewhere what was ticked in a list, by its key.
_CHOSEN = "chosen"
# How the fields begin by which a page asks for the second factor in the middle of a form (`AgainForm`).
FACTOR = "factor_"
# What the page of a form put into it, and nobody typed.
_OF_THE_PAGE = _NOT_AGAIN | {AUTHOR, _CHOSEN, "key", "ring"}
_KEY_LETTERS = frozenset(ascii_lowercase + digits + "_-.,:/?=&")
UNREADABLE = (RequestDataTooBig, UnreadablePostError, MultiPartParserError, RawPostDataException)
_signer = signing.Signer(salt="harbour.author")


@dataclass(frozen=True)
class Sender:
    """Whose form was posted, None where nobody was signed in; and whether it takes a password or a code."""

    author_id: UUID | None
    has_secret: bool


@dataclass(frozen=True)
class Waits:
    """How a form waits: the forms that may have been sent, and what its page says. `template` says to whom to go."""

    made_of: tuple[type[forms.Form], ...] = ()
    template: str = "unsaved/words.html"
    title: str = "Not saved"
    again: str = "Try to save it again"


def signed_author(author_id: UUID | None, *, has_secret: bool = False) -> str:
    """What a form carries, to be known again as this person's."""
    return _signer.sign(f"{author_id or ''}{_TAKES_SECRET if has_secret else ''}")


def sender_of(request: HttpRequest) -> Sender | None:
    """Whose form was posted; None for one that did not come from here, or cannot be read.

    What a page signs is the same tomorrow, and could be learnt by another site: a form from there is nobody's. The page
    that asks for the factor in the middle of a form says it beside that form, which has a secret if it says so itself.
    """
    if is_foreign(request):
        return None
    try:
        said = {_signer.unsign(signed) for signed in request.POST.getlist(AUTHOR)}
    except (signing.BadSignature, *UNREADABLE):
        return None
    authors = {one.removesuffix(_TAKES_SECRET) for one in said}
    if len(authors) != 1:
        return None
    return Sender(record_of(authors.pop()), all(one.endswith(_TAKES_SECRET) for one in said))


def waits_unsent(
    *made_of: type[forms.Form],
    template: str = Waits.template,
    title: str = Waits.title,
    again: str = Waits.again,
) -> Callable[[View], View]:
    """A view that takes one of these forms, and how that waits on the page when it cannot be taken."""

    def declare(view: View) -> View:
        view.waits = Waits(made_of, template, title, again)  # type: ignore[attr-defined]
        return view

    return declare


def not_saved(request: HttpRequest) -> HttpResponse | None:
    """The answer to a form of which nothing could be saved: what was typed, to be copied and printed, and whom to ring.

    Also where the request never came so far as its view. It asks the database nothing. None for what no form of ours
    sent, and for one that takes a password or a code.
    """
    if request.method != "POST":
        return None
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    answer: HttpResponse | None
    if (unsaved := getattr(view, "unsaved", None)) is not None:
        answer = unsaved(request)
        return answer
    sender = sender_of(request)
    if sender is None or sender.has_secret or (sender.author_id is None and _is_for_people(view)):
        return None
    waits, data = _waits_of(view), _without_factor(request.POST)
    context = {"title": waits.title, "lines": _typed(data, waits.made_of), "button": ("", waits.again)}
    return page_unsaved(request, data, waits.template, context)


def kept_for_author(request: HttpRequest, view: Any, page: Mapping[str, Any]) -> HttpResponse | None:
    """What becomes of a form that cannot be taken from whoever is here now: its author has been signed out.

    The answer of a view that keeps it (`view.keeps`, which takes the same as the view), else a page on which the words
    wait; None where nothing was typed, and where somebody without an account may send it.
    """
    if request.method != "POST":
        return None
    answer: HttpResponse | None
    if (keep := getattr(view, "keeps", None)) is not None:
        answer = keep(request, **page)
        return answer
    sender = sender_of(request) if _is_for_people(view) else None
    if sender is None or sender.has_secret or sender.author_id is None:
        return None
    waits, data = _waits_of(view), _without_factor(request.POST)
    if not _names_of_files(request) and not _typed(data, waits.made_of):
        return None
    context = {"title": waits.title, "button": ("", "Send")}
    return page_unsaved(request, data, "unsaved/waiting.html", context, status=403)


def is_of_another(request: HttpRequest) -> bool:
    """Whether a form of somebody else was posted: the page of whoever was signed in before was still open."""
    sender = sender_of(request) if request.method == "POST" else None
    return sender is not None and sender.author_id not in (None, request.user.pk)


def page_unsaved(
    request: HttpRequest, data: QueryDict, template: str, context: Mapping[str, Any], *, status: int = 503
) -> HttpResponse:
    """What was typed, to be copied and printed, and a button that sends all of it again."""
    frame = {
        "at": timezone.now(),
        "address": request.get_full_path(),
        "posted": [(name, text) for name, texts in data.lists() for text in texts if _is_sent_again(name, text)],
        "files": _names_of_files(request),
        # What the frame of a page otherwise asks the database for.
        "harbour": {"demo": settings.DEMO},
    }
    request.showing = Showing(as_typed=True)  # type: ignore[attr-defined]
    return render(request, template, {**frame, **context}, status=status)


def _is_sent_again(name: str, text: str) -> bool:
    return name not in _NOT_AGAIN and (name != _CHOSEN or record_of(text) is not None)


def _without_factor(posted: QueryDict) -> QueryDict:
    """What was typed into a form itself, without what was given where its page asked for the factor."""
    data = posted.copy()
    for name in [name for name in data if name.startswith(FACTOR)]:
        del data[name]
    return data


def _is_for_people(view: Any) -> bool:
    """Whether only somebody who is signed in may send it."""
    return getattr(view, "login_required", True)


def _waits_of(view: Any) -> Waits:
    """What a view says by `waits_unsent`; else any form that its module names may have been sent."""
    if (waits := getattr(view, "waits", None)) is not None:
        return waits  # type: ignore[no-any-return]
    named = vars(sys.modules[view.__module__]).values()
    return Waits(tuple(one for one in named if isinstance(one, type) and issubclass(one, forms.Form)))


def _typed(data: QueryDict, made_of: Iterable[type[forms.Form]]) -> list[tuple[str, str]]:
    """Label and text of what was posted; no label for a text of which no form here tells.

    No database says what a key means that was chosen from a list, so none is shown.
    """
    places = {name: place for place, name in enumerate(dict.fromkeys(map(_bare, data)))}
    # Where two forms have a field of one name, the form that fits better says what it is called.
    fitting = sorted(made_of, key=lambda form: len(places.keys() & form.base_fields.keys()))
    fields = {name: field for form in fitting for name, field in form.base_fields.items()}
    # In the order of the page.
    found = {name: [places[part] for part in _parts(name, field) if part in places] for name, field in fields.items()}
    there = {name: fields[name] for name in sorted(filter(found.get, found), key=lambda name: found[name])}
    posted = type("Posted", (forms.Form,), {name: field for name, field in there.items() if not _is_only_key(field)})
    prefixes = dict.fromkeys(name.rpartition("-")[0] for name in data)
    lines = [line for prefix in prefixes for line in as_typed(posted(data, prefix=prefix or None))]
    told = {text for _, text in lines}
    return [*lines, *(("", text) for text in _texts(data, there) if text not in told)]


def _texts(data: QueryDict, fields: Mapping[str, forms.Field]) -> Iterator[str]:
    """What was posted, less what was chosen, and what the page itself put into its form."""
    chosen = {part for name, field in fields.items() if _is_chosen(field) for part in _parts(name, field)}
    for name, texts in data.lists():
        if _bare(name) not in chosen | _OF_THE_PAGE:
            yield from (text for text in map(str.strip, texts) if not set(text) <= _KEY_LETTERS)


def _bare(name: str) -> str:
    """The name of a field without the prefix of its form."""
    return name.rpartition("-")[2]


def _parts(name: str, field: forms.Field) -> list[str]:
    """The names of what is posted of a field; of a day, those of its boxes too."""
    boxes = ("day", "month", "year") if isinstance(field, DateBoxesField) else ()
    return [name, *(f"{name}_{box}" for box in boxes)]


def _is_chosen(field: forms.Field) -> bool:
    is_secret = isinstance(field.widget, forms.PasswordInput)
    return isinstance(field, forms.ChoiceField | DateBoxesField) or field.widget.is_hidden or is_secret


def _is_only_key(field: forms.Field) -> bool:
    """Whether a database would have to say what was chosen; or nobody is to read it."""
    if isinstance(field, forms.ModelChoiceField | forms.MultipleChoiceField):
        return True
    if isinstance(field, forms.ChoiceField):
        return not field.choices
    return isinstance(field.widget, forms.PasswordInput)


def _names_of_files(request: HttpRequest) -> list[str]:
    """The files that came along, which are gone: a page cannot choose them again."""
    there = [file.name or "" for _, files in request.FILES.lists() for file in files]
    return [*there, *getattr(request, "files_let_go", ())]
