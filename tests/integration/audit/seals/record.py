"""How does a test seal, verify and export? As the clock, the administrator and the auditor do."""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from safeguarding.audit.models import Event, Leaf
from safeguarding.audit.seals import services
from tests.waiting import until

ROOT = Path(__file__).parents[4]
# Runs the verifier where nothing can be imported but the standard library, `cryptography` and what that needs: for each
# line of arguments (JSON) it says exit code and output (JSON). To load `cryptography` takes longer than to verify.
ALONE = """
import contextlib, io, json, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in {
            *sys.stdlib_module_names, "cryptography", "cffi", "_cffi_backend", "safeguarding",
        }:
            raise ImportError(f"{name} is not there")
sys.meta_path.insert(0, Nothing())
from safeguarding.audit.verifier import main
for arguments in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = int(main(json.loads(arguments)))
    print(json.dumps([code, said.getvalue()]), flush=True)
"""


def seal_all() -> None:
    """Seal until nothing waits: what somebody else's open transaction holds up on this server settles when that
    ends.
    """

    def nothing_waits() -> bool:
        services.seal_and_anchor()
        return Leaf.objects.count() >= Event.objects.count()

    until(nothing_waits, seconds=600)


def verify(*anchors: Path, keys: Sequence[str] = ()) -> tuple[int, dict[str, Any]]:
    """Exit code and report of `manage.py verify_audit`."""
    out, code = StringIO(), 0
    arguments = [part for anchor in anchors for part in ("--anchor", str(anchor))]
    arguments += [part for key in keys for part in ("--key", key)]
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())


def export(to: Path) -> Path:
    """The file of `manage.py export_audit`."""
    call_command("export_audit", str(to), stdout=StringIO())
    return to


@cache
def _alone() -> subprocess.Popen[str]:
    """The process of the stand-alone verifier, which ends when this one does and writes no more to it."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", ALONE], cwd=ROOT, text=True, bufsize=1, **pipes)


def verify_alone(file: Path, *anchors: Path, keys: Sequence[str] = ()) -> tuple[int, dict[str, Any]]:
    """Exit code and report of the stand-alone verifier, in a process that finds neither Django nor anything like it."""
    arguments = [part for anchor in anchors for part in ("--anchor", str(anchor))]
    arguments += [part for key in keys for part in ("--key", key)]
    asked = _alone()
    assert asked.stdin and asked.stdout
    asked.stdin.write(json.dumps([str(file), *arguments]) + "\n")
    answer = asked.stdout.readline()
    assert answer, "the verifier broke off, and says why above"
    code, said = json.loads(answer)
    return code, json.loads(said)


def kinds(report: dict[str, Any]) -> set[str]:
    return {finding["kind"] for finding in report["findings"]}
