"""`manage.py up`, as `make run` calls it: from nothing to a page, through the tour, and nothing is left of it."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from safeguarding.launch.supervisor import command_line
from tests.functional import tour
from tests.functional.import_command import DATA, FILES, manage
from tests.functional.installation import Up, running, schools, status, tree, url, words_until
from tests.waiting import until

# Seconds within which a command on servers of its own ends, on a machine that is busy: longer is a command that hangs.
PATIENCE = 600


@pytest.fixture
def enter(port: int, browser: Browser) -> Iterator[tour.Enter]:
    """Sign in as somebody of the practice school that runs; each time in a window of its own."""
    windows: list[BrowserContext] = []

    def entered(role: str = "", *, user_name: str = "") -> Page:
        size = {"width": 1366, "height": 768}
        windows.append(browser.new_context(base_url=f"http://localhost:{port}", viewport=size))
        return tour.sign_in(windows[-1].new_page(), role, user_name)

    yield entered
    for window in windows:
        window.close()


def says_who_may_sign_in(said: str, var: Path, port: int) -> None:
    assert f"http://localhost:{port}" in said
    assert "Practice: nobody will read this" in said
    assert "harbour-practice" in said
    assert status(port) == 200
    assert status(port, "127.0.0.2") == 0, "practice is for this machine alone"
    named = " ".join(running(var))
    parts = ("web_server", "safeguarding.beat:", "postgres", "redis.sock", "printer.sock")
    missing = [part for part in parts if part not in named]
    assert missing == []


def takes_files_of_children(var: Path) -> None:
    """Children of the practice school, who are on its list: some rows of the CSV files wait for a person."""
    for name, (called, *_) in FILES.items():
        to = ("import_children", str(DATA / name), "--school", "tarnbeck-hollow", "--yes")
        expected = "30 changed" if name.endswith(".xml") else "rows waiting for a person"
        for given, role in (((), "worker"), (("--as", "k.bromilow"), "web")):
            code, said = manage(var, *to, *given, HARBOUR_ROLE=role)
            assert (code, called in said) == (0, True), said
            assert expected in said or "0 joined, 0 changed" in said, said


def test_from_nothing_through_the_tour_of_the_readme_and_a_second_start_keeps_the_data(
    up: Up, var: Path, port: int, enter: tour.Enter
) -> None:
    first = up()
    says_who_may_sign_in(words_until(first, "Ctrl-C stops it"), var, port)
    there = schools(var)
    assert there
    tour.walk(enter)
    takes_files_of_children(var)

    again = up()
    said, _ = again.communicate(timeout=PATIENCE)
    assert "Harbour already runs here: process" in said
    assert again.returncode == 1

    os.killpg(first.pid, signal.SIGINT)
    first.communicate(timeout=30)
    until(lambda: running(var) == [])

    second = up()
    said = words_until(second, "Ctrl-C stops it")
    assert "first start" not in said
    assert schools(var) == there
    os.killpg(second.pid, signal.SIGTERM)
    second.communicate(timeout=30)
    until(lambda: running(var) == [])

    serious = up(HARBOUR_DEMO="false")
    said, _ = serious.communicate(timeout=PATIENCE)
    assert (
        "holds the practice school, whose passwords everybody knows: give real records a database of their own" in said
    )
    assert serious.returncode == 1
    assert running(var) == []


@pytest.mark.soak(part="kills")
@pytest.mark.usefixtures("migrated")
def test_a_killed_start_leaves_nothing_and_the_next_one_is_not_held_up(up: Up, var: Path, port: int) -> None:
    serious = {"HARBOUR_DEMO": "false", "HTTPS": "false"}
    first = up(**serious)
    said = words_until(first, "Ctrl-C stops it")
    assert "Practice" not in said
    assert "harbour-practice" not in said
    assert "BEHIND_PROXY" not in said
    assert schools(var) == [], "a school of its own is not filled with practice"
    first.kill()
    first.communicate(timeout=30)
    until(lambda: running(var) == [])
    assert (var / "up.lock").exists()
    assert (var / "processes.json").exists()

    second = up(**serious)
    words_until(second, "Ctrl-C stops it")
    assert status(port) == 200
    os.killpg(second.pid, signal.SIGTERM)
    second.communicate(timeout=30)

    added, _ = up("--", "add_school", "Saltmarsh Lane Primary School", **serious).communicate(timeout=PATIENCE)
    assert "Saltmarsh Lane Primary School is there" in added
    practice = up()
    said, _ = practice.communicate(timeout=PATIENCE)
    assert "holds a real school, and this is practice" in said
    assert practice.returncode == 1
    again = up("--", "check", **serious)
    said, _ = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said


@pytest.mark.soak(part="kills")
def test_a_first_start_that_is_killed_while_postgresql_is_laid_out_starts_the_next_time(up: Up, var: Path) -> None:
    first = up("--", "check", HARBOUR_DEMO="false")
    said = words_until(first, "its data is in ")
    data = Path(said.rpartition("its data is in ")[2].strip())
    until(lambda: list(data.parent.glob("*/data/PG_VERSION")), seconds=PATIENCE)
    # All at once, as a power cut does it: a supervisor that went on, or an initdb, would clear up.
    os.kill(first.pid, signal.SIGSTOP)
    for pid in [*(set(tree(first.pid)) - {first.pid}), first.pid]:
        os.kill(pid, signal.SIGKILL)
    first.communicate(timeout=30)
    assert list(data.parent.glob("*/data/PG_VERSION")) and not data.exists()

    again, _ = (second := up("--", "check", HARBOUR_DEMO="false")).communicate(timeout=PATIENCE)
    assert second.returncode == 0, again
    assert {path.name for path in data.parent.iterdir()} - {"run"} == {"data"}


@pytest.mark.soak(part="kills")
@pytest.mark.usefixtures("migrated")
def test_passwords_are_private_and_each_role_is_asked_for_its_own(up: Up, var: Path) -> None:
    # A management command instead of web, worker and beat: it ends by itself.
    once = up("--", "check", HARBOUR_DEMO="false", SECRET_KEY="given")
    said, _ = once.communicate(timeout=PATIENCE)
    assert once.returncode == 0, said
    assert running(var) == []
    for name in ("passwords.json", "queue.env", *(f"database.{role}.env" for role in settings.DATABASE_URLS)):
        assert (var / name).stat().st_mode & 0o777 == 0o600

    held = up(HARBOUR_DEMO="false", SECRET_KEY="given")
    said = words_until(held, "Ctrl-C stops it")
    assert "Set BEHIND_PROXY=true where a proxy ends https" in said
    web = url(var, "")
    with psycopg.connect(web) as connection:
        assert connection.execute("SELECT current_user, inet_server_addr()").fetchone() == ("web", None)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(web.replace("//web:", "//owner:"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(web.replace(web.partition("//web")[2].partition("@")[0], ""))


@pytest.mark.usefixtures("migrated")
def test_no_process_of_make_run_has_the_password_of_another_role(up: Up, var: Path, port: int) -> None:
    """`/proc` of each process and of its children: what a web process that was taken over would read first."""
    held = up(HARBOUR_DEMO="false", HTTPS="false")
    words_until(held, "Ctrl-C stops it")
    assert status(port) == 200
    until(lambda: len(tree(held.pid)) >= 10)
    passwords = json.loads((var / "passwords.json").read_text())
    assert {*settings.DATABASE_URLS, "postgres", "secret_key"} < set(passwords)
    environments = tree(held.pid)
    roles = {line for one in environments.values() for line in one.split(b"\0") if line.startswith(b"HARBOUR_ROLE=")}
    assert roles == {f"HARBOUR_ROLE={role}".encode() for role in ("web", "worker", "destroyer", "backup")}
    told = {
        (command_line(pid), name)
        for pid, one in environments.items()
        for name, password in passwords.items()
        if password.encode() in one
    }
    assert told == set()
    for role in settings.DATABASE_URLS:
        text = (var / f"database.{role}.env").read_text()
        signs = {f"{signer}_context_key" for signer in ("web", "worker") if role in (signer, "owner")}
        assert {name for name, password in passwords.items() if password in text} == {role, "secret_key", *signs}
    assert not (var / "database.env").exists()


def test_what_is_given_is_not_started_and_half_of_it_and_a_taken_port_are_refused(up: Up, var: Path, port: int) -> None:
    half = up(DATABASE_URL="postgres://web@localhost/harbour", SECRET_KEY="given")
    said, _ = half.communicate(timeout=PATIENCE)
    assert "WORKER_DATABASE_URL, OWNER_DATABASE_URL, BACKUP_DATABASE_URL, " in said
    assert " and DESTROYER_KEYS_DATABASE_URL must be set as well" in said
    assert half.returncode == 1

    names = (*settings.DATABASE_URLS.values(), *settings.KEYS_DATABASE_URLS.values())
    nowhere = dict.fromkeys(names, "postgres://x:x@127.0.0.1:1/none") | {
        "REDIS_URL": "redis://127.0.0.1:1",
        "SECRET_KEY": "given",
    }
    given = up(**nowhere)
    said, _ = given.communicate(timeout=PATIENCE)
    assert "starting PostgreSQL" not in said
    assert "starting a private Redis" not in said
    assert "manage.py migrate" in said
    assert given.returncode == 1
    assert not (var / "postgres").exists()

    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        said, _ = up().communicate(timeout=PATIENCE)
    assert f"Port {port} is taken by another program. Choose another one: PORT={port + 1} make run" in said
