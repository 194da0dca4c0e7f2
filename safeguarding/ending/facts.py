"""What ends with a record, as functions of the schema `rules`: made from the declarations, owned by the role that sees
every row, and asked by roles that see none of it.

They return keys, names of models and numbers, never what stands in a row.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth import get_user_model
from psycopg import sql

from safeguarding.personal_data import Link, declared, root_of

from . import kind_facts
from .reasons import filling
from .units import (
    Hold,
    Model,
    among,
    either,
    emptied,
    empties,
    ended,
    ends,
    is_uuid,
    key_of,
    keyed,
    keys,
    links,
    quoted,
    roots,
    scheduled,
    shared,
    stays,
    table_of,
    waiting,
    waits,
)

_FACT = """CREATE FUNCTION rules.{name} LANGUAGE {language} STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS {body}"""


def reach() -> Iterator[sql.Composable]:
    """The functions by which facts of apps find a record's own rows, and which kind it is: made before them."""
    yield _fact("reached(records uuid[]) RETURNS TABLE (record uuid, key uuid)", _reached())
    yield from (_fact(signature, body) for signature, body in kind_facts.first())


def statements() -> Iterator[sql.Composable]:
    """The other functions: they belong to the same schema, and name nothing that an app's own fact does not have."""
    yield _fact("ends_with(records uuid[]) RETURNS TABLE (model text, key uuid)", _ends_with())
    yield _fact("rows_ending(roots uuid[]) RETURNS TABLE (model text, key text, becomes text)", _rows_ending())
    yield _fact("manifest(roots uuid[]) RETURNS TABLE (digest text, counts jsonb)", _manifest())
    yield _fact(_LEFT_OF_HEAD, _left_of(), language="plpgsql")
    yield _fact("filled_by(records uuid[]) RETURNS TABLE (fact text, record uuid, row_key uuid)", _filled_by())
    yield from (_fact(signature, body) for signature, body in kind_facts.last())
    for model in waiting():
        yield _fact(
            f"waits_{model._meta.db_table}(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)", _waits(model)
        )


def _fact(signature: str, body: str, language: str = "sql") -> sql.Composable:
    return sql.SQL(_FACT).format(
        name=sql.SQL(signature),  # type: ignore[arg-type]
        language=sql.SQL(language),  # type: ignore[arg-type]
        body=sql.Literal(body),
    )


# --- which records


def _cte(model: Model) -> str:
    return quoted(f"r_{model._meta.db_table}")


def _in_ctes(column: str, root: Model) -> str:
    return f"{column} IN (SELECT id FROM {_cte(root)})"  # noqa: S608


def _ends_with() -> str:
    """The records that end together: those asked for and what has become part of them, what is about nobody else, what
    is ruled to end with one of those, and what nothing else links to.
    """
    parts = [f"{_cte(model)} AS ({_root(model)})" for model in roots()]
    parts += [f"{_cte(model)} AS ({_shared(model)})" for model in shared()]
    each = (f"SELECT '{model._meta.label_lower}', id FROM {_cte(model)}" for model in (*roots(), *shared()))  # noqa: S608
    return f"WITH RECURSIVE {', '.join(parts)} {' UNION ALL '.join(each)}"


def _root(model: Model) -> str:
    key, table = key_of(model, "n"), table_of(model)
    asked = f"SELECT {key} AS id FROM {table} AS n WHERE {key} = ANY ($1)"  # noqa: S608
    mine = declared(model)
    found = [asked]
    if mine and mine.about:
        found.append(f"SELECT {key} FROM {table} AS n WHERE {_about_nobody_else(model)}")  # noqa: S608
    if between := [hold for hold in links(model, Link.ENDS) if hold.target is not model]:
        leads = either(_in_ctes(f"n.{quoted(hold.column)}", hold.target) for hold in between if hold.target)
        found.append(f"SELECT {key} FROM {table} AS n WHERE {leads}")  # noqa: S608
    for column in _own_links(model):
        found.append(f"SELECT {key} FROM {table} AS n JOIN {_cte(model)} AS r ON n.{column} = r.id")  # noqa: S608
    return " UNION ".join(found)


