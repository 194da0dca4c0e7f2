"""What a concern waits for is said alike on its page, on Today and in lists; what is open, before it is closed."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.concerns.models import Concern, Decision, Question, Referral
from safeguarding.concerns.services import agencies, deciding
from safeguarding.concerns.services.agencies import Contacted, Sent, Step
from safeguarding.concerns.services.meeting import Called, call_meeting
from safeguarding.concerns.services.meeting_days import call_off, hold_meeting
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.concerns.services.waiting import ASKS, asked_outside, waits_for
from safeguarding.concerns.services.waiting_rows import asking_outside, facts_of
from tests import factories
from tests.factories import SCHOOL_DAY

from .decided import REFER, WATCH, decide, fresh
from .leads_page import OUTSIDE, asked_of, hidden, page_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SENT = Sent(agency="social_care", method="telephone", told="That he is hit.", sent_at=SCHOOL_DAY - HOUR)
TOLD = Contacted(
    kind="agency", how="telephone", said="What happened.", made_at=SCHOOL_DAY, parents_told="yes",
    with_whom="Dana Whitlock, duty", agency="lado",
)  # fmt: skip
CLOSING = {"outcome": "helped_in_school", "reason": "Settled.", "receipt": "in_school"}


def ruled(room, ruling=REFER, at=SCHOOL_DAY - HOUR, **report):
    """A concern that was logged yesterday and decided an hour ago."""
    made = factories.concern(room, at=SCHOOL_DAY - DAY, **report)
    opened = deciding.open_concern(concern=made, by=room.lead, at=at)
    decide(opened, room.lead, ruling, at=at)
    return fresh(opened)


def refer(concern, by, at=SCHOOL_DAY, **changes):
    return agencies.refer(concern=fresh(concern), token=uuid4(), sent=replace(SENT, **changes), by=by, at=at)


def now(client, concern):
    [step] = [step for step in page_of(client, concern).context["steps"] if step["state"] == "now"]
    return step["label"], step["sub"]


def stages(client, concern):
    return [(step["label"], step["sub"]) for step in page_of(client, concern).context["steps"]][3:-1]


def in_list(client):
    return [row.state for row in client.get(reverse("concerns")).context["rows"]]


def see(model):
    return model._default_manager.all()


def test_a_section_47_decision_waits_for_its_referral_then_for_the_answer(lead, room):
    concern = ruled(room)
    asked = ("Make the referral", "to social care")
    assert now(lead, concern) == asked
    assert in_list(lead) == ["Make the referral"]
    assert "Make the referral" in lead.get(reverse("today")).content.decode()
    found = lead.get(reverse("concerns"), {"status": "refer"}).context["rows"]
    assert [row.concern.pk for row in found] == [concern.pk]
    referral = refer(concern, room.lead)
    assert now(lead, concern) == ("Waiting for social care", "due tomorrow")
    assert ("Action", "1 referral") in stages(lead, concern), "what was done is counted"
    assert not lead.get(reverse("concerns"), {"status": "refer"}).context["rows"]
    assert "Make the referral" not in lead.get(reverse("today")).content.decode()
    withdrawn = Step(text="Sent to the wrong team.", happened_at=SCHOOL_DAY)
    agencies.step(referral=referral, move="withdraw", token=uuid4(), said=withdrawn, by=room.lead, at=SCHOOL_DAY)
    assert now(lead, concern) == asked


def test_meetings_and_actions_wait_after_the_answer(lead, room):
    concern = ruled(room)
    referral = refer(concern, room.lead)
    answer = Step(text="A strategy discussion.", happened_at=SCHOOL_DAY, method="email", answer="strategy")
    agencies.step(referral=referral, move="answer", token=uuid4(), said=answer, by=room.lead, at=SCHOOL_DAY)
    call_meeting(
        concern=fresh(concern),
        token=uuid4(),
        called=Called("strategy", SCHOOL_DAY + DAY),
        staff=(),
        by=room.lead,
        at=SCHOOL_DAY,
    )
    assert now(lead, concern) == ("Meeting on 25 November", "Strategy discussion, 10am")
    deciding.add_action(
        concern=fresh(concern),
        token=uuid4(),
        text="Ring",
        owner=room.lead,
        due_on=SCHOOL_DAY.date(),
        by=room.lead,
        at=SCHOOL_DAY,
    )
    assert now(lead, concern)[0] == "Meeting on 25 November"
    assert ("Action", "1 referral, 1 meeting, 1 to do") in stages(lead, concern)
    assert in_list(lead) == ["Meeting on 25 November"]


def test_a_meeting_waits_to_be_said_held_on_its_page_and_in_the_list(client, room, clock):
    client.force_login(room.lead)
    lead, concern = client, ruled(room, WATCH)
    called = Called("school", SCHOOL_DAY + HOUR)
    met = call_meeting(concern=concern, token=uuid4(), called=called, staff=(), by=room.lead, at=SCHOOL_DAY)
    assert now(lead, concern)[0] == "Meeting on 24 November"
    clock.move_to(SCHOOL_DAY + HOUR)
    client.logout()
    client.force_login(room.lead)
    assert now(lead, concern) == ("Say if it was held", "Safeguarding meeting in school, 11am")
    clock.move_to(SCHOOL_DAY + DAY)
    client.logout()
    client.force_login(room.lead)
    assert now(lead, concern) == ("Say if it was held", "Safeguarding meeting in school, 24 November")
    assert in_list(lead) == ["Say if it was held"]
    # Said, or called off, it waits no more.
    at = SCHOOL_DAY + DAY
    hold_meeting(meeting=met, seen=met.held_at, held_at=met.held_at, by=room.lead, at=at)
    assert now(lead, concern)[0].startswith("Watching until")
    off = call_meeting(concern=fresh(concern), token=uuid4(), called=called, staff=(), by=room.lead, at=at)
    assert in_list(lead) == ["Say if it was held"]
    call_off(meeting=off, token=uuid4(), seen=off.held_at, reason="Snow", by=room.lead, at=at)
    assert in_list(lead) != ["Say if it was held"]


def test_a_conversation_tells_the_lado_and_refers_to_nobody(lead, room):
    told = ruled(room, replace(REFER, kind="lado"))
    referred = ruled(room, replace(REFER, kind="police"))
    assert now(lead, told) == ("Tell the LADO", "not on record yet")
    for concern, agency in ((told, "lado"), (referred, "police")):
        made = replace(TOLD, agency=agency)
        agencies.add_contact(concern=fresh(concern), token=uuid4(), made=made, by=room.lead, at=SCHOOL_DAY)
    assert now(lead, told) == ("Still open", "no day for a review")
    assert now(lead, referred) == ("Make the referral", "to the police")


@pytest.mark.parametrize("kind", [*ASKS, "monitor"])
def test_today_finds_what_the_page_says(room, kind):
    """The query of Today and of the filter beside the pure function, for each kind, with and without word."""
    review = SCHOOL_DAY.date() + DAY if kind == "monitor" else None
    base = WATCH if kind == "monitor" else REFER
    agency = ASKS[kind].agency if kind in ASKS else "social_care"
    for is_new, word, is_early, is_withdrawn in product((True, False), ("", "referral", "contact"), (0, 1), (0, 1)):
        new = {} if kind == "monitor" else {"new_referral": is_new}
        concern = ruled(room, replace(base, kind=kind, review_on=review, **new))
        at = SCHOOL_DAY - (2 * HOUR if is_early else timedelta())
        if word == "referral":
            made = refer(concern, room.lead, at=at, agency=agency, sent_at=at - HOUR, answer_by=SCHOOL_DAY.date())
            if is_withdrawn:
                said = Step(text="Sent in error.", happened_at=at)
                agencies.step(referral=made, move="withdraw", token=uuid4(), said=said, by=room.lead, at=SCHOOL_DAY)
        elif word == "contact":
            made = replace(TOLD, agency=agency, made_at=at)
            agencies.add_contact(concern=fresh(concern), token=uuid4(), made=made, by=room.lead, at=at)
    concerns = list(Concern.objects.filter(school=room.school))
    facts = facts_of(concerns, see)
    assert len(facts) == len(concerns) == 24
    expected = {pk for pk, given in facts.items() if asked_outside(given)}
    found = asking_outside(Concern.objects.all(), room.school.pk)
    assert {one.pk for one in found} == expected
    assert bool(expected) == (kind in ASKS)
    urgent = {pk for pk, given in facts.items() if waits_for(given, at=SCHOOL_DAY).is_urgent}
    assert urgent == expected


def test_only_the_decision_that_stands_asks(lead, room):
    concern = ruled(room)
    decide(concern, room.lead, replace(WATCH, review_on=SCHOOL_DAY.date() + DAY), at=SCHOOL_DAY)
    assert now(lead, concern) == ("Watching until 25 November", "then look at it again")
    assert not asking_outside(Concern.objects.all(), room.school.pk).exists()


def test_what_waits_is_asked_once_however_many_concerns(room, django_assert_num_queries):
    for _ in range(3):
        refer(ruled(room), room.lead)
    concerns = list(Concern.objects.filter(school=room.school))
    with django_assert_num_queries(1):
        assert len(facts_of(concerns, see)) == 3


def test_saving_such_a_decision_opens_the_referral_filled_in(lead, room):
    concern = deciding.open_concern(concern=factories.concern(room, at=SCHOOL_DAY - DAY), by=room.lead, at=SCHOOL_DAY)
    page = hidden(page_of(lead, concern), "decision_form")
    answer = send(lead, "decide", concern, page | OUTSIDE)
    address = reverse("record_referral", args=[concern.pk])
    assert (answer.status_code, answer["Location"]) == (302, address)
    form = lead.get(address).context["referral_form"]
    assert [form[name].value() for name in ("agency", "team", "told")] == [
        "social_care",
        "Duty team",
        "Said that he is hit.",
    ]
    typed = {"method": "telephone", "agency": "social_care", "team": "Duty team", "told": "Said that he is hit."}
    day = {"day_day": "24", "day_month": "Nov", "day_year": "2026", "time": "9:30am"}
    assert lead.post(address, {"token": str(uuid4())} | typed | day).status_code == 302
    referral = Referral.objects.get()
    assert (referral.decision, referral.team) == (Decision.objects.get(), "Duty team")
    # It is on record: the form is empty again, and a decision of another kind stays on the concern.
    assert not lead.get(address).context["referral_form"]["agency"].value()
    deputy = hidden(page_of(lead, concern), "decision_form")
    again = send(lead, "decide", concern, deputy | OUTSIDE | {"new_referral": "no"})
    assert again["Location"] == reverse("concern", args=[concern.pk])


def test_who_decides_nothing_sees_no_line_of_it(client, room):
    ruled(room)
    shown = {}
    for person in ("lead", "deputy", "headteacher", "teacher", "pastoral"):
        client.force_login(getattr(room, person))
        shown[person] = "Make the referral" in client.get(reverse("home"), follow=True).content.decode()
    assert shown["lead"] and shown["deputy"]
    assert not shown["teacher"] and not shown["pastoral"]


# --- what is open before it is closed


def level_four(room, rowan):
    """Decided at level 4, with minutes that are being written, a question, parents who are not told, two children."""
    other = factories.child(room.school, "Skye", "Ashdown", by=room.office)
    children = [ChildEntry("worried_about", rowan), ChildEntry("witness", other)]
    kept = {
        "level": 4,
        "not_referred": "Known to them.",
        "parents_told": "not_yet",
        "review_on": SCHOOL_DAY.date() + 7 * DAY,
    }
    concern = ruled(room, replace(WATCH, **kept), children=children)
    called = Called("core_group", SCHOOL_DAY - HOUR)
    call_meeting(concern=concern, token=uuid4(), called=called, staff=(), by=room.lead, at=SCHOOL_DAY)
    deciding.ask_reporter(concern=fresh(concern), token=uuid4(), text="Which arm?", by=room.lead, at=SCHOOL_DAY)
    return concern


def test_a_level_four_with_open_minutes_is_not_closed_by_one_press(lead, room, rowan):
    concern = level_four(room, rowan)
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    asked = send(lead, "close_concern", concern, page)
    assert asked.status_code == 422
    assert fresh(concern).status == "decided"
    [said] = asked.context["close_form"].errors["outcome"]
    assert said == "5 things are still open"
    shown = asked.content.decode()
    for words in (
        "Minutes of Core group, 24 November",
        "1 question to the reporter without an answer",
        "Parents not told yet",
        "What the files of 2 children say",
        "Review on 1 December",
    ):
        assert f"<li>{words}</li>" in shown
    assert shown.count("Press the button again") == 1
    assert send(lead, "close_concern", concern, page | asked_of(asked, "close_form")).status_code == 302
    assert fresh(concern).status == "closed"


def test_what_opens_meanwhile_is_asked_anew(lead, room, rowan):
    concern = level_four(room, rowan)
    asked = send(lead, "close_concern", concern, hidden(page_of(lead, concern), "close_form") | CLOSING)
    called = Called("school", SCHOOL_DAY + 2 * DAY)
    call_meeting(concern=fresh(concern), token=uuid4(), called=called, staff=(), by=room.lead, at=SCHOOL_DAY)
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    again = send(lead, "close_concern", concern, page | asked_of(asked, "close_form"))
    assert again.status_code == 422
    assert "Safeguarding meeting in school to come on 26 November" in again.content.decode()


def test_parents_who_were_told_since_are_not_asked_about(lead, room):
    concern = ruled(room, replace(WATCH, kind="in_school", review_on=None, parents_told="not_yet"))
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    assert send(lead, "close_concern", concern, page).status_code == 422
    made = replace(TOLD, kind="parent", agency="", with_whom="Mum")
    agencies.add_contact(concern=fresh(concern), token=uuid4(), made=made, by=room.lead, at=SCHOOL_DAY)
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    assert send(lead, "close_concern", concern, page).status_code == 302


def test_a_referral_that_was_never_made_is_open(lead, room):
    concern = ruled(room)
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    asked = send(lead, "close_concern", concern, page)
    assert "No word to social care on record, as was decided" in asked.content.decode()
    refer(concern, room.lead, agency="health", answer_by=SCHOOL_DAY.date())
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    # Waiting for an answer stops it altogether.
    assert send(lead, "close_concern", concern, page | asked_of(asked, "close_form")).status_code == 409


def test_nothing_open_closes_with_one_press(lead, room):
    concern = ruled(room, replace(WATCH, kind="in_school", review_on=None))
    assert not Question.objects.exists()
    page = hidden(page_of(lead, concern), "close_form") | CLOSING
    assert send(lead, "close_concern", concern, page).status_code == 302
