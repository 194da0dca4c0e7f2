"""My reports: where the home page of staff leads, what became of each report, and how to add to one."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from children.mentions import mentioned
from safeguarding.accounts.permissions import anyone_signed_in, public, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.adding import AdditionForm
from safeguarding.concerns.forms.mention import SWAP
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.models import Account, Draft, HowSoon
from safeguarding.concerns.services.drafts import is_overtaken, unsent_of
from safeguarding.concerns.services.help_now import help_now
from safeguarding.concerns.services.progress import (
    Progress,
    as_reporter,
    asked_about,
    names_in,
    own_report,
    own_reports,
    progress_of,
)
from safeguarding.concerns.services.raising import amend
from safeguarding.concerns.views.keeping import (
    for_its_author,
    keep_typed,
    moved_on,
    page_of,
    saved,
    waits_unsaved,
    without_key,
)
from safeguarding.concerns.views.mentioning import linked_to, looking, record_offered
from safeguarding.concerns.views.posted import everything
from safeguarding.concerns.views.unsaved import says_unsaved, whom_to_ring
from safeguarding.front.limits import takes_text
from safeguarding.http import Request, SeeOther
from safeguarding.keys import record_of
from safeguarding.paging import newest_first
from safeguarding.panels import fill
from safeguarding.rendering import Showing
from safeguarding.uploads.forms import AttachForm

# Of one’s own reports on the home page, and of what is not sent above them: the strip of every page counts all of it.
ON_HOME = 5


@require_GET
@requires(Capability.LOG_CONCERN)
def staff_home(request: Request) -> HttpResponse:
    """Start a concern, go on with one, see that one was read."""
    request.nav = "home"
    with as_reporter():
        page = newest_first(own_reports(visible(request, Account, "author")), "recorded_at", size=ON_HOME)
        reports = progress_of(read_many(request, page.rows), by=request.user)
    context = {
        "greeting": f"Hello, {request.user.first_name}",
        "reports": reports,
        "more": page.older,
        "drafts": unsent_of(request.user)[:ON_HOME],
        "help": help_now(request.held.school_id, timezone.localtime(), asks=request.user),
        "today": timezone.localdate(),
        "above": fill("staff_home_above", request),
        "main": fill("staff_home", request),
        "aside": fill("staff_home_aside", request),
    }
    return render(request, "staff_home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@anyone_signed_in
def my_reports(request: Request) -> HttpResponse:
    """Every report of one's own, newest first, without a name.

    "Show name" shows those of one report, and is recorded.
    """
    request.nav = "my_reports"
    with as_reporter():
        mine = own_reports(visible(request, Account, "author"))
        page = newest_first(mine, "recorded_at", request.GET.get("before", ""))
        reports = progress_of(read_many(request, page.rows), by=request.user)
        shown = next((r.concern_id for r in reports if str(r.concern_id) == request.POST.get("show")), None)
        if shown is not None:
            read_one(request, mine, purpose="name shown", concern_id=shown)
    context = {
        "reports": reports,
        "page": page,
        "drafts": unsent_of(request.user)[:ON_HOME] if page.is_first else [],
        "older": f"?before={page.older}",
        "newest": "" if page.is_first else reverse("my_reports"),
        "shown": shown,
        "names": names_in([shown], by=request.user)[shown] if shown else [],
        "above": fill("my_reports", request),
    }
    return render(request, "concerns/my_reports.html", context)


@require_GET
@anyone_signed_in
def report(request: Request, concern_id: UUID) -> HttpResponse:
    """The receipt of a report, and one's own words in it for ever. Nothing that anybody else wrote."""
    account = _own(request, concern_id)
    open_notices(user=request.user, object_id=concern_id, object_type="report")
    begun = visible(request, Draft).filter(adds_to=account, author=request.user).order_by("-saved_at")
    wanted = [draft for draft in begun if draft.pk == record_of(request.GET.get("draft", ""))]
    return _report_page(request, account, draft=next(iter([*wanted, *begun]), None))


