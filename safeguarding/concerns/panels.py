"""What do concerns put into the pages that every app shares? Navigation, what is not sent, a chronology, notices."""

import re
from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from children.counting import count_with
from children.models import ChildTeamGrant
from children.services.access import when_hidden
from children.services.sight import live_grants
from safeguarding import checks, first_pages
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.accounts.services.acting import register_mover
from safeguarding.accounts.services.bulk import names_of_alarms
from safeguarding.audit.by_keys import Statement
from safeguarding.audit.context import with_errors
from safeguarding.audit.page_lists import keep_apart
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import moment
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys
from safeguarding.panels import PERSON, NavItem, Panel, Tab, register
from safeguarding.printing.gathering import gathers
from safeguarding.references import quoted

from . import chronology
from .checks import CHECKS
from .entries import SOURCES
from .models import (
    Action,
    Attachment,
    Concern,
    Duty,
    EarlierFile,
    EmergencySheet,
    Meeting,
    OutsideNote,
    PaperForm,
    PastoralNote,
    Referral,
)
from .patterns import look
from .permissions import access_given, has_supervision
from .school_decides import ACCESS_REVIEW, SETTINGS, manages_school
from .services import chronology_on_paper, covering, meanwhile, reading
from .services.access import hand_on_concerns
from .services.access_checks import LEAVERS
from .services.drafts import unsent_of
from .services.outside.links import link_of
from .services.outside.waiting import unsettled
from .services.pastoral import came_from
from .services.patterns import rules_of
from .services.progress import references_of
from .services.sight import given_concerns, standing_in
from .told import told_of
from .views import access_panels, asked_panels, duty_panels, first_page, mentions, of_children, today_lines, withheld
from .views.first_page import own_actions

# As many as an aside shows; the page behind it shows all.
IN_ASIDE = 4
_REFERENCE = re.compile(r"C-(\d{4})-(\d{1,9})")
# More than anybody stands in for, or was given.
MOST = 50


def _reads(request: Request) -> bool:
    return may(request.user, "view_concerns", request.held.school_id)


def _reads_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, "view_concerns", school_id)


def _acts(request: Request) -> bool:
    """Who has, or had, something to do and no Today to see it on. Any member of staff may be given an action."""
    if _reads(request):
        return False
    return may(request.user, "own_actions", request.held.school_id) or own_actions(request).ever


def _to_do(request: Request, record: Any) -> dict[str, Any] | None:
    """The first of what one has to do; no panel where there is nothing. Recorded as the list of it is."""
    if not (number := own_actions(request).to_do):
        return None
    found = read_many(request, reading.actions_of(visible(request, Action), request.user)[:IN_ASIDE])
    rows = reading.to_do(found, reader=request.user, today=timezone.localdate())
    return {"actions": rows, "number": number, "more": number > len(rows)}


def _logs(request: Request) -> bool:
    return may(request.user, "log_concern", request.held.school_id)


def _references_of_referrals(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, Referral).filter(pk__in=keys).select_related("concern")
    return {one.pk: one.reference for one in found}


def _decides(request: Request) -> bool:
    return may(request.user, "decide_concerns", request.held.school_id)


def _supervised(request: Request) -> bool:
    return has_supervision(request.user)


_unread_at = counted_by_keys(lambda asked: reading.unread(visible(asked, Concern).filter(asked.one("school_id"))))


def _unread(request: Request) -> Statement:
    return _unread_at.statement(request, [request.held.school_id])


def _own_unsent(request: Request, record: Any) -> dict[str, Any] | None:
    """One's own drafts, less the one on the page, and but on the page that lists them. One query."""
    if request.resolver_match and request.resolver_match.view_name == "drafts":
        return None
    shown = getattr(request, "draft_shown", None)
    drafts = [draft for draft in unsent_of(request.user) if draft.token != shown]
    return {"drafts": drafts, "newest": drafts[0]} if drafts else None


