"""What does retention put into the pages that every app shares? The tab of a child's record, the menu with
holds, schedule and register below it, a line beside Today, the setting, the chronology, and where notices lead.
"""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.urls import reverse

from children.badges import badge_with
from safeguarding import checks, first_pages
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.http import Request
from safeguarding.panels import MINE, Line, NavItem, Panel, Setting, Tab, register
from safeguarding.references import quoted

from . import waiting
from .badges import BADGING
from .capabilities import RetentionCapability as C
from .checks import CHECKS
from .entries import KIND, SOURCES
from .models import LegalHold
from .services import (
    one_record,
    own_copy,  # noqa: F401  (takes up what is said as a file is settled)
)
from .services.list_notices import OBJECT_TYPE

_REFERENCE = re.compile(r"H-(\d{4})-(\d{1,9})")


def _reads_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.VIEW_RETENTION, school_id)


def _has_tab(request: Request, school_id: UUID) -> bool:
    """Also whoever may have to answer in a lead's place: they open the records for which they do, and no other."""
    return _reads_at(request, school_id) or may(request.user, Capability.STAND_IN, school_id)


def _reads(request: Request) -> bool:
    return _reads_at(request, request.held.school_id)


def _sees_holds(request: Request) -> bool:
    """Also the chair, who may hold a concern about an adult."""
    return any(may(request.user, wanted, request.held.school_id) for wanted in (C.VIEW_HOLDS, C.SECOND_DESTRUCTION))


def _sees_schedule(request: Request) -> bool:
    return may(request.user, C.COUNT_RETENTION, request.held.school_id)


def _decides_schedule(request: Request) -> bool:
    return may(request.user, C.PROPOSE_SCHEDULE, request.held.school_id)


def _hold_button(request: Request, record: Model) -> dict[str, Any] | None:
    """On the page of a record that is held by itself, for whoever may hold it."""
    return {} if one_record.may_hold_seen(request.user, record) else None


def _references_of_holds(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, LegalHold).filter(pk__in=keys).only("year", "number", "token")
    return {hold.pk: hold.reference for hold in found}


def _address_of_hold(request: Request, reference: str) -> str:
    """Where the hold with this reference is shown, for who may see it."""
    if (parts := _REFERENCE.fullmatch(reference)) is None:
        return ""
    found = visible(request, LegalHold).filter(year=int(parts[1]), number=int(parts[2])).only("pk").first()
    return reverse("legal_hold", args=[found.pk]) if found else ""


badge_with(BADGING)
first_pages.register(*waiting.TASKS)
chronology.register(*SOURCES, kinds={KIND: "Legal holds"})
checks.register(*CHECKS)
leads_to("brake", lambda key: reverse("brake", args=[key]))
leads_to("legal_hold", lambda key: reverse("legal_hold", args=[key]), _references_of_holds)
leads_to(OBJECT_TYPE, lambda key: reverse("destruction_list", args=[key]), waiting.references)
quoted(_address_of_hold)
quoted(waiting.address_of_list)
register(
    Panel("hold_actions", "hold", "retention/part_hold_button.html", _hold_button),
    Tab("retention", "Retention", "child_retention", may=_has_tab, order=80),
    NavItem("retention", "Retention", "retention", may=waiting.counts, order=60, waiting=waiting.waits),
    NavItem("retention_left", "Left", "retention_left", may=_reads, order=10, place="retention"),
    NavItem("holds", "Legal holds", "holds", may=_sees_holds, order=20, place="retention"),
    NavItem("retention_schedule", "Schedule", "retention_schedule", may=_sees_schedule, order=30, place="retention"),
    NavItem(
        "destruction_register",
        "Register of destruction",
        "destruction_register",
        may=waiting.counts,
        order=40,
        place="retention",
    ),
    Line(
        MINE,
        "destruction_lists",
        "retention/today_line.html",
        waiting.today,
        may=waiting.counts,
        order=60,
        approves=True,
    ),
    Setting(
        "retention_schedule",
        "Retention schedule",
        "How long each kind of record is kept, from which day, why, and by which two people.",
        "retention_schedule",
        may=_decides_schedule,
        models=("retention.retentionrule",),
        order=60,
    ),
)
