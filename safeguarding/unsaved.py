"""What does the page say of a form that could not be taken: all that was typed, and a button that sends it again?

It asks no database, since there may be none. What it says around that, and to whom to go, is in the template of each form.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

# What is never sent again: the browser's token, and the button that was pressed.
_NOT_AGAIN = frozenset({"send", "draft", "csrfmiddlewaretoken"})


def page_unsaved(
    request: HttpRequest, data: QueryDict, template: str, context: Mapping[str, Any], *, status: int = 503
) -> HttpResponse:
    """What was typed, to be copied and printed, and a button that sends all of it again."""
    frame = {
        "at": timezone.now(),
        "address": request.path,
        "posted": [(name, text) for name, texts in data.lists() if name not in _NOT_AGAIN for text in texts],
        # What the frame of a page otherwise asks the database for.
        "harbour": {"demo": settings.DEMO},
    }
    return render(request, template, {**frame, **context}, status=status)
