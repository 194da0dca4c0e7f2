"""The tab "Retention" of a child's record: until when it is kept and why, what is in the way, what was stated."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child, Photograph
from children.panels import record_frame
from retention import wording
from retention.capabilities import RetentionCapability as C
from retention.forms.statements import (
    AnswerForm,
    KeepForm,
    LastSchoolForm,
    MarkForm,
    OwnCopyForm,
    ReceiptForm,
    WithdrawForm,
)
from retention.models import OWN_COPY, DestructionItem, LegalHold, Mark, RetentionDate, RetentionRule, Statement
from retention.services import kept, statements
from retention.services.holds import holding
from retention.services.leavers import has_confirmed_school
from retention.services.scan import is_due
from retention.services.schedule import period_of, rules_at
from retention.services.signs import TO_DECIDE
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.ending.reasons import told_to
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.plans.views.deeds import Deed, asked, lost, offered
from safeguarding.unsaved import waits_unsent

from . import signs

# More than anybody states about one child.
MOST = 100
_SAVED = "On the record. Until when it is kept stands above."


def _states(child: Child, form: Any, by: User) -> object:
    given = form.cleaned_data
    return statements.state(
        child=child, token=given["token"], kind=form.kind, on=given["on"], said=given["said"], by=by
    )


def _has_left(child: Child) -> bool:
    return child.left_on is not None


def _always(child: Child) -> bool:
    return True


DEEDS: dict[str, Deed[Child]] = {
    deed.key: deed
    for deed in (
        Deed("receipt", ReceiptForm, "The next school has the file", "Save", _SAVED, _states, _has_left),
        Deed("last_school", LastSchoolForm, "This is the last school", "Save", _SAVED, _states, _has_left),
        Deed("keep", KeepForm, "Keep it longer", "Save", _SAVED, _states, _always),
    )
}
# Each form of the part about abuse stands in that part.
OF_ABUSE: dict[str, Deed[Child]] = {deed.key: deed for deed in (signs.ANSWER, signs.COPY, signs.MARK, signs.UNMARK)}


@waits_unsent(ReceiptForm, LastSchoolForm, KeepForm, MarkForm, AnswerForm, OwnCopyForm)
@requires_for_record(C.VIEW_RETENTION, also=signs.decides_in_place)
def child_retention(request: Request, child_id: UUID) -> HttpResponse:
    """Until when a child's records are kept. Each form of the page is sent here."""
    request.nav = "children"
    child = read_one(request, Child, pk=child_id, purpose="retention")
    _ensure_theirs(request, child)
    if request.method != "POST":
        return _page(request, child)
    in_place = request.POST.get("deed") in signs.IN_PLACE
    if not in_place and not may(request.user, C.KEEP_RETENTION, child.school_id):
        raise NotAllowed(statements.KEEPERS)
    if request.POST.get("deed") == "withdraw":
        return _withdraw(request, child)
    deed = asked(request, DEEDS | OF_ABUSE)
    if deed is None:
        return _page(request, child, status=422)
    form = deed.made(request.POST, child=child)
    if not form.is_valid():
        return _page(request, child, {deed.key: form}, status=422)
    request.again = partial(_refused, request, child, {deed.key: form})
    deed.do(child, form, request.user)
    messages.success(request, deed.after)
    return redirect("child_retention", child.pk)


def _ensure_theirs(request: Request, child: Child) -> None:
    """Who reads no dates by role opens the files on which they answer in a lead's place, and no other."""
    if may(request.user, C.VIEW_RETENTION, child.school_id):
        return
    if not visible(request, RetentionDate).filter(record_key=child.pk).exists():
        raise Http404


def _withdraw(request: Request, child: Child) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, child, status=422)
    stated = read_one(request, visible(request, Statement).filter(child=child), pk=form.cleaned_data["statement"])
    request.again = partial(_refused, request, child, {})
    statements.withdraw(statement=stated, by=request.user)
    messages.success(request, "Withdrawn. It stands among what was stated before.")
    return redirect("child_retention", child.pk)