@takes_text
@csrf_exempt
@public
@require_POST
@says_unsaved()
def report_add(request: Request, concern_id: UUID) -> HttpResponse:
    """Add to one's own account. Open as the log form is, and for the same reason: see `keeping`."""
    data = everything(request)
    typed, key = Typed.posted(data).pressed(), tokens.whose(data.get("key", ""))
    if key is None or key.school_id is None:
        return without_key(request, typed)
    page = page_of(request, key, data)
    keep = partial(keep_typed, key, typed, page=page, about=concern_id)
    request.again = partial(waits_unsaved, request, typed)
    if request.user.pk != key.author_id:
        kept = keep()
        return for_its_author(request, kept.after_sign_in)
    account = _own(request, concern_id)
    request.keep = keep
    form = AdditionForm(typed, checked=True, asked=asked_about(account, by=request.user))
    form.look(looking(request, account.school_id, partial(linked_to, request, concern_id)))
    if pressed := data.get(SWAP, ""):
        typed = typed.with_texts(form.swapped(pressed))
        keep = request.keep = partial(keep_typed, key, typed, page=page, about=concern_id)
        form = AdditionForm(typed, checked=True, asked=list(form.asked.values()))
        form.look(looking(request, account.school_id, partial(linked_to, request, concern_id)))
    sending = "send" in data and form.is_valid()
    if sending and not is_overtaken(key.token, content=typed.content, page=page.name, revision=page.revision):
        amend(account=account, token=key.token, by=request.user, **form.addition())
        messages.success(request, "Added. The safeguarding leads see it beside what you wrote first.")
        return SeeOther(reverse("report", args=[concern_id]))
    kept = keep()
    if kept.sent or kept.is_beside:
        return moved_on(request, kept, sending="send" in data)
    if "send" in data or pressed:
        form.is_valid()
        record_offered(request, form)
        return _report_page(request, account, draft=kept.draft, form=form)
    messages.success(request, "Draft saved. It is not sent yet.")
    return SeeOther(f"{kept.address}#add")


def _own(request: Request, concern_id: UUID) -> Account:
    mine = visible(request, Account).filter(author=request.user).select_related("told_person")
    with as_reporter():
        return read_one(request, mine, concern_id=concern_id)


def _waits_unheard(progress: Progress, account: Account) -> bool:
    """Whether somebody needs to act right now, and nobody was told, was called, or has read it."""
    is_urgent = progress.how_soon == HowSoon.RIGHT_NOW.label and account.told == Account.Told.NOBODY
    return is_urgent and progress.is_waiting and progress.called_at is None


def _report_page(
    request: Request, account: Account, *, draft: Draft | None, form: AdditionForm | None = None
) -> HttpResponse:
    """`form` is given where it was checked and something is missing."""
    request.nav, request.draft_shown = "my_reports", draft.pk if draft else None
    request.of_school = account.school_id
    typed = Typed(draft.content if draft else {})
    report = own_report(account, by=request.user)
    # A question of a lead stands beside them: in that, a mention names nobody whom the reporter has not mentioned.
    request.showing = Showing(said=frozenset(mentioned("\n".join(report.words))))
    here = help_now(account.school_id, timezone.localtime(), asks=request.user)
    context = {
        "report": report,
        "attach_form": None if report.is_being_written else AttachForm(),
        "attach_again": request.GET.get("files") == "again",
        "help": here,
        "tell_now": _waits_unheard(report.progress, account),
        "ring": whom_to_ring(here.people, here.hours),
        "form": form or AdditionForm(typed, checked=False, asked=report.asked),
        "key": tokens.issue(request.user, draft.pk if draft else None, school_id=account.school_id),
        "draft": draft,
        "note": saved(draft) if draft else "",
        "kept": "kept" in request.GET,
        "above": fill("report", request, account),
    }
    return render(request, "concerns/report.html", context)
