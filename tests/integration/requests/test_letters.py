"""Does a letter begin from facts, and stay as it was sent?"""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import RequestLetter, RequestStep
from sharing.requests.services import letters, steps

from .cases import handed_in, taken_up

pytestmark = pytest.mark.django_db
K = RequestLetter.Kind


def asked(cast: Any, **facts: Any) -> Any:
    return taken_up(cast, cast.child(), case=handed_in(cast, requester="Dana O'Neill & Co", **facts))


def begun(case: Any, by: Any, kind: str) -> RequestLetter:
    return letters.begin(case, by=by, kind=kind, token=uuid7())


def test_a_letter_begins_from_facts(cast: Any) -> None:
    case = asked(cast)
    text = begun(case, cast.office, K.ACKNOWLEDGEMENT).text
    for fact in (case.reference, "Dana O'Neill & Co", "16 November 2026", "16 December 2026", cast.school.name):
        assert fact in text
    assert "https://ico.org.uk/make-a-complaint/" in text
    with pytest.raises(NotAllowed):
        begun(case, cast.teacher, K.PROGRESS)
    with pytest.raises(OutOfTurn):
        begun(handed_in(cast), cast.office, K.ACKNOWLEDGEMENT)
    with pytest.raises(OutOfTurn, match="refused"):
        begun(case, cast.office, K.REFUSAL)


@pytest.mark.parametrize("kind", [kind for kind in K if kind != K.REFUSAL])
def test_each_kind_begins_without_a_hole_but_those_in_brackets(cast: Any, kind: str) -> None:
    text = begun(asked(cast), cast.office, kind).text
    assert "None" not in text and "{" not in text and "\n\n\n" not in text


def test_while_there_is_a_draft_it_is_that_one(cast: Any) -> None:
    case = asked(cast)
    assert begun(case, cast.office, K.PROGRESS) == begun(case, cast.lead, K.PROGRESS)


def test_a_draft_is_changed_by_who_saw_it_last(cast: Any) -> None:
    draft = begun(asked(cast), cast.office, K.PROGRESS)
    letters.change(draft, by=cast.office, text="We are reading.", revision=0)
    with pytest.raises(ChangedSince):
        letters.change(draft, by=cast.lead, text="Nothing.", revision=0)
    with pytest.raises(BadInput):
        letters.change(draft, by=cast.lead, text=" ", revision=1)


def test_sent_it_is_a_step_and_stays_as_it_is(cast: Any) -> None:
    case, today = asked(cast), timezone.localdate()
    draft = begun(case, cast.office, K.CLARIFICATION)
    with pytest.raises(BadInput, match="square brackets"):
        letters.send(draft, by=cast.office, sent_on=today)
    letters.change(draft, by=cast.office, text="Which years?", revision=0)
    for _ in range(2):
        sent = letters.send(draft, by=cast.office, sent_on=today)
    assert sent.sent_by == cast.office
    assert RequestStep.objects.get(case=case).kind == "clarification_asked"
    assert steps.dates_of(case).is_paused
    with pytest.raises(OutOfTurn):
        letters.change(sent, by=cast.office, text="Other", revision=sent.revision)
    assert begun(case, cast.office, K.CLARIFICATION) != sent


def test_further_time_too_late_is_no_letter(cast: Any) -> None:
    case = asked(cast, received_on=date(2026, 9, 3))
    with pytest.raises(BadInput, match="had to be told by"):
        begun(case, cast.office, K.EXTENSION)
    draft = begun(asked(cast), cast.office, K.EXTENSION)
    assert "16 February 2027" in draft.text
