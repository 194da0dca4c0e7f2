"""Does the database guard every row by itself? Asked in raw SQL as `web`, without the ORM and its rule."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from psycopg import sql

from children.facts import Adult, Home
from children.grants import viewing
from children.models import (
    Child,
    ChildGrant,
    ChildTeamGrant,
    ConflictOfInterest,
    Contact,
    ContactLink,
    EmergencyAccess,
    Household,
    HouseholdMember,
    Sibling,
)
from children.services.access import declare_conflict
from safeguarding import row_security
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import make_team
from safeguarding.audit import protection
from safeguarding.audit.asking import Me
from safeguarding.audit.context import door
from safeguarding.audit.models import LogEntry
from safeguarding.audit.protection import Rule, among, condition, fact, protected_models
from safeguarding.concerns.models import Account, Concern, ConcernChild, ConcernGrant, Draft, KeptText
from safeguarding.concerns.services.deciding import add_action, end_action
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.kept import keep_text
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories, proof
from tests.walls import as_role, asking, tell_raw

Connect = Callable[[str], psycopg.Connection]
pytestmark = pytest.mark.django_db
COUNT = sql.SQL("SELECT count(*) FROM {}")


def tables() -> list[str]:
    return [model._meta.db_table for model in protected_models()]


def counted(work: psycopg.Connection, table: str) -> int:
    row = work.execute(COUNT.format(sql.Identifier(table))).fetchone()
    assert row is not None
    return row[0]


def tell(work: psycopg.Connection, person: Any) -> None:
    tell_raw(work, person=str(person.pk))


@pytest.mark.django_db(transaction=True)
def test_without_a_context_there_are_no_rows_with_one_that_persons_and_after_commit_none_again(connect: Connect):
    cast, other = factories.staffroom(), factories.staffroom("Gorse Hill Academy")
    for room in (cast, other):
        factories.concern(room)
    web = connect("web")
    assert {table: counted(web, table) for table in tables()} == dict.fromkeys(tables(), 0)
    for person, concerns, cards in ((cast.lead, 1, 1), (cast.teacher, 0, 1), (other.lead, 1, 1), (cast.office, 0, 1)):
        with web.transaction():
            tell(web, person)
            assert counted(web, "concerns_concern") == concerns
            assert counted(web, "children_child") == cards
            assert web.execute("SELECT DISTINCT school_id FROM children_child").fetchall() == [
                ((cast if person in vars(cast).values() else other).school.pk,)
            ]
        assert {table: counted(web, table) for table in tables()} == dict.fromkeys(tables(), 0)


@pytest.mark.django_db(transaction=True)
def test_what_is_not_ones_own_is_neither_changed_nor_moved_nor_added_to(connect: Connect):
    cast, other = factories.staffroom(), factories.staffroom("Gorse Hill Academy")
    theirs = factories.concern(other)
    web = connect("web")
    with web.transaction():
        tell(web, cast.lead)
        assert web.execute("UPDATE concerns_concern SET level = 1 WHERE id = %s", [theirs.pk]).rowcount == 0
    own = factories.concern(cast)
    move = ("UPDATE concerns_concern SET school_id = %s WHERE id = %s", [other.school.pk, own.pk])
    reword = ("UPDATE concerns_account SET school_id = %s WHERE concern_id = %s", [other.school.pk, own.pk])
    for statement, values in (
        move,
        reword,
        (
            "INSERT INTO children_child (id, school_id, number, forename, surname, known_forename, "
            "known_surname, class_name, "
            "sort_name, search_text, name_sounds) VALUES (%s, %s, 9, 'A', 'B', '', '', '', '', '', '{}')",
            [uuid4(), other.school.pk],
        ),
    ):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"row-level security|not for this person"),
            web.transaction(),
        ):
            tell(web, cast.lead)
            web.execute(statement, values)
    for table in tables():
        if table in {m._meta.db_table for m in protected_models() if getattr(m, "web_may_delete", False)}:
            continue
        with pytest.raises(psycopg.errors.InsufficientPrivilege), web.transaction():
            tell(web, cast.lead)
            web.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


@pytest.mark.django_db(transaction=True)
def test_with_the_environment_of_web_no_other_role_can_be_had(connect: Connect, databases):
    web = connect("web")
    for role in ("owner", "worker", "destroyer", "backup", "rules", "postgres"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        password = databases.url("web").split(":")[2].split("@")[0]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(databases.url("web").replace("//web:", f"//{role}:"), password=password, connect_timeout=5)


def parent_lead() -> tuple[factories.Staffroom, Child, Child]:
    """A lead with everything that could open B's record, and B is her child: role, grant, emergency, and what she wrote
    herself.
    """
    cast = factories.staffroom()
    hers, other = (
        factories.child(cast.school, "Blythe", by=cast.office),
        factories.child(cast.school, "Ash", by=cast.office),
    )
    both = [ChildEntry(role="worried_about", child=hers), ChildEntry(role="worried_about", child=other)]
    factories.concern(cast, by=cast.lead, children=both)
    about_her = factories.concern(cast, children=[ChildEntry(role="worried_about", child=hers)])
    factories.concern(cast, children=[ChildEntry(role="worried_about", child=other)])
    today, now = timezone.localdate(), timezone.now()
    ChildGrant._base_manager.create(
        user=cast.lead,
        content_object=hers,
        permission=viewing(Child),
        school=cast.school,
        reason="Needs to know",
        expires_on=today,
        granted_by=cast.headteacher,
    )
    EmergencyAccess._base_manager.create(
        user=cast.lead,
        school=cast.school,
        child=hers,
        reason="The child is missing",
        opened_at=now,
        ends_at=now + timedelta(hours=1),
        review_by=today,
    )
    given = {"school": cast.school, "reason": "Needs to know", "expires_on": today, "granted_by": cast.headteacher}
    ConcernGrant._base_manager.create(user=cast.lead, content_object=about_her, permission=viewing(Concern), **given)
    team = make_team(school=cast.school, title="Nurture group", kind="pastoral", by=cast.headteacher)
    ChildTeamGrant._base_manager.create(group=team, content_object=hers, permission=viewing(Child), **given)
    keep_text(
        token=uuid4(),
        author_id=cast.lead.pk,
        school_id=cast.school.pk,
        form="note",
        content={"text": ["Rang home."]},
        concern_id=about_her.pk,
    )
    words = {"who": [str(hers.pk)], "facts": ["Seen at the gate."]}
    save_draft(token=uuid4(), school_id=cast.school.pk, content=words, author_id=cast.lead.pk)
    rang = add_action(concern=about_her, token=uuid4(), text="Ring home", owner=cast.lead, due_on=today, by=cast.lead)
    end_action(action=rang, move="complete", result="Rang.", by=cast.lead)
    ConflictOfInterest._base_manager.create(
        user=cast.lead, school=cast.school, child=hers, kind="own_child", declared_by=cast.lead
    )
    return cast, hers, other


def naming(child: Child) -> set[Any]:
    """The concerns that name this child. To be asked as the owner: somebody from whom they are hidden knows of none."""
    return set(ConcernChild._base_manager.filter(child=child).values_list("concern", flat=True))


def about(child: Child, concerns: set[Any]) -> dict[str, int]:
    """How many rows of each protected table name this child, or hang on one of the concerns, as the database shows
    them.
    """
    found = {}
    for model in protected_models():
        rows = model._base_manager.none()
        for f in model._meta.concrete_fields:
            if f.is_relation and f.related_model is Child:
                rows = rows | model._base_manager.filter(**{f.name: child.pk})
            elif f.is_relation and f.related_model is Concern:
                rows = rows | model._base_manager.filter(**{f"{f.attname}__in": concerns})
        if model is Child:
            rows = model._base_manager.filter(pk=child.pk)
        if model is Concern:
            rows = model._base_manager.filter(pk__in=concerns)
        if model is LogEntry:
            rows = model._base_manager.filter(Q(record_id__in=[child.pk, *concerns]) | Q(child_id=child.pk))
        if model is Draft:
            rows = model._base_manager.filter(Q(concern_id__in=concerns) | Q(names__contains=[child.pk]))
        found[model.__name__] = len(rows)
    return found


def test_the_lead_who_is_a_parent_has_no_row_about_her_child_whatever_else_she_holds():
    cast, hers, other = parent_lead()
    of_hers, of_both = naming(hers), naming(hers) | naming(other)
    there = about(hers, of_hers)
    assert there["Concern"] == 2
    assert there["Account"] == 2
    for name in ("ChildGrant", "ChildTeamGrant", "ConcernGrant", "EmergencyAccess", "KeptText", "LogEntry", "Draft"):
        assert there[name] >= 1, name
    with asking(cast.lead):
        for name in ("", "reporting", "acting", "unsent"):
            with door(name):
                # But for the draft that she types herself: that it is gone would tell.
                assert about(hers, of_hers) == dict.fromkeys(there, 0) | {"Draft": 1}, name
        assert about(other, of_both)["ConcernChild"] == 1, "the concern about the other child alone"
    with asking(cast.headteacher):
        assert about(hers, of_hers)["Concern"] == 2


def test_the_family_and_the_home_of_a_hidden_child_are_hidden_also_where_no_adult_lives_in_it():
    cast = factories.staffroom()
    ivy = Adult(forename="Ivy", surname="Ashdown", relationship="Mother")
    child = factories.child(cast.school, by=cast.office, homes=[Home("4 Withy Row", postcode="SK1 0AA")], adults=[ivy])
    factories.link_siblings(one=child, other=factories.child(cast.school, "Wren", by=cast.office), by=cast.office)
    declare_conflict(user=cast.office, child=child, kind="relative", by=cast.office)
    family = (Household, HouseholdMember, Contact, ContactLink, Sibling)
    for person, rows in ((cast.office, 0), (cast.lead, 1)):
        with asking(person):
            for model in family:
                assert model._base_manager.filter(school=cast.school).count() == rows, model


def test_a_rule_that_reads_another_table_is_refused():
    """A policy over a table whose own policy depends on the conflict was seen to fail open: it is never made."""
    hidden = ConflictOfInterest._base_manager.filter(user=F("pk")).values("child")
    for rows in (
        ~Q(pk__in=hidden),
        Q(school__name="x"),
        Q(school_id=F("school__pk")) & Q(school__slug=F("forename")),
        Exists(ConflictOfInterest._base_manager.filter(child=OuterRef("pk"))),
        Q(forename=OuterRef("forename")),
    ):
        with pytest.raises(ImproperlyConfigured):
            condition(Child, Q(rows))
    assert condition(Child, Q(forename="x"))[0]


def test_the_parents_rows_come_back_when_a_function_of_the_rules_forgets_the_conflict():
    """So that the test above can fail: without its fact the denial opens the record."""
    cast, hers, _ = parent_lead()
    connection.connection.execute("GRANT CREATE ON SCHEMA rules TO rules")
    with as_role("rules"):
        connection.connection.execute(
            "CREATE OR REPLACE FUNCTION rules.hidden_children(me uuid) RETURNS uuid[] LANGUAGE sql STABLE "
            "SECURITY DEFINER "
            "SET search_path = pg_catalog, pg_temp AS $$ SELECT coalesce(array_agg(c.child_id), '{}') FROM "
            "public.children_conflictofinterest c "
            "WHERE c.user_id = me AND c.lifted_at IS NOT NULL $$"
        )
    concerns = naming(hers)
    with asking(cast.lead):
        assert about(hers, concerns)["Concern"] == 2


@pytest.mark.django_db(transaction=True)
def test_the_next_version_changes_every_row_and_a_rule_and_drops_a_column(connect: Connect, monkeypatch, settings):
    """On filled tables and through `migrate` itself: today's policy for kept words names the column that goes."""
    cast = factories.staffroom()
    concern, *_ = [factories.concern(cast) for _ in range(3)]
    typed = {"text": ["Rang home."]}
    keep_text(
        token=uuid4(),
        author_id=cast.deputy.pk,
        school_id=cast.school.pk,
        form="note",
        content=typed,
        concern_id=concern.pk,
    )
    settings.MIGRATION_MODULES = {"concerns": "tests.integration.next_version"}
    of_leads = Rule(because={"role": among("school_id", fact("schools_with", Me(), Capability.DECIDE_CONCERNS))})
    monkeypatch.setitem(protection._rules, KeptText, lambda me: of_leads)
    call_command("migrate", "concerns", verbosity=0)
    # A migration is nobody's work: it leaves no event.
    proof.violations.clear()
    assert set(Concern._base_manager.values_list("level", flat=True)) == {2}
    assert row_security.problems(connection) == []
    work = connect("web")
    for person, kept, concerns in ((cast.lead, 1, 3), (cast.teacher, 0, 0)):
        with work.transaction():
            tell(work, person)
            assert counted(work, "concerns_kepttext") == kept
            assert counted(work, "concerns_concern") == concerns


