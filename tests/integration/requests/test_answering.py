"""How does a request end that is no copy: by two people, withdrawn, and opened again?"""

from typing import Any

import pytest
from django.utils import timezone

from safeguarding.concerns.models import Chronicled
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.lifecycles import request_life
from sharing.requests.models import RequestRole, RightsRequest, Statement
from sharing.requests.services import (
    answering,
    approving,
    building,
    gathering,
    intake,
    letters,
    roles,
    statements,
    steps,
)
from tests import factories
from tests.walls import asking

from .answers import CHECKS
from .cases import handed_in, taken_up

pytestmark = pytest.mark.django_db
Part = RequestRole.Part
WHY = "UK GDPR Article 17(3)(b): the school has to keep it."


def approved(case: RightsRequest, cast: Any) -> RightsRequest:
    """Prepared by the lead and approved by the officer."""
    roles.name(case, by=cast.office, user=cast.lead, part=Part.PREPARER)
    roles.name(case, by=cast.office, user=cast.officer, part=Part.APPROVER)
    request_life.perform("prepare", case, by=cast.lead)
    return request_life.perform("approve", case, by=cast.officer, approved_state="x")


def test_refused_it_is_answered_once_somebody_else_approved_these_reasons(cast: Any) -> None:
    case = taken_up(cast, cast.child(), right="erase")
    assert answering.unsaid(case) == ["Record the outcome and its reasons."]
    said = answering.answer(case, by=cast.office, outcome="refused", reasons=WHY)
    assert (said.status, answering.unsaid(said)) == ("open", [])
    ready = approved(case, cast)
    other = answering.answer(ready, by=cast.office, outcome="refused", reasons="Other reasons.")
    assert (other.status, other.approved_at) == ("open", None)
    answering.answer(other, by=cast.office, outcome="refused", reasons=WHY)
    request_life.perform("prepare", case, by=cast.lead)
    request_life.perform("approve", case, by=cast.officer)
    done = answering.answer(case, by=cast.office, outcome="refused", reasons=WHY)
    assert (done.status, done.answered_by) == ("answered", cast.office)
    assert WHY in letters.begin(done, by=cast.office, kind="refusal", token=uuid7()).text
    with pytest.raises(OutOfTurn):
        answering.answer(case, by=cast.office, outcome="refused", reasons=WHY)


def test_who_proposed_an_outcome_does_not_approve_it(cast: Any) -> None:
    case = taken_up(cast, cast.child(), right="erase")
    roles.name(case, by=cast.office, user=cast.lead, part=Part.PREPARER)
    roles.name(case, by=cast.office, user=cast.officer, part=Part.APPROVER)
    intake.answer_checks(case, by=cast.lead, **CHECKS)
    answering.answer(case, by=cast.officer, outcome="refused", reasons=WHY)
    approving.prepare(case, by=cast.lead)
    with pytest.raises(NotAllowed):
        approving.approve(case, by=cast.officer)
    answering.answer(case, by=cast.office, outcome="refused", reasons=f"{WHY} And more.")
    approving.prepare(case, by=cast.lead)
    assert approving.approve(case, by=cast.officer).status == "approved"


def test_an_unfounded_request_is_refused_without_being_searched_for(cast: Any) -> None:
    case = taken_up(cast, cast.child())
    roles.name(case, by=cast.office, user=cast.lead, part=Part.PREPARER)
    roles.name(case, by=cast.office, user=cast.officer, part=Part.APPROVER)
    intake.answer_checks(case, by=cast.lead, **CHECKS)
    assert "What is held has not been gathered. Gather it first." in approving.preparing_problems(case, cast.lead)
    why = "UK GDPR Article 12(5): the same was asked and answered three times this month."
    case = answering.answer(case, by=cast.office, outcome="refused", reasons=why)
    assert approving.preparing_problems(case, cast.lead) == []
    approving.prepare(case, by=cast.lead)
    approving.approve(case, by=cast.officer)
    assert answering.answer(case, by=cast.office, outcome="refused", reasons=why).status == "answered"


