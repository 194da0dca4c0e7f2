"""When the key of a child is destroyed: what is read no more, what a brother's file still opens, and what a page
says?
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from safeguarding.concerns.models import ConcernChild, OutsideNote
from safeguarding.concerns.services.deciding.linking import link_child, unlink_child
from safeguarding.concerns.services.outside import links
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from safeguarding.sealing.exceptions import Destroyed, KeyProblem
from safeguarding.sealing.models import KeyCheck, RecordKey, SubjectKey, Wrap
from safeguarding.sealing.services.checking import check_keys, check_nightly
from safeguarding.sealing.services.destroying import destroy_key, destroy_records
from safeguarding.sealing.services.keeping import share
from safeguarding.sealing.subjects import Subject
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.walls import as_role

pytestmark = pytest.mark.django_db
UNDER = "rule 7 of the schedule"


@pytest.fixture
def family(room):
    """Two brothers, a concern about each, one about both, and what the office wrote of the first."""
    first, second = factories.child(room.school, health="Peanuts."), factories.child(room.school, "Ash", "Ashdown")

    def about(*children, **words):
        return factories.concern(room, children=[ChildEntry(role="worried_about", child=c) for c in children], **words)

    return (
        first,
        second,
        about(first, facts="Of one."),
        about(second, facts="Of two."),
        about(first, second, facts="Both."),
    )


def test_nothing_of_the_child_opens_and_what_is_shared_opens_for_the_brother(family, again, stored):
    first, second, own, other, shared = family
    sealed = stored(own.account, "facts")
    # The two records of the first child alone: the concern, and the child's own.
    assert destroy_key(subject=Subject.child(first.pk), under=UNDER) == 2
    assert again(own.account).facts.startswith("Destroyed on ") and again(own.account).facts.endswith(f"under {UNDER}.")
    assert again(first.health.get()).words.startswith("Destroyed on ")
    assert again(other.account).facts == "Of two."
    assert again(shared.account).facts == "Both."
    assert stored(own.account, "facts") == sealed
    assert destroy_key(subject=Subject.child(second.pk), under=UNDER) == 2
    assert again(shared.account).facts.startswith("Destroyed on ")
    assert not Wrap.objects.filter(subject__in=[first.pk, second.pk]).exists()


def test_done_twice_it_changes_nothing(family):
    first, *_ = family
    destroy_key(subject=Subject.child(first.pk), under=UNDER)
    before = list(SubjectKey.objects.order_by("pk").values()), list(RecordKey.objects.order_by("pk").values())
    assert destroy_key(subject=Subject.child(first.pk), under="another rule") == 0
    assert before == (list(SubjectKey.objects.order_by("pk").values()), list(RecordKey.objects.order_by("pk").values()))


def test_a_record_that_is_wrapped_for_its_school_ends_by_itself(client, room, again):
    """By nobody's key: that of the school lives, and so does every other record under it."""
    link = links.make_link(school=room.school, by=room.lead)

    def left(**words):
        note = Left(how_soon=3, name="Sam", agency="Supply", contact="0161 4960000", about_child="Rowan", **words)
        return OutsideNote._base_manager.get(token=leave_note(link=link, token=uuid7(), left=note).token)

    gone, stays, rule = left(facts="Quiet."), left(facts="Loud."), "rule R02 version 3"
    with as_role("destroyer"), as_role("destroyer", "keys"):
        assert destroy_records([gone.pk, uuid7()], rule) == 1
    assert again(gone).facts == f"Destroyed on {full_day(timezone.localdate())}, under {rule}."
    assert again(stays).facts == "Loud."
    before = RecordKey.objects.filter(pk=gone.pk).values().get()
    assert destroy_records([gone.pk], "another rule") == 0
    assert RecordKey.objects.filter(pk=gone.pk).values().get() == before
    # The night brings it back no more than anybody who writes.
    assert check_keys(at=timezone.now() + timedelta(days=2)).without_key == 0
    assert not Wrap.objects.filter(record=gone.pk).exists()
    note = again(gone)
    note.contact = "Another number."
    with pytest.raises(Destroyed), transaction.atomic():
        note.save()
    client.force_login(room.lead)
    page = client.get(reverse("outside_note", args=[gone.pk])).content.decode()
    assert f"under {rule}." in page and "Quiet." not in page


def test_a_page_says_that_it_was_destroyed_and_under_what(client, room, family):
    first, _, own, *_ = family
    destroy_key(subject=Subject.child(first.pk), under=UNDER)
    client.force_login(room.lead)
    page = client.get(f"/concerns/{own.pk}/")
    assert page.status_code == 200
    assert f"under {UNDER}." in page.content.decode()
    assert "Of one." not in page.content.decode()


def test_nothing_is_added_to_what_was_destroyed(room, family):
    first, second, own, *_ = family
    destroy_key(subject=Subject.child(first.pk), under=UNDER)
    account = own.account
    account.child_words = "Added later."
    with pytest.raises(Destroyed), transaction.atomic():
        account.save()
    with pytest.raises(Destroyed), transaction.atomic():
        factories.concern(room, children=[ChildEntry(role="worried_about", child=first)])
    # Somebody of whom nothing was ever written is destroyed all the same: nothing can be begun for them.
    third = factories.child(room.school, "Elm", "Ashdown")
    destroy_key(subject=Subject.child(third.pk), under=UNDER)
    with pytest.raises(Destroyed), transaction.atomic():
        factories.concern(room, children=[ChildEntry(role="worried_about", child=third)])
    factories.concern(room, children=[ChildEntry(role="worried_about", child=second)])


