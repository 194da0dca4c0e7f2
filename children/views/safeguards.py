"""The pages of what protects a child: record it, look at it, confirm, end and correct it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.forms.safeguards import AddressForm, EndForm, OrderForm, ResponsibilityForm, SafeguardForm
from children.models import (
    Child,
    ConfidentialAddress,
    Contact,
    ContactRestriction,
    ParentalResponsibility,
    Safeguard,
)
from children.panels import record_frame
from children.people import people_of
from children.permissions import access_to_a_child, decides_concerns, may_record_safeguard
from children.services import safeguards
from children.views.keeping.page import page
from safeguarding.accounts import services as accounts
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_one, visible
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent

_FORMS: dict[type[Safeguard], type[SafeguardForm]] = {
    ContactRestriction: OrderForm,
    ConfidentialAddress: AddressForm,
    ParentalResponsibility: ResponsibilityForm,
}
# What says one of a kind on its page.
_PARTS: dict[type[Safeguard], str] = {
    ContactRestriction: "children/part_order.html",
    ConfidentialAddress: "children/part_address.html",
    ParentalResponsibility: "children/part_responsibility.html",
}
_BY = ("recorded_by", "confirmed_by", "ended_by", "corrected_by")


@waits_unsent(OrderForm)
@requires_for_record(ChildCapability.KEEP_CHILDREN, also=decides_concerns)
def record_order(request: Request, pk: UUID) -> HttpResponseBase:
    """Record an order or agreement. It binds at once."""
    return _record(request, pk, OrderForm)


@waits_unsent(AddressForm)
@requires_for_record(ChildCapability.KEEP_CHILDREN, also=decides_concerns)
def record_address(request: Request, pk: UUID) -> HttpResponseBase:
    """Say that the address is confidential. It holds at once."""
    return _record(request, pk, AddressForm)


@waits_unsent(ResponsibilityForm)
@requires_for_record(ChildCapability.KEEP_CHILDREN, also=decides_concerns)
def record_responsibility(request: Request, pk: UUID) -> HttpResponseBase:
    """Say whether an adult has parental responsibility."""
    return _record(request, pk, ResponsibilityForm)


def _record(request: Request, pk: UUID, of_kind: type[SafeguardForm]) -> HttpResponseBase:
    child = read_one(request, Child, pk=pk, purpose="safeguards")
    _ensure_records(request, child.school_id)
    form = of_kind(request.POST if request.method == "POST" else None, adults=people_of(request, child))
    if form.is_valid():
        made = safeguards.record_safeguard(
            child=child, token=form.cleaned_data["token"], facts=form.facts(), by=request.user
        )
        messages.success(request, _recorded(made))
        return redirect("safeguard", made.pk)
    request.nav = "children"
    return _form_page(request, child, form)


@require_GET
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS, also=access_to_a_child)
def safeguard(request: Request, key: UUID) -> HttpResponse:
    """One of them: what it says, who recorded and confirmed it, how it ended or what was wrong with it."""
    return _page(request, _read(request, key))


@require_POST
@requires_for_record(Capability.DECIDE_CONCERNS)
def confirm_safeguard(request: Request, key: UUID) -> HttpResponseBase:
    """It is as it was written down."""
    safeguards.confirm(row=_read(request, key), by=request.user)
    messages.success(request, "Confirmed. From now on only a safeguarding lead or the Headteacher ends or corrects it.")
    return redirect("safeguard", key)


@waits_unsent(EndForm)
@require_POST
@requires_for_record(ChildCapability.KEEP_CHILDREN, also=decides_concerns)
def end_safeguard(request: Request, key: UUID) -> HttpResponseBase:
    """It binds until a day, and no longer."""
    found = _read(request, key)
    form = EndForm(request.POST, row=found)
    if not form.is_valid():
        return _page(request, found, form)
    safeguards.end(row=found, by=request.user, **form.cleaned_data)
    messages.success(request, "Saved. It stays on the record with its last day.")
    return redirect("safeguard", key)


@waits_unsent(*_FORMS.values())
@requires_for_record(ChildCapability.KEEP_CHILDREN, also=decides_concerns)
def correct_safeguard(request: Request, key: UUID) -> HttpResponseBase:
    """It was never as it stands: say what was wrong, and what is right."""
    found: Any = _read(request, key)
    _ensure_records(request, found.school_id)
    adults = people_of(request, found.child, also=getattr(found, "contact", None))
    form = _FORMS[type(found)](request.POST if request.method == "POST" else None, adults=adults, row=found)
    if form.is_valid():
        stands = safeguards.correct(
            row=found,
            token=form.cleaned_data["token"],
            reason=form.cleaned_data["wrong"],
            right=form.what_is_right(),
            by=request.user,
        )
        messages.success(request, "Corrected. What stood here before stays on the record, marked, and warns nobody.")
        return redirect("safeguard", stands.pk)
    return _form_page(request, found.child, form)


def _form_page(request: Request, child: Child, form: SafeguardForm) -> HttpResponse:
    """The form page of a child's record, with this form alone."""
    context = record_frame(request, child, "people") | {"form": form}
    status = 422 if form.errors else 200
    shown: list[Any] = [form]
    return page(request, context, shown, status=status, template="children/safeguard_form.html")


def _ensure_records(request: Request, school_id: UUID) -> None:
    """Who decides about concerns at another school alone is let in by the door, and not by this."""
    if not may_record_safeguard(request.user, school_id):
        raise NotAllowed(safeguards.RECORDERS)


def _recorded(made: Safeguard) -> str:
    if made.status == Safeguard.Status.RECORDED:
        return "Recorded. It binds from now on, and the safeguarding leads have been asked to confirm it."
    return "Recorded. It binds from now on."


def _read(request: Request, key: UUID) -> Any:
    """The one with this key, also one that was corrected; an adult only where the reader may see them."""
    with with_errors(key):
        found = next(filter(None, (_of(request, model, key) for model in _FORMS)), None)
    if found is None:
        raise Http404
    if adult := getattr(found, "contact_id", None):
        found.contact = visible(request, Contact).filter(pk=adult).first()
    found.binds = found.in_force(timezone.localdate())
    request.nav, request.of_school = "children", found.school_id
    return found


def _of(request: Request, model: type[Safeguard], key: UUID) -> Any:
    try:
        return read_one(request, visible(request, model).select_related("child", *_BY), pk=key)
    except Http404:
        return None


def _page(request: Request, found: Any, end_form: EndForm | None = None) -> HttpResponse:
    accounts.open_notices(user=request.user, object_id=found.pk)
    with with_errors("all"):
        beside = visible(request, type(found)).filter
        before = beside(pk=found.instead_of_id).first() if found.instead_of_id else None
        after = beside(instead_of=found).first()
    may = safeguards.kind_of(found).life.open_to(found, request.user)
    context = record_frame(request, found.child, "people") | {
        "row": found,
        "part": _PARTS[type(found)],
        "before": before,
        "after": after,
        "may": may,
        "end_form": (end_form or EndForm(row=found)) if may["end"] else None,
    }
    return render(request, "children/safeguard.html", context, status=422 if end_form else 200)
