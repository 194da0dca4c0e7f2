"""Does the index of chronologies hold every entry that the tables have, where it happened, for exactly those who may
see it?

A note that the index lacked would be lost from the chronology of its child, so each source is said here once more, in
the words of the ORM, and compared row by row.
"""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Q
from psycopg import sql

from children.models import ChildFile
from retention.entries import SOURCES as OF_RETENTION
from retention.models import LegalHold
from safeguarding import chronicling
from safeguarding.accounts.models import User
from safeguarding.concerns import models
from safeguarding.concerns.entries import SOURCES as OF_CONCERNS
from safeguarding.concerns.models import Chronicled
from safeguarding.concerns.services.earlier.withdrawing import withdraw_batch
from safeguarding.concerns.services.pastoral import end_plan
from safeguarding.plans.entries import SOURCES as OF_PLANS
from safeguarding.plans.models import Episode, Step
from safeguarding.uploads.services.giving import remove, withhold
from tests.walls import asking

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
SOURCES = (*OF_CONCERNS, *OF_PLANS, *OF_RETENTION)
NO_ADOPTION = ~Q(area="adoption")


def on(day, clock=None) -> datetime:
    return datetime.combine(day, clock or time(), LONDON)


def happened(concern) -> datetime:
    account = getattr(concern, "account", None)
    return (account and account.happened_at) or concern.logged_at


# Of each source: the model, which of its rows are entries, and when each happened.
EXPECTED: dict[str, tuple[Any, Q, Callable[[Any], datetime]]] = {
    "logged": (models.Concern, Q(), happened),
    "decided": (models.Decision, Q(), lambda it: it.decided_at),
    "closed": (models.Closing, Q(), lambda it: it.closed_at),
    "ended": (models.Action, ~Q(status="to_do"), lambda it: it.ended_at),
    "noted": (models.ConcernNote, Q(), lambda it: it.added_at),
    "added": (models.Amendment, Q(), lambda it: it.added_at),
    "filed": (ChildFile, Q(removed_at=None), lambda it: on(it.dated) if it.dated else it.attached_at),
    "by_hand": (models.ChronologyEntry, Q(), lambda it: on(it.happened_on, it.happened_at)),
    "referred": (models.Referral, Q(), lambda it: it.sent_at),
    "referral_steps": (models.ReferralStep, Q(), lambda it: it.happened_at),
    "contacts": (models.ContactMade, Q(), lambda it: it.made_at),
    "meetings": (models.Meeting, Q(), lambda it: it.held_at),
    "duties": (models.Duty, ~Q(ended_at=None), lambda it: it.reported_at or it.ended_at),
    "police_notices": (models.PoliceNotice, Q(), lambda it: it.received_at),
    "earlier": (models.EarlierRecord, Q(), lambda it: it.happened_at),
    "earlier_files": (models.EarlierFile, Q(removed_at=None), lambda it: it.attached_at),
    "pastoral": (models.PastoralNote, Q(), lambda it: on(it.happened_on)),
    "plan": (models.SupportPlan, Q(), lambda it: on(it.starts_on)),
    "plan_over": (models.SupportPlan, ~Q(ended_at=None), lambda it: it.ended_at),
    "plan_begun": (Episode, NO_ADOPTION, lambda it: on(it.starts_on)),
    "plan_step": (Step, NO_ADOPTION & Q(meeting=None) & ~Q(held_on=None), lambda it: on(it.held_on)),
    "hold_set": (LegalHold, ~Q(child=None), lambda it: it.set_at),
    "hold_lifted": (LegalHold, ~Q(child=None) & ~Q(lifted_at=None), lambda it: it.lifted_at),
    "plan_ended": (Episode, NO_ADOPTION & ~Q(ended_at=None), lambda it: on(it.ends_on)),
}


def rows(source):
    model, entries, _ = EXPECTED[source]
    return model.objects.filter(entries)


def kept(**what):
    return set(Chronicled.objects.filter(**what).values_list("row", "moment"))


def test_every_source_is_compared_here():
    assert {source.key for source in SOURCES if source.placed} == EXPECTED.keys()


@pytest.mark.parametrize("source", sorted(EXPECTED))
def test_the_index_has_each_entry_once_where_it_happened(school, source):
    _, _, moment = EXPECTED[source]
    if source == "plan_over":
        plan = models.SupportPlan.objects.filter(ended_at=None).select_related("child", "author").first()
        end_plan(plan=plan, seen=plan.revision, outcome="He comes in every day.", by=plan.author)

    expected = {(row.pk, moment(row)) for row in rows(source)}

    assert kept(source=source) == expected
    assert expected, "the demo school has none"


def test_what_is_taken_out_of_the_record_leaves_the_index(school):
    file = ChildFile.objects.filter(removed_at=None).first()
    lead, record = User.objects.get(username="d.oyebanji"), models.EarlierRecord.objects.first()
    assert kept(source="filed", row=file.pk)
    withhold(file=file, reason=ChildFile.Removal.values[0], by=lead)
    assert kept(source="filed", row=file.pk)
    remove(file=file, by=User.objects.get(username="s.mahfouz"))
    assert not kept(source="filed", row=file.pk)

    with asking(lead):
        assert Chronicled.objects.filter(row=record.pk).exists()
    withdraw_batch(batch=record.batch, why=models.EarlierBatch.Why.values[0], by=lead)
    with asking(lead):
        assert not Chronicled.objects.filter(row=record.pk).exists()


def test_whoever_asks_sees_the_places_of_the_rows_that_they_see(school):
    for person in User.objects.filter(is_active=True).order_by("username"):
        with asking(person):
            seen = models.Concern.objects.visible_to(person).values("pk")
            for source in EXPECTED:
                # On a concern: that which hangs on one they see. Their own words of another are no entry of its
                # chronology.
                hangs = any(placed.concern != "NULL" for s in SOURCES if s.key == source for placed in s.placed)
                mine = rows(source).visible_to(person)
                if hangs:
                    mine = mine.filter(**{"pk__in" if source == "logged" else "concern__in": seen})
                expected = set(mine.values_list("pk", flat=True))
                by_rule = Chronicled.objects.visible_to(person).filter(source=source)
                assert set(by_rule.values_list("row", flat=True)) == expected, (person.username, source)
                # The database alone says the same.
                by_wall = Chronicled.objects.filter(source=source)
                assert set(by_wall.values_list("row", flat=True)) == expected, (person.username, source)


def test_nobody_writes_it_but_the_database(school):
    place = Chronicled.objects.first()
    for role in ("web", "worker"):
        for write in (
            lambda: Chronicled.objects.filter(pk=place.pk).update(source="noted"),
            lambda: Chronicled.objects.filter(pk=place.pk).delete(),
            lambda: Chronicled.objects.create(source="noted", row=place.row, moment=place.moment, school=school),
        ):
            lead, refused = (
                User.objects.get(username="d.oyebanji"),
                pytest.raises(ProgrammingError, match="permission denied"),
            )
            with asking(lead, role), refused, transaction.atomic():
                write()


def test_what_a_table_has_and_the_index_has_not_comes_with_the_next_migration(school):
    before = set(Chronicled.objects.values_list("source", "row", "moment", "concern", "child", "author", "batch"))
    Chronicled.objects.all().delete()

    statements = chronicling.missing()
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(";\n").join(statements))

    assert (
        set(Chronicled.objects.values_list("source", "row", "moment", "concern", "child", "author", "batch")) == before
    )
