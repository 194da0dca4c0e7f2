"""Read, decide, act, close: what each saves, refuses, tells, and does when it is done twice or by two at once."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Closing, Concern, ConcernNote, Decision, Receipt
from safeguarding.concerns.services import calling, deciding, escalation, raising
from safeguarding.concerns.services.deciding import FURTHEST, Ruling, ruling_problems, usual_receipt
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
DAY = SCHOOL_DAY.date()
WATCH = Ruling(level=1, kind="monitor", rationale="Settled by lunch.", parents_told="yes", receipt="watching")
REFER = Ruling(
    level=4,
    kind="child_protection",
    rationale="Said that he is hit.",
    parents_told="no_risk",
    parents_reason="It could add to the risk.",
    receipt="action_taken",
    new_referral=True,
    recipient="Children’s social care, duty team",
    consent="not_sought",
    consent_reason="It could add to the risk.",
    legal_reason="s47",
)


@pytest.fixture
def concern(room):
    return deciding.open_concern(concern=factories.concern(room), by=room.lead, at=SCHOOL_DAY)


def decide(concern, by, ruling=WATCH, token=None, at=SCHOOL_DAY):
    return deciding.decide(concern=concern, token=token or uuid4(), seen=concern.revision, ruling=ruling, by=by, at=at)


def close(concern, by, outcome="helped_in_school", reason="Settled.", receipt="in_school"):
    return deciding.close_concern(
        concern=concern, seen=concern.revision, outcome=outcome, reason=reason, receipt=receipt, by=by
    )


def act(concern, by, owner, *, text="Ring the carer", due_on=DAY, token=None):
    return deciding.add_action(
        concern=concern, token=token or uuid4(), text=text, owner=owner, due_on=due_on, by=by, at=SCHOOL_DAY
    )


def rename(concern, title, by, seen=None):
    seen = fresh(concern).revision if seen is None else seen
    return deciding.rename_concern(concern=concern, seen=seen, title=title, by=by, at=SCHOOL_DAY)


def fresh(concern):
    return Concern.objects.get(pk=concern.pk)


# --- opening


def test_opening_acknowledges_once_and_by_the_first(room):
    concern = factories.concern(room)
    first = deciding.open_concern(concern=concern, by=room.lead, at=SCHOOL_DAY)
    # The deputy's page was asked for before the lead's was answered: her copy still says unread.
    second = deciding.open_concern(concern=concern, by=room.deputy, at=SCHOOL_DAY + timedelta(minutes=1))
    assert (first.status, second.status) == (Concern.Status.ACKNOWLEDGED, Concern.Status.ACKNOWLEDGED)
    assert second.acknowledged_by == room.lead
    assert Event.objects.filter(object_id=concern.pk, verb=Verb.ACKNOWLEDGE).count() == 1
    assert Notice.objects.filter(user=room.teacher, object_id=concern.pk, kind=Notice.Kind.RECEIPT).count() == 1


def test_opening_reads_ones_own_notices_and_the_news_but_nobody_elses_notices(room):
    concern = factories.concern(room)
    deciding.open_concern(concern=concern, by=room.lead)
    amend(account=concern.account, token=uuid4(), text="It was Monday.", reason="exact", by=room.teacher)
    assert fresh(concern).news_at is not None
    deciding.open_concern(concern=fresh(concern), by=room.lead)
    assert fresh(concern).news_at is None
    unread = Notice.objects.filter(object_id=concern.pk, opened_at=None)
    assert not unread.filter(user=room.lead).exists()
    assert unread.filter(user=room.deputy).exists()


def test_a_lead_who_calls_for_another_does_not_answer_the_call_by_opening_it(room):
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.deputy, at=SCHOOL_DAY)
    opened = deciding.open_concern(concern=call, by=room.deputy, at=SCHOOL_DAY)
    assert (opened.status, opened.acknowledged_by) == (Concern.Status.NEW, None)
    assert len(calling.calls_for(room.lead, Concern.objects.all(), at=SCHOOL_DAY)) == 1
    assert escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=4)) == 1
    assert calling.state_of_call(call.account, at=SCHOOL_DAY).opened is None
    assert deciding.open_concern(concern=fresh(call), by=room.lead).acknowledged_by == room.lead


def test_a_lead_who_calls_for_another_and_then_decides_calls_nobody_any_more(room):
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.deputy, at=SCHOOL_DAY)
    decide(call, room.deputy)
    assert calling.calls_for(room.lead, Concern.objects.all(), at=SCHOOL_DAY) == []
    assert escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=10)) == 0
    assert calling.state_of_call(call.account, at=SCHOOL_DAY).decided_myself


# --- deciding


def test_what_is_decided_from_a_page_that_was_not_opened_first_has_been_read(room):
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    decide(call, room.lead)
    now = fresh(call)
    assert (now.acknowledged_by, now.acknowledged_at) == (room.lead, SCHOOL_DAY)
    assert calling.calls_for(room.deputy, Concern.objects.all(), at=SCHOOL_DAY) == []
    assert escalation.escalate_calls(at=SCHOOL_DAY + timedelta(hours=1)) == 0
    decide(now, room.deputy, at=SCHOOL_DAY + timedelta(hours=1))
    assert fresh(call).acknowledged_by == room.lead


def test_a_decision_stands_on_the_concern_and_with_its_reason_in_the_list_of_decisions(room, concern):
    decision = decide(concern, room.lead, replace(WATCH, review_on=DAY, title=" Late again "))
    now = fresh(concern)
    assert (now.status, now.level, now.review_on, now.title) == (Concern.Status.DECIDED, 1, DAY, "Late again")
    assert (now.receipt, now.decided_by) == (Receipt.WATCHING, room.lead)
    assert (decision.rationale, decision.kind, decision.concern_id) == ("Settled by lunch.", "monitor", concern.pk)


def test_a_later_decision_adds_to_an_earlier_one(room, concern):
    decide(concern, room.lead)
    decide(fresh(concern), room.deputy, REFER)
    assert list(
        Decision.objects.filter(concern=concern).values_list("level", flat=True).order_by("decided_at", "pk")
    ) == [1, 4]
    assert fresh(concern).level == 4


def test_a_decision_without_a_title_leaves_the_one_that_is_there(room, concern):
    rename(concern, "Late again", room.lead)
    decide(fresh(concern), room.lead)
    assert fresh(concern).title == "Late again"


@pytest.mark.parametrize("kind", Decision.Kind.values)
def test_every_decision_has_a_usual_phrase_for_the_reporter(kind):
    assert usual_receipt(kind) in Receipt


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"rationale": " \n"}, {"rationale"}),
        ({"parents_reason": ""}, {"parents_reason"}),
        ({"new_referral": None}, {"new_referral"}),
        ({"recipient": " "}, {"recipient"}),
        ({"consent": "", "consent_reason": ""}, {"consent"}),
        ({"consent_reason": ""}, {"consent_reason"}),
        ({"consent": "refused", "consent_reason": ""}, {"consent_reason"}),
        ({"consent": "yes", "consent_reason": ""}, set()),
        ({"legal_reason": ""}, {"legal_reason"}),
        ({"review_on": DAY - timedelta(days=1)}, {"review_on"}),
        ({"review_on": DAY}, set()),
        ({"review_on": DAY + FURTHEST}, set()),
        ({"review_on": DAY + FURTHEST + timedelta(days=1)}, {"review_on"}),
        ({"review_on": date.max}, {"review_on"}),
        ({"review_on": date(1800, 1, 1)}, {"review_on"}),
        ({"parents_told": "not_yet", "parents_reason": ""}, set()),
        # What stays in the school needs nothing of what going outside needs.
        ({"kind": "monitor", "new_referral": None, "recipient": "", "consent": "", "legal_reason": ""}, set()),
    ],
)
def test_what_a_decision_needs(room, concern, change, lacks):
    ruling = replace(REFER, **change)
    assert set(ruling_problems(ruling, today=DAY)) == lacks
    if lacks:
        with pytest.raises(BadInput):
            decide(concern, room.lead, ruling)
        assert not Decision.objects.filter(concern=concern).exists()
    else:
        decide(concern, room.lead, ruling)


@pytest.mark.parametrize("kind", sorted(set(Decision.Kind.values) - Decision.OUTSIDE))
def test_inside_the_school_a_reason_and_what_parents_know_is_enough(kind):
    assert ruling_problems(replace(WATCH, kind=kind), today=DAY) == {}


@pytest.mark.parametrize("kind", sorted(Decision.OUTSIDE))
def test_outside_the_school_it_takes_more(kind):
    assert set(ruling_problems(replace(WATCH, kind=kind), today=DAY)) == {
        "new_referral", "recipient", "consent", "legal_reason",
    }  # fmt: skip


def test_a_page_sent_again_is_one_decision_and_with_anything_else_in_it_a_further_one(room, concern):
    token = uuid4()
    changes = (
        {},
        {"rationale": "Typed again."},
        {"level": 2},
        {"receipt": Receipt.READ_ACTED},
        {"title": "Late again"},
    )
    for number, change in enumerate(changes, 1):
        first = decide(concern, room.lead, replace(WATCH, **change), token=token)
        assert decide(concern, room.lead, replace(WATCH, **change), token=token) == first
        assert Decision.objects.filter(concern=concern).count() == number
    now = fresh(concern)
    assert (now.title, now.receipt) == ("Late again", Receipt.WATCHING)
    close(now, room.lead)
    assert decide(fresh(concern), room.lead, replace(WATCH, **changes[-1]), token=token) == first
    with pytest.raises(OutOfTurn, match="closed"):
        decide(fresh(concern), room.lead, replace(WATCH, rationale="Typed too late."), token=token)


def test_the_second_of_two_leads_is_told_who_saved_what(room, concern):
    seen = concern.revision
    theirs = decide(concern, room.deputy)
    with pytest.raises(ChangedSince, match="Tom Aldous saved a decision while you were writing"):
        deciding.decide(concern=concern, token=uuid4(), seen=seen, ruling=REFER, by=room.lead, at=SCHOOL_DAY)
    (change,) = deciding.changed_since(concern=concern, seen=seen, by=room.lead)
    assert (change.by, change.what, change.decision) == (room.deputy, "saved a decision", theirs)
    # Having seen it, the lead saves on top.
    decide(fresh(concern), room.lead, REFER)
    assert Decision.objects.filter(concern=concern).count() == 2


def test_everything_that_others_save_counts_as_a_change_and_is_named(room):
    concern = factories.concern(
        room, children=[ChildEntry(role="witness", kind="unnamed", description="Boy, Year 3, red coat")]
    )
    concern = deciding.open_concern(concern=concern, by=room.deputy)
    seen = concern.revision
    deciding.add_note(concern=concern, token=uuid4(), text="Rang.", by=room.deputy)
    amend(account=concern.account, token=uuid4(), text="It was Monday.", reason="exact", by=room.teacher)
    action = act(concern, room.deputy, room.pastoral)
    deciding.end_action(action=action, move="complete", result="Rang.", by=room.pastoral)
    deciding.link_child(
        named=concern.children.get(), child=factories.child(room.school, by=room.office), by=room.deputy
    )
    rename(concern, "Late again", room.deputy)
    decide(fresh(concern), room.deputy)
    close(fresh(concern), room.deputy)
    deciding.reopen_concern(concern=concern, token=uuid4(), reason="Again.", by=room.headteacher)
    changes = deciding.changed_since(concern=concern, seen=seen, by=room.lead)
    assert [(c.by.first_name, c.what) for c in changes[::-1]] == [
        ("Tom", "added to this concern"),
        ("Jon", "added to this concern"),
        ("Tom", "gave somebody an action"),
        ("Carla", "marked an action done"),
        ("Tom", "said who a child is"),
        ("Tom", "changed this concern"),
        ("Tom", "saved a decision"),
        ("Tom", "closed this concern"),
        ("Helen", "opened this concern again"),
        ("Helen", "added to this concern"),
    ]
    assert len(changes) == fresh(concern).revision - seen


def test_what_one_saved_oneself_in_another_window_is_no_surprise(room, concern):
    seen = concern.revision
    deciding.add_note(concern=concern, token=uuid4(), text="Rang.", by=room.lead)
    assert deciding.changed_since(concern=concern, seen=seen, by=room.lead) == []
    deciding.decide(concern=concern, token=uuid4(), seen=seen, ruling=WATCH, by=room.lead, at=SCHOOL_DAY)
    assert deciding.changed_since(concern=concern, seen=seen, by=room.deputy) != []


# --- notes, actions, title


def test_notes_and_actions_with_the_same_token_are_there_once(room, concern):
    token = uuid4()
    for _ in range(2):
        deciding.add_note(concern=concern, token=token, text="Rang.", by=room.lead)
        act(concern, room.lead, room.pastoral, token=token)
    assert ConcernNote.objects.filter(concern=concern).count() == 1
    assert Action.objects.filter(concern=concern).count() == 1
    assert Notice.objects.filter(user=room.pastoral, kind=Notice.Kind.ACTION).count() == 1


def test_an_action_sent_again_for_another_person_or_day_is_another_action(room, concern):
    token = uuid4()
    for owner, due_on in ((room.pastoral, DAY), (room.teacher, DAY), (room.teacher, DAY + timedelta(days=1))):
        for _ in range(2):
            act(concern, room.lead, owner, due_on=due_on, token=token)
    assert Action.objects.filter(concern=concern).count() == 3


@pytest.mark.parametrize("days", [0, FURTHEST.days])
def test_an_action_is_for_a_day_that_somebody_will_see(room, concern, days):
    assert act(concern, room.lead, room.pastoral, due_on=DAY + timedelta(days=days)).status == Action.Status.TO_DO


@pytest.mark.parametrize("day", [date(1800, 1, 1), DAY - timedelta(days=1), DAY + timedelta(days=FURTHEST.days + 1), date.max])  # fmt: skip
def test_an_action_for_a_day_long_gone_or_far_off_is_refused(room, concern, day):
    with pytest.raises(BadInput, match="By must be"):
        act(concern, room.lead, room.pastoral, due_on=day)
    assert not Action.objects.exists()


def test_an_action_is_for_somebody_who_works_at_the_school_today(room, concern):
    gone = factories.member(room.school, "pastoral", "Lena", "Gone", ends_on=DAY - timedelta(days=1))
    elsewhere = factories.member(factories.school("Gorse Hill Academy"), "pastoral", "Ann", "Else")
    for owner in (gone, elsewhere):
        with pytest.raises(BadInput, match=f"{owner.full_name} does not work at this school today"):
            act(concern, room.lead, owner)
    assert not Action.objects.exists()
    leaving = factories.member(room.school, "pastoral", "Lena", "Leaving", ends_on=DAY)
    assert act(concern, room.lead, leaving).owner == leaving


def test_an_action_is_ended_once_and_again_in_the_same_words_changes_nothing(room, concern):
    action = act(concern, room.lead, room.pastoral)
    ended = deciding.end_action(action=action, move="complete", result="Rang. ", by=room.pastoral)
    again = deciding.end_action(action=action, move="complete", result="Rang.", by=room.pastoral)
    assert (ended.status, again.ended_at) == (Action.Status.DONE, ended.ended_at)
    with pytest.raises(OutOfTurn, match="ended already"):
        deciding.end_action(action=action, move="withdraw", result="Not needed.", by=room.lead)


def test_an_action_is_done_by_its_owner_or_a_lead_and_withdrawn_by_a_lead_only(room, concern):
    action = act(concern, room.lead, room.pastoral)
    with pytest.raises(NotAllowed):
        deciding.end_action(action=action, move="complete", result="Rang.", by=room.teacher)
    with pytest.raises(NotAllowed):
        deciding.end_action(action=action, move="withdraw", result="Not needed.", by=room.pastoral)
    with pytest.raises(BadInput):
        deciding.end_action(action=action, move="complete", result=" ", by=room.pastoral)
    assert (
        deciding.end_action(action=action, move="withdraw", result="Not needed.", by=room.deputy).ended_by
        == room.deputy
    )


def test_a_title_is_changed_by_leads_and_taken_away_again(room, concern):
    category = concern.label
    rename(concern, " Late again ", room.lead)
    assert fresh(concern).label == "Late again"
    before = fresh(concern).revision
    rename(concern, "Late again", room.deputy)
    assert fresh(concern).revision == before
    rename(concern, "", room.lead)
    assert fresh(concern).label == category
    with pytest.raises(NotAllowed):
        rename(concern, "Mine", room.teacher)


def test_the_second_of_two_titles_is_told_of_the_first(room, concern):
    seen = concern.revision
    rename(concern, "Bruise, explained", room.deputy)
    with pytest.raises(ChangedSince, match="Tom Aldous changed this concern while you were writing"):
        rename(concern, "Fell off a bike", room.lead, seen=seen)
    assert fresh(concern).title == "Bruise, explained"
    # Both had the same thought: nothing is lost.
    rename(concern, "Bruise, explained", room.lead, seen=seen)
    rename(concern, "Fell off a bike", room.lead)
    assert fresh(concern).title == "Fell off a bike"


def test_a_former_title_is_kept_as_a_note_whatever_takes_its_place(room, concern):
    rename(concern, "Bruise, explained", room.deputy)
    assert not ConcernNote.objects.exists()
    rename(concern, "Fell off a bike", room.lead)
    for title in ("Late again", "Late again", ""):
        decide(fresh(concern), room.deputy, replace(WATCH, title=title))
    rename(concern, "", room.lead)
    notes = ConcernNote.objects.filter(concern=concern).order_by("pk")
    assert [(note.author, note.text) for note in notes] == [
        (room.lead, "Short title until now: “Bruise, explained”."),
        (room.deputy, "Short title until now: “Fell off a bike”."),
        (room.lead, "Short title until now: “Late again”."),
    ]


# --- closing and opening again


def test_nothing_is_closed_before_a_decision_or_while_something_is_to_do(room, concern):
    with pytest.raises(OutOfTurn, match="Decide first"):
        close(concern, room.lead)
    decide(concern, room.lead)
    action = act(fresh(concern), room.lead, room.pastoral)
    with pytest.raises(OutOfTurn, match="still to do"):
        close(fresh(concern), room.lead)
    deciding.end_action(action=action, move="complete", result="Rang.", by=room.pastoral)
    closed = close(fresh(concern), room.lead)
    assert (closed.status, closed.outcome, closed.closing_reason) == ("closed", "helped_in_school", "Settled.")


def test_closing_twice_in_the_same_words_is_closing_once(room, concern):
    decide(concern, room.lead)
    shown = fresh(concern)
    first, again = close(shown, room.lead), close(shown, room.lead)
    assert again.closed_at == first.closed_at
    assert Event.objects.filter(object_id=concern.pk, verb=Verb.CLOSE).count() == 1
    with pytest.raises(OutOfTurn):
        close(shown, room.lead, reason="For another reason.")
    with pytest.raises(OutOfTurn):
        close(shown, room.lead, receipt="read_acted")
    with pytest.raises(ChangedSince, match="Priya Raman closed this concern"):
        close(shown, room.deputy)


def test_a_closed_concern_is_opened_again_with_the_reason_as_a_note(room, concern):
    decide(concern, room.lead)
    close(fresh(concern), room.lead)
    token = uuid4()
    with pytest.raises(BadInput):
        deciding.reopen_concern(concern=concern, token=token, reason=" ", by=room.lead)
    for _ in range(2):
        deciding.reopen_concern(concern=concern, token=token, reason="It happened again.", by=room.lead)
    with pytest.raises(OutOfTurn, match="open"):
        deciding.reopen_concern(concern=concern, token=token, reason="His sister too.", by=room.lead)
    now = fresh(concern)
    assert (now.status, now.closed_at, now.outcome, now.closing_reason) == (Concern.Status.ACKNOWLEDGED, None, "", "")
    assert ConcernNote.objects.get(concern=concern).text == "Opened again: It happened again."


def test_every_closing_stays_as_it_was_written(room, concern):
    ended = [("unfounded", "Nothing to it.", "watching"), ("social_care", "They have it.", "action_taken")]
    for by, (outcome, reason, receipt) in zip((room.lead, room.deputy), ended, strict=True):
        decide(fresh(concern), by)
        shown = fresh(concern)
        for _ in range(2):
            closed = close(shown, by, outcome=outcome, reason=f"{reason} ", receipt=receipt)
        assert (closed.outcome, closed.closing_reason, closed.receipt) == (outcome, reason, receipt)
        deciding.reopen_concern(concern=closed, token=uuid4(), reason="It goes on.", by=by)
    found = Closing.objects.filter(concern=concern).order_by("closed_at", "pk")
    assert [(c.outcome, c.reason, c.receipt) for c in found] == ended
    assert [c.closed_by for c in found] == [room.lead, room.deputy]


def test_closings_are_for_those_who_read_the_concern(room, concern):
    decide(concern, room.lead)
    close(fresh(concern), room.lead)
    elsewhere = factories.staffroom("Gorse Hill Academy")
    for person, seen in ((room.deputy, 1), (room.headteacher, 1), (room.teacher, 0), (elsewhere.lead, 0)):
        assert Closing.objects.visible_to(person).count() == seen


def test_a_closed_concern_takes_no_action_and_no_decision(room, concern):
    decide(concern, room.lead)
    close(fresh(concern), room.lead)
    with pytest.raises(OutOfTurn):
        act(fresh(concern), room.lead, room.pastoral)
    with pytest.raises(OutOfTurn):
        decide(fresh(concern), room.lead)


# --- what the reporter is told


def test_the_reporter_is_told_of_reading_deciding_and_closing_and_a_lead_who_logged_it_is_not(room):
    for author, told in ((room.teacher, 3), (room.lead, 0)):
        concern = deciding.open_concern(concern=factories.concern(room, by=author), by=room.lead)
        counted = 0
        for step in (None, decide, close):
            if step:
                step(fresh(concern), room.lead)
            # A notice stands once until it is opened: the author looks after each step.
            counted += Notice.objects.filter(user=author, object_id=concern.pk, kind=Notice.Kind.RECEIPT, opened_at=None).update(opened_at=SCHOOL_DAY)  # fmt: skip
        assert counted == told


@pytest.mark.parametrize("who", ["teacher", "pastoral", "office"])
def test_nobody_but_leads_decides_notes_acts_or_closes(room, concern, who):
    person = getattr(room, who)
    decided = deciding.open_concern(concern=factories.concern(room), by=room.lead)
    decide(decided, room.lead)
    for attempt in (
        lambda: decide(concern, person),
        lambda: deciding.add_note(concern=concern, token=uuid4(), text="Rang.", by=person),
        lambda: act(concern, person, room.pastoral),
        lambda: close(fresh(decided), person),
        lambda: rename(concern, "Mine", person),
    ):
        with pytest.raises(NotAllowed):
            attempt()
