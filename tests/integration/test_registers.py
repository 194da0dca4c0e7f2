"""What an app above all others registers: it is taken, said and shown below, and makes no migration there."""

from unittest.mock import patch

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.http import QueryDict
from django.utils import timezone

from safeguarding import row_security
from safeguarding.accounts import notice_kinds, roles
from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.forms.access import LookedForm
from safeguarding.accounts.models import Notice
from safeguarding.accounts.permissions import may, people_with
from safeguarding.accounts.role_words import in_words, never
from safeguarding.accounts.services import looked, tell
from safeguarding.audit import verbs
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.audit.services import record, record_many
from safeguarding.concerns import chronology
from safeguarding.concerns.forms.chronology import Narrow
from safeguarding.keys import uuid7
from safeguarding.management.commands.write_docs import documents
from safeguarding.registers import NotRegistered
from tests import factories
from tests.registering import registering


@pytest.fixture
def cast(db):
    return factories.staffroom()


class PlanVerb(models.TextChoices):
    SHARE_PLAN = "share_plan", "shared the plan with an agency"


class PlanNotice(models.TextChoices):
    PLAN_DUE = "plan_due", "A plan is to be reviewed"
    PLAN_STOPPED = "plan_stopped", "A plan has stopped: say at once what happens now"


class PlanCapability(models.TextChoices):
    VIEW_PLANS = "view_plans", "reads the plans of every child"
    END_PLANS = "end_plans", "ends a plan"


PLANS = {PlanCapability.VIEW_PLANS: ("senco", "lead"), PlanCapability.END_PLANS: ("lead",)}


