"""What has not been measured for longest? `make night` runs it first: each part of `make soak`, `make mutate` and
`make bench` at the usual size.

A part of the soak is as old as the oldest entry of its proofs, the others as their entry under `runs` in
docs/soak.json. Stopped in the middle, the next night begins with what is oldest then.
"""

import os
import subprocess
import sys
import time
from typing import Any

from tests import proofs
from tests.proofs_check import proofs as collected

OTHERS = ("mutate", "bench")


def ages(wanted: dict[str, str], told: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return for each call of make when it was last run, or "" where something of it never was."""
    found = {name: told["runs"].get(name, {}).get("date", "") for name in OTHERS}
    for part in proofs.PARTS:
        dates = [told["proofs"].get(key, {}).get("date", "") for key, whose in wanted.items() if whose == part]
        found[f"soak PART={part}"] = min(dates, default="")
    return found


def oldest_first(found: dict[str, str]) -> list[str]:
    """Return the calls of make in the order in which they run."""
    return sorted(found, key=lambda call: (found[call], call))


def run(call: str) -> bool:
    """Run `make` with these words. Of what is no soak, write how it ended. Returns whether it ended well."""
    began, state = time.monotonic(), proofs.state_of(proofs.ROOT)
    code = subprocess.run(["make", *call.split()], cwd=proofs.ROOT, env=os.environ | {"BENCH_SIZE": "usual"}).returncode
    if call in OTHERS:
        seconds = round(time.monotonic() - began)
        with proofs.changing(proofs.ROOT) as told:
            told["runs"][call] = {"held": code == 0, "date": proofs.now(), **state, "seconds": seconds}
    return code == 0


def main() -> int:
    failed = [call for call in oldest_first(ages(collected(), proofs.read())) if not run(call)]
    for call in failed:
        print(f"make {call} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
