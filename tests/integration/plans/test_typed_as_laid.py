"""Do five children of the file, typed on the pages, have the rows of those that the services lay, field by field?

Through Django’s test client, as a browser without scripts sends them. What a page does not offer cannot be sent: each
form is read from the page as it stands on that day.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import ConflictAnswer, User
from safeguarding.dates import school_year
from safeguarding.demo import source
from safeguarding.demo.authorities import Begins, Chased, Ends, Happening, Held, happenings
from safeguarding.demo.days import Days
from safeguarding.demo.drawing import a_letter
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.plans import _ASKED, _KEEPERS, _LEAD, _MINUTES, _WRITTEN_AT, agreed_for, lay_plans
from safeguarding.keys import uuid7
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import Designation, Episode, PlanFile, Professional, Step, StepNote
from tests import factories
from tests.unit.plans.test_statutory import CHILDREN

from .conftest import Place
from .pages import Visitor, day

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 16, tzinfo=LONDON)
# In need, with a plan and a referral that was chased; child protection; looked after; an EHCP; private fostering.
FIVE = ("P0236", "P0314", "P0369", "P0001", "P0194")
# How many rows each has: a test that types nothing would compare nothing.
ROWS = {
    "P0236": {"Episode": 2, "StepNote": 1},
    "P0314": {"Episode": 2, "PlanFile": 1},
    "P0369": {"Episode": 1},
    "P0001": {"Episode": 1},
    "P0194": {"Episode": 1},
}
# They say once each school year that no child is close to them; before that no page opens.
YEARS = range(2022, 2027)
# What differs between two records of one story: keys, and where the ciphertext of a file lies.
KEYS = {"id", "token", "child_id", "stored", "pictures"}
MODELS = (Episode, Step, StepNote, Professional, PlanFile, Designation)


class Typist:
    """Types what happens to one child, on the day on which it happens."""

    def __init__(self, child: Child, users: dict[str, User], client: Client, clock: Any) -> None:
        self.child, self.users, self.client, self.clock = child, users, client, clock
        self.plans: dict[str, Episode] = {}

    def type(self, one: Happening) -> None:
        if isinstance(one, Begins | Chased | Ends) and one.day > NOW.date():
            return
        if not isinstance(one, Begins) and one.plan not in self.plans:
            return
        self.clock.move_to(min(datetime.combine(one.day, _WRITTEN_AT, LONDON), NOW))
        # In each school year the child is in the year group of that year.
        years = school_year(NOW.date()) - school_year(min(one.day, NOW.date()))
        Child.objects.filter(pk=self.child.pk).update(year_group=self.child.year_group - years)
        self.by = self.users[_KEEPERS.get(EPISODES[one.plan].area, _LEAD)]
        self.visitor = Visitor(self.client, self.by)
        match one:
            case Begins():
                self._begin(one)
            case Held() if one.day <= NOW.date():
                self._hold(one)
            case Held():
                self._book(one)
            case Chased():
                step = self._waiting(one.plan, one.step)
                self._sent("plan_step", step.pk, "chase", **day("happened_on", one.day), text=one.text)
            case Ends():
                plan = self.plans[one.plan]
                self._sent("episode", plan.pk, "end", **day("ends_on", one.day), end_reason=one.reason)

    def _sent(self, name: str, key: Any, deed: str, query: str = "", /, **typed: Any) -> None:
        answer = self.visitor.send(name, key, deed, query, **typed)
        assert answer.status_code == 302, answer.content.decode()

    def _waiting(self, plan: str, kind: str) -> Step | None:
        return Step.objects.filter(episode=self.plans[plan], kind=kind, status="waiting").first()

    def _begin(self, one: Begins) -> None:
        words = one.words | ({"asked": _ASKED} if one.plan == "child_protection" else {})
        typed = day("starts_on", one.day) | {"authority": one.authority} | _boxes(one.columns) | words
        self._sent("record_change", self.child.pk, "begin", f"?kind={one.plan}", **typed)
        self.plans[one.plan] = Episode.objects.filter(child=self.child, kind=one.plan).latest("pk")
        for role, name, telephone in one.people:
            typed = {"role": role, "name": name, "telephone": telephone} | day("person_from", one.day)
            self._sent("child_team", self.child.pk, "add_person", **typed)

    def _hold(self, one: Held) -> None:
        plan, waiting = self.plans[one.plan], self._waiting(one.plan, one.step)
        typed = day("held_on", one.day) | _boxes(one.columns) | one.words
        if waiting:
            self._sent("plan_step", waiting.pk, "hold", **typed)
        else:
            asked = day("asked_on", one.asked_on) if one.asked_on else {}
            self._sent("episode", plan.pk, "add_step", f"?add={one.step}", **typed, **asked)
        held = Step.objects.filter(episode=plan, kind=one.step, status="held").latest("held_at", "pk")
        if one.step == "core_group" and held.number == 1:
            name, lines = _MINUTES
            sent = {"token": uuid7(), "what": "minutes", "chosen": SimpleUploadedFile(name, a_letter(lines))}
            answer = self.client.post(reverse("attach_to_plan", args=[held.pk]), sent | day("dated", one.day))
            assert answer.status_code == 302

    def _book(self, one: Held) -> None:
        plan, waiting = self.plans[one.plan], self._waiting(one.plan, one.step)
        agreed = agreed_for(one.step, self.by)
        typed = day("booked_on", one.day) | ({"owner": self.by.pk} if agreed["owner"] else {})
        typed |= {"booked_time": "2pm", "place": agreed["place"]} if "place" in agreed else {}
        if waiting:
            self._sent("plan_step", waiting.pk, "book", **typed)
        else:
            self._sent("episode", plan.pk, "add_step", f"?add={one.step}", **typed)


def _boxes(columns: dict[str, Any]) -> dict[str, Any]:
    """Typed columns as a form sends them."""
    sent: dict[str, Any] = {}
    for name, value in columns.items():
        match value:
            case bool():
                sent[name] = "yes" if value else "no"
            case date():
                sent |= day(name, value)
            case None:
                pass
            case _:
                sent[name] = value
    return sent


def rows_of(child: Child) -> dict[str, list[dict[str, Any]]]:
    """Every row of the child’s plans, each field of it, with what it leads to told by what that is."""
    return {
        model.__name__: sorted((dict(_fields(row)) for row in model.objects.filter(child=child)), key=repr)
        for model in MODELS
    }


def _fields(row: Any) -> Iterator[tuple[str, Any]]:
    for field in row._meta.concrete_fields:
        name, value = field.attname, getattr(row, field.attname)
        if name == "begun_for":
            yield name, value == row.child_id
        elif name in ("episode_id", "step_id", "after_id", "decided_by_id"):
            yield name, _told(getattr(row, field.name)) if value else None
        elif name not in KEYS:
            yield name, value


def _told(row: Episode | Step) -> tuple[Any, ...]:
    return (row.kind, row.written_at) if isinstance(row, Episode) else (row.kind, row.held_on, row.due_on)


@pytest.mark.parametrize("key", FIVE)
def test_typed_on_the_pages_it_is_what_the_services_lay(
    place: Place, client: Client, clock: Any, monkeypatch: pytest.MonkeyPatch, key: str
):
    entry = CHILDREN[key]
    monkeypatch.setattr(source, "plans", lambda: [entry])
    born = {"date_of_birth": date.fromisoformat(entry["dob"])}
    laid, typed = (
        factories.child(place.school, name, "Ashdowne", by=place.room.office, details=born) for name in ("Ann", "Bo")
    )
    place.name_in_notice("senco", "designated_teacher")
    users = {"S01": place.room.headteacher, "S02": place.room.lead, "S05": place.senco, "S06": place.designated}
    for user, year in product(users.values(), YEARS):
        ConflictAnswer.objects.get_or_create(user=user, school=place.school, year=year, has_connection=False)
    days = Days(NOW.date())
    clock.move_to(NOW)
    lay_plans(place.school, Ground(place.school.pk, {}, users, {key: laid.pk}, {}, days, NOW), Keys(Random(1)))
    typist = Typist(typed, users, client, clock)
    for happening in happenings(entry, days):
        typist.type(happening)
    assert rows_of(typed) == (there := rows_of(laid))
    assert {name: len(rows) for name, rows in there.items() if name in ROWS[key]} == ROWS[key]
    assert len(there["Step"]) >= len([event for event in entry["events"] if event.get("due")])
