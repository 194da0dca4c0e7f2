"""Do two records of one child with open plans become one, and come apart again, to the row?"""

from typing import Any

import pytest

from children.services import merging
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, PlanFile, Professional, Step, StepNote
from safeguarding.plans.services import around, overlaps, steps
from safeguarding.uploads.services.keeping import Upload
from tests import factories

from .conftest import Place

pytestmark = pytest.mark.django_db
MODELS = (Episode, Step, StepNote, Professional, PlanFile, Designation)


def rows_of(child: Any) -> dict[str, set[Any]]:
    return {model.__name__: set(model.objects.filter(child=child).values_list("pk", flat=True)) for model in MODELS}


def lay(place: Place, child: Any) -> Episode:
    """An open plan with a row of everything that belongs to one."""
    lead, episode = place.room.lead, place.begin("child_protection", child=child)
    step = Step.objects.filter(episode=episode).first()
    steps.note_step(step=step, token=uuid7(), text="Rang.", by=lead)
    around.add_professional(episode=episode, token=uuid7(), role="social_worker", name="Marcus Bell", by=lead)
    uploads = [Upload("minutes.txt", b"Minutes.")]
    around.attach_to_step(step=step, token=uuid7(), uploads=uploads, what="minutes", by=lead)
    return episode


def test_open_twins_come_together_are_warned_of_and_come_apart(place: Place):
    other = factories.child(place.school, "Rowan", "Ashdowne", by=place.room.office)
    first, second = lay(place, place.child), lay(place, other)
    mine, theirs = rows_of(place.child), rows_of(other)
    assert all(mine.values())
    done = merging.merge(
        keep=place.child, other=other, reason="One child.", token=uuid7(), seen=None, by=place.room.lead
    )
    assert rows_of(place.child) == {name: mine[name] | theirs[name] for name in mine}
    assert not any(rows_of(other).values())
    both = list(Episode.objects.filter(child=place.child).order_by("pk"))
    assert both == [first, second]
    assert [one.title for one in overlaps.of_episodes(both)] == ["The same plan twice"]
    # Its words are still read, under the key they were written with.
    assert {worker.name for worker in Professional.objects.filter(child=place.child)} == {"Marcus Bell"}
    merging.undo(merge=done, reason="Cousins.", by=place.room.lead)
    assert (rows_of(place.child), rows_of(other)) == (mine, theirs)
