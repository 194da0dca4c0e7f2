"""Read and decide: what each saves, refuses, tells, and does when it is done twice or by two at once."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, Decision, Receipt
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import calling, deciding, escalation, raising
from safeguarding.concerns.services.deciding import FURTHEST, ruling_problems, usual_receipt
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.matrix.asking import taken_back

from .decided import DAY, REFER, WATCH, act, close, decide, fresh, rename

pytestmark = pytest.mark.django_db


@pytest.fixture
def concern(room):
    return deciding.open_concern(concern=factories.concern(room), by=room.lead, at=SCHOOL_DAY)


# --- opening


def test_opening_acknowledges_once_and_by_the_first(room):
    concern = factories.concern(room)
    first = deciding.open_concern(concern=concern, by=room.lead, at=SCHOOL_DAY)
    # The deputy's page was asked for before the lead's was answered: her copy still says unread.
    second = deciding.open_concern(concern=concern, by=room.deputy, at=SCHOOL_DAY + timedelta(minutes=1))
    assert (first.status, second.status) == (Concern.Status.ACKNOWLEDGED, Concern.Status.ACKNOWLEDGED)
    assert second.acknowledged_by == room.lead
    assert Event.objects.filter(object_id=concern.pk, verb=Verb.ACKNOWLEDGE).count() == 1
    assert Notice.objects.filter(user=room.teacher, object_id=concern.pk, kind=ConcernNotice.RECEIPT).count() == 1


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


# How a ruling that goes outside is changed, and what it lacks then.
CHANGES = [
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
    (
        {
            "kind": "in_school",
            "not_referred": "Seen.",
            "new_referral": None,
            "recipient": "",
            "consent": "",
            "legal_reason": "",
        },
        set(),
    ),
    ({"kind": "monitor", "new_referral": None, "recipient": "", "consent": ""}, {"not_referred", "review_on"}),
    ({"kind": "monitor", "not_referred": "Seen.", "review_on": DAY}, set()),
]


def test_what_a_decision_needs(room, concern):
    for change, lacks in CHANGES:
        ruling = replace(REFER, **change)
        assert set(ruling_problems(ruling, today=DAY)) == lacks, change
        with taken_back():
            if lacks:
                with pytest.raises(BadInput):
                    decide(fresh(concern), room.lead, ruling)
            else:
                decide(fresh(concern), room.lead, ruling)
            assert Decision.objects.filter(concern=concern).exists() is not bool(lacks), change


@pytest.mark.parametrize("kind", sorted(set(Decision.Kind.values) - Decision.OUTSIDE))
def test_inside_the_school_a_reason_and_what_parents_know_is_enough(kind):
    assert ruling_problems(replace(WATCH, kind=kind), today=DAY) == {}


@pytest.mark.parametrize("kind", sorted(Decision.OUTSIDE))
def test_outside_the_school_it_takes_more(kind):
    assert set(ruling_problems(replace(WATCH, kind=kind), today=DAY)) == {
        "new_referral",
        "recipient",
        "consent",
        "legal_reason",
    }


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


# --- what the reporter is told


def test_the_reporter_is_told_of_reading_deciding_and_closing_and_a_lead_who_logged_it_is_not(room):
    for author, told in ((room.teacher, 3), (room.lead, 0)):
        concern = deciding.open_concern(concern=factories.concern(room, by=author), by=room.lead)
        counted = 0
        for step in (None, decide, close):
            if step:
                step(fresh(concern), room.lead)
            # A notice stands once until it is opened: the author looks after each step.
            counted += Notice.objects.filter(
                user=author, object_id=concern.pk, kind=ConcernNotice.RECEIPT, opened_at=None
            ).update(opened_at=SCHOOL_DAY)
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
