"""Bring in a file: give it, say what its columns mean, look at what it would do, decide, confirm."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.facts import Home
from children.forms.lists import AlikeForm, ColumnsForm, QuestionsForm, RowsForm, UploadForm
from children.importing.differences import address_line
from children.importing.formats import TITLES
from children.models import Child, HeldFact, ImportRow, ImportRun
from children.people import homes as homes_of
from children.permissions import may_see_addresses
from children.secret import ADDRESS_IS_SECRET
from children.services import imports as service
from children.services.differing import differing
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, read_out, visible
from safeguarding.dates import counted
from safeguarding.exceptions import ChangedSince
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.keys import number_of
from safeguarding.paging import PAGE, newest_first
from safeguarding.panels import fill
from safeguarding.spreadsheet import as_csv

S, Kind, Decision = ImportRun.Status, ImportRow.Kind, ImportRow.Decision
# What is still open of a list that has changed already.
_OPEN = Q(decision="") & ~Q(kind=Kind.REJECTED)
_USED = (Kind.JOINS, Kind.CHANGES, Kind.SAME, Kind.RETURNS, Kind.REPEATED, Kind.SKIPPED)

# Names of leavers on one page: more than this and the file is the wrong one.
MOST_NAMES = 500


class Section(NamedTuple):
    """A part of what a file would do, as a page of its own."""

    key: str
    title: str
    rows: Q
    empty: str
    urgent: bool = False


SECTIONS = (
    Section("waiting", "Wait for you", service.WAITS, "Nothing waits for you", True),
    Section("unusable", "Cannot be used", Q(kind=Kind.REJECTED), "Every row can be used", True),
    Section("joins", "Join", Q(kind=Kind.JOINS), "Nobody joins"),
    Section("changes", "Change", Q(kind=Kind.CHANGES, is_grave=False), "Nothing changes"),
    Section("leave", "Leave", Q(pk=None), "Nobody leaves"),
    Section("remarks", "Used, but look", Q(kind__in=_USED) & ~Q(problems=[]), "Nothing to look at"),
)
_BY_KEY = {section.key: section for section in SECTIONS}


@takes_files
@requires(ChildCapability.KEEP_CHILDREN)
def imports(request: Request) -> HttpResponseBase:
    """The files that were brought in, newest first, and the way to give another."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        run = service.start_import(
            school=get_school(request.held.school_id),
            file_name=file.name or "",
            chunks=file.chunks(),
            by=request.user,
        )
        if run.status == S.UPLOADED:
            service.go_on(run)
        return redirect("import_run", run.pk)
    request.nav = "children"
    rows = visible(request, ImportRun).filter(school=request.held.school_id).select_related("uploaded_by")
    page = newest_first(rows, "uploaded_at", request.GET.get("before", ""))
    read_many(request, page.rows)
    _count_for_reader(request, page.rows)
    context = {"form": form, "page": page, "formats": TITLES, "blocks": fill("imports", request)}
    context["differs"] = differing(visible(request, HeldFact).filter(school=request.held.school_id)).count()
    return render(request, "children/imports.html", context, status=422 if form.errors else 200)


@require_GET
@requires(ChildCapability.KEEP_CHILDREN)
def import_run(request: Request, pk: UUID) -> HttpResponse:
    """Where an import stands: columns to be told, being read, what it would do, what it did, why it was refused."""
    run = read_one(request, ImportRun, pk=pk)
    return _show(request, run)


@require_POST
@requires(ChildCapability.KEEP_CHILDREN)
def columns(request: Request, pk: UUID) -> HttpResponseBase:
    """Say what the columns of a school's own spreadsheet mean; it is then read."""
    run = read_one(request, ImportRun, pk=pk)
    form = _columns_form(run, request.POST)
    if not form.is_valid():
        return _show(request, run, columns=form, status=422)
    told = service.tell_columns(
        run=run, columns=form.columns, month_first=form.cleaned_data["month_first"] == "month", by=request.user
    )
    service.go_on(told)
    messages.success(request, "Harbour remembers what these columns mean.")
    return redirect("import_run", run.pk)


