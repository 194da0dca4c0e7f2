"""Would a test notice each mutant? `make mutate` asks those of which `docs/mutants.json` does not know it.

    python -m tests.mutants [--app=plans,concerns] [--only=fact] [--against=COMMIT]

Planted faults come first, then the apps in the order in which they are named. Ends with 1 where one survives, where one
is no code, or where one is not noticed that was noticed at the commit.
"""

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from multiprocessing import get_context
from typing import Any

import django
import pytest

# Everything is in one process. Modules that made the list were loaded before pytest could rewrite their assertions.
OPTIONS = "-q -s -n0 -p no:cacheprovider -W ignore::pytest.PytestAssertRewriteWarning"
SETTINGS = ("-o", "addopts=--strict-markers", "-o", "timeout=0", "-m", "not soak")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("--app", default="", help="these apps alone, such as plans,concerns, or those of a package")
    parser.add_argument("--only", default="", help="those alone in whose name this stands, such as fact")
    parser.add_argument("--against", default="", help="the commit whose results must still hold")
    parser.add_argument("--list", action="store_true", help="print the names and ask nothing")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.mutants import results
    from tests.mutants.listing import mutants
    from tests.mutants.witnesses import with_witnesses

    every = mutants()
    results.keep_only({mutant.name for mutant in every})
    mine = sorted_by_app((m for m in every if arguments.only in m.name), [a for a in arguments.app.split(",") if a])
    known = results.entries()
    asked = [mutant for mutant in map(with_witnesses, mine) if not results.is_current(mutant, known)]
    kinds = dict(Counter(mutant.kind for mutant in asked))
    _say(f"{len(mine)} mutants of {len(every)}, {len(asked)} to ask: {kinds}")
    if arguments.list:
        _say(*(mutant.name for mutant in mine))
        return 0
    ended = _ask(asked) if asked else 0
    names, known = {mutant.name for mutant in mine}, results.entries()
    survivors = sorted(name for name in names & known.keys() if not known[name]["noticed_by"])
    lost = results.lost_since(arguments.against, names) if arguments.against else []
    for title, found in (("Survived", survivors), (f"Noticed at {arguments.against} and not now", lost)):
        if found:
            _say(f"{title}:", *(f"  {name}" for name in found))
    return 1 if ended or survivors or lost else 0


def sorted_by_app(found: Iterable[Any], wanted: list[str]) -> list[Any]:
    """Mutants of the apps, or packages, that are wanted: the faults first, then app by app in that order."""

    def place(mutant: Any) -> int:
        return next((n for n, app in enumerate(wanted) if app in (mutant.app, mutant.file.split("/")[0])), len(wanted))

    mine = [mutant for mutant in found if not wanted or place(mutant) < len(wanted)]
    return sorted(mine, key=lambda mutant: (mutant.kind != "fault", place(mutant), mutant.app))


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _ask(asked: list[Any]) -> int:
    """Ask them in `PROCESSES` processes, each with a server of its own; return how the worst of them ended."""
    number = int(os.environ.get("PROCESSES") or 1)
    # So that each ends what it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    context = get_context("fork")
    processes = [context.Process(target=_ask_some, args=(asked[n::number],)) for n in range(number)]
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.join()
    except KeyboardInterrupt:
        return 130
    finally:
        for process in processes:
            process.terminate()
            process.join()
    return max(abs(process.exitcode or 0) for process in processes)


def _ask_some(asked: list[Any]) -> None:
    from tests.mutants.running import Runner, files_of

    runner = Runner(asked)
    ended = pytest.main([*OPTIONS.split(), *SETTINGS, *files_of(asked)], plugins=[runner])
    sys.exit(1 if ended or runner.strange else 0)


if __name__ == "__main__":
    sys.exit(main())
