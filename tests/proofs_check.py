"""Has every long proof been run, and did it hold? `python -m tests.proofs_check`, which `make check` calls.

Collects the proofs and compares them with docs/soak.json. Prints what is missing, what did not hold, entries without a
test, and how many commits ago the oldest entry was written.
"""

import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest

from tests.proofs import ROOT, key_of, names_soak, read

# Until every proof has an entry that held, what is wrong is printed and fails nothing. Then this is True for good.
REQUIRED = False


class _Collector:
    """Notes the part of every proof."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if marker := item.get_closest_marker("soak"):
                self.parts[key_of(item)] = marker.kwargs["part"]


def proofs() -> dict[str, str]:
    """Return the part of each proof, by its key. Raises `SystemExit` where the tests cannot be collected."""
    files = [str(path) for path in sorted((ROOT / "tests").rglob("test_*.py")) if names_soak(path)]
    collector = _Collector()
    options = ["--collect-only", "-m", "soak", "-p", "no:cacheprovider", "--capture=no"]
    with redirect_stdout(StringIO()) as said:
        code = pytest.main([*options, *files], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise SystemExit(f"{said.getvalue()}\nThe long proofs cannot be collected.")
    return collector.parts


def problems(wanted: dict[str, str], entries: dict[str, dict[str, Any]]) -> list[str]:
    """Return a sentence for each proof without an entry, each that did not hold, and each entry without a proof."""
    found = [f"{key} has never been run: make soak PART={part}" for key, part in wanted.items() if key not in entries]
    for key, entry in entries.items():
        if key not in wanted:
            found.append(f"{key} is no test: take its entry out of docs/soak.json.")
        elif not entry["held"] and not entry.get("may_fail"):
            found.append(f"{key} did not hold on {entry['date']}: make soak PART={wanted[key]}")
    return found


def age(entries: dict[str, dict[str, Any]]) -> str:
    """Return a sentence about the oldest entry and the commits since."""
    key, oldest = min(entries.items(), key=lambda entry: entry[1]["date"])
    since = ["git", "rev-list", "--count", f"{oldest['commit']}..HEAD"]
    done = subprocess.run(since, cwd=ROOT, capture_output=True, text=True, check=False)
    commits = f"{done.stdout.strip()} commits ago" if done.returncode == 0 else "at a commit that is not in this clone"
    return f"The oldest of {len(entries)} entries was written {commits}, on {oldest['date']}: {key}."


def main() -> int:
    entries = read()["proofs"]
    found = problems(proofs(), entries)
    print("\n".join([*found, *([age(entries)] if entries else [])]))
    return 1 if found and REQUIRED else 0


if __name__ == "__main__":
    sys.exit(main())
