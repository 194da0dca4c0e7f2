"""What is typed into the forms of plans: taken once, refused with its sentence, and never lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, PlanFile, Professional, Step, StepNote
from safeguarding.plans.services.steps import book_step, note_step

from .conftest import Place
from .pages import Visitor, day

pytestmark = pytest.mark.django_db
BEGAN = date(2026, 11, 20)


@pytest.fixture
def lead(client: Client, place: Place) -> Visitor:
    return Visitor(client, place.room.lead)


def waiting(episode: Episode, kind: str) -> Step:
    return Step.objects.get(episode=episode, kind=kind, status=Step.Status.WAITING)


def begin(lead: Visitor, place: Place, kind: str = "early_help", **typed: Any) -> Any:
    facts = {"authority": "356", "asked": "Keep a place free."} | day("starts_on", BEGAN) | typed
    return lead.send("record_change", place.child.pk, "begin", f"?kind={kind}", **facts)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (day("starts_on", date(2026, 12, 1)), "First day must be today or in the past"),
        (day("starts_on", date(2015, 1, 1)), "First day must be after the child was born"),
        ({"starts_on_day": "", "starts_on_month": "", "starts_on_year": ""}, "Enter the first day"),
        ({"authority": ""}, "local authority"),
        ({"authority": "000"}, "Choose local authority from the list"),
    ],
)
def test_a_plan_that_cannot_be_begun_says_why_and_keeps_what_was_typed(
    lead: Visitor, place: Place, typed: dict[str, Any], sentence: str
):
    answer = begin(lead, place, **typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "Keep a place free." in page
    assert not Episode.objects.exists()


def test_the_same_form_twice_is_one_plan_and_a_twin_is_refused_with_its_words(lead: Visitor, place: Place):
    sent = lead.form("record_change", place.child.pk, "begin", "?kind=early_help") | day("starts_on", BEGAN)
    sent |= {"authority": "356", "asked": "Keep a place free."}
    address = reverse("record_change", args=[place.child.pk]) + "?kind=early_help"
    assert [lead.client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert Episode.objects.count() == 1
    twin = begin(lead, place)
    assert twin.status_code == 422
    assert "open plan of this kind with this authority" in twin.content.decode()
    assert "Keep a place free." in twin.content.decode()
    assert Episode.objects.count() == 1


def test_one_that_is_entered_late_asks_what_was_last_held_and_counts_from_there(lead: Visitor, place: Place):
    typed = {"category": "NEG", "latest_category": "NEG", **day("starts_on", date(2026, 3, 2))}
    assert "say what has been held since" in begin(lead, place, "child_protection", **typed).content.decode()
    held = {
        "since": "last",
        **day("last_review_conference", date(2026, 9, 1)),
        "outcome_review_conference": "continues",
    }
    assert (
        "choose what came of it"
        in begin(lead, place, "child_protection", **typed, **held | {"outcome_review_conference": ""}).content.decode()
    )
    assert begin(lead, place, "child_protection", **typed, **held).status_code == 302
    episode = Episode.objects.get()
    assert [(one.kind, one.due_on) for one in Step.objects.filter(episode=episode, status="waiting")] == [
        ("review_conference", date(2027, 3, 1))
    ]


def test_a_conference_that_decided_on_a_plan_offers_it_filled_in(lead: Visitor, place: Place):
    need = place.begin("child_in_need")
    conference = place.step(need, "initial_conference", booked_on=date(2026, 11, 20))
    answer = lead.held(conference, date(2026, 11, 20), outcome="plan", quorate="yes", said="Neglect.")
    assert answer.status_code == 302
    assert "Record the child protection plan" in lead.page("plan_step", conference.pk)
    query = f"?kind=child_protection&after={conference.pk}"
    page = lead.page("record_change", place.child.pk, query)
    assert 'value="2026"' in page
    assert '<option value="356" selected>' in page
    answer = lead.send(
        "record_change",
        place.child.pk,
        "begin",
        query,
        **day("starts_on", date(2026, 11, 20)),
        authority="356",
        category="NEG",
        latest_category="NEG",
        since="nothing",
    )
    assert answer.status_code == 302
    plan = Episode.objects.get(kind="child_protection")
    assert waiting(plan, "core_group").due_on == date(2026, 12, 4)
    assert "Record the child protection plan" not in lead.page("plan_step", conference.pk)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"score": "41"}, "a number from 0 to 40"),
        ({"score": "many"}, "SDQ score must be a whole number"),
        ({"score": "12", "no_score_reason": "SDQ1"}, "and not both"),
        ({}, "Enter the SDQ score, or why there is none"),
        ({"score": "12", **day("held_on", date(2027, 1, 1))}, "Held on must be today or in the past"),
    ],
)
def test_a_form_that_is_wrong_says_so_and_keeps_its_words(
    lead: Visitor, place: Place, typed: dict[str, Any], sentence: str
):
    step = place.step(place.begin("looked_after"), "sdq")
    facts = day("held_on", date(2026, 11, 20)) | {"said": "The carer filled it in."} | typed
    answer = lead.send("plan_step", step.pk, "hold", **facts)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "The carer filled it in." in answer.content.decode()
    step.refresh_from_db()
    assert step.held_on is None


def test_a_code_that_is_used_no_more_is_not_offered_and_not_taken(lead: Visitor, place: Place):
    step = place.step(place.begin("looked_after"), "placement")
    assert 'value="Z1"' not in lead.page("plan_step", step.pk)
    answer = lead.held(step, date(2026, 11, 20), legal_status="C1", placement="Z1")
    assert answer.status_code == 422
    assert "from the list" in answer.content.decode()
    assert lead.held(step, date(2026, 11, 20), legal_status="C1", placement="U6").status_code == 302


def test_whoever_saves_second_is_told_and_can_put_it_on_top(lead: Visitor, place: Place):
    step = waiting(place.begin(), "core_group")
    sent = lead.form("plan_step", step.pk, "hold") | day("held_on", date(2026, 11, 20)) | {"said": "All came."}
    book_step(step=step, seen=step.revision, booked_on=date(2026, 11, 20), by=place.room.deputy)
    address = reverse("plan_step", args=[step.pk])
    answer = lead.client.post(address, sent)
    assert answer.status_code == 409
    assert "Somebody changed this while you were writing" in answer.content.decode()
    assert "All came." in answer.content.decode()
    again = sent | {"seen": step.revision + 1}
    assert [lead.client.post(address, again).status_code for _ in range(2)] == [302, 302]
    step.refresh_from_db()
    assert (step.status, step.said) == ("held", "All came.")
    # Held by now: a booking typed on an older page is given back to be copied.
    late = lead.client.post(address, {"deed": "book", "seen": 0, **day("booked_on", date(2026, 12, 3))})
    assert late.status_code == 409
    assert "3 12 2026" in late.content.decode()


def test_each_deed_of_a_date_is_done_once(lead: Visitor, place: Place):
    episode = place.begin()
    step = waiting(episode, "core_group")
    address = reverse("plan_step", args=[step.pk])
    booked = day("booked_on", date(2026, 11, 27)) | {"booked_time": "2pm", "owner": str(place.room.deputy.pk)}
    assert lead.send("plan_step", step.pk, "book", **booked).status_code == 302
    step.refresh_from_db()
    assert (step.booked_on, step.owner) == (date(2026, 11, 27), place.room.deputy)
    chase = lead.form("plan_step", step.pk, "chase") | day("happened_on", date(2026, 11, 24)) | {"text": "Duty desk."}
    note = lead.form("plan_step", step.pk, "note") | {"note": "The aunt will come."}
    for sent in (chase, note):
        assert [lead.client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert sorted(StepNote.objects.values_list("kind", flat=True)) == ["chased", "noted"]
    assert lead.send("plan_step", step.pk, "set_aside", aside_reason="The plan moves.").status_code == 302
    assert "The plan moves." in lead.page("plan_step", step.pk)
    assert lead.send("plan_step", step.pk, "take_back").status_code == 302
    assert lead.held(step, date(2026, 11, 23), why_late="The room was taken.").status_code == 302
    moved = day("held_on", date(2026, 11, 20)) | {"reason": "The minutes say so."}
    assert lead.send("plan_step", step.pk, "correct", **moved).status_code == 302
    page = lead.page("plan_step", step.pk)
    for words in ("20 November 2026", "it was 23 November 2026", "The minutes say so.", "The room was taken."):
        assert words in page
    assert lead.client.post(address, {"deed": "dance"}).status_code == 422


def test_each_deed_of_a_plan(lead: Visitor, place: Place):
    episode = place.begin()
    person = {"role": "social_worker", "name": "Marcus Bell", "telephone": "0161 000 0000"}
    assert lead.send("child_team", place.child.pk, "add_person", **person).status_code == 302
    assert "Marcus Bell" in lead.page("child_plans", place.child.pk)
    left = day("last_day", date(2026, 11, 23))
    assert lead.send("child_team", place.child.pk, "end_person", **left).status_code == 302
    assert Professional.objects.get().ends_on == date(2026, 11, 23)
    changed = day("starts_on", date(2026, 10, 12)) | {"category": "NEG", "latest_category": "EMO", "asked": "A place."}
    assert lead.send("episode", episode.pk, "correct", **changed).status_code == 302
    assert waiting(episode, "core_group").due_on == date(2026, 10, 26)
    added = day("held_on", date(2026, 11, 2)) | {"said": "Nothing new."}
    assert lead.send("episode", episode.pk, "add_step", "?add=legal_meeting", **added).status_code == 302
    assert Step.objects.get(kind="legal_meeting").said == "Nothing new."
    end = day("ends_on", date(2026, 11, 20)) | {"end_reason": ""}
    assert "Choose why it ended" in lead.send("episode", episode.pk, "end", **end).content.decode()
    assert lead.send("episode", episode.pk, "end", **end | {"end_reason": "moved"}).status_code == 302
    assert "Ended" in lead.page("child_plans", place.child.pk)
    assert lead.send("episode", episode.pk, "open_again").status_code == 302
    wrong = {"error_reason": "It is her cousin’s."}
    assert lead.send("episode", episode.pk, "in_error", **wrong).status_code == 302
    step = Step.objects.filter(episode=episode).first()
    assert lead.get("plan_step", step.pk).status_code == 404
    assert "It is her cousin’s." in lead.page("child_plans", place.child.pk)
    assert "It is her cousin’s." in lead.page("episode", episode.pk)
    head = Visitor(lead.client, place.room.headteacher)
    assert head.get("episode", episode.pk).status_code == 404
    assert "cousin" not in head.page("child_plans", place.child.pk)
    again = Visitor(lead.client, place.room.lead)
    assert again.send("episode", episode.pk, "put_back").status_code == 302
    assert again.get("plan_step", step.pk).status_code == 200


def test_a_file_of_a_date_is_attached_once_and_opened_by_who_reads_it(lead: Visitor, place: Place):
    from django.core.files.uploadedfile import SimpleUploadedFile

    step = waiting(place.begin(), "core_group")
    address = reverse("attach_to_plan", args=[step.pk])
    token = uuid7()

    def send(**typed: Any) -> Any:
        file = SimpleUploadedFile("minutes.txt", b"All came.")
        return lead.client.post(address, {"token": token, "what": "minutes", "chosen": file, **typed})

    assert send(what="").status_code == 422
    assert [send().status_code for _ in range(2)] == [302, 302]
    assert PlanFile.objects.count() == 1
    assert "minutes.txt" in lead.page("plan_step", step.pk)
    assert "minutes.txt" in lead.page("child_plans", place.child.pk)


def test_the_pages_ask_as_much_of_a_few_rows_as_of_many(
    lead: Visitor, place: Place, django_assert_max_num_queries: Any, clock: Any
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    episode = place.begin("looked_after")
    step = place.step(episode, "sdq", held_on=date(2026, 10, 6), columns={"score": 12})

    def asked() -> list[int]:
        found = []
        for name, key in (
            ("child_plans", place.child.pk),
            ("episode", episode.pk),
            ("plan_step", step.pk),
            ("record_change", place.child.pk),
        ):
            lead.page(name, key)
            with CaptureQueriesContext(connection) as queries:
                lead.page(name, key)
            found.append(len(queries))
        return found

    few = asked()
    for number in range(25):
        on = date(2026, 10, 7) + timedelta(days=number)
        place.step(episode, "progress", held_on=on, words={"said": f"Day {number}."})
        note_step(step=step, token=uuid7(), text=f"Note {number}.", by=place.room.lead)
    assert asked() == few
    assert few[0] <= 25, few
