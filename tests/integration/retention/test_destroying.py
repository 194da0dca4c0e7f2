"""Does `destroyer` destroy what was approved and waited for, all of it, and nothing else?"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from children.models import Child, Photograph
from retention.models import DestructionItem, DestructionList, ItemRun, RetentionDate, Tombstone
from retention.services import destroying
from retention.services.destroying import destroy_due
from retention.services.going import living_keys
from retention.services.holds import set_hold
from retention.services.lists import stop
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import tell
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.ending.removal import left_of
from safeguarding.keys import uuid7
from safeguarding.sealing import ledger
from safeguarding.sealing.exceptions import LedgerProblem
from safeguarding.sealing.models import KEYS
from tests import factories
from tests.integration.concerns.decided import close, decide, fresh

from .conftest import Office, as_destroyer, days_ago, later
from .kinds import photograph

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]


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


def test_by_a_ledger_that_somebody_forged_no_key_ends_until_it_is_put_right(place: Office):
    """The line of one who was destroyed before says of another that he was."""
    children = [place.leaver(), place.leaver("Ola", "Brook")]
    place.due(*children)
    sent = place.sent(*children)
    first, second = sent.items.order_by("place")
    place.approve(sent, first.pk)
    with later(days=15), as_destroyer():
        assert destroy_due() == 1
    whole = ledger.path().read_text()
    ledger.path().write_text(whole.replace(str(first.record_key), str(second.record_key)))
    with pytest.raises(LedgerProblem, match="Line 2"):
        ledger.entries()
    place.approve(sent, second.pk, by=place.chair)
    with later(days=30), as_destroyer():
        assert destroy_due() == 0
    run = ItemRun.objects.get(item=second)
    assert (run.state, run.trouble) == (ItemRun.State.BEGUN, "LedgerProblem")
    assert living_keys([second.record_key]) == {second.record_key}
    ledger.path().write_text(whole)
    with later(days=30), as_destroyer():
        assert destroy_due() == 1
    assert [entry.record for entry in ledger.entries()] == [first.record_key, second.record_key]


def test_what_stops_one_stops_no_other_whatever_it_is(place: Office, monkeypatch: pytest.MonkeyPatch):
    children = [place.leaver(), place.leaver("Ola", "Brook")]
    place.due(*children)
    sent = place.sent(*children)
    place.approve(sent)
    first, second = sent.items.order_by("place")
    ends = destroying.end_keys

    def end_keys(**given: Any) -> None:
        if given["record"] == first.record_key:
            raise KeyError("a day that nobody foresaw")
        ends(**given)

    monkeypatch.setattr(destroying, "end_keys", end_keys)
    with later(days=15), as_destroyer():
        assert destroy_due() == 1
    assert ItemRun.objects.get(item=first).trouble == "KeyError"
    assert ItemRun.objects.get(item=second).state == ItemRun.State.FILES_GONE
    monkeypatch.undo()
    with later(days=15), as_destroyer():
        assert destroy_due() == 1


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


def test_of_brothers_a_shared_concern_opens_without_the_first_and_goes_with_the_second(place: Office, client: Client):
    rowan, jude = place.leaver("Rowan"), place.leaver("Jude")
    concern = shared(place, rowan, jude)
    with later(days=800):
        place.due(rowan, jude)
        before = place.opens(client, place.room.lead, "concern", concern.pk).text
        assert "Two boys came in late" in before and "Rowan" in before and "Jude" in before
        assert ConcernChild.objects.get(concern=concern, child=jude).story == STORY
    # Rowan's own manifest grows by the concern once his brother is gone: it is looked at then.
    for child, days in ((jude, 800), (rowan, 820)):
        with later(days=days):
            place.approve(place.sent(child))
        with later(days=days + 15):
            with as_destroyer():
                assert destroy_due() == 1
            if child == jude:
                after = place.opens(client, place.room.lead, "concern", concern.pk).text
                assert "Two boys came in late" in after and "Rowan" in after
                assert "A child whose record was destroyed" in after and "Jude" not in after
                [gone] = ConcernChild.objects.filter(concern=concern, kind="destroyed")
                assert (gone.child_id, gone.description, gone.story, gone.role) == (None, "", "", "witness")
                assert living_keys([jude.pk, rowan.pk, concern.pk]) == {rowan.pk, concern.pk}
    assert not Concern.objects.filter(pk=concern.pk).exists()
    assert living_keys([jude.pk, rowan.pk, concern.pk]) == set()
    assert left_of([jude.pk, rowan.pk, concern.pk]) == []


STORY = "He saw it and was thanked."


def shared(place: Office, one: Child, other: Child) -> Concern:
    """Their concern, decided on and closed; the file of the other tells a story of its own."""
    children = [ChildEntry("worried_about", one), ChildEntry("witness", other)]
    concern = factories.concern(place.room, children=children, facts="Two boys came in late.")
    deciding.open_concern(concern=concern, by=place.room.lead)
    decide(fresh(concern), place.room.lead)
    named = ConcernChild.objects.get(concern=concern, child=other)
    told = {"says": "story", "story": STORY, "by": place.room.lead}
    deciding.say_in_file(named=named, seen=fresh(concern).revision, token=uuid7(), **told)
    close(fresh(concern), place.room.lead)
    return concern


def test_a_photograph_of_a_child_who_comes_back_is_not_destroyed(place: Office):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    shots = [photograph(place, one, at=days_ago(4000)) for one in (child, other)]
    place.due(child, other)
    for shot in shots:
        place.approve(place.sent(shot))
    with later(days=15):
        # After the scan of that night.
        Child.objects.filter(pk=child.pk).update(left_on=None)
        with as_destroyer():
            assert destroy_due() == 1
    assert list(Photograph.objects.all()) == shots[:1]


def test_what_is_said_to_be_left_of_a_record_that_never_began_gets_no_line_in_the_ledger(place: Office):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(child, other)
    sent = place.sent(child)
    place.approve(sent)
    [item] = sent.items.all()
    forged = {"kind": "child_file", "under": "rule R02 version 1", "rows": 1, "files": 0, "manifest": b"0" * 32}
    with later(days=15), as_destroyer():
        Tombstone.objects.create(school=place.school, item=item, record_key=other.pk, **forged)
        assert destroy_due() == 1
    assert [entry.record for entry in ledger.entries()] == [child.pk]
    # A true one is made up for, where the file was lost.
    ledger.path().unlink()
    with later(days=16):
        place.approve(place.sent(other))
    with later(days=31), as_destroyer():
        assert destroy_due() == 1
    assert [entry.record for entry in ledger.entries()] == [child.pk, other.pk]


def _shared(place: Office, *children: Child) -> Concern:
    made = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=one) for one in children])
    Concern.objects.filter(pk=made.pk).update(status="closed")
    return made


def _begun(place: Office, child: Child) -> None:
    """Its destruction has begun, and nothing has followed yet, as after a crash."""
    with later(days=800):
        place.due(child)
        place.approve(place.sent(child))
    with later(days=815), as_destroyer(), connection.cursor() as cursor:
        cursor.execute("SELECT public.begin_ending(id) FROM retention_destructionitem")
        assert cursor.fetchall() == [("",)]


def test_word_of_a_record_that_comes_after_it_began_goes_with_it(place: Office):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    mine, not_mine = _shared(place, child), _shared(place, other)
    _begun(place, child)
    for concern in (mine, not_mine):
        told = {"kind": "new_concern", "object_type": "concern", "object_id": concern.pk, "at": timezone.now()}
        tell(people=[place.officer], school_id=place.school.pk, **told)
    with later(days=815), as_destroyer():
        assert destroy_due() == 1
    assert not Notice.objects.filter(object_id=mine.pk).exists() and not Concern.objects.filter(pk=mine.pk).exists()
    assert Notice.objects.filter(object_id=not_mine.pk, user=place.officer).exists()


def test_what_was_unlinked_from_others_after_it_began_does_not_end_with_it(place: Office):
    child, other = place.leaver(), place.leaver("Ola", "Brook")
    both = _shared(place, child, other)
    _begun(place, child)
    # It is about nobody else now: nobody approved that it goes.
    ConcernChild.objects.filter(concern=both, child=other).delete()
    with later(days=815), as_destroyer():
        assert destroy_due() == 1
    [emptied] = ConcernChild.objects.filter(concern=both)
    assert (emptied.child_id, emptied.kind) == (None, "destroyed")
