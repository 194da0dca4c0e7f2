"""Is whoever opens something about children by their role alone in the notice?"""

from typing import Any

import pytest
from django.db import connection, models
from psycopg import sql

from children.models import Child
from safeguarding import privacy_notice
from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.roles import ROLES, register
from safeguarding.accounts.services import change_school
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.audit.protection import protected_models
from safeguarding.keys import uuid7
from safeguarding.personal_data import about_children
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.integration.requests.cases import taken_up
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.noticing import draft_of, prepared, published, words, wrong
from tests.registering import registering
from tests.walls import asking

pytestmark = pytest.mark.django_db
NAMES_THEM = "Who handles records is named"


class Invented(models.TextChoices):
    READ_LETTERS = "read_letters", "reads letters about every child"


def full(place: Place) -> None:
    """Something of each kind that a role may open without access by name."""
    load_request_law()
    room = place.room
    factories.concern(room)
    place.consent()
    taken_up(room, place.child)
    told = Telling(raised_as="low_level", facts="She signed for a trip.", user=room.headteacher)
    raise_staff_concern(token=uuid7(), school=room.school, telling=told, by=room.assistant)


def opened_by(person: Any) -> set[str]:
    """Tables about children, beside the list of their names and classes, of which the database shows somebody a row."""
    found = set()
    with asking(person), connection.cursor() as cursor:
        for model in set(about_children()) & set(protected_models()) - {Child}:
            cursor.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(model._meta.db_table)))
            if cursor.rowcount:
                found.add(model._meta.label)
    return found


def test_whoever_opens_something_about_children_by_role_is_in_the_notice(place: Place):
    full(place)
    people = {key: factories.member(place.school, key, "Ros", f"Of {key}") for key in ROLES}
    opened = {key: found for key, person in people.items() if (found := opened_by(person))}
    assert {"office", "chair", "dpo", "lead", "headteacher"} <= set(opened)
    assert {"governor", "it_admin", "auditor"}.isdisjoint(opened)
    listed = [line for line in words(draft_of(place).sections).splitlines() if line.startswith("How we collect it: ")]
    for key, tables in opened.items():
        assert f"How we collect it: {ROLES[key].title}" in listed, (key, tables)


def test_a_new_capability_names_its_roles_unless_it_says_why_not(place: Place):
    assert "Safeguarding governor" not in words(draft_of(place).sections)
    with registering(CAPABILITIES):
        register(Invented, held_by={Invented.READ_LETTERS: ("governor",)})
        assert "How we collect it: Safeguarding governor" in words(draft_of(place).sections)
    with registering(CAPABILITIES):
        why = {Invented.READ_LETTERS: "letters are about nobody"}
        register(Invented, held_by={Invented.READ_LETTERS: ("governor",)}, unnamed=why)
        assert "Safeguarding governor" not in words(draft_of(place).sections)


def test_a_version_that_leaves_a_role_out_is_not_true(place: Place, monkeypatch: pytest.MonkeyPatch):
    prepared(place)
    named = privacy_notice._facts["roles"]
    monkeypatch.setitem(
        privacy_notice._facts, "roles", lambda asked: [key for key in named(asked) if key not in ("office", "dpo")]
    )
    published(place)
    assert wrong(place)[NAMES_THEM] == [
        "Office handles records, and the notice does not name it.",
        "Data protection officer handles records, and the notice does not name it.",
    ]
    monkeypatch.undo()
    change_school(school=place.school, by=place.room.headteacher, telephone="0161 496 0999")
    published(place)
    assert NAMES_THEM not in wrong(place)
