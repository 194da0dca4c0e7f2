"""Numbered paper forms: the register, typing one in late, and comparing what was typed with the paper."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import colleagues, may, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS, get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, read_out, visible
from safeguarding.concerns.forms.papers import BatchForm, CheckForm, EnterForm, as_log_form
from safeguarding.concerns.lifecycles import paper_life
from safeguarding.concerns.models import Account, ConcernChild, HowSoon, PaperForm
from safeguarding.concerns.permissions import access_given, may_keep_forms
from safeguarding.concerns.services import papers
from safeguarding.concerns.services.reading import for_page
from safeguarding.concerns.services.whole import whole
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request, SeeOther
from safeguarding.paging import newest_first
from safeguarding.printing.paper import paper

_PEOPLE = ("made_by", "written_by", "begun_by", "typed_by", "checked_by", "ended_by", "concern")
_SAID = {
    "spoil": "In the register as spoiled.",
    "give_back": "In the register as back unused.",
    "miss": "In the register as missing. Look for it: somebody may have written on it.",
    "find": "In the register as given out.",
}


@requires(Capability.VIEW_CONCERNS)
def paper_forms(request: Request) -> HttpResponse:
    """Which numbers were given out, and what has become of each.

    Sending the form makes more, and leads to their print.
    """
    request.nav, school_id = "concerns", request.held.school_id
    makes = may(request.user, Capability.DECIDE_CONCERNS, school_id)
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not makes:
        raise NotAllowed(LEADS)
    if form.is_valid():
        made = papers.make_forms(school=get_school(school_id), by=request.user, **form.cleaned_data)
        messages.success(request, f"{made[0].reference} to {made[-1].reference} are in the register. Print them now.")
        return SeeOther(f"{reverse('paper_forms')}#newest")
    seen = visible(request, PaperForm).filter(school_id=school_id).select_related("concern", "written_by")
    page = newest_first(seen, "made_at", request.GET.get("before", ""))
    context = {
        "forms": read_many(request, page.rows, purpose="paper forms"),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
        "form": form,
        "makes": makes,
        "states": _counted(request, school_id),
    }
    return render(request, "papers/register.html", context, status=422 if form.errors else 200)


def _counted(request: Request, school_id: UUID) -> list[tuple[str, int]]:
    """How many forms are in each state, as far as there are any."""
    found = papers.counted(visible(request, PaperForm), school_id)
    return [(str(state.label), found[state]) for state in PaperForm.Status if state in found]


@require_GET
@requires(Capability.DECIDE_CONCERNS)
def paper_batch(request: Request, batch: UUID) -> HttpResponse:
    """Forms that were made together, on paper: those that nobody has used yet.

    Printed again, they keep their numbers.
    """
    rows = visible(request, PaperForm).filter(
        school_id=request.held.school_id, batch=batch, status=PaperForm.Status.OUT
    )
    forms = list(rows.order_by("number"))
    if not forms:
        raise Http404
    read_out(request, forms, verb=Verb.PRINT, purpose="paper form")
    context = {
        "forms": forms,
        "how_soon": HowSoon.labels,
        "roles": ConcernChild.Role.labels,
        "told": Account.Told.labels,
    }
    title = f"Paper forms {forms[0].reference}" + (f" to {forms[-1].reference}" if len(forms) > 1 else "")
    return paper(request, "pdf/forms.html", context, title=title, school_id=request.held.school_id)


@requires(Capability.LOG_CONCERN)
def paper_enter(request: Request) -> HttpResponse:
    """Type a sheet in: first its number and whose words they are, then the log form."""
    request.nav, school_id = "home", request.held.school_id
    decides = may(request.user, Capability.DECIDE_CONCERNS, school_id)
    form = EnterForm(
        request.POST if request.method == "POST" else None,
        school_id=school_id,
        by=request.user,
        people=list(colleagues(school_id, timezone.localdate())) if decides else None,
    )
    if form.is_valid() and form.form is not None:
        written = form.written()
        content = as_log_form(form.form, written)
        token = papers.begin_typing(form=form.form, written=written, content=content, by=request.user)
        messages.info(request, f"Type in {form.form.reference} word for word, mistakes too. Leave out nothing.")
        return SeeOther(reverse("log_resume", args=[token]))
    return render(request, "papers/enter.html", {"form": form, "decides": decides}, status=422 if form.errors else 200)


@requires_for_record(Capability.VIEW_CONCERNS, also=access_given)
def paper_form_page(request: Request, form_id: UUID) -> HttpResponse:
    """One form: where it stands, and what was typed from it, to be compared with the paper."""
    found = _read(request, form_id)
    if request.method != "POST":
        return _page(request, found)
    if not may_keep_forms(request.user, found):
        raise NotAllowed(LEADS)
    check = CheckForm(request.POST if "check" in request.POST else None)
    request.again = partial(_refused, request, form_id, check)
    if check.is_bound:
        if not check.is_valid():
            return _page(request, found, check=check, status=422)
        papers.check_form(form=found, corrections=check.cleaned_data["corrections"], by=request.user)
        messages.success(
            request, f"{found.reference} has been compared with the paper. Keep the paper with the record."
        )
    elif (move := next((name for name in _SAID if name in request.POST), "")) != "":
        papers.settle_form(form=found, move=move, by=request.user)
        messages.success(request, _SAID[move])
    return SeeOther(reverse("paper_form_page", args=[form_id]))


def _read(request: Request, form_id: UUID) -> PaperForm:
    request.nav = "concerns"
    found = read_one(request, visible(request, PaperForm).select_related(*_PEOPLE), pk=form_id)
    request.of_school = found.school_id
    return found


def _refused(request: Request, form_id: UUID, check: CheckForm, refusal: HarbourError) -> HttpResponse:
    """The form as others have left it meanwhile, what they did, and what was typed here."""
    return _page(request, _read(request, form_id), check=check, refusal=refusal, status=refusal.status)


def _page(
    request: Request,
    found: PaperForm,
    *,
    check: CheckForm | None = None,
    refusal: HarbourError | None = None,
    status: int = 200,
) -> HttpResponse:
    offered = paper_life.open_to(found, request.user)
    context: dict[str, Any] = {
        "paper": found,
        "offered": offered,
        "check": check or CheckForm(),
        "refusal": refusal,
        "here": request.path,
        "lost": check.typed() if check is not None and not offered["check"] else [],
        "has_errors": status == 422,
        "may": {},
    }
    if found.concern_id is not None:
        concern = read_one(request, for_page(), pk=found.concern_id, purpose="paper form")
        context |= {
            "concern": concern,
            "it": whole(concern, partial(visible, request), today=timezone.localdate(), on_paper=True),
        }
    return render(request, "papers/form.html", context, status=status)
