"""What may `destroyer` do? Nothing, but to what two people have approved and waited for.

A function of the database begins a destruction. It locks the records that go, asks everything that may be in the way
once more, and writes down which rows end (`retention.endingrow`). The policies of `destroyer` show it those rows and no
others: it deletes what ends, and empties what stays. Rows of tables without row security it ends through a function
that asks the same list. What a page, a task or a person does changes nothing of this.
"""

from collections.abc import Iterator
from functools import cache
from typing import LiteralString

from psycopg import sql

from safeguarding.audit.protection import protected_models
from safeguarding.personal_data import Link, declared

from . import by_child, emptying
from .facts import by_keys, subjects_of
from .guards import marked
from .reasons import Of, Reason, reasons
from .units import Model, emptied, ended, is_ending, key_of, keyed, keys, links, models_here, quoted, table_of

# By label, in SQL: the engine knows no app.
ITEM, RUN, ROW, GATE = (
    f"public.retention_{name}" for name in ("destructionitem", "itemrun", "endingrow", "retentiongate")
)
# What says what is to end, by keys and days alone: who destroys reads it whole.
NAMING_NOBODY = frozenset(
    f"retention.{name}"
    for name in ("destructionlist", "destructionitem", "decision", "approval", "itemrun", "tombstone")
)
# It says of a list that it has looked and nothing is left, and of none anything else; how far it is; and what is left.
LIST, ITEM_RUN, TOMBSTONE = "retention.destructionlist", "retention.itemrun", "retention.tombstone"
_FUNCTIONS: tuple[LiteralString, ...] = (
    "public.begin_ending(uuid)",
    "public.gather_ending(uuid)",
    "public.end_rows(text)",
)
_ENDS, _BOTH = "ARRAY['ends']", "ARRAY['ends', 'emptied']"


@cache
def ending_models() -> tuple[Model, ...]:
    """The models of which rows end, by a link or by a key that they hold."""
    return tuple(dict.fromkeys([*ended(), *by_keys()]))


@cache
def losing() -> tuple[Model, ...]:
    """The models of which rows stay and lose a link or a key."""
    return tuple(dict.fromkeys([*emptied(), *keyed(Link.EMPTIES)]))


def policies(model: Model) -> Iterator[tuple[str, str, str]]:
    """Of one table for `destroyer`: (command, using, check), as SQL, empty where the command takes none. Rows that go,
    and those that are emptied; and what is its own work.
    """
    if model._meta.label_lower in NAMING_NOBODY:
        yield "SELECT", "true", ""
        if model._meta.label_lower == LIST:
            yield "UPDATE", "checked_at IS NULL", "checked_at IS NOT NULL"
        if model._meta.label_lower == ITEM_RUN:
            yield "UPDATE", "true", "true"
        if model._meta.label_lower == TOMBSTONE:
            yield "INSERT", "", "true"
        return
    if model in ending_models() or model in losing():
        yield "SELECT", _going(model, _BOTH), ""
    if model in ending_models():
        yield "DELETE", _going(model, _ENDS), ""
    if model in losing():
        yield "UPDATE", _going(model, _BOTH), "true"


def _going(model: Model, becomes: str) -> str:
    key = f"{quoted(str(model._meta.pk.column))}::text"  # type: ignore[union-attr]
    return f"{key} = ANY ((SELECT rules.rows_going('{model._meta.label_lower}', {becomes}))::text[])"


def emptied_columns(model: Model) -> list[str]:
    """The columns that `destroyer` may change: what a link that goes empties."""
    mine = declared(model)
    fields: list[str] = []
    for hold in (*links(model, Link.EMPTIES), *keys(model, Link.EMPTIES)):
        fields.append(hold.field)
        fields += (mine.emptied if mine else {}).get(hold.field, {})
    return [str(model._meta.get_field(name).column) for name in dict.fromkeys(fields)]  # type: ignore[union-attr]


