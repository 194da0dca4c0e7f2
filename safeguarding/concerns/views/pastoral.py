"""The tab "Pastoral" of a child's record, one note, one support plan, and the way from a note to a concern."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.models import Child
from children.panels import record_frame
from children.permissions import access_to_a_child
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import anyone_signed_in, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.forms.pastoral import EndPlanForm, PastoralNoteForm, PlanForm, ReviewForm, StepForm
from safeguarding.concerns.models import PastoralNote, SupportPlan, SupportStep
from safeguarding.concerns.permissions import may_write_pastoral
from safeguarding.concerns.services import pastoral
from safeguarding.concerns.views.mentioning import whole_about
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.forms import HarbourForm
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.refused_forms import as_typed
from safeguarding.rendering import Showing
from safeguarding.unsaved import waits_unsent

# More plans than a child has at one time.
MOST = 50


@waits_unsent(PastoralNoteForm)
@requires_for_record(Capability.VIEW_CONCERNS, also=access_to_a_child)
def child_pastoral(request: Request, child_id: UUID) -> HttpResponse:
    """The notes and plans of one child. Sending the form writes a note."""
    child = _child(request, child_id)
    form = PastoralNoteForm(request.POST or None, initial={"happened_on": timezone.localdate()})
    if whole_about(request, form, child):
        pastoral.write_note(child=child, by=request.user, **form.cleaned_data)
        messages.success(
            request, "Note saved. Safeguarding leads, and pastoral staff with access to this child, can read it."
        )
        return redirect("child_pastoral", child_id)
    page = newest_first(
        visible(request, PastoralNote).filter(child=child).select_related("author"),
        "written_at",
        request.GET.get("before", ""),
    )
    plans = visible(request, SupportPlan).filter(child=child).select_related("author", "ended_by")
    context = record_frame(request, child, "pastoral") | {
        "notes": read_many(request, page.rows, purpose="pastoral notes", about=child),
        "plans": read_many(request, plans.order_by("-starts_on", "-pk")[:MOST], purpose="support plans", about=child),
        "form": form,
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
    }
    return render(request, "concerns/child_pastoral.html", context, status=422 if form.errors else 200)


@waits_unsent(PlanForm)
@requires_for_record(Capability.VIEW_CONCERNS, also=access_to_a_child)
def begin_plan(request: Request, child_id: UUID) -> HttpResponse:
    """A support plan begins."""
    child = _child(request, child_id)
    form = PlanForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    if whole_about(request, form, child):
        plan = pastoral.make_plan(child=child, by=request.user, **form.cleaned_data)
        messages.success(request, "Plan begun. Add its steps.")
        return redirect("support_plan", plan.pk)
    context = record_frame(request, child, "pastoral") | {"form": form}
    return render(request, "concerns/plan_begin.html", context, status=422 if form.errors else 200)


def _child(request: Request, child_id: UUID) -> Child:
    request.nav = "children"
    child = read_one(request, Child, purpose="pastoral", pk=child_id)
    if not may_write_pastoral(request.user, child):
        raise Http404
    return child


@require_GET
@anyone_signed_in
def pastoral_note(request: Request, note_id: UUID) -> HttpResponse:
    """One note, and what became of it."""
    rows = visible(request, PastoralNote).select_related("child", "author", "plan")
    found = read_one(request, rows, pk=note_id)
    request.nav, request.of_school = "children", found.school_id
    request.showing = _told(request, found.child, found.author)
    context = {
        "note": found,
        "taken": pastoral.taken_to(found, partial(visible, request), reader=request.user),
        "opens_record": may_write_pastoral(request.user, found.child),
    }
    return render(request, "concerns/pastoral_note.html", context)


@require_POST
@requires_for_record(Capability.LOG_CONCERN)
def take_further(request: Request, note_id: UUID) -> HttpResponseBase:
    """This is a concern: the log form, with the words of the note."""
    found = read_one(request, PastoralNote, purpose="taken further", pk=note_id)
    return redirect("log_resume", pastoral.take_further(note=found, by=request.user))


@require_GET
@requires(ConcernCapability.WRITE_PASTORAL)
def my_pastoral(request: Request) -> HttpResponse:
    """One's own notes, newest first, those too about children to whom access has ended."""
    request.nav = "home"
    request.showing = Showing(writes=True)
    rows = visible(request, PastoralNote, "author").select_related("child")
    page = newest_first(rows, "written_at", request.GET.get("before", ""))
    context = {
        "notes": read_many(request, page.rows, purpose="own pastoral notes"),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
    }
    return render(request, "concerns/my_pastoral.html", context)