def _refused(request: Request, child: Child, bound: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    return _page(request, child, bound, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    child: Child,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or {}
    said = visible(request, Statement).filter(child=child).select_related("stated_by", "withdrawn_by")
    marks = visible(request, Mark).filter(child=child).select_related("marked_by", "ended_by")
    read = list(said.order_by("-stated_at")[:MOST]), list(marks.order_by("-marked_at")[:MOST])
    shown = _read(request, child, *read, bound=bound)
    keeps = may(request.user, C.KEEP_RETENTION, child.school_id)
    there = offered(child, DEEDS.values(), bound, child=child) if keeps else {}
    context = record_frame(request, child, "retention") | shown
    context |= {
        "keeps": keeps,
        "reads": may(request.user, C.VIEW_RETENTION, child.school_id),
        "sets": may(request.user, C.SET_HOLDS, child.school_id),
        "deeds": list(there.values()),
        "bound": list(bound.values()),
        "refusal": refusal,
        "lost": lost(bound, there | _forms_of(shown)) if refusal else [],
        "here": request.path,
        "has_errors": any(form.errors for form in bound.values()),
    }
    return render(request, "retention/child_retention.html", context, status=status)


def _forms_of(shown: dict[str, Any]) -> dict[str, Any]:
    """The forms of the part about abuse that the page offers, by their deeds."""
    there = {each["deed"]: each for each in (*shown["mark_deeds"], shown["copy_deed"]) if each}
    bound = [each for *_, each in shown["signs"] if each and each["form"].is_bound]
    return there | ({signs.ANSWER.key: bound[0]} if bound else {})


def _read(
    request: Request, child: Child, said: list[Statement], marks: list[Mark], *, bound: dict[str, Any]
) -> dict[str, Any]:
    """Everything on the tab that is read, and recorded as read."""
    rules = rules_at(child.school_id)
    standing = [one for one in said if one.withdrawn_at is None]
    stated = {(child.pk, one.kind): one.on for one in standing}
    known = kept.known_to(request.user, child, kept.file_of(child, stated, rules), rules)
    rows = holding(child, visible(request, LegalHold))
    holds = list(rows.select_related("set_by", "lifted_by").order_by("-lifted_at", "review_on")[:MOST])
    shots = list(visible(request, Photograph).filter(child=child).order_by("-added_at")[:MOST])
    read_many(request, [*said, *marks, *holds, *shots], purpose="retention", about=child)
    until = kept.known_of_kind("photograph", [one.pk for one in shots], rules)
    return {
        "until": _until(child, known, _to_do(request, child, known, rules)) | _on_list(request, child, known),
        "in_the_way": told_to(request.user, [child.pk]).get(child.pk, []),
        "holds": [(one, one.is_late(timezone.localdate())) for one in holds if one.stands],
        "lifted": [one for one in holds if not one.stands],
        "standing": [one for one in standing if one.kind not in OWN_COPY],
        "earlier": [one for one in said if one.withdrawn_at is not None],
        "earlier_marks": [one for one in marks if one.ended_at is not None],
        "photographs": [(one, _of_photograph(until[one.pk])) for one in shots],
    } | signs.shown(request, child, known, rules, marks=marks, said=said, bound=bound)


def _to_do(request: Request, child: Child, known: kept.Known, rules: list[RetentionRule]) -> str:
    """What is to be done so that its period runs, or for what it waits."""
    missing = known.kept.missing
    if missing == RetentionDate.Missing.LAST_SCHOOL and not known.is_hidden and has_confirmed_school(request, child):
        return wording.waits_for(map(period_of, rules))
    return wording.TO_DO.get(missing, "")


def _until(child: Child, known: kept.Known, to_do: str) -> dict[str, Any]:
    """What stands on top: the day in large, why, and what is to be done."""
    if known.is_hidden:
        return {"title": "Kept, not due", "says": "", "to_do": ""}
    if known.rule is None or known.kept.period is None:
        is_undecided = known.kept.missing in TO_DECIDE
        return {"title": "To decide" if is_undecided else "No date yet", "says": "", "to_do": to_do}
    over = known.kept.is_over(timezone.localdate())
    return {
        "title": "Its time is over" if over else "Forecast" if known.kept.missing else "Kept",
        "says": wording.until_in_words(known.kept, known.rule, known.born),
        "rule": known.rule,
        "to_do": "" if over else to_do,
    }


def _on_list(request: Request, child: Child, known: kept.Known) -> dict[str, Any]:
    """The list on which a record stands whose time is over, and whether it can be put on one."""
    if known.is_hidden or known.rule is None or not known.kept.is_over(timezone.localdate()):
        return {}
    items = visible(request, DestructionItem).filter(record_key=child.pk, left_out_at=None)
    item = items.select_related("on_list").first()
    is_seen = visible(request, RetentionDate).filter(is_due(), record_key=child.pk).exists()
    return {"list": item.on_list if item else None, "is_due": is_seen, "is_over": True}


def _of_photograph(known: kept.Known) -> str:
    rule: RetentionRule | None = known.rule
    if rule is None:
        return "No rule of the schedule applies."
    if known.kept.due_on is None:
        return f"Kept while the child is on roll and it is in use, {rule.title}."
    return wording.until_in_words(known.kept, rule) + (
        f" {wording.TO_DO[known.kept.missing]}" if known.kept.missing else ""
    )
