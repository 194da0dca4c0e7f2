"""The server is lost, or the keys, or the records: does `docs/backups.md`, followed line by line and by nothing else,
bring everything back?
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from safeguarding.sealing.services.dumps import make_empty
from tests.functional.installation import Up, environment, status, url, words_until
from tests.postgres import ROOT
from tests.waiting import until

DOCUMENT = ROOT / "docs" / "backups.md"
# What the new machine should know, said by a process of its own.
SHOWS = """
from django.db import transaction
from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, tell_database
from safeguarding.concerns.models import Account
lead = User.objects.get(username="d.oyebanji")
with transaction.atomic():
    tell_database(Acting(user_id=lead.pk))
    rows = list(Account.objects.order_by("pk"))
    print("shown", len(rows), hash(tuple(row.facts + row.child_words for row in rows)), "cannot be opened" in str(
        [r.facts for r in rows]
    ))
"""


def steps(section: str) -> list[list[str]]:
    """The commands of a section of the document, in order."""
    text = DOCUMENT.read_text().split(f"## {section}\n")[1].split("\n## ")[0]
    return [line.split() for line in re.findall(r"^\s*\$ (.+)$", text, re.MULTILINE)]


def shown(var: Path) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--verbosity=0", "-c", SHOWS]
    given = environment(var) | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("shown "), done.stderr
    return done.stdout


def held(var: Path) -> set[str]:
    """The wraps in the database of keys, as they lie there."""
    with psycopg.connect(url(var, "OWNER_KEYS_")) as keys:
        return {str(row) for row in keys.execute("SELECT record_id, subject_id, wrapped FROM sealing_wrap")}


def stop(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)


def follow(section: str, var: Path, up: Up, shares: list[str], files: dict[str, Path]) -> subprocess.Popen[str]:
    """Do what the document says, in the order in which it says it. Returns the running installation."""
    for command in steps(section):
        match command:
            case [".venv/bin/python", "manage.py", "key_shares", "restore"]:
                done = subprocess.run(
                    [sys.executable, str(ROOT / "manage.py"), *command[2:]],
                    env={"PATH": os.environ["PATH"], "HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": str(var)},
                    input="\n".join(shares) + "\n",
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                )
                assert done.stdout == "The root key is back.\n", done.stderr
            case [".venv/bin/python", "manage.py", "up", *rest]:
                rest = [str(files[Path(part).suffix]) if part.startswith("/mnt/") else part for part in rest]
                process = up(*rest)
                said, _ = process.communicate(timeout=600)
                assert process.returncode == 0, said
                assert "Every word in the records has its key." in said
            case ["make", "run"]:
                running = up()
                words_until(running, "Ctrl-C stops it")
                return running
            case _:
                raise AssertionError(f"the document says something that nobody has tried: {command}")
    raise AssertionError("the document does not say to start it")


@pytest.mark.soak(part="data")
@pytest.mark.usefixtures("migrated")
def test_the_server_is_lost_then_the_keys_alone_then_the_records_alone(
    up: Up, var: Path, port: int, tmp_path_factory
) -> None:
    first = up()
    words_until(first, "Ctrl-C stops it")
    before = shown(var)
    assert before.split()[1] != "0" and before.endswith("False\n")
    shelter = tmp_path_factory.mktemp("shelter")
    given = environment(var) | {
        "HARBOUR_ROLE": "backup",
        "BACKUP_FOLDER": str(shelter / "records"),
        "BACKUP_KEYS_FOLDER": str(shelter / "keys"),
    }
    for arguments in (["backup"], ["key_shares", "make"]):
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments], env=given, cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    shares = [" ".join(re.findall(r"\d+\. (\w+)", sheet)) for sheet in done.stdout.split("\f")][1:]
    files = {file.suffix: file for folder in ("records", "keys") for file in (shelter / folder).iterdir()}
    stop(first)

    shutil.rmtree((var / "postgres").resolve())
    for path in var.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    second = follow("When the server is lost", var, up, shares, files)
    assert status(port) == 200
    assert shown(var) == before

    with psycopg.connect(url(var, "OWNER_KEYS_"), autocommit=True) as keys:
        keys.execute("DROP TABLE sealing_wrap, sealing_recordkey, sealing_subjectkey, sealing_epoch CASCADE")
        keys.execute("DELETE FROM django_migrations")
        for table in ("keyshare", "keycheck", "backuprun"):
            keys.execute(f"DROP TABLE sealing_{table}")
    stop(second)
    shutil.rmtree(var / "keys")
    third = follow("When only the keys are lost", var, up, shares, files)
    assert status(port) == 200
    assert shown(var) == before

    keys_held = held(var)
    make_empty(url(var, "OWNER_"))
    stop(third)
    fourth = follow("When only the records are lost", var, up, shares, files)
    assert status(port) == 200
    assert shown(var) == before
    # The keys that were there stayed: every one of them, and no other.
    assert keys_held and held(var) == keys_held
    stop(fourth)
    until(lambda: fourth.poll() is not None)
