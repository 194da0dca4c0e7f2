"""How does the database hold to what is said of each table? By a trigger before every row that is added or changed, and
before one that is removed where the table says who may.

It runs as whoever writes (no SECURITY DEFINER): only so does `current_user` say who that is, also where a session has
taken a role on, and what it reads of records it reads behind row security. What it must know past that, it asks facts
for.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from psycopg import sql

from .kinds import Guarded, Neither, Said

TRIGGER = "guard_rights"
_FUNCTION = "guard_"
# What the trigger binds: the roles that answer people and do their work. Nobody else signs in to write these rows.
ROLES = ("web", "worker")

_BODY = """
DECLARE me uuid := rules.me();
BEGIN
{removal}{together}    IF TG_OP = 'INSERT' THEN
        IF NOT coalesce({add}, false) THEN
            RAISE EXCEPTION 'a row of {table} decides who sees what, and is not for this person to add'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
{changes}    RETURN NEW;
END """
_REMOVAL = """    IF TG_OP = 'DELETE' THEN
        IF NOT coalesce({remove}, false) THEN
            RAISE EXCEPTION 'a row of {table} decides who gets in, and is not for this person to remove'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN OLD;
    END IF;
"""
_CHANGE = """    IF ({new}) IS DISTINCT FROM ({old}) AND NOT coalesce({where}, false) THEN
        RAISE EXCEPTION 'what {table} says in {columns} is not for this person to change'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
"""
# A right at one school opens nothing of another: what a row names is of the row's own.
_TOGETHER = """    IF {elsewhere} THEN
        RAISE EXCEPTION 'what a row of {table} names is of another school, and is not for this person to name'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
"""
_SCHOOL_OF = """
CREATE FUNCTION rules.{function}(key uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS {body}
"""
_MAKE = """
CREATE FUNCTION public.{function}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS {body};
CREATE TRIGGER {trigger} BEFORE {commands} ON public.{table} FOR EACH ROW
    WHEN (current_user = ANY ({roles})) EXECUTE FUNCTION public.{function}()
"""
_TAKE_DOWN = """DO $$ DECLARE one regprocedure; BEGIN
FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, {function}) LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one);
END LOOP; END $$"""


_said: dict[str, Guarded | Neither] = {}


def keep(of_tables: Said) -> None:
    """Say of tables, by the labels of their models, who may write their rows. Each app calls it in its `rights.py`.

    Raises `ImproperlyConfigured` for a table of which something was said before.
    """
    if twice := _said.keys() & of_tables.keys():
        raise ImproperlyConfigured(f"Who may write {', '.join(sorted(twice))} is said twice in rights.py.")
    _said.update(of_tables)


def said() -> Said:
    """What is said of each table, by the label of its model."""
    return _said


def guarded() -> dict[type[models.Model], Guarded]:
    """The models whose rows give or take rights."""
    return {apps.get_model(label): one for label, one in said().items() if isinstance(one, Guarded)}


def updated_columns(model: type[models.Model]) -> list[str] | None:
    """The columns that a role may change that works; None where these rows are no business of a guard, or only some
    columns.
    """
    one = said().get(model._meta.label_lower)
    return sorted(one.columns()) if isinstance(one, Guarded) and one.closed else None


def statements() -> Iterator[sql.Composable]:
    """The triggers and their functions, which belong to whoever migrates."""
    yield taken_down()
    for model, body in functions().items():
        table = model._meta.db_table
        commands = "INSERT OR UPDATE OR DELETE" if guarded()[model].remove else "INSERT OR UPDATE"
        yield sql.SQL(_MAKE).format(
            function=sql.Identifier(_FUNCTION + table),
            trigger=sql.Identifier(TRIGGER),
            commands=sql.SQL(commands),
            table=sql.Identifier(table),
            roles=sql.Literal(list(ROLES)),
            body=sql.Literal(body),
        )


def taken_down() -> sql.Composable:
    """Take them away before a migration, which changes and fills columns as it needs."""
    return sql.SQL(_TAKE_DOWN).format(function=sql.Literal(_FUNCTION))


@cache
def functions() -> dict[type[models.Model], str]:
    """The text of each table's guard."""
    return {model: _body(model, one) for model, one in guarded().items()}


