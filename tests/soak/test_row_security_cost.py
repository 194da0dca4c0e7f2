"""What does row security cost a list? At 300,000 concerns 95 of 100 requests take at most 1.3 times what they take
without.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.pages import SECURED
from tests.functional.conftest import var  # noqa: F401  (the fixture)
from tests.postgres import ROOT

pytestmark = pytest.mark.soak(part="data")
SIZE, CONCERNS, ROUNDS = "walls", 300_000, 200


def test_lists_take_at_most_a_third_more_with_row_security(
    var: Path,  # noqa: F811
    figures: dict[str, Any],
) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "up", "--", "bench", "--lists", str(ROUNDS)],
        cwd=ROOT,
        # With nothing of what the tests have set.
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "BENCH_SIZE": SIZE,
            "HARBOUR_VAR": str(var),
            "HARBOUR_ENV_FILE": os.devnull,
            "HARBOUR_DEMO": "true",
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        },
        check=True,
    )
    report = json.loads((var / "bench-lists.json").read_text())
    lists = {f"{row['page']}, {row['who']}": row for row in report["pages"]}
    times = {what: row["p95_ratio"] / row["p95_without_row_security"] for what, row in lists.items()}
    figures |= {
        "concerns": report["size"]["concerns"],
        "rounds": min(row["rounds"] for row in lists.values()),
        "p95_times": {what: round(number, 2) for what, number in times.items()},
    }
    assert report["size"]["concerns"] >= CONCERNS
    assert {what: number for what, number in times.items() if number > SECURED} == {}