def _own_links(model: Model) -> list[str]:
    """The columns by which a record has become part of another of its kind."""
    return [quoted(hold.column) for hold in links(model, Link.ENDS) if hold.target is model]


def subjects_of(model: Model) -> tuple[str, str, str, Model]:
    """Of a root that is about others: the table between, its column to the root, its column to them, and their
    model.
    """
    mine: Any = declared(model)
    near, far = mine.about.split("__")
    between = model._meta.get_field(near)
    field = between.related_model._meta.get_field(far)  # type: ignore[union-attr]
    own = between.field.column  # type: ignore[union-attr]
    return table_of(between.related_model), quoted(own), quoted(field.column), field.related_model  # type: ignore


def _about_nobody_else(model: Model) -> str:
    table, own, other, subject = subjects_of(model)
    here = f"SELECT FROM {table} AS j WHERE j.{own} = {key_of(model, 'n')}"
    going = _in_ctes(f"j.{other}", subject)
    return f"EXISTS ({here} AND {going}) AND NOT EXISTS ({here} AND j.{other} IS NOT NULL AND NOT {going})"


def _shared(model: Model) -> str:
    """Those to which a row links that ends, and no other."""
    key, going, others = key_of(model, "n"), [], []
    for holder, column in _holders(model):
        ending = ends(holder, "l", _in_ctes)
        going.append(f"SELECT l.{column} FROM {table_of(holder)} AS l WHERE {ending}")  # noqa: S608
        others.append(
            f"NOT EXISTS (SELECT FROM {table_of(holder)} AS l WHERE l.{column} = {key} "
            f"AND {stays(holder, 'l', _in_ctes)})"
        )
    return (
        f"SELECT {key} AS id FROM {table_of(model)} AS n WHERE {key} IN ({' UNION ALL '.join(going)}) "  # noqa: S608
        f"AND {' AND '.join(others)}"
    )


def _holders(model: Model) -> list[tuple[Model, str]]:
    """Every column that links to a shared record."""
    return [
        (holder, quoted(str(field.column)))
        for holder in (*ended(), *(m for m in emptied() if m not in ended()))
        for field in holder._meta.concrete_fields
        if field.is_relation and field.related_model is model
    ]


def _reached() -> str:
    """Each record with what has become part of it, and with everything that is about one of these."""
    first = list(scheduled().values())
    start = " UNION ALL ".join(
        f"SELECT {key_of(m, 'n')} AS record, {key_of(m, 'n')} AS key FROM {table_of(m)} AS n "  # noqa: S608
        f"WHERE {key_of(m, 'n')} = ANY ($1)"
        for m in first
    )
    steps = [
        f"SELECT own.record, {key_of(m, 'n')} FROM own JOIN {table_of(m)} AS n ON n.{column} = own.key"  # noqa: S608
        for m in first
        for column in _own_links(m)
    ]
    about = [
        f"SELECT own.record, j.{own} FROM own JOIN {table} AS j ON j.{other} = own.key"  # noqa: S608
        for model in roots()
        if (mine := declared(model)) and mine.about
        for table, own, other, _ in [subjects_of(model)]
    ]
    grown = f"SELECT * FROM ({start}) AS begun UNION {' UNION '.join(steps)}"  # noqa: S608
    return f"WITH RECURSIVE own AS ({grown}) SELECT record, key FROM own UNION {' UNION '.join(about)}"  # noqa: S608


# --- which rows


def _given(column: str, root: Model) -> str:
    return f"{column} = ANY ($1)"


def _row(model: Model, becomes: str, where: str) -> str:
    key = key_of(model, "n")
    own = f"{key}" if is_uuid(model._meta.pk) else "NULL::uuid"
    return (
        f"SELECT '{model._meta.label_lower}' AS model, {key}::text AS key, {own} AS id, '{becomes}' AS becomes "  # noqa: S608
        f"FROM {table_of(model)} AS n WHERE {where}"
    )


