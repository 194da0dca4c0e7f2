"""Whom words mention, in an order that nobody planned: what hides the concern, and holds a record, holds whatever
happens before and after.
"""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from children.mentions import marker, new_pseudonym
from children.models import Child
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import door
from safeguarding.audit.protection import known
from safeguarding.concerns.models import Account, Concern, Mention
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.mentioned import standing
from safeguarding.concerns.services.raising import ChildEntry, call_lead
from safeguarding.ending.reasons import filled
from safeguarding.keys import uuid7
from tests import factories
from tests.walls import asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def hazel(room):
    return factories.child(room.school, "Hazel", "Reed", by=room.office)


@pytest.fixture
def father(room, hazel):
    """A deputy whose own child Hazel is."""
    declare_conflict(user=room.deputy, child=hazel, kind="own_child", by=room.headteacher)
    return room.deputy


def sees(person, concern):
    return Concern.objects.visible_to(person).filter(pk=concern.pk).exists()


def unnamed(room, **report):
    return factories.concern(
        room, children=[ChildEntry("worried_about", kind="unnamed", description="A girl")], **report
    )


def test_a_conflict_that_is_declared_hands_on_a_concern_whose_words_mention_the_child(room, hazel):
    concern = factories.concern(room, facts=f"{marker(hazel.pseudonym)} pushed him.")
    declare_conflict(user=room.deputy, child=hazel, kind="relative", by=room.deputy)
    assert not Notice.objects.filter(kind=ConcernNotice.STAND_IN, object_id=concern.pk).exists()
    declare_conflict(user=room.lead, child=hazel, kind="relative", by=room.lead)
    assert not sees(room.lead, concern)
    assert Notice.objects.filter(kind=ConcernNotice.STAND_IN, object_id=concern.pk).exists()


def test_the_key_of_a_concern_does_not_open_by_the_key_of_a_child_whom_it_only_mentions(room, hazel):
    concern = factories.concern(room, facts=f"{marker(hazel.pseudonym)} pushed him.")
    assert concern.pk not in known("concerns_of_child", hazel.pk)


def test_the_line_of_a_call_hides_it_before_anybody_has_written_the_account(room, hazel, father):
    line = f"{marker(hazel.pseudonym)} has hit somebody."
    with asking(room.teacher):
        call = call_lead(token=uuid7(), school=room.school, by=room.teacher, line=line)
    assert sees(room.lead, call) and not sees(father, call)
    assert hazel.pk in filled([hazel.pk])


def test_what_is_said_on_a_page_whose_session_has_ended_hides_the_call_too(room, hazel, father):
    token = uuid7()
    about = {"token": token, "school": room.school, "by": room.teacher, "signed_in": False}
    call = call_lead(**about, line="Come, please.")
    assert sees(father, call)
    with asking(room.teacher):
        call_lead(**about, line=f"It is {marker(hazel.pseudonym)}.")
    assert not sees(father, call)


def test_words_sent_while_the_child_has_a_part_mention_the_child_once_the_part_is_taken_back(room, hazel, father):
    concern = unnamed(room)
    row = deciding.link_child(named=concern.children.get(), child=hazel, by=room.lead)
    deciding.add_note(concern=concern, token=uuid4(), text=f"{marker(hazel.pseudonym)} again.", by=room.lead)
    deciding.unlink_child(named=row, token=uuid4(), reason="Her sister.", by=room.lead)
    assert not sees(father, concern)
    assert hazel.pk in filled([hazel.pk])


def test_words_that_mention_the_child_do_so_still_when_a_wrong_role_is_taken_back(room, hazel, father):
    concern = unnamed(room, facts=f"{marker(hazel.pseudonym)} cried.")
    row = deciding.link_child(named=concern.children.get(), child=hazel, by=room.lead)
    deciding.unlink_child(named=row, token=uuid4(), reason="Her sister.", by=room.lead)
    assert not sees(father, concern)
    assert hazel.pk in filled([hazel.pk])


def test_a_mention_taken_off_does_not_come_back_with_a_part_and_a_later_note_mentions_anew(room, hazel, father):
    concern = unnamed(room, facts=f"{marker(hazel.pseudonym)} cried.")
    deciding.take_off_mention(mention=Mention.objects.get(concern=concern), reason="Her cousin.", by=room.lead)
    row = deciding.link_child(named=concern.children.get(), child=hazel, by=room.lead)
    deciding.unlink_child(named=row, token=uuid4(), reason="Her sister.", by=room.lead)
    assert sees(father, concern)
    deciding.add_note(concern=concern, token=uuid4(), text=f"{marker(hazel.pseudonym)} now.", by=room.lead)
    assert not sees(father, concern) and standing(Mention.objects.filter(concern=concern)).count() == 1


