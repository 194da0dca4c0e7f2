"""Does the watch over the test run (`tests/proof`) find what it is there to find?

Each kind of silence, made once on purpose.
"""

import logging
from collections.abc import Iterator

import pytest
from celery.signals import before_task_publish
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse

from children.models import Child
from children.services import bulk
from safeguarding.audit.context import actors_transaction
from safeguarding.audit.history import is_protected
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.personal_data import own_models
from tests import factories, proof
from tests.proof import leaks, reads, writes

pytestmark = pytest.mark.django_db
RECORD = "safeguarding.moves.record_event"


@pytest.fixture
def found() -> Iterator[list[str]]:
    """What is found in this test, which then does not fail for it."""
    yield proof.violations
    proof.violations.clear()


def as_ours(function, monkeypatch, module="safeguarding.concerns.services.deciding.opening"):
    """The function, as if it stood in a service of Harbour."""
    monkeypatch.setattr(function, "__module__", module)
    return transaction.atomic(function)


def test_a_service_that_writes_no_event_is_found_and_one_that_does_is_not(cast, monkeypatch, found):
    concern, other = factories.concern(cast), factories.concern(cast)
    deciding.open_concern(concern=concern, by=cast.lead)
    assert found == []
    monkeypatch.setattr(RECORD, lambda *args, **more: None)
    deciding.open_concern(concern=other, by=cast.lead)
    assert found == [
        "safeguarding.concerns.services.deciding.opening._acknowledge wrote [('concerns_concern', "
        "'UPDATE')] and no event"
    ]


def test_a_request_is_one_unit_whatever_services_it_calls(cast, client, monkeypatch, found):
    concern = factories.concern(cast)
    monkeypatch.setattr("safeguarding.audit.log_entry.LogEntryManager.log_create", lambda *args, **more: None)
    client.force_login(cast.lead)
    client.get(reverse("concern", args=[concern.pk]))
    # The page wrote an event of its reading; that the concern became another is what is missing.
    assert len(found) == 1
    assert "RequestContextMiddleware.__call__ changed followed fields of 1 rows of ['concerns_concern']" in found[0]


@pytest.mark.parametrize("how", ["query set", "raw SQL", "bulk", "delete"])
def test_a_write_past_the_models_is_found(cast, monkeypatch, found, how):
    child = factories.child(cast.school, by=cast.office)

    def write():
        if how == "query set":
            Child.objects.filter(pk=child.pk).update(class_name="6B")
        elif how == "raw SQL":
            with connection.cursor() as cursor:
                cursor.execute("WITH x AS (SELECT 1) UPDATE children_child SET class_name = '6B'")
        elif how == "bulk":
            bulk.update(Child, ("class_name",), [{"id": child.pk, "class_name": "6B"}])
        else:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM concerns_draft")

    as_ours(write, monkeypatch)()
    without_event = [f for f in found if "and no event" in f]
    without_entry = [f for f in found if "wrote no entry" in f]
    assert len(without_event) == (how != "delete")  # where no row was there to delete, nothing was written
    assert len(without_entry) == (how in ("query set", "raw SQL"))


def test_what_was_rolled_back_was_not_written(cast, monkeypatch, found):
    child = factories.child(cast.school, by=cast.office)

    def inside():
        with transaction.atomic():
            Child.objects.filter(pk=child.pk).update(class_name="6B")
            transaction.set_rollback(True)

    as_ours(inside, monkeypatch)()
    assert found == []


def test_a_test_may_set_something_up_by_hand_and_a_service_may_not_write_outside_of_a_transaction(
    cast, monkeypatch, found
):
    child = factories.child(cast.school, by=cast.office)
    Child.objects.filter(pk=child.pk).update(class_name="6B")
    factories.concern(cast)
    assert found == []
    monkeypatch.setattr(writes, "_opened_by", lambda: "safeguarding.a.service")
    Child.objects.filter(pk=child.pk).update(class_name="6C")
    assert found and "safeguarding.a.service wrote outside of a transaction" in found[0]


def test_a_service_in_its_actors_transaction_goes_by_its_own_name(monkeypatch, found):
    monkeypatch.setattr(writes, "judge", lambda unit, written: [unit])

    @actors_transaction()
    def service():
        factories.school()

    monkeypatch.setattr(service.__wrapped__, "__module__", "children.services.imports.reading")
    service()
    assert found == [
        "children.services.imports.reading.test_a_service_in_its_actors_transaction_goes_by_its_own_name.<locals>.service"
    ]