def test_a_child_who_is_linked_later_opens_it_and_the_night_takes_the_school_out(room, again):
    unnamed = ChildEntry(role="worried_about", kind="unnamed", description="A boy in a red coat")
    concern = factories.concern(room, children=[unnamed], facts="Of a boy.")
    child, wrong = factories.child(room.school), factories.child(room.school, "Ada", "Brook")
    named = concern.children.get()

    def wrapped_for():
        return set(Wrap.objects.filter(record=concern.pk).values_list("subject_id", flat=True))

    link_child(named=named, child=wrong, by=room.lead)
    assert wrapped_for() == {room.school.pk, wrong.pk}
    check_keys(at=timezone.now())
    assert wrapped_for() == {wrong.pk}
    unlink_child(named=named, token=uuid7(), reason="Another boy.", by=room.lead)
    assert wrapped_for() == {wrong.pk, room.school.pk}
    link_child(named=named, child=child, by=room.lead)
    check_keys(at=timezone.now())
    assert wrapped_for() == {child.pk}
    destroy_key(subject=Subject.child(wrong.pk), under=UNDER)
    assert again(concern.account).facts == "Of a boy."


def test_the_night_finds_keys_without_a_record_and_words_without_a_key(room, family):
    _, _, own, *_ = family
    found = check_keys(at=timezone.now())
    assert (found.without_record, found.without_key) == (0, 0)
    assert found.records == RecordKey.objects.count()
    RecordKey.objects.create(id=uuid7(), kind="concerns.concern")
    assert check_keys(at=timezone.now()).without_record == 0
    assert check_keys(at=timezone.now() + timedelta(days=2)).without_record == 1
    Wrap.objects.filter(record=own.pk).delete()
    RecordKey.objects.filter(pk=own.pk).delete()
    assert check_keys(at=timezone.now()).without_key == 1


def test_it_is_done_once_a_night(room):
    early, at = SCHOOL_DAY.replace(hour=1), SCHOOL_DAY.replace(hour=3)
    assert check_nightly(at=early) is None
    assert check_nightly(at=at) is not None
    assert check_nightly(at=at + timedelta(hours=12)) is None
    assert check_nightly(at=at + timedelta(days=1)) is not None
    assert KeyCheck.objects.count() == 2


def test_a_lost_key_is_never_replaced_so_that_a_later_backup_still_opens_what_is_there(room, family, again):
    _, _, own, *_ = family
    key = RecordKey.objects.filter(pk=own.pk).values().get()
    wraps = list(Wrap.objects.filter(record=own.pk).values("record_id", "subject_id", "wrapped"))
    Wrap.objects.filter(record=own.pk).delete()
    RecordKey.objects.filter(pk=own.pk).delete()
    assert check_keys(at=timezone.now()).without_key == 1
    # Its place is held: nothing is added under another key, and the alarm stays.
    account = again(own.account)
    account.child_words = "Added later."
    with pytest.raises(KeyProblem, match="put back from a backup"), transaction.atomic():
        account.save()
    with pytest.raises(KeyProblem), transaction.atomic():
        share("concerns.concern", {own.pk: [Subject.school(room.school.pk)]})
    assert check_keys(at=timezone.now()).without_key == 1
    RecordKey.objects.filter(pk=own.pk).update(kind=key["kind"])
    Wrap.objects.bulk_create(Wrap(**wrap) for wrap in wraps)
    assert check_keys(at=timezone.now()).without_key == 0
    assert again(own.account).facts == "Of one."


def test_one_that_cannot_be_mended_does_not_hold_up_the_others(room, family):
    first, second, own, other, shared = family
    third = factories.child(room.school, "Elm", "Ashdown")
    # The first is destroyed, and his rows are still there; of the second a wrap is missing; a third concern has lost
    # its key.
    destroy_key(subject=Subject.child(first.pk), under=UNDER)
    lost = factories.concern(room, children=[ChildEntry(role="worried_about", child=third)])
    Wrap.objects.filter(record=lost.pk).delete()
    share("concerns.concern", {other.pk: [Subject.school(room.school.pk)]})
    Wrap.objects.filter(record=other.pk, subject=second.pk).delete()
    found = check_keys(at=timezone.now())
    assert found.without_key == 1
    assert list(Wrap.objects.filter(record=other.pk).values_list("subject_id", flat=True)) == [second.pk]
    assert list(Wrap.objects.filter(record=shared.pk).values_list("subject_id", flat=True)) == [second.pk]
    assert not Wrap.objects.filter(record=own.pk).exists()


def test_somebody_is_taken_out_of_a_concern_in_which_another_was_destroyed(room, family, again):
    first, second, _, _, shared = family
    unnamed = ConcernChild.objects.create(
        concern=shared, school=room.school, kind="unnamed", description="A girl", role="witness", added_by=room.teacher
    )
    link_child(named=unnamed, child=factories.child(room.school, "Ada", "Brook"), by=room.lead)
    destroy_key(subject=Subject.child(first.pk), under=UNDER)
    unlink_child(named=unnamed, token=uuid7(), reason="Another girl.", by=room.lead)
    check_keys(at=timezone.now())
    assert list(Wrap.objects.filter(record=shared.pk).values_list("subject_id", flat=True)) == [second.pk]
    assert again(shared.account).facts == "Both."
