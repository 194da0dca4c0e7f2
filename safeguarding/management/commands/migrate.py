"""Django's `migrate`, as the owner of the tables, followed by the privileges of the roles and the lists staff choose
from.

Fails in the end where practice and real records would share a database, or where the tables are of an earlier version,
so that nothing is started on it.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from retention.services.schedule import load_defaults
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.concerns.services.reference import load_reference
from safeguarding.database import Connection, apply_privileges, missing_columns, require_owner, require_roles
from safeguarding.demo.apart import ensure_apart
from safeguarding.exceptions import HarbourError
from safeguarding.migrating import each_class_made_once
from safeguarding.plans.services.rules import load_rules
from safeguarding.row_security import problems, put_up, take_down
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.router import APP
from safeguarding.training.services.courses import load_courses
from safeguarding.wall_digests import keep_digests
from sharing.events.services.reference import load_law
from sharing.requests.services.law import load_request_law


class Command(Migrate):
    help = "Brings the database up to date as its owner, then gives the web and worker roles what they may do."

    def handle(self, *args: Any, **options: Any) -> None:
        only_looks = options["plan"] or options["check_unapplied"]
        if options["database"] == KEYS or not options["app_label"]:
            self._keys(*args, **options, only_looks=only_looks)
        if options["database"] == KEYS:
            return
        connection = connections[options["database"]]
        if not only_looks:
            require_owner(connection)
            require_roles(connection)
            take_down(connection)
        self._migrate(*args, **options)
        if not (only_looks or options["app_label"]):
            _ensure_whole(connection)
        if not only_looks:
            apply_privileges(connection)
            _guard_rows(connection)
        if not (only_looks or options["app_label"]):
            load_reference()
            load_rules()
            load_editions()
            load_courses()
            load_law()
            load_request_law()
            load_defaults()
            _ensure_apart()

    def _migrate(self, *args: Any, **options: Any) -> None:
        with each_class_made_once():
            super().handle(*args, **options)

    def _keys(self, *args: Any, only_looks: bool, **options: Any) -> None:
        """The same for the database of keys, first: nothing is written where there are no keys to write it under."""
        connection = connections[KEYS]
        if not only_looks:
            require_owner(connection)
            require_roles(connection)
        # Its app alone: a pass over the others would draw each of their models and make no table here.
        app = options["app_label"] or APP
        self._migrate(*args, **options | {"database": KEYS, "app_label": app})
        if not only_looks:
            _ensure_whole(connection)
            apply_privileges(connection)
            keep_digests(connection)


def _guard_rows(connection: Connection) -> None:
    """Raises `CommandError` where a wall is missing: nothing is started behind it."""
    put_up(connection)
    if found := problems(connection):
        raise CommandError("\n".join(found))


def _ensure_whole(connection: Connection) -> None:
    """Raises `CommandError` where the tables were made before the models changed. After the first release none are."""
    if missing := missing_columns(connection):
        raise CommandError(
            "This database was made by an earlier version of Harbour, before its first release: it has no "
            f"{missing[0]}. "
            f"There is nothing to bring it up to date with. Practice is made again when you delete {settings.VAR}."
        )


def _ensure_apart() -> None:
    """Raises `CommandError` where practice and real records would meet."""
    try:
        ensure_apart()
    except HarbourError as error:
        raise CommandError(error.sentence) from None
