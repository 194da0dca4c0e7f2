"""The practice school with a tenth of its notes: everything is there once, and it is made in seconds."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from safeguarding.demo import source, stories

TUESDAY = datetime(2026, 11, 24, 10, 15, tzinfo=ZoneInfo("Europe/London"))


def few_notes(patch: pytest.MonkeyPatch) -> None:
    """Demo mode, and little to write."""
    few = source.assignments()[::8]
    patch.setattr(settings, "DEMO", True)
    patch.setattr(source, "assignments", lambda: few)
    patch.setattr(stories, "EARLIER", (20,))
