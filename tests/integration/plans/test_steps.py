"""Is what came of a step kept as it was told, once, and is it counted again when it is corrected?"""

from datetime import date, time
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from safeguarding.audit.models import LogEntry
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import PlanFile, Professional, Step, StepNote
from safeguarding.plans.services import overlaps
from safeguarding.plans.services.around import add_professional, attach_to_step, end_professional
from safeguarding.plans.services.episodes import end_episode, open_again
from safeguarding.plans.services.standing import standing
from safeguarding.plans.services.steps import (
    add_step,
    book_step,
    chase_step,
    correct_step,
    hold_step,
    note_step,
    set_aside_step,
    take_back_step,
)
from safeguarding.uploads.services.keeping import Upload

from .conftest import Place
from .test_episodes import waiting

pytestmark = pytest.mark.django_db


def held(step: Step, on: date, by: Any, **columns: Any) -> Step:
    return hold_step(step=step, seen=step.revision, held_on=on, columns=columns, by=by)


def of(episode: Any, kind: str) -> Step:
    return Step.objects.filter(episode=episode, kind=kind).latest("pk")


def test_the_same_form_again_holds_once_and_a_second_person_is_told(place: Place):
    episode = place.begin("child_protection")
    step = of(episode, "core_group")
    form: dict[str, Any] = {"step": step, "seen": 0, "held_on": date(2026, 10, 16), "words": {"said": "All came."}}
    first = hold_step(**form, by=place.room.lead)
    assert hold_step(**form, by=place.room.lead).revision == first.revision
    with pytest.raises(OutOfTurn):
        hold_step(**form, by=place.room.deputy)
    other = of(episode, "review_conference")
    book_step(step=other, seen=0, booked_on=date(2026, 12, 9), by=place.room.lead)
    with pytest.raises(ChangedSince):
        book_step(step=other, seen=0, booked_on=date(2026, 12, 10), by=place.room.deputy)


def test_what_was_held_is_the_one_that_waited_for_it(place: Place):
    episode, token = place.begin("child_protection"), uuid7()
    form: dict[str, Any] = {"episode": episode, "token": token, "kind": "core_group", "held_on": date(2026, 10, 20)}
    for _ in range(2):
        step = add_step(**form, by=place.room.lead)
    assert Step.objects.filter(episode=episode, kind="core_group").count() == 1
    assert (step.status, step.due_on, step.number) == ("held", date(2026, 10, 19), 1)
    # Law sets no day for the next: it waits once somebody adds it.
    again = place.step(episode, "core_group", booked_on=date(2026, 12, 1), booked_time=time(14))
    assert (again.due_on, again.booked_on, again.status) == (None, date(2026, 12, 1), "waiting")


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        ("strategy_discussion", {"held_on": date(2026, 11, 25)}, "today or in the past"),
        ("strategy_discussion", {"held_on": date(2026, 11, 2)}, "Outcome: choose one"),
        ("assessment", {"held_on": date(2026, 11, 2), "columns": {"factors": ["16A", "18A"]}}, "18A .* no longer used"),
        ("assessment", {"held_on": date(2026, 11, 2), "columns": {"score": 3}}, "does not belong to this"),
        ("sdq", {"held_on": date(2026, 11, 2)}, "Choose a date of those that this plan has"),
        ("core_group", {}, "Choose a date of those"),
        ("strategy_discussion", {"booked_on": date(2046, 11, 25)}, "within 3 years"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(place: Place, kind: str, facts: dict[str, Any], sentence: str):
    episode = place.begin("child_in_need")
    before = Step.objects.count()
    with pytest.raises(BadInput, match=sentence), transaction.atomic():
        place.step(episode, kind, **facts)
    assert Step.objects.count() == before


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"score": 41}, "from 0 to 40"),
        ({"score": 16, "no_score_reason": "SDQ2"}, "and not both"),
        ({}, "Enter the SDQ score, or why there is none"),
    ],
)
def test_a_score_or_why_there_is_none(place: Place, columns: dict[str, Any], sentence: str):
    episode = place.begin("looked_after")
    with pytest.raises(BadInput, match=sentence), transaction.atomic():
        place.step(episode, "sdq", held_on=date(2026, 11, 2), columns=columns)
    assert place.step(episode, "sdq", held_on=date(2026, 11, 2), columns={"score": 16}).score == 16
    with pytest.raises(IntegrityError, match="step_score"), transaction.atomic():
        Step.objects.filter(kind="sdq", status="held").update(no_score_reason="SDQ2")


