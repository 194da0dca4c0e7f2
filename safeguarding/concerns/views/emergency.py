"""The emergency sheet: who has one, is it still true, and a new one, sealed or encrypted."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.db.models import F
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from safeguarding.accounts.permissions import fresh_factor, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school, open_notices
from safeguarding.ages import is_over
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.audit.services import record, record_many
from safeguarding.concerns.forms.emergency import SheetForm
from safeguarding.concerns.models import EmergencySheet
from safeguarding.concerns.services import emergency
from safeguarding.exceptions import BadInput
from safeguarding.http import Request, SeeOther
from safeguarding.pdf import encrypted, passphrase
from safeguarding.printing.paper import paper
from safeguarding.secret_text import conceal, reveal

# As long as it takes to fetch the file, and no longer.
_MINUTES = 15
_SALT = "harbour.sheet"
_HELD_FIRST = (F("destroyed_at").desc(nulls_first=True), "-made_at", "-pk")
_AGAIN = (
    "This page is older than a quarter of an hour, or is not yours. Make a new sheet, and write down that this "
    "one is destroyed."
)


@requires(Capability.MANAGE_SCHOOL)
def sheets(request: Request) -> HttpResponse:
    """Every sheet that somebody holds, and the latest that were destroyed; and the form for a new one."""
    return _page(request, SheetForm())


@require_POST
@requires(Capability.MANAGE_SCHOOL)
@fresh_factor
def make_sheet(request: Request) -> HttpResponseBase:
    """A sheet is made. The page that answers says once how it opens, and gives it out."""
    form, school = SheetForm(request.POST), get_school(request.held.school_id)
    if not form.is_valid():
        return _page(request, form, status=422)
    facts = emergency.facts_of(school, partial(visible, request), today=timezone.localdate())
    made = emergency.make_sheet(school=school, facts=facts, by=request.user, **form.cleaned_data)
    if not _is_given_out(made):
        # A page of yesterday, sent once more.
        return SeeOther(reverse("sheet", args=[made.pk]))
    record(Verb.VIEW, made, purpose="made")
    words, by = passphrase() if made.form == EmergencySheet.Form.FILE else "", str(request.user.pk)
    proof = signing.dumps({"sheet": str(made.pk), "by": by, "words": conceal(words, _SALT, by)}, salt=_SALT)
    request.nav = "settings"
    return render(request, "emergency/made.html", {"sheet": made, "words": words, "proof": proof, "minutes": _MINUTES})


@require_POST
@requires_for_record(Capability.MANAGE_SCHOOL)
def sheet_out(request: Request, sheet_id: UUID) -> HttpResponse:
    """The sheet itself, for who has just made it: on paper, or encrypted with the words of that page."""
    sheet = read_one(request, EmergencySheet, pk=sheet_id, verb=Verb.EXPORT, purpose="emergency sheet")
    try:
        said = signing.loads(request.POST.get("proof", ""), salt=_SALT, max_age=60 * _MINUTES)
    except signing.BadSignature:
        raise BadInput(_AGAIN) from None
    if sheet.destroyed_at is not None:
        raise BadInput("This sheet is written down as destroyed. Make a new one.")
    if (said["sheet"], said["by"]) != (str(sheet.pk), str(request.user.pk)) or not _is_given_out(sheet):
        raise BadInput(_AGAIN)
    school, today = get_school(sheet.school_id), timezone.localdate()
    facts = emergency.facts_of(school, partial(visible, request), today=today)
    if facts.digest != sheet.digest:
        raise BadInput("A fact has changed since. Make a new sheet, and write down that this one is destroyed.")
    keys = [UUID(key) for key in facts.about]
    record_many(Verb.EXPORT, "children.child", keys, school_id=sheet.school_id, purpose="emergency sheet")
    answer = paper(
        request,
        "pdf/emergency.html",
        {"facts": facts, "sheet": sheet},
        title=f"Emergency sheet {sheet.reference}",
        school_id=sheet.school_id,
        at_once=sheet.pk,
    )
    if words := reveal(said["words"], _SALT, said["by"]):
        answer.content = encrypted(answer.content, words)
        answer["Content-Disposition"] = f'attachment; filename="{sheet.reference}.pdf"'
    return answer


@requires_for_record(Capability.MANAGE_SCHOOL)
def sheet(request: Request, sheet_id: UUID) -> HttpResponse:
    """One sheet: for whom, where, still true or not. Sending the form writes down that it is destroyed."""
    request.nav = "settings"
    found = read_one(request, visible(request, EmergencySheet).select_related("made_by", "destroyed_by"), pk=sheet_id)
    request.of_school = found.school_id
    if request.method == "POST" and "destroyed" in request.POST:
        emergency.destroy_sheet(sheet=found, by=request.user)
        messages.success(request, f"{found.reference} is written down as destroyed.")
        return SeeOther(reverse("sheet", args=[sheet_id]))
    open_notices(user=request.user, object_id=found.pk)
    context = {"sheet": found, "lacks": _lacks(request, found)}
    return render(request, "emergency/sheet.html", context)


def _is_given_out(sheet: EmergencySheet) -> bool:
    """Whether its maker may still fetch it: until it is destroyed, and for a quarter of an hour, whenever a page was
    sent.
    """
    return sheet.destroyed_at is None and not is_over(timedelta(minutes=_MINUTES), sheet.made_at, timezone.now())


def _page(request: Request, form: SheetForm, *, status: int = 200) -> HttpResponse:
    request.nav = "settings"
    rows = visible(request, EmergencySheet).filter(school_id=request.held.school_id).select_related("made_by")
    found = read_many(request, rows.order_by(*_HELD_FIRST)[:30], purpose="emergency sheets")
    shown: list[dict[str, Any]] = [{"sheet": one, "lacks": _lacks(request, one)} for one in found]
    return render(request, "emergency/sheets.html", {"sheets": shown, "form": form}, status=status)


def _lacks(request: Request, found: EmergencySheet) -> bool:
    """Whether colleagues of its maker should make one.

    Its maker is not told: it would say that somebody is hidden from them.
    """
    return found.lacks_something and found.made_by_id != request.user.pk
