"""Does each long proof write its entry as it ends, and does `make check` name what is missing? What runs first at
night?
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import night, proofs_check
from tests.architecture.source import ROOT
from tests.proofs import PARTS, Recorder, read

HEAD = "import os\nfrom pathlib import Path\nimport pytest\npytestmark = pytest.mark.soak(part='kills')\n"
LONG = {"held": True, "date": "2026-11-25 10:00", "commit": "HEAD", "seconds": 1}


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Return a function that runs pytest over a file in a repository of its own, and gives what it said."""

    def git(*arguments: str) -> str:
        name = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        done = subprocess.run(["git", *name, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def over(body: str, *options: str, head: str = HEAD) -> str:
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_long.py").write_text(head + body)
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    soak\n")
        (tmp_path / ".gitignore").write_text("__pycache__\n")
        git("init", "-q")
        git("add", ".")
        git("commit", "-qm", "Add a proof")
        command = [sys.executable, "-m", "pytest", "-p", "tests.proofs", "-p", "no:django", "-p", "no:cacheprovider"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run(
            [*command, *options],
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert all(one["commit"] == git("rev-parse", "HEAD") for one in read(tmp_path)["proofs"].values())
        return done.stdout + done.stderr

    return over


def entries(folder: Path) -> dict[str, Any]:
    return {key.partition("::")[2]: entry for key, entry in read(folder)["proofs"].items()}


def test_each_proof_writes_its_entry_from_every_process(run: Any, tmp_path: Path) -> None:
    body = """
@pytest.mark.parametrize("number", [3, 4])
def test_holds(number, figures):
    figures["sizes"] = [1, number]
    figures["summed"] = {"killed": number}
def test_fails(figures):
    figures["seen"] = 1
    assert not figures
@pytest.fixture
def broken(): raise ZeroDivisionError
def test_never_begins(broken): pass
@pytest.mark.soak(part="kills", may_fail="Replaced soon.")
def test_may_fail(): assert not LONG
def test_is_skipped(): pytest.skip()
"""
    said = run(body, "-n", "2", "--dist", "loadgroup")
    found = entries(tmp_path)
    held = {key: entry["held"] for key, entry in found.items()}
    assert held == {
        "test_fails": False,
        "test_holds[3]": True,
        "test_holds[4]": True,
        "test_may_fail": False,
        "test_never_begins": False,
    }, said
    assert list(found) == sorted(found)
    assert found["test_fails"]["figures"] == {"seen": 1}
    assert found["test_holds[4]"]["figures"]["sizes"] == [1, 4]
    assert [key for key, entry in found.items() if "may_fail" in entry] == ["test_may_fail"]
    assert read(tmp_path)["sums"] == {"test_long.py::test_holds": {"killed": 7}}
    assert not any(entry["dirty"] for entry in found.values())


def test_a_stopped_run_keeps_the_entries_of_its_part(run: Any, tmp_path: Path) -> None:
    body = """
def test_first(): pass
def test_second():
    assert "test_first" in Path("docs/soak.json").read_text()
    os._exit(1)
@pytest.mark.skip
def test_third(): pass
"""
    run(body, "-m", "soak(part='kills')")
    assert [(key, entry["held"]) for key, entry in entries(tmp_path).items()] == [("test_first", True)]


def test_a_proof_whose_process_died_did_not_hold(tmp_path: Path) -> None:
    recorder, where = Recorder(tmp_path), ("tests/test_long.py", 1, "test_dies")
    proof = ("proof", {"key": "test_long.py::test_dies", "may_fail": ""})
    for outcome, when, properties in (("passed", "setup", [proof]), ("failed", "???", [])):
        report: Any = pytest.TestReport("test_dies", where, {}, outcome, None, when, user_properties=properties)
        recorder.pytest_runtest_logreport(report)
    assert entries(tmp_path)["test_dies"]["held"] is False


def test_another_part_is_left_out(run: Any, tmp_path: Path) -> None:
    said = run("def test_one(): pass\n", "-m", "soak(part='walls')")
    assert "1 deselected" in said
    assert entries(tmp_path) == {}


@pytest.mark.parametrize("marker", ["soak", "soak(part='others')", "soak('kills')"])
def test_a_proof_without_a_part_fails_collection(run: Any, tmp_path: Path, marker: str) -> None:
    said = run(f"import pytest\n@pytest.mark.{marker}\ndef test_one(): pass\n", "-n", "1", head="")
    assert "tests/test_long.py::test_one needs @pytest.mark.soak(part=" in said
    assert entries(tmp_path) == {}


def test_a_proof_that_the_check_would_miss_fails_collection(run: Any, tmp_path: Path) -> None:
    (tmp_path / "marks.py").write_text("import pytest\nLONG = pytest.mark.soak(part='kills')\n")
    said = run("from marks import LONG\n@LONG\ndef test_one(): pass\n", head="")
    assert "tests/test_long.py::test_one is marked elsewhere" in said


def test_what_is_missing_is_named() -> None:
    wanted = {
        "a.py::test_new": "walls",
        "a.py::test_held": "walls",
        "a.py::test_fell": "kills",
        "a.py::test_may": "data",
    }
    fell = LONG | {"held": False}
    told = {
        "a.py::test_held": LONG,
        "a.py::test_fell": fell,
        "a.py::test_may": fell | {"may_fail": "Replaced soon."},
        "a.py::test_gone": LONG,
    }
    assert proofs_check.problems(wanted, told) == [
        "a.py::test_new has never been run: make soak PART=walls",
        "a.py::test_fell did not hold on 2026-11-25 10:00: make soak PART=kills",
        "a.py::test_gone is no test: take its entry out of docs/soak.json.",
    ]


def test_the_oldest_entry_has_an_age_in_commits() -> None:
    younger = LONG | {"date": "2026-11-26 10:00"}
    said = proofs_check.age({"a.py::test_young": younger, "a.py::test_old": LONG})
    assert said == "The oldest of 2 entries was written 0 commits ago, on 2026-11-25 10:00: a.py::test_old."
    said = proofs_check.age({"a.py::test_old": LONG | {"commit": "0" * 40}})
    assert "at a commit that is not in this clone" in said


@pytest.mark.parametrize("required", [False, True])
def test_a_missing_entry_fails_once_all_are_required(
    required: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proofs_check, "REQUIRED", required)
    monkeypatch.setattr(proofs_check, "proofs", lambda: {"a.py::test_new": "walls"})
    monkeypatch.setattr(proofs_check, "read", lambda: {"proofs": {}})
    assert proofs_check.main() == int(required)
    assert "a.py::test_new has never been run" in capsys.readouterr().out


def test_a_night_begins_with_what_is_oldest_and_goes_on_there(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {f"{part}.py::test_{number}": part for part in PARTS for number in (1, 2)}
    told = {"proofs": {key: {"date": "2026-11-26 10:00"} for key in wanted}, "runs": {"mutate": {"date": "2026-11-25"}}}
    told["proofs"]["kills.py::test_2"]["date"] = "2026-11-24"
    del told["proofs"]["paper.py::test_1"]
    order = night.oldest_first(night.ages(wanted, told))
    assert order[:4] == ["bench", "soak PART=paper", "soak PART=kills", "mutate"]
    assert len(order) == len(PARTS) + 2
    told["proofs"]["paper.py::test_1"] = {"date": "2026-11-27"}
    assert night.oldest_first(night.ages(wanted, told))[:2] == ["bench", "soak PART=kills"]


def test_a_night_writes_how_mutants_and_benchmarks_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(night.proofs, "ROOT", tmp_path)
    (tmp_path / "Makefile").write_text("bench:\n\ttest $$BENCH_SIZE = usual\nmutate:\n\tfalse\nsoak:\n\ttrue\n")
    assert [night.run(call) for call in ("bench", "mutate", "soak PART=kills")] == [True, False, True]
    told = json.loads((tmp_path / "docs" / "soak.json").read_text())
    assert {call: entry["held"] for call, entry in told["runs"].items()} == {"bench": True, "mutate": False}
