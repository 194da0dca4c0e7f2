"""A record that a lead linked by mistake: taken back at once, with the reason, and no trace left in the other child's
file.
"""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict, grant_child
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import who_sees
from safeguarding.concerns import chronology
from safeguarding.concerns.models import Concern, ConcernChild, ConcernNote, UndoneLink
from safeguarding.concerns.services import deciding, reading
from safeguarding.concerns.services.meeting import Called, call_meeting
from safeguarding.concerns.services.progress import names_in
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services.checking import check_keys
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


def test_it_is_kept_apart_with_the_reason_recorded_and_told_to_who_was_writing(room, rowan, linked):
    seen = Concern.objects.get(pk=linked.concern_id).revision
    undone = take_back(linked, room.deputy)
    assert not ConcernNote.objects.filter(concern=linked.concern_id).exists()
    assert (undone.child_key, undone.reason, undone.undone_by) == (rowan.pk, "His cousin wears that coat.", room.deputy)
    assert (undone.since, undone.undone_at) == (linked.linked_at, SCHOOL_DAY)
    event = Event.objects.filter(object_id=linked.pk, verb=Verb.LINK).latest("at")
    assert (event.actor_id, event.purpose) == (room.deputy.pk, "taken back")
    (change,) = deciding.changed_since(concern=linked.concern, seen=seen, by=room.lead)
    assert (change.by, change.what) == (room.deputy, "took back who a child is")


def test_done_twice_it_is_done_once_and_the_right_record_is_linked_then(room, rowan, linked):
    token = uuid4()
    for _ in range(2):
        take_back(linked, room.lead, token=token)
    assert UndoneLink.objects.filter(concern=linked.concern_id).count() == 1
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
    described = factories.concern(room, children=[ChildEntry("worried_about", kind="unnamed", description=BOY)])
    with pytest.raises(OutOfTurn):
        take_back(described.children.get(), room.lead)


def test_whom_the_reporter_chose_wrongly_is_a_child_not_named_yet_and_is_linked_again(client, room, rowan):
    """The only child of a concern: it stays with its readers, who say who it is."""
    chosen = factories.concern(room, children=[ChildEntry("worried_about", rowan)]).children.get()
    client.force_login(room.lead)
    assert sent(client, page_of(client, chosen), chosen, reason="Another Rowan.").status_code == 302
    assert (fresh(chosen).child, fresh(chosen).kind) == (None, "not_yet")
    assert chosen.concern.reference not in client.get(reverse("child_concerns", args=[rowan.pk])).content.decode()
    page = page_of(client, chosen).content.decode()
    assert "A child not named yet" in page
    assert "Say who this is" in page
    client.force_login(room.teacher)
    report = client.get(reverse("report", args=[chosen.concern_id])).content.decode()
    assert "Rowan Ashdown" not in report
    other = factories.child(room.school, "Rowan", "Ashby", by=room.office)
    assert deciding.link_child(named=fresh(chosen), child=other, by=room.lead).child == other


def test_who_opened_it_meanwhile_is_listed_and_whose_only_way_it_was(client, room, rowan, linked):
    last_day = timezone.localdate() + timedelta(days=9)
    grant_child(child=rowan, user=room.pastoral, reason="Mentor of Rowan.", last_day=last_day, by=room.lead)
    for person in (room.pastoral, room.headteacher):
        client.force_login(person)
        assert client.get(reverse("concern", args=[linked.concern_id])).status_code == 200
    assert client.get(reverse("child_chronology", args=[rowan.pk])).status_code == 200
    client.force_login(room.lead)
    page = page_of(client, linked)
    answer = sent(client, page, linked, reason="His cousin.")
    undone = UndoneLink.objects.get()
    assert answer["Location"] == reverse("undone_link", args=[linked.concern_id, undone.pk])
    found = client.get(answer["Location"])
    people = {(one.name, one.did, one.may_still) for one in found.context["people"]}
    assert {
        ("Carla Mendes", "opened it", False),
        ("Helen Okafor", "opened it", True),
        ("Helen Okafor", "saw it in that child’s file", True),
        ("Priya Raman", "opened it", True),
    } <= people
    assert "Rowan Ashdown" in found.content.decode()
    looked = client.get(reverse("concern_looked", args=[linked.concern_id])).content.decode()
    assert reverse("undone_link", args=[linked.concern_id, undone.pk]) in looked
    assert "Rowan" not in looked
    client.force_login(room.pastoral)
    for page in (answer["Location"], reverse("concern", args=[linked.concern_id])):
        assert client.get(page).status_code == 404


