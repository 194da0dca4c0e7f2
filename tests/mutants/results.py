"""What noticed each mutant, and when was it asked? `docs/mutants.json`, an entry a line.

An entry is written as its mutant ends, so that a run can be stopped and goes on where it was. It holds until the
changed file, what noticed it or the policy changes; a mutant that nothing noticed is asked again when any of its
witnesses changes.
"""

import fcntl
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.matrix.policy import FILE as POLICY
from tests.mutants.listing import ROOT, Mutant
from tests.mutants.naming import tests_of_app

_NAME = "docs/mutants.json"
FILE = ROOT / _NAME
_LOCK = ROOT / "var" / "mutants.lock"
_QUERIES = re.compile(r", queries: \d++")
Entries = dict[str, dict[str, Any]]


def entries(text: str | None = None) -> Entries:
    """Name to entry: of the file as it is, or of its text at another commit."""
    if text is None:
        text = FILE.read_text() if FILE.exists() else "{}"
    return json.loads(text)  # type: ignore[no-any-return]


def is_current(mutant: Mutant, known: Entries) -> bool:
    """Whether the mutant need not be asked again."""
    entry = known.get(mutant.name)
    return entry is not None and entry["digest"] == digest_of(mutant, entry["noticed_by"])


def digest_of(mutant: Mutant, noticed_by: str) -> str:
    """Changes with the mutant, its files, what noticed it (a survivor: all that was asked) and the policy."""
    asked = [noticed_by] if noticed_by else [*mutant.tests, *tests_of_app(mutant.file)]
    files = {file.partition(":")[0] for file in asked}
    if not noticed_by or noticed_by.startswith(("tests/matrix", "docs")):
        files.add(str(POLICY.relative_to(ROOT)))
    said = [json.dumps([(edit.file, edit.text) for edit in mutant.edits]), *mutant.sources().values()]
    said += [_said(ROOT / file) if (ROOT / file).exists() else file for file in sorted(files)]
    return sha256("\0".join(said).encode()).hexdigest()[:12]


def _said(file: Path) -> str:
    """The text of a file. How often pages ask the database notices no mutant: of the policy that is left out."""
    return _QUERIES.sub("", file.read_text()) if file == POLICY else file.read_text()


def keep(mutant: Mutant, noticed_by: str, seconds: float, *, is_all: bool = True) -> None:
    """Write down how one mutant ended. `noticed_by` is empty where nothing did.

    `is_all`: whether all that there is was asked. A survivor of which that is not so is asked again.
    """
    entry = {
        "app": mutant.app,
        "kind": mutant.kind,
        "noticed_by": noticed_by,
        "seconds": round(seconds),
        "date": date.today().isoformat(),
        "commit": _git("rev-parse", "--short=12", "HEAD").strip(),
        "digest": digest_of(mutant, noticed_by) if noticed_by or is_all else "",
    }
    with _alone():
        _write(entries() | {mutant.name: entry})


def keep_only(names: set[str]) -> None:
    """Forget what is no longer in the code."""
    with _alone():
        known = entries()
        if known.keys() - names:
            _write({name: entry for name, entry in known.items() if name in names})


def lost_since(commit: str, names: set[str]) -> list[str]:
    """The mutants of these that were noticed at a commit and are not noticed now, by name.

    Raises `CalledProcessError` where the commit has no results.
    """
    before, now = entries(_git("show", f"{commit}:{_NAME}")), entries()
    noticed = {name for name, entry in now.items() if entry["noticed_by"]}
    return sorted(name for name, entry in before.items() if entry["noticed_by"] and name in names - noticed)


@contextmanager
def _alone() -> Iterator[None]:
    """Two processes end their mutants at any time, and both write the one file."""
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(known: Entries) -> None:
    lines = (f"{json.dumps(name)}: {json.dumps(known[name])}" for name in sorted(known))
    new = Path(f"{FILE}.new")
    new.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    new.replace(FILE)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout
