"""What does the frame of every page need? Who is signed in, as what, and where they can go."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from safeguarding import VERSION
from safeguarding.accounts.permissions import Held, may, rights
from safeguarding.accounts.roles import TEACHING
from safeguarding.accounts.services.factors import factor_given_at
from safeguarding.http import Request
from safeguarding.markup import format_html, format_html_join
from safeguarding.panels import BELL, MENU, PERSON, beside, fill, navigation

_CURRENT = format_html(' aria-current="{}"', "true")


def page(request: Request) -> dict[str, Any]:
    """`harbour`: the frame's context, worked out only when a template asks for it."""
    return {"harbour": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: Request) -> dict[str, Any]:
    held = getattr(request, "held", None)
    there = _there(request, held)
    frame: dict[str, Any] = {
        "demo": settings.DEMO,
        "printed_at": timezone.now(),
        "school_name": there.school_name if there else "",
    }
    if held is None or there is None:
        # The template calls them: only the two pages of signing in ask.
        return frame | {
            "below_sign_in": lambda: fill("sign_in", request),
            "below_code": lambda: fill("sign_in_code", request),
        }
    everything = rights(request.user).held
    current = getattr(request, "nav", "")
    places = navigation(request, current)
    title = there.role.title
    if there.class_name and there.role.key in TEACHING:
        title = f"{title}, {there.class_name}"
    return frame | {
        "version": VERSION,
        "school_id": there.school_id,
        "person": request.user.full_name,  # type: ignore[union-attr]
        "role_title": title,
        # Set where the page is of another school than the one whose menu it stands under.
        "elsewhere": {"there": there, "working": held} if there.school_id != held.school_id else None,
        "here": request.get_full_path(),
        "idle": request.idle_seconds,
        "factor": factor_given_at(request, request.user) is not None,
        "nav": places[MENU],
        "bell": places[BELL],
        "mine": places[PERSON],
        # For the lists that have more lists beside them.
        "beside_concerns": lambda: beside(request, "concerns", current),
        "beside_plans": lambda: beside(request, "plans", current),
        "beside_retention": lambda: beside(request, "retention", current),
        "beside_sharing": lambda: beside(request, "sharing", current),
        "strips": fill("notice_strip", request),
        "search": may(request.user, "view_concerns", held.school_id),
        "may_log": may(request.user, "log_concern", held.school_id),
        "watch_calls": may(request.user, "receive_calls") or may(request.user, "stand_in"),
        "switch": _switch(everything, held) if len(everything) > 1 else "",
    }


def _switch(everything: Sequence[Held], held: Held) -> SafeString:
    """A button for each role. Without a template: the lead of a trust has a hundred."""
    buttons = (
        (one.choice, _CURRENT if one == held else "", f"{one.role.title}, {one.school_name}") for one in everything
    )
    return format_html_join("", '<button type="submit" name="acting" value="{}"{}>{}</button>', buttons)


def _there(request: Request, held: Held | None) -> Held | None:
    """The role in which this page is seen: at the school of its record, where that is another than one works in now."""
    of_school = getattr(request, "of_school", None)
    if held is None or of_school in (None, held.school_id):
        return held
    return rights(request.user).at(of_school) or held
