"""Is the key there before the words, wherever it stops? And who may take a key away?"""

from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from safeguarding.concerns.models import Account, Concern, HowSoon
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern
from safeguarding.sealing import ring
from safeguarding.sealing.models import KEYS, RecordKey, Wrap
from safeguarding.sealing.services.checking import check_keys
from tests import factories

WORDS = "He was quiet at register."


class Killed(BaseException):
    """The process ends here."""


class StopAt:
    """Stops at the statement of this number, on either database."""

    def __init__(self, number):
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise Killed
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_stopped_between_any_two_statements_there_are_words_with_their_key_or_neither():
    room = factories.staffroom()
    one, other = factories.child(room.school), factories.child(room.school, "Ada", "Brook")

    def log(stop_at):
        ring.forget()
        entries = [ChildEntry(role="worried_about", child=one), ChildEntry(role="witness", child=other)]
        report = Report(how_soon=HowSoon.TODAY, children=entries, account=AccountFacts(facts=WORDS, told_other=WORDS))
        watch = StopAt(stop_at)
        with connections["default"].execute_wrapper(watch), connections[KEYS].execute_wrapper(watch):
            return raise_concern(token=uuid4(), school=room.school, report=report, by=room.teacher), watch

    stops = 0
    while True:
        stops += 1
        try:
            concern, _ = log(stops)
        except Killed:
            assert not Concern.objects.exists()
            assert check_keys(at=timezone.now()).without_key == 0
            continue
        break
    assert stops > 20
    assert Account.objects.get(concern=concern).facts == WORDS
    assert check_keys(at=timezone.now()).without_key == 0
    # What the stops left behind opens nothing, and is counted.
    assert RecordKey.objects.filter(kind="concerns.concern").count() > 1


def refused(connection, statement, *values):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(statement, values)


@pytest.mark.django_db(transaction=True)
def test_what_answers_pages_makes_keys_and_takes_none_away(databases):
    room = factories.staffroom()
    concern = factories.concern(room)
    [subject] = Wrap.objects.filter(record=concern.pk).values_list("subject_id", flat=True)
    tables = ("epoch", "subjectkey", "recordkey", "wrap")
    for role in ("web", "worker"):
        with psycopg.connect(databases.keys_url(role), autocommit=True) as asked:
            for table in tables:
                assert asked.execute(f"SELECT count(*) FROM sealing_{table}").fetchone() > (0,)  # noqa: S608
                refused(asked, f"DELETE FROM sealing_{table}")  # noqa: S608
                refused(asked, f"TRUNCATE sealing_{table} CASCADE")
            refused(asked, "UPDATE sealing_subjectkey SET wrapped = NULL, destroyed_at = now()")
            refused(asked, "UPDATE sealing_recordkey SET destroyed_at = now()")
            refused(asked, "UPDATE sealing_wrap SET wrapped = ''")
            refused(asked, "UPDATE sealing_epoch SET ended_at = now()")
            refused(asked, "DROP TABLE sealing_wrap")
    with psycopg.connect(databases.keys_url("web"), autocommit=True) as web:
        refused(web, "SELECT public.take_wrap(%s, %s)", concern.pk, subject)
    with psycopg.connect(databases.keys_url("backup"), autocommit=True) as backup:
        assert backup.execute("SELECT count(*) FROM sealing_wrap").fetchone() > (0,)
        refused(backup, "DELETE FROM sealing_wrap")


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_a_wrap_only_while_another_one_opens(databases):
    room = factories.staffroom()
    one, other = factories.child(room.school), factories.child(room.school, "Ada", "Brook")
    shared = factories.concern(
        room, children=[ChildEntry(role="worried_about", child=one), ChildEntry(role="witness", child=other)]
    )
    take = "SELECT public.take_wrap(%s, %s)"
    with psycopg.connect(databases.keys_url("worker"), autocommit=True) as worker:
        assert worker.execute(take, [shared.pk, one.pk]).fetchone() == (True,)
        assert worker.execute(take, [shared.pk, one.pk]).fetchone() == (False,)
        assert worker.execute(take, [shared.pk, other.pk]).fetchone() == (False,)
    assert list(Wrap.objects.filter(record=shared.pk).values_list("subject_id", flat=True)) == [other.pk]


@pytest.mark.django_db(transaction=True)
def test_the_roles_of_pages_and_of_the_worker_suffice_for_their_work(databases, monkeypatch):
    """Every other test is the owner of the keys."""
    room = factories.staffroom()
    child = factories.child(room.school)
    settings = connections[KEYS].settings_dict
    owner = dict(settings)
    for role in ("web", "worker"):
        connections[KEYS].close()
        settings.update(USER=role, PASSWORD=f"password-of-{role}")
        try:
            concern = factories.concern(room, children=[ChildEntry(role="worried_about", child=child)], facts=WORDS)
            ring.forget()
            assert Account.objects.get(concern=concern).facts == WORDS
            if role == "worker":
                assert check_keys(at=timezone.now()).without_key == 0
        finally:
            connections[KEYS].close()
            settings.update(owner)
