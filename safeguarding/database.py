"""What may each database role do to each table? Given by code after every migration, so that no table is forgotten.

`owner` migrates. `web` and `worker` read, insert and update; they delete only where a model says `web_may_delete =
True` or where `DELETING_APPS` names the library's app. `destroyer` alone deletes records, and adds the events of that;
`backup` reads everything and writes nothing. Which rows each of them sees is said by `row_security.py`. Events can only
be added, which privileges and a trigger both hold to; so can the history of fields, by privileges alone.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Any, Protocol

from django.apps import apps
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, models, router
from psycopg import sql

from safeguarding import rights_rows
from safeguarding.audit.protection import protected_models
from safeguarding.ending import wall as ending_wall
from safeguarding.launch.postgres import FUNCTION_OWNERS, ROLES_BESIDE, database_privileges
from safeguarding.personal_data import declared
from safeguarding.records import KEPT_BY_TRIGGERS
from safeguarding.sealing.models import KEYS

# Sign-in's own tables: rows that end with a session or a click. Their libraries delete them.
DELETING_APPS = frozenset({"sessions", "account", "usersessions", "mfa", "socialaccount"})
# Only ever added to. Not even their owner changes a row, unless by dropping the trigger first.
APPEND_ONLY = frozenset({"audit.event", "audit.leaf", "audit.checkpoint", "notice.privacynotice", "notice.noticepaper"})
# When it was and in which transaction is for the database to say, and for nobody who works.
SAID_BY_THE_DATABASE = frozenset({"audit.event", "retention.decision", "retention.approval"})
# Only ever added to by those who work; they end with their record, which is the destroyer's to say.
ADDED_ONLY = frozenset({"audit.logentry"})
# Written by the worker alone, which seals: a web process that was taken over cannot put in a number or a seal.
WORKER_ONLY = frozenset({"audit.leaf", "audit.checkpoint", "audit.sealstate"})
# Written by a function of the database, and read by nobody who answers pages: it tells of rows whoever was hidden from
# whom, or of what is being destroyed.
OF_A_FUNCTION = frozenset({"children.mergedrow", "retention.endingrow"})
# What `destroyer` does beside deleting records: it puts that on record, and asks how far the seals are.
DESTROYER_ADDS, DESTROYER_READS = frozenset({"audit.event"}), frozenset({"audit.checkpoint"})
# How far a destruction is, and what is left of it: its own, and read by those who work. `ending/wall.py` begins one.
OF_DESTROYER = {
    "retention.itemrun": "SELECT, UPDATE (state, moved_at, tries, trouble)",
    # The functions of `ending/by_child.py` write it; a child whose file ends is taken out.
    "retention.itempart": "SELECT, UPDATE (children)",
    "retention.tombstone": "SELECT, INSERT",
    "retention.filetodrop": "SELECT, INSERT, UPDATE (dropped_at)",
    "retention.clearedtable": "SELECT, INSERT, UPDATE (cleared_at)",
    "retention.destructionlist": "SELECT, UPDATE (checked_at)",
    "retention.brake": "SELECT, INSERT (id, school_id, kind, amount)",
    "retention.retentiongate": "SELECT, UPDATE (looked_at)",
    "retention.retentionrule": "SELECT",
    "accounts.school": "SELECT",
}
DESTROYER_ONLY = frozenset(
    f"retention.{name}" for name in ("itempart", "itemrun", "tombstone", "filetodrop", "clearedtable")
)
# Written by `migrate` alone.
READ_ONLY_TABLES = frozenset({"django_migrations", "django_content_type"})
READ_ONLY_APPS = frozenset({"auth"})
# Tables of libraries that Harbour does not use: nobody reads or writes them.
UNUSED_APPS = frozenset({"guardian"})
# In the database of keys: who makes keys, and who takes one away. A web process that was taken over can destroy
# nothing.
KEY_RIGHTS: dict[str, dict[str, str]] = {
    "sealing.epoch": {"destroyer": "INSERT, UPDATE"},
    "sealing.subjectkey": {"web, worker": "INSERT", "destroyer": "INSERT, UPDATE, MAINTAIN"},
    "sealing.recordkey": {"web, worker": "INSERT", "destroyer": "UPDATE"},
    "sealing.wrap": {"web, worker": "INSERT", "destroyer": "DELETE, MAINTAIN"},
    "sealing.keyshare": {"web": "INSERT, UPDATE"},
    "sealing.keycheck": {"worker": "INSERT"},
    # The one thing that `backup` writes anywhere: how it went.
    "sealing.backuprun": {"backup": "INSERT"},
}

_ROLES = sql.SQL("web, worker")
_ALL_ROLES = sql.SQL("web, worker, destroyer, backup")


class Connection(Protocol):
    """Django's connection, or psycopg's own to the database of the records."""

    def cursor(self) -> Any: ...


def require_owner(connection: Connection) -> None:
    """Raises `CommandError` unless this process is signed in as `owner`, the only role that may change tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        )
        user, owner = cursor.fetchone()
    if user != owner:
        raise CommandError(
            f"Tables belong to the role {owner}, and this process is signed in as {user}. "
            "Run it with HARBOUR_ROLE=owner and OWNER_DATABASE_URL set."
        )