def test_a_placement_ends_where_the_next_begins_and_tells_of_no_adoption(place: Place):
    episode = place.begin("looked_after", starts_on=date(2026, 3, 2))
    codes = {"legal_status": "C1", "placement": "U6", "provider": "PR1"}
    first = place.step(episode, "placement", held_on=date(2026, 3, 2), columns=codes)
    with pytest.raises(BadInput, match="Legal status: choose one of the list"), transaction.atomic():
        place.step(episode, "placement", held_on=date(2026, 9, 1), columns=codes | {"legal_status": "E1"})
    place.step(episode, "placement", held_on=date(2026, 9, 1), columns=codes | {"legal_status": "ASK"})
    assert Step.objects.get(pk=first.pk).held_to == date(2026, 9, 1)
    assert of(episode, "placement").in_words("legal_status") == "Ask the lead"
    for table, code in (("step_legal_status", "E1"), ("step_placement", "A5")):
        column = table.removeprefix("step_")
        with pytest.raises(IntegrityError, match=f"{table}_tells_none"), transaction.atomic():
            Step.objects.filter(kind="placement").update(**{column: code})


def test_a_column_is_filled_only_in_kinds_that_have_it_and_always_where_required(place: Place):
    episode = place.begin("child_protection")
    step = held(of(episode, "core_group"), date(2026, 10, 16), place.room.lead)
    for column, value in (("outcome", "plan"), ("score", 3), ("factors", ["16A"]), ("child_seen", True)):
        with pytest.raises(IntegrityError, match=f"step_{column}_of_kind"), transaction.atomic():
            Step.objects.filter(pk=step.pk).update(**{column: value})
    conference = held(of(episode, "review_conference"), date(2026, 11, 16), place.room.lead, outcome="continues")
    with pytest.raises(IntegrityError, match="step_outcome_required"), transaction.atomic():
        Step.objects.filter(pk=conference.pk).update(outcome="")
    for column, value in (("needs", ["ASD"]), ("primary_need", "N1")):
        with pytest.raises(IntegrityError, match=f"episode_{column}_of_kind"), transaction.atomic():
            type(episode).objects.filter(pk=episode.pk).update(**{column: value})
    with pytest.raises(IntegrityError, match="episode_in_care"), transaction.atomic():
        type(episode).objects.filter(pk=episode.pk).update(area="care")


def test_a_corrected_day_is_counted_again_and_what_it_was_stays(place: Place):
    lead = place.room.lead
    episode = place.begin("child_in_need", starts_on=date(2026, 9, 14))
    place.step(episode, "strategy_discussion", held_on=date(2026, 9, 16), columns={"outcome": "section_47"})
    step = of(episode, "strategy_discussion")
    form: dict[str, Any] = {"step": step, "token": uuid7(), "reason": "The letter says the 17th.", "by": lead}
    for _ in range(2):
        now = correct_step(**form, seen=step.revision, held_on=date(2026, 9, 17))
    assert waiting(episode)["initial_conference"] == date(2026, 10, 8)
    note = StepNote.objects.get(step=step)
    assert (note.kind, note.was_on, note.now_on) == ("corrected", date(2026, 9, 16), date(2026, 9, 17))
    assert LogEntry.objects.filter(object_id=step.pk).latest("pk").changes["held_on"] == ["2026-09-16", "2026-09-17"]
    # What no longer follows is set aside; what does again waits again.
    none = correct_step(
        step=now, seen=now.revision, token=uuid7(), reason="No enquiry.", columns={"outcome": "none"}, by=lead
    )
    assert of(episode, "initial_conference").status == "set_aside"
    correct_step(
        step=none, seen=none.revision, token=uuid7(), reason="There is.", columns={"outcome": "section_47"}, by=lead
    )
    assert waiting(episode)["initial_conference"] == date(2026, 10, 8)


