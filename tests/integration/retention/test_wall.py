"""What can `destroyer` do by raw SQL, past every service?"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from psycopg import sql

from retention.models import EndingRow
from safeguarding.ending.wall import NAMING_NOBODY
from safeguarding.sealing.models import KEYS
from tests import factories

from .conftest import Office, wait_is_over

Connect = Callable[[str], psycopg.Connection]
pytestmark = pytest.mark.django_db(databases=["default", KEYS])
Key = tuple[str, str]


def tables(work: psycopg.Connection) -> list[str]:
    found = work.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    return [name for (name,) in found.fetchall()]


def allowed(work: psycopg.Connection, statement: str, table: str) -> list[Any] | None:
    """What the statement gives, taken back; None where the role may not."""
    rows: list[Any] | None = None
    try:
        with work.transaction(force_rollback=True):
            rows = work.execute(sql.SQL(statement).format(sql.Identifier(table))).fetchall()  # type: ignore[arg-type]
    except psycopg.errors.InsufficientPrivilege:
        return None
    return rows


# What is its own: how far it is, and what names nobody.
OWN = {name.replace(".", "_") for name in NAMING_NOBODY} | {
    "accounts_school",
    "audit_checkpoint",
    "django_migrations",
    "retention_retentiongate",
    "retention_retentionrule",
}


@pytest.mark.django_db(transaction=True, databases=["default", KEYS])
def test_as_destroyer_raw_sql_sees_and_deletes_nothing_of_anybody_not_approved_and_waited_for(
    place: Office, connect: Connect
):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    factories.concern(place.room)
    place.due(child, other)
    sent = place.sent(child)
    place.approve(sent)
    work = connect("destroyer")
    every = tables(work)
    keys = {model._meta.db_table: str(model._meta.pk.column) for model in apps.get_models()}
    assert {"children_child", "concerns_account", "accounts_notice", "audit_logentry"} < {*every}

    def seen() -> dict[str, int]:
        found = {name: allowed(work, "SELECT 1 FROM {}", name) for name in every}
        return {name: len(rows) for name, rows in found.items() if rows and name not in OWN}

    def deleted() -> set[Key]:
        found = {name: allowed(work, "DELETE FROM {} AS gone RETURNING to_jsonb(gone)", name) for name in every}
        return {(name, str(row.get(keys.get(name, "id")))) for name, rows in found.items() for (row,) in rows or ()}

    assert (seen(), deleted()) == ({}, set())
    [item] = sent.items.all()
    assert work.execute("SELECT public.begin_ending(%s)", [item.pk]).fetchall() == [("waits",)]
    assert work.execute("SELECT public.begin_ending(%s)", [uuid4()]).fetchall() == [("unknown",)]
    assert (seen(), deleted()) == ({}, set())
    for statement in (
        "INSERT INTO retention_itemrun (item_id, school_id, state, tries, trouble) "
        "SELECT id, school_id, 'begun', 0, '' FROM retention_destructionitem",
        "INSERT INTO retention_endingrow (item_id, model, key, becomes) "
        "SELECT id, 'children.child', record_key::text, 'ends' FROM retention_destructionitem",
        "UPDATE retention_approval SET waits_until = current_date - 1",
        "UPDATE retention_destructionitem SET record_key = child_key",
        "UPDATE children_child SET ending_at = now()",
        "UPDATE retention_brake SET lifted_at = now()",
        "INSERT INTO children_child SELECT * FROM children_child",
        "TRUNCATE children_child CASCADE",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            work.execute(statement)
    assert work.execute("SELECT public.end_rows('accounts.notice')").fetchall() == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"no rows of accounts\.user end so"):
        work.execute("SELECT public.end_rows('accounts.user')")

    work.execute("SELECT public.gather_ending(%s)", [item.pk])
    assert not EndingRow.objects.exists(), "before it has begun nothing is gathered"

    # Once it has begun: of every table what ends with this record, and no other row.
    wait_is_over()
    assert work.execute("SELECT public.begin_ending(%s)", [item.pk]).fetchall() == [("",)]
    ending = {(f"{label.replace('.', '_')}", key) for label, key in EndingRow.objects.values_list("model", "key")}
    gone = {(table, key) for table, key in deleted() if table != "retention_endingrow"}
    assert ("children_child", str(child.pk)) in gone and gone <= ending
    assert ("children_child", str(other.pk)) not in gone
    assert seen()["children_child"] == 1 and "concerns_concern" not in seen()