def _rows_ending() -> str:
    """Every row that ends with these records, and every one that stays and is emptied. By links first; then by columns
    of keys, twice: an entry of the history may be about a row that was found by its key.
    """
    by_link = [
        *(_row(model, "ends", ends(model, "n", _given)) for model in ended()),
        *(_row(model, "emptied", empties(model, "n", _given)) for model in emptied()),
    ]
    rounds = [f"linked AS MATERIALIZED ({' UNION ALL '.join(by_link)})"]
    before = ["linked"]
    for name in ("keyed", "again"):
        rounds.append(f"{name}_of AS MATERIALIZED (SELECT {_arrays(before)})")
        found = [_row(model, "ends", f"{_by_key(model, f'{name}_of', before)}") for model in by_keys()]
        rounds.append(f"{name} AS MATERIALIZED ({' UNION ALL '.join(found)})")
        before.append(name)
    every = " UNION ALL ".join(f"SELECT model, key, id, becomes FROM {one}" for one in before)  # noqa: S608
    lost = [_row(model, "emptied", _loses_key(model)) for model in keyed(Link.EMPTIES)]
    return (
        f"WITH {', '.join(rounds)}, every AS MATERIALIZED ({every}), lost_of AS MATERIALIZED "  # noqa: S608
        f"(SELECT {_arrays(['every'])}) SELECT model, key, becomes FROM every UNION "
        f"SELECT model, key, becomes FROM ({' UNION ALL '.join(lost)}) AS lost"
    )


def by_keys() -> list[Model]:
    """The models whose rows may end by a key that they hold."""
    return keyed(Link.ENDS, Link.FOLLOWS)


def _arrays(before: list[str]) -> str:
    """The keys of the rows that end, with those of the records; and of those that end or are emptied."""
    every = " UNION ALL ".join(f"SELECT id, becomes FROM {one}" for one in before)  # noqa: S608
    some = f"FROM ({every}) AS e WHERE id IS NOT NULL"
    return (
        f"$1 || ARRAY(SELECT id {some} AND becomes = 'ends') AS gone, "
        f"ARRAY(SELECT id {some} AND becomes = 'emptied') AS bare"
    )


def _by_key(model: Model, arrays: str, before: Iterable[str]) -> str:
    gone, bare = f"(SELECT gone FROM {arrays})", f"(SELECT gone || bare FROM {arrays})"  # noqa: S608
    found = either(by_key(hold, "n", f"{gone}::uuid[]", f"{bare}::uuid[]") for hold in keys(model, *_ENDING))
    there = " UNION ALL ".join(
        f"SELECT key FROM {one} WHERE model = '{model._meta.label_lower}' AND becomes = 'ends'"  # noqa: S608
        for one in before
    )
    return f"({found}) AND NOT {key_of(model, 'n')}::text IN ({there})"


_ENDING = (Link.ENDS, Link.FOLLOWS)


def by_key(hold: Hold, alias: str, gone: str, touched: str) -> str:
    """Whether a column of keys ends its row. `gone`, `touched`: arrays of keys of rows that end, and of those that end
    or are emptied.
    """
    return among(hold, alias, touched if hold.ruling is Link.FOLLOWS else gone)


def _loses_key(model: Model) -> str:
    found = either(among(hold, "n", "(SELECT gone FROM lost_of)::uuid[]") for hold in keys(model, Link.EMPTIES))
    there = f"SELECT key FROM every WHERE model = '{model._meta.label_lower}'"  # noqa: S608
    return f"({found}) AND NOT {key_of(model, 'n')}::text IN ({there})"


