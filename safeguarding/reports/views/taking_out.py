"""Take a table or a list out as a file: now, or, where it is long, once the worker has made it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from safeguarding.accounts import fresh
from safeguarding.accounts.permissions import anyone_signed_in, requires
from safeguarding.accounts.services import bulk, open_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn, TooMany
from safeguarding.http import Request, SeeOther
from safeguarding.reports.capabilities import ReportCapability as C
from safeguarding.reports.exports import making, services, tables
from safeguarding.reports.exports.forms import TakeOutForm
from safeguarding.reports.exports.lists import BEHIND
from safeguarding.reports.exports.models import Export
from safeguarding.reports.exports.tables import FigureTable, ListTable, Table, Wanted
from safeguarding.reports.figures.registry import NoSuchCell

from .asking import Asked, asked_of

TOO_MANY = (
    "Nothing was taken out. You have taken out far more files than work usually needs, and those who manage access are "
    "told of it. Wait a while, then take it out again: what you chose is still there."
)
NOT_THEIRS = "This file has records in it that are not yours to see any more. Take the list out again."
S = Export.Status


@require_http_methods(["GET", "POST"])
@requires(C.VIEW_REPORTS)
def take_out(request: Request) -> HttpResponseBase:
    """Every table that the reader may take out, of the time and filters of the address; by POST one of them."""
    asked = asked_of(request)
    offered = _offered(request, asked)
    first = request.GET.get("table", BEHIND if request.GET.get("figure") else "")
    initial = {"table": first, "file_format": making.Format.XLSX}
    form = TakeOutForm(request.POST if request.method == "POST" else None, offered=offered, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            answer = _answer(request, asked, form)
            if answer is not None:
                return answer
            form.add_error(None, TOO_MANY)
        status = 429 if form.non_field_errors() else 422
    return render(request, "reports/take_out.html", _context(request, asked, form), status=status)


def _context(request: Request, asked: Asked, form: TakeOutForm) -> dict[str, Any]:
    return {
        "form": asked.form,
        "taking": form,
        "viewer": asked.viewer,
        "period": asked.viewer.period,
        "schools": asked.schools,
        "narrowed_to": asked.narrowed_to,
        "here": request.get_full_path(),
        "page": "take_out",
        "kept": [(name, request.GET[name]) for name in ("figure", "cell", "table") if request.GET.get(name)],
        "most": making.MOST_AT_ONCE,
        "back": f"{reverse('overview')}?{urlencode(asked.viewer.codes)}",
    }


def _wanted(request: Request, asked: Asked, why: str = "") -> Wanted:
    return Wanted(asked.viewer, request.GET.get("figure", ""), request.GET.get("cell", ""), why)


def _offered(request: Request, asked: Asked) -> list[tuple[Table, str]]:
    """The tables with their titles. The list behind a number is there where the address names its figure, and first.

    Raises `Http404` for a figure or a cell that there is not.
    """
    wanted = _wanted(request, asked)
    found: list[tuple[Table, str]] = []
    for table in tables.offered(request.user, asked.viewer.school_id):
        if table.key != BEHIND:
            found.append((table, table.title))
        elif wanted.figure and isinstance(table, ListTable):
            try:
                table.rows(wanted)
                found.insert(0, (table, f"Behind the number: {table.title_of(wanted)}"))
            except NoSuchCell:
                raise Http404 from None
    return found


def _answer(request: Request, asked: Asked, form: TakeOutForm) -> HttpResponseBase | None:
    """The file, or the page of one that is being made, after a fresh factor; None for whoever has had too many."""
    if (page := fresh.asked(request)) is not None:
        return page
    school_id = asked.viewer.school_id
    if bulk.had_enough(bulk.FILES, by=request.user, school_id=school_id):
        return None
    table, wanted, format_ = form.chosen, _wanted(request, asked, form.why_words), form.cleaned_data["file_format"]
    if isinstance(table, FigureTable):
        content, number = making.of_figures(table, wanted, format_)
        kind, purpose = "accounts.school", f"figures {table.key}"
        record(Verb.EXPORT, object_type=kind, object_id=school_id, school_id=school_id, count=number, purpose=purpose)
        return _file(content, table, format_, asked)
    number = making.number_of_rows(table, wanted)
    if number > making.MOST_AT_ONCE:
        made = services.order(table, wanted, format_, rows=number, by=request.user)
        return SeeOther(reverse("export", args=[made.pk]))
    content, number = making.of_list(table, wanted, format_)
    kind = table.listing(wanted).model._meta.label_lower
    record(Verb.EXPORT, object_type=kind, school_id=school_id, count=number, purpose=services.purpose_of(table, wanted))
    return _file(content, table, format_, asked)


def _file(content: bytes, table: Table, format_: str, asked: Asked) -> HttpResponse:
    return _given(content, making.file_name(table.key, format_, asked.viewer.at), format_)


def _given(content: bytes, name: str, format_: str) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=making.CONTENT_TYPES[format_], headers=headers)


@require_http_methods(["GET", "POST"])
@anyone_signed_in
def export(request: Request, export_id: UUID) -> HttpResponseBase:
    """How a long list of one's own stands, and by POST, after a fresh factor, the file.

    The page asks again by itself (`?part=1` for the changing part).
    """
    request.nav, at, part = "inbox", timezone.now(), "part" in request.GET
    if part:
        # The part shows nothing of the list, and is asked for again and again.
        made = visible(request, Export).filter(pk=export_id).first()
        if made is None:
            raise Http404
    else:
        made = read_one(request, Export, pk=export_id)
    request.of_school = made.school_id
    if made.status != S.WAITING:
        open_notices(user=request.user, object_id=made.pk, object_type="export", at=at)
    problem, status = "", 200
    if request.method == "POST" and made.status == S.READY:
        if (page := fresh.asked(request)) is not None:
            return page
        try:
            return _kept_file(request, made)
        except (OutOfTurn, TooMany) as refused:
            problem, status = refused.sentence, refused.status
    table = tables.find(made.table)
    context = {
        "made": made,
        "part": part,
        "title": table.title if table else "List",
        "over": made.is_over(at),
        "problem": problem,
        "asks_again": made.status == S.WAITING,
    }
    return render(request, "reports/part_export.html" if part else "reports/export.html", context, status=status)


def _kept_file(request: Request, made: Export) -> HttpResponse:
    """The file that was kept. Raises `OutOfTurn` where it is not there, or not theirs; `TooMany`."""
    if bulk.had_enough(bulk.FILES, by=request.user, school_id=made.school_id):
        raise TooMany(TOO_MANY)
    if not services.is_theirs(made):
        raise OutOfTurn(NOT_THEIRS)
    content = services.content_of(made)
    record(Verb.DOWNLOAD, made, count=made.rows, purpose="list to take out")
    return _given(content, making.file_name(made.table, made.file_format, made.asked_at), made.file_format)
