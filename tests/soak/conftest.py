"""The long proofs: whole matrices, hundreds of kills, races. `make soak` runs them and writes what they saw to docs/soak.json."""

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_seen: dict[str, dict[str, Any]] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a long proof."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.soak)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """What this proof counted: `figures["killed"] = 57`. Written to the report when the test passes."""
    counted: dict[str, Any] = {}
    began = time.monotonic()
    yield counted
    _seen[request.node.name] = {**counted, "seconds": round(time.monotonic() - began)}


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A dated report, only of a run in which every proof held."""
    if not _seen or exitstatus != 0:
        return
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    report = {"date": datetime.now(UTC).date().isoformat(), "commit": commit, "proofs": dict(sorted(_seen.items()))}
    (ROOT / "docs" / "soak.json").write_text(json.dumps(report, indent=2) + "\n")
