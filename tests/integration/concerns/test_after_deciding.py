"""Notes, actions, the title, closing and opening again: what each saves, refuses, and does when it is done twice."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Closing, Concern, ConcernNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.deciding import FURTHEST
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY

from .decided import DAY, WATCH, act, close, decide, fresh, rename

pytestmark = pytest.mark.django_db


@pytest.fixture
def concern(room):
    return deciding.open_concern(concern=factories.concern(room), by=room.lead, at=SCHOOL_DAY)


# --- notes, actions, title


def test_notes_and_actions_with_the_same_token_are_there_once(room, concern):
    token = uuid4()
    for _ in range(2):
        deciding.add_note(concern=concern, token=token, text="Rang.", by=room.lead)
        act(concern, room.lead, room.pastoral, token=token)
    assert ConcernNote.objects.filter(concern=concern).count() == 1
    assert Action.objects.filter(concern=concern).count() == 1
    assert Notice.objects.filter(user=room.pastoral, kind=ConcernNotice.ACTION).count() == 1


def test_an_action_sent_again_for_another_person_or_day_is_another_action(room, concern):
    token = uuid4()
    for owner, due_on in ((room.pastoral, DAY), (room.teacher, DAY), (room.teacher, DAY + timedelta(days=1))):
        for _ in range(2):
            act(concern, room.lead, owner, due_on=due_on, token=token)
    assert Action.objects.filter(concern=concern).count() == 3


@pytest.mark.parametrize("days", [0, FURTHEST.days])
def test_an_action_is_for_a_day_that_somebody_will_see(room, concern, days):
    assert act(concern, room.lead, room.pastoral, due_on=DAY + timedelta(days=days)).status == Action.Status.TO_DO


@pytest.mark.parametrize(
    "day", [date(1800, 1, 1), DAY - timedelta(days=1), DAY + timedelta(days=FURTHEST.days + 1), date.max]
)
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