def test_what_somebody_set_aside_stays_so_when_its_trigger_is_corrected(place: Place):
    lead, episode = place.room.lead, place.begin("child_in_need", starts_on=date(2026, 9, 14))
    step = place.step(episode, "strategy_discussion", held_on=date(2026, 9, 16), columns={"outcome": "section_47"})
    conference = of(episode, "initial_conference")
    set_aside_step(step=conference, seen=conference.revision, reason="They moved away.", by=lead)
    told: dict[str, Any] = {"token": uuid7(), "reason": "The letter says the 17th.", "by": lead}
    correct_step(step=step, seen=step.revision, held_on=date(2026, 9, 17), **told)
    conference.refresh_from_db()
    assert (conference.status, conference.aside_reason) == ("set_aside", "They moved away.")
    assert conference.due_on == date(2026, 10, 8)


def test_what_is_corrected_in_a_plan_that_has_ended_waits_only_once_it_is_open_again(place: Place):
    lead, episode = place.room.lead, place.begin("child_in_need", starts_on=date(2026, 9, 14))
    step = place.step(episode, "strategy_discussion", held_on=date(2026, 9, 16), columns={"outcome": "section_47"})
    other = place.step(episode, "strategy_discussion", held_on=date(2026, 9, 30), columns={"outcome": "none"})
    ended = end_episode(episode=episode, seen=episode.revision, ends_on=date(2026, 11, 2), end_reason="RC7", by=lead)
    told: dict[str, Any] = {"reason": "The letter says so.", "by": lead}
    step.refresh_from_db()
    correct_step(step=step, seen=step.revision, token=uuid7(), held_on=date(2026, 9, 17), **told)
    assert waiting(episode) == {}
    again = open_again(episode=ended, seen=ended.revision, by=lead)
    assert waiting(again)["initial_conference"] == date(2026, 10, 8)
    ended = end_episode(episode=again, seen=again.revision, ends_on=date(2026, 11, 2), end_reason="RC7", by=lead)
    step.refresh_from_db()
    now = correct_step(step=step, seen=step.revision, token=uuid7(), columns={"outcome": "none"}, **told)
    assert waiting(episode) == {}
    again = open_again(episode=ended, seen=ended.revision, by=lead)
    assert "initial_conference" not in waiting(again), "it is asked for no longer"
    ended = end_episode(episode=again, seen=again.revision, ends_on=date(2026, 11, 2), end_reason="RC7", by=lead)
    correct_step(step=other, seen=other.revision, token=uuid7(), columns={"outcome": "section_47"}, **told)
    assert waiting(episode) == {}
    assert waiting(open_again(episode=ended, seen=ended.revision, by=lead))["initial_conference"] == date(2026, 10, 21)
    assert now.outcome == "none"


def test_a_date_that_waits_already_is_booked_and_not_made_twice(place: Place):
    episode = place.begin("child_protection")
    step = of(episode, "core_group")
    booked = place.step(episode, "core_group", booked_on=date(2026, 12, 1))
    assert (booked.pk, booked.rule, booked.booked_on) == (step.pk, step.rule, date(2026, 12, 1))
    for day in (date(2026, 12, 8), None):
        with pytest.raises(BadInput, match="Core group waits already in this plan"), transaction.atomic():
            add_step(episode=episode, token=uuid7(), kind="core_group", booked_on=day, by=place.room.lead)
    set_aside_step(step=booked, seen=booked.revision, reason="No room.", by=place.room.lead)
    other = place.step(episode, "core_group", booked_on=date(2026, 12, 8))
    booked.refresh_from_db()
    with pytest.raises(BadInput, match="Core group waits already"), transaction.atomic():
        take_back_step(step=booked, seen=booked.revision, by=place.room.lead)
    held(other, date(2026, 11, 23), place.room.lead)
    assert take_back_step(step=booked, seen=booked.revision, by=place.room.lead).status == "waiting"


def test_it_is_chased_noted_set_aside_and_taken_back(place: Place):
    lead, episode, token = place.room.lead, place.begin("child_protection"), uuid7()
    step = of(episode, "core_group")
    for _ in range(2):
        chase_step(step=step, token=token, happened_on=date(2026, 11, 20), text="Rang Marcus Bell.", by=lead)
    note_step(step=step, token=uuid7(), text="He is on leave.", by=lead)
    assert list(StepNote.objects.order_by("pk").values_list("kind", flat=True)) == ["chased", "noted"]
    with pytest.raises(BadInput, match="Say why"):
        set_aside_step(step=step, seen=step.revision, reason="", by=lead)
    aside = set_aside_step(step=step, seen=step.revision, reason="Merged with the review.", by=lead)
    assert "core_group" not in waiting(episode)
    with pytest.raises(OutOfTurn):
        chase_step(step=aside, token=uuid7(), happened_on=date(2026, 11, 20), text="Rang again.", by=lead)
    take_back_step(step=aside, seen=aside.revision, by=lead)
    assert "core_group" in waiting(episode)


