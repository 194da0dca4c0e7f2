"""What does the frame of every page need? Who is signed in, as what, and where they can go."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from safeguarding import VERSION
from safeguarding.accounts.permissions import may, rights
from safeguarding.http import Request
from safeguarding.panels import fill, navigation


def page(request: Request) -> dict[str, Any]:
    """`harbour`: the frame's context, worked out only when a template asks for it."""
    return {"harbour": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: Request) -> dict[str, Any]:
    held = getattr(request, "held", None)
    frame: dict[str, Any] = {
        "demo": settings.DEMO,
        "printed_at": timezone.now(),
        "school_name": held.school_name if held else "",
    }
    if held is None:
        # The template calls it: only the sign-in page asks.
        return frame | {"below_sign_in": lambda: fill("sign_in", request)}
    everything = rights(request.user).held
    title = f"{held.role.title}, {held.class_name}" if held.class_name else held.role.title
    return frame | {
        "version": VERSION,
        "person": request.user.full_name,  # type: ignore[union-attr]
        "role_title": title,
        "nav": navigation(request, getattr(request, "nav", "")),
        "strips": fill("notice_strip", request),
        "search": may(request.user, "view_concerns", held.school_id),
        "may_log": may(request.user, "log_concern", held.school_id),
        "watch_calls": may(request.user, "receive_calls"),
        "assignments": [
            {
                "value": f"{h.school_id}:{h.role.key}",
                "text": f"{h.role.title}, {h.school_name}",
                "current": h == held,
            }
            for h in everything
        ]
        if len(everything) > 1
        else [],
    }
