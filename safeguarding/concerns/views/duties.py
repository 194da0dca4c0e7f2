"""What the law asks of somebody in person: its page, for who has it and for leads; and the words that the school gives
it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.permissions import anyone_signed_in, requires, requires_for_record
from safeguarding.accounts.services import LEADS, get_school, open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.duties import AsideForm, DutyForm, DutyRuleForm
from safeguarding.concerns.models import Concern, Duty
from safeguarding.concerns.permissions import access_given, may_decide, may_do_duty, may_set_duty_aside
from safeguarding.concerns.services import duties as services
from safeguarding.concerns.services.kinds import choices_on
from safeguarding.concerns.services.reading import for_page
from safeguarding.concerns.views.kept import keeps_typed, kept_forms
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.refused_forms import on_top

# More than any school waits for; beyond it the soonest are the ones to see.
SHOWN = 200
_EARLIER = 50


@anyone_signed_in
@keeps_typed("duty_form", page="duty")
def duty(request: Request, part_id: UUID) -> HttpResponse:
    """One duty: what the law asks, by when, and what was done.

    Whoever has it says so here. Of the concern it shows the reference.
    """
    found = _read(request, part_id)
    if request.method != "POST":
        open_notices(user=request.user, object_id=found.pk)
        return _page(request, found)
    form = DutyForm(request.POST, at=timezone.now())
    if not may_do_duty(request.user, found) and found.is_open:
        raise NotAllowed(f"The law asks this of {found.owner.full_name}. Nobody else can say that it was done.")
    return _taken(request, found, "duty_form", form)


@requires_for_record("decide_concerns", also=access_given)
@keeps_typed("aside_form", page="duty")
def duty_aside(request: Request, part_id: UUID) -> HttpResponse:
    """A lead does not wait for it any more, and says why. The address opened by itself is the page of the duty."""
    found = _read(request, part_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    if request.method != "POST":
        return redirect("duty", part_id)
    return _taken(request, found, "aside_form", AsideForm(request.POST))


@require_POST
@requires_for_record("decide_concerns", also=access_given)
def ask_duty(request: Request, concern_id: UUID) -> HttpResponse:
    """A lead has said of which kind it is: the reporter is told what the law asks of them."""
    found = read_one(request, for_page(), pk=concern_id)
    if not may_decide(request.user, found):
        raise NotAllowed(LEADS)
    say_who_was_told(request, services.ask_reporter_of_duty(concern=found, by=request.user))
    return redirect(f"{reverse('concern', args=[concern_id])}#duties")


def say_who_was_told(request: Request, made: Iterable[Duty]) -> None:
    """What a lead reads who has just pointed a reporter to a duty of theirs: that they were told, or why they were
    not.
    """
    for said, problem in {(one.owner.full_name, services.why_not_told(one)) for one in made}:
        if problem:
            messages.warning(request, problem)
        else:
            messages.success(request, f"{said} has been told what the law asks of them, and nothing else.")


@require_GET
@requires("view_concerns")
def duties_open(request: Request) -> HttpResponse:
    """What the law asks in person at the school and nobody has done yet, soonest first."""
    request.nav, day = "today", timezone.localdate()
    rows = services.open_duties(visible(request, Duty).filter(school_id=request.held.school_id))
    found = read_many(request, rows[:SHOWN], purpose="duties in person")
    shown = [(one, *services.late_words(one, day)) for one in found]
    return render(request, "duties/open.html", {"duties": shown, "full": len(found) == SHOWN})


def _read(request: Request, key: UUID) -> Duty:
    rows = visible(request, Duty).select_related("owner", "asked_by", "ended_by", "school")
    return read_one(request, rows, pk=key)


def _taken(request: Request, found: Duty, name: str, form: DutyForm | AsideForm) -> HttpResponse:
    """Save what the form says; or the page again with what was typed, and why it was not taken."""
    if not form.is_valid():
        return _page(request, found, status=422, bound={name: form})
    request.again = partial(_refused, request, found.pk, name, form)
    services.end_duty(duty=found, done=form.done(), by=request.user)
    messages.success(request, "Saved. The safeguarding leads see it on the concern.")
    return redirect("duty", found.pk)


def _refused(request: Request, key: UUID, name: str, form: Any, refusal: HarbourError) -> HttpResponse:
    """The duty as it stands now, and what was typed."""
    return _page(request, _read(request, key), status=refusal.status, refusal=refusal, bound={name: form})


def _page(
    request: Request,
    found: Duty,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
    bound: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of a duty. `bound` are forms with what was typed, in place of the empty ones."""
    request.of_school, at = found.school_id, timezone.now()
    offered = {"duty_form": may_do_duty(request.user, found), "aside_form": may_set_duty_aside(request.user, found)}
    makers: dict[str, Callable[..., Any]] = {"duty_form": partial(DutyForm, at=at), "aside_form": AsideForm}
    bound = {**kept_forms(request, found, makers), **(bound or {})}
    reads = visible(request, Concern).filter(pk=found.concern_id).exists()
    mine = found.owner_id == request.user.pk
    request.nav = "my_reports" if mine else "concerns"
    context = {
        "duty": found,
        "mine": mine,
        "is_late": found.is_late(timezone.localdate(at)),
        "offered": offered,
        "reads_concern": reads,
        "not_told": services.why_not_told(found) if may_decide(request.user, found) else "",
        "key": tokens.issue(request.user, school_id=found.school_id),
        "kept": [form for form in bound.values() if form.kept],
        "refusal": refusal,
        "lost": [line for name, form in bound.items() if not offered[name] for line in form.typed()],
        "has_errors": any(form.errors for form in bound.values()),
    }
    forms = {name: make() for name, make in makers.items() if offered[name] and name not in bound}
    return render(request, "duties/duty.html", {**context, **forms, **bound}, status=status)