def require_roles(connection: Connection) -> None:
    """Raises `CommandError` with what to run where the roles are not there to which `migrate` gives functions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted FROM unnest(%s::text[]) AS wanted LEFT JOIN pg_roles ON rolname = wanted "
            "WHERE rolname IS NULL OR NOT rolbypassrls OR NOT pg_has_role(rolname, 'MEMBER')",
            [list(FUNCTION_OWNERS)],
        )
        missing = [role for (role,) in cursor.fetchall()]
    if missing:
        raise CommandError(
            f"The database needs the role {' and the role '.join(missing)}. Run this as its superuser:\n"
            + "\n".join(f"{statement};" for statement in ROLES_BESIDE)
        )


def missing_columns(connection: Connection) -> list[str]:
    """Columns (`table.column`) that the code knows and the migrated database does not have.

    Until the first release the one migration of an app is written anew when its models change, so a database made
    before that counts as migrated and lacks them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        there = set(cursor.fetchall())
    return [
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and router.allow_migrate_model(_alias(connection), model)
        for field in model._meta.local_concrete_fields
        if (model._meta.db_table, field.column) not in there
    ]


def apply_privileges(connection: Connection) -> None:
    """Take every privilege from `web` and `worker` and from everybody, then give each table's own, in either database.

    May run at any time: all of it is one transaction, so that nobody who works meanwhile is refused in between.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = sql.Identifier(cursor.fetchone()[0])
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [table for (table,) in cursor.fetchall()]
        statements = [
            *database_privileges(database),
            *_on_schema(),
            *(_on_keys() if _alias(connection) == KEYS else _on_tables(tables, set(missing_columns(connection)))),
        ]
        # PostgreSQL runs what it is sent at once as one transaction.
        cursor.execute(sql.SQL(";\n").join(statements))


def _alias(connection: Connection) -> str:
    return str(getattr(connection, "alias", DEFAULT_DB_ALIAS))


def _on_schema() -> Iterator[sql.Composable]:
    for statement in (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC, {all}",
        "GRANT USAGE ON SCHEMA public TO {all}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {all}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {all}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {roles}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO backup",
    ):
        yield sql.SQL(statement).format(roles=_ROLES, all=_ALL_ROLES)


def _on_keys() -> Iterator[sql.Composable]:
    for label, rights in KEY_RIGHTS.items():
        table = sql.Identifier(apps.get_model(label)._meta.db_table)
        yield sql.SQL("GRANT SELECT ON {} TO {}").format(table, sql.SQL("web, worker, destroyer"))
        for roles, right in rights.items():
            yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(right), table, sql.SQL(roles))  # type: ignore[arg-type]
    # A record that is no longer about somebody: the worker may take a wrap away while another one that opens remains.
    yield sql.SQL(_UNWRAP)


_UNWRAP = """
DROP FUNCTION IF EXISTS public.take_wrap;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM rules_writer;
CREATE FUNCTION public.take_wrap(record uuid, subject uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH held AS (SELECT 1 FROM public.sealing_recordkey WHERE id = record FOR UPDATE), gone AS (
        DELETE FROM public.sealing_wrap w USING held WHERE w.record_id = record AND w.subject_id = subject AND EXISTS (
            SELECT 1 FROM public.sealing_wrap o JOIN public.sealing_subjectkey s ON s.id = o.subject_id
            WHERE o.record_id = record AND o.subject_id <> subject AND s.wrapped IS NOT NULL
        ) RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM gone)
$$;
REVOKE ALL ON FUNCTION public.take_wrap FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.take_wrap TO worker;
GRANT USAGE, CREATE ON SCHEMA public TO rules_writer;
ALTER FUNCTION public.take_wrap OWNER TO rules_writer;
REVOKE CREATE ON SCHEMA public FROM rules_writer;
-- Who migrates also seeds a practice school, and its own right went over with the function.
SET ROLE rules_writer;
GRANT EXECUTE ON FUNCTION public.take_wrap TO SESSION_USER;
RESET ROLE;
GRANT SELECT (id, wrapped) ON public.sealing_subjectkey TO rules_writer;
GRANT SELECT (record_id, subject_id), DELETE ON public.sealing_wrap TO rules_writer;
-- To lock the row, which needs a right to change something of it.
GRANT SELECT (id), UPDATE (made_at) ON public.sealing_recordkey TO rules_writer
"""


def _on_tables(tables: Sequence[str], missing: Container[str]) -> Iterator[sql.Composable]:
    by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    for table in tables:
        model = by_table.get(table)
        if model and model._meta.app_label in UNUSED_APPS:
            continue
        if model and model._meta.label_lower in OF_A_FUNCTION:
            yield sql.SQL("GRANT SELECT, DELETE ON {} TO destroyer").format(sql.Identifier(table))
            continue
        by_worker = model is not None and model._meta.label_lower in WORKER_ONLY
        yield sql.SQL("GRANT {rights} ON {table} TO {roles}").format(
            rights=sql.SQL(_rights(table, model, missing)),
            table=sql.Identifier(table),
            roles=sql.SQL("worker") if by_worker else _ROLES,
        )
        if by_worker:
            yield sql.SQL("GRANT SELECT ON {table} TO web").format(table=sql.Identifier(table))
        if model and (rights := _of_destroyer(model)):
            yield sql.SQL("GRANT {} ON {} TO destroyer").format(sql.SQL(rights), sql.Identifier(table))  # type: ignore[arg-type]
        if model and model._meta.label_lower in APPEND_ONLY:
            yield from _forbid_change(table)


def _of_destroyer(model: type[models.Model]) -> str:
    """Of records, with MAINTAIN where names stand in plain: what was deleted leaves the disk with a VACUUM FULL."""
    if model._meta.label_lower in DESTROYER_ADDS:
        return f"INSERT ({', '.join(_filled(model))})"
    if model._meta.label_lower in DESTROYER_READS:
        return "SELECT"
    if model._meta.label_lower in OF_DESTROYER:
        return OF_DESTROYER[str(model._meta.label_lower)]
    if model not in protected_models():
        return ""
    mine = declared(model)
    rights = "SELECT, DELETE, MAINTAIN" if mine and mine.identifying else "SELECT, DELETE"
    columns = ending_wall.emptied_columns(model)
    return f"{rights}, UPDATE ({', '.join(map(_quoted, columns))})" if columns else rights


def _rights(table: str, model: type[models.Model] | None, missing: Container[str]) -> str:
    if table == "auth_group":
        return "SELECT, INSERT"  # what a team stands on
    if table in READ_ONLY_TABLES or (model and model._meta.app_label in READ_ONLY_APPS):
        return "SELECT"
    if model and model._meta.label_lower in KEPT_BY_TRIGGERS | DESTROYER_ONLY:
        return "SELECT"
    if model and model._meta.label_lower in SAID_BY_THE_DATABASE:
        return f"SELECT, INSERT ({', '.join(_filled(model))})"
    if model and model._meta.label_lower in APPEND_ONLY | ADDED_ONLY:
        return "SELECT, INSERT"
    if model and (model._meta.app_label in DELETING_APPS or getattr(model, "web_may_delete", False)):
        return _changing(model, "SELECT, INSERT, DELETE", missing)
    return _changing(model, "SELECT, INSERT", missing)


def _filled(model: type[models.Model]) -> list[str]:
    """The columns that whoever adds a row fills in."""
    return [str(field.column) for field in model._meta.local_concrete_fields if not field.has_db_default()]


def _changing(model: type[models.Model] | None, others: str, missing: Container[str]) -> str:
    """With UPDATE: of what gives or takes rights, on the columns by which it ends; of others, on all but the key.

    Two rows whose keys are swapped take each other's place, with all that hangs on them: an account, a child's record.
    """
    columns = rights_rows.updated_columns(model) if model else None
    if columns is None and model:
        columns = [str(field.column) for field in model._meta.local_concrete_fields if not field.primary_key]
    if columns is None or model is None:
        return f"{others}, UPDATE"
    columns = [column for column in columns if f"{model._meta.db_table}.{column}" not in missing]
    return f"{others}, UPDATE ({', '.join(map(_quoted, columns))})" if columns else others


def _quoted(column: str) -> str:
    return sql.Identifier(column).as_string(None)


def _forbid_change(table: str) -> Iterator[sql.Composable]:
    """A trigger that no role passes, not even with replication's settings (`ENABLE ALWAYS`)."""
    for statement in (
        """
        CREATE OR REPLACE FUNCTION public.refuse_change() RETURNS trigger LANGUAGE plpgsql
            SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$
        """,
        "CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()",
        "ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only",
    ):
        yield sql.SQL(statement).format(table=sql.Identifier(table))