def test_a_child_who_is_hidden_from_the_writer_by_now_is_mentioned_all_the_same(room, hazel, father):
    """A draft that was begun before the conflict: it stays its writer's own report."""
    for person in (room.teacher, room.lead):
        declare_conflict(user=person, child=hazel, kind="relative", by=room.headteacher)
    with asking(room.teacher):
        concern = unnamed(room, facts=f"{marker(hazel.pseudonym)} cried.")
    assert hazel.pk in filled([hazel.pk])
    assert not sees(father, concern) and not sees(room.lead, concern) and sees(room.headteacher, concern)
    with door("reporting"):
        assert Account.objects.visible_to(room.teacher).filter(concern=concern).exists()
    # What a lead adds of a child of the reporter hides it as a name does.
    with asking(room.headteacher):
        note = f"{marker(hazel.pseudonym)} again."
        deciding.add_note(concern=concern, token=uuid4(), text=note, by=room.headteacher)
    with door("reporting"):
        assert not Account.objects.visible_to(room.teacher).filter(concern=concern).exists()


def test_five_hundred_children_in_one_note(room, django_assert_max_num_queries):
    concern = factories.concern(room)
    first = factories.child(room.school, "Ada", "Reed", by=room.office)
    rows = []
    for number in range(500):
        fresh = Child.objects.get(pk=first.pk)
        fresh.pk, fresh.number, fresh.pseudonym, fresh.upn = uuid7(), 5000 + number, new_pseudonym(), ""
        rows.append(fresh)
    Child.objects.bulk_create(rows)
    words = " ".join(marker(row.pseudonym) for row in rows)
    with django_assert_max_num_queries(60):
        deciding.add_note(concern=concern, token=uuid4(), text=words, by=room.lead)
    assert Mention.objects.filter(concern=concern).count() == 500


def refused(person, statement, *values):
    with pytest.raises(DatabaseError), transaction.atomic(), asking(person), connection.cursor() as cursor:
        cursor.execute(statement, values)


INSERT = (
    "INSERT INTO concerns_mention (id, concern_id, school_id, child_key, author_id, said_at, reason) "
    "VALUES (%s, %s, %s, %s, %s, now(), '')"
)


def test_nobody_hides_a_concern_by_a_row_of_their_own_making(room, hazel):
    concern = factories.concern(room)
    for person in (room.pastoral, room.assistant, room.office):
        refused(person, INSERT, uuid7(), concern.pk, room.school.pk, hazel.pk, person.pk)
    # Not in the name of somebody else.
    refused(room.lead, INSERT, uuid7(), concern.pk, room.school.pk, hazel.pk, room.teacher.pk)


def changed(person, statement, *values):
    """Rows changed, or 0 where the database refuses."""
    try:
        with transaction.atomic(), asking(person), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount
    except DatabaseError:
        return 0


def test_no_row_is_changed_or_removed_by_a_statement(room, hazel):
    concern = factories.concern(room, facts=f"{marker(hazel.pseudonym)} cried.")
    [row] = Mention.objects.filter(concern=concern)
    other = factories.child(room.school, "Ola", "Reed", by=room.office)
    for person in (room.lead, room.teacher, room.pastoral, room.headteacher):
        assert not changed(person, "DELETE FROM concerns_mention WHERE id = %s", row.pk)
        assert not changed(person, "UPDATE concerns_mention SET child_key = %s WHERE id = %s", other.pk, row.pk)
        assert not changed(person, "UPDATE concerns_mention SET author_id = %s WHERE id = %s", person.pk, row.pk)
        assert not changed(person, "UPDATE concerns_mention SET said_at = now() WHERE id = %s", row.pk)
    end = "UPDATE concerns_mention SET taken_off_at = now(), taken_off_by_id = %s WHERE id = %s"
    for person in (room.teacher, room.pastoral, room.office):
        assert not changed(person, end, person.pk, row.pk)
    assert not changed(room.lead, end, room.deputy.pk, row.pk)
    deciding.take_off_mention(mention=row, reason="Cousin.", by=room.lead)
    back = "UPDATE concerns_mention SET taken_off_at = NULL, taken_off_by_id = NULL WHERE id = %s"
    assert not changed(room.lead, back, row.pk)


def test_who_must_see_nothing_of_the_child_does_not_take_the_mention_off(room, hazel, father):
    concern = factories.concern(room, facts=f"{marker(hazel.pseudonym)} cried.")
    [row] = Mention.objects.filter(concern=concern)
    end = "UPDATE concerns_mention SET taken_off_at = now(), taken_off_by_id = %s WHERE id = %s"
    assert not changed(father, end, father.pk, row.pk)
    assert Mention.objects.get(pk=row.pk).taken_off_at is None
