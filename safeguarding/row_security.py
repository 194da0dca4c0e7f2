"""The second wall: what may each database role see of each row? Compiled from the rules of `permissions.py`, by code.

`migrate` takes the policies and the schema `rules` away, migrates, and puts both back: under forced row security a data
migration would change nothing and say nothing, and a column that a policy names cannot be dropped. `problems` is what
`manage.py check_row_security` prints, and what keeps the web process from starting.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, ProgrammingError, connections, models, transaction
from django.db import connection as default_connection
from psycopg import ClientCursor, sql

from safeguarding import chronicling, following, large_objects, rights_rows
from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.roles import ROLES, with_capability
from safeguarding.audit.asking import Me
from safeguarding.audit.protection import among, condition, fact, protected_models, rule_of
from safeguarding.audit.signing import CHALLENGE, Told, padded, signed
from safeguarding.ending import facts as ending_facts
from safeguarding.ending import guards as ending_guards
from safeguarding.ending import wall as ending_wall
from safeguarding.launch.postgres import ROLES as SIGNING_IN
from safeguarding.packages import own_apps
from safeguarding.personal_data import own_models
from safeguarding.prepared import prepared_write
from safeguarding.records import Kind, record_of, seen_by_tasks, system_tasks
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services.rows import sealed_fields
from safeguarding.wall_digests import differences, digest_of, keep_digests

# Own the functions of the schema `rules`, which read, and those of `public`, which write (`launch/postgres.py`). Nobody
# signs in as either, and row security binds neither.
RULES_OWNER, WRITER = "rules", "rules_writer"


def take_down(connection: Any) -> None:
    """Drop every policy and the schema `rules`, before a migration. Nobody but the owner reads a table meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
        statements: list[sql.Composable] = [
            sql.SQL("DROP POLICY {} ON {}").format(sql.Identifier(policy), sql.Identifier(table))
            for table, policy in cursor.fetchall()
        ]
        statements += [
            following.taken_down(),
            chronicling.taken_down(),
            rights_rows.taken_down(),
            ending_guards.taken_down(),
            ending_wall.taken_down(),
        ]
        statements.append(sql.SQL("DROP SCHEMA IF EXISTS rules CASCADE"))
        cursor.execute(sql.SQL(";\n").join(statements))


def put_up(connection: Any) -> None:
    """The schema `rules` and a policy for each command on each protected table, in one transaction, and how they then
    stand.
    """
    statements = list(_statements(connection))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(sql.SQL(";\n").join([sql.SQL("DROP SCHEMA IF EXISTS rules CASCADE"), *statements]))
        # As parameters: the text of a statement is kept here and there.
        keys = [pad for signer in ("web", "worker") for pad in padded(settings.CONTEXT_KEYS.get(signer, ""))]
        prepared_write("INSERT INTO rules.context_key VALUES (%s, %s, %s, %s)", keys, using=connection.alias)
        keep_digests(connection, digest_of(statements))


def _statements(connection: Any) -> Iterator[sql.Composable]:
    """All that puts up the second wall, as the code is now."""
    with connection.cursor() as cursor:
        quote = ClientCursor(cursor.connection)
        writer = sql.Identifier(WRITER)
        yield from _facts()
        writing, reading = system_tasks(), seen_by_tasks()
        for model in protected_models():
            yield from _policies(model, quote, _one_of(model, writing), _one_of(model, reading))
        yield from following.statements(writer)
        yield from chronicling.statements(writer)
        yield from rights_rows.statements()
        yield from ending_guards.statements(writer)
        yield from ending_wall.statements(writer)


def _facts() -> Iterator[sql.Composable]:
    """The schema and its functions, which belong to a role that sees every row and may do nothing else."""
    owner, writer = sql.Identifier(RULES_OWNER), sql.Identifier(WRITER)
    yield sql.SQL("CREATE SCHEMA rules")
    # What an earlier version had given.
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}, {}").format(sql.SQL(kind), owner, writer)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}, {}").format(owner, writer)
    yield sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(owner)
    yield from _roles()
    yield from _sealed()
    yield from rights_rows.schools()
    yield from ending_facts.reach()
    for path in (Path(app.path) / "facts.sql" for app in own_apps()):
        if path.exists():
            yield sql.SQL(path.read_text().strip().rstrip(";"))  # type: ignore[arg-type]
    yield from ending_facts.statements()
    yield from ending_wall.facts()
    yield sql.SQL("GRANT CREATE, USAGE ON SCHEMA rules TO {}").format(owner)
    yield sql.SQL(
        """DO $$ DECLARE one regprocedure; BEGIN
        FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'rules'::regnamespace LOOP
            EXECUTE format('ALTER FUNCTION %s OWNER TO rules', one);
        END LOOP; END $$"""
    )
    yield sql.SQL("REVOKE CREATE ON SCHEMA rules FROM {}").format(owner)
    yield sql.SQL("GRANT USAGE ON SCHEMA rules TO web, worker, destroyer, {}").format(writer)
    # As whose they are: rights on what belongs to another are not the owner's to give or take.
    yield sql.SQL("SET ROLE {}").format(owner)
    yield sql.SQL("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA rules FROM PUBLIC")
    yield sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA rules TO SESSION_USER, web, worker, destroyer, {}").format(
        writer
    )
    yield sql.SQL("RESET ROLE")
    yield sql.SQL("REVOKE ALL ON rules.context_key FROM PUBLIC; GRANT SELECT ON rules.context_key TO {}").format(owner)


