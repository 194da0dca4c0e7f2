"""What do concerns put into the pages that every app shares? Navigation, what is not sent, a child's chronology, notices."""

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from children.models import ChildTeamGrant
from children.services.sight import live_grants
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.panels import NavItem, Panel, Tab, register

from . import chronology
from .apart import LINKED
from .entries import SOURCES, told_of
from .models import Action, Attachment, Concern
from .permissions import access_given
from .services import reading
from .services.drafts import unsent_for_a_day, unsent_of
from .services.progress import references_of
from .services.sight import given_concerns, standing_in

# As many as an aside shows; the page behind it shows all.
IN_ASIDE = 4
# More than anybody stands in for, or was given.
MOST = 50


def _reads(request: Request) -> bool:
    return may(request.user, "view_concerns", request.held.school_id)


def _reads_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, "view_concerns", school_id)


def _own_actions(request: Request) -> reading.Given:
    return once(("actions given", request.user.pk), lambda: reading.given(visible(request, Action), request.user))


def _acts(request: Request) -> bool:
    """Who has, or had, something to do and no Today to see it on. Any member of staff may be given an action."""
    if _reads(request):
        return False
    return may(request.user, "own_actions", request.held.school_id) or _own_actions(request).ever


def _to_do(request: Request, record: Any) -> dict[str, Any] | None:
    """The first of what one has to do; no panel where there is nothing. Recorded as the list of it is."""
    if not (number := _own_actions(request).to_do):
        return None
    found = read_many(request, reading.actions_of(visible(request, Action), request.user)[:IN_ASIDE])
    rows = reading.to_do(found, reader=request.user, today=timezone.localdate())
    return {"actions": rows, "number": number, "more": number > len(rows)}


def _logs(request: Request) -> bool:
    return may(request.user, "log_concern", request.held.school_id)


def _decides(request: Request) -> bool:
    return may(request.user, "decide_concerns", request.held.school_id)


def _unread(request: Request) -> QuerySet[Concern]:
    return reading.unread(visible(request, Concern), request.held.school_id)


def _own_unsent(request: Request, record: Any) -> dict[str, Any] | None:
    """One's own drafts, less the one on the page. One query."""
    shown = getattr(request, "draft_shown", None)
    drafts = [draft for draft in unsent_of(request.user) if draft.token != shown]
    return {"drafts": drafts, "newest": drafts[0]} if drafts else None


def _unsent_of_colleagues(request: Request, record: Any) -> dict[str, Any] | None:
    """Drafts that have waited for a school day; no panel where there is none."""
    drafts = unsent_for_a_day(request.held.school_id, at=timezone.now(), by=request.user)
    return {"drafts": drafts[:IN_ASIDE], "number": len(drafts)} if drafts else None


def _references_of_concerns(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, Concern).filter(pk__in=keys).only("year", "number")
    return {concern.pk: concern.reference for concern in found}


def _references_of_actions(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, Action).filter(pk__in=keys)
    return {action.pk: action.reference for action in found.only("reference")}


def _references_of_reports(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    """What its author knows a concern by."""
    return references_of(keys, by=request.user)


def _standing_in(request: Request, record: Any) -> dict[str, Any] | None:
    """The concerns that somebody reads and decides in the place of another. Recorded as the list of them is."""
    if not may(request.user, "stand_in", request.held.school_id):
        return None
    rows = standing_in(visible(request, Concern), request.user, request.held.school_id)
    return {"concerns": read_many(request, rows[:MOST], purpose="standing in")}


def _named(request: Request, record: Any) -> dict[str, Any] | None:
    """The concerns to which somebody was given access by name."""
    if not access_given(request.user):
        return None
    found = list(given_concerns(request.user, partial(visible, request), on=timezone.localdate())[:MOST])
    return {"grants": found} if found else None


def _opens_to_team(request: Request, record: Any) -> dict[str, Any]:
    """Which children's records a team was given, as far as its reader sees them."""
    grants = visible(request, ChildTeamGrant).filter(group=record)
    return {"grants": list(live_grants(grants, timezone.localdate()).select_related("content_object"))}


def _files_of_concerns(request: Request, child: Any) -> dict[str, Any] | None:
    """The files of the concerns that tell of a child, newest first; no panel where there are none."""
    telling = told_of(request, child)
    rows = visible(request, Attachment).filter(concern__in=telling, removed_at=None).select_related("concern")
    found = read_many(request, rows.order_by("-attached_at", "-pk")[:MOST], purpose="files of concerns", about=child)
    number = rows.count() if len(found) == MOST else len(found)
    return {"files": found, "number": number} if found else None


register(
    Panel("child_files", "concerns", "concerns/child_files_panel.html", data=_files_of_concerns),
    Panel("own_role", "standing_in", "access/standing_in_panel.html", data=_standing_in, order=10),
    Panel("staff_home", "standing_in", "access/standing_in_panel.html", data=_standing_in, order=12),
    Panel("staff_home", "named", "access/named_panel.html", data=_named, order=16),
    Panel("team", "opens", "access/team_panel.html", data=_opens_to_team, order=10),
    NavItem("home", "Home", "staff_home", may=lambda r: r.held.role.home == "staff_home", order=10),
    NavItem("today", "Today", "today", may=_reads, order=10),
    NavItem("concerns", "Concerns", "concerns", may=_reads, order=20, waiting=_unread, hot=True),
    NavItem("actions", "Actions", "my_actions", may=_acts, order=30, waiting=lambda r: _own_actions(r).to_do),
    NavItem("my_reports", "My reports", "my_reports", may=_logs, order=60),
    Panel("notice_strip", "unsent", "concerns/strip.html", data=_own_unsent, may=_logs),
    Panel("staff_home", "actions", "concerns/actions_panel.html", data=_to_do, may=lambda r: not _reads(r), order=10),
    Panel("today_aside", "unsent", "concerns/unsent_panel.html", data=_unsent_of_colleagues, may=_decides, order=70),
    Tab("chronology", "Chronology", "child_chronology", may=_reads_at, order=10, given=True),
    Tab("concerns", "Concerns", "child_concerns", may=_reads_at, order=20, given=True),
    Tab("changes", "What has changed", "child_changes", may=_reads_at, order=90),
)
chronology.register(*SOURCES, LINKED)

# What a notice is about, by the type it was written with, and the page that shows it.
leads_to("concern", lambda key: reverse("concern", args=[key]), _references_of_concerns)
leads_to("action", lambda key: reverse("action", args=[key]), _references_of_actions)
leads_to("report", lambda key: reverse("report", args=[key]), _references_of_reports)
leads_to("draft", lambda key: reverse("log_resume", args=[key]))
