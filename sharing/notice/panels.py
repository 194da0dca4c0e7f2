"""What does the notice put into the pages that every app shares? Its row among the settings, with its health."""

from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.http import Request
from safeguarding.panels import Setting, register
from safeguarding.privacy_notice import Asked

from .services.health import in_a_word


def _manages(request: Request) -> bool:
    return may(request.user, Capability.MANAGE_SCHOOL, request.held.school_id)


def _health(request: Request) -> str:
    return in_a_word(Asked(get_school(request.held.school_id), timezone.now(), request.user))


leads_to("privacy_notice", lambda key: reverse("notice_version", args=[key]))
register(
    Setting(
        "privacy_notice",
        "Privacy notice",
        "What everybody reads of how you use information about children, made from what Harbour holds and does.",
        "notice_settings",
        may=_manages,
        models=("notice.noticedetails",),
        look=_health,
        order=46,
    )
)
