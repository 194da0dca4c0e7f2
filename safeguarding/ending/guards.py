"""Nothing new is put on a record that is ending, and nobody who works says that one is. By triggers, made from the
links of the models.

Whoever destroys holds the record's row from the first of its steps. What links to it locks the same row, as the link
itself does, waits, and then sees that it is ending.
"""

from collections.abc import Iterator

from psycopg import sql

from .units import Model, models_here, roots, table_of

ENDING_AT = "ending_at"
_REFUSE = "refuse_ending_"
# Who does the work of people and of the machine: neither ends a record.
WORKING = ("web", "worker")


def marked() -> list[Model]:
    """The models of records that say when their ending began."""
    return [model for model in roots() if ENDING_AT in {f.name for f in model._meta.concrete_fields}]


def statements(owner: sql.Identifier) -> Iterator[sql.Composable]:
    """The functions with their triggers, and what their owner, who sees every row, may read for them."""
    yield taken_down()
    yield sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(owner)
    yield sql.SQL(_ONLY_DESTROYER).format(working=sql.Literal(list(WORKING)))
    for model in marked():
        yield from _mark(model)
        # UPDATE to lock a row, as whatever links to it does.
        yield sql.SQL("GRANT SELECT (id, ending_at), UPDATE (ending_at) ON {} TO {}").format(_table(model), owner)
        for column in sorted({column for _, column in links_to(model)}):
            function = sql.Identifier(_name(model, column))
            yield sql.SQL(_NOTHING_NEW).format(function=function, column=sql.Identifier(column), table=_table(model))
            yield sql.SQL("ALTER FUNCTION public.{}() OWNER TO {}").format(function, owner)
        for holder, column in links_to(model):
            yield sql.SQL(
                "CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE OF {column} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION public.{function}()"
            ).format(
                trigger=sql.Identifier(f"{_REFUSE}{column}"),
                column=sql.Identifier(column),
                table=_table(holder),
                function=sql.Identifier(_name(model, column)),
            )
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(owner)


def links_to(model: Model) -> list[tuple[Model, str]]:
    """Every column that links to a record of this model, but of tables that the database itself keeps."""
    return [
        (holder, str(field.column))
        for holder in models_here()
        for field in holder._meta.concrete_fields
        if field.is_relation and field.related_model is model and field.db_constraint  # type: ignore[attr-defined]
    ]


def taken_down() -> sql.Composable:
    """Take them away before a migration: a column that a trigger names cannot be changed."""
    return sql.SQL(_TAKE_DOWN).format(like=sql.Literal(f"{_REFUSE}%"))


def _table(model: Model) -> sql.Composable:
    return sql.SQL(table_of(model))  # type: ignore[arg-type]


def _name(model: Model, column: str) -> str:
    return f"{_REFUSE}{model._meta.model_name}_{column}"


def _mark(model: Model) -> Iterator[sql.Composable]:
    for trigger, event, when in (
        ("refuse_ending_made", "INSERT", "NEW.ending_at IS NOT NULL"),
        ("refuse_ending_set", "UPDATE OF ending_at", "NEW.ending_at IS DISTINCT FROM OLD.ending_at"),
    ):
        yield sql.SQL(
            "CREATE TRIGGER {} BEFORE {} ON {} FOR EACH ROW WHEN ({}) EXECUTE FUNCTION public.refuse_ending_by_others()"
        ).format(sql.Identifier(trigger), sql.SQL(event), _table(model), sql.SQL(when))  # type: ignore[arg-type]


# As the role that writes: it is what is asked.
_ONLY_DESTROYER = """
CREATE FUNCTION public.refuse_ending_by_others() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_user = ANY ({working}) THEN
        RAISE EXCEPTION 'who destroys records says that one ends' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
# After `follow_merged`, by its name: a row for a record that has become part of another is one for that.
_NOTHING_NEW = """
CREATE FUNCTION public.{function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.{column} IS NULL OR (TG_OP = 'UPDATE' AND NEW.{column} IS NOT DISTINCT FROM OLD.{column}) THEN
        RETURN NEW;
    END IF;
    PERFORM FROM {table} WHERE id = NEW.{column} AND ending_at IS NULL FOR KEY SHARE;
    IF NOT FOUND AND EXISTS (SELECT FROM {table} WHERE id = NEW.{column}) THEN
        RAISE EXCEPTION 'this record is ending' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$
"""
_TAKE_DOWN = """DO $$ DECLARE one regprocedure; BEGIN
FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE {like} LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one);
END LOOP; END $$"""
