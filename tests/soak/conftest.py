"""The long proofs: whole matrices, hundreds of kills, races.

`make soak` runs them and writes what they saw to docs/soak.json.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "soak.json"
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
    """The report: when and at which commit each proof last held. Nothing is written of a run in which one did not."""
    if not _seen or exitstatus != 0:
        return
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    held = {"date": datetime.now(UTC).date().isoformat(), "commit": commit}
    proofs = json.loads(REPORT.read_text())["proofs"] if REPORT.exists() else {}
    proofs |= {name: held | counted for name, counted in _seen.items()}
    REPORT.write_text(json.dumps({"proofs": dict(sorted(proofs.items()))}, indent=2) + "\n")
