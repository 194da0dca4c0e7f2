"""A school with a calendar and a checked next school; children who leave, with and without entries."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from children.facts import Leaving
from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import add_term
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.audit.seals import keyfile
from safeguarding.audit.seals.keyfile import KeyFile
from safeguarding.audit.seals.notes import Signer, new_origin
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.printing.gathering import For
from sharing.events.models import Recipient
from sharing.events.services.following import Happened
from sharing.events.services.recipients import Facts, add_recipient, check_recipient
from sharing.events.services.reference import load_law
from sharing.transfers.models import FileSending, FileTransfer, FileVolume
from sharing.transfers.services import additions
from sharing.transfers.services.asking import ask_for_file
from sharing.transfers.services.confirming import Where, confirm_destination
from sharing.transfers.services.opening import open_transfer
from sharing.transfers.services.sending import HandedOver, hand_over_file
from tests import factories
from tests.factories import Staffroom

TERMS = (
    ("Autumn, first half", date(2026, 9, 2), date(2026, 10, 23)),
    ("Autumn, second half", date(2026, 11, 2), date(2026, 12, 18)),
    ("Spring, first half", date(2027, 1, 4), date(2027, 2, 12)),
)
ANSWERS = {"enrolled": "Their registrar wrote on Monday.", "no_consent": "not_expected"}


@pytest.fixture
def signer(settings: Any, tmp_path: Path) -> Signer:
    """The key that the worker has."""
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"
    made = Signer.make(new_origin())
    settings.SEAL_KEY_PATH.write_text(KeyFile(made, ()).text())
    assert keyfile.read().signer.public == made.public
    return made


@dataclass
class Place:
    """A staffroom, a deputy beside it, an acting lead, a trust lead, and who stands in."""

    room: Staffroom
    next_school: Recipient
    alternate: User

    @property
    def school(self) -> Any:
        return self.room.school

    def leaver(self, on: date, forename: str = "Rowan", **other: Any) -> Child:
        """A child who has left on a day."""
        return factories.child(self.school, forename, by=self.room.office, leaving=Leaving(on=on), **other)

    def told(self, child: Child, **other: Any) -> Concern:
        """A concern about the child."""
        return factories.concern(self.room, children=[ChildEntry("worried_about", child)], **other)


@pytest.fixture
def place() -> Place:
    load_editions()
    load_law()
    room = factories.staffroom()
    for name, first, last in TERMS:
        add_term(school=room.school, name=name, starts_on=first, ends_on=last, by=room.headteacher)
    facts = Facts(kind="school", name="Whitmoor High School", email="safeguarding@example.org")
    row = add_recipient(school=room.school, token=uuid7(), facts=facts, by=room.lead)
    row = check_recipient(
        recipient=row, school=room.school, seen=0, how="call_back", on=timezone.localdate(), by=room.lead
    )
    return Place(room, row, alternate=factories.member(room.school, "alternate_lead", "Alma", "Reed"))


def opened(place: Place, child: Child, *, by: User | None = None) -> FileTransfer:
    return open_transfer(child=child, last_day=child.left_on or date(2026, 12, 18), by=by or place.room.lead)


def confirmed(place: Place, transfer: FileTransfer, *, by: User | None = None, **other: Any) -> FileTransfer:
    given = {"last_day": transfer.last_day, "where": Where(place.next_school, number="356/4021")} | other
    return confirm_destination(transfer=transfer, seen=transfer.revision, by=by or place.room.lead, **given)


@transaction.atomic
def built(place: Place, transfer: FileTransfer, *, by: User | None = None) -> FileSending:
    """A file as the worker leaves it, with what its builder sees. Without its pages, which are tested where they are
    made.
    """
    by = by or place.room.lead
    made = FileSending.objects.get(pk=ask_for_file(transfer=transfer, token=uuid7(), by=by).pk)
    assert transfer.child is not None
    keys = [one.key for one in additions.seen(For(by), transfer.child)]
    made.building, made.built_at, made.entries = "built", timezone.now(), len(keys)
    made.manifest_digest = hashlib.sha256(b"").hexdigest()
    made.told, made.words = additions.marks(transfer.pk, keys), "amber birch cello delta"
    made.save()
    FileVolume.objects.create(
        sending=made,
        child_id=made.child_id,
        school_id=made.school_id,
        number=1,
        of=1,
        pages=4,
        size=4,
        digest=hashlib.sha256(b"%PDF").hexdigest(),
        built_for=by,
        built_at=timezone.now(),
    )
    return made


def happened(at: datetime | None = None, **other: Any) -> Happened:
    return Happened(**{"at": at or timezone.now(), "method": "email", "person": "Ros Tan, safeguarding lead"} | other)


def said(**other: Any) -> HandedOver:
    given = {"happened": happened(), "answers": ANSWERS, "child_told": "before", "parents_told": "before"}
    return HandedOver(**given | other)


def handed(
    place: Place, sending: FileSending, *, by: User | None = None, token: Any = None, **other: Any
) -> FileSending:
    return hand_over_file(sending=sending, token=token or uuid7(), said=said(**other), by=by or place.room.lead)


def sent(place: Place, child: Child, *, by: User | None = None) -> FileTransfer:
    """The whole file of a child has gone."""
    transfer = confirmed(place, opened(place, child, by=by), by=by)
    handed(place, built(place, transfer, by=by), by=by)
    return FileTransfer.objects.get(pk=transfer.pk)
