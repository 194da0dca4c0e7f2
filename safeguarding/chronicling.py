"""How does the database know where every entry of a chronology stands, and when it happened, without looking into each
table?

A child's chronology is put together from some twenty tables. To order them, cut a page and count the kinds by asking
each is slow, and slower with every entry. So one table, `concerns.chronicled`, holds the place of every entry, and the
tables themselves keep it: a trigger on each says what of a row is an entry. No service writes it, so none can forget
to, and a migration adds whatever a table has and the index has not.

It is where to look, never what stands there: the entry itself is read from its own table, behind the row security of
that table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from psycopg import sql

INDEX = "concerns.chronicled"
_FUNCTION = "chronicle_"


@dataclass(frozen=True)
class Placed:
    """What of a table is an entry, each as SQL over its row `n`.

    `model` is the label of the model. `moment` is when it happened, `row` the key by which the entry is found, `where`
    which rows are entries. A row hangs on a `concern` or belongs to a `child`. `author`: who sees it for having written
    it. `batch`: that of an earlier system's records. `readers`: a short code, where the rule of the records asks for
    more than these. `origin` is the record of its own app that it belongs to, by which it may be hidden.
    """

    model: str
    moment: str
    row: str = "n.id"
    where: str = "true"
    concern: str = "NULL"
    child: str = "NULL"
    author: str = "NULL"
    batch: str = "NULL"
    readers: str = "''"
    origin: str = "NULL"

    @property
    def table(self) -> str:
        return str(apps.get_model(self.model)._meta.db_table)


def on_concern(model: str, moment: str, where: str = "true") -> Placed:
    """Rows of a model, by its label, that hang on a concern by their column of that name."""
    return Placed(model, moment, where=where, concern="n.concern_id")


def london(day: str, clock: str = "NULL") -> str:
    """A day and a time of day, as people write them down, as a moment; without a time, its midnight."""
    return f"(({day} + coalesce({clock}::time, time '00:00')) AT TIME ZONE 'Europe/London')"


_placed: dict[str, tuple[Placed, ...]] = {}


def keep(source: str, *placed: Placed) -> None:
    """Say of which tables the entries of a source are. The first is the one whose rows they are, others move them."""
    _placed[source] = placed


def placed() -> dict[str, tuple[Placed, ...]]:
    """The tables of each source, by its key."""
    return dict(_placed)


def statements(owner: sql.Identifier) -> Iterator[sql.Composable]:
    """The triggers and their functions, what their owner may write for them, and what is not in the index yet."""
    yield taken_down()
    index = sql.Identifier(apps.get_model(INDEX)._meta.db_table)
    yield sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(index, owner)
    yield sql.SQL("GRANT USAGE ON SEQUENCE concerns_chronicled_id_seq TO {}").format(owner)
    yield sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(owner)
    for source, tables in _placed.items():
        for number, placed in enumerate(tables):
            yield from _trigger(source, placed, owner, is_first=number == 0)
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(owner)
    yield from missing()


def missing() -> Iterator[sql.Composable]:
    """Add what a table has and the index has not: as the database's owner, who sees every row."""
    for source, (first, *_) in _placed.items():
        rows = sql.SQL("public.{}").format(sql.Identifier(first.table))
        there = {"row": _as_sql(first.row), "source": sql.Literal(source), "readers": _as_sql(first.readers)}
        yield _added(source, first, rows, sql.SQL(_NOT_THERE).format(**there))


def taken_down() -> sql.Composable:
    """Take the triggers away before a migration: a column that a trigger names cannot be changed."""
    return sql.SQL(_TAKE_DOWN).format(like=sql.Literal(f"{_FUNCTION}%"))


def _as_sql(text: str) -> sql.SQL:
    """What is written in this code, and nowhere else."""
    return sql.SQL(text)  # type: ignore[arg-type]


def _trigger(source: str, placed: Placed, owner: sql.Identifier, *, is_first: bool) -> Iterator[sql.Composable]:
    table = sql.Identifier(placed.table)
    function = sql.Identifier(f"{_FUNCTION}{source}_{placed.table}")
    yield sql.SQL(_KEEP).format(
        function=function,
        source=sql.Literal(source),
        row=_as_sql(placed.row),
        where=_as_sql(placed.where),
        add=_added(source, placed, sql.SQL("(SELECT NEW.*)"), sql.SQL("true")),
    )
    yield sql.SQL("ALTER FUNCTION public.{}() OWNER TO {}").format(function, owner)
    events = "INSERT OR UPDATE OR DELETE" if is_first else "INSERT OR UPDATE"
    yield sql.SQL("CREATE TRIGGER {} AFTER {} ON public.{} FOR EACH ROW EXECUTE FUNCTION public.{}()").format(
        function, _as_sql(events), table, function
    )


def _added(source: str, placed: Placed, rows: sql.Composable, also: sql.Composable) -> sql.Composable:
    """The rows that are entries, put into the index or moved in it."""
    return sql.SQL(_ADD).format(
        source=sql.Literal(source),
        rows=rows,
        also=also,
        **{
            name: _as_sql(getattr(placed, name))
            for name in ("row", "moment", "where", "concern", "child", "author", "batch", "readers", "origin")
        },
    )


_ADD = """
INSERT INTO public.concerns_chronicled AS c (
    source, row, school_id, concern_id, child_id, author_id, batch_id, readers, origin, moment
)
SELECT {source}, {row}, n.school_id, {concern}, {child}, {author}, {batch}, coalesce({readers}, ''), {origin}, {moment}
FROM {rows} AS n WHERE ({where}) AND {also}
ON CONFLICT (row, source) DO UPDATE
SET moment = excluded.moment, child_id = excluded.child_id, readers = excluded.readers
WHERE (c.moment, c.child_id, c.readers) IS DISTINCT FROM (excluded.moment, excluded.child_id, excluded.readers)
"""
# Not there, or with other readers than its source says by now.
_NOT_THERE = """NOT EXISTS (SELECT FROM public.concerns_chronicled AS c WHERE c.row = {row} AND c.source = {source}
    AND c.readers = coalesce({readers}, ''))"""
_KEEP = """
CREATE FUNCTION public.{function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.concerns_chronicled AS c USING (SELECT OLD.*) AS n WHERE c.row = {row}
            AND c.source = {source};
        RETURN NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        DELETE FROM public.concerns_chronicled AS c USING (SELECT NEW.*) AS n
        WHERE c.row = {row} AND c.source = {source} AND NOT ({where});
    END IF;
    {add};
    RETURN NULL;
END $$
"""
_TAKE_DOWN = """DO $$ DECLARE one regprocedure; BEGIN
FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE {like} LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one);
END LOOP; END $$"""
