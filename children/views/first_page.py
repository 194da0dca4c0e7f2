"""What of the list of children waits for who keeps it? A file to be looked at, or that there is none yet."""

from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from children.models import HeldFact, ImportRow, ImportRun
from children.services.differing import differing
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted, near_day
from safeguarding.first_pages import Task, Thing, Waiting
from safeguarding.http import Request

# More files than anybody leaves unfinished.
MOST = 20
S = ImportRun.Status


def _brings_in(request: Request) -> bool:
    return may(request.user, "keep_children", request.held.school_id)


def _files(request: Request) -> Waiting:
    runs = visible(request, ImportRun).filter(
        school=request.held.school_id, status__in=(S.READY, S.MAPPING, S.CONFIRMED)
    )
    found = list(runs.order_by("-uploaded_at", "-pk")[:MOST])
    differs = differing(visible(request, HeldFact).filter(school=request.held.school_id)).count()
    rows = _rows_that_wait(request, found)
    waits = [one for one in found if one.waits_for_a_person or one.pk in rows]
    things = [_thing(one, rows.get(one.pk, 0)) for one in waits]
    if waits:
        read_many(request, waits, purpose="first page")
    if differs:
        says = f"{counted(differs, 'fact differs', 'facts differ')} from your system"
        things.append(Thing(says, reverse("differs"), about="Correct what is wrong, there or here"))
    if things:
        return Waiting(tuple(things), len(things))
    if not found:
        return Waiting(
            (Thing("Bring in the list of children", reverse("imports"), about="None was brought in yet"),), 1
        )
    newest = found[0].confirmed_at
    return Waiting(nothing=f"The list was last brought in {near_day(newest)}." if newest else "")


def _rows_that_wait(request: Request, runs: list[ImportRun]) -> dict[UUID, int]:
    """Of lists that have changed already, how many rows wait of which the reader may know."""
    over = [run.pk for run in runs if run.status == S.CONFIRMED and run.summary.get("undecided")]
    if not over:
        return {}
    rows = visible(request, ImportRow).filter(run__in=over, decision="").exclude(kind=ImportRow.Kind.REJECTED)
    return dict(rows.order_by().values_list("run").annotate(n=Count("pk")))


def _thing(run: ImportRun, rows: int) -> Thing:
    address = reverse("import_run", args=[run.pk])
    if not rows:
        return Thing("A file of children waits for you", address, about=run.get_status_display())
    return Thing(f"{counted(rows, 'row')} of the list of children to decide", address, about="The rest was imported")


TASKS = (
    Task(
        "list_of_children",
        "List of children",
        "No file of children waits.",
        may=_brings_in,
        waits=_files,
        ways=(("Bring in the list of children", "imports"),),
        order=40,
    ),
)