def _roles() -> Iterator[sql.Composable]:
    """Roles are code: which of them have a capability, which can open a record, and which the privacy notice names, is
    written into functions.
    """
    cases = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}::text[]").format(sql.Literal(str(c)), sql.Literal(with_capability(c)))
        for c in CAPABILITIES.entries
    )
    for signature, body in (
        ("roles_with(capability text)", sql.SQL("SELECT CASE capability {} ELSE '{{}}' END").format(cases)),
        ("roles_named()", _keys(role.key for role in ROLES.values() if role.named_in_notice)),
        ("roles_in_records()", _keys(role.key for role in ROLES.values() if role.opens_records)),
    ):
        # Pieces of facts (`_PIECES`): they read no table.
        yield sql.SQL("CREATE FUNCTION rules.{} RETURNS text[] LANGUAGE sql STABLE AS {}").format(
            sql.SQL(signature),  # type: ignore[arg-type]
            sql.Literal(body.as_string()),
        )


def _keys(roles: Iterable[str]) -> sql.Composed:
    return sql.SQL("SELECT {}::text[]").format(sql.Literal(list(roles)))


def _sealed() -> Iterator[sql.Composable]:
    """Under which keys are the narratives of each table sealed?

    For the nightly check, which needs no sight of a row for it.
    """
    head = "SELECT encode(substring({0} from 2 for 16), 'hex')::uuid FROM public.{1} WHERE octet_length({0}) > 16"
    for model in own_models():
        table = model._meta.db_table
        if fields := sealed_fields(model):
            heads = " UNION ".join(
                sql.SQL(head).format(sql.Identifier(str(field.column)), sql.Identifier(table)).as_string()
                for field in fields
            )
            yield sql.SQL(
                "CREATE FUNCTION rules.{} () RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET "
                "search_path = pg_catalog, pg_temp AS {}"
            ).format(sql.Identifier(f"sealed_in_{table}"), sql.Literal(heads))


def _policies(
    model: type[models.Model], quote: ClientCursor[Any], written: sql.Composable, read: sql.Composable
) -> Iterator[sql.Composable]:
    """Row security on, also for its owner, and a policy for each command of `web`, `worker` and `destroyer`.

    `written`, `read`: the condition of the tasks of the machine that write rows of the table, and that read them.
    """
    table = sql.Identifier(model._meta.db_table)
    rule = rule_of(model, Me())
    # Wrapped, the planner takes it for a filter and no more. Bare, it multiplies the selectivity of the ORM's same rule
    # by itself, expects a hundredth of the rows, and sorts ten thousand to find the newest fifty: twice the time of a
    # list.
    reach = sql.SQL("COALESCE({}, false)").format(_sql(model, rule.within_reach, quote))
    # A row is added at a school where one works, or where one sees it: somebody who left at noon finishes a draft.
    here = _sql(model, among("school_id", fact("schools_of", Me())), quote)
    checked = sql.SQL("({} OR {})").format(here, reach)
    added = checked
    if rule.addable is not None:
        added = sql.SQL("({} OR COALESCE({}, false))").format(checked, _sql(model, rule.addable, quote))
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table)
    yield sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(table)
    for role in ("web", "worker"):
        writes, reads = (written, read) if role == "worker" else (sql.SQL(""), sql.SQL(""))
        for command, using, check in (
            ("SELECT", reach, None),
            ("INSERT", None, added),
            ("UPDATE", reach, checked),
            ("DELETE", reach if getattr(model, "web_may_delete", False) else sql.SQL("false"), None),
        ):
            yield sql.SQL("CREATE POLICY {name} ON {table} FOR {command} TO {role}{using}{check}").format(
                name=sql.Identifier(f"{role}_{command.lower()}"),
                table=table,
                command=sql.SQL(command),  # type: ignore[arg-type]
                role=sql.Identifier(role),
                using=sql.SQL(" USING ({}{})").format(reads if command == "SELECT" else writes, using)
                if using
                else sql.SQL(""),
                check=sql.SQL(" WITH CHECK ({}{})").format(writes, check) if check else sql.SQL(""),
            )
    for command, condition_, check_ in ending_wall.policies(model):
        yield sql.SQL("CREATE POLICY {name} ON {table} FOR {command} TO destroyer{using}{check}").format(
            name=sql.Identifier(f"destroyer_{command.lower()}"),
            table=table,
            command=sql.SQL(command),  # type: ignore[arg-type]
            using=sql.SQL(f" USING ({condition_})" if condition_ else ""),  # type: ignore[arg-type]
            check=sql.SQL(f" WITH CHECK ({check_})" if check_ else ""),  # type: ignore[arg-type]
        )