@waits_unsent(StepForm)
@anyone_signed_in
def support_plan(request: Request, plan_id: UUID) -> HttpResponse:
    """One plan: its aims, its steps and reviews. Sending the form adds a step."""
    if request.method != "POST":
        return _page(request, _plan(request, plan_id))
    return _take(request, plan_id, "step_form", StepForm, pastoral.add_step, "Step added.")


@waits_unsent(ReviewForm)
@require_POST
@anyone_signed_in
def review_plan(request: Request, plan_id: UUID) -> HttpResponse:
    """How it goes, and when it is looked at next."""
    return _take(request, plan_id, "review_form", ReviewForm, pastoral.review_plan, "Review saved.")


@waits_unsent(EndPlanForm)
@require_POST
@anyone_signed_in
def end_plan(request: Request, plan_id: UUID) -> HttpResponse:
    """The plan has ended."""
    return _take(request, plan_id, "end_form", EndPlanForm, pastoral.end_plan, "Plan ended. It stays on the record.")


def _take(
    request: Request, plan_id: UUID, name: str, made_of: type[Any], do: Callable[..., object], said: str
) -> HttpResponse:
    """Do with the plan what the form `name` asks; what is wrong or refused comes back on its page, with what was
    typed.
    """
    found = _plan(request, plan_id)
    form = made_of(_writing(request, found))
    if not whole_about(request, form, found.child):
        return _page(request, found, status=422 if form.errors else 200, **{name: form})
    request.again = partial(_refused, request, plan_id, name, form)
    do(plan=found, by=request.user, **form.cleaned_data)
    messages.success(request, said)
    return redirect("support_plan", plan_id)


@require_POST
@anyone_signed_in
def finish_step(request: Request, step_id: UUID) -> HttpResponseBase:
    """One thing of a plan was done."""
    step = read_one(request, visible(request, SupportStep).select_related("plan__child"), pk=step_id)
    pastoral.finish_step(step=step, by=request.user)
    messages.success(request, "Step done.")
    return redirect("support_plan", step.plan_id)


def _plan(request: Request, plan_id: UUID) -> SupportPlan:
    rows = visible(request, SupportPlan).select_related("child", "author", "ended_by")
    found = read_one(request, rows, pk=plan_id)
    request.nav, request.of_school = "children", found.school_id
    request.showing = _told(request, found.child, None)
    return found


def _told(request: Request, child: Child, author: User | None) -> Showing:
    """Of what stands in a child's file nobody else is named, but to who wrote it."""
    return Showing(own=frozenset({child.pk}), only_own=request.user != author, writes=request.user == author)


def _writing(request: Request, found: SupportPlan) -> Any:
    """What was sent, by somebody who may write on the plan: its author reads it for good, and writes while access
    lasts.
    """
    if not may_write_pastoral(request.user, found.child):
        raise NotAllowed(pastoral.WRITERS)
    return request.POST


def _refused(request: Request, plan_id: UUID, name: str, form: HarbourForm, refusal: HarbourError) -> HttpResponse:
    """The plan as it stands now, and what was typed, to be saved on top of it."""
    found = _plan(request, plan_id)
    if "seen" in form.data:
        form.data = {**form.data.dict(), "seen": str(found.revision)}  # type: ignore[attr-defined]
    return _page(request, found, status=refusal.status, refusal=refusal, **{name: form})


def _page(
    request: Request,
    found: SupportPlan,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
    **bound: HarbourForm,
) -> HttpResponse:
    writes = may_write_pastoral(request.user, found.child)
    seen = {"seen": found.revision}
    forms = {
        "step_form": StepForm(),
        "review_form": ReviewForm(initial=seen),
        "end_form": EndPlanForm(initial=seen),
    } | bound
    steps = visible(request, SupportStep).filter(plan=found).select_related("author", "done_by")
    notes = visible(request, PastoralNote).filter(plan=found).select_related("author")
    context = forms | {
        "plan": found,
        "steps": list(steps.order_by("due_on", "written_at", "pk")),
        "notes": list(notes.order_by("-written_at", "-pk")),
        "writes": writes,
        "open": found.ended_at is None,
        "refusal": refusal,
        # A plan that has ended meanwhile offers no form: what was typed stands there to be copied.
        "lost": [line for form in bound.values() for line in as_typed(form)] if refusal and found.ended_at else [],
        "has_errors": any(form.errors for form in bound.values()),
    }
    return render(request, "concerns/support_plan.html", context, status=status)
