"""Would a test notice each mutant? `make mutate` asks those of which `docs/mutants.json` does not know it.

    python -m tests.mutants [--app=plans] [--against=COMMIT] [what pytest takes, such as -k fact]

Ends with 1 where one survives, or where one is not noticed that was noticed at the commit.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter

import django

from tests.mutants import LIST, ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("--app", default="", help="one app alone, such as plans, or those of a package")
    parser.add_argument("--against", default="", help="the commit whose results must still hold")
    parser.add_argument("--list", action="store_true", help="print the names and ask nothing")
    arguments, others = parser.parse_known_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.mutants import results
    from tests.mutants.listing import mutants
    from tests.mutants.witnesses import with_witnesses

    every = mutants()
    results.keep_only({mutant.name for mutant in every})
    mine = [with_witnesses(m) for m in every if not arguments.app or arguments.app in (m.app, m.file.split("/")[0])]
    known = results.entries()
    asked = [mutant for mutant in mine if not results.is_current(mutant, known)]
    kinds = dict(Counter(mutant.kind for mutant in asked))
    _say(f"{len(mine)} mutants of {len(every)}, {len(asked)} to ask: {kinds}")
    if arguments.list:
        _say(*(mutant.name for mutant in mine))
        return 0
    ended = _ask([mutant.as_json() for mutant in asked], others) if asked else 0
    names, known = {mutant.name for mutant in mine}, results.entries()
    survivors = sorted(name for name in names & known.keys() if not known[name]["noticed_by"])
    lost = results.lost_since(arguments.against, names) if arguments.against else []
    for title, found in (("Survived", survivors), (f"Noticed at {arguments.against} and not now", lost)):
        if found:
            _say(f"{title}:", *(f"  {name}" for name in found))
    return 1 if ended or survivors or lost else 0


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _ask(asked: list[dict[str, object]], others: list[str]) -> int:
    """Run a test for each; return how pytest ended."""
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text(json.dumps(asked))
    processes = os.environ.get("PROCESSES", "auto")
    command = [sys.executable, "-m", "pytest", "-n", processes, "-m", "mutants", "-o", "timeout=0"]
    return subprocess.run([*command, "tests/mutants/test_mutants.py", *others], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
