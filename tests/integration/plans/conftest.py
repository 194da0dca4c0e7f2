"""A school with its people, those beside the usual ones, and a child, on a Tuesday in term."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import set_roles_beyond_notice
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import begin_episode
from safeguarding.plans.services.rules import load_rules
from safeguarding.plans.services.steps import add_step
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom

STOCKPORT = "356"
BORN = date(2016, 4, 11)
# Columns that a kind requires, and one step of it with what that requires.
COLUMNS: dict[str, dict[str, Any]] = {
    "child_protection": {"category": "NEG", "latest_category": "NEG"},
    "care_leaver": {"eligibility": "relevant"},
}


@dataclass
class Place:
    """A staffroom, who has plans beside them, and one child."""

    room: Staffroom
    child: Child
    designated: User
    senco: User
    attendance: User
    alternate: User
    chair: User
    trust: User
    acting: User

    @property
    def school(self) -> Any:
        return self.room.school

    def everybody(self) -> dict[str, User]:
        """Everybody of the school, by what they are."""
        room = {name: one for name, one in vars(self.room).items() if isinstance(one, User)}
        return room | {name: one for name, one in vars(self).items() if isinstance(one, User)}

    def name_in_notice(self, *roles: str) -> None:
        """Let the school’s privacy notice name these roles beside its own."""
        set_roles_beyond_notice(school=self.school, role_keys=list(roles), by=self.room.headteacher)

    def begin(self, kind: str = "child_protection", *, by: User | None = None, **facts: Any) -> Episode:
        """An episode of the child, begun on 5 October 2026 by the lead."""
        given = {"child": self.child, "token": uuid7(), "starts_on": date(2026, 10, 5), "authority": STOCKPORT}
        columns = facts.pop("columns", {}) | COLUMNS.get(kind, {})
        return begin_episode(**{**given, **facts}, kind=kind, columns=columns, by=by or self.room.lead)

    def step(self, episode: Episode, kind: str, *, by: User | None = None, **facts: Any) -> Step:
        """A step of it, by the lead; where one of the kind waits and nothing more is said, that one."""
        waits = Step.objects.filter(episode=episode, kind=kind, status=Step.Status.WAITING).first()
        if waits is not None and not facts:
            return waits
        return add_step(episode=episode, token=uuid7(), kind=kind, by=by or self.room.lead, **facts)

    def looked_after_with_scores(self) -> Episode:
        """The child looked after, with a placement, two scores and one that is missing for a reason."""
        episode = self.begin("looked_after", words={"contact": "Mother, Saturdays, supervised"})
        self.step(
            episode,
            "placement",
            held_on=date(2026, 10, 5),
            columns={"legal_status": "C1", "placement": "U6", "provider": "PR1"},
            words={"delegated": "Trips and haircuts", "carers": "Ann and Bo Lee"},
        )
        for on, score in ((date(2026, 10, 6), 16), (date(2026, 11, 6), 19)):
            self.step(episode, "sdq", held_on=on, columns={"score": score})
        self.step(episode, "sdq", held_on=date(2026, 11, 9), columns={"no_score_reason": "SDQ1"})
        return episode


def make_place() -> Place:
    """The school, its people and the child."""
    load_rules()
    room = factories.staffroom()
    people = {
        name: factories.member(room.school, role, first, last)
        for name, role, first, last in (
            ("designated", "designated_teacher", "Dee", "Moss"),
            ("senco", "senco", "Ben", "Achter"),
            ("attendance", "attendance", "Ola", "Finch"),
            ("alternate", "alternate_lead", "Alma", "Reed"),
            ("chair", "chair", "Ines", "Falk"),
            ("trust", "trust_lead", "Tess", "Ives"),
            ("acting", "acting_lead", "Ada", "Crane"),
        )
    }
    return Place(room, factories.child(room.school, by=room.office, details={"date_of_birth": BORN}), **people)


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """A Tuesday in term, 10 o’clock; `clock.move_to(day)` goes on."""
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller
