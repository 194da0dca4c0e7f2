"""What of the list of children waits for who keeps it? A file to be looked at, or that there is none yet."""

from django.urls import reverse

from children.models import ImportRun
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import near_day
from safeguarding.first_pages import Task, Thing, Waiting
from safeguarding.http import Request

# More files than anybody leaves unfinished.
MOST = 20
S = ImportRun.Status


def _brings_in(request: Request) -> bool:
    return may(request.user, "keep_children", request.held.school_id)


def _files(request: Request) -> Waiting:
    rows = visible(request, ImportRun).filter(
        school=request.held.school_id, status__in=(S.READY, S.MAPPING, S.CONFIRMED)
    )
    found = list(rows.order_by("-uploaded_at", "-pk")[:MOST])
    waits = [one for one in found if one.waits_for_a_person]
    if waits:
        read_many(request, waits, purpose="first page")
        things = [
            Thing(
                "A file of children waits for you", reverse("import_run", args=[one.pk]), about=one.get_status_display()
            )
            for one in waits
        ]
        return Waiting(tuple(things), len(things))
    if not found:
        return Waiting(
            (Thing("Bring in the list of children", reverse("imports"), about="None was brought in yet"),), 1
        )
    newest = found[0].confirmed_at
    return Waiting(nothing=f"The list was last brought in {near_day(newest)}." if newest else "")


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
