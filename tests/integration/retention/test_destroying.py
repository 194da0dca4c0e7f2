"""Does `destroyer` destroy what was approved and waited for, all of it, and nothing else?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from children.models import Child
from retention.models import DestructionItem, DestructionList, ItemRun, RetentionDate, Tombstone
from retention.services.destroying import destroy_due
from retention.services.holds import set_hold
from retention.services.lists import stop
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.sealing.models import KEYS, SubjectKey
from tests import factories

from .conftest import Office, as_destroyer, later

pytestmark = pytest.mark.django_db(databases=["default", KEYS])


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Any) -> None:
    settings.ANCHOR_FOLDER = tmp_path / "anchors"


def test_nothing_is_destroyed_before_its_fourteen_days_and_all_of_it_after(place: Office):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(child, other)
    sent = place.sent(child)
    place.approve(sent)
    with as_destroyer():
        assert destroy_due() == 0
    with later(days=15), as_destroyer():
        assert destroy_due() == 1
        assert destroy_due() == 0
    assert not Child.objects.filter(pk=child.pk).exists() and Child.objects.filter(pk=other.pk).exists()
    assert left_of([child.pk]) == []
    assert SubjectKey.objects.using(KEYS).get(pk=child.pk).destroyed_under == "rule R02 version 1"
    left = Tombstone.objects.get()
    assert (left.record_key, left.under, left.trigger_on) == (child.pk, "rule R02 version 1", date(1999, 3, 1))
    assert left.rows == sum(left.counts.values()) > 3
    assert ItemRun.objects.get().state == ItemRun.State.FILES_GONE


def test_a_hold_that_is_set_while_it_waits_keeps_the_record(place: Office):
    child = place.leaver()
    place.due(child)
    place.approve(place.sent(child))
    set_hold(
        school=place.school,
        token=uuid7(),
        scope="school",
        kind="inquiry",
        reason="A statutory inquiry has asked schools to keep everything.",
        review_on=timezone.localdate() + timedelta(days=200),
        by=place.officer,
    )
    with later(days=15), as_destroyer():
        assert destroy_due() == 0
    assert Child.objects.filter(pk=child.pk, ending_at=None).exists()


def test_what_is_in_the_way_is_put_on_record_once_until_it_is_something_else(place: Office):
    child = place.leaver()
    place.due(child)
    place.approve(place.sent(child))
    [item] = DestructionItem.objects.all()

    def refused() -> list[str]:
        with later(days=15), as_destroyer():
            assert [destroy_due(), destroy_due(), destroy_due()] == [0, 0, 0]
        said = Event.objects.filter(object_id=item.pk, verb=Verb.DESTROY).order_by("at", "id")
        return list(said.values_list("purpose", flat=True))

    RetentionDate.objects.update(changed_on=timezone.localdate())
    assert refused() == ["keeps_changed_date"]
    RetentionDate.objects.update(due_on=F("due_on") + timedelta(days=1))
    assert refused() == ["keeps_changed_date", "date changed"]
    RetentionDate.objects.update(due_on=item.due_on)
    assert refused() == ["keeps_changed_date", "date changed", "keeps_changed_date"]


def test_what_was_stopped_is_not_destroyed(place: Office):
    child = place.leaver()
    place.due(child)
    sent = place.sent(child)
    place.approve(sent)
    stop(on_list=DestructionList.objects.get(pk=sent.pk), by=place.room.headteacher)
    with later(days=15), as_destroyer():
        assert destroy_due() == 0
    assert Child.objects.filter(pk=child.pk).exists()


def test_destroyer_sees_and_deletes_nothing_by_itself(place: Office):
    child = place.leaver()
    place.due(child)
    place.approve(place.sent(child))
    with as_destroyer(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM children_child")
        assert cursor.fetchone() == (0,)
        cursor.execute("DELETE FROM children_childdetail")
        assert cursor.rowcount == 0
        cursor.execute("SELECT public.begin_ending(id) FROM retention_destructionitem")
        assert cursor.fetchone() == ("waits",)


def test_of_brothers_a_shared_concern_opens_without_the_first_and_goes_with_the_second(place: Office):
    one, other = place.leaver(), place.leaver("Ola", "Thorne")
    both = [ChildEntry(role="worried_about", child=each) for each in (one, other)]
    concern = factories.concern(place.room, children=both)
    Concern.objects.filter(pk=concern.pk).update(status="closed")
    with later(days=800):
        place.due(one, other)
    # The other's own manifest grows by the concern once his brother is gone: it is looked at then.
    for child, left, days in ((one, 1, 800), (other, 0, 820)):
        with later(days=days):
            place.approve(place.sent(child))
        with later(days=days + 15), as_destroyer():
            assert destroy_due() == 1
        assert Concern.objects.filter(pk=concern.pk).count() == left
        assert ConcernChild.objects.filter(child=child).count() == 0