def _body(model: type[models.Model], one: Guarded) -> str:
    table = model._meta.db_table
    columns = one.columns()
    if one.closed:
        columns |= {column: [] for column in _columns(model) if column not in columns}
    together: dict[tuple[str, ...], list[str]] = {}
    for column, conditions in columns.items():
        together.setdefault(tuple(conditions), []).append(column)
    changes = "".join(
        _CHANGE.format(
            new=", ".join(f"NEW.{column}" for column in some),
            old=", ".join(f"OLD.{column}" for column in some),
            where=f"({' OR '.join(conditions)})" if conditions else "false",
            table=table,
            columns=" or ".join(some[:3]),
        )
        for conditions, some in together.items()
    )
    removal = _REMOVAL.format(remove=f"({one.remove})", table=table) if one.remove else ""
    return _BODY.format(add=f"({one.add})", table=table, changes=changes, together=_together(model), removal=removal)


def _named(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    """The columns by which a row names a record that is of one school, each with the model of that record."""
    if not any(field.attname == "school_id" for field in model._meta.local_concrete_fields):
        return
    for field in model._meta.local_concrete_fields:
        other = field.related_model
        if not (field.is_relation and isinstance(other, type) and isinstance(other._meta.pk, models.UUIDField)):
            continue
        if any(f.attname == "school_id" for f in other._meta.local_concrete_fields):
            yield str(field.column), other


def _together(model: type[models.Model]) -> str:
    # A record that is not there yet is the same transaction's to add, behind its own rule.
    elsewhere = " OR ".join(f"rules.{_of(other)}(NEW.{column}) <> NEW.school_id" for column, other in _named(model))
    return _TOGETHER.format(elsewhere=elsewhere, table=model._meta.db_table) if elsewhere else ""


def _of(model: type[models.Model]) -> str:
    return f"school_of_{model._meta.db_table}"


def schools() -> Iterator[sql.Composable]:
    """Facts that say of which school a record is, for the guards."""
    named = {other._meta.label: other for model in guarded() for _, other in _named(model)}
    for _, model in sorted(named.items()):
        body = f"SELECT school_id FROM public.{model._meta.db_table} WHERE id = key"  # noqa: S608  (names of models)
        yield sql.SQL(_SCHOOL_OF).format(function=sql.Identifier(_of(model)), body=sql.Literal(body))


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.local_concrete_fields]


def problems(connection: Any) -> Iterator[str]:
    """A sentence for each table whose guard is not as the code makes it, and for each column that is open beside it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, p.prosrc FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
            "JOIN pg_proc AS p ON p.oid = t.tgfoid WHERE t.tgname = %s AND t.tgenabled = 'O' AND NOT p.prosecdef "
            "AND c.relnamespace = 'public'::regnamespace",
            [TRIGGER],
        )
        there = dict(cursor.fetchall())
        cursor.execute(
            "SELECT c.relname, a.attname, r.rolname FROM pg_class AS c JOIN pg_attribute AS a ON "
            "a.attrelid = c.oid AND a.attnum > 0 "
            "AND NOT a.attisdropped CROSS JOIN pg_roles AS r WHERE r.rolname = ANY (%s) AND c.relname = ANY (%s) "
            "AND c.relnamespace = 'public'::regnamespace AND has_column_privilege(r.oid, c.oid, a.attnum, 'UPDATE')",
            [list(ROLES), [model._meta.db_table for model in guarded()]],
        )
        open_columns = cursor.fetchall()
    bodies = {model._meta.db_table: body for model, body in functions().items()}
    for table, body in bodies.items():
        if there.get(table) != body:
            yield (
                f"Rows of {table} give or take rights, and its guard is not there as the code makes it. Run "
                "manage.py migrate."
            )
    may = {model._meta.db_table: updated_columns(model) for model in guarded()}
    for table, column, role in open_columns:
        if (some := may[table]) is not None and column not in some:
            yield f"The role {role} may change {column} of {table}, whose rows only end."
