"""What does the database tell of a school's list to whoever does not keep it? In SQL, as the roles that work ask it."""

from uuid import UUID

import pytest
from django.db import connection

from children import names
from children.facts import Adult, Home
from children.services import safeguards
from children.services.access import declare_conflict
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.sheets import number
from tests.walls import asking

pytestmark = pytest.mark.django_db
HOME = Home("12 Mill Lane", "Stockport", "", "SK1 4AA")
KERRY = Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001")


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def elsewhere():
    return factories.staffroom("Fernacre Primary School")


@pytest.fixture
def family(clock, room):
    """Amber, whose address is confidential, and Ben, of one home and one mother."""
    made = {"by": room.office, "homes": [HOME], "adults": [KERRY]}
    amber = factories.child(room.school, "Amber", "Ashdown", details={"upn": number(1)}, **made)
    facts = safeguards.AddressFacts(reason="A threat.", starts_on=SCHOOL_DAY.date(), told_by="family")
    safeguards.record_safeguard(child=amber, token=uuid7(), facts=facts, by=room.lead)
    return amber, factories.child(room.school, "Ben", "Ashdown", **made)


def answer(question, *given):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {question}", given)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("count(*) FROM rules.children_numbered(%s, %s::text[])", [[number(1)]]),
        ("count(*) FROM rules.households_at(%s, %s::text[])", [[HOME.identity]]),
        ("count(*) FROM rules.contacts_at(%s, %s::text[])", [[KERRY.identity]]),
        ("count(*) FROM rules.contacts_called(%s, %s::text, %s::text)", ["Kerry", "Ashdown"]),
        (
            "count(*) FROM rules.children_like(%s, %s::text[], %s::text[], NULL)",
            [list(names.sounds("Amber")), list(names.sounds("Ashdown"))],
        ),
        ("rules.last_number_at(%s)", []),
    ],
    ids=lambda said: said.partition("rules.")[2].partition("(")[0] if isinstance(said, str) else "",
)
def test_what_is_on_a_list_is_told_to_whoever_keeps_it(room, elsewhere, family, question, given):
    for person, is_told in ((room.office, True), (room.lead, True), (room.teacher, False), (elsewhere.office, False)):
        with asking(person):
            assert bool(answer(question, room.school.pk, *given)) == is_told, person.username
    with asking(None, role="worker", task="imports"):
        assert answer(question, room.school.pk, *given)
    with asking(None):
        assert not answer(question, room.school.pk, *given)


def test_who_lives_beside_a_child_is_told_to_whom_its_record_is_open(room, elsewhere, family):
    amber, ben = family
    declare_conflict(user=room.headteacher, child=amber, kind="relative", by=room.lead)
    words = ["Not near 12 Mill Lane.", "Not at the gate."]
    for person, of_amber, of_ben in (
        (room.office, True, True),
        (room.headteacher, False, True),
        (room.teacher, False, False),
        (elsewhere.lead, False, False),
    ):
        for child, is_open in ((amber, of_amber), (ben, of_ben)):
            with asking(person):
                beside = answer("rules.children_beside(%s)", child.pk)
                named = answer("rules.homes_named(%s::uuid[], %s::text[])", [child.pk] * 2, words)
            assert [UUID(str(key)) for key in beside] == [one.pk for one in family if one != child] * is_open
            # Of a record that is not open every text counts: which of them names the home is told by nothing.
            assert sorted(named) == ([1] if is_open else [1, 2]), person.username
