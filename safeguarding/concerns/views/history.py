"""Show what has changed in a record: what a fact was before, who changed it and when. For a child, and for a concern."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.models import LogEntry
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.models import Concern
from safeguarding.concerns.permissions import schools_read
from safeguarding.concerns.services import history, reading
from safeguarding.http import Request
from safeguarding.paging import newest_first


@requires_for_record("view_concerns")
def child_changes(request: Request, child_id: UUID) -> HttpResponse:
    """What has changed about a child: a tab of the child's record."""
    request.nav = "children"
    readable = visible(request, Child).filter(school_id__in=schools_read(request.user))
    child = read_one(request, readable, purpose="changes", pk=child_id)
    entries = history.of_child(visible(request, LogEntry), child, partial(visible, request))
    context = record_frame(request, child, "changes") | _page(request, entries, about=child)
    return render(request, "concerns/child_changes.html", context)


@requires_for_record("view_concerns")
def concern_changes(request: Request, concern_id: UUID) -> HttpResponse:
    """What has changed about a concern: where it stood, who was involved, what was to be done."""
    found = read_one(request, reading.for_page(), purpose="changes", pk=concern_id)
    request.nav, request.of_school = "concerns", found.school_id
    entries = history.of_concern(visible(request, LogEntry), found)
    context = {"concern": found} | _page(request, entries, about=found)
    return render(request, "concerns/concern_changes.html", context)


def _page(request: Request, entries: QuerySet[LogEntry], *, about: Child | Concern) -> dict[str, Any]:
    page = newest_first(entries, "at", request.GET.get("before", ""))
    shown = read_many(request, page.rows, purpose="changes", about=about)
    return {
        "changes": history.in_words(shown, partial(visible, request)),
        "older": f"?before={page.older}" if page.older else "",
        "newest": "" if page.is_first else request.path,
    }