def _references_of_concerns(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    with with_errors("all"):
        found = visible(request, Concern).filter(pk__in=keys).only("year", "number")
        return {concern.pk: concern.reference for concern in found}


def _address_of_reference(request: Request, reference: str) -> str:
    """Where the concern with this reference is shown, for who may see it."""
    if (parts := _REFERENCE.fullmatch(reference)) is None:
        return ""
    found = visible(request, Concern).filter(year=int(parts[1]), number=int(parts[2])).only("pk").first()
    return reverse("concern", args=[found.pk]) if found else ""


def _from_outside(request: Request, record: Any) -> dict[str, Any] | None:
    """Notes of people without an account that nobody has settled; no panel where there are none."""
    rows = unsettled(visible(request, OutsideNote), request.held.school_id)
    found = list(rows[: IN_ASIDE + 1])
    if not found:
        return None
    shown = read_many(request, found[:IN_ASIDE], purpose="from outside")
    return {"notes": shown, "number": len(found) if len(found) <= IN_ASIDE else rows.count()}


def _note_of_concern(request: Request, concern: Any) -> dict[str, Any] | None:
    """The note from outside with which a concern began. The page of the concern records that it was seen."""
    note = visible(request, OutsideNote).filter(concern=concern).first()
    return {"note": note} if note else None


def _paper_of_concern(request: Request, concern: Any) -> dict[str, Any] | None:
    """The numbered paper form from which a concern was typed in."""
    paper = (
        visible(request, PaperForm)
        .filter(concern=concern)
        .select_related("written_by", "typed_by", "checked_by")
        .first()
    )
    return {"paper": paper} if paper else None


def _names_of_meetings(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, Meeting).filter(pk__in=keys)
    return {one.pk: f"{one.title}, {moment(one.held_at)}" for one in found}


def _references_of_sheets(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, EmergencySheet).filter(pk__in=keys).only("year", "number")
    return {sheet.pk: sheet.reference for sheet in found}


def _references_of_notes(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, OutsideNote).filter(pk__in=keys).only("year", "number")
    return {note.pk: note.reference for note in found}


def _references_of_actions(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, Action).filter(pk__in=keys)
    return {action.pk: action.reference for action in found.only("reference")}


def _references_of_duties(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    return {duty.pk: duty.reference for duty in visible(request, Duty).filter(pk__in=keys).only("reference")}


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


def _patterns(request: Request, child: Any) -> dict[str, Any] | None:
    """What the school's rules find of a child, for those who read its concerns; no panel where there is nothing."""
    if not may(request.user, "view_concerns", child.school_id):
        return None
    found = look(request, rules_of(child.school_id), today=timezone.localdate(), child=child)
    read_many(request, [concern for hit in found.hits for concern in hit.concerns], purpose="patterns", about=child)
    return {"hits": found.hits} if found.hits else None


def _files_of_concerns(request: Request, child: Any) -> dict[str, Any] | None:
    """The files of the concerns that tell of a child, newest first; no panel where there are none."""
    telling = told_of(request, child)
    rows = visible(request, Attachment).filter(concern__in=telling, removed_at=None).select_related("concern")
    found = read_many(request, rows.order_by("-attached_at", "-pk")[:MOST], purpose="files of concerns", about=child)
    number = rows.count() if len(found) == MOST else len(found)
    return {"files": found, "number": number} if found else None


def _earlier_files(request: Request, child: Any) -> dict[str, Any] | None:
    """The PDFs of a child from an earlier system; no panel where there are none."""
    rows = visible(request, EarlierFile).filter(child=child).select_related("author").order_by("-attached_at", "-pk")
    found = read_many(request, rows[:MOST], purpose="earlier files", about=child)
    decides = may(request.user, "decide_concerns", child.school_id)
    return {"files": found, "number": rows.count(), "may_withhold": decides} if found else None


def _brings_in(request: Request) -> bool:
    return may(request.user, "import_earlier_records", request.held.school_id)


def _writes_pastoral(request: Request) -> bool:
    return _writes_pastoral_at(request, request.held.school_id)


def _writes_pastoral_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, "write_pastoral", school_id)


def _own_pastoral(request: Request, record: Any) -> dict[str, Any] | None:
    """The newest of one's own pastoral notes; no panel before the first."""
    rows = visible(request, PastoralNote, "author").select_related("child").order_by("-written_at", "-pk")
    notes = read_many(request, rows[:IN_ASIDE], purpose="own pastoral notes")
    return {"notes": notes} if notes else None


def _from_notes(request: Request, record: Any) -> dict[str, Any] | None:
    """The pastoral notes from which a concern was logged."""
    found = came_from(record, partial(visible, request))
    return {"taken": found} if found else None


def _meanwhile(request: Request, record: Any) -> dict[str, Any]:
    """What became of concerns while a lead was away, as far as the reader sees them."""
    lines = meanwhile.what_happened(record, partial(visible, request), at=timezone.now())
    # That they were read; which, each line leads to.
    read_many(request, lines.rows, purpose="while away")
    return {"lines": lines}


def _moved(request: Request, record: Any) -> dict[str, Any] | None:
    """The actions that moved, and the button that gives them back."""
    rows = covering.moved_in(record, partial(visible, request))
    found = read_many(request, rows[:MOST], purpose="moved while away")
    back = record.away_id == request.user.pk and not record.is_live(timezone.localdate())
    to_give = covering.to_give_back(record, partial(visible, request)).count() if back else 0
    return {"moved": found, "to_give": to_give, "period": record} if found else None


def _look_at(request: Request, record: Any) -> dict[str, Any]:
    """Beside the order of calling: who has how much, and who is told of what."""
    return {"rules": manages_school(request)}


# Said here, which every process reads, and not left to whichever page happens to bring it in.
when_hidden(hand_on_concerns)
count_with(of_children.open_concerns)
checks.register(*CHECKS)
register_mover(covering.move_actions)
register_mover(covering.move_notices)
register(
    Panel("child_files", "earlier", "earlier/files_panel.html", data=_earlier_files, order=60),
    Panel("imports", "earlier", "earlier/imports_panel.html", data=lambda request, record: {}, may=_brings_in),
    Panel("cover", "look_at", "concerns/cover_panel.html", data=_look_at, may=_reads, order=20),
    Panel("while_away", "meanwhile", "concerns/meanwhile_panel.html", data=_meanwhile, may=_reads, order=10),
    Panel("while_away", "moved", "concerns/moved_panel.html", data=_moved, may=_reads, order=20),
    Panel("child_concerns", "patterns", "concerns/patterns_panel.html", data=_patterns, order=20),
    Panel("child_files", "concerns", "concerns/child_files_panel.html", data=_files_of_concerns),
    *(
        Panel(slot, "supervision", "concerns/supervision_panel.html", data=lambda *_: {}, may=_supervised, order=96)
        for slot in ("today_foot", "staff_home_aside", "own_role")
    ),
    Panel("own_role", "standing_in", "access/standing_in_panel.html", data=_standing_in, order=10),
    Panel("staff_home", "standing_in", "access/standing_in_panel.html", data=_standing_in, order=12),
    Panel("staff_home", "named", "access/named_panel.html", data=_named, order=16),
    Panel("team", "opens", "access/team_panel.html", data=_opens_to_team, order=10),
    Panel("staff_home", "pastoral", "concerns/own_pastoral_panel.html", _own_pastoral, may=_writes_pastoral, order=18),
    Panel("concern_aside", "from_notes", "concerns/from_notes_panel.html", data=_from_notes, order=10),
    NavItem("home", "Home", "staff_home", may=lambda r: r.held.role.home == "staff_home", order=10),
    NavItem("today", "Today", "today", may=_reads, order=10),
    NavItem("concerns", "Concerns", "concerns", may=_reads, order=20, waiting=_unread, hot=True),
    NavItem("actions", "Actions", "my_actions", may=_acts, order=30, waiting=lambda r: own_actions(r).to_do),
    NavItem("my_reports", "My reports", "my_reports", may=lambda r: _logs(r) and not _reads(r), order=60),
    NavItem("my_reports", "My reports", "my_reports", may=lambda r: _logs(r) and _reads(r), order=10, place=PERSON),
    NavItem("load", "Workload: who has how much", "load", may=_reads, order=20, place="cover"),
    Panel("today_foot", "my_reports", "concerns/my_reports_panel.html", data=lambda *_: {}, may=_logs, order=97),
    Panel("notice_strip", "unsent", "concerns/strip.html", data=_own_unsent, may=_logs),
    Panel("staff_home", "actions", "concerns/actions_panel.html", data=_to_do, may=lambda r: not _reads(r), order=10),
    Panel("today_below_new", "outside", "outside/today_panel.html", data=_from_outside),
    Panel("concern", "paper", "papers/concern_panel.html", data=_paper_of_concern),
    Panel("concern", "outside", "outside/concern_panel.html", data=_note_of_concern),
    Panel("school_settings", "outside", "outside/settings_panel.html", data=lambda r, s: {"link": link_of(s.pk)}),
    Panel("school_settings", "sheets", "emergency/settings_panel.html", data=lambda r, school: {}),
    Tab("chronology", "Chronology", "child_chronology", may=_reads_at, order=10, given=True),
    Tab("concerns", "Concerns", "child_concerns", may=_reads_at, order=20, given=True),
    Tab("pastoral", "Pastoral", "child_pastoral", may=_reads_at, order=25, given=_writes_pastoral_at),
    Tab("changes", "What has changed", "child_changes", may=_reads_at, order=90),
)
first_pages.register(*first_page.TASKS)
register(*SETTINGS, ACCESS_REVIEW, *access_panels.ENTRIES, *asked_panels.ENTRIES, *today_lines.ENTRIES)
register(*of_children.ENTRIES, *duty_panels.ENTRIES, *withheld.ENTRIES, *mentions.ENTRIES)
chronology.register(*SOURCES)
gathers(chronology_on_paper.NAME, chronology_on_paper.in_pieces)
keep_apart("concerns.withheldname")
keep_apart("concerns.mention")
checks.register(LEAVERS)

# What a notice is about, by the type it was written with, and the page that shows it.
leads_to("concern", lambda key: reverse("concern", args=[key]), _references_of_concerns)
leads_to("in_error", lambda key: reverse("in_error", args=[key]), _references_of_concerns)
leads_to("outside_note", lambda key: reverse("outside_note", args=[key]), _references_of_notes)
leads_to("emergency_sheet", lambda key: reverse("sheet", args=[key]), _references_of_sheets)
leads_to("action", lambda key: reverse("action", args=[key]), _references_of_actions)
leads_to("report", lambda key: reverse("report", args=[key]), _references_of_reports)
quoted(_address_of_reference)
leads_to("meeting", lambda key: reverse("meeting", args=[key]), _names_of_meetings)
leads_to("referral", lambda key: reverse("referral", args=[key]), _references_of_referrals)
leads_to("duty", lambda key: reverse("duty", args=[key]), _references_of_duties)
leads_to("support", lambda key: reverse("support_asked", args=[key]))
leads_to("draft", lambda key: reverse("log_resume", args=[key]))
leads_to("colleague", lambda key: reverse("person_access", args=[key]), names_of_alarms)
