"""Show what has changed: what a fact was before, who changed it and when.

Of a child, of a concern, of a school's settings.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.accounts.services import get_school
from safeguarding.accounts.services.decided import changes_of
from safeguarding.audit.models import LogEntry
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.concerns.models import Concern
from safeguarding.concerns.permissions import schools_read
from safeguarding.concerns.services import history, reading
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.panels import settings


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


@require_GET
@requires("manage_school")
def setting_changes(request: Request) -> HttpResponse:
    """What a school has decided otherwise since, of one of its settings or of all: `?of=` is the key of one."""
    request.nav, school = "settings", get_school(request.held.school_id)
    mine = [setting for setting in settings() if setting.may(request)]
    one = next((setting for setting in mine if setting.key == request.GET.get("of")), None)
    entries = changes_of([one] if one else mine, school.pk, partial(visible, request))
    context = {"setting": one} | _page(request, entries, about=school, of=one.key if one else "")
    return render(request, "concerns/setting_changes.html", context)


def _page(
    request: Request, entries: QuerySet[LogEntry], *, about: Child | Concern | School, of: str = ""
) -> dict[str, Any]:
    """A page of changes, newest first. `of` goes on to the older ones."""
    page = newest_first(entries, "at", request.GET.get("before", ""))
    shown = read_many(request, page.rows, purpose="changes", about=about)
    return {
        "changes": history.in_words(shown, partial(visible, request)),
        "older": f"?before={page.older}{f'&of={of}' if of else ''}" if page.older else "",
        "newest": "" if page.is_first else f"{request.path}{f'?of={of}' if of else ''}",
    }