def test_who_saw_it_meanwhile_in_any_paper_of_that_file_or_of_the_family_or_opened_a_meeting_is_listed(
    client, room, rowan, linked
):
    met = call_meeting(
        concern=linked.concern,
        token=uuid4(),
        called=Called(kind="school", held_at=timezone.now()),
        staff=[room.lead],
        by=room.lead,
    )
    skye = factories.child(room.school, "Skye", "Ashdown", by=room.office)
    factories.link_siblings(one=rowan, other=skye, relationship="Sister", by=room.lead)
    last_day = timezone.localdate() + timedelta(days=9)
    grant_child(child=rowan, user=room.pastoral, reason="Mentor of Rowan.", last_day=last_day, by=room.lead)
    for person, page, key in (
        (room.deputy, "family_chronology", skye.pk),
        (room.headteacher, "chronology_paper", rowan.pk),
        (room.pastoral, "meeting", met.pk),
        (room.pastoral, "brief_page", rowan.pk),
    ):
        client.force_login(person)
        assert client.get(reverse(page, args=[key]), {"significant": "on"}).status_code == 200
    deciding.unlink_child(named=linked, token=uuid4(), reason="His cousin.", by=room.lead)
    client.force_login(room.lead)
    found = client.get(reverse("undone_link", args=[linked.concern_id, UndoneLink.objects.get().pk]))
    of_file = {one.name for one in found.context["people"] if one.did == "saw it in that child’s file"}
    assert of_file == {"Tom Aldous", "Helen Okafor", "Carla Mendes"}
    assert ("Carla Mendes", "opened it") in {(one.name, one.did) for one in found.context["people"]}


def test_a_lead_related_to_the_wrong_child_sees_the_concern_from_then_on_and_is_told(room, rowan):
    """Hidden by a wrong link, it was out of her sight; and who is related to the right child loses it at that
    moment.
    """
    concern = factories.concern(room, children=[ChildEntry("worried_about", rowan)])
    declare_conflict(user=room.lead, child=rowan, kind="relative", by=room.lead)
    assert room.lead.pk not in who_sees(concern, [room.lead.pk])
    Notice.objects.all().delete()
    undone = deciding.unlink_child(named=concern.children.get(), token=uuid4(), reason="Not him.", by=room.deputy)
    assert room.lead.pk in who_sees(concern, [room.lead.pk])
    assert room.lead.pk not in who_sees(undone, [room.lead.pk])
    assert room.deputy.pk in who_sees(undone, [room.deputy.pk])
    assert [(n.user, n.object_id) for n in Notice.objects.all()] == [(room.lead, concern.pk)]


def test_the_key_is_wrapped_for_the_wrong_child_no_more_after_the_night_and_their_end_takes_nothing_along(
    room, rowan, linked
):
    take_back(linked, room.lead)
    check_keys(at=SCHOOL_DAY)
    with connections[KEYS].cursor() as cursor:
        cursor.execute("SELECT subject_id FROM sealing_wrap WHERE record_id = %s", [linked.concern_id])
        assert [key for (key,) in cursor.fetchall()] == [room.school.pk]


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
        concern=concern,
        seen=concern.revision,
        outcome="unfounded",
        reason="Settled.",
        receipt="in_school",
        by=room.lead,
    )
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