@pytest.mark.django_db(transaction=True)
def test_a_column_that_a_policy_names_cannot_be_dropped_while_the_walls_stand(connect: Connect):
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        connect("owner").execute("ALTER TABLE concerns_concern DROP COLUMN logged_by_id")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("ALTER TABLE children_child NO FORCE ROW LEVEL SECURITY", "children_child has no forced row security"),
        ("ALTER TABLE concerns_account DISABLE ROW LEVEL SECURITY", "concerns_account has no forced row security"),
        ("DROP POLICY web_select ON concerns_concern", "concerns_concern lacks the policies web_select"),
        ("CREATE POLICY extra ON concerns_concern TO web USING (true)", "policies that no rule made: extra"),
        ("CREATE VIEW seen AS SELECT * FROM children_child", "The view seen reads as its owner"),
        ("GRANT DELETE ON concerns_concern TO web", "The role web may delete from concerns_concern"),
        ("ALTER FUNCTION rules.hidden_children(uuid) SECURITY INVOKER", "rules.hidden_children must be"),
        ("DROP SCHEMA rules CASCADE", "The schema rules is not there"),
    ],
)
@pytest.mark.usefixtures("same_code")
def test_what_is_damaged_is_named_and_nothing_starts_behind_it(connect: Connect, damage: str, said: str):
    call_command("check_row_security", verbosity=0)
    superuser = connect("postgres")
    superuser.execute(damage)
    with pytest.raises(CommandError, match=said):
        call_command("check_row_security", verbosity=0)
    with pytest.raises(SystemExit, match=said):
        row_security.refuse_unguarded()