@require_POST
@requires(ChildCapability.KEEP_CHILDREN)
def columns_again(request: Request, pk: UUID) -> HttpResponseBase:
    """Say again what the columns mean, where a look at the rows shows that it was wrong."""
    run = read_one(request, ImportRun, pk=pk)
    service.tell_columns_again(run=run, by=request.user)
    return redirect("import_run", run.pk)


@require_POST
@requires(ChildCapability.KEEP_CHILDREN)
def rows(request: Request, pk: UUID) -> HttpResponseBase:
    """Keep what was decided about the rows of one page, or about all of one kind.

    Before the list changes, decisions are kept until it is confirmed; afterwards each is carried out at once.
    """
    run = read_one(request, ImportRun, pk=pk)
    form: RowsForm | None = None
    if "open" in request.POST:
        return _open_address(request, run, request.POST["open"])
    if "all" in request.POST:
        alike, ticks = _alike(request, run, request.POST)
        if not ticks.is_valid():
            return _show(request, run, alike=ticks, status=422)
        decisions = dict.fromkeys(alike.waiting_for(ticks.reasons), Decision.TAKE.value)
    else:
        page, _ = _page(_waiting(request, run), request.POST.get("after", ""))
        form = RowsForm(request.POST, rows=page)
        if not form.is_valid():
            return _show(request, run, decisions=form, status=422)
        decisions = form.decisions()
    try:
        _keep(request, run, decisions)
    except ChangedSince as changed:
        run.refresh_from_db()
        return _show(request, run, decisions=form, status=409, changed=changed.sentence)
    return redirect("import_run", run.pk)


def _open_address(request: Request, run: ImportRun, key: str) -> HttpResponse:
    """The same page with a confidential address on it, as it is and as the file says. Who asked for it is recorded."""
    page, _ = _page(_waiting(request, run), request.POST.get("after", ""))
    row = next((one for one in page if str(one.pk) == key and one.child and "address" in one.facts), None)
    if row is None or row.child is None or not may_see_addresses(request.user, run.school_id):
        raise Http404
    homes = read_many(request, homes_of(request, row.child), purpose="address", about=row.child)
    main = next((home.household for home in homes if home.is_main), None)
    opened = {"row": row.pk, "was": ", ".join(main.lines) if main else ""}
    opened["now"] = address_line(Home(**row.facts["address"]))
    return _show(request, run, decisions=RowsForm(request.POST, rows=page), opened=opened)


def _keep(request: Request, run: ImportRun, decisions: dict[UUID, str]) -> None:
    seen = _seen(request)
    if run.status != S.CONFIRMED:
        number = service.decide(run=run, decisions=decisions, by=request.user, seen=seen)
        messages.success(request, f"{counted(number, 'decision')} kept. Nothing changes before you confirm.")
        return
    done, other = service.decide_later(run=run, decisions=decisions, by=request.user, seen=seen)
    if done:
        messages.success(request, f"{counted(done, 'decision')} saved. The school’s list is up to date.")
    elif not other:
        messages.success(request, "No decision was new. Nothing has changed.")
    if other:
        messages.warning(request, f"{counted(other, 'row')} changed while you were looking. Look again.")


@require_POST
@requires(ChildCapability.KEEP_CHILDREN)
def confirm(request: Request, pk: UUID) -> HttpResponseBase:
    """Put the children into the school's list, once every question about the whole file has its tick."""
    run, seen = read_one(request, ImportRun, pk=pk), _seen(request)
    form = QuestionsForm(request.POST, questions=service.questions(run, by=request.user))
    # Ticks of a page that showed other rows are about another question, though it may sound alike.
    same = seen >= run.summary.get("compared", 0)
    if same and not form.is_valid():
        return _show(request, run, questions=form, status=422)
    try:
        agreed = service.agree(run=run, keys=form.fields, by=request.user, seen=seen)
        confirmed = service.confirm_import(run=agreed, by=request.user, seen=seen)
    except ChangedSince as changed:
        run.refresh_from_db()
        return _show(request, run, questions=form if same else None, status=409, changed=changed.sentence)
    done = service.go_on(confirmed)
    if done.status == S.READY:
        messages.warning(request, "The list changed while you were looking. Nothing was taken: look again.")
    elif done.status == S.CONFIRMED:
        messages.success(request, "The children are in the school’s list.")
    return redirect("import_run", run.pk)