def _one_of(model: type[models.Model], tasks: dict[str, frozenset[str]]) -> sql.Composable:
    """The condition of those tasks of the machine to which a table belongs."""
    label = model._meta.label_lower
    if not (mine := sorted(task for task, tables in tasks.items() if label in tables)):
        return sql.SQL("")
    return sql.SQL("(SELECT rules.task()) = ANY ({}::text[]) OR ").format(sql.Literal(mine))


def _sql(model: type[models.Model], rows: models.Q, quote: ClientCursor[Any]) -> sql.Composable:
    text, parameters = _written_once(model, rows)
    return sql.SQL(quote.mogrify(text, parameters))  # type: ignore[arg-type]


@cache
def _written_once(model: type[models.Model], rows: models.Q) -> tuple[str, tuple[Any, ...]]:
    """A condition as SQL. The walls are compared with it when they have been put up, at every start and every night."""
    return condition(model, rows)


def problems(connection: Any) -> list[str]:
    """A sentence for each table that nobody declared, and for each wall that is not as the code says."""
    found = [
        *_undeclared(),
        *_unguarded(connection),
        *_functions_amiss(connection),
        *_functions_amiss(connections[KEYS]),
        *_roles_amiss(connection),
        *rights_rows.problems(connection),
        *large_objects.problems(connection, "the records"),
        *large_objects.problems(connections[KEYS], "the keys"),
        *differences(connection, digest_of(_statements(connection))),
        *differences(connections[KEYS]),
    ]
    return found or list(_keys_amiss(connection))


def refuse_unguarded() -> None:
    """Raises `SystemExit` with what is wrong, so that no page is served unguarded.

    A database that is away serves none anyway.
    """
    try:
        found = problems(default_connection)
    except OperationalError:
        return
    finally:
        default_connection.close()
        connections[KEYS].close()
    if found:
        raise SystemExit("Harbour does not start. " + " ".join(found))


def _undeclared() -> Iterator[str]:
    protected = {model._meta.label_lower for model in protected_models()}
    for model in own_models():
        label, record = model._meta.label_lower, record_of(model)
        if record is None or (label in protected) != (record.kind is Kind.PROTECTED):
            yield f"{label} must be declared in records.py, and have a rule in permissions.py where it is protected."
        if label in protected and not any(f.attname == "school_id" for f in model._meta.local_concrete_fields):
            yield f"{label} is protected and has no column for its school."


