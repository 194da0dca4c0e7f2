"""How does a record get on paper? As tagged PDF (PDF/UA-1) of a template in `templates/pdf/`, with nothing fetched from anywhere.

A view reads the record through the read gate as printed, renders, and answers: what was printed is in the transaction
that is committed before the first byte leaves, and no byte needs the database.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from weasyprint import DEFAULT_OPTIONS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from safeguarding.accounts.permissions import Held, rights
from safeguarding.accounts.services import get_school
from safeguarding.rendering import Showing, finished

_FOLDER = settings.BASE_DIR / "templates" / "pdf" / "assets"
_SCHEME = "asset:"
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


class PackagedAssets(URLFetcher):
    """Serves the files of `templates/pdf/assets` by their names. Any other address stops the print.

    WeasyPrint's own fetcher opens files and the network: it was seen to attach a file of the machine to a PDF. None of
    it is called here.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The asset that `url` names. Raises `ValueError` for everything else."""
        name = url.removeprefix(_SCHEME)
        if not url.startswith(_SCHEME) or name not in assets():
            raise ValueError("paper shows packaged assets only")
        kind = _TYPES[name[name.rindex(".") :]]
        return URLFetcherResponse(url, assets()[name], {"Content-Type": kind})


@cache
def assets() -> dict[str, bytes]:
    """File name to content of what paper may show."""
    return {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in _TYPES}


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
) -> HttpResponse:
    """`template` as a PDF, shown in the browser. `title` is a reference: it becomes the title of the document and the name
    of the file, so it never holds the name of a person. `school_id` is the school of the record that is printed.

    The template knows `title`, the `school`, who printed it (`printed_by`, and `printed_as`: the role at that school) and
    when (`printed_at`).

    `own` are the children whose story it tells: mentions inside its text name them, and nobody else.

    `within`: at most so many pages. Then `sizes` are what the template gets besides, the fullest first, and the first that
    fits is taken, else the last.
    """
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
    showing = Showing(own=frozenset(own), only_own=True)

    def page(size: Mapping[str, Any]) -> str:
        return finished(render_to_string(template, {**context, **frame, **size}), request, showing)

    pdf = make(page({})) if within is None else make_within(map(page, sizes), within)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{title}.pdf") or ""
    return response


def make(html: str) -> bytes:
    """A page of HTML as tagged PDF. About 50 ms a page. Raises `FatalURLFetchingError` when it asks for anything but an asset."""
    pdf: bytes = HTML(string=html, url_fetcher=PackagedAssets()).write_pdf(
        pdf_variant="pdf/ua-1", font_config=FontConfiguration()
    )
    return pdf


def make_within(pages: Iterable[str], most: int) -> bytes:
    """The first of these pages of HTML that takes no more than `most` sheets as tagged PDF, else the last of them."""
    tagged = DEFAULT_OPTIONS | {"pdf_variant": "pdf/ua-1"}
    for html in pages:
        document = HTML(string=html, url_fetcher=PackagedAssets()).render(font_config=FontConfiguration(), **tagged)
        if len(document.pages) <= most:
            break
    pdf: bytes = document.write_pdf(**tagged)
    return pdf