def test_a_table_that_nobody_declared_is_named(monkeypatch):
    class Stray(models.Model):
        class Meta:
            app_label = "demo"
            managed = False

    monkeypatch.setattr(row_security, "own_models", lambda: [Stray, Concern])
    assert any("demo.stray must be declared" in said for said in row_security.problems(connection))


def test_the_worker_sees_what_its_own_tasks_need_and_for_a_person_what_that_person_sees():
    cast = factories.staffroom()
    factories.concern(cast)
    with asking(None, role="worker", task="escalation"):
        assert Concern._base_manager.count() == 1
        assert Account._base_manager.count() == 0, "no task of the machine reads what people wrote"
    with asking(cast.teacher, role="worker"):
        assert Concern._base_manager.count() == 0
        assert Account._base_manager.count() == 1
    with asking(None):
        assert Concern._base_manager.count() == 0


def test_only_the_destroyer_deletes_and_the_backup_reads_all():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolname, has_table_privilege(r.rolname, 'concerns_concern', 'DELETE'), "
            "has_table_privilege(r.rolname, 'concerns_concern', 'INSERT, UPDATE'), "
            "has_table_privilege(r.rolname, 'concerns_concern', 'SELECT'), r.rolbypassrls "
            "FROM pg_roles AS r WHERE rolname = ANY (%s) ORDER BY 1",
            [["backup", "destroyer", "web", "worker"]],
        )
        assert cursor.fetchall() == [
            ("backup", False, False, True, True),
            ("destroyer", True, False, True, False),
            ("web", False, True, True, False),
            ("worker", False, True, True, False),
        ]
