"""How does a record get on paper? As tagged PDF (PDF/UA-1) of a template in `templates/pdf/`, made by the printer
(`printer.py`).

A view reads the record through the read gate as printed, renders, and answers: what was printed is in the transaction
that is committed before the first byte leaves, and no byte needs the database. No PDF is laid out in a process that
answers pages.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from safeguarding.accounts.permissions import Held
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one
from safeguarding.http import SeeOther
from safeguarding.keys import record_of

from . import services
from .gathering import ordered
from .models import PrintJob
from .pages import OnPaper, frame, page

# Where a print that was made for later is opened: the address of its page, with its key.
_PRINT = "print"


def put_on_paper(request: HttpRequest, said: OnPaper) -> HttpResponse:
    """The same as a PDF, shown in the browser."""
    return paper(
        request,
        said.template,
        said.context,
        title=said.title,
        school_id=said.school_id,
        at=said.at,
        own=said.own,
        records=said.records,
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
    records: Iterable[UUID] = (),
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
    own = frozenset(own)
    if at_once is None and (before := made_before(request)):
        return before
    by: Any = request.user
    held: Held = request.held  # type: ignore[attr-defined]
    about = frame(by, school_id, title=title, at=at or timezone.now(), held=held)

    def sized(size: Mapping[str, Any]) -> str:
        return page(request, template, {**context, **about, **size}, own)

    content = services.written([sized({})] if within is None else map(sized, sizes), within)
    if at_once is not None:
        return _shown(services.make_at_once(content, key=at_once, whose=by.pk), title)
    made = services.make(
        content,
        title=title,
        address=_address(request),
        names=sorted(own),
        records=records,
        school_id=school_id,
        by=by,
    )
    if isinstance(made, PrintJob):
        return SeeOther(reverse("print_job", args=[made.pk]))
    return _shown(made, title)


def put_on_paper_later(
    request: HttpRequest, name: str, what: Mapping[str, Any], *, title: str, school_id: UUID, own: Iterable[UUID]
) -> HttpResponse:
    """Order a print that is too long to be read while somebody waits: the worker puts it together (`gathering.py`), and
    the answer leads to where it stands.

    `what` is given to the worker, and holds no words. It is opened at the address of this page, as any other.
    """
    by: Any = request.user
    order = ordered(name, what, timezone.now())
    job = services.order(order, title=title, address=_address(request), names=sorted(own), school_id=school_id, by=by)
    return SeeOther(reverse("print_job", args=[job.pk]))


def made_before(
    request: HttpRequest, sees: Callable[[Collection[UUID]], bool] = lambda keys: True
) -> HttpResponse | None:
    """A print of one's own that this page was asked for and that is ready; None where it is asked for again.

    Its view has asked everything once more by now; `sees` says whether its reader sees each of these records still. One
    that tells what is theirs no more is gone, as one whose day is over.
    """
    if (key := request.GET.get(_PRINT)) is None:
        return None
    job = read_one(request, PrintJob, verb=Verb.DOWNLOAD, pk=record_of(key), also=services.can_be_opened)
    if job.address != _address(request) or not sees(job.records):
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
