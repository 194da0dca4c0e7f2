"""Patterns, explained: what the rules of the school find, what was said of it, and the rules themselves."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import may, requires, requires_for_record
from safeguarding.accounts.services import LEADS, get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.audit.services import record
from safeguarding.concerns.forms.patterns import RuleForm, RulingForm
from safeguarding.concerns.models import Concern, PatternRule, PatternRuling
from safeguarding.concerns.patterns import MOST, look
from safeguarding.concerns.services import patterns as services
from safeguarding.concerns.services.kinds import names_on
from safeguarding.concerns.views.chronology import read_child
from safeguarding.dates import moment
from safeguarding.exceptions import HarbourError, NotAllowed, OutOfTurn
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.refused_forms import as_typed
from safeguarding.unsaved import waits_unsent

SAID = 10


@requires("view_concerns")
def patterns(request: Request) -> HttpResponse:
    """What the rules find at the school, the newest first, and what was said of earlier ones."""
    request.nav, school_id = "concerns", request.held.school_id
    rules = services.rules_of(school_id)
    found = look(request, rules, today=timezone.localdate())
    read_many(request, [concern for hit in found.hits for concern in hit.concerns], purpose="patterns")
    rulings = visible(request, PatternRuling).filter(school_id=school_id)
    rulings = rulings.select_related("rule__category", "child", "ruled_by")
    said = newest_first(rulings, "ruled_at", request.GET.get("before", ""), SAID)
    read_many(request, said.rows, purpose="rulings")
    context = {
        "rules": rules,
        "found": found,
        "most": MOST,
        "said": said,
        "may_set": may(request.user, "manage_school", school_id),
    }
    return render(request, "concerns/patterns.html", context)


@waits_unsent(RulingForm)
@requires_for_record("view_concerns")
def pattern(request: Request, rule_id: UUID, child_id: UUID) -> HttpResponse:
    """What one rule finds of one child. A lead says here what it is."""
    child, rule = _about(request, rule_id, child_id)
    if request.method != "POST":
        return _page(request, child, rule)
    if not may(request.user, "decide_concerns", child.school_id):
        raise NotAllowed(LEADS)
    form = RulingForm(request.POST)
    if rule.ended_at is None and not form.is_valid():
        return _page(request, child, rule, form=form, status=422)
    request.again = partial(_refused, request, rule_id, child_id, form)
    if rule.ended_at is not None:
        raise OutOfTurn(_what_became_of(rule))
    given = form.cleaned_data
    named = visible(request, Concern).filter(pk__in=form.keys(), children__child=child)
    facts = {name: given[name] for name in ("verdict", "reason", "token")}
    services.rule_on(rule=rule, child=child, concerns=list(named.distinct()), by=request.user, **facts)
    messages.success(request, "Recorded. It is shown again when another concern joins these.")
    return redirect("patterns")


def _about(request: Request, rule_id: UUID, child_id: UUID) -> tuple[Child, PatternRule]:
    """The child, and the rule; for what was typed on a page that was open, also one that has ended since."""
    request.nav = "children"
    child = read_child(request, child_id, purpose="pattern")
    rule = services.find_rule(rule_id, child.school_id)
    if rule is None and request.method == "POST":
        rule = services.earlier_rules(child.school_id).filter(pk=rule_id).first()
    if rule is None or not may(request.user, "view_concerns", child.school_id):
        raise Http404
    return child, rule


def _what_became_of(rule: PatternRule) -> str:
    """What somebody reads whose page was still open.

    A rule that is changed ends, and another begins in the same moment.
    """
    others = [*services.rules_of(rule.school_id), *services.earlier_rules(rule.school_id).exclude(pk=rule.pk)]
    last = rule
    while after := [one for one in others if (one.kind, one.added_at) == (last.kind, last.ended_at)]:
        last = after[0]
        others.remove(last)
    if last.ended_at is not None:
        by_whom = f"{last.ended_by.full_name}, {moment(last.ended_at)}"  # type: ignore[union-attr]
        return (
            f"This rule was ended by {by_whom}, while you were writing. Nothing is looked for by it any more, "
            "so this was not recorded."
        )
    return (
        f"This rule was changed by {last.added_by.full_name}, {moment(last.added_at)}, while you were "
        "writing. It says now: "
        f"{last.in_words}. This was not recorded: look under Patterns at what it finds now."
    )


def _refused(request: Request, rule_id: UUID, child_id: UUID, form: RulingForm, refusal: HarbourError) -> HttpResponse:
    """What the rule finds now, and what was typed of what it had found."""
    child, rule = _about(request, rule_id, child_id)
    return _page(request, child, rule, form=form, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    child: Child,
    rule: PatternRule,
    *,
    form: RulingForm | None = None,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    ended = rule.ended_at is not None
    hits = [] if ended else look(request, [rule], today=timezone.localdate(), child=child).hits
    read_many(request, [concern for hit in hits for concern in hit.concerns], purpose="pattern", about=child)
    earlier = visible(request, PatternRuling).filter(rule=rule, child=child).select_related("ruled_by")
    sent = form["records"].value() if form is not None else None
    context = record_frame(request, child, "concerns") | {
        "rule": rule,
        "hits": [(hit, _form_for(hit.records, form)) for hit in hits],
        "said": read_many(request, earlier.order_by("-ruled_at", "-pk")[:SAID], purpose="rulings", about=child),
        "decides": may(request.user, "decide_concerns", child.school_id),
        "form": None if ended else form,
        "refusal": refusal,
        # Where other concerns are found now, the page offers no form for what was typed: it stands there to be copied.
        "lost": as_typed(form) if form is not None and sent not in {hit.records for hit in hits} else [],
        "here": reverse("patterns") if ended else request.path,
    }
    return render(request, "concerns/pattern.html", context, status=status)


def _form_for(records: str, sent: RulingForm | None) -> RulingForm:
    """The form of one pattern of the page: with what was typed, where it was the one that was sent."""
    if sent is not None and sent["records"].value() == records:
        return sent
    return RulingForm(initial={"records": records}, auto_id=f"id_{records[:36]}_%s")


@requires("manage_school")
def pattern_rules(request: Request) -> HttpResponse:
    """The rules of the school, and those there were. Sending the form adds one; the usual ones are one button."""
    school = get_school(request.held.school_id)
    form = RuleForm(
        request.POST if request.method == "POST" else None, categories=names_on(timezone.localdate(), school.pk)
    )
    if request.method == "POST" and request.POST.get("do") == "usual" and form["token"].value():
        services.add_usual_rules(school=school, token=_token(form), by=request.user)
        messages.success(request, "The usual rules are in force. Change or end each as you need.")
        return redirect("pattern_rules")
    if form.is_valid():
        services.add_rule(school=school, by=request.user, **form.facts())
        messages.success(request, "The rule is in force.")
        return redirect("pattern_rules")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="patterns")
    context = {
        "form": form,
        "rules": services.rules_of(school.pk),
        "earlier": services.earlier_rules(school.pk)[:MOST],
        "school": school,
    }
    return render(request, "concerns/pattern_rules.html", context, status=422 if form.errors else 200)


@requires("manage_school")
def pattern_rule(request: Request, rule_id: UUID) -> HttpResponse:
    """Change the numbers of a rule. Sent again, its former numbers have ended."""
    rule = services.find_rule(rule_id, request.held.school_id)
    if rule is None and request.method == "POST":
        rule = services.earlier_rules(request.held.school_id).filter(pk=rule_id).first()
    if rule is None:
        raise Http404
    day = timezone.localdate()
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        categories=names_on(day, rule.school_id, retired=True),
        rule=rule,
    )
    if form.is_valid():
        services.change_rule(rule=rule, by=request.user, **form.facts())
        messages.success(request, "The rule is changed. What it said before stands below.")
        return redirect("pattern_rules")
    request.nav = "settings"
    context: dict[str, Any] = {"form": form, "rule": rule}
    return render(request, "concerns/pattern_rule.html", context, status=422 if form.errors else 200)


@require_POST
@requires("manage_school")
def end_pattern_rule(request: Request, rule_id: UUID) -> HttpResponse:
    """Nothing is looked for by this rule any more."""
    services.end_rule(rule=_rule(request, rule_id), by=request.user)
    messages.success(request, "The rule has ended.")
    return redirect("pattern_rules")


def _rule(request: Request, rule_id: UUID) -> PatternRule:
    rule = services.find_rule(rule_id, request.held.school_id)
    if rule is None:
        raise Http404
    return rule


def _token(form: RuleForm) -> UUID:
    try:
        return UUID(str(form["token"].value()))
    except ValueError:
        raise Http404 from None
