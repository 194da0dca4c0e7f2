"""The container files without a container: what they name exists, and each service holds what is its own."""

import re
import secrets
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands

from safeguarding.launch import postgres, programs, root
from tests.architecture.source import ROOT
from tests.architecture.test_settings import load, variables_read
from tests.waiting import until

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "keys", "manage", "web", "worker", "destroyer", "beat", "backup", "printer")
# What the images of others read; https://hub.docker.com/_/postgres lists them.
OF_OTHERS = {"POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS"}


def held(service: str) -> set[str]:
    """The secrets that a service is given."""
    return {s if isinstance(s, str) else s["source"] for s in SERVICES[service].get("secrets", [])}


def test_every_part_is_there() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "valkey"}
    assert SERVICES["postgres"]["image"].startswith("postgres:18")


@pytest.mark.parametrize("service", OURS)
def test_commands_exist(service: str) -> None:
    python, script, command, *arguments = [*SERVICES[service].get("entrypoint", ()), *SERVICES[service]["command"]]
    assert (python, script) == ("python", "manage.py")
    assert command in get_commands()
    if command == "program":
        assert arguments == [service] and service in programs.NAMES
    else:
        assert arguments in ([], ["ready"], ["check"])


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_variables_exist(service: str) -> None:
    known = variables_read()
    for name in SERVICES[service].get("environment", {}):
        assert name in OF_OTHERS or name.removesuffix("_FILE") in known, name


# Whoever migrates puts the keys into the database with which the others sign.
MIGRATING = {
    "secret_key",
    "redis_url",
    "owner_database_url",
    "owner_keys_database_url",
    "web_context_key",
    "worker_context_key",
}


@pytest.mark.parametrize(
    ("service", "secrets_held"),
    [
        ("migrate", MIGRATING),
        ("keys", MIGRATING | {"root_key"}),
        ("manage", MIGRATING | {"root_key", "seal_key"}),
        (
            "web",
            {"secret_key", "redis_url", "web_database_url", "web_keys_database_url", "web_context_key", "root_key"},
        ),
        (
            "worker",
            {
                "secret_key",
                "redis_url",
                "worker_database_url",
                "worker_keys_database_url",
                "worker_context_key",
                "root_key",
                "email_url",
                "seal_key",
            },
        ),
        (
            "destroyer",
            {"secret_key", "redis_url", "destroyer_database_url", "destroyer_keys_database_url", "root_key"},
        ),
        ("beat", {"secret_key", "redis_url"}),
        ("printer", set()),
        (
            "backup",
            {"secret_key", "redis_url", "backup_database_url", "backup_keys_database_url", "root_key", "seal_key"},
        ),
        ("postgres", {"postgres_password", "roles.sql"}),
        ("valkey", {"valkey.conf"}),
    ],
)
def test_each_service_holds_its_own_secrets_and_no_other(service: str, secrets_held: set[str]) -> None:
    assert held(service) == secrets_held
    files = {
        value.rpartition("/")[2]
        for name, value in SERVICES[service].get("environment", {}).items()
        if name.endswith("_FILE")
    }
    assert files <= secrets_held, "a file that is not given"


def test_no_address_with_a_password_is_in_the_environment_of_a_service() -> None:
    """`docker inspect` shows it to everybody who may ask the engine."""
    secret = {
        "SECRET_KEY",
        "REDIS_URL",
        "EMAIL_URL",
        "WEB_CONTEXT_KEY",
        "WORKER_CONTEXT_KEY",
        *settings.DATABASE_URLS.values(),
    }
    secret |= set(settings.KEYS_DATABASE_URLS.values())
    assert secret <= variables_read()
    assert [(s, name) for s in OURS for name in SERVICES[s]["environment"] if name in secret] == []


def test_the_role_of_a_service_is_that_of_its_address() -> None:
    for service, role, variable in (
        ("migrate", "owner", "OWNER_DATABASE_URL_FILE"),
        ("keys", "owner", "OWNER_DATABASE_URL_FILE"),
        ("manage", "owner", "OWNER_DATABASE_URL_FILE"),
        ("web", "web", "DATABASE_URL_FILE"),
        ("worker", "worker", "WORKER_DATABASE_URL_FILE"),
        ("destroyer", "destroyer", "DESTROYER_DATABASE_URL_FILE"),
        ("backup", "backup", "BACKUP_DATABASE_URL_FILE"),
    ):
        assert SERVICES[service]["environment"]["HARBOUR_ROLE"] == role
        named = [n for n in SERVICES[service]["environment"] if "DATABASE_URL" in n]
        assert named == [variable, variable.replace("DATABASE", "KEYS_DATABASE")]


