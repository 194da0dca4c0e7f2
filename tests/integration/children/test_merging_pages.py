"""The pages of two records of one child: who may open, ask, decide and undo; what is refused in words, and nothing done
twice.
"""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from children.models import (
    Child,
    ChildMerge,
)
from children.notice_kinds import ChildNotice
from children.services import merging
from safeguarding.accounts.models import Notice
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories, sheets
from tests.factories import SCHOOL_DAY
from tests.integration.children.twice import BORN, TODAY, WHY, about, merged, opened, text, typed
from tests.matrix.asking import refusals_without_frame

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def room():
    return factories.staffroom()


def test_who_may_look_ask_decide_and_undo(client, room, pair):
    keep, other = pair
    everybody = ("teacher", "assistant", "pastoral", "office", "deputy", "lead", "headteacher")
    looks, decides = {"office", "deputy", "lead", "headteacher"}, {"lead", "headteacher"}
    browsers = {who: Client() for who in everybody}
    for who, browser in browsers.items():
        browser.force_login(getattr(room, who))

    def may(name, *keys, data=None):
        address = reverse(name, args=keys)
        with refusals_without_frame():
            answers = {
                who: browser.get(address) if data is None else browser.post(address, data)
                for who, browser in browsers.items()
            }
        return {who for who, answer in answers.items() if answer.status_code != 403}

    assert may("child_same", keep.pk) == may("child_merge", keep.pk, other.pk) == may("merges") == looks
    assert may("child_merge_ask", keep.pk, other.pk, data={}) == looks
    assert may("child_merge_do", keep.pk, other.pk, data={}) == decides
    asked = merging.ask(keep=keep, other=other, reason=WHY, token=uuid7(), by=room.office)
    assert {n.user for n in Notice.objects.filter(kind=ChildNotice.SAME_CHILD)} == {room.lead, room.headteacher}
    assert may("merge", asked.pk) == looks
    assert may("merge", asked.pk, data={"refusal": ""}) == looks, "a form that says nothing is refused in words"
    for who in (room.office, room.deputy):
        assert opened(client, who, "merge", asked.pk, data={"refusal": "Twins."}).status_code == 403
        with pytest.raises(NotAllowed):
            merged(room, keep, other, by=who)
    assert "merges" not in text(opened(client, room.deputy, "today")) and reverse("merges") in text(
        opened(client, room.lead, "today")
    )
    done = merged(room, keep, other)
    assert done.pk == asked.pk and done.asked_by == room.office and done.decided_by == room.lead
    assert may("undo_merge", done.pk) == decides
    with pytest.raises(NotAllowed):
        merging.undo(merge=done, reason="Cousins.", by=room.office)
    opened_notice = Notice.objects.filter(kind=ChildNotice.SAME_CHILD, settled_at=None, opened_at=None)
    assert not opened_notice.exists()


def test_asked_by_the_office_declined_by_a_lead_and_asked_again(client, room, pair):
    keep, other = pair
    found = opened(client, room.office, "child_same", keep.pk, data={"q": "Rowen"})
    assert str(other.pk) in text(found) and f'value="{keep.pk}"' not in text(found)
    assert opened(client, room.office, "child_same", keep.pk, data={"add": other.pk}).url == reverse(
        "child_merge", args=[keep.pk, other.pk]
    )
    page = opened(client, room.office, "child_merge", keep.pk, other.pk)
    assert "Ask a safeguarding lead" in text(page) and page.context["change"] is None
    form = typed(page)
    empty = opened(client, room.office, "child_merge_ask", keep.pk, other.pk, data=form | {"reason": ""})
    assert empty.status_code == 422
    for _ in range(2):
        opened(client, room.office, "child_merge_ask", keep.pk, other.pk, data=form)
    asked = ChildMerge.objects.get()
    with pytest.raises(OutOfTurn):
        merging.ask(keep=keep, other=other, reason=WHY, token=uuid7(), by=room.office)
    opened(client, room.lead, "merge", asked.pk, data={"refusal": "Twins: two birth certificates."})
    assert "Twins: two birth certificates." in text(opened(client, room.office, "merge", asked.pk))
    assert opened(client, room.lead, "child_people", other.pk).status_code == 200
    assert merging.ask(keep=other, other=keep, reason=WHY, token=uuid7(), by=room.office).status == "asked"


