"""What becomes of a form without a key of which nobody can tell whether a page of Harbour sent it?"""

from django.http import HttpResponse

from safeguarding.concerns.forms.reading_back import readable_alone
from safeguarding.concerns.forms.typed import Typed
from safeguarding.concerns.views.posted import everything
from safeguarding.http import Request
from safeguarding.unsaved import page_unsaved


def asks_first(request: Request, typed: Typed) -> HttpResponse:
    """Every word on a page of ours, and a button that keeps them. Nothing is written before it is pressed."""
    context = {"title": "Not kept yet", "lines": readable_alone(typed), "button": ("", "Keep it as a draft")}
    return page_unsaved(request, everything(request), "unsaved/unproven.html", context, status=403)
