"""What do accounts add to pages: the inbox in everybody's navigation, cover and settings in that of those who keep them."""

from django.http import HttpRequest

from safeguarding.accounts import services
from safeguarding.accounts.permissions import may, rights
from safeguarding.accounts.roles import Capability
from safeguarding.panels import NavItem, register


def _unopened(request: HttpRequest) -> int:
    return services.inbox(request.user, opened=False).count()  # type: ignore[arg-type]


def _may(capability: Capability, request: HttpRequest) -> bool:
    held = getattr(request, "held", None)
    return held is not None and may(request.user, capability, held.school_id)


register(
    NavItem("inbox", "Inbox", "inbox", may=lambda r: bool(rights(r.user).held), order=80, count=_unopened),
    NavItem("cover", "Cover", "cover", may=lambda r: _may(Capability.RECEIVE_CALLS, r), order=85),
    NavItem("settings", "School", "school_settings", may=lambda r: _may(Capability.MANAGE_SCHOOL, r), order=90),
)
