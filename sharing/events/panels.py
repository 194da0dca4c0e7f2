"""What does sharing put into the pages that every app shares? The tab of a child's record, and settings."""

from collections.abc import Collection
from uuid import UUID

from safeguarding.accounts.permissions import may
from safeguarding.concerns.school_decides import manages_school
from safeguarding.concerns.services.history import RowWords, See, tell_rows
from safeguarding.http import Request
from safeguarding.panels import Setting, Tab, register

from .capabilities import SharingCapability as C
from .models import Consent
from .permissions import children_shared_for


def _shares_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.SHARE, school_id)


def _shared_for(request: Request, child_id: UUID) -> bool:
    return child_id in children_shared_for(request.user)


def _shares_here(request: Request) -> bool:
    return may(request.user, C.SHARE, request.held.school_id)


def _consents_told(keys: Collection[UUID], see: See) -> dict[UUID, RowWords]:
    """What a consent is called under "What has changed"."""
    rows = see(Consent).filter(pk__in=keys).select_related("wording")
    return {row.pk: RowWords(row.wording.called, lambda field, value: "") for row in rows}


tell_rows(Consent, _consents_told)
register(
    Tab("sharing", "Sharing", "child_sharing", may=_shares_at, order=60, also=_shared_for),
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
