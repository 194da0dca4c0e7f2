"""Calling a lead: what a call needs, and the child it may name."""

from datetime import timedelta
from uuid import UUID

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import tokens
from safeguarding.concerns.forms.calls import NOT_RECORDED
from safeguarding.concerns.models import Concern
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.verbs import ConcernVerb
from tests import factories
from tests.factories import SCHOOL_DAY

from .call_page import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_button_alone_is_a_call(client, room):
    answer = send(client, room)
    concern = Concern.objects.get()
    assert answer.url == f"/call/{concern.pk}/"
    assert (concern.called_at, concern.how_soon, concern.logged_by) == (SCHOOL_DAY, 4, room.teacher)
    assert Notice.objects.filter(user=room.lead, kind=ConcernNotice.CALL).count() == 1
    assert Event.objects.filter(verb=ConcernVerb.CALL, object_id=concern.pk, actor_id=room.teacher.pk).count() == 1


def test_sent_twice_it_is_one_call(client, room):
    client.force_login(room.teacher)
    sent = {"key": tokens.issue(room.teacher), "line": "Come to the hall"}
    assert client.post("/call/", sent).url == client.post("/call/", sent).url
    assert Concern.objects.count() == 1


def test_a_line_is_the_beginning_of_the_account_and_typed_words_are_a_child_to_be_linked(client, room):
    send(client, room, line="She will not go home", q="girl with a blue bag")
    concern = Concern.objects.get()
    assert concern.account.facts == "She will not go home"
    [named] = concern.children.all()
    assert (named.child, named.kind, named.description) == (None, "unnamed", "girl with a blue bag")


def test_a_child_is_found_chosen_and_sent(client, room):
    rowan = factories.child(room.school, by=room.office)
    found = send(client, room, q="Rowan", line="Come now", find="find")
    text = found.content.decode()
    assert f'value="{rowan.pk}"' in text
    assert 'value="Come now"' in text

    chosen = send(client, room, q="Rowan", line="Come now", add=str(rowan.pk)).content.decode()
    assert "Rowan Ashdown" in chosen
    assert "5B, Year 5" in chosen
    assert not Concern.objects.exists()

    send(client, room, child=str(rowan.pk), line="Come now")
    assert [c.child for c in Concern.objects.get().children.all()] == [rowan]
    assert Event.objects.filter(verb=Verb.SEARCH, purpose="call").exists()


def test_a_child_can_be_taken_out_again(client, room):
    rowan = factories.child(room.school, by=room.office)
    text = send(client, room, child=str(rowan.pk), line="Come now", remove=str(rowan.pk)).content.decode()
    assert "Rowan" not in text
    assert 'value="Come now"' in text


def test_nothing_is_found_says_that_words_are_enough(client, room):
    text = send(client, room, q="Zebedee", find="find").content.decode()
    assert "Names that sound alike were tried too" in text
    assert 'value="Zebedee"' in text


@pytest.mark.parametrize("child", [str(UUID(int=7)), "other school"])
def test_a_child_that_is_not_to_be_seen_does_not_stop_the_call(client, room, child):
    if child == "other school":
        elsewhere = factories.staffroom("Weir Road Primary School")
        child = str(factories.child(elsewhere.school, by=elsewhere.office).pk)
    assert send(client, room, child=child).status_code == 302
    row = Concern.objects.get().children.get()
    assert (row.child, row.description) == (None, NOT_RECORDED)


def test_a_child_gone_for_more_than_a_year_is_not_named_by_a_call_and_one_gone_for_less_is(client, room):
    for name, days in (("Ivo", 200), ("Ida", 400)):
        gone = factories.child(room.school, name, "Lately", by=room.office)
        # Children leave by an import; what it writes on the card is all that counts here.
        type(gone).objects.filter(pk=gone.pk).update(left_on=SCHOOL_DAY.date() - timedelta(days=days))
        send(client, room, child=str(gone.pk))
    named = [concern.children.get() for concern in Concern.objects.order_by("number")]
    assert [(row.child and row.child.forename, row.description) for row in named] == [
        ("Ivo", ""),
        (None, NOT_RECORDED),
    ]


def test_a_key_of_somebody_else_calls_nobody(client, room):
    client.force_login(room.teacher)
    for sent in ({"key": tokens.issue(room.lead)}, {"key": "half a k"}, {}):
        assert "Press the button once more" in client.post("/call/", sent).content.decode()
    assert not Concern.objects.exists()


def test_the_finder_names_nobody_of_another_school(client, room):
    elsewhere = factories.staffroom("Weir Road Primary School")
    factories.child(elsewhere.school, "Skye", by=elsewhere.office)
    factories.child(room.school, "Rowan", by=room.office)
    text = send(client, room, q="Ashdown", find="find").content.decode()
    assert "Rowan" in text
    assert "Skye" not in text


def test_no_call_takes_a_name_into_the_address_or_the_title(client, room):
    rowan = factories.child(room.school, by=room.office)
    answer = send(client, room, child=str(rowan.pk), line="Rowan is here")
    text = client.get(answer.url).content.decode()
    title = text[text.index("<title>") : text.index("</title>")]
    assert "Rowan" not in answer.url + title
    assert "Ashdown" not in text
