"""Does an item give what is not taken out and nothing else, and does the state of a case follow every change?"""

import pytest

from children import mentions
from safeguarding.keys import uuid7
from sharing.requests.models import RightsRequest
from sharing.requests.services import deciding, documents

from .answers import decide_person
from .desk import WORDS, Desk, K, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Desk:
    return desk()


def given(of) -> str:
    say = documents.say_of(of.case, documents.people_in([of]))
    return "".join(run.text for block in documents.released(of, say).blocks for run in block.runs)


def test_a_decision_on_a_person_holds_everywhere_unless_a_place_differs(at):
    first, second = at.item(), at.item("Denise Pope rang.")
    pope = at.person("Denise Pope", first, second)
    decide_person(pope, by=at.lead, deed="replace", token=uuid7(), **at.because())
    assert "Adult B saw him" in given(first)
    assert given(second) == "Adult B rang."
    deciding.redact(second, by=at.lead, deed="keep", block="text", start=0, end=11, token=uuid7())
    assert given(second) == "Denise Pope rang."
    assert "Adult B saw him" in given(first)


def test_what_is_undone_holds_no_more_and_can_be_undone_once(at):
    one = at.item()
    row = at.take_out(one, "Denise Pope saw him at the gate.")
    assert "Pope" not in given(one)
    token = uuid7()
    made = deciding.undo(row, by=at.lead, token=token)
    assert deciding.undo(row, by=at.lead, token=token) == made
    assert given(one) == WORDS
    with pytest.raises(deciding.OutOfTurn, match="undone already"):
        deciding.undo(row, by=at.lead, token=uuid7())


def test_a_confidential_address_comes_out_always(at):
    one = at.item()
    kept = deciding.redact(one, by=at.lead, deed="keep", block="text", start=0, end=len(WORDS), token=uuid7())
    address = at.person("14 Example Close", one, kind=K.ADDRESS, label="Address B")
    assert "14 Example Close" not in given(one), "it was kept by hand before anybody said so"
    assert "Denise Pope" in given(one)
    deciding.undo(kept, by=at.lead, token=uuid7())
    with pytest.raises(deciding.BadInput, match="confidential address"):
        deciding.redact(one, by=at.lead, deed="keep", block="text", start=0, end=len(WORDS), token=uuid7())
    with pytest.raises(deciding.BadInput, match="may not be kept"):
        decide_person(address, by=at.lead, deed="keep", token=uuid7())
    assert "14 Example Close" not in given(one)


def test_a_mention_is_told_as_the_answer_calls_the_child(at):
    own, other = mentions.marker(at.child.pseudonym), mentions.marker("k7f3q2m9xd")
    one = at.item(f"{own} played with {other}.")
    bo = at.person(other, one, kind=K.CHILD, label="Child B")
    bo.names = {"forename": "Bo", "surname": "Marsden", "pseudonym": "k7f3q2m9xd"}
    bo.save(update_fields=["names"])
    assert given(one) == "Rowan Ashdown played with Child B."
    decide_person(bo, by=at.lead, deed="keep", token=uuid7())
    say = documents.say_of(one.case, [bo], documents.kept_in(documents.marks_of(one)))
    assert documents.released(one, say).blocks[0].runs[0].text == "Rowan Ashdown played with Bo Marsden."


def test_the_state_follows_every_change_and_comes_back_with_its_undoing(at):
    one, two = at.item(), at.item("Hail in the yard.")
    pope = at.person("Denise Pope", one)
    states = [documents.state_of(at.case)]
    row = at.take_out(two, "Hail")
    states.append(documents.state_of(at.case))
    decide_person(pope, by=at.lead, deed="keep", token=uuid7())
    states.append(documents.state_of(at.case))
    one.refresh_from_db()
    deciding.decide(one, by=at.lead, decided="full", revision=one.revision)
    states.append(documents.state_of(at.case))
    two.found = {"spans": [["text", 0, 4, str(pope.pk)]], "boxes": []}
    two.save(update_fields=["found"])
    states.append(documents.state_of(at.case))
    assert len(set(states)) == len(states)
    deciding.undo(row, by=at.lead, token=uuid7())
    two.found = {"spans": [], "boxes": []}
    two.save(update_fields=["found"])
    state = documents.state_of(at.case)
    assert state not in states
    assert state == documents.state_of(at.case)
    assert len(state) == 64


def test_a_change_opens_what_was_prepared_or_approved_again(at):
    one = at.item()
    now = one.made_at
    for status in ("prepared", "approved"):
        approved = {"approved_at": now, "approved_by": at.dpo} if status == "approved" else {}
        RightsRequest._base_manager.filter(pk=at.case.pk).update(
            status=status, prepared_at=now, prepared_by=at.lead, approved_state="a" * 64, **approved
        )
        at.take_out(one, "Rowan was late." if approved else "Mr Hale")
        at.case.refresh_from_db()
        assert (at.case.status, at.case.approved_state) == ("open", "")
        assert at.case.prepared_by is at.case.approved_by is None
