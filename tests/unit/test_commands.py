"""As which database role does a command of `manage.py` connect, and what is said where it cannot?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from safeguarding.commands import FILES, ROLES, WITHOUT, role_of
from safeguarding.environment import DATABASE_URLS
from tests.architecture.source import ROOT


def test_each_of_our_commands_has_its_roles_and_nothing_else_has() -> None:
    ours = {name for name, app in get_commands().items() if app in _ours()}
    assert ROLES.keys() | WITHOUT == ours
    assert not ROLES.keys() & WITHOUT and ROLES.keys() > FILES
    assert {role for roles in ROLES.values() for role in roles} <= DATABASE_URLS.keys()


def _ours() -> set[str]:
    """The apps of the product, as Django names them."""
    product = [ROOT / name for name in ("children", "retention", "safeguarding", "sharing")]
    return {one.name for one in apps.get_app_configs() if any(path in Path(one.path).parents for path in product)} | {
        path.name for path in product
    }


@pytest.mark.parametrize(
    ("command", "said", "role"),
    [
        ("add_school", "", "owner"),
        ("add_school", "web", "owner"),
        ("import_children", "", "worker"),
        ("import_children", "web", "web"),
        ("backup", "worker", "backup"),
        ("migrate", "", "owner"),
        ("up", "", ""),
        ("shell", "owner", ""),
        ("", "", ""),
    ],
)
def test_a_command_connects_as_a_role_that_may_do_it(command: str, said: str, role: str) -> None:
    assert role_of(command, {"HARBOUR_ROLE": said} if said else {}) == role


@pytest.mark.parametrize("given", [{}, {"HARBOUR_ROLE": "web", "DATABASE_URL": "postgres://web:hidden@localhost/x"}])
def test_a_command_without_its_address_says_what_to_type(given: dict[str, str], tmp_path: Path) -> None:
    plain = {
        "HARBOUR_ENV_FILE": os.devnull,
        "HARBOUR_VAR": str(tmp_path),
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "x",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "add_school", "Saltmarsh Lane"],
        cwd=ROOT,
        env=plain | given | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "docker compose run --rm manage add_school" in done.stderr
    assert "OWNER_DATABASE_URL" in done.stderr and "hidden" not in done.stderr
