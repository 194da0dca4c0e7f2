"""Does a test that failed beside the others fail alone, too? `make test` asks after a run in which a few failed.

In a run of an hour on two cores some page, print or process takes longer than a test allows. What fails there and holds
alone is named, to be mended. What fails twice fails the run, and so do more than a few (docs/adr/asked-again.md).
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import budget, costs

ROOT = Path(__file__).resolve().parent.parent
FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
# More have another cause than a slow moment.
FEW = 4
# pytest-xdist writes the name of the world that a test shares behind its own.
_WORLD = re.compile(r"@[^\[\]@]*$")


def names(failed: Mapping[str, bool]) -> list[str]:
    """What pytest calls these tests where it is given them."""
    return sorted(_WORLD.sub("", nodeid) for nodeid in failed)


def outcome(
    first: int, failed: Sequence[str], cost: Mapping[str, Any], ask: Callable[[Sequence[str]], int]
) -> tuple[int, list[str]]:
    """The exit code of a run that ended with `first`, and what is to be said of it.

    `failed` are its tests, `cost` what each test took; `ask` runs tests alone and gives their exit code.
    """
    if first != pytest.ExitCode.TESTS_FAILED or not 0 < len(failed) <= FEW:
        return first, []
    # pytest asks for the budget only where no test failed.
    if over := [f"OVER BUDGET {line}" for line in budget.exceeded(cost, budget.read())]:
        return first, over
    code = ask(failed)
    found = "held alone: mend what it depends on" if code == 0 else "asked again"
    return code, [f"FAILED BESIDE OTHERS, {found}: {name}" for name in failed]


def _ask(tests: Sequence[str]) -> int:
    """Runs each of these in a process of its own. What the whole run cost stays on record."""
    kept = costs.DURATIONS.read_bytes()
    codes = [subprocess.run([sys.executable, "-m", "pytest", "-n", "0", one], cwd=ROOT).returncode for one in tests]
    costs.DURATIONS.write_bytes(kept)
    return max(codes)


def main() -> int:
    failed = names(json.loads(FAILED.read_text())) if FAILED.exists() else []
    code, said = outcome(int(sys.argv[1]), failed, json.loads(costs.DURATIONS.read_text()), _ask)
    print("\n".join(said), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