@require_POST
@requires(ChildCapability.KEEP_CHILDREN)
def give_up(request: Request, pk: UUID) -> HttpResponseBase:
    """Give up on a file. The list stays as it was."""
    run = read_one(request, ImportRun, pk=pk)
    service.abandon_import(run=run, by=request.user)
    messages.success(request, "You have given up on this file. The list is as it was.")
    return redirect("imports")


@require_GET
@requires(ChildCapability.KEEP_CHILDREN)
def problems(request: Request, pk: UUID) -> HttpResponse:
    """What is wrong with the file, as a spreadsheet for whoever mends it: row, child, column, problem."""
    run = read_one(request, ImportRun, pk=pk)
    found = visible(request, ImportRow).filter(run=run).exclude(problems=[]).order_by("number")
    read_out(request, [run], verb=Verb.DOWNLOAD, purpose="problems")
    lines = (
        (row.number, row.name, row.upn, problem["column"], problem["message"], row.get_kind_display())
        for row in found.iterator()
        for problem in row.problems
    )
    content = as_csv(("Row", "Child", "UPN", "Column", "Problem", "What became of the row"), lines)
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="problems.csv"'},
    )


def _show(
    request: Request,
    run: ImportRun,
    *,
    columns: ColumnsForm | None = None,
    questions: QuestionsForm | None = None,
    decisions: RowsForm | None = None,
    alike: AlikeForm | None = None,
    status: int = 200,
    changed: str = "",
    opened: dict[str, Any] | None = None,
) -> HttpResponse:
    request.nav = "children"
    context: dict[str, Any] = {"run": run, "format": TITLES.get(run.format, ""), "has_errors": status == 422}
    context |= {"changed": changed, "opened": opened, "may_open": may_see_addresses(request.user, run.school_id)}
    if run.status == S.MAPPING:
        context["columns"] = columns or _columns_form(run)
        return render(request, "children/import_columns.html", context, status=status)
    if run.status != S.READY:
        if run.status == S.CONFIRMING:
            context["written"], context["to_write"] = service.written(run)
        context["expected"] = max(run.summary.get("expected", 0), run.rows_read, 1)
        if run.status == S.CONFIRMED:
            context |= _changed_list(request, run, decisions, alike)
        return render(request, "children/import_status.html", context, status=status)
    context |= _preview(request, run, decisions, alike)
    context["questions"] = questions or QuestionsForm(questions=service.questions(run, by=request.user))
    return render(request, "children/import_preview.html", context, status=status)


def _changed_list(
    request: Request, run: ImportRun, decisions: RowsForm | None, alike: AlikeForm | None
) -> dict[str, Any]:
    """What a file has done, the rows that still wait, and those that were not taken."""
    _count_for_reader(request, [run])
    after = request.POST.get("after", "") or request.GET.get("after", "")
    page, more = _page(_waiting(request, run), after)
    rows = read_many(request, page, about=run, purpose="waiting")
    of_run = visible(request, ImportRow).filter(run=run)
    left = _with_child(of_run.exclude(_OPEN).exclude(decision=Decision.DONE)).order_by("number")
    done: list[ImportRow] = []
    more_done: Any = False
    if run.unattended:
        done, more_done = _page(_with_child(of_run.filter(decision=Decision.DONE)), request.GET.get("done", ""))
    return {
        "done": read_many(request, done, about=run, purpose="taken") if done else [],
        "older_done": f"?done={done[-1].number}#done" if more_done else "",
        "rows": rows,
        "after": after,
        "decisions": decisions or RowsForm(rows=rows),
        "alike": (alike or _alike(request, run)[1]) if rows else None,
        "older": f"?after={page[-1].number}" if more else "",
        "left_out": read_many(request, left[:PAGE], about=run, purpose="left out"),
    }


def _alike(request: Request, run: ImportRun, data: Any = None) -> tuple[service.Alike, AlikeForm]:
    """The rows that wait for a reason which others have too, and what can be said of all of them at once."""
    alike = service.Alike(visible(request, ImportRow).filter(run=run))
    on_roll = 0
    if service.LEAVES in alike.reasons:
        on_roll = visible(request, Child).filter(school=run.school_id, left_on=None, merged_into=None).count()
    return alike, AlikeForm(data, sentences=alike.sentences(on_roll))


