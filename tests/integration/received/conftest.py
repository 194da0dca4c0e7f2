"""A school that opens files, with a child who has come, and a second child."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.models import EarlierBatch
from safeguarding.concerns.services import earlier
from safeguarding.keys import uuid7
from sharing.received.models import FileReceived
from sharing.received.services.calling import Call, confirm_sender
from sharing.received.services.opening import open_file
from tests import factories
from tests.factories import Staffroom
from tests.integration.received.files import WORDS
from tests.sheets import number


@dataclass
class Desk:
    """A staffroom and two children, and what is done there with a file."""

    room: Staffroom
    rowan: Child
    hazel: Child

    def open(self, volumes: Sequence[bytes], *, words: str = WORDS, by: User | None = None, **how: Any) -> FileReceived:
        given = {"token": uuid7(), "volumes": volumes, "words": words, "by": by or self.room.lead}
        return open_file(school=self.room.school, **given | how)

    def call(self, received: FileReceived, *, by: User | None = None, **said: Any) -> FileReceived:
        """The school was rung, on a number of the register."""
        given = {"spoke_to": "Ada Bell, office manager", "called_on": received.came_on, "number_from": "register"}
        return confirm_sender(received=received, call=Call(**given | said), by=by or self.room.lead)

    def take_in(self, received: FileReceived, *, by: User | None = None) -> EarlierBatch:
        """Read, looked at and confirmed, as on the pages."""
        by = by or self.room.lead
        batch = earlier.read_batch(batch=EarlierBatch.objects.get(pk=received.batch_id), by=by)
        confirmed = earlier.confirm_batch(batch=batch, by=by, seen=batch.revision)
        return earlier.finish_batch(batch=confirmed)


@pytest.fixture
def desk() -> Desk:
    room = factories.staffroom()
    rowan = factories.child(room.school, by=room.office, details={"upn": number(1), "date_of_birth": date(2017, 3, 14)})
    hazel = factories.child(
        room.school,
        "Hazel",
        "Brook",
        by=room.office,
        details={"upn": number(2), "date_of_birth": date(2016, 6, 2)},
    )
    return Desk(room, rowan, hazel)


@pytest.fixture
def nothing_taken() -> Callable[[], bool]:
    """Whether no row of a file is there."""

    def asked() -> bool:
        return not (FileReceived.objects.exists() or EarlierBatch.objects.exists())

    return asked
