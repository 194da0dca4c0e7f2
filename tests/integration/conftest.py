"""An empty store of files, a virus scanner that says what the test wants, and walls whose code is as it was."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from psycopg import sql

from safeguarding import row_security
from safeguarding.sealing import files
from safeguarding.uploads import clamd
from safeguarding.uploads.clamd import NoVerdict, ScannerAway, Signatures, Verdict
from tests.factories import SCHOOL_DAY

_of_the_code: list[sql.Composable] = []


@pytest.fixture
def same_code(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test changes the database and no rule: what the code would put up is written once for all of them."""
    if not _of_the_code:
        _of_the_code.extend(row_security._statements(connection))
    monkeypatch.setattr(row_security, "_statements", lambda connection: _of_the_code)


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
