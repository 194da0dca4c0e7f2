"""How does a record get on paper? As tagged PDF (PDF/UA-1) of a template in `templates/pdf/`, made by the printer
(`printer.py`).

A view reads the record through the read gate as printed, renders, and answers: what was printed is in the transaction
that is committed before the first byte leaves, and no byte needs the database. No PDF is laid out in a process that
answers pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from safeguarding.accounts.permissions import Held, rights
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one
from safeguarding.http import SeeOther
from safeguarding.keys import record_of
from safeguarding.rendering import Showing, finished

from . import services
from .models import PrintJob

# Where a print that was made for later is opened: the address of its page, with its key.
_PRINT = "print"


@dataclass(frozen=True)
class OnPaper:
    """What a service says that is to stand on paper: a template of `templates/pdf/` and what it shows, with the
    arguments of `paper` that go with it.
    """

    template: str
    context: Mapping[str, Any]
    title: str
    school_id: UUID
    own: Iterable[UUID] = ()
    at: datetime | None = None


def put_on_paper(request: HttpRequest, said: OnPaper) -> HttpResponse:
    """The same as a PDF, shown in the browser."""
    return paper(
        request, said.template, said.context, title=said.title, school_id=said.school_id, at=said.at, own=said.own
    )


def paper(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    school_id: UUID,
    at: datetime | None = None,
    within: int | None = None,
    sizes: Iterable[Mapping[str, Any]] = (),
    own: Iterable[UUID] = (),
    at_once: UUID | None = None,
) -> HttpResponse:
    """`template` as a PDF, shown in the browser. `title` is a reference: it becomes the title of the document and the
    name of the file, so it never holds the name of a person. `school_id` is the school of the record that is printed.

    The template knows `title`, the `school`, who printed it (`printed_by`, and `printed_as`: the role at that school)
    and when (`printed_at`).

    `own` are the children whose story it tells: mentions inside its text name them, and nobody else.

    `within`: at most so many pages. Then `sizes` are what the template gets besides, the fullest first, and the first
    that fits is taken, else the last.

    A print that takes long leads to a page that asks for it again, and is opened at the address of this one. `at_once`,
    the key of what is printed: it is never put into the store, and is asked for again by hand.
    """
    key, own = request.GET.get(_PRINT), frozenset(own)
    if key is not None and at_once is None:
        return _made_before(request, key)
    held: Held = request.held  # type: ignore[attr-defined]
    there = held if held.school_id == school_id else rights(request.user).at(school_id)
    frame = {
        "title": title,
        "school": there.school_name if there else get_school(school_id).name,
        "printed_by": request.user.full_name,  # type: ignore[union-attr]
        # Who has no role there any more prints their own report in a role of another school.
        "printed_as": there.role.title if there else f"{held.role.title}, {held.school_name}",
        "printed_at": at or timezone.now(),
        "practice": settings.DEMO,
    }
    showing = Showing(own=own, only_own=True)

    def page(size: Mapping[str, Any]) -> str:
        return finished(render_to_string(template, {**context, **frame, **size}), request, showing)

    content = services.written([page({})] if within is None else map(page, sizes), within)
    by: Any = request.user
    if at_once is not None:
        return _shown(services.make_at_once(content, key=at_once, by=by), title)
    made = services.make(content, title=title, address=_address(request), names=sorted(own), school_id=school_id, by=by)
    if isinstance(made, PrintJob):
        return SeeOther(reverse("print_job", args=[made.pk]))
    return _shown(made, title)


def _made_before(request: HttpRequest, key: str) -> HttpResponse:
    """A print of one's own that this page was asked for and that is ready.

    Its view has asked everything once more by now.
    """
    job = read_one(request, PrintJob, verb=Verb.DOWNLOAD, pk=record_of(key), also=services.can_be_opened)
    if job.address != _address(request):
        raise Http404
    return _shown(services.content_of(job), job.title)


def _address(request: HttpRequest) -> str:
    """The address of this page without the key of a print."""
    asked = request.GET.copy()
    asked.pop(_PRINT, None)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _shown(pdf: bytes, title: str) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{title}.pdf") or ""
    return response
