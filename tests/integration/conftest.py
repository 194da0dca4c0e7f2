"""An empty store of files, and a virus scanner that says what the test wants."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from safeguarding.sealing import files
from safeguarding.uploads import clamd
from safeguarding.uploads.clamd import NoVerdict, ScannerAway, Signatures, Verdict
from tests.factories import SCHOOL_DAY


@pytest.fixture
def empty_store() -> None:
    """The store of the run is emptied: it forgets nothing by itself."""
    files.drop(*list(files.stored_names()))


@pytest.fixture
def scanner(settings: Any, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A scanner that says what the test wants: a verdict, or that it is away."""
    settings.CLAMD_ADDRESS = "unix:/nowhere"
    said = SimpleNamespace(verdict=Verdict.CLEAN, trouble=(), signatures=Signatures(27_820, SCHOOL_DAY))

    def scan(chunks: Iterable[bytes]) -> Verdict:
        content = b"".join(chunks)
        assert content
        if said.verdict is None:
            raise ScannerAway
        if content in said.trouble:
            raise NoVerdict
        return said.verdict

    def signatures() -> Signatures:
        if said.verdict is None:
            raise ScannerAway
        return said.signatures

    monkeypatch.setattr(clamd, "scan", scan)
    monkeypatch.setattr(clamd, "signatures", signatures)
    return said
