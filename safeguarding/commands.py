"""As which database role does each command of `manage.py` connect?

`manage.py` asks before the settings are read: an account or a school is written by `owner` alone, and whoever installs
Harbour types a command and no role.
"""

from collections.abc import Mapping, MutableMapping, Sequence

from django.core.exceptions import ImproperlyConfigured

ANY = ("web", "worker", "owner", "backup", "destroyer")
# The roles as which a command of ours may run; the first, where none of them is named in HARBOUR_ROLE.
ROLES = {
    "add_person": ("owner",),
    "add_school": ("owner",),
    "backup": ("backup", "owner"),
    "change_person": ("owner",),
    "changepassword": ("owner",),
    "check_files": ("worker", "web", "owner"),
    "check_row_security": ANY,
    "close_account": ("owner",),
    "end_role": ("owner",),
    "export_audit": ("worker", "owner"),
    "import_children": ("worker", "owner", "web"),
    "key_shares": ("owner", "web", "worker"),
    "keys": ("owner", *ANY),
    "migrate": ("owner",),
    "restore": ("owner",),
    "seal_key": ("worker", "owner", "web"),
    "seed_demo": ("owner",),
    "verify_audit": ("worker", "owner", "web"),
}
# Of these some ask no database: they read or write a file of keys, or the store of files.
FILES = frozenset({"check_files", "key_shares", "seal_key"})
# Ours that ask no database: they start others, each with its role, or write files.
WITHOUT = frozenset({"make_secrets", "program", "up", "write_docs"})
_NO_ADDRESS = (
    "`{command}` works as the database role {role}, and {variable} is not set here, or its file cannot be read. "
    "With containers type: docker compose run --rm manage {command} … With services of your own run it as the account "
    "that may read that address: sudo -u harbour env {variable}_FILE=FILE .venv/bin/python manage.py {command} … "
    "Where `make run` has made the databases, run it as the account that started Harbour."
)


def role_of(command: str, environment: Mapping[str, str]) -> str:
    """The database role of a command: that of HARBOUR_ROLE where the command may run as it, else the command's own.

    Empty for a command that is not ours, which goes by HARBOUR_ROLE.
    """
    roles = ROLES.get(command, ())
    said = environment.get("HARBOUR_ROLE", "")
    return said if said in roles else next(iter(roles), "")


def choose_role(arguments: Sequence[str], environment: MutableMapping[str, str]) -> None:
    """Say in `environment` as which role the command of these arguments connects."""
    if role := role_of(next(iter(arguments), ""), environment):
        environment["HARBOUR_ROLE"] = role


def require_address(arguments: Sequence[str]) -> None:
    """Raises `ImproperlyConfigured` with what to type where the command has a role, and its address cannot be read.
    Reads the settings.
    """
    command = next(iter(arguments), "")
    if command not in ROLES.keys() - FILES or not {"--help", "-h"}.isdisjoint(arguments):
        return
    from safeguarding.settings import DATABASE_URLS, ROLE, given

    if not given(variable := DATABASE_URLS[ROLE]):
        raise ImproperlyConfigured(_NO_ADDRESS.format(command=command, role=ROLE, variable=variable))