def unguarded() -> list[Model]:
    """The models whose rows end and have no row security: those of people's own pages, and of the machine."""
    protected = protected_models()
    return [model for model in ending_models() if model not in protected]


def statements(owner: sql.Identifier) -> Iterator[sql.Composable]:
    """The functions, and what their owner, whom row security does not bind, may do for them."""
    yield taken_down()
    yield sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(owner)
    yield sql.SQL(_begin_ending())  # type: ignore[arg-type]
    yield sql.SQL(_gather_ending())  # type: ignore[arg-type]
    yield sql.SQL(_end_rows())  # type: ignore[arg-type]
    yield from by_child.statements(owner)
    for function in _FUNCTIONS:
        name = sql.SQL(function)
        yield sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(name)
        yield sql.SQL("ALTER FUNCTION {} OWNER TO {}").format(name, owner)
        yield sql.SQL("SET ROLE {}").format(owner)
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO destroyer, SESSION_USER").format(name)
        yield sql.SQL("RESET ROLE")
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(owner)
    for table, rights in (
        (ITEM, "SELECT, UPDATE (place)"),
        (RUN, "SELECT, INSERT"),
        (ROW, "SELECT, INSERT"),
        (GATE, "SELECT, UPDATE (scanned_at)"),
    ):
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.SQL(table), owner)  # type: ignore[arg-type]
    for model in marked():
        yield sql.SQL("GRANT SELECT, UPDATE (ending_at) ON {} TO {}").format(sql.SQL(table_of(model)), owner)  # type: ignore[arg-type]
    for model in unguarded():
        key = sql.Identifier(str(model._meta.pk.column))  # type: ignore[union-attr]
        yield sql.SQL("GRANT SELECT ({}), DELETE ON {} TO {}").format(key, sql.SQL(table_of(model)), owner)  # type: ignore[arg-type]
    yield from emptying.statements(owner, gate=GATE)


def taken_down() -> sql.Composable:
    """Take them away before a migration: they name tables."""
    dropped = [sql.SQL(f"DROP FUNCTION IF EXISTS {name}") for name in (*_FUNCTIONS, *by_child.FUNCTIONS)]
    return sql.SQL("; ").join([*dropped, emptying.taken_down()])


def _begin_ending() -> str:
    locks = "\n    ".join(_lock(model) for model in marked())
    marks = "\n    ".join(
        f"UPDATE {table_of(model)} SET ending_at = now() WHERE id = ANY (going);"  # noqa: S608
        for model in marked()
    )
    asks = "\n    ".join(f"IF {_asked_of(reason)} THEN RETURN '{reason.fact}'; END IF;" for reason in reasons())
    return _BEGIN.format(locks=locks, marks=marks, asks=asks)


def _asked_of(reason: Reason) -> str:
    """Whether a fact keeps the record of the item `one`, which may be about the child `whose`."""
    asked = "ARRAY[one.record_key] || whose" if reason.of is Of.CHILD else "ARRAY[one.record_key]"
    keeps = f"EXISTS (SELECT FROM rules.{quoted(reason.fact)}({asked}))"
    if isinstance(reason.of, Of):
        return keeps
    names = sql.Literal(list(reason.of)).as_string(None)
    return f"one.kind = ANY ({names}::text[]) AND {keeps}"


def _gather_ending() -> str:
    labels = ", ".join(f"'{model._meta.label_lower}'" for model in models_here() if is_ending(model))
    return _GATHER.format(records=labels)


def _lock(model: Model) -> str:
    """The records that go, and those that are about one of them: nothing of them changes until it is decided."""
    return (
        f"PERFORM FROM {table_of(model)} WHERE id = ANY (going) "  # noqa: S608
        "OR id IN (SELECT key FROM rules.reached(ARRAY[one.record_key])) ORDER BY id FOR UPDATE;"
    )


