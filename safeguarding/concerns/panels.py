"""What do concerns put into the pages that every app shares? Navigation, a child's chronology, and where notices lead."""

from django.urls import reverse

from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.paging import capped_count
from safeguarding.panels import NavItem, Tab, register

from . import chronology
from .entries import SOURCES
from .models import Concern
from .services import reading


def _reads(request: Request) -> bool:
    return may(request.user, "view_concerns", request.held.school_id)


def _acts(request: Request) -> bool:
    """Who is given actions and has no Today to see them on."""
    return may(request.user, "own_actions", request.held.school_id) and not _reads(request)


def _unread(request: Request) -> int:
    return capped_count(reading.unread(visible(request, Concern), request.held.school_id), 99)


register(
    NavItem("today", "Today", "today", may=_reads, order=10),
    NavItem("concerns", "Concerns", "concerns", may=_reads, order=20, count=_unread, hot=True),
    NavItem("actions", "Actions", "my_actions", may=_acts, order=30),
    Tab("chronology", "Chronology", "child_chronology", may=_reads, order=10),
)
chronology.register(*SOURCES)

# What a notice is about, by the type it was written with, and the page that shows it.
leads_to("concern", lambda key: reverse("concern", args=[key]))
leads_to("action", lambda key: reverse("action", args=[key]))
leads_to("report", lambda key: reverse("report", args=[key]))
leads_to("draft", lambda key: reverse("log_resume", args=[key]))