def test_only_web_can_be_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if service.get("ports")} == {"web"}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {n for n, s in SERVICES.items() if "outside" not in s.get("networks", [])} == {
        "postgres",
        "valkey",
        "migrate",
        "keys",
        "manage",
        "destroyer",
        "beat",
        "backup",
        "printer",
    }
    assert {n: s["network_mode"] for n, s in SERVICES.items() if "network_mode" in s} == {"printer": "none"}
    assert not any(s.get("privileged") for s in SERVICES.values())


def test_nothing_of_ours_runs_as_root_or_writes_to_its_image() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["harbour"]
    assert lines.index("USER harbour") > max(i for i, line in enumerate(lines) if line.startswith(("RUN", "COPY")))
    for service in OURS:
        assert SERVICES[service]["read_only"] is True
        assert SERVICES[service]["cap_drop"] == ["ALL"]
        assert "user" not in SERVICES[service]


def test_everything_that_stays_has_a_health_check() -> None:
    assert [name for name, service in SERVICES.items() if not service.get("healthcheck")] == [
        "migrate",
        "keys",
        "manage",
    ]
    web = SERVICES["web"]["healthcheck"]["test"][3]
    assert "/health/" in web
    compile(web, "health check", "exec")


def test_the_database_logs_no_more_than_the_embedded_one() -> None:
    given = dict(re.fullmatch(r"-c(\w+)=(.*)", option).groups() for option in SERVICES["postgres"]["command"][1:])  # type: ignore[union-attr]
    private = {name: value for name, value in postgres.SETTINGS.items() if name.startswith("log_") and name in given}
    assert {name: given[name] for name in private} == private
    assert {n for n in postgres.SETTINGS if "statement" in n or "parameter" in n or "verbosity" in n} <= set(given)


def test_the_image_takes_in_every_package_of_the_product_and_no_test() -> None:
    copied = {
        name
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= copied
    assert "tests" not in copied
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {name.split("/")[0] for name in copied} == allowed


def test_secrets_are_made_once_in_a_folder_that_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    call_command("make_secrets", folder, verbosity=0)
    named = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert {path.name for path in folder.iterdir()} == named
    assert folder.stat().st_mode & 0o777 == 0o700
    with pytest.raises(CommandError, match="is not empty"):
        call_command("make_secrets", folder, verbosity=0)


def test_no_mail_is_sent_until_the_address_of_a_mail_server_is_in_its_file(tmp_path: Path) -> None:
    call_command("make_secrets", tmp_path / "secrets", verbosity=0)
    written = tmp_path / "secrets" / "email_url"
    production = {"HARBOUR_DEMO": "false", "SECRET_KEY": "x", "EMAIL_URL_FILE": str(written)}
    shown = "settings.MAIL_IS_SET_UP, settings.EMAIL_BACKEND.split('.')[-2], settings.EMAIL_HOST"
    assert load(production, tmp_path, shown) == "False dummy None"
    written.chmod(0o600)
    written.write_text("smtp+tls://harbour:hidden@mail.example.sch.uk:587\n")
    assert load(production, tmp_path, shown) == "True smtp mail.example.sch.uk"


def test_the_roles_that_postgresql_is_told_are_those_that_sign_in(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    call_command("make_secrets", folder, verbosity=0)
    statements = (folder / "roles.sql").read_text()
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory(prefix="harbour-roles-") as home:
        cluster = postgres.Cluster(Path(home), root.account(), postgres.DISPOSABLE)
        cluster.initialise(password, sync=False)
        server = subprocess.Popen(
            postgres.leashed(cluster.command(), account=cluster.account, stop=signal.SIGQUIT),
            cwd=home,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: cluster.answers(password))
            superuser = cluster.url("postgres", password, "postgres")
            with psycopg.connect(superuser, autocommit=True) as connection:
                connection.execute("CREATE DATABASE harbour")
            # As `psql` reads them, in the database of the records to begin with.
            for database, part in zip(
                ("harbour", "harbour_keys"), statements.split("\\connect harbour_keys\n"), strict=True
            ):
                there = cluster.url("postgres", password, database)
                with psycopg.connect(there, autocommit=True) as connection:
                    for statement in part.splitlines():
                        connection.execute(statement)
                    for role in postgres.ROLES:
                        says = connection.execute(
                            "SELECT has_function_privilege(%s, 'lo_create(oid)', 'EXECUTE')", [role]
                        )
                        assert says.fetchone() == (False,), f"{role} makes large objects in {database}"
            for role in postgres.ROLES:
                address = (folder / f"{role}_database_url").read_text()
                assert address not in statements
                there = address.replace("@postgres:5432/harbour", f"@/harbour?host={cluster.socket_folder}")
                if role == "owner":
                    with psycopg.connect(there) as connection:
                        assert connection.execute("SELECT current_user").fetchone() == ("owner",)
                    psycopg.connect(there.replace("/harbour?", "/harbour_keys?")).close()
                else:  # until `migrate` lets them in
                    with pytest.raises(psycopg.OperationalError, match="does not have CONNECT privilege"):
                        psycopg.connect(there)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
