"""Is the code as we want it? Every check runs, each with its time; what a failed one said comes after it.

As many at once as there are cores: none writes what another reads.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
# Nothing of this machine's own configuration takes part.
PLAIN = {"HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": str(ROOT / "var" / "check"), "HARBOUR_DEMO": "true"}
# What docker-compose.yml leaves to whoever runs it.
_CHOSEN = {"HARBOUR_HOST": "harbour.example.sch.uk"}
_VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^${}]*))?\}")

MANAGE = [PYTHON, "-W", "error", "manage.py"]
# What it prints is shown where it passes, too: how old the results are.
SPEAKS = {"long proofs"}
# The longest first: what is short fills the rest of the time.
CHECKS: list[tuple[str, list[str], Mapping[str, str]]] = [
    ("types", [PYTHON, "-m", "mypy", "."], PLAIN),
    ("templates, words and promises", [PYTHON, "-m", "pytest", "tests/architecture"], {}),
    ("generated documents", [*MANAGE, "write_docs", "--check"], PLAIN),
    ("layers", [str(Path(PYTHON).with_name("lint-imports")), "--no-logo"], PLAIN),
    ("long proofs", [PYTHON, "-m", "tests.proofs_check"], {}),
    # Without a database Django warns that it could not look which migrations have been run.
    ("migrations", [PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"], PLAIN),
    ("style", [PYTHON, "-m", "ruff", "check", "."], PLAIN),
    ("layout", [PYTHON, "-m", "ruff", "format", "--check", "."], PLAIN),
]


def production(folder: Path) -> Iterator[tuple[str, list[str], Mapping[str, str]]]:
    """A check of the settings of each service of docker-compose.yml that has any, with secrets made in `folder`."""
    made = asked([*MANAGE, "make_secrets", str(folder)], PLAIN)
    if made[0]:
        raise SystemExit(made[1])
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for name, service in services.items():
        given = service.get("environment", {})
        if "SECRET_KEY_FILE" in given:
            told = {key: _filled(str(value)).replace("/run/secrets", str(folder)) for key, value in given.items()}
            command = [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]
            yield f"settings for production: {name}", command, PLAIN | told


def _filled(value: str) -> str:
    """A value of docker-compose.yml with its variables filled in, the inner ones first."""
    while (filled := _VARIABLE.sub(lambda found: _CHOSEN.get(found[1], found[2] or ""), value)) != value:
        value = filled
    return value


def asked(command: list[str], environment: Mapping[str, str]) -> tuple[int, str, float]:
    """How a check ended, what it said, and the seconds that it took."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout.strip(), time.monotonic() - began


def main() -> int:
    failed = 0
    with TemporaryDirectory() as folder, ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        checks = [*CHECKS, *production(Path(folder))]
        running = {pool.submit(asked, command, environment): title for title, command, environment in checks}
        for ended in as_completed(running):
            code, said, seconds = ended.result()
            print(f"{'FAIL' if code else 'ok  '} {running[ended]} ({seconds:.0f} s)", flush=True)
            failed += bool(code)
            if code or running[ended] in SPEAKS:
                print(f"{said}\n", flush=True)
    if failed:
        print(f"{failed} of {len(checks)} checks failed. `make fix` mends style and layout.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
