"""A staffroom, its lead signed in on a school day, and a concern that nobody has read. Several files here have their own."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from safeguarding.sealing import files
from safeguarding.uploads import scanning
from safeguarding.uploads.scanning import NoVerdict, ScannerAway, Verdict
from tests import factories
from tests.factories import SCHOOL_DAY


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


@pytest.fixture
def clock() -> Iterator[Any]:
    """A Tuesday in term, 10 o'clock; `clock.shift(minutes)` goes on."""
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead(client: Any, room: factories.Staffroom) -> Iterator[Any]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(room.lead)
        yield client


@pytest.fixture
def concern(room: factories.Staffroom) -> Any:
    return factories.concern(room, at=SCHOOL_DAY - timedelta(hours=1), child_words="I fell off my bike.")


@pytest.fixture
def report(room: factories.Staffroom) -> Any:
    """A concern as it was raised, today."""
    return factories.concern(room)


@pytest.fixture
def empty_store() -> None:
    """The store of the run is emptied: it forgets nothing by itself."""
    files.drop(*list(files.stored_names()))


@pytest.fixture
def scanner(settings: Any, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A scanner that says what the test wants: a verdict, or that it is away."""
    settings.CLAMD_ADDRESS = "unix:/nowhere"
    said = SimpleNamespace(verdict=Verdict.CLEAN, trouble=())

    def scan(chunks: Iterable[bytes]) -> Verdict:
        content = b"".join(chunks)
        assert content
        if said.verdict is None:
            raise ScannerAway
        if content in said.trouble:
            raise NoVerdict
        return said.verdict

    monkeypatch.setattr(scanning, "scan", scan)
    return said
