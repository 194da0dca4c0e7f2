"""What happens to text that arrives when its author is not signed in any more, or in more pieces than a page may have?

It is kept. The form's key, signed by this server, says whose it is. That key also stands in for the browser's token, which
changes with a new sign-in and would refuse the text of the page that was open before: a foreign site cannot make a key up,
one of its own author's writes only that author's drafts, and browsers send it no cookie of ours besides (SameSite).
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import public
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.typed import Typed, record_of
from safeguarding.concerns.models import Draft
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.dates import clock, moment
from safeguarding.exceptions import BadInput
from safeguarding.http import Request, SeeOther
from safeguarding.keys import uuid7

# More than anybody types: beyond it goes only who wants to fill the disk.
MOST = 32 * 1024 * 1024


@csrf_exempt
@public
@require_POST
def log_autosave(request: Request) -> JsonResponse:
    """Keep a form as it stands, every few seconds: that of a concern, or of something to add to one."""
    data = everything(request)
    key = tokens.whose(data.get("key", ""))
    if key is None or key.school_id is None:
        return JsonResponse(
            {"problem": "Not saved: this page is damaged. Copy your text, then open it again."}, status=422
        )
    at, typed = timezone.now(), Typed.posted(data)
    draft = save_draft(
        token=key.token,
        school_id=key.school_id,
        content=typed.content,
        author_id=key.author_id,
        about=record_of(typed.text("about")),
        turn=typed.turn,
        at=at,
    )
    if draft is None:
        return JsonResponse({"saved": "This has been sent. You find it among your reports."})
    if draft.content != typed.content:
        problem = "Not saved: this form has moved on in another window. Copy your text, then load this page again."
        return JsonResponse({"problem": problem}, status=409)
    if request.user.pk != key.author_id:
        return JsonResponse({"saved": f"Saved at {clock(at)}, but you are signed out: sign in again to send it."})
    return JsonResponse({"saved": saved(draft)})


def saved(draft: Draft) -> str:
    """What the page says of a draft."""
    return f"Draft saved {moment(draft.saved_at)}. Only you can see it. It is kept until you send it or discard it."


def for_its_author(request: Request, page: str) -> HttpResponse:
    """The text has been kept for who opened the form. Whoever is here now is told so, and sees none of it.

    `page` is where the author goes on after signing in.
    """
    if not request.user.is_authenticated:
        return SeeOther(redirect_to_login(f"{page}?kept=1").url)
    return render(request, "concerns/kept_for_author.html", {"log_url": reverse("log_concern")})


def without_key(request: Request, typed: Typed) -> HttpResponse:
    """A damaged page. Its text becomes a draft of whoever is signed in, to be looked at again before it is sent.

    Raises `BadInput` where nobody is.
    """
    if not request.user.is_authenticated or request.acting.school_id is None:
        raise BadInput(
            "Only part of the page arrived, so nobody can tell whose it is. Go back, and copy your text before you "
            "open the form again."
        )
    token = uuid7()
    save_draft(token=token, school_id=request.acting.school_id, content=typed.content, author_id=request.user.pk)
    messages.warning(request, "Only part of the page arrived. What you typed is here: look it over, then send it.")
    return SeeOther(reverse("log_resume", args=[token]))


def everything(request: HttpRequest) -> QueryDict:
    """What was posted, also where it is longer than a page may otherwise be: somebody pasted a great deal of text.

    Raises `BadInput` for more than `MOST` bytes. For views without the browser's token only: it reads the body first.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE or request.content_type != "application/x-www-form-urlencoded":
        return request.POST
    if length > MOST:
        raise BadInput(
            "What you sent is longer than 32 million letters. Go back and shorten it; saved drafts are kept."
        )
    return QueryDict(request.read(length), encoding="utf-8")
