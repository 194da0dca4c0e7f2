"""The picture of one page of an item: as it was, and as it is given."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.http import Request
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.models import RequestItem
from sharing.requests.permissions import works_on_requests
from sharing.requests.services import pictures

from .reading import number_asked, read_item

_HEADERS = {
    # Whatever is in it, a browser runs none of it, and keeps none of it.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
    "Cache-Control": "no-store",
}


@require_GET
@requires_for_record(C.REVIEW_REQUESTS, also=works_on_requests)
def request_item_page(request: Request, item_id: UUID) -> HttpResponse:
    """A page as it was copied: `?page=3` is the third."""
    return _picture(request, item_id, pictures.picture_of)


@require_GET
@requires_for_record(C.REVIEW_REQUESTS, also=works_on_requests)
def request_item_page_released(request: Request, item_id: UUID) -> HttpResponse:
    """The same page with everything painted over that is taken out."""
    return _picture(request, item_id, pictures.released_picture_of)


def _picture(request: Request, item_id: UUID, draw: Callable[[RequestItem, int], bytes]) -> HttpResponse:
    found = read_item(request, item_id, purpose="picture of a page")
    page = number_asked(request.GET.get("page", "1"))
    return HttpResponse(draw(found, page), content_type="image/jpeg", headers=_HEADERS)