def facts() -> Iterator[sql.Composable]:
    """Whether something that is about a record is also about one that is being destroyed at this moment: of two that
    end at once each would leave it to the other. And until when something has ended child by child.
    """
    yield sql.SQL(_SHARES).format(body=sql.Literal(f"SELECT {_shares_with_ending()}"))
    yield by_child.fact()


def _shares_with_ending() -> str:
    found = []
    for root in marked():
        mine = declared(root)
        if mine is not None and mine.about:
            table, own, other, whom = subjects_of(root)
            found.append(
                f"EXISTS (SELECT FROM {table} AS j JOIN {table_of(whom)} AS other ON other.id = j.{other} "  # noqa: S608
                f"WHERE j.{own} IN (SELECT key FROM rules.reached(ARRAY[$1])) "
                "AND other.ending_at IS NOT NULL)"
            )
    return " OR ".join(found) or "false"


def _end_rows() -> str:
    cases = "\n        ".join(
        f"WHEN '{model._meta.label_lower}' THEN RETURN QUERY DELETE FROM {table_of(model)} AS n "  # noqa: S608
        f"WHERE {key_of(model, 'n')}::text = ANY (rules.rows_going(end_rows.model, {_ENDS})) "
        f"RETURNING {key_of(model, 'n')}::text;"
        for model in unguarded()
    )
    return _END_ROWS.format(cases=cases)


_SHARES = """CREATE FUNCTION rules.shares_with_ending(record uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS {body}"""
# Returns nothing where it has begun, else why not in a word: of `rules.may_end`, or the fact that keeps the record.
_BEGIN = """
CREATE FUNCTION public.begin_ending(item uuid) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE one public.retention_destructionitem; going uuid[]; whose uuid[]; said text;
BEGIN
    SELECT * INTO one FROM public.retention_destructionitem WHERE id = begin_ending.item FOR UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    -- A hold that is being set goes first, or waits.
    PERFORM FROM public.retention_retentiongate WHERE school_id = one.school_id FOR SHARE;
    going := ARRAY(SELECT key FROM rules.ends_with(ARRAY[one.record_key]));
    {locks}
    going := ARRAY(SELECT key FROM rules.ends_with(ARRAY[one.record_key]));
    whose := ARRAY(SELECT child FROM rules.kinds_of(ARRAY[one.record_key]) WHERE child IS NOT NULL);
    said := rules.may_end(one.id);
    IF said <> '' THEN RETURN said; END IF;
    {asks}
    IF rules.shares_with_ending(one.record_key) THEN RETURN 'another is ending'; END IF;
    {marks}
    INSERT INTO public.retention_itemrun (item_id, school_id, in_group, state, tries, trouble, begun_at, moved_at)
    VALUES (one.id, one.school_id, one.in_group, 'begun', 0, '', rules.now(), rules.now());
    INSERT INTO public.retention_endingrow (item_id, model, key, becomes)
    SELECT one.id, model, key, becomes FROM rules.rows_ending(going);
    RETURN '';
END $$
"""
# What has come to these records since, by a column of keys that holds no link: word to somebody that was on its way. No
# record is added by it: those that end are the ones that were approved.
_GATHER = """
CREATE FUNCTION public.gather_ending(item uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.retention_endingrow (item_id, model, key, becomes)
    SELECT gather_ending.item, found.model, found.key, found.becomes FROM rules.rows_ending(ARRAY(
        SELECT going.key::uuid FROM public.retention_endingrow AS going
        WHERE going.item_id = gather_ending.item AND going.becomes = 'ends' AND going.model IN ({records})
    )) AS found
    WHERE NOT EXISTS (
        SELECT FROM public.retention_endingrow AS there
        WHERE there.item_id = gather_ending.item AND there.model = found.model AND there.key = found.key
    ) AND NOT found.model IN ({records})
$$
"""
_END_ROWS = """
CREATE FUNCTION public.end_rows(model text) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CASE model
        {cases}
        ELSE RAISE EXCEPTION 'no rows of % end so', model USING ERRCODE = 'insufficient_privilege';
    END CASE;
END $$
"""
