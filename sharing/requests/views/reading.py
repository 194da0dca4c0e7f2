"""How does an item reach its page, and what do the pages of a case show around it?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404

from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.http import Request
from safeguarding.keys import number_of
from safeguarding.paging import counts_of_page
from sharing.requests.models import RequestItem, RightsRequest

# Items before and behind that stand beside the one that is read.
BESIDE = 5
# Nobody reviews more copies than this of one child.
MOST_COUNTED = 100_000


def read_item(request: Request, item_id: UUID, purpose: str = "") -> RequestItem:
    """The item with this key, recorded as seen. Raises `Http404` for who does not read it."""
    rows = visible(request, RequestItem).select_related("case__child", "exemption", "reviewer")
    found = read_one(request, rows, purpose=purpose, pk=item_id)
    request.nav, request.of_school = "requests", found.school_id
    return found


def read_case_of_items(request: Request, case_id: UUID) -> RightsRequest:
    """The case of whose items the person reads at least one, recorded as seen. Raises `Http404` otherwise."""
    rows = visible(request, RightsRequest).select_related("child")
    found = read_one(request, rows, purpose="items", pk=case_id)
    if not visible(request, RequestItem).filter(case=found).exists():
        raise Http404
    request.nav, request.of_school = "requests", found.school_id
    return found


class ItemCounts:
    """How many items of a case the person reads, how many of these they decide, and how many of those are decided.

    Asked with what else the page counts, in one query, when the page is drawn.
    """

    def __init__(self, request: Request, case_id: UUID) -> None:
        rows = visible(request, RequestItem).filter(case=case_id)
        mine = rows.filter(reviewer=request.user)
        self._counts, self._case = counts_of_page(), case_id
        for name, some in (("all", rows), ("mine", mine), ("decided", mine.exclude(decided=""))):
            self._counts.ask(("items", name, case_id), some, cap=MOST_COUNTED)

    @property
    def all(self) -> int:
        return self._counts["items", "all", self._case]

    @property
    def mine(self) -> int:
        return self._counts["items", "mine", self._case]

    @property
    def decided(self) -> int:
        return self._counts["items", "decided", self._case]


def case_of_items(request: Request, case_id: UUID, found: Sequence[RequestItem]) -> RightsRequest:
    """The case of a list of items; where the list is empty, of any other that the person reads. Raises `Http404`."""
    rows = visible(request, RequestItem).filter(case=case_id).select_related("case__child")
    one = found[0] if found else rows.first()
    if one is None:
        raise Http404
    request.nav, request.of_school = "requests", one.school_id
    return one.case


def beside(request: Request, item: RequestItem) -> dict[str, Any]:
    """The items before and behind one, as far as the person reads them; the nearest of each for the keys."""
    rows = visible(request, RequestItem).filter(case=item.case_id).defer("content", "found", "answers", "why")
    before = list(rows.filter(number__lt=item.number).order_by("-number")[:BESIDE])[::-1]
    behind = list(rows.filter(number__gt=item.number).order_by("number")[:BESIDE])
    read_many(request, [*before, item, *behind], purpose="items beside", about=item.case)
    return {
        "near": [*before, item, *behind],
        "previous": before[-1] if before else None,
        "next": behind[0] if behind else None,
    }


def number_asked(typed: str) -> int:
    """The number in an address; 0 for anything else."""
    return number_of(typed) or 0


def key_asked(typed: str) -> UUID | None:
    """The key in an address or a form; None for anything else."""
    try:
        return UUID(typed)
    except ValueError:
        return None