def test_who_sees_to_it_works_there_and_may_see_it(place: Place):
    episode = place.begin("child_protection")
    step = of(episode, "core_group")
    for owner in (place.room.teacher, place.designated):
        with pytest.raises(BadInput, match="cannot be given this"):
            book_step(step=step, seen=0, booked_on=date(2026, 12, 1), owner=owner, by=place.room.lead)
    booked = book_step(step=step, seen=0, booked_on=date(2026, 12, 1), owner=place.room.deputy, by=place.room.lead)
    assert booked.owner == place.room.deputy


def test_people_from_outside_come_and_go(place: Place):
    lead, episode = place.room.lead, place.begin("child_protection")
    with pytest.raises(BadInput, match="Enter the name"):
        add_professional(episode=episode, token=uuid7(), role="social_worker", name=" ", by=lead)
    token = uuid7()
    for _ in range(2):
        made = add_professional(
            episode=episode, token=token, role="social_worker", name="Marcus Bell", telephone="0161 496 0200", by=lead
        )
    assert Professional.objects.get() == made
    for _ in range(2):
        gone = end_professional(professional=made, ends_on=date(2026, 11, 20), by=lead)
    assert gone.ends_on == date(2026, 11, 20)


def test_files_are_attached_to_a_step_once(place: Place):
    step, token = of(place.begin("child_protection"), "core_group"), uuid7()
    uploads = [Upload("minutes.txt", b"Core group, 16 October. All came.")]
    with pytest.raises(BadInput, match="what kind of document"):
        attach_to_step(step=step, token=token, uploads=uploads, what="poem", by=place.room.lead)
    for _ in range(2):
        attach_to_step(step=step, token=token, uploads=uploads, what="minutes", by=place.room.lead)
    assert PlanFile.objects.get().name == "minutes.txt"


def test_overlaps_are_saved_and_said(place: Place):
    plan, help_ = place.begin("child_protection"), place.begin("child_in_need_plan", authority="355")
    assert [one.title for one in overlaps.of_episodes([plan, help_])] == [
        "Two statuses at once",
        "Two authorities at once",
    ]
    early = place.step(plan, "review_conference", held_on=date(2026, 10, 3), columns={"outcome": "continues"})
    assert [one.title for one in overlaps.of_steps(plan, [early])] == ["Not counted", "On a weekend"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"due_on": date(2026, 11, 20), "duty": "school"}, "Missed, 4 days late"),
        ({"due_on": date(2026, 11, 23), "duty": "authority"}, "1 day late: chase"),
        ({"due_on": date(2026, 11, 24), "duty": "school"}, "Today"),
        ({"due_on": date(2026, 11, 25), "duty": "school"}, "Waiting"),
        ({"booked_on": date(2026, 11, 25)}, "Booked"),
        ({"booked_on": date(2026, 11, 20)}, "Say if it was held"),
        ({"booked_on": date(2026, 11, 20), "due_on": date(2026, 11, 30)}, "Say if it was held"),
        ({"booked_on": date(2026, 11, 27), "due_on": date(2026, 11, 20), "duty": "school"}, "Missed, 4 days late"),
        ({"due_on": date(2026, 11, 20), "held_on": date(2026, 11, 20), "status": "held"}, "On time"),
        ({"due_on": date(2026, 11, 20), "held_on": date(2026, 11, 21), "status": "held"}, "1 day late"),
        ({"held_on": date(2026, 11, 21), "status": "held"}, "Held"),
        ({"due_on": date(2026, 11, 20), "status": "set_aside"}, "Set aside"),
    ],
)
def test_how_a_step_stands_is_said_by_whose_duty_it_was(facts: dict[str, Any], words: str):
    step = Step(kind="core_group", **facts)
    assert standing(step, today=date(2026, 11, 24)).words == words
    if standing(step, today=date(2026, 11, 24)).is_late:
        assert not standing(step, today=date(2026, 11, 24), on_roll=False).is_late
