"""Is everything that happened sealed, once, and is a record that nobody touched whole?"""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from safeguarding.audit.models import Checkpoint, Event, Leaf
from tests.integration.audit.seals.record import ROOT, export, verify, verify_alone


def verify_by_command(file: Path, anchors: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and report of the command that `docs/proving.md` gives an auditor."""
    command = [sys.executable, "-m", "safeguarding.audit.verifier", str(file), "--anchor", str(anchors)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_what_nobody_touched_is_whole_for_both_verifiers(whole: SimpleNamespace) -> None:
    code, report = verify(whole.anchors)
    assert (code, report["verdict"], report["findings"], report["not_checked"]) == (0, "whole", [], [])
    assert report["events_sealed"] == Event.objects.count() == Leaf.objects.count() > 20
    assert report["anchors"] == report["seals"] == Checkpoint.objects.count()
    file = export(whole.tmp / "export.jsonl")
    code, alone = verify_alone(file, whole.anchors)
    assert (code, alone["verdict"], alone["findings"]) == (0, "whole", [])
    assert alone["newest_seal"] == report["newest_seal"]
    assert verify_by_command(file, whole.anchors) == (0, alone)
    # What a column does not hold is not sealed: an event from before there was one is the same.
    events = [line["event"] for line in map(json.loads, file.read_text().splitlines()) if line.get("type") == "event"]
    listed = [(event["purpose"], event.get("shown")) for event in events if event["verb"] == "list"]
    assert listed == [("concern", None), ("today", "concerns.concern 3 concern")]
    assert sum("shown" in event for event in events) == 1
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    assert verify_by_command(file, whole.anchors) == verify_alone(file, whole.anchors)
    assert verify_by_command(file, whole.anchors)[0] == 1
