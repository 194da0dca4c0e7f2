"""Every setting can be found in `.env.example`, and everything there is a setting."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from safeguarding.environment import DATABASE_URLS, SECRETS_OF
from tests.architecture.source import ROOT

SETTINGS = [ROOT / "safeguarding" / name for name in ("settings.py", "web_limits.py")]
EXAMPLE = ROOT / ".env.example"


def variables_read() -> set[str]:
    """The names that the settings ask the environment for."""
    names = set()
    for call in (node for file in SETTINGS for node in ast.walk(ast.parse(file.read_text()))):
        if not (isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant)):
            continue
        asked_of_env = (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "env"
        )
        if asked_of_env or (
            isinstance(call.func, ast.Name) and call.func.id in {"secret", "given", "number", "address"}
        ):
            names.add(call.args[0].value)
    return names.union(*SECRETS_OF.values())


def variables_shown() -> list[str]:
    return re.findall(r"^#([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE)


def test_the_example_lists_every_setting_once_and_nothing_else() -> None:
    assert sorted(variables_shown()) == sorted(variables_read())
    assert len(variables_read()) > 15


def load(environment: dict[str, str], folder: Path, expression: str) -> str:
    """What `expression` is in a process of its own whose settings see this environment and no other."""
    plain = {"HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": str(folder), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", f"from safeguarding import settings; print({expression})"],
        cwd=ROOT,
        env=plain | environment,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def test_the_example_with_every_line_taken_is_read_without_an_error(tmp_path: Path) -> None:
    taken = tmp_path / "all.env"
    taken.write_text(re.sub(r"^#([A-Z_]+=)", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE))
    said = load({"HARBOUR_ENV_FILE": str(taken)}, tmp_path, "settings.DEMO, settings.EMBEDDED_DATABASE, settings.HOST")
    assert said == "False False 127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "practice"),
    [
        ({}, "True"),
        ({"HARBOUR_DEMO": "false", "SECRET_KEY": "x"}, "False"),
        ({"SECRET_KEY": "x"}, "False"),
        ({"DATABASE_URL": "postgres://web@localhost/x", "SECRET_KEY": "x"}, "False"),
        ({"WORKER_DATABASE_URL": "postgres://web@localhost/x", "SECRET_KEY": "x"}, "False"),
    ],
)
def test_it_is_practice_only_where_nothing_is_configured(
    environment: dict[str, str], practice: str, tmp_path: Path
) -> None:
    assert load(environment, tmp_path, "settings.DEMO") == practice


def test_practice_listens_on_this_machine_alone_whatever_it_is_told(tmp_path: Path) -> None:
    everywhere = {"LISTEN_ON": "0.0.0.0"}  # noqa: S104
    assert load(everywhere, tmp_path, "settings.HOST") == "127.0.0.1"
    assert load({**everywhere, "SECRET_KEY": "x"}, tmp_path, "settings.HOST") == "0.0.0.0"  # noqa: S104


def test_a_missing_secret_says_what_to_do_and_may_be_a_file(tmp_path: Path) -> None:
    lost = load({"DATABASE_URL": "postgres://web@localhost/x"}, tmp_path, "settings.SECRET_KEY")
    assert "SECRET_KEY is not set. Put it in .env" in lost
    (tmp_path / "key").write_text("from a file\n")
    assert load({"SECRET_KEY_FILE": str(tmp_path / "key")}, tmp_path, "settings.SECRET_KEY") == "from a file"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "abc", "PORT is 'abc'; it must be a whole number from 1 to 65535."),
        ("PORT", "80000", "PORT is '80000'; it must be a whole number from 1 to 65535."),
        ("WEB_WORKERS", "0", "WEB_WORKERS is '0'; it must be a whole number from 1 to 1000."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES is '-1'; it must be a whole number from 0 to 20."),
        ("EMAIL_URL", "mail.example.org:587", "EMAIL_URL cannot be understood. It must look like smtp+tls://USER:"),
        ("EMAIL_URL", "smtp://u:hidden@mail:abc", "EMAIL_URL cannot be understood. It must look like smtp+tls://USER:"),
        ("DATABASE_URL", "postgres://u:hidden@host:abc/x", "DATABASE_URL cannot be understood. It must look like"),
        (
            "FILES_URL",
            "s3://id:hidden@bucket/x",
            "FILES_URL cannot be understood. It must look like s3://BUCKET/PREFIX",
        ),
        ("FILES_URL", "https://bucket.example.org", "FILES_URL cannot be understood. It must look like s3://BUCKET/"),
        ("FILES_URL", "s3://harbour?endpoint=minio:9000", "FILES_URL cannot be understood. It must look like s3://"),
        ("FILES_SECRET_KEY", "hidden", "FILES_KEY_ID and FILES_SECRET_KEY belong together: set both, or none."),
        ("WEB_CONTEXT_KEY", "hidden", "WEB_CONTEXT_KEY is too short: at least 32 random characters."),
        ("EMAIL_URL_FILE", "/nowhere/url", "EMAIL_URL_FILE is /nowhere/url, which cannot be read: No such file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    plain = {
        "HARBOUR_ENV_FILE": os.devnull,
        "HARBOUR_VAR": str(tmp_path),
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "x",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=plain | {name: value}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Harbour cannot start: {sentence}")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


def test_a_number_that_is_given_is_taken_and_an_empty_one_is_the_default(tmp_path: Path) -> None:
    shown = "settings.PORT, settings.TRUSTED_PROXIES"
    assert load({"PORT": "8001", "TRUSTED_PROXIES": "1"}, tmp_path, shown) == "8001 1"
    assert load({"PORT": "", "TRUSTED_PROXIES": ""}, tmp_path, shown) == "8000 0"


def test_a_process_holds_the_key_of_its_own_role_and_the_owner_all(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "x", "WEB_CONTEXT_KEY": "w" * 32, "WORKER_CONTEXT_KEY": "k" * 32}
    for role, held in (("web", ["web"]), ("worker", ["worker"]), ("owner", ["web", "worker"]), ("backup", [])):
        assert load(given | {"HARBOUR_ROLE": role}, tmp_path, "list(settings.CONTEXT_KEYS)") == str(held)


def test_addresses_of_embedded_servers_never_mix_with_given_ones(tmp_path: Path) -> None:
    (tmp_path / "database.web.env").write_text("DATABASE_URL=postgres://web:x@/own\nSECRET_KEY=kept\n")
    shown = "settings.DATABASES['default']['NAME'], settings.SECRET_KEY"
    assert load({}, tmp_path, shown) == "own kept"
    assert load({"SECRET_KEY": "given", "DATABASE_URL": ""}, tmp_path, shown) == "own given"
    given = {"DATABASE_URL": "postgres://web@localhost/given", "SECRET_KEY": "given"}
    assert load(given, tmp_path, shown) == "given given"


def test_a_process_reads_the_secrets_of_its_own_role_and_hands_none_of_a_file_to_its_children(tmp_path: Path) -> None:
    for role, name in DATABASE_URLS.items():
        (tmp_path / f"database.{role}.env").write_text(f"{name}=postgres://{role}:of-{role}@/own\nSECRET_KEY=kept\n")
    for role, name in DATABASE_URLS.items():
        user, read, inherited = (
            load({"HARBOUR_ROLE": role}, tmp_path, shown)
            for shown in (
                "settings.DATABASES['default']['USER']",
                "*(name for name in settings.DATABASE_URLS.values() if settings.given(name))",
                "*(name for name, value in __import__('os').environ.items() if ':of-' in value or value == 'kept')",
            )
        )
        assert (user, read, inherited) == (role, name, "")


def test_a_secret_in_dot_env_is_no_childs_and_another_programs_variable_is(tmp_path: Path) -> None:
    written = tmp_path / "some.env"
    written.write_text("SECRET_KEY=kept\nDATABASE_URL=postgres://web:x@/own\nPGSSLROOTCERT=/etc/ssl/ours.pem\n")
    shown = (
        "settings.SECRET_KEY, *(n for n in ('SECRET_KEY', 'DATABASE_URL', 'PGSSLROOTCERT') if n in "
        "__import__('os').environ)"
    )
    assert load({"HARBOUR_ENV_FILE": str(written)}, tmp_path, shown) == "kept PGSSLROOTCERT"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "True dummy"),
        ({"HARBOUR_DEMO": "false", "SECRET_KEY": "x"}, "False dummy"),
        ({"HARBOUR_DEMO": "false", "SECRET_KEY": "x", "EMAIL_URL": ""}, "False dummy"),
        ({"HARBOUR_DEMO": "false", "SECRET_KEY": "x", "EMAIL_URL": "smtp://mail.example.org:25"}, "True smtp"),
    ],
)
def test_mail_goes_to_the_server_that_was_named_and_nowhere_else(
    environment: dict[str, str], expected: str, tmp_path: Path
) -> None:
    """Never to the console: the log of a worker is read by people who may not know who works at the school."""
    expression = "settings.MAIL_IS_SET_UP, settings.EMAIL_BACKEND.split('.')[-2]"
    assert load(environment, tmp_path, expression) == expected


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("", "FolderStore location"),
        ("s3://harbour", "BucketStore harbour||||"),
        ("s3://harbour/a/b/?region=eu-west-2", "BucketStore harbour|a/b/||eu-west-2|"),
        ("s3://harbour/a?endpoint=https://s3.example.org/", "BucketStore harbour|a/|https://s3.example.org||"),
    ],
)
def test_files_are_kept_where_the_address_says(address: str, parts: str, tmp_path: Path) -> None:
    shown = "(s := settings.STORAGES['default'])['BACKEND'].split('.')[-1], '|'.join(map(str, s['OPTIONS'].values()))"
    said = load({"FILES_URL": address, "SECRET_KEY": "x"}, tmp_path, f"*({shown})")
    assert said.startswith(parts.replace("location", str(tmp_path)))


def test_cookies_have_names_that_no_other_host_can_set_where_they_are_secure(tmp_path: Path) -> None:
    shown = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME"
    school = {"HARBOUR_DEMO": "false", "SECRET_KEY": "x"}
    https = load({**school, "HTTPS": "true"}, tmp_path, shown)
    assert https == "__Host-sessionid __Host-csrftoken __Host-harbour_device"
    for http in ({**school, "HTTPS": "false"}, {}):
        assert load(http, tmp_path, shown) == "sessionid csrftoken harbour_device"
