"""Bring in what an earlier system had on the children: give files, say what columns mean, look, confirm; withdraw.

And one such record.
"""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.models import Child
from children.panels import record_frame
from children.permissions import access_to_a_child
from safeguarding.accounts.permissions import fresh_factor, may, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, read_out, visible
from safeguarding.concerns.forms.earlier import EarlierColumnsForm, GiveForm, WithdrawForm
from safeguarding.concerns.lifecycles import earlier_life
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierRecord, EarlierRow
from safeguarding.concerns.services import earlier as service
from safeguarding.concerns.services.earlier.withdrawing import named
from safeguarding.exceptions import BadInput, ChangedSince
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.keys import number_of
from safeguarding.paging import PAGE, newest_first
from safeguarding.panels import fill
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.spreadsheet import as_csv

S, Kind = EarlierBatch.Status, EarlierRow.Kind
_IMPORT = ChildCapability.IMPORT_EARLIER_RECORDS


class Section(NamedTuple):
    """A part of what these files would do, as a page of its own."""

    key: str
    title: str
    model: type[EarlierRow] | type[EarlierPdf]
    kinds: tuple[str, ...]
    empty: str
    urgent: bool = False


SECTIONS = (
    Section("unusable", "Rows that cannot be used", EarlierRow, (Kind.BAD,), "Every row can be used", True),
    Section(
        "unusable_files",
        "Files that cannot be used",
        EarlierPdf,
        (EarlierPdf.Kind.BAD,),
        "Every file can be used",
        True,
    ),
    Section("records", "Become records", EarlierRow, (Kind.RECORD,), "No row becomes a record"),
    Section("actions", "Actions of records", EarlierRow, (Kind.ACTION,), "No row is an action of its own"),
    Section("files", "Become files", EarlierPdf, (EarlierPdf.Kind.FILE,), "No file comes in"),
    Section("here", "Rows that are here already", EarlierRow, (Kind.HERE, Kind.REPEATED), "Nothing is here already"),
    Section(
        "files_here", "Files that are here already", EarlierPdf, (EarlierPdf.Kind.HERE,), "No file is here already"
    ),
)
_BY_KEY = {section.key: section for section in SECTIONS}


@takes_files
@requires(_IMPORT)
def batches(request: Request) -> HttpResponseBase:
    """What was brought in from earlier systems, newest first, and the way to bring in more."""
    form = GiveForm(request.POST, request.FILES) if request.method == "POST" else GiveForm()
    if form.is_valid():
        try:
            batch = service.start_batch(
                school=get_school(request.held.school_id),
                token=form.cleaned_data["token"],
                source=form.cleaned_data["source"],
                given=form.given,
                by=request.user,
            )
        except (BadInput, FilesAway) as problem:
            form.add_error(None, problem.sentence)
        else:
            if batch.status == S.UPLOADED:
                service.go_on(batch)
            return redirect("earlier_batch", batch.pk)
    request.nav = "children"
    rows = visible(request, EarlierBatch).filter(school=request.held.school_id).select_related("uploaded_by")
    page = newest_first(rows, "uploaded_at", request.GET.get("before", ""))
    read_many(request, page.rows)
    context = {"form": form, "page": page, "blocks": fill("earlier_batches", request)}
    return render(request, "earlier/batches.html", context, status=422 if form.errors else 200)


@require_GET
@requires(_IMPORT)
def batch(request: Request, batch_id: UUID) -> HttpResponse:
    """Where it stands: columns to be told, being read, what it would do, what it did, that it was withdrawn."""
    return _show(request, read_one(request, EarlierBatch, pk=batch_id))


@require_POST
@requires(_IMPORT)
def columns(request: Request, batch_id: UUID) -> HttpResponseBase:
    """Say what the columns of the sheet mean; it is then read."""
    found = read_one(request, EarlierBatch, pk=batch_id)
    form = _columns_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, columns=form, status=422)
    told = service.tell_columns(
        batch=found, columns=form.columns, month_first=bool(form.cleaned_data["month_first"]), by=request.user
    )
    service.go_on(told)
    messages.success(request, "Harbour remembers what these columns mean.")
    return redirect("earlier_batch", batch_id)


@require_POST
@requires(_IMPORT)
def columns_again(request: Request, batch_id: UUID) -> HttpResponseBase:
    """Say again what the columns mean, where a look at the rows shows that it was wrong."""
    service.tell_columns_again(batch=read_one(request, EarlierBatch, pk=batch_id), by=request.user)
    return redirect("earlier_batch", batch_id)


@require_POST
@requires(_IMPORT)
def confirm(request: Request, batch_id: UUID) -> HttpResponseBase:
    """Put it onto the children's records, as the page showed it."""
    found = read_one(request, EarlierBatch, pk=batch_id)
    try:
        confirmed = service.confirm_batch(batch=found, by=request.user, seen=_seen(request))
    except (ChangedSince, BadInput) as problem:
        found.refresh_from_db()
        return _show(request, found, problem=problem.sentence, status=problem.status)
    done = service.go_on(confirmed)
    if done.status == S.CONFIRMED:
        messages.success(request, "The records are on the children’s records.")
    return redirect("earlier_batch", batch_id)


@require_POST
@requires(_IMPORT)
def give_up(request: Request, batch_id: UUID) -> HttpResponseBase:
    """Give up on these files. No record has changed."""
    service.abandon_batch(batch=read_one(request, EarlierBatch, pk=batch_id), by=request.user)
    messages.success(request, "You have given up on these files. Nothing of them is kept.")
    return redirect("earlier_batches")


