"""Who is told of what, by the school's rules; and how much each person has to read and to do."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school, next_digest, teams_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import visible
from safeguarding.audit.services import record
from safeguarding.concerns.forms.rules import DigestForm, RuleForm
from safeguarding.concerns.services import notice_rules
from safeguarding.concerns.services.kinds import names_on
from safeguarding.concerns.services.load import loads
from safeguarding.http import Request


@requires(Capability.MANAGE_SCHOOL)
def rules(request: Request) -> HttpResponseBase:
    """The rules that hold, those that held, and the form that makes one."""
    school = get_school(request.held.school_id)
    form = _form(school, request.POST or None)
    if form.is_valid():
        notice_rules.make_rule(school=school, token=form.page, facts=form.facts(), by=request.user)
        messages.success(request, "Rule made. It holds from now on.")
        return redirect("notice_rules")
    return _page(request, school, form=form)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def digest_time(request: Request) -> HttpResponseBase:
    """When the digest of a school day goes out."""
    school = get_school(request.held.school_id)
    form = DigestForm(request.POST)
    if form.is_valid():
        notice_rules.set_digest_time(school=school, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved. What is in the next digest already goes out at the time it was given.")
        return redirect("notice_rules")
    return _page(request, school, digest_form=form)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def end_rule(request: Request, rule_id: UUID) -> HttpResponseBase:
    """A rule holds no more."""
    if (rule := notice_rules.find_rule(rule_id, request.held.school_id)) is None:
        raise Http404
    notice_rules.end_rule(rule=rule, by=request.user)
    messages.success(request, "Rule ended.")
    return redirect("notice_rules")


@require_GET
@requires(Capability.VIEW_CONCERNS)
def load(request: Request) -> HttpResponse:
    """How much each person has to read and to do, and what was never opened. No names of children."""
    request.nav, at = "cover", timezone.now()
    school_id = request.held.school_id
    found = loads(school_id, partial(visible, request), at=at, today=timezone.localdate(at))
    record(Verb.LIST, object_type="accounts.notice", school_id=school_id, count=len(found.people), purpose="load")
    return render(request, "concerns/load.html", {"loads": found})


def _form(school: School, data: Any) -> RuleForm:
    today = timezone.localdate()
    return RuleForm(data, teams=teams_of(school.pk, on=today), categories=names_on(today, school.pk))


def _page(request: Request, school: School, **given: Any) -> HttpResponse:
    request.nav = "cover"
    record(Verb.VIEW, school, purpose="notice rules")
    forms = {"form": _form(school, None), "digest_form": DigestForm(initial={"digest_at": school.digest_at})} | given
    wrong = any(form.errors for form in forms.values())
    context = forms | {
        "school": school,
        "rules": notice_rules.rules_of(school.pk),
        "ended": notice_rules.ended_rules(school.pk),
        "next": next_digest(school, timezone.now()),
        "has_errors": wrong,
    }
    return render(request, "concerns/notice_rules.html", context, status=422 if wrong else 200)
