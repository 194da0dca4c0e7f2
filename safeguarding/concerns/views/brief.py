"""A meeting in an hour: two steps from the child to two pages on paper."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child
from children.permissions import access_to_a_child
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import visible
from safeguarding.concerns import briefing
from safeguarding.concerns.forms.brief import BriefForm
from safeguarding.concerns.models import Brief
from safeguarding.concerns.services.briefs import BOXES, save_brief
from safeguarding.concerns.views.chronology import context_of, read_child
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.printing.paper import paper
from safeguarding.unsaved import waits_unsent

PURPOSE = "meeting in an hour"


@waits_unsent(BriefForm)
@requires_for_record("view_concerns", also=access_to_a_child)
def brief_page(request: Request, child_id: UUID) -> HttpResponse:
    """What is there for the two pages, and the boxes that somebody has to write.

    Sent, it is saved, and printed if asked.
    """
    child = read_child(request, child_id, purpose=PURPOSE)
    if request.method != "POST":
        return _page(request, child)
    found = briefing.gather(request, child, _own(request, child), at=timezone.now())
    form = BriefForm(request.POST, said=found.said, brief=None)
    if not form.is_valid():
        return _page(request, child, form=form, status=422)
    request.again = partial(_refused, request, child_id)
    save_brief(child=child, seen=form.cleaned_data["revision"], written=form.written(), by=request.user)
    if request.POST.get("do") == "print":
        return redirect("brief_paper", child_id)
    messages.success(request, "Saved. Only you see what you wrote here until you print it.")
    return redirect("brief_page", child_id)


@requires_for_record("view_concerns", also=access_to_a_child)
def brief_paper(request: Request, child_id: UUID) -> HttpResponse:
    """The two pages."""
    child, now = read_child(request, child_id, Verb.PRINT, PURPOSE), timezone.now()
    brief = _own(request, child)
    found = briefing.gather(request, child, brief, at=now)
    context = context_of(request, child, found=found, days=briefing.DAYS, headings=BOXES)
    return paper(
        request,
        "pdf/brief.html",
        context,
        title=f"Meeting about record {child.number}",
        school_id=child.school_id,
        at=now,
        within=2,
        sizes=briefing.sizes(found, brief),
        own=[child.pk],
    )


def _own(request: Request, child: Child) -> Brief | None:
    return visible(request, Brief).filter(child=child, author=request.user).first()


def _page(
    request: Request,
    child: Child,
    *,
    form: BriefForm | None = None,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    brief = _own(request, child)
    found = briefing.gather(request, child, brief, at=timezone.now())
    context = context_of(
        request,
        child,
        found=found,
        brief=brief,
        days=briefing.DAYS,
        form=form or BriefForm(said=found.said, brief=brief),
        refusal=refusal,
    )
    return render(request, "concerns/brief.html", context, status=status)


def _refused(request: Request, child_id: UUID, refusal: HarbourError) -> HttpResponse:
    """What was typed, and what another window saved meanwhile: sent again, what was typed takes its place."""
    child = read_child(request, child_id, purpose=PURPOSE)
    brief, typed = _own(request, child), request.POST.copy()
    if brief is not None:
        typed["revision"] = str(brief.revision)
    found = briefing.gather(request, child, brief, at=timezone.now())
    form = BriefForm(typed, said=found.said, brief=None)
    return _page(request, child, form=form, status=refusal.status, refusal=refusal)
