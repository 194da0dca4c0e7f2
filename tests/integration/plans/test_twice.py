"""What comes twice, from two windows, or from two clicks at one moment: is it one row, one notice, and no word lost?"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import Notice
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step, StepNote
from safeguarding.plans.services import around, episodes, reminders, steps
from safeguarding.plans.services.reminders import tell_of_dates
from tests.meanwhile import meanwhile

from .conftest import STOCKPORT, Place
from .pages import Visitor, day
from .test_steps import of

pytestmark = pytest.mark.django_db
HELD = date(2026, 11, 20)


def told() -> dict[Any, int]:
    """How many notices each person has of each date."""
    found: dict[Any, int] = {}
    for one in Notice.objects.filter(object_type="plan_step"):
        found[one.user_id, one.object_id, one.kind] = found.get((one.user_id, one.object_id, one.kind), 0) + 1
    return found


def at(day_: date, hour: int = 9) -> datetime:
    return datetime(day_.year, day_.month, day_.day, hour, tzinfo=LONDON)


# What is changed on the page of a date, or of a plan: the deed, what is typed, and its words.
WINDOWS: list[tuple[str, str, dict[str, Any], str]] = [
    ("plan_step", "hold", day("held_on", HELD) | {"said": "All came."}, "All came."),
    ("plan_step", "book", day("booked_on", date(2026, 12, 3)) | {"booked_time": "2:15pm"}, "2:15pm"),
    ("plan_step", "set_aside", {"aside_reason": "Merged with the review."}, "Merged with the review."),
    (
        "episode",
        "correct",
        day("starts_on", date(2026, 10, 6)) | {"category": "NEG", "latest_category": "EMO", "asked": "Ring at nine."},
        "Ring at nine.",
    ),
    ("episode", "end", day("ends_on", HELD) | {"end_reason": "no_risk"}, 'value="no_risk" selected'),
    ("episode", "in_error", {"error_reason": "It is her cousin’s."}, "It is her cousin’s."),
]


@pytest.mark.parametrize(("page", "deed", "typed", "words"), WINDOWS, ids=[f"{one[0]} {one[1]}" for one in WINDOWS])
def test_the_older_of_two_windows_is_told_and_saves_on_top(
    client: Client, place: Place, page: str, deed: str, typed: dict[str, Any], words: str
):
    episode = place.begin()
    step = of(episode, "core_group")
    record: Any = step if page == "plan_step" else episode
    lead = Visitor(client, place.room.lead)
    sent = lead.form(page, record.pk, deed) | typed
    if record is step:
        steps.book_step(step=step, seen=0, booked_on=date(2026, 11, 27), by=place.room.deputy)
    else:
        episodes.correct_episode(episode=episode, seen=0, columns={"latest_category": "PHY"}, by=place.room.deputy)
    address = reverse(page, args=[record.pk])
    refused = client.post(address, sent)
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "while you were writing" in text
    assert words in text
    now = type(record).objects.get(pk=record.pk)
    assert now.revision == 1
    # What the page has now, the same words with it, is taken.
    form = next(one for one in text.split("<form")[1:] if f'name="deed" value="{deed}"' in one)
    assert 'name="seen" value="1"' in form
    assert client.post(address, sent | {"seen": "1"}).status_code == 302
    if deed == "in_error":
        assert Episode._base_manager.get(pk=record.pk).status == "error"
    else:
        assert type(record).objects.get(pk=record.pk).revision > 1


def test_a_correction_from_an_older_window_is_refused_with_its_words(client: Client, place: Place):
    episode = place.begin()
    step = of(episode, "core_group")
    held = steps.hold_step(step=step, seen=0, held_on=date(2026, 10, 16), by=place.room.lead)
    lead = Visitor(client, place.room.lead)
    sent = lead.form("plan_step", step.pk, "correct") | day("held_on", date(2026, 10, 15))
    sent |= {"reason": "The minutes say the 15th."}
    steps.correct_step(
        step=held, seen=held.revision, token=uuid7(), reason="A typing error.", held_on=HELD, by=place.room.deputy
    )
    refused = client.post(reverse("plan_step", args=[step.pk]), sent)
    assert refused.status_code == 409
    assert "The minutes say the 15th." in refused.content.decode()
    assert Step.objects.get(pk=step.pk).held_on == HELD
    assert StepNote.objects.count() == 1


def test_two_clicks_at_one_moment_on_any_form_of_a_page_leave_one_row(client: Client, place: Place):
    episode = place.begin()
    lead = Visitor(client, place.room.lead)
    group, review = of(episode, "core_group"), of(episode, "review_conference")
    forms: list[tuple[str, Any, str, str, dict[str, Any]]] = [
        ("plan_step", review.pk, "book", "", day("booked_on", date(2026, 12, 9))),
        ("plan_step", group.pk, "chase", "", day("happened_on", HELD) | {"text": "Duty desk."}),
        ("plan_step", group.pk, "note", "", {"note": "The aunt will come."}),
        ("plan_step", group.pk, "hold", "", day("held_on", HELD) | {"said": "All came."}),
        ("episode", episode.pk, "add_step", "?add=legal_meeting", day("held_on", HELD) | {"said": "Nothing new."}),
        ("episode", episode.pk, "add_step", "?add=progress", day("booked_on", date(2026, 12, 1))),
        ("child_team", place.child.pk, "add_person", "", {"role": "police", "name": "Jo Ash"}),
        ("child_team", place.child.pk, "correct_person", "", {"role": "police", "name": "Jo Ashe"}),
        ("child_team", place.child.pk, "end_person", "", day("last_day", HELD)),
        ("episode", episode.pk, "end", "", day("ends_on", HELD) | {"end_reason": "no_risk"}),
    ]
    for page, key, deed, query, typed in forms:
        sent = lead.form(page, key, deed, query) | typed
        address = reverse(page, args=[key]) + query
        first = client.post(address, sent)
        before = counted()
        again = client.post(address, sent)
        assert (first.status_code, again.status_code) == (302, 302), (deed, again.content.decode())
        assert counted() == before, deed


def counted() -> dict[str, int]:
    return {
        model.__name__: model._base_manager.count()
        for model in (Episode, Step, StepNote, around.Professional, around.PlanFile)
    } | {"revisions": sum(Step._base_manager.values_list("revision", flat=True))}


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_clicks_that_comes_while_the_first_is_at_work_changes_nothing(place: Place):
    episode, lead = place.begin(), place.room.lead
    group, review = of(episode, "core_group"), of(episode, "review_conference")
    token, other = uuid7(), {"child": place.child, "authority": STOCKPORT, "starts_on": HELD, "by": lead}
    ending = {"ends_on": HELD, "end_reason": "no_risk"}
    clicks: list[tuple[str, Callable[[], object]]] = [
        ("begin", lambda: episodes.begin_episode(kind="early_help", token=token, **other)),
        ("add", lambda: steps.add_step(episode=episode, token=token, kind="progress", held_on=HELD, by=lead)),
        ("book", lambda: steps.book_step(step=review, seen=0, booked_on=date(2026, 12, 9), by=lead)),
        (
            "chase",
            lambda: steps.chase_step(step=group, token=token, happened_on=HELD, text="Rang the duty desk.", by=lead),
        ),
        ("hold", lambda: steps.hold_step(step=group, seen=0, held_on=HELD, by=lead)),
        (
            "correct",
            lambda: steps.correct_step(
                step=group, seen=1, token=token, reason="It was Monday.", held_on=date(2026, 11, 16), by=lead
            ),
        ),
        ("set aside", lambda: steps.set_aside_step(step=review, seen=1, reason="It ends.", by=lead)),
        ("end", lambda: episodes.end_episode(episode=episode, seen=0, by=lead, **ending)),
    ]
    for name, click in clicks:
        with transaction.atomic():
            click()
            second = meanwhile(click)
        before = counted()
        assert second.result() is not None, name
        assert counted() == before, name
    assert Episode.objects.filter(kind="early_help").count() == 1
    assert [note.kind for note in StepNote.objects.order_by("pk")] == ["chased", "corrected"]
    assert {one.kind: one.revision for one in Step.objects.filter(episode=episode)} == {
        "core_group": 2,
        "review_conference": 2,
        "progress": 1,
        # It waited before the conference that was booked.
        "school_report": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_two_people_who_begin_the_same_plan_at_one_moment_have_one_and_a_sentence(place: Place):
    facts = {"child": place.child, "kind": "child_in_need", "authority": STOCKPORT, "starts_on": HELD}
    with transaction.atomic():
        episodes.begin_episode(token=uuid7(), by=place.room.lead, **facts)
        second = meanwhile(lambda: episodes.begin_episode(token=uuid7(), by=place.room.deputy, **facts))
    with pytest.raises(episodes.BadInput, match="open plan of this kind"):
        second.result()
    assert Episode.objects.count() == 1


def test_a_task_that_is_killed_in_the_middle_tells_everybody_once_when_it_runs_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    place.begin("child_protection")
    place.begin("looked_after")
    due = Step.objects.filter(status="waiting", due_on__lt=date(2026, 11, 24)).count()
    assert due >= 3
    tell, calls = reminders.tell, iter(range(1000))

    def killed(**told_: Any) -> None:
        if next(calls) == due - 1:
            raise SystemExit(9)
        tell(**told_)

    with monkeypatch.context() as patch:
        patch.setattr(reminders, "tell", killed)
        with pytest.raises(SystemExit):
            tell_of_dates(at=at(date(2026, 11, 24)))
    assert told() == {}
    assert not Step.objects.exclude(told_late_for=None).exists()
    assert tell_of_dates(at=at(date(2026, 11, 24))) > 0
    assert len({key for _, key, _ in told()}) == due
    assert tell_of_dates(at=at(date(2026, 11, 24), 10)) == 0
    assert set(told().values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_moment_tell_once(place: Place):
    place.begin("child_protection")
    now = at(date(2026, 11, 24))
    with transaction.atomic():
        first = tell_of_dates(at=now)
        second = meanwhile(lambda: tell_of_dates(at=now))
    assert first > 0
    assert second.result() == 0
    assert set(told().values()) == {1}


def test_what_was_told_is_not_told_again_once_it_was_opened(place: Place):
    place.begin("child_protection")
    assert tell_of_dates(at=at(date(2026, 11, 24))) > 0
    Notice.objects.update(opened_at=at(date(2026, 11, 24), 10))
    for days in range(3):
        assert tell_of_dates(at=at(date(2026, 11, 24) + timedelta(days=days), 11)) == 0
