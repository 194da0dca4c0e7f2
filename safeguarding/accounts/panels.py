"""What do accounts add to pages: the inbox in everybody's header, and the pages of School for those who keep them."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from safeguarding import checks
from safeguarding.accounts import services
from safeguarding.accounts.machine_checks import machine_checks
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.second_person import may_be_first
from safeguarding.accounts.services import acting
from safeguarding.accounts.services.bulk import names_of_alarms
from safeguarding.dates import counted
from safeguarding.http import Request
from safeguarding.panels import BELL, MINE, SCHOOL, Line, NavItem, Panel, Setting, register


def _may(capability: Capability, request: Request) -> bool:
    return may(request.user, capability, request.held.school_id)


def _cover(request: Request, record: Any) -> dict[str, Any]:
    """Who is called first; and, for those who name an acting lead, the way to it in one press."""
    line = services.cover_line(request.held.school_id, at=timezone.now(), reader=request.user)
    return {"line": line, "names_acting": _names_acting(request)}


def _acting(request: Request, record: Any) -> dict[str, Any] | None:
    """Who acts for whom, one's own time away, and the way to name somebody; no panel for whom none of it is."""
    today, school_id = timezone.localdate(), request.held.school_id
    periods = acting.concerning_acting(request.user, school_id, on=today)
    names = _names_acting(request)
    if not (periods or names):
        return None
    live = [period for period in periods if period.is_live(today)]
    return {"live": live, "over": [one for one in periods if one not in live], "names": names}


def _acting_beside(request: Request) -> dict[str, Any] | None:
    """Who acts for whom, and what was decided while the reader was away, beside Today; no lines where none of it is."""
    found = _acting(request, None)
    if found is None:
        return None
    mine = [period for period in found["over"] if period.away_id == request.user.pk]
    live = found["live"]
    return {"live": live, "over": mine, "number": len(mine) + len(live)} if mine or live else None


def _names_acting(request: Request) -> bool:
    return _may(Capability.GIVE_ROLES, request)


def _resets(request: Request, record: Any) -> dict[str, Any] | None:
    """Resets of the last seven days. Whether there may be any, the query of the session has said."""
    if not request.own_session.has_resets:
        return None
    found = list(services.concerning(request.user, timezone.now()))
    first = [it for it in found if it.is_first_start]
    return {"resets": [it for it in found if it not in first], "first": first} if found else None


def _resets_wait(request: Request) -> str:
    number = len(services.waiting_for(request.user, timezone.now()))
    return f"{counted(number, 'request waits', 'requests wait')} for you." if number else ""


def _providers(request: Request, record: Any) -> dict[str, Any] | None:
    ways = [(app["name"], f"with_{app['provider_id']}") for app in settings.SIGN_IN_WITH]
    return {"ways": ways} if ways else None


leads_to("acting_period", lambda key: reverse("acting_period", args=[key]))
leads_to("accounts.reset", lambda key: reverse("reset", args=[key]))
leads_to("colleague_log", lambda key: f"{reverse('event_log')}?person={key}&days=7", names_of_alarms)
leads_to("colleague_account", lambda key: reverse("accounts"), names_of_alarms)
register(
    Panel("sign_in", "providers", "account/part_providers.html", _providers, order=5),
    Panel("notice_strip", "resets", "accounts/part_resets.html", _resets, order=10),
    NavItem(
        "accounts",
        "Accounts",
        "accounts",
        may=lambda r: may_be_first("reset", r.user, r.held.school_id),
        order=20,
        place=SCHOOL,
        says="Who can sign in, and a new start for those who cannot.",
        look=_resets_wait,
    ),
    Line(MINE, "acting", "accounts/part_acting.html", _acting_beside, order=20),
    Panel("cover", "acting", "accounts/acting_panel.html", _acting, order=10),
    Panel("today_heading", "cover", "accounts/part_cover.html", _cover, lambda r: _may(Capability.RECEIVE_CALLS, r)),
    NavItem("own_role", "Home", "own_role", may=lambda r: r.held.role.home == "own_role", order=10),
    NavItem(
        "inbox",
        "Inbox",
        "inbox",
        may=lambda r: True,
        order=10,
        waiting=lambda r: services.number_unopened(r.user),
        place=BELL,
    ),
    NavItem(
        "cover",
        "Cover",
        "cover",
        may=lambda r: _may(Capability.RECEIVE_CALLS, r),
        order=10,
        place=SCHOOL,
        says="Who is called, in which order, and who is away.",
    ),
    NavItem(
        "name_acting",
        "The safeguarding lead is away",
        "name_acting",
        may=lambda r: _may(Capability.GIVE_ROLES, r),
        order=10,
        place="cover",
    ),
    NavItem(
        "event_log",
        "Event log",
        "event_log",
        may=lambda r: _may(Capability.VIEW_AUDIT, r),
        order=40,
        place=SCHOOL,
        says="Who has seen and done what.",
    ),
    NavItem(
        "wholeness",
        "Is the record whole?",
        "wholeness",
        may=lambda r: _may(Capability.VIEW_AUDIT, r),
        order=10,
        place="event_log",
    ),
    NavItem(
        "settings",
        "Settings",
        "settings_home",
        may=lambda r: _may(Capability.MANAGE_SCHOOL, r),
        order=50,
        place=SCHOOL,
        says="What the school decides for itself.",
    ),
    Setting(
        "hours",
        "Hours, numbers and calls",
        "When somebody is in, the numbers of social care, and how long a call waits before it goes on.",
        "school_settings",
        may=lambda r: _may(Capability.MANAGE_SCHOOL, r),
        models=("accounts.school",),
        order=10,
    ),
    Setting(
        "calendar",
        "Terms and days closed",
        "The days on which children come. Waiting and due dates are counted by them.",
        "school_settings",
        may=lambda r: _may(Capability.MANAGE_SCHOOL, r),
        models=("accounts.term", "accounts.closure"),
        order=20,
    ),
)
checks.register(*machine_checks())
