"""The page on which somebody without an account leaves a note: a supply teacher, a visitor, a neighbour.

It knows nobody, searches nothing and shows of the school its name and whom to ring. Its form is taken without the
browser's token: a browser that keeps no cookies must not lose what was typed, and a foreign site that posts here could
as well open it.
"""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from safeguarding.accounts.permissions import never_waits, public
from safeguarding.concerns.forms.outside import OutsideForm
from safeguarding.concerns.forms.reading_back import lines_of
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import OutsideLink
from safeguarding.concerns.services.outside import leaving, links
from safeguarding.concerns.views.posted import everything
from safeguarding.concerns.views.unsaved import NOT_SAVED
from safeguarding.exceptions import TooMany
from safeguarding.front.limits import takes
from safeguarding.http import Request, SeeOther
from safeguarding.keys import record_of, uuid7
from safeguarding.unsaved import page_unsaved

_signer = Signer(salt="harbour.outside")
_DAMAGED = (
    "Only part of this page arrived, so nothing has been sent. What you typed is here: press the button once more."
)
# Far more than its form takes, every letter of it written as twelve: whoever finds the poster can post here.
_MOST = 2**20


@takes(_MOST, settings.FORM_SECONDS)
@csrf_exempt
@public
@never_waits
@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: Request, secret: UUID) -> HttpResponse:
    """The form, and what is sent with it. A link that takes no notes is answered as one that never was."""
    link = links.link_by(secret)
    if link is None:
        return render(request, "outside/gone.html", {"harbour": _FRAME}, status=404)
    if request.method != "POST":
        return _page(request, link, OutsideForm(), key=_issue(link))
    data = everything(request, most=_MOST)
    form, token = OutsideForm(_typed(data)), _token(data, link)
    if token is None:
        form.add_error(None, _DAMAGED)
        return _page(request, link, form, key=_issue(link), status=422)
    key = data.get("key", "")
    if not form.is_valid():
        return _page(request, link, form, key=key, status=422)
    try:
        slip = leaving.leave_note(link=link, token=token, left=form.left(), address=request.acting.source_address)
    except TooMany as refused:
        form.add_error(None, refused.sentence)
        return _page(request, link, form, key=key, status=refused.status)
    return SeeOther(reverse("outside_slip", args=[secret, slip.token]))


@public
@never_waits
@require_safe
def outside_slip(request: Request, secret: UUID, token: UUID) -> HttpResponse:
    """The reference of the note that was just left, to be printed or written down. Nothing that was written in it."""
    link, slip = links.link_by(secret), leaving.slip_of(token)
    if link is None or slip is None or slip.link_id != link.pk:
        return render(request, "outside/gone.html", {"harbour": _FRAME}, status=404)
    return render(
        request, "outside/slip.html", {"school": link.school, "secret": secret, "slip": slip, "harbour": _FRAME}
    )


# These pages know nobody, also where somebody is signed in who tries the link out.
_FRAME = {"demo": settings.DEMO}


def _page(request: Request, link: OutsideLink, form: OutsideForm, *, key: str, status: int = 200) -> HttpResponse:
    context = {"form": form, "school": link.school, "secret": link.secret, "key": key, "harbour": _FRAME}
    return render(request, "outside/form.html", context, status=status)


def _typed(data: QueryDict) -> object:
    """What was typed, without the character that no keyboard types."""
    return Typed.posted(data).data


def _issue(link: OutsideLink) -> str:
    return _signer.sign(f"{uuid7()}.{link.pk}")


def _token(data: QueryDict, link: OutsideLink) -> UUID | None:
    """The token of the page, where it was issued here and for this link."""
    try:
        token, of = _signer.unsign(data.get("key", "")).split(".")
    except (BadSignature, ValueError):
        return None
    return record_of(token) if of == str(link.pk) else None


def _unsaved(request: HttpRequest) -> HttpResponse | None:
    """Nothing could be saved: what was typed, to be printed and handed in.

    None for what was posted without a key of ours.
    """
    data = everything(request, most=_MOST)
    try:
        _signer.unsign(data.get("key", ""))
    except BadSignature:
        return None
    lines = lines_of(Typed.posted(data), OutsideForm.base_fields)
    context = {"title": "Not sent", "lines": lines, "people": [], "button": ("", "Try to send it again")}
    return page_unsaved(request, data, NOT_SAVED, context)


outside.unsaved = _unsaved  # type: ignore[attr-defined]