# --- the words that the school gives them


@require_GET
@requires("manage_school")
def duty_rules(request: Request) -> HttpResponse:
    """Every duty as it holds at the school: what is asked, of which concerns, of whom, where it comes from; and what
    was before.
    """
    request.nav, school = "settings", get_school(request.held.school_id)
    record(Verb.VIEW, school, purpose="duties")
    context = {
        "school": school,
        "prompts": services.prompts_of(school.pk, timezone.localdate()),
        "earlier": services.earlier_rules(school.pk)[:_EARLIER],
    }
    return render(request, "duties/rules.html", context)


@requires("manage_school")
def duty_rule(request: Request, fact_id: UUID) -> HttpResponse:
    """The school's own words for one duty, its kind of concern, roles and days."""
    request.nav, school, today = "settings", get_school(request.held.school_id), timezone.localdate()
    if (prompt := services.fact_of(fact_id, school.pk, today)) is None:
        raise Http404
    make = partial(DutyRuleForm, prompt=prompt, kinds=choices_on(today, school.pk))
    form = make(request.POST) if request.method == "POST" else make()
    if form.is_bound and form.is_valid():
        request.again = partial(_rule_page, request, prompt.fact.pk, form)
        given = form.cleaned_data
        services.save_rule(
            school=school, prompt=prompt, token=given["token"], seen=given["seen"], words=form.words(), by=request.user
        )
        messages.success(
            request, "Saved. It holds from now on; who was asked before keeps the words that they were shown."
        )
        return redirect("duty_rules")
    return _rule_page(request, fact_id, form)


@require_POST
@requires("manage_school")
def end_duty_rule(request: Request, rule_id: UUID) -> HttpResponse:
    """What Harbour brings holds again."""
    rule = services.find_rule(rule_id, request.held.school_id)
    if rule is None:
        raise Http404
    services.end_rule(rule=rule, by=request.user)
    messages.success(request, "The school’s own words have ended. What Harbour brings holds again.")
    return redirect("duty_rules")


def _rule_page(
    request: Request, fact_id: UUID, form: DutyRuleForm, refusal: HarbourError | None = None
) -> HttpResponse:
    """`refusal`: somebody else has saved meanwhile; the page shows what holds now, and keeps what was typed."""
    prompt = services.fact_of(fact_id, request.held.school_id, timezone.localdate())
    if prompt is None:
        raise Http404
    if refusal is not None:
        on_top(form, prompt.rule.pk if prompt.rule else "")
    status = refusal.status if refusal else 422 if form.errors else 200
    context = {"prompt": prompt, "form": form, "refusal": refusal, "has_errors": bool(form.errors)}
    return render(request, "duties/rule.html", context, status=status)
