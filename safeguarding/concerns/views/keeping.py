"""What happens to text that arrives when its author is not signed in any more, or in more pieces than a page may have?

It is kept. The form's key, signed by this server, says whose it is. That key also stands in for the browser's token,
which changes with a new sign-in and would refuse the text of the page that was open before: a foreign site cannot make
a key up, and one of its own author's writes only that author's drafts. What another site posts is nobody's, whoever is
signed in (`cross_site.CrossSiteMiddleware`): cookies with SameSite still come along from another host of the same
school.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import public
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.reading_back import readable_alone, words_in
from safeguarding.concerns.forms.typed import Typed, counted
from safeguarding.concerns.models import Draft
from safeguarding.concerns.services.afterwards import keep_as_addition, sent_account
from safeguarding.concerns.services.draft_limits import REFUSALS, Use
from safeguarding.concerns.services.drafts import has_been_opened, save_draft
from safeguarding.concerns.services.form_tokens import report_of
from safeguarding.concerns.views.posted import everything
from safeguarding.concerns.views.unproven import asks_first
from safeguarding.concerns.views.unsaved import says_unsaved
from safeguarding.cross_site import is_own_form
from safeguarding.dates import clock, moment
from safeguarding.exceptions import BadInput, HarbourError
from safeguarding.front.limits import takes_text
from safeguarding.http import Request, SeeOther
from safeguarding.keys import record_of, uuid7
from safeguarding.unsaved import page_unsaved

_ANOTHER_WINDOW = (
    "this form was changed in another window meanwhile, so there are two. Both are among your drafts: put "
    "into one what is "
    "right, send it, and discard the other."
)


@takes_text
@csrf_exempt
@public
@require_POST
@says_unsaved(as_json=True)
def log_autosave(request: Request) -> JsonResponse:
    """Keep a form as it stands, every few seconds: that of a concern, or of something to add to one."""
    data = everything(request)
    key = tokens.whose(data.get("key", ""))
    if key is None or key.school_id is None:
        return JsonResponse(
            {"problem": "Not saved: this page is damaged. Copy your text, then open it again."}, status=422
        )
    at, typed = timezone.now(), Typed.posted(data)
    page, about = page_of(request, key, data), record_of(typed.text("about"))
    try:
        kept = keep_typed(key, typed, page=page, about=about, turn=typed.turn, at=at)
    except REFUSALS as error:
        return JsonResponse({"problem": f"Not saved: keep this page open. {error.sentence}"}, status=422)
    if kept.sent and not page.use.signed_in:
        # The same whether it stands there already: whoever has the key alone reads nothing of what was sent.
        return JsonResponse({"saved": "This has been sent. Sign in to see what became of what you typed since."})
    if kept.sent:
        added = "What you typed since is kept as something to add to it: you find it among your drafts."
        return JsonResponse(
            {"saved": f"This has been sent. {added if kept.draft else 'You find it among your reports.'}"}
        )
    if kept.draft is None or kept.draft.content != typed.content:
        problem = "Not saved: this form has moved on in another window. Copy your text, then load this page again."
        return JsonResponse({"problem": problem}, status=409)
    if request.user.pk != key.author_id:
        return JsonResponse({"saved": f"Saved at {clock(at)}, but you are signed out: sign in again to send it."})
    if kept.is_beside:
        return JsonResponse({"saved": f"Saved at {clock(at)} as a draft of its own: {_ANOTHER_WINDOW}"})
    return JsonResponse({"saved": saved(kept.draft)})


def saved(draft: Draft) -> str:
    """What the page says of a draft."""
    seen = "" if has_been_opened(draft) else " Only you can see it."
    return f"Draft saved {moment(draft.saved_at)}.{seen} It is kept until you send it or discard it."


@dataclass(frozen=True)
class Page:
    """Which page of a form something was typed on, the newest save that it knew of when it was made, and whether its
    author is here.
    """

    name: str
    revision: int
    use: Use


def use_of(request: Request, key: tokens.FormKey) -> Use:
    """Whether the author of a form sends it, and when its page was made."""
    return Use(signed_in=request.user.pk == key.author_id, issued_at=key.issued_at)


def page_of(request: Request, key: tokens.FormKey, data: QueryDict) -> Page:
    """The page by the name that is signed into its key: nobody makes up another."""
    return Page(key.page, counted(data.get("knows", "")), use_of(request, key))


@dataclass(frozen=True)
class Kept:
    """What became of typed text: its draft, and whether its form has been sent already (`draft` is then an addition).

    `draft` is None where the sent form says all of it. `is_beside`: another window has saved other words under the
    token of this form; the draft is one of its own.
    """

    draft: Draft | None
    sent: bool
    is_beside: bool
    address: str

    @property
    def after_sign_in(self) -> str:
        """Where its author goes on: of a form that was sent, without a word on whether it says what was typed."""
        return reverse("my_reports") if self.sent else self.address


def keep_typed(
    key: tokens.FormKey,
    typed: Typed,
    *,
    page: Page,
    about: UUID | None = None,
    turn: int | None = None,
    at: datetime | None = None,
) -> Kept:
    """Keep what stands on a form, whatever has become of the form meanwhile, for who opened it."""
    draft = save_draft(
        token=key.token,
        school_id=key.school_id,  # type: ignore[arg-type]
        content=typed.content,
        author_id=key.author_id,
        about=about,
        page=page.name,
        revision=page.revision,
        turn=turn,
        use=page.use,
        at=at,
    )
    if draft is not None:
        return Kept(draft, sent=False, is_beside=draft.pk != key.token, address=address_of(draft))
    words = words_in(typed)
    added = keep_as_addition(token=key.token, author_id=key.author_id, words=words, page=page.name, use=page.use, at=at)
    concern_id = sent_account(token=key.token, author_id=key.author_id)
    report = reverse("report", args=[concern_id]) if concern_id else reverse("my_reports")
    return Kept(added, sent=True, is_beside=False, address=address_of(added) if added else report)


def address_of(draft: Draft) -> str:
    """Where its author goes on with a draft."""
    if draft.adds_to_id is None:
        return reverse("log_resume", args=[draft.pk])
    report = report_of(draft)
    return f"{reverse('report', args=[report])}?draft={draft.pk}" if report else reverse("my_reports")


def moved_on(request: Request, kept: Kept, *, sending: bool) -> HttpResponse:
    """The form has been sent, or changed in another window, meanwhile. To where what was typed stands now."""
    if kept.is_beside:
        messages.warning(
            request, f"{'Not sent yet. ' if sending else ''}This draft holds what you typed last: {_ANOTHER_WINDOW}"
        )
    elif kept.draft is not None:
        said = (
            "This had been sent already. What you typed since stands here as something to add: look it over, "
            "then add it."
        )
        messages.warning(request, said)
    elif not sending:
        messages.info(request, "This had been sent already.")
    return SeeOther(kept.address)


def waits_unsaved(
    request: Request,
    typed: Typed,
    refusal: HarbourError,
    *,
    lines: Callable[[Typed], list[tuple[str, str]]] = readable_alone,
) -> HttpResponse | None:
    """What was typed is not kept. It waits on this page: in sight of its author, and of nobody else.

    None where Harbour itself cannot keep anything, for which there is another page (`unsaved`).
    """
    if not isinstance(refusal, REFUSALS):
        return None
    author = (key := tokens.whose(everything(request).get("key", ""))) is None or key.author_id == request.user.pk
    context = {
        "title": "Not saved",
        "sentence": refusal.sentence,
        "lines": lines(typed) if author else [],
        "button": ("", "Try to save it again") if author else ("", "Send"),
    }
    page = "unsaved/over.html" if author else "unsaved/waiting.html"
    return page_unsaved(request, everything(request), page, context, status=refusal.status)


def for_its_author(request: Request, page: str, *, kept: bool = True) -> HttpResponse:
    """The text has been kept for who opened the form. The person here now is told so, and sees none of it.

    `page` is where the author goes on after signing in; `kept` is False where nothing of it is kept.
    """
    if not request.user.is_authenticated:
        mark = f"{'&' if '?' in page else '?'}kept=1" if kept else ""
        return SeeOther(redirect_to_login(f"{page}{mark}").url)
    return render(request, "concerns/kept_for_author.html", {"log_url": reverse("log_concern")})


def without_key(request: Request, typed: Typed) -> HttpResponse:
    """A damaged page. Its text becomes a draft of whoever is signed in, to be looked at again before it is sent.

    Where nothing says that a page of ours sent it, they are asked first. Raises `BadInput` where nobody is signed in.
    """
    if not request.user.is_authenticated or request.acting.school_id is None:
        raise BadInput(
            "Only part of the page arrived, so nobody can tell whose it is. Go back, and copy your text before you "
            "open the form again."
        )
    if not is_own_form(request):
        return asks_first(request, typed)
    token = uuid7()
    request.again = partial(waits_unsaved, request, typed)
    save_draft(token=token, school_id=request.acting.school_id, content=typed.content, author_id=request.user.pk)
    messages.warning(request, "Only part of the page arrived. What you typed is here: look it over, then send it.")
    return SeeOther(reverse("log_resume", args=[token]))
