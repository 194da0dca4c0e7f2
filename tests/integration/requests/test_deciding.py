"""Who decides on a copy, with which reason, and what has to be settled before a whole item is decided?"""

import pytest

from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import Redaction, RightsRequest
from sharing.requests.services import deciding, documents
from sharing.requests.services.law import in_force

from .answers import decide_person
from .cases import RECEIVED
from .desk import OTHERS, WORDS, Desk, K, desk

pytestmark = pytest.mark.django_db
PAGE = {"n": 1, "words": [["Rowan", 100, 100, 200, 120], ["Pope", 210, 100, 300, 120]]}


@pytest.fixture
def at() -> Desk:
    return desk()


def decide(at, of, decided="full", **more):
    of.refresh_from_db()
    return deciding.decide(of, **({"by": at.lead, "decided": decided, "revision": of.revision} | more))


def test_only_its_reviewer_decides_on_an_item_and_only_while_it_is_worked_on(at):
    one = at.item()
    for user in (at.dpo, at.room.headteacher, at.room.office, at.room.deputy):
        with pytest.raises(NotAllowed):
            at.take_out(one, "Denise Pope", by=user)
        with pytest.raises(NotAllowed):
            decide(at, one, by=user)
    assert at.take_out(one, "Denise Pope").made_by == at.lead
    RightsRequest._base_manager.filter(pk=at.case.pk).update(
        status="answered", answered_at=one.made_at, answered_by=at.room.office, outcome="given"
    )
    with pytest.raises((NotAllowed, OutOfTurn)):
        at.take_out(one, "Mr Hale")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"start": 5, "end": 4000}, "the mark goes to 4000"),
        ({"start": 5, "end": 5}, "Nothing is marked"),
        ({"block": "nowhere"}, "no such text"),
        ({"block": "", "start": None, "end": None, "page": 1, "area": (900, 10, 1100, 40)}, "leads off page 1"),
        ({"block": "", "start": None, "end": None, "page": 1, "area": (90, 40, 90, 50)}, "has no size"),
        ({"block": "", "start": None, "end": None, "page": 7, "area": (10, 10, 40, 40)}, "no page 7"),
        ({"deed": "shred"}, "Choose what to do"),
        ({"deed": "replace", "instead": " "}, "Say what stands instead"),
        ({"deed": "replace", "instead": "x" * 81}, "at most 80"),
        ({"exemption": None}, "Choose the legal reason"),
        ({"why": " "}, "Say why, in this case"),
        ({"answers": OTHERS | {"who_else": ""}}, "Answer “Who else"),
        ({"answers": OTHERS | {"in_role": "perhaps"}}, "Choose an answer to"),
    ],
)
def test_what_cannot_be_marked_is_said_in_a_sentence(at, given, sentence):
    one = at.item(content={"blocks": [{"key": "text", "label": "Note", "text": WORDS}], "pages": [PAGE]})
    with pytest.raises(BadInput, match=sentence):
        at.take_out(one, "Denise Pope", **given)
    assert not Redaction._base_manager.filter(case=at.case).exists()


def test_an_exemption_is_used_for_whom_it_is_made_and_when_its_answers_allow_it(at):
    one = at.item()
    abuse = in_force("child_abuse", RECEIVED)
    answers = {"responsibility": "yes", "abuse": "All of it.", "interest": "He would be at risk."}
    with pytest.raises(BadInput, match="By this answer"):
        at.take_out(one, "Rowan", exemption=abuse, answers=answers | {"responsibility": "no"})
    at.take_out(one, "Rowan", exemption=abuse, answers=answers)
    RightsRequest._base_manager.filter(pk=at.case.pk).update(requester_is="child")
    with pytest.raises(BadInput, match="cannot be used for who asks"):
        at.take_out(one, "was late", exemption=abuse, answers=answers)


def test_the_same_form_decides_once_and_a_second_decision_takes_the_place_of_the_first(at):
    one = at.item()
    token = uuid7()
    first = at.take_out(one, "Denise Pope", token=token)
    assert at.take_out(one, "Denise Pope", token=token) == first
    second = at.take_out(one, "Denise Pope", deed="replace", instead="a neighbour")
    live = documents.live(Redaction._base_manager.filter(item=one))
    assert [row.pk for row in live] == [second.pk]