def test_twice_at_once_changed_meanwhile_and_what_cannot_be(client, room, pair):
    keep, other = pair
    page = opened(client, room.lead, "child_merge", keep.pk, other.pk)
    about(room, other)
    late = opened(client, room.headteacher, "child_merge_do", keep.pk, other.pk, data=typed(page, reason="Typed once"))
    assert late.status_code == 409 and "has changed since" in text(late) and "Typed once" in text(late)
    assert not ChildMerge.objects.exists()
    form = typed(late)
    first = opened(client, room.lead, "child_merge_do", keep.pk, other.pk, data=form)
    again = opened(client, room.lead, "child_merge_do", keep.pk, other.pk, data=form)
    assert first.url == again.url and ChildMerge.objects.count() == 1
    # Somebody else sends their own page after that.
    other_s = opened(client, room.headteacher, "child_merge_do", keep.pk, other.pk, data=form | {"token": str(uuid7())})
    assert other_s.status_code in (302, 409) and ChildMerge.objects.count() == 1
    with pytest.raises(OutOfTurn):
        merged(room, keep, other)
    there = factories.staffroom()
    with pytest.raises(BadInput, match="two schools"):
        merged(room, keep, factories.child(there.school, by=there.office), by=_at_both(room, there))
    with pytest.raises(BadInput, match="same record twice"):
        merged(room, keep, keep)
    gone = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    Child.objects.filter(pk=gone.pk).update(left_on=TODAY)
    with pytest.raises(BadInput, match=f"Keep record {keep.number}"):
        merged(room, gone, keep)


def _at_both(room, there):
    factories.give_role(user=room.lead, school=there.school, role_key="lead", starts_on=factories.LONG_AGO)
    room.lead.__dict__.pop("_rights", None)
    return room.lead


def test_what_differs_is_said_and_has_to_be_ticked(client, room):
    def made(sex, born, upn):
        details = {"sex": sex, "date_of_birth": born, "upn": upn}
        return factories.child(room.school, "Rowan", "Ashdown", by=room.office, details=details)

    keep, other = made("M", BORN, sheets.number(1)), made("F", date(2017, 3, 15), sheets.number(2))
    factories.link_siblings(one=keep, other=other, by=room.office)
    page = opened(client, room.lead, "child_merge", keep.pk, other.pk)
    for words in (
        "dates of birth differ",
        "sexes differ",
        "brother or sister of each other",
        "Both have a permanent UPN",
    ):
        assert words in text(page), words
    form = typed(page)
    del form["sure"]
    assert "Tick that you have looked at what differs" in text(
        opened(client, room.lead, "child_merge_do", keep.pk, other.pk, data=form)
    )


def test_undone_within_thirty_days_with_what_was_written_since_and_never_after(client, room, pair, clock):
    keep, other = pair
    done = merged(room, keep, other)
    clock.move_to(SCHOOL_DAY + timedelta(hours=2))
    stays, goes = about(room, keep), about(room, keep)
    clock.move_to(SCHOOL_DAY + timedelta(days=30))
    page = opened(client, room.lead, "undo_merge", done.pk)
    assert stays.reference in text(page) and "stays with record" in text(page)
    named = goes.children.get()
    assert opened(client, room.lead, "undo_merge", done.pk, data={"reason": ""}).status_code == 422
    chosen = {"reason": "Cousins.", "chosen": [str(named.pk)]}
    assert opened(client, room.lead, "undo_merge", done.pk, data=chosen).status_code == 302
    assert (stays.children.get().child_id, goes.children.get().child_id) == (keep.pk, other.pk)
    with pytest.raises(OutOfTurn, match="undone already"):
        merging.undo(merge=done, reason="Cousins.", by=room.lead)
    assert opened(client, room.lead, "child_people", other.pk).status_code == 200
    later = merged(room, keep, other, at=SCHOOL_DAY + timedelta(days=30))
    clock.move_to(SCHOOL_DAY + timedelta(days=61))
    with pytest.raises(OutOfTurn, match="could be undone until"):
        merging.undo(merge=later, reason="Cousins.", by=room.lead)
    gone = opened(client, room.lead, "undo_merge", later.pk)
    assert gone.url == reverse("merge", args=[later.pk])
    assert "After 30 days too much has been written" in text(opened(client, room.lead, "merge", later.pk))
