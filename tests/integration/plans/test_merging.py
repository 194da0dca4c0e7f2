"""Do two records of one child with open plans become one, and come apart again, to the row?"""

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from children.services import merging
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, PlanFile, Professional, Step, StepNote
from safeguarding.plans.services import around, episodes, overlaps, steps
from safeguarding.uploads.services.keeping import Upload
from tests import factories

from .conftest import STOCKPORT, Place

pytestmark = pytest.mark.django_db
MODELS = (Episode, Step, StepNote, Professional, PlanFile, Designation)


def rows_of(child: Any) -> dict[str, set[Any]]:
    return {model.__name__: set(model.objects.filter(child=child).values_list("pk", flat=True)) for model in MODELS}


def whole_rows() -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of every table of plans as the database has it, with its sealed words, by its key."""
    found = {}
    for model in apps.get_app_config("plans").get_models():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608  (names of the models)
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        found[model.__name__] = {row["id"]: row for row in rows}
    return found


def lay(place: Place, child: Any, *, authority: str = STOCKPORT) -> Episode:
    """An open plan with a row of everything that belongs to one."""
    lead, episode = place.room.lead, place.begin("child_protection", child=child, authority=authority)
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


def test_every_column_of_every_row_is_as_it_was_after_coming_apart(place: Place):
    other = factories.child(place.school, "Rowan", "Ashdowne", by=place.room.office)
    lay(place, place.child)
    twin = lay(place, other)
    # Of the other record also: a plan with another authority, one that has ended, one in error, and an adoption.
    lay(place, other, authority="355")
    ended = place.begin("early_help", child=other)
    episodes.end_episode(episode=ended, seen=0, ends_on=date(2026, 11, 2), end_reason="moved", by=place.room.lead)
    wrong = place.begin("private_fostering", child=other)
    episodes.enter_in_error(episode=wrong, seen=0, reason="It is a cousin’s.", by=place.room.lead)
    place.begin("adoption", child=other)
    before = whole_rows()
    done = merging.merge(
        keep=place.child, other=other, reason="One child.", token=uuid7(), seen=None, by=place.room.lead
    )
    merged = whole_rows()
    # All comes over, and nothing of it but whose it is has changed.
    for name, rows in before.items():
        for key, row in rows.items():
            moved = {"child_id": place.child.pk} if "child_id" in row else {}
            assert merged[name][key] == row | moved, (name, key)
    assert {name: set(rows) for name, rows in merged.items()} == {name: set(rows) for name, rows in before.items()}
    merging.undo(merge=done, reason="Cousins.", by=place.room.lead)
    assert whole_rows() == before
    assert Episode.objects.get(pk=twin.pk).status == "open"
    assert all(before[model.__name__] for model in MODELS)


def test_what_was_added_to_a_plan_while_they_were_one_goes_back_with_it(place: Place):
    lead, other = place.room.lead, factories.child(place.school, "Rowan", "Ashdowne", by=place.room.office)
    mine, theirs = lay(place, place.child), lay(place, other)
    done = merging.merge(keep=place.child, other=other, reason="One child.", token=uuid7(), seen=None, by=lead)
    for plan in (mine, theirs):
        plan.refresh_from_db()
        review = Step.objects.get(episode=plan, kind="review_conference")
        steps.hold_step(
            step=review,
            seen=review.revision,
            held_on=date(2026, 11, 20),
            columns={"outcome": "continues"},
            words={"said": "All came."},
            by=lead,
        )
        steps.note_step(step=review, token=uuid7(), text="Rang again.", by=lead)
        around.add_professional(episode=plan, token=uuid7(), role="police", name="Jo Ash", by=lead)
    since = place.begin("early_help")
    merging.undo(merge=done, reason="Cousins.", by=lead)
    for plan, child in ((mine, place.child), (theirs, other)):
        whose = {row.child_id for model in MODELS[1:] for row in model.objects.filter(episode=plan)}
        assert whose == {child.pk}
        assert Step.objects.filter(episode=plan, kind="review_conference").count() == 2
        assert Step.objects.get(episode=plan, status="held").said == "All came."
        assert {one.name for one in Professional.objects.filter(episode=plan)} == {"Marcus Bell", "Jo Ash"}
    since.refresh_from_db()
    assert since.child_id == place.child.pk
