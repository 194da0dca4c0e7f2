"""Do the pages of plans ask the database as often about many rows as about ten?"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from children.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from safeguarding.plans.services import around, steps
from safeguarding.plans.services.episodes import end_episode
from safeguarding.uploads.services.keeping import Upload
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import MANY_IN_SOAK, MEETING, RECORDS, TEN, asked

from .conftest import Place
from .test_steps import of

pytestmark = pytest.mark.django_db
FIRST, LONG_AGO = date(2026, 10, 6), date(2023, 9, 4)


@transaction.atomic
def more(row: Any, number: int, /, **changes: Any) -> None:
    """So many more rows like this one; of each change the value for the row of that number."""
    model = type(row)
    like = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}

    def copies() -> Iterator[dict[str, Any]]:
        for n in range(number):
            own = {model._meta.pk.attname: uuid7()} | ({"token": uuid7()} if "token" in like else {})
            yield like | own | {name: value(n) for name, value in changes.items()}

    bulk.insert(model, copies())
    record(Verb.CREATE, object_type=model._meta.label_lower, school_id=row.school_id, count=number, purpose="test")


class Growing:
    """A child’s plans with one of everything that hangs on them, and more of each."""

    def __init__(self, place: Place) -> None:
        lead, self.plan = place.room.lead, place.begin("looked_after")
        words = {"said": "The carer filled it in."}
        self.held = place.step(self.plan, "sdq", held_on=FIRST, columns={"score": 12}, words=words)
        self.waits = of(self.plan, "care_review")
        self.note = steps.note_step(step=self.held, token=uuid7(), text="Rang.", by=lead)
        self.worker = around.add_professional(
            episode=self.plan, token=uuid7(), role="social_worker", name="Marcus Bell", by=lead
        )
        uploads = [Upload("minutes.txt", b"Minutes.")]
        [self.file] = around.attach_to_step(
            step=self.held, token=uuid7(), uploads=uploads, what="minutes", by=lead
        ).kept
        over = place.begin("early_help")
        self.over = end_episode(episode=over, seen=0, ends_on=date(2026, 11, 2), end_reason="moved", by=lead)

    def grow(self, number: int) -> None:
        """More of each, from long ago: what was there stays the newest, so that a page shows every kind of it."""

        def day(n: int) -> date:
            return LONG_AGO + timedelta(days=n % 200)

        old = {"written_at": lambda n: SCHOOL_DAY - timedelta(days=700)}
        more(self.held, number, held_on=day, score=lambda n: n % 41, **old)
        more(self.held, number, held_on=day, kind=lambda n: "progress", score=lambda n: None, **old)
        more(self.held, number, held_on=day, after_id=lambda n: self.held.pk, **old)
        more(self.waits, number, due_on=day, **old)
        more(self.note, number, **old)
        more(self.worker, number, **old)
        more(self.file, number, stored=lambda n: f"{n % 100:02}/{uuid7().hex}")
        more(self.over, number, starts_on=day, ends_on=day, **old)


@MANY_IN_SOAK
def test_many_rows_take_as_many_queries_as_ten(client: Client, place: Place, many: int):
    there, child = Growing(place), [place.child.pk]
    pages = {
        "tab": (RECORDS, reverse("child_plans", args=child)),
        "record a change": (RECORDS, reverse("record_change", args=child)),
        "what begins": (RECORDS, reverse("record_change", args=child) + "?kind=child_protection"),
        "plan": (RECORDS, reverse("episode", args=[there.plan.pk])),
        "add a date": (RECORDS, reverse("episode", args=[there.plan.pk]) + "?add=pep"),
        "date that was held": (RECORDS, reverse("plan_step", args=[there.held.pk])),
        "date that waits": (RECORDS, reverse("plan_step", args=[there.waits.pk])),
        "chronology": (RECORDS, reverse("child_chronology", args=child)),
        "brief": (MEETING, reverse("brief_page", args=child)),
    }
    client.force_login(place.room.lead)

    def counted() -> dict[str, int]:
        return {name: asked(lambda: client.get(address)) for name, (_, address) in pages.items()}  # noqa: B023

    there.grow(TEN)
    few = counted()
    there.grow(many)
    assert Step.objects.filter(episode=there.plan).count() > 3 * many
    assert counted() == few
    assert {name: number for name, number in few.items() if number > pages[name][0]} == {}
