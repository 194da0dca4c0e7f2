"""On which records does a conflict of interest hold while a lead is asked whether two are of one child, and after the
answer?
"""

import pytest
from django.urls import reverse

from children.models import Child, ChildDetail, ChildMerge
from children.services import merging
from children.services.access import declare_conflict, lift_conflict
from children.services.giving import hidden_from
from safeguarding.accounts.models import Notice
from safeguarding.audit.protection import known
from safeguarding.concerns.models import Account, Concern
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.children.twice import WHY, about, merged, opened, text
from tests.matrix.asking import refusals_without_frame
from tests.walls import asking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def room():
    return factories.staffroom()


def ask(room, keep, other, **more):
    return merging.ask(**{"keep": keep, "other": other, "reason": WHY, "token": uuid7(), "by": room.office, **more})


def found_by(person):
    """What row security leaves of children and concerns, whatever the program asks."""
    with asking(person):
        return {
            *Child._base_manager.values_list("pk", flat=True),
            *ChildDetail._base_manager.values_list("child_id", flat=True),
            *Concern._base_manager.values_list("pk", flat=True),
            *Account._base_manager.values_list("concern_id", flat=True),
        }


@pytest.mark.parametrize("on", ["keep", "other"])
def test_it_holds_on_both_from_the_asking_to_the_answer(client, room, pair, on):
    keep, other = pair
    declared, free = (keep, other) if on == "keep" else (other, keep)
    declare_conflict(user=room.lead, child=declared, kind="own_child", by=room.lead)
    hers, concern = about(room, declared), about(room, free)

    def opens(person):
        """Of the free record: its pages and its concern, by the program; its rows, by the database."""
        client.force_login(person)
        with refusals_without_frame():
            pages = [
                client.get(reverse(name, args=[one.pk])).status_code
                for name, one in (("child_people", free), ("child_chronology", free), ("concern", concern))
            ]
        rows = found_by(person)
        assert {declared.pk, hers.pk} & rows == (set() if person == room.lead else {declared.pk, hers.pk})
        assert {free.pk, concern.pk} <= rows or not {free.pk, concern.pk} & rows, "both walls say the same of all of it"
        assert (set(pages) == {200}) is (free.pk in rows)
        return free.pk in rows

    assert opens(room.lead) and opens(room.headteacher)
    page = opened(client, room.office, "child_merge", keep.pk, other.pk)
    assert "whoever is close to the child on one of these records sees neither" in text(page)
    asked = ask(room, keep, other)
    assert not opens(room.lead) and opens(room.headteacher)
    for name, key in (("child_people", free.pk), ("concern", concern.pk), ("merge", asked.pk)):
        never = text(opened(client, room.lead, name, uuid7()))
        answer = opened(client, room.lead, name, key)
        assert (answer.status_code, text(answer).count("Ashdown")) == (404, never.count("Ashdown")), name
    assert opened(client, room.headteacher, "merge", asked.pk).status_code == 200
    merging.decline(asked=asked, refusal="Cousins of one name.", by=room.headteacher)
    assert opens(room.lead) and opens(room.headteacher)
    done = merged(room, keep, other, by=room.headteacher)
    for person, status in ((room.lead, 404), (room.headteacher, 200)):
        assert opened(client, person, "concern", concern.pk).status_code == status
        assert opened(client, person, "child_people", keep.pk).status_code == status
    assert {keep.pk, other.pk, hers.pk, concern.pk}.isdisjoint(found_by(room.lead))
    merging.undo(merge=done, reason="Cousins.", by=room.headteacher)
    assert opens(room.lead) and opens(room.headteacher)


def test_concerns_are_handed_on_when_it_begins_to_hold_on_another_record(client, room, pair):
    keep, other = pair
    stands_in = factories.member(room.school, "alternate_lead", "Moira", "Fenn")
    for person in (room.lead, room.deputy):
        declare_conflict(user=person, child=keep, kind="relative", by=person)
    concern = about(room, other)

    def told():
        notices = Notice.objects.filter(kind=ConcernNotice.STAND_IN, object_id=concern.pk)
        return {notice.user for notice in notices}

    assert opened(client, stands_in, "concern", concern.pk).status_code != 200 and told() == set()
    with asking(room.office):
        asked = ask(room, keep, other)
    assert stands_in in told() and not {room.lead, room.deputy} & told()
    assert {one.user for one in Notice.objects.filter(object_id=asked.pk)} == {room.headteacher}
    assert opened(client, stands_in, "concern", concern.pk).status_code == 200
    merging.decline(asked=asked, refusal="Cousins.", by=room.headteacher)
    for person, opens in ((stands_in, False), (room.office, False), (room.lead, True)):
        assert (opened(client, person, "concern", concern.pk).status_code == 200) is opens


def test_one_declared_while_a_lead_is_asked_holds_on_both_and_hands_on_both(client, room, pair):
    keep, other = pair
    stands_in = factories.member(room.school, "alternate_lead", "Moira", "Fenn")
    concern = about(room, other)
    ask(room, keep, other)
    assert opened(client, room.lead, "concern", concern.pk).status_code == 200
    for person in (room.lead, room.deputy):
        with asking(person):
            declared = declare_conflict(user=person, child=keep, kind="relative", by=person)
    assert Notice.objects.filter(kind=ConcernNotice.STAND_IN, object_id=concern.pk, user=stands_in).count() == 1
    assert hidden_from(keep, room.lead) and hidden_from(other, room.lead) and not hidden_from(other, room.headteacher)
    lift_conflict(conflict=declared, reason="A mistake.", by=room.headteacher)
    assert hidden_from(other, room.lead) and not hidden_from(other, room.deputy)


def test_it_holds_along_a_row_of_askings_and_through_a_record_that_has_become_part_of_another(room, pair):
    keep, other = pair
    third = factories.child(room.school, "Rohan", "Ashdown", by=room.office)
    fourth, far = (factories.child(room.school, name, "Ashdown", by=room.office) for name in ("Ronan", "Iris"))
    ask(room, keep, other)
    ask(room, keep, third)
    declare_conflict(user=room.deputy, child=third, kind="relative", by=room.deputy)
    assert set(known("hidden_children", room.deputy.pk)) == {keep.pk, other.pk, third.pk}
    # The record that was asked about becomes part of one of which nobody was asked.
    merged(room, fourth, keep)
    assert set(known("hidden_children", room.deputy.pk)) == {keep.pk, other.pk, third.pk, fourth.pk}
    assert known("hidden_children", room.lead.pk) == []
    assert set(known("child_hidden_from", fourth.pk)) == {room.deputy.pk} and known("child_hidden_from", far.pk) == []
    for asked in ChildMerge.objects.filter(status="asked"):
        merging.decline(asked=asked, refusal="Cousins.", by=room.lead, at=SCHOOL_DAY)
    assert known("hidden_children", room.deputy.pk) == [third.pk]
