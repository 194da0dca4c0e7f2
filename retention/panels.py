"""What does retention put into the pages that every app shares? The tab of a child's record, holds and the schedule
below "Retention", the setting, entries of the chronology, and where notices lead.
"""

import re
from collections.abc import Collection
from uuid import UUID

from django.urls import reverse

from children.badges import badge_with
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.http import Request
from safeguarding.panels import NavItem, Setting, Tab, register
from safeguarding.references import quoted

from .badges import BADGING
from .capabilities import RetentionCapability as C
from .entries import KIND, SOURCES
from .models import LegalHold

_REFERENCE = re.compile(r"H-(\d{4})-(\d{1,9})")


def _reads_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.VIEW_RETENTION, school_id)


def _sees_holds(request: Request) -> bool:
    return may(request.user, C.VIEW_HOLDS, request.held.school_id)


def _sees_schedule(request: Request) -> bool:
    return may(request.user, C.COUNT_RETENTION, request.held.school_id)


def _decides_schedule(request: Request) -> bool:
    return may(request.user, C.PROPOSE_SCHEDULE, request.held.school_id)


def _references_of_holds(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, LegalHold).filter(pk__in=keys).only("year", "number")
    return {hold.pk: hold.reference for hold in found}


def _address_of_hold(request: Request, reference: str) -> str:
    """Where the hold with this reference is shown, for who may see it."""
    if (parts := _REFERENCE.fullmatch(reference)) is None:
        return ""
    found = visible(request, LegalHold).filter(year=int(parts[1]), number=int(parts[2])).only("pk").first()
    return reverse("legal_hold", args=[found.pk]) if found else ""


badge_with(BADGING)
chronology.register(*SOURCES, kinds={KIND: "Legal holds"})
leads_to("legal_hold", lambda key: reverse("legal_hold", args=[key]), _references_of_holds)
quoted(_address_of_hold)
register(
    Tab("retention", "Retention", "child_retention", may=_reads_at, order=80),
    NavItem("holds", "Legal holds", "holds", may=_sees_holds, order=20, place="retention"),
    NavItem("retention_schedule", "Schedule", "retention_schedule", may=_sees_schedule, order=30, place="retention"),
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
