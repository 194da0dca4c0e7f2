"""Which long proofs held, when, and at which commit? Each writes its entry to docs/soak.json as it ends.

A proof is a test marked `soak(part="…")`. `make soak` runs them all, `make soak PART=kills` one part. An entry is
written where tests are handed out: a run that is stopped keeps those of the proofs that have ended.
`tests/proofs_check.py` reads the entries for `make check`, `tests/night.py` to run the oldest part first.
"""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
REPORT = Path("docs") / "soak.json"
PARTS = ("matrix", "walls", "kills", "paper", "pages", "school", "data")


# --- in the process that runs a test


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What this proof counts, for its entry: `figures["killed"] = 57`. Under `figures["summed"]` stand numbers that are
    added up over the parameters of a test.
    """
    counted: dict[str, Any] = {}
    request.node.user_properties.append(("figures", counted))
    return counted


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """Mark each proof for its entry. A file fails with one that has no part, or that `tests/proofs_check.py` misses."""
    report: Any = yield
    wrong = [line for item in report.result or () if isinstance(item, pytest.Item) for line in _marked(item)]
    if wrong:
        # As an error of the file: what is raised later ends the processes of xdist without a word of it.
        report.outcome, report.longrepr, report.result = "failed", "\n".join(wrong), []
    return report


def _marked(item: pytest.Item) -> Iterator[str]:
    """Yield what is wrong with the marker of a proof."""
    marker = item.get_closest_marker("soak")
    if marker is None and item.path.parent.name != "soak":
        return
    told = marker.kwargs if marker else {}
    if told.get("part") not in PARTS:
        yield f'{item.nodeid} needs @pytest.mark.soak(part="…"), one of {", ".join(PARTS)}.'
    if not names_soak(item.path):
        yield f"{item.nodeid} is marked elsewhere: give what marks it a name with SOAK in it."
    item.user_properties.append(("proof", {"key": key_of(item), "may_fail": told.get("may_fail", "")}))


def key_of(item: pytest.Item) -> str:
    """Return the path and name of a test, parameters included: `soak/test_crash.py::test_…`."""
    return f"{item.path.relative_to(item.config.rootpath).as_posix().removeprefix('tests/')}::{item.name}"


def names_soak(path: Path) -> bool:
    """Return whether the word stands in a file, so that proofs are found without collecting every test."""
    return "soak" in path.read_text().lower()


# --- in the process that hands them out


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config.rootpath), "proofs-recorder")


class Recorder:
    """Writes what became of each proof. `root` is the folder of the repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = state_of(root)
        # By the id of a test that has begun: what it is, the seconds so far, and how its steps ended.
        self.running: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = dict(report.user_properties)
        if "proof" in said:
            self.running.setdefault(report.nodeid, {**said["proof"], "seconds": 0.0, "outcomes": set()})
        if (mine := self.running.get(report.nodeid)) is None:
            return
        mine["seconds"] += report.duration
        mine["outcomes"].add(report.outcome)
        # Of a process that died, the last report comes from xdist, which knows no step.
        if report.when in ("setup", "call"):
            return
        del self.running[report.nodeid]
        if "skipped" not in mine["outcomes"] or "failed" in mine["outcomes"]:
            self.write(mine, said.get("figures", {}))

    def write(self, ended: dict[str, Any], counted: dict[str, Any]) -> None:
        held = ended["outcomes"] == {"passed"}
        entry = {"held": held, "date": now(), **self.state, "seconds": round(ended["seconds"])}
        if ended["may_fail"]:
            entry["may_fail"] = ended["may_fail"]
        with changing(self.root) as told:
            told["proofs"][ended["key"]] = entry | ({"figures": counted} if counted else {})


def state_of(root: Path) -> dict[str, Any]:
    """Return the commit, and whether anything but the report differs from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    return {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain", "--", ".", f":!{REPORT}"))}


def now() -> str:
    """Return the date and time in UTC, so that later ones sort behind earlier ones."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M}"


def read(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """Return the report: entries of `proofs`, `sums` over their parameters, and `runs` of `make night`, by name."""
    path = root / REPORT
    told = json.loads(path.read_text()) if path.exists() else {}
    return {"proofs": {}, "sums": {}, "runs": {}} | told


@contextmanager
def changing(root: Path = ROOT) -> Iterator[dict[str, dict[str, Any]]]:
    """Change the report, also while another run does. It is replaced whole: no reader meets half of it."""
    path = root / REPORT
    path.parent.mkdir(exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        told = read(root)
        yield told
        told["sums"] = sums(told["proofs"])
        ordered = {name: dict(sorted(told[name].items())) for name in ("runs", "sums", "proofs")}
        new = path.with_suffix(".new")
        new.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n")
        new.replace(path)
    finally:
        os.close(folder)


def sums(proofs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the numbers under `summed`, added up over the parameters of each test."""
    found: dict[str, dict[str, Any]] = {}
    for key, entry in proofs.items():
        for name, number in entry.get("figures", {}).get("summed", {}).items():
            of_test = found.setdefault(key.partition("[")[0], {})
            of_test[name] = of_test.get(name, 0) + number
    return found
