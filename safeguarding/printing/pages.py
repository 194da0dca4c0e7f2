"""What stands on paper, as HTML? A template of `templates/pdf/` in its frame: the school, who printed it, when.

Made by a page, or by the worker for who asked for the print.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import Held, rights
from safeguarding.accounts.services import get_school
from safeguarding.audit.by_keys import Asks
from safeguarding.rendering import Showing, finished


@dataclass(frozen=True)
class OnPaper:
    """What a service says that is to stand on paper: a template of `templates/pdf/` and what it shows, with the
    arguments of `paper` that go with it.

    `records`: keys of the records told in full, which its page asks for again before it opens a print made for later.
    """

    template: str
    context: Mapping[str, Any]
    title: str
    school_id: UUID
    own: Iterable[UUID] = ()
    records: Iterable[UUID] = ()
    at: datetime | None = None


def frame(user: User, school_id: UUID, *, title: str, at: datetime, held: Held | None = None) -> dict[str, Any]:
    """What every sheet says of itself. `held` is the role in which the person works, where it is known."""
    there = held if held and held.school_id == school_id else rights(user).at(school_id)
    # Who has no role there any more prints their own report in a role of another school.
    elsewhere = f"{held.role.title}, {held.school_name}" if held else ""
    return {
        "title": title,
        "school": there.school_name if there else get_school(school_id).name,
        "printed_by": user.full_name,
        "printed_as": there.role.title if there else elsewhere,
        "printed_at": at,
        "practice": settings.DEMO,
    }


def page(asks: Asks, template: str, context: Mapping[str, Any], own: Iterable[UUID]) -> str:
    """The HTML, with every mention told to who asks. `own`: the children whose story it tells."""
    html = render_to_string(template, dict(context))
    return finished(html, cast(HttpRequest, asks), Showing(own=frozenset(own), only_own=True))
