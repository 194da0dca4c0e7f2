"""Holds: those of the school with their review days, one hold, and the forms that set one. Concerns about adults are
held by those who decide or approve their end: the chair comes to these pages for them alone.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from retention.capabilities import RetentionCapability as C
from retention.forms.holds import AnswerForm, AskLiftForm, HoldForm, ReviewForm
from retention.models import LegalHold, RetentionDate
from retention.phrases import kind_of
from retention.services import holds, one_record
from retention.services.one_record import OneRecord
from retention.services.progress import known_by
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires, requires_for_record
from safeguarding.accounts.services import get_school
from safeguarding.addresses import address_of
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.plans.views.deeds import Deed, asked, lost, offered
from safeguarding.refused_forms import on_top
from safeguarding.unsaved import waits_unsent

# More holds than a school has at one time.
MOST = 200
_SET = "Set. It binds from now on, and is lifted by two people alone."
_SET_APART = "Set, for the Headteacher alone. It binds from now on; you do not see it."


def may_be_second(user: User) -> bool:
    """Whether the person may decide or approve the end of a concern about an adult as chair: which, the gate knows."""
    return may(user, C.SECOND_DESTRUCTION)


@require_GET
@requires(C.VIEW_HOLDS, also=may_be_second)
def holds_of_school(request: Request) -> HttpResponse:
    """The holds that stand, those whose review day has come first; and those that were lifted."""
    request.nav, today, school_id = "holds", timezone.localdate(), request.held.school_id
    rows = visible(request, LegalHold).filter(school=school_id).select_related("child", "set_by", "lifted_by")
    standing = list(rows.filter(lifted_at=None).order_by("review_on", "pk")[:MOST])
    page = newest_first(rows.filter(lifted_at__isnull=False), "lifted_at", request.GET.get("before", ""))
    read_many(request, [*standing, *page.rows], purpose="legal holds")
    called = one_record.called([*standing, *page.rows])
    context = {
        "standing": [(hold, hold.is_late(today), called.get(hold.pk, "")) for hold in standing],
        "late": sum(hold.is_late(today) for hold in standing),
        "lifted": [(hold, called.get(hold.pk, "")) for hold in page.rows],
        "older": f"?before={page.older}#lifted" if page.older else "",
        "newest": "" if page.is_first else f"{request.path}#lifted",
        "sets_school": may(request.user, C.HOLD_SCHOOL, school_id),
    }
    return render(request, "retention/holds.html", context)


@waits_unsent(HoldForm)
@requires_for_record(C.SET_HOLDS)
def hold_child(request: Request, child_id: UUID) -> HttpResponse:
    """The form that holds the record of a child, or of the family."""
    request.nav = "children"
    child = read_one(request, Child, pk=child_id, purpose="hold")
    form = HoldForm(request.POST if request.method == "POST" else None, child=child)
    if form.is_valid():
        request.again = partial(_set_again, request, form, child)
        return _set(request, form, child)
    return _set_page(request, form, child, status=422 if form.errors else 200)


@waits_unsent(HoldForm)
@requires(C.HOLD_SCHOOL)
def hold_school(request: Request) -> HttpResponse:
    """The form that holds every record of the school."""
    request.nav = "holds"
    form = HoldForm(request.POST if request.method == "POST" else None, child=None)
    if form.is_valid():
        request.again = partial(_set_again, request, form, None)
        return _set(request, form, None)
    return _set_page(request, form, None, status=422 if form.errors else 200)


@waits_unsent(HoldForm)
@requires_for_record(C.SET_HOLDS, also=may_be_second)
def hold_record(request: Request, record_key: UUID) -> HttpResponse:
    """The form that holds one record of a kind with a period of its own."""
    request.nav = "holds"
    one, whose = _one(request, record_key)
    form = HoldForm(request.POST if request.method == "POST" else None, one=one, whose=whose)
    if form.is_valid():
        request.again = partial(_set_again, request, form, None)
        return _set(request, form, None)
    return _set_page(request, form, None, status=422 if form.errors else 200)


def _one(request: Request, key: UUID) -> tuple[OneRecord, Child | None]:
    """The record and the child that it is about, for whoever may hold it; 404 for everybody else, as for one that never
    was.
    """
    one = one_record.record_with(key)
    if one is None:
        raise Http404
    if not one_record.may_hold(request.user, one):
        raise Http404
    seen: Any = visible(request, one.kind.model).filter(pk=key)
    if not seen.exists():
        # Of a school year of attendance they see until when it is kept.
        seen = visible(request, RetentionDate).filter(record_key=key)
    read_one(request, seen, purpose="hold")
    request.of_school = one.school_id
    return one, visible(request, Child).filter(pk=one.about_id).first() if one.about_id else None


def _set(request: Request, form: HoldForm, child: Child | None) -> HttpResponse:
    of = child or form.one
    school = get_school(of.school_id if of else request.held.school_id)
    made = holds.set_hold(school=school, by=request.user, **form.facts())
    if visible(request, LegalHold).filter(pk=made.pk).exists():
        messages.success(request, _SET)
        return redirect("legal_hold", made.pk)
    messages.success(request, _SET_APART)
    if form.one and form.one.child_id:
        return redirect("child_retention", form.one.child_id)
    return redirect("child_retention", child.pk) if child else redirect("holds")


def _set_again(request: Request, form: HoldForm, child: Child | None, refusal: HarbourError) -> HttpResponse:
    return _set_page(request, form, child, status=refusal.status, refusal=refusal)


def _set_page(
    request: Request, form: HoldForm, child: Child | None, *, status: int, refusal: HarbourError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "refusal": refusal, "lost": [], "here": request.path}
    if form.one:
        context |= _of_record(form.one, form.whose)
        return render(request, "retention/hold_record.html", context, status=status)
    if child is None:
        return render(request, "retention/hold_school.html", context, status=status)
    return render(
        request, "retention/hold_child.html", record_frame(request, child, "retention") | context, status=status
    )


def _of_record(one: OneRecord, whose: Child | None) -> dict[str, Any]:
    """What it is called, whose it is, and where its reader came from."""
    leave = reverse("child_retention", args=[whose.pk]) if whose else reverse("retention")
    return {
        "record": kind_of(one.kind.key),
        "called": known_by([one.key]).get(one.key, ""),
        "whose": whose,
        "leave": _address(one.key) if one.is_about_adults else leave,
    }


def _address(concern: UUID | None) -> str:
    """Where a concern about an adult is read."""
    return address_of("staff_concern", concern) if concern else ""


def _review(hold: LegalHold, form: Any, by: User) -> object:
    given = form.cleaned_data
    return holds.set_review(hold=hold, seen=given["seen"], review_on=given["review_on"], by=by)


def _ask(hold: LegalHold, form: Any, by: User) -> object:
    given = form.cleaned_data
    return holds.ask_to_lift(hold=hold, seen=given["seen"], token=given["token"], reason=given["reason"], by=by)


def _is_asked(hold: LegalHold) -> bool:
    return hold.stands and hold.lift_asked_at is not None


DEEDS: dict[str, Deed[LegalHold]] = {
    deed.key: deed
    for deed in (
        Deed(
            "review",
            ReviewForm,
            "Look at it again on another day",
            "Save",
            "Saved. It is looked at again on that day.",
            _review,
            lambda hold: hold.stands,
        ),
        Deed(
            "ask",
            AskLiftForm,
            "It can be lifted",
            "Ask a second person",
            "Asked. Until a second person lifts it, it binds.",
            _ask,
            lambda hold: hold.stands and hold.lift_asked_at is None,
        ),
        Deed(
            "lift",
            AnswerForm,
            "Lift this hold",
            "Lift this hold",
            "Lifted. What the schedule says counts again.",
            lambda hold, form, by: holds.lift_hold(hold=hold, seen=form.cleaned_data["seen"], by=by),
            _is_asked,
        ),
        Deed(
            "keep",
            AnswerForm,
            "Keep this hold",
            "Keep this hold",
            "Kept. It binds as before.",
            lambda hold, form, by: holds.keep_hold(hold=hold, seen=form.cleaned_data["seen"], by=by),
            _is_asked,
        ),
    )
}


@waits_unsent(ReviewForm, AskLiftForm)
@requires_for_record(C.VIEW_HOLDS, also=may_be_second)
def legal_hold(request: Request, hold_id: UUID) -> HttpResponse:
    """One hold. Each form of the page is sent here."""
    hold = _hold(request, hold_id)
    if request.method != "POST":
        return _page(request, hold)
    holds.ensure_changes(request.user, hold)
    deed = asked(request, DEEDS)
    if deed is None:
        return _page(request, hold, status=422)
    form = deed.made(request.POST, hold=hold)
    if not form.is_valid():
        return _page(request, hold, {deed.key: form}, status=422)
    request.again = partial(_refused, request, hold_id, {deed.key: form})
    deed.do(hold, form, request.user)
    messages.success(request, deed.after)
    return redirect("legal_hold", hold.pk)


def _hold(request: Request, hold_id: UUID) -> LegalHold:
    people = ("child", "set_by", "lift_asked_by", "lifted_by")
    hold = read_one(request, visible(request, LegalHold).select_related(*people), pk=hold_id)
    request.nav = "children" if hold.child_id else "holds"
    request.of_school = hold.school_id
    return hold


def _refused(request: Request, hold_id: UUID, bound: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    """The hold as it stands now, and what was typed, to be saved on top of it."""
    hold = _hold(request, hold_id)
    for form in bound.values():
        on_top(form, hold.revision)
    return _page(request, hold, bound, status=refusal.status, refusal=refusal)


def _page(
    request: Request,
    hold: LegalHold,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or {}
    sets = holds.may_change(request.user, hold)
    there = offered(hold, DEEDS.values(), bound, hold=hold) if sets else {}
    context = {
        "hold": hold,
        "called": one_record.called([hold]).get(hold.pk, ""),
        "address": _address(hold.record_key) if hold.is_about_adults else "",
        "is_late": hold.is_late(timezone.localdate()),
        "deeds": there,
        "asked_oneself": hold.lift_asked_by_id == request.user.pk,
        "sets": sets,
        "bound": list(bound.values()),
        "refusal": refusal,
        "lost": lost(bound, there) if refusal else [],
        "here": request.path,
        "has_errors": any(form.errors for form in bound.values()),
    }
    if hold.child is None:
        return render(request, "retention/hold_of_school.html", context, status=status)
    return render(
        request, "retention/hold.html", record_frame(request, hold.child, "retention") | context, status=status
    )
