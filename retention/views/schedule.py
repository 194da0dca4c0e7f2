"""The retention schedule of the school: every rule in force and proposed; one rule; everything that waits for a yes."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from retention import wording
from retention.capabilities import RetentionCapability as C
from retention.forms.schedule import ProposeForm
from retention.models import RetentionRule
from retention.places import PLACES, place_of
from retention.services import schedule
from retention.services.preview import is_uncounted, preview
from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.plans.services.register_place import register_of
from safeguarding.refused_forms import as_typed
from safeguarding.unsaved import waits_unsent

_S = RetentionRule.Status
_DONE = {
    "adopt": "Adopted. It waits for the data protection officer to agree.",
    "agree": "Agreed.",
    "withdraw": "Withdrawn.",
}


@require_GET
@requires(C.COUNT_RETENTION)
def retention_schedule(request: Request) -> HttpResponse:
    """Every rule, in words, by what becomes of its records."""
    request.nav, school = "retention_schedule", get_school(request.held.school_id)
    record(Verb.VIEW, school, purpose="retention schedule")
    rules = [_line(now, new) for now, new in schedule.schedule_of(school.pk)]
    mine = _mine(request)
    waits = [new for new in (line["new"] for line in rules) if new is not None]
    context = {
        "groups": [
            (where, place, [line for line in rules if place_of(line["shown"].code) == where])
            for where, place in PLACES.items()
        ],
        "to_adopt": sum(rule.adopted_at is None for rule in waits) if mine["proposes"] else 0,
        "to_agree": sum(bool(rule.adopted_at and not rule.agreed_at) for rule in waits) if mine["advises"] else 0,
        "waits": len(waits),
        "register": register_of(school.pk),
    }
    return render(request, "retention/schedule.html", context | mine)


def _mine(request: Request) -> dict[str, bool]:
    at = request.held.school_id
    return {"proposes": may(request.user, C.PROPOSE_SCHEDULE, at), "advises": may(request.user, C.ADVISE_RETENTION, at)}


def _line(now: RetentionRule | None, new: RetentionRule | None) -> dict[str, Any]:
    shown = now or new
    return {
        "now": now,
        "new": new,
        "shown": shown,
        "says": wording.in_words(shown) if shown else "",
        "new_says": wording.in_words(new) if now and new else "",
    }


@requires(C.COUNT_RETENTION)
def retention_schedule_all(request: Request) -> HttpResponse:
    """Everything that waits for this person's yes, and what it would do; then the yes to all of it."""
    request.nav, school = "retention_schedule", get_school(request.held.school_id)
    mine = _mine(request)
    if request.method == "POST" and not any(mine.values()):
        raise NotAllowed(schedule.PROPOSERS)
    waiting = schedule.to_adopt(school.pk) if mine["proposes"] else []
    waiting = waiting or (schedule.to_agree(school.pk) if mine["advises"] else [])
    if request.method == "POST":
        request.again = partial(_all_page, request, waiting, mine)
        return _yes_to_all(request, mine)
    return _all_page(request, waiting, mine)


def _yes_to_all(request: Request, mine: dict[str, bool]) -> HttpResponse:
    school = get_school(request.held.school_id)
    seen = {key for text in request.POST.getlist("rule") if (key := record_of(text))}
    say_yes = schedule.adopt_all if mine["proposes"] else schedule.agree_all
    count = say_yes(school=school, seen=seen, by=request.user)
    said = "Adopted" if say_yes is schedule.adopt_all else "Agreed"
    messages.success(request, f"{said}: {count}.")
    return redirect("retention_schedule")


def _all_page(
    request: Request, waiting: list[RetentionRule], mine: dict[str, bool], refusal: HarbourError | None = None
) -> HttpResponse:
    school = get_school(request.held.school_id)
    record(Verb.VIEW, school, purpose="retention schedule")
    context = {
        "waiting": [(rule, wording.in_words(rule)) for rule in waiting],
        "preview": preview(school.pk, waiting) if waiting else None,
        "uncounted": is_uncounted(waiting),
        "refusal": refusal,
        "lost": [],
        "here": request.path,
    }
    return render(request, "retention/schedule_all.html", context | mine, status=refusal.status if refusal else 200)


