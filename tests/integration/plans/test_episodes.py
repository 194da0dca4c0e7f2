"""Is an episode begun, corrected, ended and taken out as it was told, with its badge and its dates?"""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from children.models import ChildDetail
from safeguarding.audit.context import with_errors
from safeguarding.audit.models import Event, LogEntry
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.services.episodes import (
    LastHeld,
    begin_episode,
    correct_episode,
    end_episode,
    enter_in_error,
    open_again,
    put_back,
)

from .conftest import STOCKPORT, Place

pytestmark = pytest.mark.django_db


def waiting(episode: Episode) -> dict[str, date | None]:
    return {step.kind: step.due_on for step in Step.objects.filter(episode=episode, status="waiting")}


def test_a_plan_begins_with_its_badge_and_what_is_due_after_the_conference(place: Place):
    episode = place.begin("child_protection", columns={"earlier_plans": 1}, words={"asked": "Tell of each absence."})
    assert (episode.area, episode.status, episode.asked) == ("protection", "open", "Tell of each absence.")
    assert waiting(episode) == {"core_group": date(2026, 10, 19), "review_conference": date(2027, 1, 5)}
    step = Step.objects.get(episode=episode, kind="core_group")
    assert (step.rule.code, step.counted_from, step.duty, step.after) == ("D05", date(2026, 10, 5), "authority", None)
    assert Designation.objects.get(episode=episode).kind == "child_protection"
    assert {e.object_id for e in Event.objects.all()} >= {episode.pk, step.pk, episode.designation.pk}


def test_the_same_form_again_is_one_episode(place: Place):
    form: dict[str, Any] = {"kind": "looked_after", "starts_on": date(2026, 11, 2), "authority": STOCKPORT}
    token = uuid7()
    made = [begin_episode(child=place.child, token=token, by=place.room.lead, **form) for _ in range(2)]
    assert made[0] == made[1]
    assert Designation.objects.count() == 1
    assert waiting(made[0]) == {
        "care_plan": date(2026, 11, 16),
        "pep": date(2026, 11, 16),
        "care_review": date(2026, 11, 30),
        "health_assessment": date(2026, 11, 30),
        "sdq": date(2027, 11, 2),
    }


