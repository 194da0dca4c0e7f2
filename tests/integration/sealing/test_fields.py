"""Is every narrative sealed on its way in and opened on its way out, with few queries, and never opened in another
place?
"""

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from children.models import HealthNote
from children.services import bulk
from safeguarding.concerns.models import Account, Amendment, Concern, ConcernNote, Draft
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, amend
from safeguarding.keys import uuid7
from safeguarding.sealing import ring
from safeguarding.sealing.exceptions import KeysAway
from safeguarding.sealing.fields import ALTERED, LOST, opened
from safeguarding.sealing.models import KEYS, RecordKey, SubjectKey, Wrap
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = "He said his cup was ‘too hot’. 🫖 שלום"


def put(row, name, sealed):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {name} = %s WHERE id = %s", [sealed, row.pk])  # noqa: S608


def lose_key(record):
    Wrap.objects.filter(record=record).delete()
    RecordKey.objects.filter(pk=record).delete()


def test_words_are_sealed_in_the_table_and_read_as_they_were_written(room, stored, again):
    account = factories.concern(room, facts=WORDS, child_words="It was hot.").account
    assert (again(account).facts, again(account).child_words) == (WORDS, "It was hot.")
    sealed = stored(account, "facts")
    assert b"cup" not in sealed and "cup" not in str(sealed)
    assert stored(account, "told_other") == b""


def test_a_record_has_one_key_wrapped_for_each_child_in_it(room):
    one, other = factories.child(room.school), factories.child(room.school, "Ada", "Brook")
    shared = factories.concern(
        room, children=[ChildEntry(role="worried_about", child=one), ChildEntry(role="sibling", child=other)]
    )
    assert set(Wrap.objects.filter(record=shared.pk).values_list("subject_id", flat=True)) == {one.pk, other.pk}
    assert set(SubjectKey.objects.filter(pk__in=[one.pk, other.pk]).values_list("kind", flat=True)) == {"child"}


def test_while_nobody_is_linked_the_school_can_open_it(room):
    unnamed = factories.concern(
        room, children=[ChildEntry(role="worried_about", kind="unnamed", description="The boy in the red coat")]
    )
    assert list(Wrap.objects.filter(record=unnamed.pk).values_list("subject_id", flat=True)) == [room.school.pk]


def test_a_draft_is_under_a_key_of_its_own_for_its_author(room, again):
    draft = Draft.objects.create(
        id=uuid7(), school=room.school, author=room.teacher, content={"facts": WORDS}, saved_at=factories.SCHOOL_DAY
    )
    assert again(draft).content == {"facts": WORDS}
    assert list(Wrap.objects.filter(record=draft.own_key).values_list("subject_id", flat=True)) == [room.teacher.pk]
    assert not Wrap.objects.filter(record=room.teacher.pk).exists(), "a key that lives when the draft has ended"


def test_fifty_rows_cost_one_more_query_and_rows_without_a_look_none(room):
    child = ChildEntry(role="worried_about", child=factories.child(room.school))
    for number in range(12):
        factories.concern(room, facts=f"Note {number}.", children=[child])
    ring.forget()
    with CaptureQueriesContext(connections[KEYS]) as asked:
        accounts = list(Account.objects.order_by("recorded_at", "pk"))
    assert len(asked) == 0
    with CaptureQueriesContext(connections[KEYS]) as asked:
        assert {account.facts for account in accounts} == {f"Note {number}." for number in range(12)}
    assert len(asked) == 1


def test_more_rows_than_are_fetched_at_a_time_are_all_opened(room, monkeypatch):
    monkeypatch.setattr(ring, "BATCH", 3)
    monkeypatch.setattr(ring, "MOST", 4)
    child = ChildEntry(role="worried_about", child=factories.child(room.school))
    for number in range(8):
        factories.concern(room, facts=f"Note {number}.", children=[child])
    ring.forget()
    accounts = list(Account.objects.order_by("-pk"))
    with CaptureQueriesContext(connections[KEYS]) as asked:
        assert len({account.facts for account in accounts}) == 8
    assert len(asked) == 3


@pytest.mark.parametrize("to", ["another row", "another field", "another model", "another record"])
def test_moved_anywhere_else_it_does_not_open(room, stored, again, to):
    concern = factories.concern(room, facts=WORDS, child_words="Hot.")
    account = concern.account
    sealed = stored(account, "facts")
    addition = [
        amend(account=account, token=uuid7(), text=text, reason="more", by=room.teacher) for text in ("One.", "Two.")
    ]
    if to == "another row":
        put(addition[0], "text", stored(addition[1], "text"))
        found = again(addition[0]).text
    elif to == "another field":
        put(account, "child_words", sealed)
        found = again(account).child_words
    elif to == "another model":
        put(addition[0], "text", sealed)
        found = again(addition[0]).text
    else:
        other = factories.concern(room).account
        put(other, "facts", sealed)
        found = again(other).facts
    assert found == ALTERED
    assert again(account).facts == WORDS