def test_an_item_is_decided_once_nobody_in_it_is_open_and_each_page_without_words_is_read(at):
    pages = [PAGE, {"n": 2, "words": []}]
    one = at.item(content={"blocks": [{"key": "text", "label": "Note", "text": WORDS}], "pages": pages})
    pope = at.person("Denise Pope", one)
    with pytest.raises(BadInput, match="Somebody was found in it"):
        decide(at, one)
    made = decide_person(pope, by=at.lead, deed="out", token=uuid7(), **at.because())
    with pytest.raises(BadInput, match="Page 2 has no words"):
        decide(at, one, "part")
    for page, sentence in ((1, "has words"), (3, "no page 3")):
        with pytest.raises(BadInput, match=sentence):
            deciding.tick_page(one, by=at.lead, page=page)
    deciding.tick_page(one, by=at.lead, page=2)
    with pytest.raises(BadInput, match="choose in part"):
        decide(at, one)
    assert deciding.undecided(at.case, at.lead) == ["Item 1: decide what becomes of it."]
    done = decide(at, one, "part")
    assert deciding.undecided(at.case, at.lead) == []
    with pytest.raises(ChangedSince):
        deciding.decide(one, by=at.lead, decided="part", revision=done.revision - 1)
    # Undone, somebody is open again: the item is not decided any more.
    deciding.undo(made, by=at.lead, token=uuid7())
    one.refresh_from_db()
    assert (one.decided, one.decided_by) == ("", None)


def test_what_was_decided_in_full_is_open_again_when_something_is_taken_out(at):
    one = at.item()
    decide(at, one)
    at.take_out(one, "Denise Pope")
    one.refresh_from_db()
    assert one.decided == ""
    decide(at, one, "part")
    # Found anew, as by gathering again: nothing is changed in the row, and the reviewer is told.
    at.person("Mr Hale", one)
    assert "nothing is decided" in deciding.undecided(at.case, at.lead)[0]


def test_a_whole_item_is_withheld_with_a_reason_or_was_not_asked_for(at):
    one, two = at.item(), at.item("Hail.")
    with pytest.raises(BadInput, match="Choose the legal reason"):
        decide(at, one, "withheld", why="It is about her.")
    assert decide(at, one, "withheld", **at.because()).exemption == at.others
    with pytest.raises(BadInput, match="why it was not asked for"):
        decide(at, two, "out_of_scope")
    assert decide(at, two, "out_of_scope", why="Of another school.", is_record=True).is_record
    for wrong in ("", "gone"):
        with pytest.raises(BadInput, match="Choose what becomes"):
            decide(at, two, wrong)


def test_what_waits_for_an_opinion_is_not_given_before_it_is_recorded(at):
    one = at.item()
    health = in_force("health", RECEIVED)
    said = {"had": "yes", "professional": "Dr Vale, 2 November 2026", "opinion": "no_harm", "known": "no"}
    for missing in ({"professional": ""}, {"had": "no"}):
        with pytest.raises(BadInput, match="It waits for the opinion"):
            decide(at, one, exemption=health, answers=said | missing, why="Her eyes.")
    with pytest.raises(BadInput, match="may not be given"):
        decide(at, one, exemption=health, answers=said | {"opinion": "harm"}, why="Her eyes.")
    assert decide(at, one, exemption=health, answers=said, why="Her eyes.").decided == "full"
    with pytest.raises(BadInput, match="By this answer"):
        decide(at, one, "withheld", exemption=health, answers=said, why="Her eyes.")


def test_what_has_no_copy_is_withheld_or_given_by_hand(at):
    film, virus = at.item("", without="not_copied"), at.item("", without="not_scanned")
    with pytest.raises(BadInput, match="how it is given by hand"):
        decide(at, film)
    assert decide(at, film, why="On a stick, in the office.").decided == "full"
    with pytest.raises(BadInput, match="cannot be given"):
        decide(at, virus, why="On a stick.")
    assert decide(at, virus, "withheld", why="It has a virus.").decided == "withheld"


def test_a_passage_about_others_is_never_given_in_full(at):
    one = at.item(is_passage=True)
    with pytest.raises(BadInput, match="about others"):
        decide(at, one)
    at.take_out(one, "Denise Pope saw him at the gate.")
    assert decide(at, one, "part").decided == "part"


def test_members_of_staff_are_kept_in_one_step_by_who_reviews_them(at):
    one, hidden = at.item(), at.item("Ms Vane.", reviewer=at.room.headteacher)
    hale = at.person("Mr Hale", one, kind=K.STAFF, label="Staff B")
    pope = at.person("Denise Pope", one)
    at.person("Ms Vane", hidden, kind=K.STAFF, label="Staff C")
    kept = deciding.keep_staff(at.case, by=at.lead, token=uuid7())
    assert [row.person for row in kept] == [hale]
    assert "paragraph 17" in kept[0].why
    assert {place.person for place in documents.marks_of(one).found if str(pope.pk) == place.person}
    with pytest.raises(OutOfTurn, match="No member of staff"):
        deciding.keep_staff(at.case, by=at.lead, token=uuid7())
