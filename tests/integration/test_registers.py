"""What an app above all others registers: it is taken, said and shown below, and makes no migration there."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from safeguarding.accounts import notice_kinds
from safeguarding.accounts.forms.access import LookedForm
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import tell
from safeguarding.accounts.services.looked import in_words
from safeguarding.audit import verbs
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.audit.services import record, record_many
from safeguarding.keys import uuid7
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


def makes_no_migration() -> bool:
    """Whether the models of every app are as their migrations say. Anything else ends the command."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    return True


@pytest.mark.django_db
def test_a_verb_of_an_upper_app_is_recorded_said_and_offered_and_makes_no_migration(cast) -> None:
    with registering(verbs.VERBS):
        verbs.register(PlanVerb)
        record(PlanVerb.SHARE_PLAN, cast.school, by=cast.lead)
        [line] = in_words(Event.objects.filter(verb=PlanVerb.SHARE_PLAN))
        assert line.did == "shared the plan with an agency"
        offered = dict(LookedForm(people=[]).fields["verb"].choices)
        assert offered["share_plan"] == "Shared the plan with an agency"
        assert makes_no_migration()
    # Its app has gone, and what was recorded is still shown.
    [line] = in_words(Event.objects.filter(verb=PlanVerb.SHARE_PLAN))
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
        "INSERT INTO audit_event (id, verb, object_type, acting_role, purpose, outcome) "
        "VALUES (%s, %s, '', '', '', 'done')"
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


@pytest.mark.parametrize(
    ("value", "complaint"),
    [("view", "registered twice"), ("View", "small letters"), ("a_verb_longer_than_its_column", "20 small letters")],
)
def test_a_value_that_is_there_already_or_does_not_fit_is_not_registered(value: str, complaint: str) -> None:
    wrong = models.TextChoices("Wrong", [("WRONG", (value, "did it"))])
    with registering(verbs.VERBS), pytest.raises(ImproperlyConfigured, match=complaint):
        verbs.register(wrong)
