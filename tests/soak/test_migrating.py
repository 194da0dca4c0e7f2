"""Django, left to migrate in its own way, makes the same tables to the last word."""

import os
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from psycopg import sql

from safeguarding import large_objects
from safeguarding.launch.postgres import binaries
from safeguarding.launch.servers import DATABASE, KEYS_DATABASE
from tests.postgres import KEYS, ROOT, Databases

pytestmark = pytest.mark.soak(part="data")
IN_ITS_OWN_WAY = """
import contextlib
import django
django.setup()
from django.core.management import call_command
from safeguarding.management.commands import migrate
migrate.each_class_made_once = contextlib.nullcontext
call_command("migrate", verbosity=0)
"""


def tables(address: str) -> str:
    """Everything that a database has but its rows, as statements that make it."""
    command = [binaries() / "pg_dump", "--schema-only", "--restrict-key=same", address]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_shorter_way_to_migrate_makes_every_table_that_djangos_own_makes(
    databases: Databases, figures: dict[str, Any]
) -> None:
    plain = databases.named("migrated_plainly")
    with psycopg.connect(databases.named("postgres").url("owner"), autocommit=True) as server:
        for name in (plain.name, plain.name + KEYS):
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            # `migrate` refuses a database in which its superuser has not done this.
            with psycopg.connect(databases.named(name).url("postgres")) as superuser:
                superuser.execute(large_objects.REVOKE)
    given = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "HARBOUR_ROLE": "owner", **plain.environment()}
    subprocess.run([sys.executable, "-c", IN_ITS_OWN_WAY], cwd=ROOT, env=given, check=True)
    for theirs, ours in ((plain.url("owner"), DATABASE), (plain.keys_url("owner"), KEYS_DATABASE)):
        said = tables(theirs)
        assert said == tables(databases.named(ours).url("owner"))
        figures["words"] = figures.get("words", 0) + len(said.split())
    plain.drop()