def _manifest() -> str:
    """A digest of all these rows by their keys, and how many there are of each model. Without those that belong to
    people's own accounts, such as word to them that there is something to read: they come and go by themselves; and
    without what is said of the end of a record.
    """
    listed = ", ".join(f"'{label}'" for label in sorted(counted()))
    return f"""
    WITH rows AS MATERIALIZED (SELECT * FROM rules.rows_ending($1) WHERE model IN ({listed})),
    numbers AS (SELECT model, count(*) AS n FROM rows GROUP BY model)
    SELECT encode(sha256(convert_to(coalesce(string_agg(model || ' ' || key || ' ' || becomes, E'\\n'
               ORDER BY model COLLATE "C", key COLLATE "C", becomes COLLATE "C"), ''), 'UTF8')), 'hex'),
           coalesce((SELECT jsonb_object_agg(model, n) FROM numbers), '{{}}')
    FROM rows
    """  # noqa: S608


def counted() -> set[str]:
    """The labels of the models whose rows a manifest counts."""
    found = {*ended(), *emptied(), *by_keys(), *keyed(Link.EMPTIES)}
    return {
        str(model._meta.label_lower)
        for model in found
        if root_of(model) is not get_user_model() and (mine := declared(model)) and mine.in_manifest
    }


# --- what is left, and what waits

_LEFT_OF_HEAD = "left_of(keys uuid[]) RETURNS TABLE (place text, key uuid)"
_LEFT_OF = """
DECLARE one record;
BEGIN
    FOR one IN SELECT c.table_name AS tab, c.column_name AS col, c.data_type = 'ARRAY' AS many
        FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
        WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.udt_name IN ('uuid', '_uuid')
            AND NOT c.table_name || '.' || c.column_name = ANY ({evidence})
    LOOP
        RETURN QUERY EXECUTE format(
            CASE WHEN one.many
                THEN 'SELECT DISTINCT %L, k FROM public.%I AS n, unnest(n.%I) AS k WHERE n.%I && $1 AND k = ANY ($1)'
                ELSE 'SELECT DISTINCT %L, n.%I FROM public.%I AS n WHERE n.%I = ANY ($1)' END,
            VARIADIC CASE WHEN one.many
                THEN ARRAY[one.tab || '.' || one.col, one.tab, one.col, one.col]
                ELSE ARRAY[one.tab || '.' || one.col, one.col, one.tab, one.col] END)
        USING left_of.keys;
    END LOOP;
END
"""


def _left_of() -> str:
    """Where a key still stands: in any column of keys there is, as the database has them, but of evidence."""
    evidence = [f"{m._meta.db_table}.{hold.column}" for m in keyed(Link.STAYS) for hold in keys(m, Link.STAYS)]
    array = sql.Literal(sorted(evidence)).as_string(None)
    return _LEFT_OF.format(evidence=f"{array}::text[]")


def _waits(model: Model) -> str:
    """The rows of a model that wait, by the record that each keeps."""
    conditions = either(_waits_by(hold) for hold in waits(model))
    return (
        f"SELECT DISTINCT r.record, {key_of(model, 'n')} FROM rules.reached($1) AS r "  # noqa: S608
        f"JOIN {table_of(model)} AS n ON {conditions}"
    )


def _waits_by(hold: Hold) -> str:
    column = f"n.{quoted(hold.column)}"
    if hold.target is None:
        return f"r.key = ANY ({column})" if hold.is_array else f"{column} = r.key"
    if hold.target in roots():
        return f"{column} = r.key"
    return (
        f"{column} IN (SELECT {key_of(hold.target, 't')} FROM {table_of(hold.target)} AS t "  # noqa: S608
        f"WHERE {ends(hold.target, 't', lambda at, _: f'{at} = r.key')})"
    )


def _filled_by() -> str:
    """Whatever is on each record, as the apps say (`reasons.fills`), each with its fact."""
    return " UNION ".join(
        f"SELECT '{fact}', found.record, found.row_key FROM rules.{quoted(fact)}($1) AS found"  # noqa: S608
        for fact in filling()
    )
