"""Is a child whom a reporter described found on the list and linked, once, and the description kept?"""

from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.integration.concerns.leads_page import (
    fresh,
    page_of,
    send,
)

pytestmark = pytest.mark.django_db


def test_a_described_child_is_found_and_linked_and_the_description_stays(lead, room):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    concern = factories.concern(room, children=[ChildEntry("witness", kind="unnamed", description="Boy, red coat")])
    named = concern.children.get()
    assert "Enter name, class or UPN" in send(lead, "link_child", named, {"q": ""}).content.decode()
    found = send(lead, "link_child", named, {"q": "rowan"}).content.decode()
    assert f'name="child" value="{rowan.pk}"' in found
    assert send(lead, "link_child", named, {"child": rowan.pk}).status_code == 302
    content = page_of(lead, concern).content.decode()
    assert "Rowan Ashdown" in content
    assert "Described as: Boy, red coat" in content
    # It is linked now: the address leads back to its concern.
    assert lead.get(reverse("link_child", args=[named.pk]))["Location"] == reverse("concern", args=[concern.pk])


def test_a_child_linked_by_a_double_click_is_linked_once_and_nobody_is_put_in_its_place(lead, client, room):
    rowan, hazel = (factories.child(room.school, name, by=room.office) for name in ("Rowan", "Hazel"))
    concern = factories.concern(room, children=[ChildEntry("witness", kind="unnamed", description="Boy, red coat")])
    named = concern.children.get()
    for _ in range(2):
        answer = send(lead, "link_child", named, {"child": rowan.pk})
        assert (answer.status_code, answer["Location"]) == (302, reverse("concern", args=[concern.pk]))
    assert Event.objects.filter(object_id=named.pk, verb=Verb.LINK).count() == 1
    other = send(lead, "link_child", named, {"child": hazel.pk})
    assert other.status_code == 409
    assert "This child has been linked to a record already." in other.content.decode()
    client.force_login(room.deputy)
    assert send(client, "link_child", named, {"child": rowan.pk}).status_code == 409
    assert (fresh(named).child, fresh(named).linked_by) == (rowan, room.lead)


def test_a_child_whom_the_reporter_named_is_not_linked_to_another(lead, room):
    rowan = factories.child(room.school, "Rowan", by=room.office)
    named = factories.concern(room, children=[ChildEntry("worried_about", rowan)]).children.get()
    assert lead.get(reverse("link_child", args=[named.pk])).status_code == 404
    assert send(lead, "link_child", named, {"child": rowan.pk}).status_code == 404


def test_a_child_of_another_school_cannot_be_linked(lead, room):
    other = factories.staffroom("Gorse Hill Academy")
    stranger = factories.child(other.school, by=other.office)
    named = factories.concern(room, children=[ChildEntry("witness", kind="unnamed", description="Boy")]).children.get()
    for child in (stranger.pk, uuid4()):
        assert send(lead, "link_child", named, {"child": child}).status_code == 404
    assert send(lead, "link_child", named, {"child": "junk"}).status_code == 200
    assert fresh(named).child is None
