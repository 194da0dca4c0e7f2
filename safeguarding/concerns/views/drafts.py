"""What is not sent yet: one's own drafts, and for safeguarding leads that a colleague has one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from safeguarding.accounts.permissions import anyone_signed_in, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns.forms.reading_back import readable
from safeguarding.concerns.forms.reporting import OpeningForm
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import Draft, DraftOpening
from safeguarding.concerns.services.drafts import (
    Unsent,
    ask_about_draft,
    discard_draft,
    open_draft,
    unsent_as,
    unsent_for_a_day,
    unsent_of,
    was_discarded,
)
from safeguarding.concerns.services.help_now import help_now
from safeguarding.concerns.views.reporting import report_form
from safeguarding.http import Request, SeeOther


@require_GET
@anyone_signed_in
def drafts(request: Request) -> HttpResponse:
    """One's own drafts: go on with one, or discard it."""
    request.nav = "my_reports"
    found = unsent_of(request.user)
    record(Verb.LIST, object_type="concerns.draft", count=len(found), purpose="own drafts")
    return render(request, "concerns/drafts.html", {"drafts": found})


@require_http_methods(["GET", "HEAD", "POST"])
@anyone_signed_in
def draft_discard(request: Request, token: UUID) -> HttpResponse:
    """Throw one's own draft away, after being asked."""
    request.nav, request.draft_shown = "my_reports", token
    if was_discarded(token, by=request.user):
        return redirect("home")
    draft = read_one(request, visible(request, Draft).filter(author=request.user), pk=token)
    if request.method == "POST":
        discard_draft(draft=draft, by=request.user)
        messages.success(request, "Draft discarded.")
        return redirect("home")
    return render(request, "concerns/draft_discard.html", {"draft": unsent_as(token, by=request.user)})


@require_GET
@requires(Capability.DECIDE_CONCERNS)
def unsent_drafts(request: Request) -> HttpResponse:
    """What colleagues began a school day ago or longer and have not sent: whose, and since when. Not what is in it."""
    request.nav = "today"
    found = unsent_for_a_day(request.held.school_id, at=timezone.now(), by=request.user)
    record(Verb.LIST, object_type="concerns.draft", count=len(found), purpose="unsent drafts")
    return render(request, "concerns/unsent_drafts.html", {"drafts": found})


@require_POST
@requires(Capability.DECIDE_CONCERNS)
def unsent_ask(request: Request, token: UUID) -> HttpResponse:
    """Ask the author to finish."""
    _unsent(request, token)
    draft = ask_about_draft(token=token, by=request.user)
    if draft.author.is_active:
        messages.success(request, "The author has a notice to finish this draft.")
    else:
        messages.warning(
            request, "The author’s account is closed, so nobody reads the notice. Open the draft with a reason."
        )
    return redirect("unsent_drafts")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.DECIDE_CONCERNS)
def unsent_draft(request: Request, token: UUID) -> HttpResponse:
    """Open a colleague's draft with a reason, which stays on it; afterwards show it to whoever gave one."""
    request.nav = "today"
    one = _unsent(request, token)
    openings = visible(request, DraftOpening).filter(draft=token)
    form = OpeningForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        open_draft(token=token, reason=form.cleaned_data["reason"], by=request.user)
        return SeeOther(request.path)
    if not openings.filter(lead=request.user).exists():
        record(Verb.LIST, object_type="concerns.draft", object_id=token, count=1, purpose="unsent drafts")
        return render(request, "concerns/unsent_open.html", {"draft": one, "form": form})
    draft = read_one(request, Draft, pk=token)
    open_notices(user=request.user, object_id=token)
    here = help_now(draft.school_id, timezone.localtime())
    lines = readable(report_form(request, Typed(draft.content), here, checked=False))
    context = {
        "draft": one,
        "lines": lines,
        "openings": read_many(request, openings.select_related("lead"), about=draft),
    }
    return render(request, "concerns/unsent_draft.html", context)


def _unsent(request: Request, token: UUID) -> Unsent:
    """The draft of a colleague that has waited long enough to be seen. Raises `Http404` for any other."""
    found = unsent_for_a_day(request.held.school_id, at=timezone.now(), by=request.user, token=token)
    if not found or not found[0].is_begun:
        raise Http404
    return found[0]