def test_a_page_that_shows_a_record_without_an_event_is_found(cast, client, rf, found):
    concern = factories.concern(cast)

    def answer(look):
        def view(request):
            look()
            return HttpResponse("a page")

        request = rf.get("/")
        request.resolver_match = type("Match", (), {"view_name": "a page"})
        reads.EveryReadIsRecorded(view)(request)

    answer(lambda: Concern.objects.filter(pk=concern.pk).exists())
    answer(lambda: list(Concern.objects.none()))
    assert found == []
    answer(lambda: list(Concern.objects.filter(pk=concern.pk)))
    assert found == ["a page was answered from concerns.concern and wrote no event"]
    client.force_login(cast.lead)
    client.get(reverse("concerns"))
    assert len(found) == 1


def test_every_protected_table_has_its_triggers():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE tgname LIKE 'proof\\_%%' GROUP BY 1"
        )
        there = dict(cursor.fetchall())
    expected = {m._meta.db_table for m in own_models() if is_protected(m)} | {"audit_event", "children_mergedrow"}
    assert there == dict.fromkeys(expected, 3)


def test_each_exception_names_something_that_is_there():
    tables = {m._meta.db_table for m in own_models() if is_protected(m)}
    labels = {m._meta.label_lower for m in own_models() if is_protected(m)}
    assert {table for table, _ in writes.NO_EVENT} <= tables
    assert {model for _, model in reads.NO_EVENT} <= labels
    assert all([*writes.NO_EVENT.values(), *writes.CALLER_RECORDS.values(), *reads.NO_EVENT.values()])
    pages = {page.removesuffix("?part") for page, _ in reads.NO_EVENT} - {"*"}
    assert pages <= set(get_resolver().reverse_dict)


WORDS = "Said that nobody was at home again."


@pytest.mark.parametrize(
    ("place", "tell"),
    [
        ("the log harbour", lambda words: logging.getLogger("harbour").warning("Could not save %s", words)),
        ("a mail", lambda words: EmailMessage("A concern waits", f"About: {words}", to=["lead@school.example"]).send()),
        ("a task's arguments", lambda words: before_task_publish.send(sender="tell", body=((words,), {}, {}))),
        ("the cache", lambda words: cache.set("words", words)),
        ("an address", lambda words: Client().get("/", {"q": words})),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_record_that_is_told_elsewhere_is_found(cast, found, place, tell):
    child = factories.child(cast.school, by=cast.office, forename="Rowan", surname="Ashdown-Lee")
    factories.concern(cast, children=[ChildEntry(role="worried_about", child=child)], facts=WORDS)
    tell("nothing of it")
    assert found == []
    for secret in (WORDS, "Rowan Ashdown-Lee"):
        tell(secret)
        assert found[0].startswith(f"{place} holds what is written in a record")
        found.clear()


def test_words_that_somebody_has_opened_are_known_and_those_that_nobody_has_are_not(cast, found):
    account = factories.concern(cast, facts=WORDS).account
    leaks.forget()
    read = type(account).objects.get(pk=account.pk)
    cache.set("words", WORDS)
    assert found == []
    assert read.facts == WORDS
    cache.set("words", WORDS)
    assert len(found) == 1
    found.clear()


def test_a_title_with_a_childs_name_is_found(cast, found):
    factories.child(cast.school, by=cast.office, forename="Rowan", surname="Ashdown-Lee")
    for title, told in (("Rowan Ashdown-Lee", 1), ("A child’s record", 0)):
        leaks.look_at_answer(RequestFactory().get("/"), HttpResponse(f"<html><title>{title}</title></html>"))
        assert len(found) == told
        found.clear()


def test_a_title_with_what_harbour_calls_a_kind_of_record_is_no_leak(cast, found):
    """A copy for a request is called so, and a page too."""
    for words, told in (("Parental responsibility", 0), ("Parental responsibility is shared", 1)):
        factories.concern(cast, facts=words)
        leaks.look_at_answer(RequestFactory().get("/"), HttpResponse(f"<html><title>{words}</title></html>"))
        assert len(found) == told
        found.clear()


def test_logs_are_looked_at_again_after_logging_was_configured_anew(monkeypatch):
    everything = logging.getLogger()
    monkeypatch.setattr(everything, "handlers", [])
    for _ in range(2):
        leaks.listen()
        assert len(everything.handlers) == 1
