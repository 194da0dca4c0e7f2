"""Referrals: what is recorded, when an agency is late, who is told, chasing, answers, and a letter to its manager."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, Decision, EscalationLetter, Referral, ReferralStep
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import agencies, deciding
from safeguarding.concerns.services.agencies import Sent, Step
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY
from tests.walls import as_role

from .decided import REFER, WATCH, close, decide, fresh

pytestmark = pytest.mark.django_db

# A Tuesday, 9:30.
SENT = Sent(
    agency="social_care",
    method="telephone",
    told="That he is hit, and what he said.",
    sent_at=SCHOOL_DAY - timedelta(minutes=30),
    spoken_to="Dana Whitlock, duty social worker",
    their_reference="FD-2291",
)
ASKED = Step(
    text="They will ring back.",
    happened_at=SCHOOL_DAY,
    method="telephone",
    spoken_to="Duty desk",
    answer_by=date(2026, 11, 27),
)
ANSWER = Step(text="An assessment.", happened_at=SCHOOL_DAY, method="email", answer="accepted")
DAY = timedelta(days=1)


@pytest.fixture
def concern(room):
    opened = deciding.open_concern(concern=factories.concern(room), by=room.lead, at=SCHOOL_DAY - timedelta(hours=1))
    decide(opened, room.lead, REFER, at=SCHOOL_DAY - timedelta(hours=1))
    return fresh(opened)


def refer(concern, by, token=None, at=SCHOOL_DAY, **changes):
    return agencies.refer(concern=concern, token=token or uuid4(), sent=replace(SENT, **changes), by=by, at=at)


def step(referral, move, said, by, at=SCHOOL_DAY, token=None):
    return agencies.step(referral=referral, move=move, token=token or uuid4(), said=said, by=by, at=at)


def now(referral):
    return Referral.objects.get(pk=referral.pk)


def look(at):
    """As the worker does, for nobody in particular."""
    with as_role("worker"):
        return agencies.tell_of_silence(at=at)


def letter_of(referral, by):
    return agencies.draft_letter(referral=now(referral), token=uuid4(), by=by, at=SCHOOL_DAY + 2 * DAY)


# --- sent


@pytest.mark.parametrize(
    ("sent", "due", "escalate"),
    [
        (datetime(2026, 11, 24, 9, 30, tzinfo=LONDON), date(2026, 11, 25), date(2026, 11, 27)),
        # A Friday afternoon: the weekend does not count.
        (datetime(2026, 11, 20, 16, 0, tzinfo=LONDON), date(2026, 11, 23), date(2026, 11, 25)),
        # Christmas Eve: neither do bank holidays.
        (datetime(2025, 12, 24, 11, 0, tzinfo=LONDON), date(2025, 12, 29), date(2025, 12, 31)),
    ],
)
def test_social_care_has_one_working_day_and_the_page_says_where_that_comes_from(room, concern, sent, due, escalate):
    referral = refer(concern, room.lead, sent_at=sent)
    assert (referral.answer_by, referral.escalate_on) == (due, escalate)
    assert "within 1 working day" in referral.answer_source
    assert referral.decision.kind == Decision.Kind.CHILD_PROTECTION


def test_other_agencies_say_their_own_day_and_nothing_is_invented_for_them(room, concern):
    with pytest.raises(BadInput, match="Neither guidance nor the school gives this agency a time"):
        refer(concern, room.lead, agency="police")
    referral = refer(concern, room.lead, agency="police", answer_by=date(2026, 12, 3))
    assert (referral.answer_by, referral.answer_source, referral.escalate_on) == (date(2026, 12, 3), "", None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"agency": ""}, "Choose the agency"),
        ({"told": "  "}, "Write what was told"),
        ({"sent_at": SCHOOL_DAY + timedelta(hours=1)}, "must be in the past"),
        ({"sent_at": SCHOOL_DAY - timedelta(days=800)}, "within the last year"),
        ({"answer_by": date(2026, 11, 23)}, "on the day it was sent or later"),
        ({"answer_by": date(2029, 1, 1)}, "within two years"),
    ],
)
def test_what_a_referral_lacks_is_said_and_nothing_is_saved(room, concern, changes, sentence):
    with pytest.raises(BadInput, match=sentence):
        refer(concern, room.lead, **changes)
    assert not Referral.objects.exists()


def test_only_leads_refer_twice_pressed_is_once_and_a_closed_concern_takes_none(room, concern):
    with pytest.raises(NotAllowed):
        refer(concern, room.pastoral)
    token = uuid4()
    first, again = refer(concern, room.lead, token), refer(concern, room.lead, token)
    assert first == again
    assert Event.objects.filter(object_id=first.pk, verb=Verb.CREATE).count() == 1
    with pytest.raises(OutOfTurn, match="A referral still waits"):
        close(fresh(concern), room.lead)
    step(first, "answer", ANSWER, room.lead)
    close(fresh(concern), room.lead)
    with pytest.raises(OutOfTurn, match="closed"):
        refer(concern, room.lead, told="Once more.")


# --- silence, chasing, answering


def test_a_silent_agency_is_told_of_once_for_each_day_it_lets_pass(room, concern):
    referral = refer(concern, room.lead)
    assert look(SCHOOL_DAY + DAY) == 0
    assert look(SCHOOL_DAY + 2 * DAY) == 1
    assert look(SCHOOL_DAY + 2 * DAY) == 0
    told = Notice.objects.filter(object_id=referral.pk, kind=ConcernNotice.REFERRAL_LATE)
    assert {one.user for one in told} == {room.lead, room.deputy}
    step(referral, "chase", ASKED, room.deputy)
    assert not told.filter(settled_at=None).exists()
    assert now(referral).answer_by == date(2026, 11, 27)
    assert look(SCHOOL_DAY + 3 * DAY) == 0
    assert look(SCHOOL_DAY + 4 * DAY) == 1


def test_the_steps_stand_one_after_the_other_and_two_answers_do_not_meet(room, concern):
    referral = refer(concern, room.lead)
    token = uuid4()
    first = step(referral, "chase", ASKED, room.lead, token=token)
    assert step(referral, "chase", ASKED, room.lead, token=token) == first
    step(referral, "answer", replace(ANSWER, answer="more"), room.lead)
    with pytest.raises(OutOfTurn, match="does not wait"):
        step(referral, "answer", replace(ANSWER, text="No."), room.deputy)
    with pytest.raises(BadInput, match="by which day"):
        step(referral, "send_more", replace(ASKED, answer_by=None), room.lead)
    step(referral, "send_more", replace(ASKED, text="The body map."), room.lead)
    assert (now(referral).status, now(referral).answer, now(referral).ended_by) == ("waiting", "", None)
    step(referral, "answer", ANSWER, room.deputy)
    kinds = list(ReferralStep.objects.order_by("recorded_at", "pk").values_list("kind", flat=True))
    assert kinds == ["chased", "answered", "more_sent", "answered"]
    with pytest.raises(NotAllowed):
        step(referral, "withdraw", replace(ASKED, text="An error."), room.teacher)


# --- a letter


def test_a_letter_is_drafted_from_facts_with_no_word_of_what_was_told(room, concern):
    referral = refer(concern, room.lead)
    step(referral, "chase", ASKED, room.lead)
    letter = letter_of(referral, room.lead)
    for part in (
        concern.reference,
        "FD-2291",
        "24 November 2026",
        "Duty desk",
        "27 November 2026",
        "no answer",
        room.lead.full_name,
    ):
        assert part in letter.body
    for part in (SENT.told, ASKED.text, REFER.rationale, "Rowan", "Ashdown"):
        assert part not in letter.body
    assert letter_of(referral, room.deputy) == letter


def test_the_second_of_two_sees_what_the_first_saved_and_what_was_sent_stays(room, concern):
    letter = letter_of(refer(concern, room.lead), room.lead)
    save = {"letter": letter, "seen": 0, "to": "Marian Cole, service manager"}
    agencies.save_letter(**save, body="Mine.", by=room.lead)
    with pytest.raises(ChangedSince, match=room.lead.full_name):
        agencies.save_letter(**save, body="Theirs.", by=room.deputy)
    send = {"letter": letter, "token": uuid4(), "method": "email"}
    with pytest.raises(ChangedSince):
        agencies.send_letter(**send, seen=0, by=room.deputy)
    sent = [agencies.send_letter(**send, seen=1, by=room.deputy) for _ in range(2)]
    assert sent[1].status == EscalationLetter.Status.SENT
    assert ReferralStep.objects.filter(kind="escalated").count() == 1
    with pytest.raises(OutOfTurn):
        agencies.save_letter(**save, body="Later.", by=room.lead)
    assert EscalationLetter.objects.get().body == "Mine."
    another = letter_of(Referral.objects.get(), room.lead)
    assert agencies.discard_letter(letter=another, by=room.lead).status == EscalationLetter.Status.DISCARDED


# --- the ledger of decisions


def test_watching_has_a_day_and_a_high_level_that_is_not_referred_a_reason(room, concern):
    with pytest.raises(BadInput, match="what is watched has a day"):
        decide(concern, room.lead, replace(WATCH, review_on=None))
    serious = replace(WATCH, level=3)
    with pytest.raises(BadInput, match="not referred at this level"):
        decide(concern, room.lead, serious)
    made = decide(
        concern, room.lead, replace(serious, not_referred="Seen by the duty desk: early help.", dissent="None.")
    )
    assert made.not_referred
    assert Concern.objects.get(pk=concern.pk).level == 3


# --- pages


def test_the_pages_of_a_referral_from_the_concern_to_the_printed_letter(lead, room, concern):
    page = lead.get(reverse("record_referral", args=[concern.pk]))
    token = page.context["referral_form"]["token"].value()
    typed = {
        "token": token,
        "agency": "social_care",
        "method": "portal",
        "day_day": "24",
        "day_month": "11",
        "day_year": "2026",
        "time": "9:15am",
        "told": "He said that he is hit.",
        "their_reference": "FD-1",
        "answer_by": "",
    }
    bad = lead.post(reverse("record_referral", args=[concern.pk]), typed | {"agency": "police"})
    assert (bad.status_code, b"He said that he is hit." in bad.content) == (422, True)
    assert b"Neither guidance nor the school gives this agency a time" in bad.content
    saved = lead.post(reverse("record_referral", args=[concern.pk]), typed)
    referral = Referral.objects.get()
    assert saved.url == reverse("referral", args=[referral.pk])
    assert referral.sent_at == datetime(2026, 11, 24, 9, 15, tzinfo=LONDON)

    Referral.objects.filter(pk=referral.pk).update(answer_by=date(2026, 11, 23))
    for address in (saved.url, reverse("concern", args=[concern.pk]), reverse("today"), reverse("answers_owed")):
        assert "late" in (shown := lead.get(address).content.decode()) or "No answer in time" in shown, address

    form = lead.get(saved.url).context["chase_form"]
    chased = {
        "token": form["token"].value(),
        "method": "telephone",
        "spoken_to": "Duty desk",
        "day_day": "24",
        "day_month": "11",
        "day_year": "2026",
        "time": "9:50am",
        "text": "Nobody has looked at it yet.",
        "answer_by": "2026-11-25",
    }
    # A colleague was quicker: what was typed stands on the page, to be copied.
    step(referral, "answer", replace(ANSWER, happened_at=SCHOOL_DAY), room.deputy)
    refused = lead.post(reverse("referral_chase", args=[referral.pk]), chased)
    assert (refused.status_code, b"Nobody has looked at it yet." in refused.content) == (409, True)

    started = lead.post(reverse("referral_letter", args=[referral.pk]))
    letter = EscalationLetter.objects.get()
    assert started.url == reverse("letter", args=[letter.pk])
    lead.post(reverse("letter_save", args=[letter.pk]), {"revision": 0, "to": "Marian Cole", "body": "Look again."})
    printed = lead.get(reverse("letter_paper", args=[letter.pk]))
    assert (printed["Content-Type"], printed.content[:4]) == ("application/pdf", b"%PDF")
    assert Event.objects.filter(object_id=letter.pk, verb=Verb.PRINT).count() == 1
    assert lead.get(reverse("concern_paper", args=[concern.pk])).status_code == 200
    about = concern.children.get().child
    told = lead.get(reverse("child_chronology", args=[about.pk])).content.decode()
    assert "Referred: children’s social care" in told
    assert "accepted: they will assess" in told


def test_a_teacher_finds_none_of_it(client, room, concern):
    referral = refer(concern, room.lead)
    letter = letter_of(referral, room.lead)
    client.force_login(room.teacher)
    for name, record in (("referral", referral), ("letter", letter), ("record_referral", concern)):
        assert client.get(reverse(name, args=[record.pk])).status_code == 403
