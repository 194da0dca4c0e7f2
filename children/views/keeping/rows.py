"""Change, end or correct one row of a record: an adult, a home, a name, an earlier school, time or class, a sibling, a
note about health.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from children.capabilities import ChildCapability
from children.codes import year_label
from children.models import (
    Child,
    ClassEpisode,
    Contact,
    ContactLink,
    EarlierSchool,
    Enrolment,
    HealthNote,
    HouseholdMember,
    OtherName,
    Sibling,
)
from children.panels import record_frame
from children.people import homes
from children.services import keeping
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import full_day
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent

from .page import SAVED, Made, asked, child_of, done_before, page, refused
from .parts import ROWS, deeds_of


@waits_unsent(*{deed.form for deeds in ROWS.values() for deed in deeds.values()})
@requires_for_record(ChildCapability.KEEP_CHILDREN)
def keep_row(request: Request, pk: UUID, row_id: UUID) -> HttpResponseBase:
    """What can be done with the row, each a form; one of them is sent."""
    child = child_of(request, pk)
    if (done := done_before(request)) is not None:
        return done
    if (row := _row(request, child, row_id)) is None:
        raise Http404
    context, made = _made(request, child, row)
    key = request.POST.get("deed", "")
    if key not in made:
        left = [make() for make in made.values()]
        return page(request, context, left, status=422 if request.method == "POST" else 200)
    form = made[key](request.POST)
    shown = [form if name == key else make() for name, make in made.items()]
    if not form.is_valid():
        return page(request, context, shown, status=422)
    request.again = partial(_again, request, pk, row_id, form)
    ROWS[type(row)][key].do(child, row, form, request.user)
    messages.success(request, SAVED)
    return redirect("child_people", child.pk)


def _again(request: Request, pk: UUID, row_id: UUID, form: Any, refusal: HarbourError) -> HttpResponse:
    child = child_of(request, pk)
    row = _row(request, child, row_id)
    context, made = _made(request, child, row) if row is not None else (record_frame(request, child, "people"), {})
    return refused(request, child, context, made, form, refusal)


def _made(request: Request, child: Child, row: Any) -> tuple[dict[str, Any], Made]:
    told = asked(request, child)
    made = {
        key: partial(deed.form, deed=key, **told, **_needs(request, child, row, key))
        for key, deed in deeds_of(row).items()
    }
    return record_frame(request, child, "people") | {"about": _called(child, row)}, made


def _row(request: Request, child: Child, row_id: UUID) -> Any:
    """The row, as long as it was not corrected, and has not ended unless it is an adult; None where there is none."""
    see = partial(visible, request)
    rows = (
        see(ContactLink)
        .filter(child=child, corrected_at=None, contact__in=see(Contact))
        .select_related("contact", "child"),
        homes(request, child).select_related("household", "child"),
        see(HealthNote).filter(child=child, ends_on=None).select_related("child"),
        see(OtherName).filter(child=child, corrected_at=None).select_related("child"),
        see(Sibling).filter(ends_on=None, first=child).select_related("first", "second"),
        see(Sibling).filter(ends_on=None, second=child).select_related("first", "second"),
        see(EarlierSchool).filter(child=child, corrected_at=None).select_related("child"),
        see(Enrolment).filter(child=child, corrected_at=None, left_on__isnull=False).select_related("child"),
        see(ClassEpisode).filter(child=child, corrected_at=None, ends_on__isnull=False).select_related("child"),
    )
    found = next((one for each in rows if (one := each.filter(pk=row_id).first()) is not None), None)
    if found is not None:
        purpose = "address" if isinstance(found, HouseholdMember) else "keep"
        read_many(request, [found], purpose=purpose, about=child)
    return found


def _needs(request: Request, child: Child, row: Any, key: str) -> dict[str, Any]:
    """What the form of a row needs beside its key."""
    if isinstance(row, Sibling):
        return {"asks": not may(request.user, Capability.DECIDE_CONCERNS, child.school_id)}
    if key == "adult":
        return {"row": row, "others": len(keeping.others_with(row.contact, but=child))}
    if key == "address":
        return {"row": row, "others": len(keeping.others_at(row.household, but=child))}
    if key == "lives":
        return {"row": row, "homes": list(homes(request, child))}
    return {"row": row} if key in ("link", "stay") else {}


def _called(child: Child, row: Any) -> str:
    """What the page is about."""
    match row:
        case ContactLink():
            return str(row.contact.full_name)
        case HouseholdMember():
            return ", ".join(row.household.lines)
        case HealthNote():
            return str(row.words)
        case EarlierSchool():
            return str(row.name or f"{row.local_authority}/{row.establishment}")
        case Enrolment() if row.left_on:
            return f"On roll here until {full_day(row.left_on)}"
        case ClassEpisode() if row.ends_on:
            return f"{row.class_name or year_label(row.year_group)}, until {full_day(row.ends_on)}"
        case OtherName():
            return f"{row.forename} {row.surname}".strip()
    return str((row.second if row.first_id == child.pk else row.first).full_name)
