"""How does the database itself say what was written? By a trigger on every protected table, in the template of the
tests only.

`python -m tests.proof.triggers URL` puts them there. They write into the schema `proof`, which no role but the owner
enters; `proof.take()` gives what this transaction has written since it was last asked. Rows of a savepoint that was
rolled back are gone with it.
"""

import sys

from django.db import models
from psycopg import connect, sql

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS proof;
CREATE UNLOGGED TABLE proof.written (
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(), source text NOT NULL, op text NOT NULL, key text, followed boolean
);
CREATE INDEX ON proof.written (tx);
-- By its index, which forgets what was taken back: a test that takes back thousands of times
-- would read past all of it each time.
CREATE FUNCTION proof.take() RETURNS TABLE (source text, op text, key text, followed boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    DELETE FROM proof.written WHERE tx = pg_current_xact_id_if_assigned() RETURNING source, op, key, followed
$$;
GRANT USAGE ON SCHEMA proof TO web, worker, destroyer;
GRANT EXECUTE ON FUNCTION proof.take() TO web, worker, destroyer;
"""
# What one statement did to a table, and for a change: to which rows, and whether one of the followed fields is another
# now.
_SAYS = {
    "INSERT": "SELECT {source}, 'INSERT', {key}, false FROM new AS n {limit}",
    "DELETE": "SELECT {source}, 'DELETE', NULL, false FROM old AS o LIMIT 1",
    "UPDATE": "SELECT {source}, 'UPDATE', n.{pk}::text, ROW({before}) IS DISTINCT FROM ROW({after}) "
    "FROM old AS o JOIN new AS n ON n.{pk} = o.{pk}",
}
_SEES = {
    "INSERT": "NEW TABLE AS new",
    "DELETE": "OLD TABLE AS old",
    "UPDATE": "OLD TABLE AS old NEW TABLE AS new",
}


def statements() -> list[sql.Composable]:
    """The whole of it, for the models as they are."""
    from children.models import MergedRow
    from safeguarding.audit.history import followed, is_protected
    from safeguarding.audit.models import Event, LogEntry
    from safeguarding.personal_data import own_models

    watched = [Event, MergedRow, *(m for m in own_models() if is_protected(m))]
    found: list[sql.Composable] = [sql.SQL(SCHEMA)]
    for model in watched:
        fields = [f.column for f in followed().get(model, ())]
        # Of an entry in the history its object is noted, of a new row with followed fields its key, of others that
        # there is one. Of a row that has come over to another child's record, or gone back, that list is the history.
        of_another = {LogEntry: "n.object_id::text", MergedRow: "n.row_id::text"}
        key = of_another.get(model) or (f"n.{model._meta.pk.column}::text" if fields else "")
        found += [_trigger(model, op, fields, key) for op in _SAYS]
    return found


def _trigger(model: type[models.Model], op: str, fields: list[str], key: str) -> sql.Composable:
    table = model._meta.db_table
    columns = fields or [model._meta.pk.column]
    says = sql.SQL(_SAYS[op]).format(
        source=sql.Literal(table),
        key=sql.SQL(key or "NULL"),
        limit=sql.SQL("" if key else "LIMIT 1"),
        pk=sql.Identifier(model._meta.pk.column),
        before=sql.SQL(", ").join(sql.SQL("o.{}").format(sql.Identifier(c)) for c in columns),
        after=sql.SQL(", ").join(sql.SQL("n.{}").format(sql.Identifier(c)) for c in columns),
    )
    return sql.SQL("""
        CREATE FUNCTION proof.{function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $$
        BEGIN INSERT INTO proof.written (source, op, key, followed) {says}; RETURN NULL; END $$;
        CREATE TRIGGER {function} AFTER {op} ON public.{table} REFERENCING {sees}
        FOR EACH STATEMENT EXECUTE FUNCTION proof.{function}();
    """).format(
        function=sql.Identifier(f"proof_{op.lower()}_{table}"),
        op=sql.SQL(op),
        table=sql.Identifier(table),
        says=says,
        sees=sql.SQL(_SEES[op]),
    )


if __name__ == "__main__":
    import django

    django.setup()
    with connect(sys.argv[1]) as connection:
        for statement in statements():
            connection.execute(statement)