def test_a_refusal_that_is_gathered_after_all_is_no_refusal_any_more(cast: Any) -> None:
    case = taken_up(cast, cast.child())
    answering.answer(case, by=cast.office, outcome="refused", reasons=WHY)
    ready = approved(case, cast)
    with pytest.raises(OutOfTurn, match="refused as a whole"):
        building.ask(ready, by=cast.officer)
    again = gathering.ask(ready, by=cast.office)
    assert (again.status, again.outcome, again.approved_at) == ("open", "", None)
    assert approving.preparing_problems(again, cast.lead)


def test_an_outcome_is_one_that_the_case_can_have(cast: Any) -> None:
    copy = taken_up(cast, cast.child())
    with pytest.raises(BadInput, match="handed over"):
        answering.answer(copy, by=cast.office, outcome="given", reasons=WHY)
    with pytest.raises(BadInput, match="reasons"):
        answering.answer(copy, by=cast.office, outcome="refused", reasons=" ")
    with pytest.raises(NotAllowed):
        answering.answer(copy, by=cast.teacher, outcome="refused", reasons=WHY)
    assert answering.answer(copy, by=cast.office, outcome="refused", reasons=WHY).outcome == "refused"
    objects = taken_up(cast, cast.child(), right="object")
    with pytest.raises(BadInput):
        answering.answer(objects, by=cast.office, outcome="statement", reasons=WHY)
    rectify = taken_up(cast, cast.child(), right="rectify")
    assert answering.answer(rectify, by=cast.office, outcome="statement", reasons=WHY).outcome == "statement"


def test_a_complaint_is_acknowledged_before_its_outcome(cast: Any) -> None:
    case = taken_up(cast, cast.child(), right="complaint")
    assert case.reference.startswith("RQ-")
    answering.answer(case, by=cast.office, outcome="done", reasons="We changed how letters are sent.")
    ready = approved(case, cast)
    with pytest.raises(OutOfTurn, match="Acknowledge"):
        answering.answer(ready, by=cast.office, outcome="done", reasons="We changed how letters are sent.")
    steps.add(case, by=cast.office, kind="acknowledged", happened_on=timezone.localdate(), token=uuid7())
    done = answering.answer(ready, by=cast.office, outcome="done", reasons="We changed how letters are sent.")
    assert done.status == "answered"


def test_withdrawn_and_opened_again_with_a_reason_each(cast: Any) -> None:
    case = handed_in(cast)
    with pytest.raises(BadInput):
        answering.withdraw(case, by=cast.office, because="")
    with pytest.raises(NotAllowed):
        answering.withdraw(case, by=cast.teacher, because="They rang.")
    done = answering.withdraw(case, by=cast.office, because="They rang.")
    assert (done.status, done.ended_because) == ("withdrawn", "They rang.")
    again = answering.reopen(done, by=cast.office, because="They rang once more.")
    assert (again.status, again.withdrawn_at, again.opened_by) == ("open", None, cast.office)
    with pytest.raises(OutOfTurn):
        answering.reopen(again, by=cast.office, because="Twice.")


def test_who_disagrees_is_read_beside_the_concern_by_who_reads_it_and_by_nobody_else(cast: Any) -> None:
    child = cast.child()
    concern = factories.concern(cast.room, children=[ChildEntry("worried_about", child)])
    case = taken_up(cast, child, right="rectify")
    answering.answer(case, by=cast.office, outcome="statement", reasons="It is an opinion, and stands.")
    case.refresh_from_db()
    assert "Add the statement to the record first." in intake.unanswered(case)
    words = {"text": "It was not as she writes.", "written_on": timezone.localdate(), "token": uuid7()}
    with asking(cast.lead):
        assert statements.concerns_of(case, cast.lead) == [concern]
        one, again = (statements.add(case, by=cast.lead, concern=concern, **words) for _ in range(2))
        assert one.pk == again.pk
        assert answering.unsaid(case) == []
        assert Chronicled.objects.filter(source="statements", row=one.pk, concern=concern).exists()
    with asking(cast.office):
        assert not Statement.objects.filter(pk=one.pk).exists()
    other = factories.concern(cast.room)
    for by, beside in ((cast.office, concern), (cast.lead, other)):
        with pytest.raises(NotAllowed):
            statements.add(case, by=by, concern=beside, **words)
    copy = taken_up(cast, child)
    with pytest.raises(BadInput, match="correction"):
        statements.add(copy, by=cast.lead, concern=concern, **{**words, "token": uuid7()})
    assert [one.text for one in Statement.objects.filter(concern=concern)] == ["It was not as she writes."]
