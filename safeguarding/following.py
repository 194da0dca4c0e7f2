"""How does all that hangs on the record of a child come to another record of the same child, and back? In the database
itself.

Whoever merges two records may not see every row of either: a concern that names somebody close to them, one about
themselves, a concern about an adult, a colleague's unsent words. No rule and no door lets them, and leaving such rows
behind would say that there are some. So one function moves them all, shows none, and lists what it did in a table that
no page and no service reads. A trigger sees to it that what is written for a record that has become part of another, by
a form that was open meanwhile, is written for the one that stays.

The columns are found from the models: a new table with a link to a child needs nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from psycopg import sql

from safeguarding.records import Refused, records

CHILD, SIBLING, MERGED_ROW = "children.child", "children.sibling", "children.mergedrow"
# Of these the merge itself makes rows.
MADE = ("children.othername", "children.formerupn", "children.heldfact")
_FOLLOW = "follow_merged_"


@dataclass(frozen=True)
class Place:
    """A column that says whose a row is."""

    model: type[models.Model]
    column: str
    is_link: bool

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)


def places() -> list[Place]:
    """Every column that says which child a row is about, but of records that refuse to move (`records.py`)."""
    found = [
        Place(record.model, str(field.column), is_link=True)
        for record in records()
        for field in record.model._meta.concrete_fields
        if field.is_relation
        and field.related_model._meta.label_lower == CHILD  # type: ignore[union-attr]
        and not isinstance(record.merged, Refused)
    ]
    by_key = (record for record in records() if record.merged and isinstance(record.merged, str))
    return found + [Place(record.model, str(record.merged), is_link=False) for record in by_key]


@dataclass(frozen=True)
class Part:
    """A place whose rows belong to a row of another place: with that they go back."""

    place: Place
    link: str
    whole: Place


def parts() -> list[Part]:
    """The places of records that are a part of another record of the child (`records.Record.part_of`)."""
    here = {place.model: place for place in places() if place.is_link}
    fields = [(r.model, r.model._meta.get_field(r.part_of)) for r in records() if r.part_of]
    return [Part(here[model], str(field.column), here[field.related_model]) for model, field in fields]  # type: ignore[union-attr,index]


def statements(owner: sql.Identifier) -> Iterator[sql.Composable]:
    """The functions, their triggers and what their owner, who sees every row and signs in nowhere, may write for
    them.
    """
    here = places()
    yield taken_down()
    yield from _rights(here, owner)
    values = sql.SQL(", ").join(
        sql.SQL("({}, {}, {})").format(sql.Literal(p.label), sql.Literal(p.table), sql.Literal(p.column)) for p in here
    )
    made = sql.SQL(", ").join(
        sql.SQL("({}, {}, 'child_id')").format(sql.Literal(label), sql.Literal(label.replace(".", "_")))
        for label in MADE
    )
    yield sql.SQL(_MERGE).format(places=values, made=made, by_owner=sql.SQL(_BY_OWNER))
    bound = sql.SQL(", ").join(
        sql.SQL("({}, {}, {}, {}, {}, {})").format(
            *map(sql.Literal, (p.place.label, p.place.table, p.place.column, p.link, p.whole.table, p.whole.column))
        )
        for p in parts()
    )
    yield sql.SQL(_UNMERGE).format(places=values, parts=bound, by_owner=sql.SQL(_BY_OWNER))
    for column in sorted({p.column for p in here if p.is_link}):
        yield sql.SQL(_TRIGGER).format(function=sql.Identifier(_FOLLOW + column), column=sql.Identifier(column))
    for place in here:
        if place.is_link:
            yield sql.SQL(
                "CREATE TRIGGER follow_merged BEFORE INSERT OR UPDATE OF {column} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION public.{function}()"
            ).format(
                column=sql.Identifier(place.column),
                table=sql.Identifier(place.table),
                function=sql.Identifier(_FOLLOW + place.column),
            )
    names = ("merge_child(uuid, uuid[])", "unmerge_child(uuid, uuid[])")
    followers = [f"{_FOLLOW}{column}()" for column in sorted({p.column for p in here if p.is_link})]
    # As long as they are its own: rights on what belongs to another are not its to give.
    for name in names:
        yield sql.SQL(
            "REVOKE ALL ON FUNCTION public.{name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION public.{name} TO web, worker"
        ).format(name=sql.SQL(name))  # type: ignore[arg-type]
    yield sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(owner)
    for name in (*names, *followers):
        yield sql.SQL("ALTER FUNCTION public.{} OWNER TO {}").format(sql.SQL(name), owner)  # type: ignore[arg-type]
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(owner)
    # Who migrates also seeds a practice school, and had its own right go over with the functions.
    yield sql.SQL("SET ROLE {}").format(owner)
    for name in names:
        yield sql.SQL("GRANT EXECUTE ON FUNCTION public.{} TO SESSION_USER").format(sql.SQL(name))  # type: ignore[arg-type]
    yield sql.SQL("RESET ROLE")


def taken_down() -> sql.Composable:
    """Take functions and triggers away before a migration: a column that a trigger names cannot be changed."""
    return sql.SQL(_TAKE_DOWN).format(like=sql.Literal(f"{_FOLLOW}%"))


def _rights(here: list[Place], owner: sql.Identifier) -> Iterator[sql.Composable]:
    """Exactly the columns that the functions read and write."""
    for place in here:
        yield sql.SQL("GRANT SELECT (id, {column}), UPDATE ({column}) ON {table} TO {owner}").format(
            column=sql.Identifier(place.column), table=sql.Identifier(place.table), owner=owner
        )
    for part in parts():
        yield sql.SQL("GRANT SELECT ({link}) ON {table} TO {owner}").format(
            link=sql.Identifier(part.link), table=sql.Identifier(part.place.table), owner=owner
        )
    for rights, table in (
        ("SELECT", "children_childmerge"),
        ("SELECT (id, first_id, second_id), UPDATE (first_id, second_id)", "children_sibling"),
        # UPDATE to lock a card, as whatever links to it does.
        ("SELECT (id, merged_into_id), UPDATE (merged_into_id)", "children_child"),
        ("SELECT, INSERT", "children_mergedrow"),
        *(("DELETE", label.replace(".", "_")) for label in MADE),
    ):
        yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), owner)  # type: ignore[arg-type]
    yield sql.SQL("GRANT USAGE ON SEQUENCE children_mergedrow_id_seq TO {}").format(owner)


# What there can be only once (the home of the register, the time on roll that is not over, the same adult twice) stays
# with the other record where the one that is kept has its own: it comes back to sight when the merge is undone. Whoever
# decided it merges, and takes back what they undid. Where nobody is named it is the owner of the tables, who fills a
# practice school: signed in as the owner, and not in the place of another role.
_BY_OWNER = """rules.me() IS NULL AND current_setting('role') = 'none'
        AND session_user = (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())"""
_MERGE = """
CREATE FUNCTION public.merge_child(of uuid, made uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE m record; place record; one uuid; pair record;
BEGIN
    SELECT * INTO m FROM public.children_childmerge
    WHERE id = of AND status = 'merged' AND (decided_by_id = rules.me() OR ({by_owner}));
    IF NOT FOUND OR EXISTS (SELECT FROM public.children_mergedrow WHERE merge_id = of) THEN
        RAISE EXCEPTION 'there is nothing to merge' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR place IN SELECT * FROM (VALUES {made}) AS p(label, tab, col) LOOP
        FOR one IN EXECUTE format('SELECT id FROM public.%I WHERE id = ANY ($1) AND %I = $2', place.tab, place.col)
        USING made, m.keep_id LOOP
            INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
            VALUES (of, place.label, place.col, one, true, false);
        END LOOP;
    END LOOP;
    FOR place IN SELECT * FROM (VALUES {places}) AS p(label, tab, col) LOOP
        FOR one IN EXECUTE format('SELECT id FROM public.%I WHERE %I = $1 ORDER BY id', place.tab, place.col)
        USING m.other_id LOOP
            BEGIN
                EXECUTE format('UPDATE public.%I SET %I = $1 WHERE id = $2', place.tab, place.col) USING m.keep_id, one;
                INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
                VALUES (of, place.label, place.col, one, false, false);
            EXCEPTION WHEN unique_violation OR check_violation OR exclusion_violation THEN NULL;
            END;
        END LOOP;
    END LOOP;
    FOR pair IN SELECT id, CASE first_id WHEN m.other_id THEN second_id ELSE first_id END AS brother
        FROM public.children_sibling WHERE m.other_id IN (first_id, second_id)
            AND m.keep_id NOT IN (first_id, second_id) LOOP
        BEGIN
            UPDATE public.children_sibling
            SET first_id = least(m.keep_id, pair.brother), second_id = greatest(m.keep_id, pair.brother)
                WHERE id = pair.id;
            INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
            VALUES (of, 'children.sibling', 'pair', pair.id, false, false);
        EXCEPTION WHEN unique_violation THEN NULL;
        END;
    END LOOP;
END $$
"""
# `chosen`: rows that were recorded since the merge, on the record that stayed, and belong to the other.
_UNMERGE = """
CREATE FUNCTION public.unmerge_child(of uuid, chosen uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE m record; place record; r record; one uuid; touched integer; pair record;
BEGIN
    SELECT * INTO m FROM public.children_childmerge
    WHERE id = of AND status = 'undone' AND (undone_by_id = rules.me() OR ({by_owner}));
    IF NOT FOUND OR EXISTS (SELECT FROM public.children_mergedrow WHERE merge_id = of AND back) THEN
        RAISE EXCEPTION 'there is nothing to undo' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR r IN SELECT w.*, p.tab FROM public.children_mergedrow AS w
        JOIN (VALUES {places}) AS p(label, tab, col) ON p.label = w.model AND p.col = w.field
        WHERE w.merge_id = of AND NOT w.back ORDER BY w.id LOOP
        BEGIN
            IF r.made THEN
                EXECUTE format('DELETE FROM public.%I WHERE id = $1 AND %I = $2', r.tab, r.field)
                    USING r.row_id, m.keep_id;
            ELSE
                EXECUTE format('UPDATE public.%I SET %I = $1 WHERE id = $2 AND %I = $3', r.tab, r.field, r.field)
                USING m.other_id, r.row_id, m.keep_id;
            END IF;
            GET DIAGNOSTICS touched = ROW_COUNT;
            IF touched > 0 THEN
                INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
                VALUES (of, r.model, r.field, r.row_id, r.made, true);
            END IF;
        EXCEPTION WHEN unique_violation OR check_violation OR exclusion_violation THEN NULL;
        END;
    END LOOP;
    FOR pair IN SELECT s.id, CASE s.first_id WHEN m.keep_id THEN s.second_id ELSE s.first_id END AS brother
        FROM public.children_sibling AS s JOIN public.children_mergedrow AS w ON w.row_id = s.id
        WHERE w.merge_id = of AND w.model = 'children.sibling' AND NOT w.back
            AND m.keep_id IN (s.first_id, s.second_id) LOOP
        BEGIN
            UPDATE public.children_sibling
            SET first_id = least(m.other_id, pair.brother), second_id = greatest(m.other_id, pair.brother)
                WHERE id = pair.id;
            INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
            VALUES (of, 'children.sibling', 'pair', pair.id, false, true);
        EXCEPTION WHEN unique_violation OR check_violation THEN NULL;
        END;
    END LOOP;
    FOR place IN SELECT * FROM (VALUES {places}) AS p(label, tab, col) LOOP
        FOR one IN EXECUTE format('SELECT id FROM public.%I WHERE id = ANY ($1) AND %I = $2', place.tab, place.col)
        USING chosen, m.keep_id LOOP
            -- Keys are in the order in which they were made.
            CONTINUE WHEN one < m.since OR EXISTS (
                SELECT FROM public.children_mergedrow WHERE merge_id = of AND row_id = one AND NOT back);
            BEGIN
                EXECUTE format('UPDATE public.%I SET %I = $1
                    WHERE id = $2', place.tab, place.col) USING m.other_id, one;
                INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
                VALUES (of, place.label, place.col, one, false, true);
            EXCEPTION WHEN unique_violation OR check_violation OR exclusion_violation THEN NULL;
            END;
        END LOOP;
    END LOOP;
    -- What was added since to something that has gone back is of the same child.
    FOR place IN SELECT * FROM (VALUES {parts}) AS p(label, tab, col, link, whole, whose) LOOP
        FOR one IN EXECUTE format(
            'SELECT part.id FROM public.%I AS part JOIN public.%I AS whole ON whole.id = part.%I
                WHERE part.%I = $1 AND whole.%I = $2',
            place.tab, place.whole, place.link, place.col, place.whose) USING m.keep_id, m.other_id LOOP
            EXECUTE format('UPDATE public.%I SET %I = $1 WHERE id = $2', place.tab, place.col) USING m.other_id, one;
            INSERT INTO public.children_mergedrow (merge_id, model, field, row_id, made, back)
            VALUES (of, place.label, place.col, one, false, true);
        END LOOP;
    END LOOP;
END $$
"""
# The card is locked as the link itself locks it: who merges holds it, and whoever comes in between waits and then sees.
_TRIGGER = """
CREATE FUNCTION public.{function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE there uuid;
BEGIN
    LOOP
        SELECT merged_into_id INTO there FROM public.children_child WHERE id = NEW.{column} FOR KEY SHARE;
        EXIT WHEN there IS NULL;
        NEW.{column} := there;
    END LOOP;
    RETURN NEW;
END $$
"""
_TAKE_DOWN = """DO $$ DECLARE one regprocedure; BEGIN
FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND (proname LIKE {like} OR proname IN ('merge_child', 'unmerge_child')) LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one);
END LOOP; END $$"""


def merge_rows(connection: Any, merge: Any, made: list[Any]) -> None:
    """Everything of the other record comes to the one that stays. `made`: rows that the merge made on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.merge_child(%s, %s::uuid[])", [merge, made])


def unmerge_rows(connection: Any, merge: Any, chosen: list[Any]) -> None:
    """What had come goes back, what the merge had made goes, and `chosen` of what was recorded since goes with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.unmerge_child(%s, %s::uuid[])", [merge, chosen])
