"""Does the page of a concern show two leads to each other, and lose no word of the one who is second?"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.html import escape

from safeguarding.accounts.services import acting
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Decision
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.access import lift_restriction, restrict_concern
from safeguarding.concerns.services.raising import amend
from safeguarding.concerns.services.reminding import remind
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import (
    OUTSIDE,
    ROUTINE,
    act,
    asked_of,
    close,
    decide,
    fresh,
    hidden,
    page_of,
    reopen,
    send,
)
from tests.walls import as_role

pytestmark = pytest.mark.django_db


def test_the_second_lead_sees_what_the_first_saved_keeps_every_word_and_saves_on_top(lead, client, room, concern):
    mine = hidden(page_of(lead, concern), "decision_form") | OUTSIDE
    client.force_login(room.deputy)
    decide(client, concern, ROUTINE | {"rationale": "I know the family."})
    client.force_login(room.lead)

    answer = send(lead, "decide", concern, mine)
    content = answer.content.decode()
    assert answer.status_code == 409
    assert "Someone changed this first" in content
    assert "<b>Tom Aldous</b> saved a decision" in content
    assert "I know the family." in content
    for typed in ("Said that he is hit.", "Duty team", "It could add to the risk."):
        assert typed in content
    assert Decision.objects.filter(concern=concern).count() == 1

    again = hidden(answer, "decision_form") | OUTSIDE
    assert again["token"] == str(mine["token"])
    assert send(lead, "decide", concern, again).status_code == 302
    assert [d.decided_by for d in Decision.objects.filter(concern=concern).order_by("decided_at", "pk")] == [
        room.deputy,
        room.lead,
    ]


def test_what_the_reporter_added_meanwhile_is_seen_before_the_decision_stands(lead, room, concern):
    mine = hidden(page_of(lead, concern), "decision_form") | ROUTINE
    amend(account=concern.account, token=uuid4(), text="He said it again.", reason="more", by=room.teacher)
    answer = send(lead, "decide", concern, mine)
    assert answer.status_code == 409
    assert "<b>Jon Beckett</b> added to this concern" in answer.content.decode()
    assert "He said it again." in answer.content.decode()


def test_what_harbour_does_by_itself_takes_no_place_of_a_colleagues_change_and_fails_no_save(
    lead, client, room, concern
):
    for owner in (room.lead, room.pastoral):
        deciding.add_action(
            concern=concern,
            token=uuid4(),
            text="Ring",
            owner=owner,
            due_on=SCHOOL_DAY.date(),
            by=room.lead,
            at=SCHOOL_DAY,
        )
    mine = hidden(page_of(lead, concern), "decision_form") | ROUTINE
    deciding.add_note(concern=concern, token=uuid4(), text="Rang.", by=room.deputy)
    with as_role("worker"):
        assert remind(at=SCHOOL_DAY + timedelta(days=1)) == 2
    answer = send(lead, "decide", concern, mine)
    assert (answer.status_code, [c.by for c in answer.context["changes"]]) == (409, [room.deputy])
    assert send(lead, "decide", concern, hidden(answer, "decision_form") | ROUTINE).status_code == 302

    client.force_login(room.deputy)
    mine = hidden(page_of(client, concern), "decision_form") | ROUTINE
    restrict_concern(concern=concern, by=room.lead)
    lift_restriction(concern=fresh(concern), by=room.lead)
    acting.name_acting(
        school=room.school,
        away=(room.lead,),
        acting=room.pastoral,
        ends_on=SCHOOL_DAY.date() + timedelta(days=7),
        by=room.headteacher,
        at=SCHOOL_DAY,
    )
    answer = send(client, "decide", concern, mine)
    assert answer.status_code == 409
    assert "<b>Harbour</b> moved an action" in answer.content.decode()
    assert [c.what for c in answer.context["changes"]] == ["moved an action", *["changed who sees this concern"] * 2]
    assert send(client, "decide", concern, hidden(answer, "decision_form") | ROUTINE).status_code == 302


def test_what_was_typed_survives_that_another_lead_closed_the_concern(lead, client, room, concern):
    mine = hidden(page_of(lead, concern), "decision_form") | ROUTINE | {"rationale": "My own thought."}
    client.force_login(room.deputy)
    decide(client, concern)
    close(client, concern)
    client.force_login(room.lead)
    answer = send(lead, "decide", concern, mine)
    content = answer.content.decode()
    assert answer.status_code == 409
    assert "<b>Tom Aldous</b> closed this concern" in content
    assert "My own thought." in content


def test_closing_after_somebody_else_saved_shows_it_and_keeps_the_reason(lead, client, room, concern):
    decide(lead, concern)
    closing = {"outcome": "helped_in_school", "reason": "Settled for good.", "receipt": "in_school"}
    mine = hidden(page_of(lead, concern), "close_form") | closing
    client.force_login(room.deputy)
    send(client, "add_note", concern, {"token": uuid4(), "text": "Mum rang: it is not settled."})
    client.force_login(room.lead)
    answer = send(lead, "close_concern", concern, mine)
    content = answer.content.decode()
    assert answer.status_code == 409
    assert "<b>Tom Aldous</b> added to this concern" in content
    assert "Mum rang: it is not settled." in content
    assert "Settled for good." in content
    # What is open is asked of who has seen the concern as it stands, so only now.
    again = hidden(answer, "close_form") | closing
    asked = send(lead, "close_concern", concern, again)
    assert asked.status_code == 422
    assert send(lead, "close_concern", concern, again | asked_of(asked, "close_form")).status_code == 302


@pytest.mark.parametrize(
    ("name", "form", "before", "meanwhile", "typed", "sentence"),
    [
        (
            "decide",
            "decision_form",
            [decide],
            [close],
            {
                **OUTSIDE,
                "review_on": "other",
                "review_on_day_day": "4",
                "review_on_day_month": "Jan",
                "review_on_day_year": "2027",
            },
            "<b>Tom Aldous</b> closed this concern",
        ),
        (
            "add_action",
            "action_form",
            [decide],
            [close],
            {"text": "Ring the nurse", "due_on": "2026-11-25"},
            "This concern is closed.",
        ),
        (
            "close_concern",
            "close_form",
            [decide],
            [close],
            {"reason": "Settled for good.", "outcome": "police"},
            "<b>Tom Aldous</b> closed this concern",
        ),
        (
            "close_concern",
            "close_form",
            [decide],
            [act],
            {"reason": "Settled for good.", "outcome": "police"},
            "<b>Tom Aldous</b> gave somebody an action",
        ),
        (
            "reopen_concern",
            "reopen_form",
            [decide, close],
            [reopen],
            {"reason": "It is worse again."},
            "This concern is open.",
        ),
    ],
    ids=["decide", "add an action", "close what is closed", "close what has an action", "open again"],
)
def test_what_cannot_be_saved_any_more_can_still_be_read_and_copied(
    lead, client, room, concern, name, form, before, meanwhile, typed, sentence
):
    def do(steps):
        for step in steps:
            answer = step(client, room, concern) if step is act else step(client, concern)
            assert answer.status_code == 302

    do(before)
    shown = page_of(lead, concern)
    assert shown.context["offered"][form]
    usual = {"owner": room.pastoral.pk, "receipt": "in_school"} if name != "decide" else {}
    mine = hidden(shown, form) | usual | typed
    client.force_login(room.deputy)
    do(meanwhile)
    state = fresh(concern).status
    client.force_login(room.lead)
    answer = send(lead, name, concern, mine)
    content = answer.content.decode()
    assert answer.status_code == 409
    assert sentence in content
    assert "What you typed has not been saved" in content
    for text in typed.values():
        if len(text) > 12 and " " in text:
            assert escape(text) in content
    assert (fresh(concern).status, Decision.objects.count()) == (state, 1)


def test_the_second_of_two_titles_comes_back_beside_the_first(lead, client, room, concern):
    decide(lead, concern)
    mine = hidden(page_of(lead, concern), "title_form") | {"title": "Fell off a bike"}
    client.force_login(room.deputy)
    theirs = hidden(page_of(client, concern), "title_form") | {"title": "Bruise, explained"}
    assert send(client, "rename_concern", concern, theirs).status_code == 302
    client.force_login(room.lead)
    answer = send(lead, "rename_concern", concern, mine)
    content = answer.content.decode()
    assert answer.status_code == 409
    for words in ("<b>Tom Aldous</b> changed this concern", "Bruise, explained", 'value="Fell off a bike"'):
        assert words in content
    again = hidden(answer, "title_form") | {"title": "Fell off a bike"}
    assert send(lead, "rename_concern", concern, again).status_code == 302
    assert fresh(concern).title == "Fell off a bike"


def test_what_is_shown_to_be_copied_is_in_words(lead, client, room, concern):
    decide(lead, concern)
    day = {"review_on": "other", "review_on_day_day": "4", "review_on_day_month": "Jan", "review_on_day_year": "2027"}
    mine = hidden(page_of(lead, concern), "decision_form") | OUTSIDE | day
    client.force_login(room.deputy)
    close(client, concern)
    client.force_login(room.lead)
    lost = dict(send(lead, "decide", concern, mine).context["lost"])
    assert lost == {
        "Level of need": "4 Child protection",
        "What you will do": "Refer: child protection (section 47)",
        "Is this a new referral?": "Yes",
        "Who is told": "Duty team",
        "Is there consent?": "Not asked: it could add to the risk",
        "Why it goes ahead without consent": "It could add to the risk.",
        "Legal reason": "Children Act 1989 section 47: reasonable cause to suspect significant harm",
        "Why": "Said that he is hit.",
        "Have parents been told?": "No, it could add to the risk",
        "Reason parents have not been told": "It could add to the risk.",
        "Review on": "4 Jan 2027",
    }


def test_what_can_still_be_saved_is_not_shown_twice(lead, client, room, concern):
    mine = hidden(page_of(lead, concern), "decision_form") | OUTSIDE
    client.force_login(room.deputy)
    decide(client, concern)
    client.force_login(room.lead)
    answer = send(lead, "decide", concern, mine)
    assert answer.status_code == 409
    assert answer.context["lost"] == []
    assert "What you typed has not been saved" not in answer.content.decode()


def test_a_decision_sent_again_after_closing_is_no_second_one_and_other_words_are_not_lost(lead, concern):
    mine = hidden(page_of(lead, concern), "decision_form") | ROUTINE
    send(lead, "decide", concern, mine)
    close(lead, concern)
    assert send(lead, "decide", concern, mine).status_code == 302
    answer = send(lead, "decide", concern, mine | {"rationale": "Thought of later."})
    assert answer.status_code == 409
    assert "This concern is closed." in answer.content.decode()
    assert "Thought of later." in answer.content.decode()
    assert Decision.objects.filter(concern=concern).count() == 1


def test_going_back_to_a_decision_and_sending_it_with_other_words_is_a_further_one(lead, concern):
    mine = hidden(page_of(lead, concern), "decision_form") | ROUTINE
    for rationale in ("First.", "First.", "Second.", "Second."):
        assert send(lead, "decide", concern, mine | {"rationale": rationale}).status_code == 302
    decided = Decision.objects.filter(concern=concern).order_by("decided_at", "pk")
    assert [decision.rationale for decision in decided] == ["First.", "Second."]


def test_an_action_ended_by_another_meanwhile_keeps_what_was_typed_about_it(lead, client, room, concern):
    act(lead, room, concern)
    action = Action.objects.get(concern=concern)
    client.force_login(room.pastoral)
    assert send(client, "action", action, {"result": "Rang at noon.", "do": "complete"}).status_code == 302
    client.force_login(room.lead)
    answer = send(lead, "action", action, {"result": "No longer needed: she came in.", "do": "withdraw"})
    content = answer.content.decode()
    assert answer.status_code == 409
    for text in ("ended already", "Rang at noon.", "What you typed has not been saved", "she came in."):
        assert text in content
    assert fresh(action).result == "Rang at noon."


def test_who_may_not_withdraw_an_action_is_told_and_can_still_say_that_it_is_done(lead, client, room, concern):
    act(lead, room, concern)
    action = Action.objects.get(concern=concern)
    client.force_login(room.pastoral)
    answer = send(client, "action", action, {"result": "Rang at noon.", "do": "withdraw"})
    assert answer.status_code == 403
    assert answer.context["lost"] == []
    assert "Rang at noon.</textarea>" in answer.content.decode()
    assert fresh(action).status == Action.Status.TO_DO


def test_a_refusal_leaves_its_event_and_that_the_page_was_read(lead, client, room, concern):
    decide(lead, concern)
    mine = hidden(page_of(lead, concern), "action_form") | {
        "text": "Ring",
        "owner": room.pastoral.pk,
        "due_on": "2026-11-25",
    }
    close(lead, concern)
    before = Event.objects.filter(actor_id=room.lead.pk).count()
    assert send(lead, "add_action", concern, mine).status_code == 409
    after = Event.objects.filter(actor_id=room.lead.pk).order_by("at", "pk")[before:]
    assert sorted(event.verb for event in after) == [Verb.DENY, Verb.VIEW]
