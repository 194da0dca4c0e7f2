"""Does the list of children say what a lead asks it for, and does a child's page begin a concern about that child?"""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.facts import Leaving
from children.models import ChildDetail
from children.services.access import declare_conflict
from safeguarding.concerns.models import Concern, Draft, HowSoon
from safeguarding.concerns.services import access, deciding
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.integration.concerns.leads_page import decided, logged, opened
from tests.pages import on_one_line

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def about(room, *children):
    return logged(room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", child) for child in children])


def closed(room, concern):
    ruled = decided(opened(concern, room.lead), room.lead)
    now = Concern.objects.get(pk=ruled.pk)
    ending = {"outcome": "unfounded", "reason": "Settled.", "receipt": "watching"}
    return deciding.close_concern(concern=now, seen=now.revision, by=room.lead, **ending)


def counts(client, person):
    client.force_login(person)
    rows = client.get(reverse("children")).context["rows"]
    return {child.forename: words for child, words in rows if words}


def test_a_lead_sees_how_many_open_concerns_name_each_child_of_those_they_may_see(client, room):
    ann, bea = (factories.child(room.school, name, "Lomax", by=room.office) for name in ("Ann", "Bea"))
    factories.child(room.school, "Cy", "Lomax", by=room.office)
    about(room, ann)
    about(room, ann, bea)
    closed(room, about(room, bea))
    assert counts(client, room.lead) == {"Ann": "2 open concerns", "Bea": "1 open concern"}
    # Who reads no concerns is told of none, nor is anybody of what is restricted or hidden from them.
    assert counts(client, room.office) == {}
    access.restrict_concern(concern=about(room, ann), by=room.lead)
    assert counts(client, room.lead)["Ann"] == "3 open concerns"
    assert counts(client, room.deputy)["Ann"] == "2 open concerns"
    declare_conflict(user=room.deputy, child=bea, kind="relative", by=room.deputy)
    assert counts(client, room.deputy) == {"Ann": "1 open concern"}


def test_the_list_asks_as_often_for_ten_children_as_for_forty(client, room):
    client.force_login(room.lead)

    def asked(number):
        for serial in range(number):
            about(room, factories.child(room.school, f"C{serial}", "Lomax", by=room.office))
        client.get(reverse("children"))
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("children"))
        return len(found)

    few, many = asked(10), asked(30)
    assert many <= few


def test_the_list_is_narrowed_by_badge_and_shows_them(client, room):
    held = {"lac": {"in_care": True}, "ehcp": {"sen_provision": "E"}, "addr": {"address_confidential": True}}
    for key, details in held.items():
        factories.child(room.school, key.title(), "Lomax", by=room.office, details=details)
    factories.child(room.school, "Plain", "Lomax", by=room.office)
    assert list(ChildDetail.BADGES) == list(held)
    client.force_login(room.lead)
    for key in held:
        answer = client.get(reverse("children"), {"badge": key})
        assert [(child.forename, list(child.badges)) for child, _ in answer.context["rows"]] == [(key.title(), [key])]
        assert f"hb-badge--{key}" in answer.content.decode()
    assert len(client.get(reverse("children"), {"badge": "junk"}).context["rows"]) == 4


@pytest.mark.usefixtures("clock")
def test_every_tab_of_a_record_begins_a_concern_about_the_child(client, room):
    ann = factories.child(room.school, "Ann", "Lomax", by=room.office)
    client.force_login(room.lead)
    for page in ("child_people", "child_chronology", "child_concerns", "child_files"):
        text = on_one_line(client.get(reverse(page, args=[ann.pk])))
        assert "Log a concern about this child" in text
        assert f'href="{reverse("log_concern")}?about={ann.pk}"' in text
    answer = client.get(f"{reverse('log_concern')}?about={ann.pk}", follow=True)
    [row] = answer.context["form"].children
    assert (row.child, row["role"].value()) == (ann, "worried_about")
    assert not Draft.objects.exists() and not Concern.objects.exists()


@pytest.mark.usefixtures("clock")
def test_a_key_of_nobody_whom_one_may_name_begins_an_empty_form(client, room):
    hidden = factories.child(room.school, "Ann", "Lomax", by=room.office)
    gone = factories.child(
        room.school, "Old", "Lomax", by=room.office, leaving=Leaving(on=date(2020, 7, 1)), entered_on=None
    )
    stranger = factories.child(factories.school("Gorse Hill Academy"))
    declare_conflict(user=room.deputy, child=hidden, kind="relative", by=room.deputy)
    client.force_login(room.deputy)
    for key in (hidden.pk, gone.pk, stranger.pk, "0190a0a0-0000-7000-8000-000000000000", "nonsense"):
        answer = client.get(f"{reverse('log_concern')}?about={key}", follow=True)
        assert answer.status_code == 200 and answer.context["form"].children == []
    assert "Log a concern about this child" not in client.get(reverse("child_people", args=[gone.pk])).content.decode()