def _unguarded(connection: Any) -> Iterator[str]:
    """Compares what the database has with what the code would make."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        )
        forced = dict(cursor.fetchall())
        cursor.execute("SELECT tablename, policyname, cmd, roles::text[] FROM pg_policies WHERE schemaname = 'public'")
        there: dict[str, set[tuple[str, str, str]]] = {}
        for table, name, command, roles in cursor.fetchall():
            there.setdefault(table, set()).add((name, command, ",".join(roles)))
        cursor.execute(
            "SELECT viewname FROM pg_views AS v WHERE schemaname = 'public' AND NOT EXISTS (SELECT FROM pg_class "
            "WHERE relname = viewname AND reloptions::text LIKE '%security_invoker=true%')"
        )
        for (view,) in cursor.fetchall():
            yield f"The view {view} reads as its owner, past row security: give it security_invoker."
    wanted = {(f"{r}_{c.lower()}", c, r) for r in ("web", "worker") for c in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    protected = {model._meta.db_table: model for model in protected_models()}
    for table in sorted(protected | there.keys()):
        made = wanted | _of_destroyer(protected[table]) if table in protected else set()
        if made and not forced.get(table):
            yield f"{table} has no forced row security."
        if missing := made - there.get(table, set()):
            yield f"{table} lacks the policies {', '.join(sorted(name for name, _, _ in missing))}."
        if extra := there.get(table, set()) - made:
            yield f"{table} has policies that no rule made: {', '.join(sorted(name for name, _, _ in extra))}."


def _of_destroyer(model: type[models.Model]) -> set[tuple[str, str, str]]:
    return {(f"destroyer_{command.lower()}", command, "destroyer") for command, _, _ in ending_wall.policies(model)}


# What facts and policies are made of: read as whoever calls them, so that the planner writes them into these
# (`accounts/facts.sql`).
_PIECES = (
    "now",
    "today",
    "told",
    "live_roles_of",
    "live_roles_at",
    "roles_with",
    "roles_in_records",
    "roles_named",
)


def _functions_amiss(connection: Any) -> Iterator[str]:
    """Facts belong to a role that reads, what writes to one that writes; each finds what it names in PostgreSQL's own
    schema alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, p.proname, n.nspname = 'public' OR p.provolatile = 's', "
            "pg_get_userbyid(p.proowner) = CASE n.nspname WHEN 'rules' THEN %s ELSE %s END, "
            "CASE WHEN p.prosecdef THEN p.proconfig = ARRAY['search_path=pg_catalog, pg_temp'] ELSE "
            "p.proname = ANY (%s) END "
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = 'rules' OR (n.nspname = 'public' AND p.prosecdef)",
            [RULES_OWNER, WRITER, list(_PIECES)],
        )
        found = cursor.fetchall()
    if connection.alias != KEYS and not any(schema == "rules" for schema, *_ in found):
        yield "The schema rules is not there. Run manage.py migrate as the owner."
    for schema, name, *is_right in found:
        if not all(is_right):
            kind, owner = ("STABLE ", RULES_OWNER) if schema == "rules" else ("", WRITER)
            yield (
                f"{schema}.{name} must be {kind}SECURITY DEFINER with the search path pg_catalog, pg_temp, "
                f"and belong to {owner}."
            )


def _keys_amiss(connection: Any) -> Iterator[str]:
    """Whether what this process signs holds before the database: asked as it asks of each transaction."""
    lacking = [s for s in ("web", "worker") if settings.ROLE in (s, "owner") and s not in settings.CONTEXT_KEYS]
    for signer in lacking:
        yield f"{signer.upper()}_CONTEXT_KEY is not set: nobody could be named to the database."
    for signer in settings.CONTEXT_KEYS:
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(f"SELECT {CHALLENGE}")
                value = signed(Told(door="none"), bytes(cursor.fetchone()[0]), signer=signer)
                cursor.execute("SELECT set_config('app.context', %s, true), rules.door()", [value])
                transaction.set_rollback(True, using=connection.alias)
        except ProgrammingError:
            yield (
                f"{signer.upper()}_CONTEXT_KEY is not the key that the database knows. Run manage.py migrate "
                "as the owner, with the same."
            )


def _roles_amiss(connection: Any) -> Iterator[str]:
    """Roles that row security would not bind, or that may do more than their work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('web', 'worker', 'destroyer') AND (rolsuper OR "
            "rolbypassrls)"
        )
        for (role,) in cursor.fetchall():
            yield f"The role {role} passes row security. Take BYPASSRLS and SUPERUSER from it."
        cursor.execute(
            "SELECT DISTINCT rolname FROM pg_db_role_setting JOIN pg_roles AS r ON r.oid = setrole WHERE "
            "rolname = ANY (%s)",
            [[*SIGNING_IN, RULES_OWNER, WRITER]],
        )
        for (role,) in cursor.fetchall():
            yield (
                f"The role {role} has settings of its own. As the superuser: ALTER ROLE {role} RESET ALL, also "
                "IN DATABASE."
            )
        cursor.execute(
            "SELECT rolname, relname FROM pg_roles, pg_class WHERE rolname IN ('web', 'worker') AND relname = ANY(%s) "
            "AND relnamespace = 'public'::regnamespace AND has_table_privilege(rolname, pg_class.oid, "
            "'DELETE, TRUNCATE')",
            [[m._meta.db_table for m in protected_models() if not getattr(m, "web_may_delete", False)]],
        )
        for role, table in cursor.fetchall():
            yield f"The role {role} may delete from {table}."  # noqa: S608  (a sentence)
