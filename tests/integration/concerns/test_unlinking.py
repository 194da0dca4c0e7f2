"""A record that a lead linked by mistake: taken back at once, with the reason, and no trace left in the other child's file."""

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import chronology
from safeguarding.concerns.models import Concern, ConcernChild, ConcernNote
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.progress import names_in
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
BOY = "Boy, Year 3, red coat"


@pytest.fixture
def rowan(room):
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office)


@pytest.fixture
def linked(room, rowan):
    """A described child whom a lead has taken for Rowan, in a concern that has been read."""
    concern = factories.concern(room, children=[ChildEntry("worried_about", kind="unnamed", description=BOY)])
    deciding.open_concern(concern=concern, by=room.lead)
    return deciding.link_child(named=concern.children.get(), child=rowan, by=room.lead)


def take_back(named, by, reason="His cousin wears that coat.", token=None):
    return deciding.unlink_child(named=named, token=token or uuid4(), reason=reason, by=by, at=SCHOOL_DAY)


def fresh(named):
    return ConcernChild.objects.get(pk=named.pk)


def of_child(person, child):
    return chronology.read(SimpleNamespace(user=person), child)


def page_of(client, named):
    return client.get(reverse("concern", args=[named.concern_id]))


def sent(client, page, named, **typed):
    form = page.context["unlink_form"]
    own = {"token": form["token"].value(), "key": page.context["key"], "named": named.pk}
    return client.post(reverse("unlink_child", args=[named.concern_id]), own | typed)


def test_the_concern_leaves_the_file_and_the_chronology_of_that_child_and_the_description_stands_again(
    client, room, rowan, linked
):
    client.force_login(room.lead)
    tab = reverse("child_concerns", args=[rowan.pk])
    assert linked.concern.reference in client.get(tab).content.decode()
    assert of_child(room.lead, rowan).total == 1
    take_back(linked, room.deputy)
    now = fresh(linked)
    assert (now.child, now.linked_at, now.linked_by, now.description) == (None, None, None, BOY)
    assert linked.concern.reference not in client.get(tab).content.decode()
    assert (of_child(room.lead, rowan).total, of_child(room.lead, rowan).first) == (0, None)
    assert not reading.about_child(Concern.objects.all(), rowan.pk).exists()
    page = page_of(client, linked).content.decode()
    assert BOY in page
    assert "Say who this is" in page


def test_it_is_noted_with_the_reason_recorded_and_told_to_who_was_writing(room, linked):
    seen = Concern.objects.get(pk=linked.concern_id).revision
    take_back(linked, room.deputy)
    note = ConcernNote.objects.get(concern=linked.concern_id)
    assert (note.author, note.added_at) == (room.deputy, SCHOOL_DAY)
    assert note.text == (
        "Rowan Ashdown, 5B: linked to this concern by mistake, and taken out of it again. His cousin wears that coat."
    )
    event = Event.objects.filter(object_id=linked.pk, verb=Verb.LINK).latest("at")
    assert (event.actor_id, event.purpose) == (room.deputy.pk, "taken back")
    (change,) = deciding.changed_since(concern=linked.concern, seen=seen, by=room.lead)
    assert (change.by, change.what) == (room.deputy, "took back who a child is")


def test_done_twice_it_is_done_once_and_the_right_record_is_linked_then(room, rowan, linked):
    token = uuid4()
    for _ in range(2):
        take_back(linked, room.lead, token=token)
    assert ConcernNote.objects.filter(concern=linked.concern_id).count() == 1
    with pytest.raises(OutOfTurn, match="not linked to a record any more"):
        take_back(linked, room.deputy)
    hazel = factories.child(room.school, "Hazel", "Reed", by=room.office)
    assert deciding.link_child(named=linked, child=hazel, by=room.lead).child == hazel
    take_back(linked, room.lead, reason="Nor Hazel.")
    # Nobody is shut out for having been linked before.
    assert deciding.link_child(named=linked, child=rowan, by=room.deputy).child == rowan


def test_it_takes_a_reason_and_a_lead_and_a_link(room, rowan, linked):
    with pytest.raises(BadInput, match="Say why"):
        take_back(linked, room.lead, reason=" ")
    with pytest.raises(NotAllowed):
        take_back(linked, room.pastoral)
    assert fresh(linked).child == rowan
    chosen = factories.concern(room, children=[ChildEntry("worried_about", rowan)]).children.get()
    with pytest.raises(OutOfTurn):
        take_back(chosen, room.lead)
    assert fresh(chosen).child == rowan


def test_the_reporter_is_told_nothing_of_either(room, linked):
    told = names_in([linked.concern_id], by=room.teacher)
    take_back(linked, room.lead)
    assert names_in([linked.concern_id], by=room.teacher) == told


def test_it_is_done_on_the_page_of_the_concern(client, room, rowan, linked):
    client.force_login(room.lead)
    page = page_of(client, linked)
    assert page.context["offered"]["unlink_form"]
    assert "Rowan Ashdown, 5B</option>" in page.content.decode()
    missing = sent(client, page, linked, reason=" ")
    assert missing.status_code == 422
    assert "Say why it is another child" in missing.content.decode()
    assert "Rowan Ashdown, 5B</option>" in missing.content.decode()
    assert sent(client, page, linked, reason="His cousin.").status_code == 302
    assert fresh(linked).child is None
    page = page_of(client, linked)
    assert not page.context["offered"]["unlink_form"]
    assert 'id="unlink-reason"' not in page.content.decode()


def test_it_can_be_done_when_the_concern_has_been_closed(client, room, linked):
    concern = Concern.objects.get(pk=linked.concern_id)
    ruling = deciding.Ruling(level=1, kind="in_school", rationale="Seen.", parents_told="yes", receipt="watching")
    deciding.decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=room.lead)
    concern.refresh_from_db()
    deciding.close_concern(
        concern=concern, seen=concern.revision, outcome="unfounded", reason="Settled.", receipt="in_school", by=room.lead
    )  # fmt: skip
    client.force_login(room.lead)
    assert sent(client, page_of(client, linked), linked, reason="His cousin.").status_code == 302
    assert fresh(linked).child is None


def test_the_second_of_two_leads_is_told_and_can_copy_the_reason(client, room, linked):
    client.force_login(room.lead)
    page = page_of(client, linked)
    take_back(linked, room.deputy)
    answer = sent(client, page, linked, reason="It is his cousin.")
    content = answer.content.decode()
    assert answer.status_code == 409
    assert "not linked to a record any more" in content
    assert "What you typed has not been saved" in content
    assert "It is his cousin." in content
    assert answer.context["lost"] == [("Why it is another child", "It is his cousin.")]


def test_a_child_of_another_concern_cannot_be_taken_out_from_here(client, room, linked):
    other = factories.concern(room)
    client.force_login(room.lead)
    own = {"token": uuid4(), "named": linked.pk, "reason": "His cousin."}
    assert client.post(reverse("unlink_child", args=[other.pk]), own).status_code == 404
    for wrong in ("", "x", uuid4()):
        answer = client.post(reverse("unlink_child", args=[linked.concern_id]), own | {"named": wrong})
        assert answer.status_code in (404, 422)
    assert fresh(linked).child is not None
