"""What does the demo school put into pages?

Its sign-ins and their codes under the forms for signing in, in practice only.
"""

from typing import Any

from django.conf import settings

from safeguarding.http import Request
from safeguarding.panels import Panel, register

from .codes import codes_of
from .people import sign_ins


def _people(request: Request, record: Any) -> dict[str, Any] | None:
    if not settings.DEMO:
        return None
    people = sign_ins()
    codes = codes_of(person.username for person in people)
    return {"people": [(person, codes.get(person.username, "")) for person in people]}


def _code(request: Request, record: Any) -> dict[str, Any] | None:
    """Of whoever has given the password at this browser and is asked for the code."""
    stage = getattr(request, "_login_stage", None)
    if not settings.DEMO or stage is None:
        return None
    username = stage.login.user.username
    return {"code": codes_of([username]).get(username, "")}


register(
    Panel("sign_in", "demo", "demo/sign_ins.html", data=_people),
    Panel("sign_in_code", "demo", "demo/code.html", data=_code),
)