@waits_unsent(ProposeForm)
@requires(C.COUNT_RETENTION)
def retention_rule(request: Request, rule_id: UUID) -> HttpResponse:
    """One rule: what is in force, what is proposed and what that would do, what held before. Its forms come here."""
    request.nav = "retention_schedule"
    if request.method != "POST":
        return _rule_page(request, rule_id)
    request.again = partial(_refused, request, rule_id, None)
    school, deed = get_school(request.held.school_id), request.POST.get("deed", "")
    versions = _versions(request, rule_id)
    if deed == "propose":
        return _propose(request, rule_id, versions)
    found = next((one for one in versions if str(one.pk) == request.POST.get("rule")), None)
    services = {"adopt": schedule.adopt_rule, "agree": schedule.agree_rule, "withdraw": schedule.withdraw_rule}
    if found is None or deed not in services or (deed != "adopt" and found.school_id is None):
        raise BadInput("Choose what is to be done with this rule.")
    done = services[deed](school=school, rule=found, by=request.user)
    messages.success(request, _DONE[deed])
    return redirect("retention_rule", done.pk)


def _propose(request: Request, rule_id: UUID, versions: list[RetentionRule]) -> HttpResponse:
    form = ProposeForm(request.POST, rule=_base(versions))
    if not form.is_valid():
        return _rule_page(request, rule_id, form, status=422)
    request.again = partial(_refused, request, rule_id, form)
    made = schedule.propose_rule(
        school=get_school(request.held.school_id),
        token=form.cleaned_data["token"],
        code=versions[0].code,
        by=request.user,
        **form.facts(),
    )
    messages.success(request, "Proposed. It changes nothing before it is adopted, and agreed.")
    return redirect("retention_rule", made.pk)


def _refused(request: Request, rule_id: UUID, form: ProposeForm | None, refusal: HarbourError) -> HttpResponse:
    return _rule_page(request, rule_id, form, status=refusal.status, refusal=refusal)


def _versions(request: Request, rule_id: UUID) -> list[RetentionRule]:
    found = schedule.versions_of(request.held.school_id, rule_id)
    if not found:
        raise Http404
    return found


def _base(versions: list[RetentionRule]) -> RetentionRule:
    """What a change starts from: the rule in force, else Harbour's default."""
    return next((one for one in versions if one.status == _S.IN_FORCE), versions[-1])


def _rule_page(
    request: Request,
    rule_id: UUID,
    form: ProposeForm | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    versions, mine = _versions(request, rule_id), _mine(request)
    record(Verb.VIEW, versions[0], purpose="retention schedule")
    now = next((one for one in versions if one.status == _S.IN_FORCE), None)
    own = next((one for one in versions if one.status == _S.PROPOSED and one.school_id), None)
    new = own or (None if now else versions[-1])
    offered = mine["proposes"] and own is None
    context = {
        "rule": now or new,
        "where": PLACES[place_of(versions[0].code)].title.lower().replace("harbour", "Harbour"),
        "now": (now, wording.in_words(now)) if now else None,
        "new": (new, wording.in_words(new)) if new else None,
        "preview": preview(request.held.school_id, [new], today=timezone.localdate()) if new else None,
        "uncounted": new is not None and is_uncounted([new]),
        "earlier": [(one, wording.in_words(one)) for one in versions if one.status in (_S.SUPERSEDED, _S.WITHDRAWN)],
        "adopts": mine["proposes"] and new is not None and new.adopted_at is None,
        "agrees": mine["advises"] and new is not None and bool(new.adopted_at) and new.agreed_at is None,
        "withdraws": mine["proposes"] and own is not None,
        "form": (form or ProposeForm(rule=_base(versions))) if offered else None,
        "refusal": refusal,
        "lost": as_typed(form) if refusal and form and not offered else [],
        "here": request.path,
    }
    return render(request, "retention/rule.html", context, status=status)