@requires(_IMPORT)
@fresh_factor
def withdraw(request: Request, batch_id: UUID) -> HttpResponseBase:
    """Take all of it off the records again: what that would take out, and who has opened it so far."""
    found = read_one(request, EarlierBatch, pk=batch_id)
    if found.status != S.CONFIRMED:
        return redirect("earlier_batch", batch_id)
    form = WithdrawForm(request.POST) if request.method == "POST" else WithdrawForm()
    if form.is_valid():
        service.go_on(service.withdraw_batch(batch=found, why=form.cleaned_data["why"], by=request.user))
        messages.success(request, "Nobody sees these records any more. Their words and files are being taken away.")
        return redirect("earlier_batch", batch_id)
    request.nav = "children"
    context = {"batch": found, "form": form, "opened": named(service.opened_by(found))}
    return render(request, "earlier/withdraw.html", context, status=422 if form.is_bound else 200)


@require_GET
@requires(_IMPORT)
def problems(request: Request, batch_id: UUID) -> HttpResponse:
    """What cannot be used, as a spreadsheet for whoever mends it.

    Once it was confirmed, numbers and reasons alone are left.
    """
    found = read_one(request, EarlierBatch, pk=batch_id)
    read_out(request, [found], verb=Verb.DOWNLOAD, purpose="problems")
    rows = visible(request, EarlierRow).filter(batch=found, kind=Kind.BAD).order_by("number")
    pdfs = visible(request, EarlierPdf).filter(batch=found, kind=EarlierPdf.Kind.BAD).order_by("number")
    lines = [
        *(
            (
                "Row",
                r.number,
                r.says.get("reference", ""),
                r.name,
                r.says.get("upn", ""),
                r.says.get("born", ""),
                r.column,
                r.reason,
            )
            for r in rows
        ),
        *(("File", f.number, f.name, "", "", "", "", f.reason) for f in pdfs),
    ]
    headings = (
        "What",
        "Number",
        "Incident or file",
        "Child",
        "UPN",
        "Date of birth",
        "Column",
        "Why it cannot be used",
    )
    return HttpResponse(
        as_csv(headings, lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="problems.csv"'},
    )


@require_GET
@requires_for_record(Capability.VIEW_CONCERNS, also=access_to_a_child)
def record_page(request: Request, record_id: UUID) -> HttpResponse:
    """What an earlier system had on a child: what was written, by whom and when, and what was done."""
    request.nav = "children"
    found = read_one(request, visible(request, EarlierRecord).select_related("added_by"), pk=record_id)
    child = read_one(request, Child, pk=found.child_id, purpose="earlier record")
    brings_in = may(request.user, _IMPORT, found.school_id)
    context = record_frame(request, child, "chronology") | {"record": found, "brings_in": brings_in}
    return render(request, "earlier/record.html", context)


def _show(
    request: Request,
    found: EarlierBatch,
    *,
    columns: EarlierColumnsForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    request.nav = "children"
    context: dict[str, Any] = {"batch": found, "has_errors": status == 422, "problem": problem}
    context["is_giver"] = found.uploaded_by_id == request.user.pk
    context["may"] = earlier_life.open_to(found, request.user)
    if found.status == S.MAPPING:
        context["columns"] = columns or _columns_form(found)
        return render(request, "earlier/columns.html", context, status=status)
    if found.status == S.READY:
        return render(request, "earlier/preview.html", context | _preview(request, found), status=status)
    if found.status in (S.CONFIRMED, S.WITHDRAWN):
        context["left_out"] = _left_out(request, found)
        context["opened"] = named(found.summary.get("opened", ()))
    context["blocks"] = fill("earlier_batch", request, found)
    context["expected"] = max(found.summary.get("expected", 0), found.summary.get("rows_read", 0), 1)
    return render(request, "earlier/status.html", context, status=status)


def _preview(request: Request, found: EarlierBatch) -> dict[str, Any]:
    """What these files would do, part by part: the numbers of all, the rows of one."""
    counts = {section.key: _rows(request, found, section).count() for section in SECTIONS}
    asked = request.GET.get("show", "")
    shown = _BY_KEY.get(asked) or _BY_KEY[next((key for key, number in counts.items() if number), "records")]
    after = request.GET.get("after", "")
    page, more = _page(_rows(request, found, shown), after)
    return {
        "sections": [(section, counts[section.key]) for section in SECTIONS],
        "shown": shown,
        "rows": read_many(request, page, about=found, purpose=shown.key),
        "comes_in": counts["records"] + counts["files"],
        "unusable": counts["unusable"] + counts["unusable_files"],
        "older": f"?show={shown.key}&after={page[-1].number}" if more else "",
    }


def _rows(request: Request, found: EarlierBatch, section: Section) -> QuerySet[Any]:
    return visible(request, section.model).filter(batch=found, kind__in=section.kinds).select_related("child")


def _left_out(request: Request, found: EarlierBatch) -> list[Any]:
    """Rows and files that did not come in: their numbers and the reasons."""
    return [
        one
        for key in ("unusable", "unusable_files")
        for one in read_many(
            request, _rows(request, found, _BY_KEY[key]).order_by("number")[:PAGE], about=found, purpose="left out"
        )
    ]


def _page(rows: QuerySet[Any], after: str) -> tuple[list[Any], bool]:
    """Fifty rows after the one with this number, and whether there are more."""
    if (number := number_of(after)) is not None:
        rows = rows.filter(number__gt=number)
    found = list(rows.order_by("number")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _seen(request: Request) -> int:
    """The revision that the page showed; none that there is where it says none."""
    seen = number_of(request.POST.get("seen", ""))
    return -1 if seen is None else seen


def _columns_form(found: EarlierBatch, data: Any = None) -> EarlierColumnsForm:
    initial = {"month_first": "month" if found.date_style == "month" else ""}
    return EarlierColumnsForm(data, headings=found.summary.get("headings", ()), guessed=found.columns, initial=initial)
