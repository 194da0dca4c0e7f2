"""What ends child by child, while the children stay? The days of a register: those of one school year, and what is left
of the years before it.

An item whose record stands for such rows begins as every other (`wall.py`). Then a function of the database takes fifty
children at a time: it locks the school's gate and these children, leaves out whom something keeps, and writes down the
others (`retention.itempart`). From there they are not held any more. Another function deletes their rows up to the last
day, and those alone. What was kept is for the item of a later year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import sql

from safeguarding.personal_data import Link

from .facts import by_key
from .kinds import Kind
from .reasons import Of, reasons
from .units import Model, key_of, keys, quoted, table_of

PART = "public.retention_itempart"
# Children whose rows end in one transaction.
AT_ONCE = 50
FUNCTIONS: tuple[LiteralString, ...] = ("public.begin_part(uuid)", "public.end_part(uuid)")


@dataclass(frozen=True)
class ByChild:
    """Rows that end child by child. `root` is the model of the record that stands for them on a list, `last` its column
    with the last day; `rows` their model, `child` and `on` its columns with the child and the day; `beside` the models
    that say something of such a row by its key.
    """

    kind: str
    root: Model
    last: str
    rows: Model
    child: str
    on: str
    beside: tuple[Model, ...] = ()


_by_child: dict[str, ByChild] = {}


def ends_by_child(one: ByChild) -> None:
    """Say that an item of a kind ends child by child. Raises `ImproperlyConfigured` where that is said twice."""
    if one.kind in _by_child:
        raise ImproperlyConfigured(f"How {one.kind} ends is said twice.")
    _by_child[one.kind] = one


def rows_of(kind: str) -> str:
    """The label of the rows that end with an item of this kind child by child; empty where it ends whole."""
    one = _by_child.get(kind)
    return str(one.rows._meta.label_lower) if one else ""


def what_ends(kind: Kind) -> Model:
    """The model of what ends by an item of a kind: the rows that it stands for, else the record itself."""
    one = _by_child.get(kind.key)
    return one.rows if one else kind.model


def ended_until(kind: str, school_id: UUID) -> date | None:
    """The last day of what has ended so at a school, or has begun to; None where nothing has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.ended_until(%s, %s)", [kind, school_id])
        [[found]] = cursor.fetchall()
    return found if isinstance(found, date) else None


def fact() -> sql.Composable:
    """What `ended_until` asks: who imports sees neither items nor their parts."""
    return sql.SQL(_ENDED_UNTIL)


def statements(owner: sql.Identifier) -> Iterator[sql.Composable]:
    """The functions, and what their owner, whom row security does not bind, may do for them."""
    for body in (_begin_part(), _end_part()):
        yield sql.SQL(body)  # type: ignore[arg-type]
    for function in FUNCTIONS:
        name = sql.SQL(function)
        yield sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(name)
        yield sql.SQL("ALTER FUNCTION {} OWNER TO {}").format(name, owner)
        yield sql.SQL("SET ROLE {}").format(owner)
        yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO destroyer, SESSION_USER").format(name)
        yield sql.SQL("RESET ROLE")
    for table, rights in _rights():
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.SQL(table), owner)  # type: ignore[arg-type]


def _rights() -> Iterator[tuple[str, str]]:
    yield PART, "SELECT, INSERT, UPDATE (rows, ended_at)"
    # To lock a child, which needs a right to change something of it.
    yield "public.children_child", "SELECT, UPDATE (ending_at)"
    for one in _by_child.values():
        yield table_of(one.root), "SELECT"
        for model in (one.rows, *one.beside):
            yield table_of(model), "SELECT, DELETE"


def _begin_part() -> str:
    return _BEGIN.format(kinds="\n    ".join(_choose(one) for one in _by_child.values()))


def _choose(one: ByChild) -> str:
    """Of one kind: up to so many children with rows up to the last day, whom nothing keeps."""
    asks = " UNION ".join(f"SELECT record FROM rules.{quoted(fact)}(chosen)" for fact in _keeping())  # noqa: S608
    return _CHOOSE.format(
        kind=one.kind,
        root=table_of(one.root),
        last=quoted(one.last),
        rows=table_of(one.rows),
        child=quoted(one.child),
        on=quoted(one.on),
        asks=asks,
        at_once=AT_ONCE,
    )


def _keeping() -> list[str]:
    """The facts that keep all that is about a child."""
    return [reason.fact for reason in reasons() if reason.of is Of.CHILD]


def _end_part() -> str:
    return _END.format(kinds="\n    ".join(_delete(one) for one in _by_child.values()))