@pytest.mark.parametrize("junk", [b"He was quiet.", b"\x01short", b"\x01" + bytes(80)])
def test_what_was_never_sealed_is_not_shown_as_words(room, again, junk):
    account = factories.concern(room).account
    put(account, "facts", junk)
    assert again(account).facts in (ALTERED, LOST)


def test_without_its_key_it_says_so_and_saving_the_row_loses_nothing(room, stored, again):
    account = factories.concern(room, facts=WORDS).account
    sealed = stored(account, "facts")
    wraps = list(Wrap.objects.filter(record=account.concern_id).values("record_id", "subject_id", "wrapped"))
    lose_key(account.concern_id)
    shut = again(account)
    assert shut.facts == LOST
    shut.save()
    assert stored(account, "facts") == sealed
    RecordKey.objects.create(id=account.concern_id, kind="concerns.concern")
    Wrap.objects.bulk_create(Wrap(**wrap) for wrap in wraps)
    assert again(account).facts == WORDS


def test_a_row_that_nobody_looked_into_is_saved_as_it_was(room, stored, again):
    account = factories.concern(room, facts=WORDS).account
    sealed = stored(account, "facts")
    with CaptureQueriesContext(connections[KEYS]) as asked:
        again(account).save()
    assert stored(account, "facts") == sealed
    assert len(asked) == 0


def test_values_are_opened_for_their_row(room):
    account = factories.concern(room, facts=WORDS).account
    [(key, sealed)] = Account.objects.filter(pk=account.pk).values_list("pk", "facts")
    assert str(sealed) == "(sealed)"
    assert opened(sealed, key) == WORDS
    assert opened(sealed, uuid7()) == ALTERED
    assert opened("", key) == ""


def test_no_query_looks_into_a_sealed_field_or_writes_past_it(room):
    account = factories.concern(room).account
    rows = Account.objects.filter(pk=account.pk)
    account.facts = "Something else."
    for past in (
        lambda: rows.filter(facts="He was quiet at register.").exists(),
        lambda: rows.update(facts="Something else."),
        lambda: Account.objects.bulk_update([account], ["facts"]),
    ):
        with pytest.raises(TypeError, match="sealed"), transaction.atomic():
            past()
    assert rows.filter(told_other="").exists()


def test_bulk_writes_seal_too(room, again):
    note = factories.child(room.school, health="Peanuts.").health.get()
    bulk.update(HealthNote, ("words",), [{"id": note.pk, "child_id": note.child_id, "words": WORDS}])
    assert again(note).words == WORDS
    bulk.insert(
        ConcernNote,
        [
            {
                "concern_id": (concern := factories.concern(room)).pk,
                "school_id": room.school.pk,
                "author_id": room.lead.pk,
                "token": uuid7(),
                "text": WORDS,
            }
        ],
    )
    assert again(ConcernNote.objects.get(concern=concern)).text == WORDS


def test_a_bulk_write_leaves_what_does_not_open_as_it_is(room, stored, again):
    child = factories.child(room.school, health=WORDS)
    lose_key(child.pk)
    sealed = stored(note := child.health.get(), "words")
    shut = again(note)
    assert shut.words == LOST
    bulk.update(HealthNote, ("words",), [{"id": note.pk, "child_id": child.pk, "words": shut.words}])
    assert stored(note, "words") == sealed


def test_where_the_keys_are_away_nothing_is_saved_and_a_page_says_so(client, room, monkeypatch):
    concern = factories.concern(room, facts=WORDS)
    client.force_login(room.lead)

    def away(*args, **kwargs):
        raise KeysAway

    monkeypatch.setattr(ring, "_rows", away)
    page = client.get(f"/concerns/{concern.pk}/")
    assert page.status_code == 503
    assert "database that holds the keys does not answer" in page.content.decode()


def test_a_sealed_field_reads_like_any_other_on_an_unsaved_row():
    account = Account(facts="Not saved.")
    assert account.facts == "Not saved."
    assert Concern().title == ""
    assert Amendment(text="x").text == "x"
    assert AccountFacts().facts == ""


def test_bytes_from_elsewhere_are_never_taken_as_sealed(room, stored, again):
    account = factories.concern(room, facts=WORDS).account
    before = stored(account, "facts")
    rows = Account.objects.filter(pk=account.pk)
    made_up = b"\x01" + bytes(60)
    for taken in (b"He said so.", made_up, bytes(before), memoryview(before), bytearray(before)):
        account.facts = taken
        for past in (
            lambda: rows.update(facts=account.facts),
            lambda: account.save(update_fields=["facts"]),
            lambda: bulk.update(
                Account, ("facts",), [{"id": account.pk, "concern_id": account.concern_id, "facts": account.facts}]
            ),
        ):
            with pytest.raises(TypeError), transaction.atomic():
                past()
    assert stored(account, "facts") == before
    # Beside it: what was read from its own place goes back.
    read = again(account)
    read.save(update_fields=["facts"])
    assert stored(account, "facts") == before
    assert again(account).facts == WORDS
