"""A school with its people, a data protection officer, its schedule in force, and children who left long ago."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.facts import Leaving
from children.models import Child
from retention.models import (
    Approval,
    DestructionItem,
    DestructionList,
    RetentionDate,
    RetentionGate,
    RetentionRule,
    Statement,
)
from retention.services.approvals import approve
from retention.services.lists import begin_list, decide, send
from retention.services.scan import scan
from retention.services.schedule import SAID, load_defaults
from retention.services.statements import state
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import answer_conflict_question
from safeguarding.audit.models import Verb
from safeguarding.audit.seals.models import Checkpoint
from safeguarding.audit.services import record_many
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS
from tests import factories, stores
from tests.factories import Staffroom
from tests.walls import as_role

BORN, LEFT = date(1999, 3, 1), date(2010, 7, 21)


@dataclass
class Office:
    """A staffroom, and who has to do with retention beside them."""

    room: Staffroom
    officer: User
    chair: User

    @property
    def school(self) -> Any:
        return self.room.school

    def leaver(self, forename: str = "Ida", surname: str = "Thorne", **facts: Any) -> Child:
        """A child who was born in 1999 and left in 2010."""
        leaving = Leaving(on=LEFT)
        given = {"details": {"date_of_birth": BORN}, "leaving": leaving, "entered_on": date(2003, 9, 3), **facts}
        return factories.child(self.school, forename, surname, by=self.room.office, **given)

    def last_school(self, child: Child, *, on: date = LEFT, at: datetime | None = None) -> Statement:
        """The lead states that no other school has the file."""
        return state(
            child=child,
            token=uuid7(),
            kind="last_school",
            on=on,
            said="No school asked for it.",
            by=self.room.lead,
            at=at or days_ago(90),
        )

    def due(self, *children: Child) -> None:
        """State that this is their last school, and let two scans see that they are due, long enough ago."""
        for child in children:
            self.last_school(child)
        for days in (50, 40):
            scan(at=days_ago(days))
        RetentionRule.objects.filter(school=self.school).update(from_day=timezone.localdate() - timedelta(days=60))

    def on_list(self, *children: Child) -> DestructionList:
        return begin_list(school=self.school, records=[c.pk for c in children], token=uuid7(), by=self.room.lead)

    def decide(self, item: DestructionItem, kind: str = "destroy", **facts: Any) -> Any:
        item.on_list.refresh_from_db()
        given = {"token": uuid7(), "reason": "Read in full. Nothing is asked of it.", "by": self.room.lead, **facts}
        return decide(item=item, seen=item.on_list.revision, kind=kind, **given)

    def sent(self, *children: Child) -> DestructionList:
        """A list of these children, each decided to be destroyed, and sent."""
        made = self.on_list(*children)
        for item in made.items.all():
            self.decide(item)
        made.refresh_from_db()
        return send(on_list=made, seen=made.revision, by=self.room.lead)

    def approve(self, on_list: DestructionList, *items: UUID, by: User | None = None, **facts: Any) -> Any:
        on_list.refresh_from_db()
        keys = items or [item.pk for item in on_list.items.filter(left_out_at=None)]
        return approve(on_list=on_list, seen=on_list.revision, items=keys, by=by or self.room.headteacher, **facts)

    def opens(self, client: Client, person: User, page: str, *keys: Any) -> HttpResponse:
        """A page, as this person gets it. Once a year they are asked first whom of the children they know."""
        client.force_login(person)
        answer_conflict_question(user=person, school_id=self.school.pk, has_connection=False)
        answer: Any = client.get(reverse(page, args=keys))
        assert answer.status_code == 200, f"{page}: {answer.status_code} {answer.headers}"
        return answer


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


@contextmanager
def as_destroyer() -> Iterator[None]:
    with as_role("destroyer"), as_role("destroyer", KEYS):
        yield


@contextmanager
def later(**by: int) -> Iterator[None]:
    """As time goes on, for Harbour and for the database, with seals and scans as they are made day by day."""
    with time_machine.travel(timezone.now() + timedelta(**by), tick=False):
        time_was_looked_at()
        yield


def time_was_looked_at() -> None:
    """A seal, a scan at every school, and a look of the destroyer's, just now."""
    now, number = timezone.now(), Checkpoint.objects.count() + 1
    Checkpoint.objects.create(number=number, size=0, at=now, note="", frontier=b"")
    RetentionGate.objects.update(scanned_at=now, scanned_by_database_at=now, looked_at=now)


def date_of(child: Child) -> RetentionDate:
    return RetentionDate.objects.get(record_key=child.pk)


def make_people(name: str = "Saltmarsh Lane Primary School") -> Office:
    """A school with its people, and Harbour's proposals for its schedule."""
    load_defaults()
    room = factories.staffroom(name)
    return Office(
        room,
        officer=factories.member(room.school, "dpo", "Dev", "Anand"),
        chair=factories.member(room.school, "chair", "Ines", "Falk"),
    )


def put_in_force(school: School, *, head: User, officer: User, adopted_at: datetime, agreed_at: datetime) -> None:
    """Every proposal as a rule of the school’s own, which the head has adopted and the data protection
    officer agreed to.

    As rows: the services ask the database 680 times. `test_office.py` makes both and compares.
    """
    rules = RetentionRule.objects.bulk_create(
        RetentionRule(
            school=school,
            code=rule.code,
            version=1,
            status=RetentionRule.Status.IN_FORCE,
            token=uuid7(),
            proposed_at=adopted_at,
            proposed_by=head,
            adopted_at=adopted_at,
            adopted_by=head,
            agreed_at=agreed_at,
            agreed_by=officer,
            from_day=timezone.localdate(agreed_at),
            **{name: getattr(rule, name) for name in SAID},
        )
        for rule in RetentionRule.objects.filter(school=None)
    )
    keys = [rule.pk for rule in rules]
    for verb, by in ((Verb.CREATE, head), (RetentionVerb.ADOPT_RULE, head), (RetentionVerb.AGREE_RULE, officer)):
        record_many(verb, RetentionRule._meta.label_lower, keys, by=by, school_id=school.pk)


def make_office(name: str = "Saltmarsh Lane Primary School") -> Office:
    """A school with its people, and its schedule in force for eighty days."""
    made = make_people(name)
    put_in_force(
        made.school, head=made.room.headteacher, officer=made.officer, adopted_at=days_ago(80), agreed_at=days_ago(79)
    )
    return made


def wait_is_over() -> None:
    """The fourteen days of everything that was approved are over."""
    Approval.objects.update(approved_at=days_ago(15), waits_until=timezone.localdate() - timedelta(days=1))


@pytest.fixture
def place() -> Office:
    return make_office()


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> None:
    """Ledger, keys of epochs and files lie apart for this test: keys of an epoch go with a list that is carried out."""
    settings.ANCHOR_FOLDER = tmp_path / "anchors"
    settings.EPOCH_KEYS_PATH = Path(shutil.copy(settings.EPOCH_KEYS_PATH, tmp_path))
    stores.use(settings, "FolderStore", location=tmp_path / "files")