def _delete(one: ByChild) -> str:
    beside = "\n        ".join(
        f"DELETE FROM {table_of(model)} AS n WHERE {by_key(hold, 'n', 'gone', 'gone')};"  # noqa: S608
        for model in one.beside
        for hold in keys(model, Link.ENDS, Link.FOLLOWS)
    )
    return _DELETE.format(
        kind=one.kind,
        rows=table_of(one.rows),
        key=key_of(one.rows, "n"),
        child=quoted(one.child),
        on=quoted(one.on),
        beside=beside,
    )


_ENDED_UNTIL = """CREATE FUNCTION rules.ended_until(kind text, school uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(ended.day) FROM (
        SELECT one.trigger_on AS day FROM public.retention_destructionitem AS one
        JOIN public.retention_itemrun AS run ON run.item_id = one.id
        WHERE one.school_id = ended_until.school AND one.kind = ended_until.kind
        UNION ALL
        SELECT part.until FROM public.retention_itempart AS part
        WHERE part.school_id = ended_until.school AND part.kind = ended_until.kind
    ) AS ended
$$"""
# Returns the part that has begun, or nothing where nobody is left whose rows may end.
_BEGIN = """
CREATE FUNCTION public.begin_part(item uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE one public.retention_destructionitem; last date; chosen uuid[]; free uuid[]; passed uuid[] := '{{}}'; part uuid;
BEGIN
    SELECT * INTO one FROM public.retention_destructionitem WHERE id = begin_part.item FOR UPDATE;
    IF NOT EXISTS (SELECT FROM public.retention_itemrun AS run WHERE run.item_id = one.id AND run.state = 'begun') THEN
        RAISE EXCEPTION 'this item has not begun' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT id INTO part FROM public.retention_itempart AS p WHERE p.item_id = one.id AND p.ended_at IS NULL;
    IF FOUND THEN RETURN part; END IF;
    -- A hold that is being set goes first, or waits.
    PERFORM FROM public.retention_retentiongate WHERE school_id = one.school_id FOR SHARE;
    {kinds}
    RETURN NULL;
END $$
"""
_CHOOSE = """
    IF one.kind = '{kind}' THEN
        SELECT stands.{last} INTO last FROM {root} AS stands WHERE stands.id = one.record_key;
        LOOP
            chosen := ARRAY(
                SELECT DISTINCT n.{child} FROM {rows} AS n
                WHERE n.school_id = one.school_id AND n.{on} <= last AND NOT n.{child} = ANY (passed)
                ORDER BY 1 LIMIT {at_once});
            EXIT WHEN cardinality(chosen) = 0;
            -- Nothing comes to them until it is decided.
            PERFORM FROM public.children_child WHERE id = ANY (chosen) ORDER BY id FOR UPDATE;
            free := ARRAY(
                SELECT child.id FROM public.children_child AS child
                WHERE child.id = ANY (chosen) AND child.ending_at IS NULL AND NOT child.id IN ({asks}));
            passed := passed || chosen;
            CONTINUE WHEN cardinality(free) = 0;
            INSERT INTO public.retention_itempart
                (id, school_id, item_id, kind, record_key, until, children, rows, begun_at)
            VALUES (gen_random_uuid(), one.school_id, one.id, one.kind, one.record_key, last, ARRAY(
                -- In an older backup a card that has become part of another may stand by itself.
                SELECT child.id FROM rules.reached(free) AS r JOIN public.children_child AS child ON child.id = r.key
            ), 0, rules.now()) RETURNING id INTO part;
            RETURN part;
        END LOOP;
    END IF;
"""
# Returns how many rows went. Done again, it finds nothing.
_END = """
CREATE FUNCTION public.end_part(part uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE one public.retention_itempart; gone uuid[];
BEGIN
    SELECT * INTO one FROM public.retention_itempart WHERE id = end_part.part FOR UPDATE;
    IF one.id IS NULL OR one.ended_at IS NOT NULL THEN RETURN 0; END IF;
    {kinds}
    UPDATE public.retention_itempart SET rows = cardinality(gone), ended_at = rules.now() WHERE id = one.id;
    RETURN cardinality(gone);
END $$
"""
_DELETE = """
    IF one.kind = '{kind}' THEN
        WITH went AS (
            DELETE FROM {rows} AS n WHERE n.{child} = ANY (one.children) AND n.{on} <= one.until RETURNING {key} AS key
        ) SELECT coalesce(array_agg(went.key), '{{}}') INTO gone FROM went;
        {beside}
    END IF;
"""
