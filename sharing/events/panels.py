"""What does sharing put into the pages that every app shares? The tab of a child's record, the entry of the menu, lines
beside Today, what went out with a referral or a concern, and settings.
"""

from collections.abc import Collection
from uuid import UUID

from django.urls import reverse

from children.models import Child
from safeguarding import checks
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.accounts.services.guidance import confirmed_by
from safeguarding.audit.by_keys import Statement
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.concerns.school_decides import manages_school
from safeguarding.concerns.services.history import tell_rows
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys
from safeguarding.panels import LATE, MINE, SECOND, UNANSWERED, Line, NavItem, Panel, Setting, Tab, register
from safeguarding.plans.services.work import Today
from safeguarding.references import quoted

from . import stopping, withdrawal
from .capabilities import SharingCapability as C
from .changes import READS
from .checks import CHECKS
from .entries import SOURCES
from .forms.register import NUMBER
from .models import WAITING, SharingEvent
from .permissions import children_shared_for, may_share, shares_standing_in
from .services.law import read_at
from .views import from_referral, today_lines


def _shares_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.SHARE, school_id)


def _shared_for(request: Request, child_id: UUID) -> bool:
    return child_id in children_shared_for(request.user)


def _shares_here(request: Request) -> bool:
    return may(request.user, C.SHARE, request.held.school_id)


def _opens_register(request: Request) -> bool:
    return _shares_here(request) or shares_standing_in(request.user)


def _shares_of(request: Request, child: Child) -> dict[str, Child] | None:
    return {"child": child} if may_share(request.user, child) else None


_late_at = counted_by_keys(
    lambda asked: visible(asked, SharingEvent).filter(asked.one("school_id"), status__in=WAITING, due_on__lt=Today())
)


def _late(request: Request) -> Statement:
    return _late_at.statement(request, [request.held.school_id])


def _address_of_share(request: Request, reference: str) -> str:
    """Where the decision with this number is shown, for who may see it."""
    if (parts := NUMBER.fullmatch(reference)) is None:
        return ""
    found = visible(request, SharingEvent).filter(year=int(parts[1]), number=int(parts[2])).only("pk").first()
    return reverse("share", args=[found.pk]) if found else ""


def _references_of_shares(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, SharingEvent).filter(pk__in=keys).only("year", "number")
    return {one.pk: one.reference for one in found}


chronology.register(*SOURCES)
checks.register(*CHECKS)
confirmed_by(read_at)
leads_to("sharing_event", lambda key: reverse("share_pack", args=[key]), _references_of_shares)
leads_to("sharing_decision", lambda key: reverse("share", args=[key]), _references_of_shares)
withdrawal.register(stopping.SENDER)
quoted(_address_of_share)
for _model, _read in READS.items():
    tell_rows(_model, _read)
register(
    Tab("sharing", "Sharing", "child_sharing", may=_shares_at, order=60, also=_shared_for),
    NavItem("sharing", "Sharing", "sharing", may=_opens_register, order=29, waiting=_late, hot=True),
    Line(LATE, "sharing", "sharing/today_lines.html", today_lines.late, may=_shares_here, order=25),
    Line(MINE, "sharing", "sharing/today_lines.html", today_lines.due, may=_shares_here, order=45),
    Line(UNANSWERED, "sharing", "sharing/today_lines.html", today_lines.unanswered, may=_shares_here, order=25),
    Line(SECOND, "sharing", "sharing/today_lines.html", today_lines.to_lift, may=_shares_here, order=30),
    Panel("record_actions", "share", "sharing/share_action.html", _shares_of, order=30),
    Panel("referral", "sharing", "sharing/from_referral.html", from_referral.of_referral),
    Panel("concern_aside", "sharing", "sharing/of_concern.html", from_referral.of_concern, order=60),
    Setting(
        "recipients",
        "Recipients",
        "The organisations to which something may go, and when and how it was checked how they are reached.",
        "recipients",
        may=_shares_here,
        models=("sharing.recipient",),
        order=40,
    ),
    Setting(
        "sharing_law",
        "Law of sharing",
        "Legal reasons and editions of guidance, what is to be confirmed, and how long a file may take.",
        "sharing_law",
        may=manages_school,
        models=("sharing.lawconfirmed", "sharing.transfertime"),
        order=42,
    ),
    Setting(
        "consent_wordings",
        "Wordings of consents",
        "The words under which you ask for consent to share, version by version.",
        "consent_wordings",
        may=manages_school,
        models=("sharing.consentwording",),
        order=44,
    ),
)
