"""Does the key of words that nobody sent, and of files on their way in, end with its row, and does every other stay?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, models
from django.utils import timezone

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Draft, DraftOpening, EarlierBatch, KeptText
from safeguarding.concerns.services import earlier
from safeguarding.concerns.services.drafts import discard_draft, open_draft, save_draft
from safeguarding.concerns.services.kept import end_kept_text, keep_text
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern
from safeguarding.keys import uuid7
from safeguarding.personal_data import own_models
from safeguarding.sealing import crypto
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import RecordKey, Wrap
from safeguarding.sealing.ring import Gone, Key, forget, ring
from safeguarding.sealing.services.checking import check_keys
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.services.rows import sealed_fields
from safeguarding.sealing.services.sweeping import end_spent_keys
from safeguarding.sealing.subjects import Subject
from tests import earlier as given
from tests import factories
from tests.walls import as_role

pytestmark = pytest.mark.django_db
WORDS = {"facts": ["He was quiet."]}
NOW, LATER = timedelta(), timedelta(days=2)


@contextmanager
def as_the_destroyer() -> Iterator[None]:
    """In both databases."""
    with as_role("destroyer"), as_role("destroyer", "keys"):
        yield


@pytest.fixture(autouse=True)
def at_work(room: Any) -> None:
    """There are records: where there is none at all nothing is ended."""
    factories.concern(room)


def swept(later: timedelta = LATER) -> int:
    forget()
    with as_the_destroyer():
        return end_spent_keys(at=timezone.now() + later)


def drafted(room: Any, token: UUID | None = None, content: Any = WORDS) -> Draft:
    draft = save_draft(token=token or uuid4(), school_id=room.school.pk, content=content, author_id=room.teacher.pk)
    assert draft is not None
    return draft


def kept(room: Any, concern: Any) -> KeptText:
    text = keep_text(
        token=UUID(int=7),
        author_id=room.lead.pk,
        school_id=room.school.pk,
        form="note",
        content={"text": ["She rang back."]},
        concern_id=concern.pk,
    )
    assert text is not None
    return text


def born(room: Any) -> Any:
    return factories.child(room.school, details={"date_of_birth": date(2017, 3, 14)})


def whose(key: UUID) -> list[UUID]:
    return list(Wrap.objects.filter(record=key).values_list("subject_id", flat=True))


def opens(key: UUID) -> bool:
    forget()
    found = ring().key(key.bytes)
    assert isinstance(found, Key | Gone)
    return isinstance(found, Key)


def test_each_row_has_a_key_of_its_own_for_its_author(room: Any, stored: Callable[[models.Model, str], bytes]) -> None:
    first, second, text = drafted(room), drafted(room), kept(room, factories.concern(room))
    read = open_draft(token=first.pk, reason="She is away today.", by=room.lead)
    sealed = ((first, "content"), (second, "content"), (text, "content"), (read, "reason"))
    keys = [UUID(bytes=crypto.record_in(stored(row, field))) for row, field in sealed]
    assert keys == [first.own_key, second.own_key, text.own_key, read.pk] and len(set(keys)) == 4
    assert [whose(key) for key in keys] == [[one.pk] for one in (room.teacher, room.teacher, room.lead, room.lead)]


def test_a_draft_that_is_saved_again_keeps_its_key(room: Any, django_assert_num_queries: Any) -> None:
    draft = drafted(room)
    before = RecordKey.objects.count()
    for n in range(3):
        assert drafted(room, draft.pk, {"facts": [f"Word {n}."]}).own_key == draft.own_key
    assert RecordKey.objects.count() == before
    forget()
    with django_assert_num_queries(1, using="keys"):
        drafted(room, draft.pk, {"facts": ["One look for the key, and none made."]})


def test_the_keys_of_a_draft_and_of_who_read_it_end_when_it_is_sent(
    room: Any, stored: Callable[[models.Model, str], bytes], again: Callable[[models.Model], Any]
) -> None:
    sent, stays = drafted(room), drafted(room)
    reading = open_draft(token=sent.pk, reason="She is away today.", by=room.lead)
    sealed = stored(sent, "content")
    child = ChildEntry(role="worried_about", child=factories.child(room.school))
    report = Report(how_soon=3, children=[child], account=AccountFacts(facts="He was quiet."))
    raise_concern(token=sent.pk, school=room.school, report=report, by=room.teacher)
    assert not Draft.objects.filter(pk=sent.pk).exists() and not DraftOpening.objects.exists()
    assert swept(NOW) == 0, "a form may be on its way"
    assert swept() == 2
    assert [opens(key) for key in (sent.own_key, reading.pk, stays.own_key)] == [False, False, True]
    assert again(stays).content == WORDS
    assert swept() == 0
    # What an old page, or a backup, still has of it.
    field: Any = Draft._meta.get_field("content")
    assert (
        field.from_db_value(sealed, None, None)
        .open(sent.pk)
        .why.endswith("under the rule for words that were sent or discarded.")
    )


def test_a_form_that_is_begun_again_under_its_token_has_another_key(
    room: Any, again: Callable[[models.Model], Any]
) -> None:
    first = drafted(room)
    token = first.pk
    discard_draft(draft=first, by=room.teacher)
    assert swept() == 1
    second = drafted(room, token)
    assert second.pk == token and second.own_key != first.own_key
    assert again(second).content == WORDS

    concern = factories.concern(room)
    text = kept(room, concern)
    end_kept_text(kept_id=text.pk, by=room.lead)
    assert swept() == 1
    once_more = kept(room, concern)
    assert once_more.pk == text.pk and again(once_more).content == {"text": ["She rang back."]}


def test_a_draft_that_was_emptied_can_be_written_on(room: Any, again: Callable[[models.Model], Any]) -> None:
    draft = drafted(room)
    Draft.objects.filter(pk=draft.pk).update(content={})
    assert swept() == 0
    assert again(drafted(room, draft.pk)).content == WORDS


def test_the_key_of_files_ends_when_they_have_come_in_or_were_given_up(room: Any) -> None:
    child = born(room)
    over, waiting = (given.look_at(room.school, by=room.lead, rows=[given.row(n, child)]) for n in (1, 2))
    assert whose(over.pk) == [room.school.pk]
    assert swept() == 0
    earlier.abandon_batch(batch=EarlierBatch.objects.get(pk=over.pk), by=room.lead)
    # At once: nothing of it is on its way any more.
    assert swept(NOW) == 1
    assert (opens(over.pk), opens(waiting.pk)) == (False, True)
    forget()
    [row] = EarlierBatch.objects.get(pk=waiting.pk).rows.all()
    assert row.says["details"] == "He said that number 2 had happened."


def test_a_key_under_which_something_is_sealed_stays_whatever_is_said_of_its_kind(room: Any) -> None:
    """A web server that was taken over makes the key of the next concern as if it were that of a draft."""
    key = uuid7()
    key_of(key, "concerns.draft", Subject.school(room.school.pk))
    lonely = uuid7()
    key_of(lonely, "concerns.draft", Subject.school(room.school.pk))
    concern = factories.concern(room, facts="Of a boy.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM concerns_draft WHERE id = %s", [drafted(room).pk])
        [sealed] = cursor.fetchone()
        # One value that begins with this key, in a table of another kind.
        sealed = bytes(sealed[:1]) + key.bytes + bytes(sealed[17:])
        cursor.execute("UPDATE concerns_account SET facts = %s WHERE id = %s", [sealed, concern.account.pk])
    assert swept() == 1
    assert (opens(key), opens(lonely)) == (True, False)


def test_nothing_ends_while_records_are_lost_or_on_their_way_back(room: Any, files: Path) -> None:
    discard_draft(draft=drafted(room), by=room.teacher)
    (files / "restoring").write_text("harbour-2026-11-26T023000Z.records")
    with pytest.raises(KeyProblem, match="has not ended"):
        swept()
    (files / "restoring").unlink()
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT lost")
        for model in own_models():
            for field in sealed_fields(model):
                cursor.execute(f"UPDATE {model._meta.db_table} SET \"{field.column}\" = ''")  # noqa: S608
        assert swept() == 0
        cursor.execute("ROLLBACK TO lost")
    assert swept() == 1


def test_what_ends_is_on_record_without_naming_anybody(room: Any) -> None:
    for _ in range(2):
        discard_draft(draft=drafted(room), by=room.teacher)
    assert swept() == 2
    event = Event.objects.get(verb=Verb.DESTROY)
    assert (event.object_type, event.count, event.purpose) == ("sealing.recordkey", 2, "concerns.draft")
    assert (event.actor_id, event.object_id, event.school_id) == (None, None, None)


def test_the_night_knows_whose_they_are_and_counts_what_is_left_of_them_until_the_sweep(room: Any) -> None:
    draft, text, gone = drafted(room), kept(room, factories.concern(room)), drafted(room)
    batch = given.give(room.school, by=room.lead, rows=[given.row(1, born(room))])
    assert check_keys(at=timezone.now() + LATER).without_record == 0
    for key in (draft.own_key, text.own_key, batch.pk):
        assert len(whose(key)) == 1
    discard_draft(draft=gone, by=room.teacher)
    found = check_keys(at=timezone.now() + LATER)
    assert (found.without_record, found.without_key) == (1, 0)
    swept()
    found = check_keys(at=timezone.now() + LATER)
    assert (found.without_record, found.without_key) == (0, 0)
