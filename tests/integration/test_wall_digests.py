"""Is a wall that says something else than the code found, however it was changed?

What was planted, one after the other.
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

from safeguarding import row_security
from safeguarding.packages import own_apps
from safeguarding.row_security import problems, refuse_unguarded
from safeguarding.tasks import check_walls

Connect = Callable[[str], psycopg.Connection]
pytestmark = pytest.mark.django_db(transaction=True)
_FACT = "rules.hidden_children(me uuid)"
_OPEN = (
    "CREATE OR REPLACE FUNCTION rules.hidden_children(me uuid) RETURNS uuid[] LANGUAGE sql STABLE SECURITY "
    "DEFINER {} AS {}"
)
_PATH = "SET search_path = pg_catalog, pg_temp"
# What is done to the database, and what of the sentence names it.
PLANTED = {
    "a policy that shows all": (
        "ALTER POLICY web_select ON concerns_concern USING (true)",
        "policy web_select on public.concerns_concern is not",
    ),
    "a policy that lets all be written": (
        "ALTER POLICY web_insert ON children_childgrant WITH CHECK (true)",
        "policy web_insert",
    ),
    "a policy for another role": (
        "ALTER POLICY worker_select ON concerns_account TO web",
        "policy worker_select on public.concerns_account",
    ),
    "a policy where none belongs": (
        "CREATE POLICY extra ON accounts_school USING (true)",
        "policy extra on public.accounts_school was not",
    ),
    "a fact with another body": (_OPEN.format(_PATH, "$$ SELECT '{}'::uuid[] $$"), f"function {_FACT} is not"),
    "a fact of another owner": (
        "ALTER FUNCTION rules.hidden_children(uuid) OWNER TO owner",
        "rules.hidden_children must be",
    ),
    "a fact of another search path": (
        "ALTER FUNCTION rules.hidden_children(uuid) SET search_path = public",
        "rules.hidden_children must be",
    ),
    "a fact that changes": ("ALTER FUNCTION rules.hidden_children(uuid) VOLATILE", "rules.hidden_children must be"),
    "a function that works for its caller": (
        "CREATE FUNCTION public.helpful() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "public.helpful must be",
    ),
    "a function that begins to destroy and asks nothing": (
        "CREATE OR REPLACE FUNCTION public.begin_ending(item uuid) RETURNS text LANGUAGE sql SECURITY DEFINER "
        "SET search_path = pg_catalog, pg_temp AS $$ SELECT '' $$",
        "function public.begin_ending(item uuid) is not",
    ),
    "a function that ends rows, gone": (
        "DROP FUNCTION public.end_rows(text)",
        "function public.end_rows(model text) is gone",
    ),
    "a function that destroys, for pages too": (
        "GRANT EXECUTE ON FUNCTION public.begin_ending(uuid) TO web",
        "function public.begin_ending(item uuid) is not",
    ),
    "a policy that lets all be deleted": (
        "ALTER POLICY destroyer_delete ON children_child USING (true)",
        "policy destroyer_delete on public.children_child is not",
    ),
    "row security not forced": (
        "ALTER TABLE children_child NO FORCE ROW LEVEL SECURITY",
        "children_child has no forced row security",
    ),
    "events that can be changed": ("GRANT UPDATE ON audit_event TO web", "relation public.audit_event is not"),
    "one column that can be changed": (
        "GRANT UPDATE (at) ON audit_event TO worker",
        "relation public.audit_event is not",
    ),
    "a trigger that sleeps": (
        "ALTER TABLE audit_event DISABLE TRIGGER append_only",
        "trigger append_only on public.audit_event is not",
    ),
    "a trigger that is gone": (
        "DROP TRIGGER append_only ON audit_leaf",
        "trigger append_only on public.audit_leaf is gone",
    ),
    "a table that is somebody else's": (
        "ALTER TABLE children_child OWNER TO postgres",
        "relation public.children_child is not",
    ),
    "a view": (
        "CREATE VIEW seen WITH (security_invoker=true) AS SELECT * FROM children_child",
        "relation public.seen was not",
    ),
    "a rewriting rule": (
        "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
        "rule quiet on public.audit_event was not",
    ),
    "a type before the others": ("CREATE DOMAIN public.uuid AS pg_catalog.uuid", "type public.uuid was not"),
    "a schema to make things in": ("GRANT CREATE ON SCHEMA public TO web", "schema public is not"),
    "a role that may become another": ("GRANT rules TO web", "role web is not"),
    "a role past row security": ("ALTER ROLE worker BYPASSRLS", "The role worker passes row security"),
    "a role with a setting of its own": ("ALTER ROLE web SET search_path = public", "role web is not"),
    "temporary objects": ("GRANT TEMPORARY ON DATABASE {name} TO web", "database is not"),
}


@pytest.mark.usefixtures("same_code")
def test_each_planted_change_is_named_and_the_server_starts_with_none_of_them(connect: Connect, subtests: Any):
    superuser = connect("postgres")
    superuser.autocommit = False
    assert problems(connection) == []
    asked = _on(superuser)
    for name, (change, said) in PLANTED.items():
        with subtests.test(name):
            superuser.execute(change.replace("{name}", superuser.info.dbname))
            found = problems(asked)
            superuser.rollback()
            assert any(said in sentence for sentence in found), found


def test_the_server_does_not_start_and_the_worker_says_why(connect: Connect):
    assert check_walls() == 0
    connect("postgres").execute(PLANTED["a policy that shows all"][0])
    with pytest.raises(SystemExit, match="policy web_select"):
        refuse_unguarded()
    assert check_walls() == 1


def test_the_database_of_keys_is_compared_as_well(connect: Connect, databases):
    with psycopg.connect(databases.named(f"{databases.name}_keys").url("postgres"), autocommit=True) as superuser:
        superuser.execute("GRANT DELETE ON sealing_wrap TO web")
    assert any("relation public.sealing_wrap is not" in sentence for sentence in problems(connection))


def test_code_that_was_not_migrated_is_named(monkeypatch: pytest.MonkeyPatch):
    assert check_walls() == 0
    monkeypatch.setattr(row_security, "own_apps", lambda: own_apps()[:-2])
    assert any("The rules in the code are not those" in sentence for sentence in problems(connection))


def test_nobody_who_works_writes_down_how_the_walls_stand(connect: Connect):
    for role in ("web", "worker", "destroyer", "backup"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute("UPDATE rules.wall SET digest = 'x'")
    connect("owner").execute("DROP TABLE rules.wall")
    assert any("Nobody wrote down" in sentence for sentence in problems(connection))


def _on(own: psycopg.Connection) -> Any:
    """Django's connection, asking through another one, which sees what it has changed itself."""

    class Asked:
        alias = connection.alias

        @staticmethod
        def cursor() -> Any:
            return own.cursor()

    return Asked()
