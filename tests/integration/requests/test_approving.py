"""Is an answer prepared by one person and approved by another, and by nobody from whom something of it is hidden?"""

from typing import Any

import pytest

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RequestStep, RightsRequest
from sharing.requests.services import approving, deciding, intake, roles
from tests.integration.requests.answers import (
    CHECKS,
    School,
    decide_person,
    decided,
    family,
    gathered,
    give,
    looked,
    now,
    prepared,
    school,
)
from tests.integration.requests.desk import K, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> School:
    return school()


@pytest.fixture
def case(at: School) -> RightsRequest:
    rowan, _ = family(at)
    return gathered(at, rowan)


def told(user: Any, kind: str) -> bool:
    return Notice.objects.filter(user=user, kind=kind, opened_at=None).exists()


def test_it_is_prepared_once_everything_is_decided_and_known(at: School, case: RightsRequest) -> None:
    assert len(approving.preparing_problems(case, at.lead)) > 3
    with pytest.raises(OutOfTurn, match="Say whether an order"):
        approving.prepare(case, by=at.lead)
    intake.answer_checks(case, by=at.lead, **CHECKS)
    with pytest.raises(OutOfTurn, match="Item 1: "):
        approving.prepare(now(case), by=at.lead)
    case = decided(at, case)
    with pytest.raises(NotAllowed):
        approving.prepare(case, by=at.officer)
    assert approving.prepare(case, by=at.lead).status == "prepared"
    assert told(at.officer, "request_to_approve")
    assert approving.prepare(now(case), by=at.lead).status == "prepared", "said again"


def test_the_approver_opens_what_names_others_and_approves_what_was_opened(at: School, case: RightsRequest) -> None:
    case = prepared(at, decided(at, case))
    with pytest.raises(OutOfTurn, match="You have not opened item"):
        approving.approve(case, by=at.officer)
    for one in approving.to_look_at(case):
        with pytest.raises(NotAllowed):
            approving.look(one.item, by=at.lead)
        approving.look(one.item, by=at.officer)
    done = approving.approve(case, by=at.officer)
    assert (done.status, done.approved_by, len(done.approved_state)) == ("approved", at.officer, 64)
    assert approving.approve(now(case), by=at.officer).revision == done.revision, "approved again"
    assert told(at.lead, "request_approved") and told(at.cast.office, "request_approved")


def test_neither_preparer_nor_reviewer_nor_anybody_else_approves(at: School, case: RightsRequest) -> None:
    case = prepared(at, decided(at, case))
    looked(at, case)
    for user in (at.lead, at.cast.office, at.cast.headteacher, at.cast.deputy):
        with pytest.raises(NotAllowed):
            approving.approve(case, by=user)
    with pytest.raises((BadInput, NotAllowed)):
        roles.replace(case, by=at.cast.office, part="approver", user=at.lead)
    assert approving.approve(case, by=at.officer).status == "approved"


def test_from_whom_an_item_is_hidden_is_refused_as_anybody_not_named(at: School) -> None:
    rowan, _ = family(at)
    case = gathered(at, rowan)
    assert at.officer in roles.people_for(case, "approver")
    case = prepared(at, decided(at, case))
    looked(at, case)
    declare_conflict(user=at.officer, child=rowan, kind="relative", by=at.lead)
    assert at.officer not in roles.people_for(case, "approver")
    with pytest.raises(NotAllowed) as hidden:
        approving.approve(case, by=at.officer)
    with pytest.raises(NotAllowed) as unnamed:
        approving.approve(case, by=at.cast.deputy)
    assert hidden.value.sentence == unnamed.value.sentence


def test_sent_back_it_is_open_again_and_the_note_is_for_who_prepared_it(at: School, case: RightsRequest) -> None:
    case = prepared(at, decided(at, case))
    with pytest.raises(BadInput, match="Write what"):
        approving.send_back(case, by=at.officer, note=" ")
    with pytest.raises(NotAllowed):
        approving.send_back(case, by=at.lead, note="Look again.")
    assert approving.send_back(case, by=at.officer, note="Item 1: the bag.").status == "open"
    step = RequestStep.objects.get(case=case, kind="sent_back")
    assert step.text == "Item 1: the bag." and told(at.lead, "request_sent_back")
    with pytest.raises(OutOfTurn):
        approving.approve(now(case), by=at.officer)


def test_any_change_opens_it_again_and_what_was_looked_at_is_looked_at_again(at: School, case: RightsRequest) -> None:
    case = prepared(at, decided(at, case))
    looked(at, case)
    approving.approve(case, by=at.officer)
    item = RequestItem.objects.filter(case=case, decided="part").first()
    assert item is not None
    give(item, by=at.lead, decided="withheld")
    assert now(case).status == "open" and now(case).approved_state == ""
    case = approving.prepare(now(case), by=at.lead)
    assert [one.item.pk for one in approving.to_look_at(case) if not one.is_seen] == [item.pk]


def test_staff_kept_in_their_role_ask_for_no_second_look() -> None:
    desk_ = desk()
    plain, staffed = desk_.item("Hail."), desk_.item("Mr Hale rang.")
    family, cut, by_hand = desk_.item("Denise Pope rang."), desk_.item(), desk_.item("Snow at the gate.")
    page = desk_.item(content={"blocks": [], "pages": [{"n": 1, "words": []}]}, pages_read=[1])
    withheld = desk_.item("Rain.")
    desk_.person("Mr Hale", staffed, kind=K.STAFF, label="Staff B")
    pope = desk_.person("Denise Pope", family)
    deciding.keep_staff(desk_.case, by=desk_.lead, token=uuid7())
    decide_person(pope, by=desk_.lead, deed="keep", token=uuid7())
    desk_.take_out(cut, "Denise")
    desk_.take_out(by_hand, "gate", deed="keep")
    for one in (plain, staffed, family, cut, by_hand, page, withheld):
        give(one, by=desk_.lead, decided="withheld" if one == withheld else "")
    assert {one.item.pk: one.why for one in approving.to_look_at(desk_.case)} == {
        family.pk: ("a child or an adult of a family is kept by name",),
        cut.pk: ("not given in full", "something is taken out"),
        by_hand.pk: ("something is kept by hand",),
        page.pk: ("has a page without words",),
        withheld.pk: ("not given in full",),
    }