def test_a_second_open_one_of_the_same_kind_and_authority_is_refused_and_of_another_authority_taken(place: Place):
    first = place.begin("child_in_need")
    with pytest.raises(BadInput, match="open plan of this kind with this authority"):
        place.begin("child_in_need", starts_on=date(2026, 11, 2))
    assert place.begin("child_in_need", authority="355").pk != first.pk
    end_episode(episode=first, seen=0, ends_on=date(2026, 11, 2), end_reason="RC7", by=place.room.lead)
    assert place.begin("child_in_need", starts_on=date(2026, 11, 2)).status == "open"
    # Not by the service alone.
    with pytest.raises(IntegrityError, match="one_open_episode_of_a_kind"), transaction.atomic():
        Episode.objects.filter(pk=first.pk).update(
            status="open", ends_on=None, end_reason="", ended_at=None, ended_by=None
        )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"starts_on": None}, "Enter day of the referral"),
        ({"starts_on": date(2026, 11, 25)}, "today or in the past"),
        ({"starts_on": date(2016, 4, 10)}, "after the child was born"),
        ({"authority": ""}, "Choose the local authority"),
        ({"authority": "999"}, "local authority of the list"),
        ({"columns": {"primary_need": "N77"}}, "Primary need: choose one of the list"),
        ({"columns": {"category": "NEG"}}, "First category of abuse does not belong to this"),
        ({"words": {"delegated": "School trips"}}, "does not belong to this"),
        ({"known_by": "crystal"}, "how the school knows"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(place: Place, facts: dict[str, Any], sentence: str):
    with pytest.raises(BadInput, match=sentence):
        place.begin("child_in_need", **facts)
    assert not Episode.objects.exists()


def test_what_a_kind_requires_has_to_be_there(place: Place):
    for columns in ({}, {"category": "NEG"}):
        with pytest.raises(BadInput, match=r"(?i)category of abuse"):
            begin_episode(
                child=place.child,
                token=uuid7(),
                kind="child_protection",
                starts_on=date(2026, 10, 5),
                authority=STOCKPORT,
                columns=columns,
                by=place.room.lead,
            )


def test_one_that_is_entered_late_counts_from_what_was_last_held(place: Place):
    last = {
        "care_review": LastHeld(date(2026, 8, 10)),
        "health_assessment": LastHeld(date(2026, 3, 2)),
        "care_plan": None,
    }
    episode = place.begin("looked_after", starts_on=date(2024, 3, 4), last=last)
    assert waiting(episode) == {
        # Not the first: six months on, and not three.
        "care_review": date(2027, 2, 10),
        "health_assessment": date(2027, 3, 2),
        "pep": date(2024, 3, 18),
        "sdq": date(2025, 3, 4),
    }
    assert set(Step.objects.filter(episode=episode, status="held").values_list("kind", "number")) == {
        ("care_review", 2),
        ("health_assessment", 2),
    }


def test_another_first_day_moves_what_was_counted_from_it_and_keeps_what_was(place: Place):
    episode = place.begin("child_in_need", starts_on=date(2026, 11, 9))
    assert waiting(episode) == {"acknowledgement": date(2026, 11, 10), "assessment": date(2027, 1, 14)}
    now = correct_episode(episode=episode, seen=0, starts_on=date(2026, 11, 10), by=place.room.deputy)
    assert waiting(now) == {"acknowledgement": date(2026, 11, 11), "assessment": date(2027, 1, 15)}
    assert Designation.objects.get(episode=episode).starts_on is None, "referred, and not decided on"
    entry = LogEntry.objects.get(object_id=episode.pk)
    assert entry.changes["starts_on"] == ["2026-11-09", "2026-11-10"]
    with pytest.raises(ChangedSince):
        correct_episode(episode=episode, seen=0, starts_on=date(2026, 11, 11), by=place.room.lead)


def test_words_are_filled_once_and_never_replaced(place: Place):
    episode = place.begin("child_in_need")
    now = correct_episode(episode=episode, seen=0, words={"asked": "Ring on absence."}, by=place.room.lead)
    assert Episode.objects.get(pk=now.pk).asked == "Ring on absence."
    with pytest.raises(BadInput, match="stays as it was"):
        correct_episode(episode=now, seen=1, words={"asked": "Nothing."}, by=place.room.lead)


def test_its_end_sets_aside_what_waits_and_opening_again_brings_that_back(place: Place):
    lead, episode = place.room.lead, place.begin("child_protection")
    for wrong, sentence in (
        ({"ends_on": date(2026, 9, 1), "end_reason": "no_risk"}, "on the day it began, or later"),
        ({"ends_on": date(2026, 11, 2), "end_reason": "RC1"}, "Choose why it ended"),
    ):
        with pytest.raises(BadInput, match=sentence):
            end_episode(episode=episode, seen=0, by=lead, **wrong)
    ending: dict[str, Any] = {"ends_on": date(2026, 11, 2), "end_reason": "no_risk", "by": lead}
    ended = end_episode(episode=episode, seen=0, **ending)
    assert (ended.status, waiting(ended), Designation.objects.get().ends_on) == ("ended", {}, date(2026, 11, 2))
    assert end_episode(episode=episode, seen=0, **ending) == ended
    with pytest.raises(OutOfTurn):
        correct_episode(episode=ended, seen=ended.revision, starts_on=date(2026, 10, 1), by=lead)
    again = open_again(episode=ended, seen=ended.revision, by=lead)
    assert set(waiting(again)) == {"core_group", "review_conference"}
    assert Designation.objects.get().ends_on is None


def test_one_in_error_is_nowhere_but_on_its_own_page_and_comes_back_as_it_was(place: Place):
    lead, episode = place.room.lead, place.begin("child_protection")
    with pytest.raises(BadInput, match="Say why"):
        enter_in_error(episode=episode, seen=0, reason=" ", by=lead)
    gone = enter_in_error(episode=episode, seen=0, reason="It is his cousin’s.", by=lead)
    models = (Episode, Step, Designation)
    assert [model.objects.visible_to(lead).count() for model in models] == [0, 0, 0]
    with with_errors(episode.pk):
        assert [model.objects.visible_to(lead).count() for model in models] == [1, 2, 1]
        assert Episode.objects.visible_to(place.room.pastoral).count() == 0
    with pytest.raises(NotAllowed):
        end_episode(episode=gone, seen=gone.revision, ends_on=date(2026, 11, 2), end_reason="moved", by=lead)
    back = put_back(episode=gone, by=lead)
    assert (back.status, back.error_reason, Step.objects.visible_to(lead).count()) == ("open", "", 2)


def test_of_a_child_whose_birthday_nobody_knows_the_day_says_what_is_missing(place: Place):
    ChildDetail.objects.filter(child=place.child).update(date_of_birth=None)
    episode = place.begin("looked_after", starts_on=date(2026, 11, 2))
    step = Step.objects.get(episode=episode, kind="sdq")
    assert (step.due_on, step.missing) == (None, "The child’s date of birth is not known.")