def _count_for_reader(request: Request, runs: Sequence[ImportRun]) -> None:
    """Beside each run: what it has done, and how many of its rows wait, as far as the reader may see the children."""
    for run in runs:
        run.told = service.told(run, request.user)  # type: ignore[attr-defined]
    over = [run.pk for run in runs if run.summary.get("undecided")]
    waiting = visible(request, ImportRow).filter(_OPEN, run__in=over).order_by().values_list("run")
    waits = dict(waiting.annotate(n=Count("pk"))) if over else {}
    for run in runs:
        run.waits = waits.get(run.pk, 0)  # type: ignore[attr-defined]


def _preview(request: Request, run: ImportRun, decisions: RowsForm | None, alike: AlikeForm | None) -> dict[str, Any]:
    """What a file would do, part by part: the numbers of all, the rows of one."""
    counts = _counts(request, run)
    asked = request.GET.get("show", "")
    first = next((section.key for section in SECTIONS if counts[section.key]), "waiting")
    shown = _BY_KEY.get(asked) or _BY_KEY[first]
    context: dict[str, Any] = {
        "sections": [(section, counts[section.key]) for section in SECTIONS],
        "shown": shown,
        "counts": counts,
        "after": request.POST.get("after", "") or request.GET.get("after", ""),
        "decisions": None,
    }
    if shown.key == "leave":
        found = service.leavers(run, by=request.user, most=MOST_NAMES)
        return context | {"leaving": read_many(request, found, about=run, purpose="leaving"), "older": ""}
    page, more = _page(_section_rows(request, run, shown), context["after"])
    rows = read_many(request, page, about=run, purpose=shown.key)
    if shown.key == "waiting":
        context["decisions"] = decisions or RowsForm(rows=rows)
        context["alike"] = alike or _alike(request, run)[1]
    return context | {"rows": rows, "older": f"?show={shown.key}&after={page[-1].number}" if more else ""}


def _counts(request: Request, run: ImportRun) -> dict[str, int]:
    """How many rows there are of each part, how many say nothing new, and how many somebody has yet to decide about."""
    parts = {section.key: section.rows for section in SECTIONS}
    parts |= {"same": Q(kind=Kind.SAME), "undecided": service.WAITS & Q(decision="")}
    rows = visible(request, ImportRow).filter(run=run)
    counts: dict[str, int] = rows.aggregate(
        all=Count("pk"), **{key: Count("pk", filter=which) for key, which in parts.items()}
    )
    return counts | {"leave": service.summary_for(run, request.user)["leaving"]}


def _seen(request: Request) -> int:
    """The revision of the run that the page showed; before every other where it says none."""
    seen = number_of(request.POST.get("seen", ""))
    return -1 if seen is None else seen


def _section_rows(request: Request, run: ImportRun, section: Section) -> QuerySet[ImportRow]:
    return _with_child(visible(request, ImportRow).filter(section.rows, run=run))


def _waiting(request: Request, run: ImportRun) -> QuerySet[ImportRow]:
    """The rows to be decided about, before the list changes or after."""
    if run.status != S.CONFIRMED:
        return _section_rows(request, run, _BY_KEY["waiting"])
    return _with_child(visible(request, ImportRow).filter(_OPEN, run=run))


def _with_child(rows: QuerySet[ImportRow]) -> QuerySet[ImportRow]:
    """Each with its child, and with whether the child's address is confidential by now, or that of somebody there."""
    return rows.select_related("child", "child__detail").annotate(is_secret=ADDRESS_IS_SECRET)


def _page(rows: QuerySet[ImportRow], after: str) -> tuple[list[ImportRow], bool]:
    """Fifty rows after the one with this number, and whether there are more."""
    if (number := number_of(after)) is not None:
        rows = rows.filter(number__gt=number)
    found = list(rows.order_by("number")[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _columns_form(run: ImportRun, data: Any = None) -> ColumnsForm:
    differ = "dates" in run.summary and not run.columns_told
    initial = {"month_first": run.date_style} if run.columns_told else {}
    headings = run.summary.get("headings", ())
    return ColumnsForm(data, headings=headings, guessed=run.columns, dates_differ=differ, initial=initial)
