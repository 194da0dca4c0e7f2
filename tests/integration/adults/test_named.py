"""Who is in a concern about an adult: a child linked to it, the adult put right, a colleague of an agency."""

import pytest
from django.urls import reverse

from children.models import Child
from safeguarding.adults.models import AdultNamed, Raised
from safeguarding.adults.services import naming, working
from safeguarding.adults.subjects import subjects_of
from safeguarding.audit.models import Event
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db


def test_a_child_is_linked_and_the_childs_record_shows_nothing_of_it(client, place):
    room = place.room
    rowan = factories.child(place.school, by=room.office)
    children = [ChildEntry(role="worried_about", child=rowan)]
    about_rowan = factories.concern(room, facts="Rowan cried.", at=SCHOOL_DAY, children=children)
    concern = place.concern(raised_as="harm")
    client.force_login(room.headteacher)
    address = reverse("staff_concern_child", args=[concern.pk])
    assert "Rowan Ashdown" in client.post(address, {"q": "Rowan"}).content.decode()
    assert client.post(address, {"add": str(rowan.pk)}).status_code == 302
    # What it left in the log of the school and of the child is what an ordinary search and an opened card leave.
    left = Event.objects.filter(actor_id=room.headteacher.pk, object_type="children.child")
    assert set(left.values_list("verb", "purpose")) == {("search", "name"), ("view", "")}
    page = reverse("staff_concern", args=[concern.pk])
    assert "Rowan Ashdown" in client.get(page).content.decode()
    assert "linked a child" in client.get(page).content.decode()
    quoted = {
        "form": "child_record",
        "token": str(uuid7()),
        "quoted": about_rowan.reference,
        "text": "What was said stays.",
    }
    assert client.post(reverse("staff_concern_write", args=[concern.pk]), quoted).status_code == 302
    assert reverse("concern", args=[about_rowan.pk]) in client.get(page).content.decode()
    client.force_login(room.lead)
    for name, key in (
        ("child_chronology", rowan.pk),
        ("concern", about_rowan.pk),
        ("child_changes", rowan.pk),
        ("child_looked", rowan.pk),
        ("event_log", None),
        ("today", None),
    ):
        text = client.get(reverse(name, args=[key] if key else [])).content.decode()
        assert concern.reference not in text
        assert "staffconcern" not in text
        assert '<span class="sub">link</span>' not in text
    assert "No match you can see" in client.post(reverse("find"), {"q": concern.reference}).content.decode()
    # The chair reads it where the Headteacher is named too, and sees no card of a child.
    named = naming.name_adult(concern=concern, part="involved", user=room.headteacher, by=room.headteacher)
    client.force_login(place.chair)
    text = client.get(page).content.decode()
    assert "A child whose card you may not see" in text
    assert "Rowan" not in text
    naming.withdraw_adult(named=named, by=place.chair)
    linked = concern.children.get()
    naming.unlink_child(linked=linked, by=room.headteacher)
    elsewhere = factories.child(factories.school(), "Theo", "Lindqvist")
    with pytest.raises(NotAllowed):
        naming.link_child(concern=concern, child=elsewhere, by=room.headteacher)
    # Who finds no children by name is told so: the chair of governors.
    about_head = place.concern(user=room.headteacher)
    client.force_login(place.chair)
    assert "does not find children" in client.get(reverse("staff_concern_child", args=[about_head.pk])).content.decode()
    assert Child.objects.filter(pk=rowan.pk).exists()


def test_the_wrong_adult_is_put_right(place):
    concern, head = place.concern(), place.room.headteacher
    wrong = AdultNamed.objects.get(staff_concern=concern)
    naming.name_adult(concern=concern, part="about", user=place.room.pastoral, by=head)
    naming.withdraw_adult(named=wrong, by=head)
    assert {one.id for one in subjects_of([concern.pk])[concern.pk]} == {place.room.pastoral.pk}
    assert Raised.objects.get().who == "Jon Beckett", "what was written stays as it was"
    with pytest.raises(BadInput):
        naming.name_adult(concern=concern, part="involved", by=head)


def test_a_colleague_of_an_agency_keeps_standing_and_employer(place):
    head, tutor = place.room.headteacher, place.room.teacher
    concern = place.concern(user=tutor, standing="supply", employer="Blue Teachers")
    said = AdultNamed.objects.get(staff_concern=concern)
    assert (said.standing, said.employer) == ("supply", "Blue Teachers")
    assert any("employer" in one for one in working.what_lacks(concern))
    again = {"concern": concern, "part": "about", "user": tutor, "by": head}
    assert naming.name_adult(**again) == said, "nothing new was said"
    newer = naming.name_adult(employer="Green Teachers", **again)
    assert (newer.standing, newer.employer) == ("supply", "Green Teachers")
    said.refresh_from_db()
    assert said.withdrawn_by == head
