"""What does the demo school put into pages? Its sign-ins under the form for signing in, in practice only."""

from typing import Any

from django.conf import settings

from safeguarding.http import Request
from safeguarding.panels import Panel, register

from .people import sign_ins


def _people(request: Request, record: Any) -> dict[str, Any] | None:
    return {"people": sign_ins()} if settings.DEMO else None


register(Panel("sign_in", "demo", "demo/sign_ins.html", data=_people))
