"""The pages of what protects a child: record it, look at it, confirm, end and correct it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.forms.safeguards import AddressForm, EndForm, OrderForm, ResponsibilityForm, SafeguardForm
from children.lifecycles import CHANGERS
from children.models import (
    Child,
    ChildFile,
    ConfidentialAddress,
    Contact,
    ContactRestriction,
    ParentalResponsibility,
    Safeguard,
)
from children.panels import record_frame
from children.people import beside, people_of
from children.permissions import access_to_a_child, decides_concerns, may_correct_safeguard, may_record_safeguard
from children.services import safeguards
from children.views.keeping.page import page
from safeguarding.accounts import services as accounts
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request
from safeguarding.keys import record_of
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
_RECORD: dict[type[Safeguard], str] = {
    ContactRestriction: "record_order",
    ConfidentialAddress: "record_address",
    ParentalResponsibility: "record_responsibility",
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
    # Whether an adult has parental responsibility is said for each child: of others nobody is told.
    is_of_one = of_kind is ResponsibilityForm
    others = {} if is_of_one else beside(request, child)
    data = request.POST if request.method == "POST" else None
    form = of_kind(data, adults=people_of(request, child), others=others, again=_again(request, child, of_kind))
    if form.is_valid():
        also = [one.child for one in form.also_for]
        said: dict[str, Any] = {"token": form.cleaned_data["token"], "facts": form.facts(), "by": request.user}
        if is_of_one:
            made = safeguards.record_safeguard(child=child, **said)
        else:
            [made, *_] = safeguards.record_for_all(child=child, others=also, **said)
        messages.success(request, _recorded(made, also))
        return redirect("safeguard", made.pk)
    request.nav = "children"
    return _form_page(request, child, form)


def _again(request: Request, child: Child, of_kind: type[SafeguardForm]) -> Safeguard | None:
    """What ended by mistake, to be recorded again; none where the address of the page names none of the child."""
    key = record_of(request.GET.get("from", ""))
    model = next(model for model, form in _FORMS.items() if form is of_kind)
    if key is None:
        return None
    rows = visible(request, model).filter(pk=key, child=child, status=Safeguard.Status.ENDED)
    return next(iter(read_many(request, rows, purpose="safeguards", about=child)), None)


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
    if not may_correct_safeguard(request.user, found):
        raise NotAllowed(CHANGERS)
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


def _recorded(made: Safeguard, also: Sequence[Child]) -> str:
    said = f"Recorded, also for {' and '.join(one.full_name for one in also)}." if also else "Recorded."
    if made.status == Safeguard.Status.RECORDED:
        return f"{said} It binds from now on, and the safeguarding leads have been asked to confirm it."
    return f"{said} It binds from now on."


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


def _again_url(request: Request, found: Any) -> str:
    """Where one that ended by mistake is recorded again; empty for any other, and for who may not."""
    if found.status != Safeguard.Status.ENDED or not may_record_safeguard(request.user, found.school_id):
        return ""
    return f"{reverse(_RECORD[type(found)], args=[found.child_id])}?from={found.pk}"


def _missing(request: Request, found: Any) -> list[tuple[Child, str]]:
    """For who decides, each with the page that records it: the children of the same home whose address nobody has
    called confidential; of an order, those who share the adult and about whom no order binds the adult.
    """
    if not found.binds or not may(request.user, Capability.DECIDE_CONCERNS, found.school_id):
        return []
    rows = visible(request, type(found)).filter(ended_at=None, corrected_at=None)
    to = _RECORD[type(found)]
    match found:
        case ConfidentialAddress():
            others = [one for one in beside(request, found.child).values() if one.in_home]
        case ContactRestriction(contact_id=UUID() as adult):
            others = [one for one in beside(request, found.child).values() if adult in one.adults]
            rows = rows.filter(contact=adult)
        case _:
            return []
    having = set(rows.filter(child__in=[one.child.pk for one in others]).values_list("child_id", flat=True))
    return [(one.child, reverse(to, args=[one.child.pk])) for one in others if one.child.pk not in having]


def _copies(request: Request, found: Any) -> list[ChildFile] | None:
    """Orders of courts among the documents of the child, those of the day of this one first, for who opens documents;
    None of what is no order.
    """
    if not isinstance(found, ContactRestriction):
        return None
    rows = visible(request, ChildFile).filter(child=found.child, what=ChildFile.What.ORDER, withheld_at=None)
    files = read_many(request, rows.order_by("-attached_at", "-pk"), purpose="files", about=found.child)
    return sorted(files, key=lambda file: file.dated != found.starts_on)


def _page(request: Request, found: Any, end_form: EndForm | None = None) -> HttpResponse:
    accounts.open_notices(user=request.user, object_id=found.pk)
    with with_errors("all"):
        beside = visible(request, type(found)).filter
        before = beside(pk=found.instead_of_id).first() if found.instead_of_id else None
        after = beside(instead_of=found).first()
    moves = safeguards.kind_of(found).life.open_to(found, request.user)
    context = record_frame(request, found.child, "people") | {
        "row": found,
        "copies": _copies(request, found),
        "attaches": may(request.user, Capability.DECIDE_CONCERNS, found.school_id),
        "part": _PARTS[type(found)],
        "before": before,
        "after": after,
        "may": moves,
        "missing": _missing(request, found),
        "again_url": _again_url(request, found),
        "end_form": (end_form or EndForm(row=found)) if moves["end"] else None,
    }
    return render(request, "children/safeguard.html", context, status=422 if end_form else 200)
