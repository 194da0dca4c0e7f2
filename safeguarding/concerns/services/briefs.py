"""Keep what somebody writes for a meeting about a child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from children.permissions import may_see_files
from safeguarding.accounts.models import User
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Brief
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed

# Three boxes of this size leave room on two pages for who is who.
LONGEST, MOST_LINES = 900, 12
BOXES = {"worries": "What worries us", "works": "What works", "asks": "What we ask"}


@dataclass(frozen=True)
class Written:
    """What somebody wrote into the boxes, and from which accounts the child's words are taken."""

    worries: str = ""
    works: str = ""
    asks: str = ""
    words: Sequence[UUID] = ()


def problem_of(name: str, text: str) -> str:
    """Why a text does not fit its box, as a sentence without its full stop; empty where it fits."""
    if len(text) > LONGEST:
        return f"{BOXES[name]} must be {LONGEST} characters or fewer: it is {len(text):,}"
    lines = len(text.strip().splitlines())
    return f"{BOXES[name]} must have {MOST_LINES} lines or fewer: it has {lines}" if lines > MOST_LINES else ""


@transaction.atomic
def save_brief(*, child: Child, seen: int, written: Written, by: User, at: datetime | None = None) -> Brief:
    """Keep it for its author. The same again changes nothing.

    `seen` is the revision on the author's page. Raises `NotAllowed`, `BadInput`, `ChangedSince` where another window
    saved something else meanwhile.
    """
    if not may_see_files(by, child) or not may_view(by, child):
        raise NotAllowed("Only somebody who reads this child’s concerns prepares a meeting about the child.")
    texts = {name: getattr(written, name).strip() for name in BOXES}
    for name, text in texts.items():
        if problem := problem_of(name, text):
            raise BadInput(f"{problem}.")
    Child.objects.select_for_update().get(pk=child.pk)
    words = list(written.words)
    brief = Brief.objects.filter(child=child, author=by).first() or Brief(
        child=child, school_id=child.school_id, author=by
    )
    there = {name: getattr(brief, name) for name in BOXES}
    if brief.revision and (there, brief.words) == (texts, words):
        return brief
    if brief.revision != seen:
        raise ChangedSince("You have saved this in another window. What stands there is shown below the boxes.")
    for name, text in texts.items():
        setattr(brief, name, text)
    brief.words, brief.saved_at, brief.revision = words, at or timezone.now(), brief.revision + 1
    brief.save(update_fields=None if brief._state.adding else [*texts, "words", "saved_at", "revision"])
    record(ConcernVerb.DRAFT, brief, by=by, purpose="meeting in an hour")
    return brief
