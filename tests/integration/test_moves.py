"""The engine of moves: first the state, then the person, then what must be given; and every move is an event."""

import pytest

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Concern
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories

pytestmark = pytest.mark.django_db
S = Concern.Status
WHOLE = {"level": 2, "receipt": "watching"}
CLOSING = {"outcome": "unfounded", "closing_reason": "Looked into.", "receipt": "watching"}


def test_a_move_needs_the_state_then_the_person_then_the_facts(concern, cast):
    with pytest.raises(OutOfTurn, match="closed after a decision"):
        concern_life.perform("close", concern, by=cast.teacher)
    with pytest.raises(NotAllowed, match="Only a safeguarding lead"):
        concern_life.perform("decide", concern, by=cast.teacher, **WHOLE)
    with pytest.raises(BadInput, match="level of need"):
        concern_life.perform("decide", concern, by=cast.lead)
    moved = concern_life.perform("decide", concern, by=cast.lead, **WHOLE)
    assert (moved.status, moved.decided_by, moved.level) == (S.DECIDED, cast.lead, 2)


def test_a_move_is_recorded_once_and_a_refused_one_leaves_the_record_as_it_was(concern, cast):
    before = Concern.objects.get(pk=concern.pk).revision
    with pytest.raises(NotAllowed):
        concern_life.perform("decide", concern, by=cast.office, **WHOLE)
    assert Concern.objects.get(pk=concern.pk).revision == before
    concern_life.perform("decide", concern, by=cast.lead, **WHOLE)
    assert Event.objects.filter(verb=Verb.DECIDE, object_id=concern.pk, actor_id=cast.lead.pk).count() == 1


@pytest.mark.parametrize("state", S.values)
def test_what_a_page_offers_is_what_the_engine_allows(concern, cast, state):
    """For each state, person and move: `open_to` says yes exactly where `perform` goes through."""
    facts = {"acknowledge": {}, "decide": WHOLE, "close": CLOSING, "reopen": {}}
    for person in (cast.teacher, cast.pastoral, cast.lead, cast.headteacher):
        for name in concern_life.moves:
            concern.status = state
            concern.save(update_fields=["status"])
            offered = concern_life.open_to(concern, person)[name]
            try:
                concern_life.perform(name, concern, by=person, **facts[name])
                happened = True
            except (OutOfTurn, NotAllowed):
                happened = False
            assert offered is happened, f"{person.first_name} may {name} a {state} concern: offered {offered}"


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def concern(cast):
    return factories.concern(cast)
