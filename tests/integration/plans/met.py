"""Meetings about a concern of two children: called, and what is said of them, by the services that pages call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.models import Concern, Meeting
from safeguarding.concerns.services import meeting
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from tests import factories
from tests.factories import LONDON
from tests.walls import asking

from .conftest import Place

# The Tuesday on which the tests stand, two hours before, and two days after.
BEFORE = datetime(2026, 11, 24, 8, tzinfo=LONDON)
AFTER = datetime(2026, 11, 26, 14, tzinfo=LONDON)


def two(place: Place) -> list[Child]:
    """The child, and another one of the school."""
    return [place.child, factories.child(place.school, "Skye", "Ashdown", by=place.room.office)]


def about(place: Place, children: list[Child], **parts: Child) -> Concern:
    """A concern about these children; `parts` are others, by the part that they have in it."""
    named = [ChildEntry("worried_about", child) for child in children]
    named += [ChildEntry(part, child) for part, child in parts.items()]
    return factories.concern(place.room, children=named)


def call(
    place: Place,
    concern: Concern,
    children: list[Child] | None,
    *,
    by: User | None = None,
    kind: str = "strategy",
    conference: str = "",
    held_at: datetime = AFTER,
) -> Meeting:
    """A meeting that is a date in the plans of these children; None: nobody was asked."""
    called = Called(kind=kind, conference=conference, held_at=held_at, place="Town hall")
    lead = by or place.room.lead
    return meeting.call_meeting(concern=concern, token=uuid7(), called=called, staff=(), children=children, by=lead)


def step_of(met: Meeting, child: Child) -> Step:
    return Step.objects.get(meeting=met, met_for=child.pk)


@contextmanager
def as_web(place: Place, by: User) -> Iterator[Any]:
    """What somebody does on a page, behind both walls."""
    with transaction.atomic(), acting(Acting(user_id=by.pk, school_id=place.school.pk)), asking(by):
        yield
