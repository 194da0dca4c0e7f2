"""The demo school with a tenth of its notes, made anew for a test."""

import pytest

from tests.practice_school import few_notes


@pytest.fixture
def small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Demo mode, and little to write."""
    few_notes(monkeypatch)
