"""Does the database hold by itself that nothing is shared without a legal reason, or without consent where that is it?

Asked in raw SQL as `web`, for somebody whose role shares.
"""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from safeguarding.audit.context import Acting, tell_database
from safeguarding.keys import uuid7
from sharing.events.models import SharedItem, SharingEvent, SharingStep
from sharing.events.services.choosing import choose_items, name_of, offers
from sharing.events.services.consents import withdraw_consent
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import begun, checked, decided, reason, said, sent
from tests.integration.sharing.packing import waiting
from tests.integration.sharing.test_following import call, record_call

pytestmark = pytest.mark.django_db
_REFUSED = "not for this person|row-level security|permission denied|violates check|append-only"


def tried(person: Any, statement: str, values: Any = (), *, role: str = "web") -> int:
    """Do it as a role of the database, asked by `person`, and take it back. Returns how many rows it touched."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            tell_database(Acting(user_id=person.pk))
            cursor.execute(statement, values)
            done = cursor.rowcount
        transaction.set_rollback(True)
    return int(done)


def refused(person: Any, statement: str, values: Any = (), *, role: str = "web") -> bool:
    try:
        done = tried(person, statement, values, role=role)
    except DatabaseError as refusal:
        assert re.search(_REFUSED, str(refusal)), refusal
        return True
    return done == 0


def change(row: Any, sets: str) -> str:
    return f"UPDATE {row._meta.db_table} SET {sets} WHERE id = '{row.pk}'"  # noqa: S608


def away(row: Any) -> str:
    return f"DELETE FROM {row._meta.db_table} WHERE id = '{row.pk}'"  # noqa: S608


_TO_SEND = "status = 'to_send', decision = 'all', decided_at = now(), decided_by_id = rules.me()"
_SENT = "status = 'sent', method = 'email', sent_at = now(), sent_by_id = rules.me()"


def test_nothing_waits_to_be_sent_without_a_legal_reason(place: Place):
    lead = place.room.lead
    for role in ("web", "worker"):
        assert refused(lead, change(begun(place, reason=None), _TO_SEND), role=role)
        assert not refused(lead, change(begun(place), _TO_SEND), role=role)
    assert refused(place.room.teacher, change(begun(place), _TO_SEND))
    assert refused(place.room.deputy, change(begun(place), f"{_TO_SEND}, reason_id = NULL"))


def test_no_draft_is_said_to_have_gone(place: Place):
    lead, draft, waits = place.room.lead, begun(place), decided(place)
    whole = f"{_SENT}, decision = 'all', decided_at = now(), decided_by_id = rules.me()"
    assert refused(lead, change(draft, whole))
    assert not refused(lead, change(waits, _SENT))
    assert refused(lead, change(waits, f"{_SENT}, reason_id = NULL")), "what was decided is not changed"


def test_nothing_goes_on_consent_but_on_one_in_force_for_this_child_and_recipient(place: Place):
    lead, recipient = place.room.lead, checked(place, "school_nurse")
    given = place.consent(recipient=recipient)
    other = place.consent(recipient=checked(place, "nhs"))
    no = place.consent(recipient=recipient, answer="refused", adult=None, by_whom="Jo", known_by="An order")
    old = place.consent(recipient=recipient, until=timezone.localdate() - timedelta(days=1))
    withdrawn = place.consent(recipient=recipient)
    withdraw_consent(consent=withdrawn, on=timezone.localdate(), how="spoken", said="She rang.", by=lead)

    def draft() -> SharingEvent:
        return begun(place, recipient=recipient, reason=reason("consent"), answers={})

    for lacks in (None, other, no, old, withdrawn):
        key = f"'{lacks.pk}'" if lacks else "NULL"
        assert refused(lead, change(draft(), f"{_TO_SEND}, consent_id = {key}")), lacks
    assert not refused(lead, change(draft(), f"{_TO_SEND}, consent_id = '{given.pk}'"))
    facts = {"recipient": recipient, "reason": reason("consent"), "consent_stands": "given", "answers": {}}
    waits = decided(place, **facts, consent=given)
    assert not refused(lead, change(waits, _SENT))
    # As if the withdrawal had not reached what waits: the database asks once more.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sharing_consent SET withdrawn_at = now(), withdrawn_by_id = %s, withdrawn_on = current_date, "
            "withdrawn_how = 'spoken' WHERE id = %s",
            [lead.pk, given.pk],
        )
    assert refused(lead, change(waits, _SENT))


def row_of(model: Any, row: Any, **other: Any) -> tuple[str, list[Any]]:
    """An INSERT of the same row under another key."""
    facts = {"id": uuid7()} | ({"token": uuid7()} if hasattr(row, "token") else {}) | other
    fields = [field for field in model._meta.local_concrete_fields if not field.has_db_default()]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = []
    sources = []
    for field in fields:
        if field.column in facts:
            sources.append("%s")
            values.append(facts[str(field.column)])
        else:
            sources.append(f'"{field.column}"')
    return (
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {', '.join(sources)} "  # noqa: S608
        f"FROM {model._meta.db_table} WHERE id = '{row.pk}'",
        values,
    )


def test_no_row_is_added_as_shared_but_a_call_with_a_reason_of_its_own(place: Place):
    lead = place.room.lead
    gone, waits = sent(place), decided(place)
    for row in (gone, waits):
        assert refused(lead, *row_of(SharingEvent, row, number=900))
    made = record_call(child=place.child, token=uuid7(), said=call(place), by=lead)
    assert not refused(lead, *row_of(SharingEvent, made, number=901))
    assert refused(place.room.deputy, *row_of(SharingEvent, made, number=901)), "in the name of somebody else"
    for lacks in (reason("consent").pk, reason("court_order").pk, None):
        assert refused(lead, *row_of(SharingEvent, made, number=901, reason_id=lacks))


def test_what_happened_and_what_went_is_not_changed_or_taken_away(place: Place):
    lead = place.room.lead
    gone = sent(place)
    step = SharingStep.objects.get(event=gone)
    for statement in (
        change(step, "kind = 'received'"),
        away(step),
        away(gone),
        change(gone, "sent_at = now() - interval '1 day'"),
        change(gone, "status = 'draft', sent_at = NULL, sent_by_id = NULL, method = ''"),
        change(gone, "recipient_id = (SELECT id FROM sharing_recipient LIMIT 1)"),
        change(gone, "concerns = '{}'::uuid[] || gen_random_uuid()"),
    ):
        assert refused(lead, statement), statement
    later = "status = 'received', received_at = clock_timestamp(), received_by_id = rules.me()"
    assert not refused(lead, change(gone, later))


def test_a_refusal_for_harm_names_a_law_that_asks_for_it(place: Place):
    whole = (
        "status = 'not_shared', decision = 'none', because = 'detrimental', decided_at = now(), "
        "decided_by_id = rules.me()"
    )
    assert refused(place.room.lead, change(begun(place), whole))
    assert refused(place.room.lead, change(begun(place, reason=None), whole))
    assert not refused(place.room.lead, change(begun(place, reason=reason("ca2004_16la")), whole))
    assert said(place).because == ""


def test_records_are_put_into_a_draft_alone(place: Place):
    lead = place.room.lead
    asks: Any = SimpleNamespace(user=lead)
    draft, waits = begun(place), decided(place)
    block = offers(asks, draft)[0].blocks[0]
    choose_items(event=draft, seen=0, chosen=[name_of(block)], asks=asks, by=lead)
    item = SharedItem.objects.get()
    assert not refused(lead, *row_of(SharedItem, item, record_key=uuid7()))
    assert refused(lead, *row_of(SharedItem, item, record_key=uuid7(), event_id=waits.pk))
    assert refused(lead, change(item, "digest = 'x'"))


def test_a_pack_is_changed_while_it_waits_alone_and_let_go_by_somebody_else(place: Place):
    lead, deputy = place.room.lead, place.room.deputy
    draft, waits, gone = begun(place), waiting(place), sent(place)
    packed = "stored = 'ab/cd', pack_digest = 'x', packed_at = now(), packed_by_id = rules.me()"
    assert not refused(lead, change(waits, packed))
    for one in (draft, gone):
        assert refused(lead, change(one, packed)), one.status
    named = "named = '{abc}', revision = revision + 1"
    assert not refused(lead, change(draft, named)) and refused(lead, change(waits, named))
    asked = f"lift_of = '{{a}}', lift_asked_at = now(), lift_asked_by_id = '{lead.pk}'"
    lifted = "lifted_at = now(), lifted_by_id = rules.me()"
    assert not refused(lead, change(waits, asked)) and refused(deputy, change(waits, asked)), "in one's own name"
    assert refused(lead, change(waits, lifted)), "nobody has asked"
    assert refused(lead, change(waits, f"{asked}, {lifted}")), "by one alone"
    SharingEvent.objects.filter(pk=waits.pk).update(lift_of=["a"], lift_asked_at=timezone.now(), lift_asked_by=lead)
    assert refused(lead, change(waits, lifted)) and not refused(deputy, change(waits, lifted))
    assert refused(deputy, change(waits, f"{lifted}, lift_of = '{{a,b}}'")), "for what was asked"
    assert refused(place.room.teacher, change(waits, lifted))


@pytest.mark.parametrize("marks", ["\u0300\u0327" * 20_000, "\u0315\u0316a" * 30_000])
def test_address_under_many_marks_is_read_within_the_time_of_a_statement(marks):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10s'")
        cursor.execute("SELECT rules.sharing_letters(%s)", [f"12 High{marks} Stre\u0301et, Tarnbeck É1"])
        [told] = cursor.fetchone()
        cursor.execute("SELECT rules.sharing_letters('12 High Street, TARNBECK E\u0301' || '1')")
        [plain] = cursor.fetchone()
    assert told.replace("a", "") == plain.replace("a", "")