def makes_no_migration() -> bool:
    """Whether the models of every app are as their migrations say. Anything else ends the command."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    return True


@pytest.mark.django_db
def test_a_verb_of_an_upper_app_is_recorded_said_and_offered_and_makes_no_migration(cast) -> None:
    with registering(verbs.VERBS):
        verbs.register(PlanVerb)
        record(PlanVerb.SHARE_PLAN, cast.school, by=cast.lead)
        [line] = looked.in_words(Event.objects.filter(verb=PlanVerb.SHARE_PLAN))
        assert line.did == "shared the plan with an agency"
        offered = dict(LookedForm(people=[]).fields["verb"].choices)
        assert offered["share_plan"] == "Shared the plan with an agency"
        assert makes_no_migration()
    # Its app has gone, and what was recorded is still shown.
    [line] = looked.in_words(Event.objects.filter(verb=PlanVerb.SHARE_PLAN))
    assert line.did == "share_plan"


@pytest.mark.django_db
def test_a_verb_that_nobody_registered_is_refused_by_every_write(cast) -> None:
    event = Event.objects.filter(verb=Verb.CREATE).first()
    for verb in (PlanVerb.SHARE_PLAN, Outcome.DONE):
        for write in (
            lambda verb=verb: record(verb, cast.school, by=cast.lead),
            lambda verb=verb: record_many(verb, "accounts.school", [cast.school.pk], by=cast.lead),
            lambda verb=verb: Event(verb=verb).save(),
            lambda verb=verb: Event.objects.bulk_create([Event(verb=verb)]),
            lambda verb=verb: Event.objects.filter(pk=event.pk).update(verb=verb),
        ):
            with pytest.raises(NotRegistered, match=f"event verb {verb}"):
                write()


@pytest.mark.django_db
@pytest.mark.parametrize(("verb", "fits"), [("share_plan", True), ("Share plan", False), ("", False), ("plan2", False)])
def test_the_database_holds_the_form_of_a_verb(verb: str, fits: bool) -> None:
    statement = (
        "INSERT INTO audit_event (id, verb, object_type, acting_role, purpose, shown, outcome) "
        "VALUES (%s, %s, '', '', '', '', 'done')"
    )
    with connection.cursor() as cursor:
        values = [uuid7(), verb]
        if fits:
            cursor.execute(statement, values)
        else:
            with pytest.raises(IntegrityError, match="event_verb"), transaction.atomic():
                cursor.execute(statement, values)


def tell_lead(cast, kind: str) -> None:
    told = {"object_type": "plan", "object_id": uuid7(), "at": timezone.now()}
    tell(people=[cast.lead], school_id=cast.school.pk, kind=kind, **told)


def test_a_notice_of_an_upper_app_is_told_and_stands_in_the_inbox_and_makes_no_migration(cast, client) -> None:
    with registering(notice_kinds.KINDS):
        notice_kinds.register(PlanNotice, hot=[PlanNotice.PLAN_STOPPED])
        for kind in PlanNotice:
            tell_lead(cast, kind)
        told = {notice.kind: notice for notice in Notice.objects.filter(user=cast.lead)}
        assert (told["plan_due"].is_hot, told["plan_stopped"].is_hot) == (False, True)
        client.force_login(cast.lead)
        page = client.get("/inbox/").content.decode()
        assert PlanNotice.PLAN_DUE.label in page and PlanNotice.PLAN_STOPPED.label in page
        assert makes_no_migration()
    # Its app has gone, and the inbox opens.
    page = client.get("/inbox/").content.decode()
    assert "plan_due" in page and PlanNotice.PLAN_DUE.label not in page


def test_a_notice_that_nobody_registered_is_refused_and_tells_nobody(cast) -> None:
    for kind in (PlanNotice.PLAN_DUE, Verb.VIEW):
        with pytest.raises(NotRegistered, match=f"kind of notice {kind}"):
            tell_lead(cast, kind)
    assert not Notice.objects.exists()


def in_the_database(capability: str) -> list[str]:
    """The roles with `capability` by the function that `migrate` would write now."""
    with connection.cursor() as cursor:
        for statement in row_security._roles():
            cursor.execute(
                statement.as_string().replace("CREATE FUNCTION rules.", "CREATE OR REPLACE FUNCTION pg_temp.")
            )
        cursor.execute("SELECT pg_temp.roles_with(%s)", [capability])
        [(roles,)] = cursor.fetchall()
    return roles


def test_a_capability_of_an_upper_app_is_held_said_and_documented_and_makes_no_migration(cast) -> None:
    senco = factories.member(cast.school, "senco", "Nia", "Rees")
    with registering(CAPABILITIES):
        roles.register(PlanCapability, held_by=PLANS, never={PlanCapability.VIEW_PLANS: "reads a plan"})
        who = {"senco": senco, "lead": cast.lead, "teacher": cast.teacher}
        for capability, held_by in PLANS.items():
            assert {key for key, user in who.items() if may(user, capability, cast.school.pk)} == set(held_by)
            assert {user.pk for user in people_with(capability, cast.school.pk, timezone.localdate())} == {
                who[key].pk for key in held_by
            }
            assert sorted(in_the_database(capability)) == sorted(held_by)
        assert "reads the plans of every child" in in_words(roles.ROLES["senco"].capabilities)
        assert [never(roles.ROLES[key])[-1] == "reads a plan" for key in ("teacher", "senco")] == [True, False]
        assert any(line.startswith("| view plans |") for line in documents()["permissions.md"].splitlines())
        assert makes_no_migration()


def test_a_capability_that_nobody_registered_lets_nobody_in_and_says_so(cast) -> None:
    for person in (cast.lead, AnonymousUser()):
        with pytest.raises(NotRegistered, match="capability view_plans"):
            may(person, "view_plans", cast.school.pk)
    assert may(cast.lead, "view_restricted", cast.school.pk)


@pytest.mark.parametrize(
    ("held_by", "complaint"), [({**PLANS, PlanCapability.END_PLANS: ("leed",)}, "leed"), ({}, "view_plans")]
)
def test_a_capability_names_roles_that_there_are(held_by: dict, complaint: str) -> None:
    with registering(CAPABILITIES), pytest.raises(ImproperlyConfigured, match=complaint):
        roles.register(PlanCapability, held_by=held_by)


def test_a_kind_of_entry_of_an_upper_app_is_offered_by_the_filter_and_takes_its_sources() -> None:
    plans = chronology.Source("plan", "plans", lambda request, when, titles: {})
    with patch.dict(chronology.KINDS), patch.dict(chronology._sources):
        with pytest.raises(ImproperlyConfigured, match="plans"):
            chronology.register(plans)
        chronology.register(plans, kinds={"plans": "Plans and reviews"})
        with pytest.raises(ImproperlyConfigured, match="twice"):
            chronology.register(kinds={"plans": "Plans"})
        assert ("plans", "Plans and reviews") in Narrow(QueryDict(), []).fields["type"].choices
    assert "plans" not in dict(Narrow(QueryDict(), []).fields["type"].choices)


def test_a_role_is_kept_by_a_key_of_its_form(cast) -> None:
    held = cast.lead.assignments.get()
    for key, fits in (("plan_lead", True), ("Plan lead", False)):
        held.role_key = key
        if fits:
            held.save()
        else:
            with pytest.raises(IntegrityError, match="role_key_form"), transaction.atomic():
                held.save()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [("view", "registered twice"), ("View", "small letters"), ("a_verb_longer_than_its_column", "20 small letters")],
)
def test_a_value_that_is_there_already_or_does_not_fit_is_not_registered(value: str, complaint: str) -> None:
    wrong = models.TextChoices("Wrong", [("WRONG", (value, "did it"))])
    with registering(verbs.VERBS), pytest.raises(ImproperlyConfigured, match=complaint):
        verbs.register(wrong)
