"""Who may lay the marks of earlier concerns under those of this one, which are they, and what does it cost?"""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.models import ConflictOfInterest
from safeguarding.audit.models import Event
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import access
from safeguarding.concerns.services.naming import ChildEntry
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.pages import on_one_line
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
SHOW, HIDE = "Show marks of earlier concerns", "Hide marks of earlier concerns"


def marked(room: factories.Staffroom, *children: Any, days: int, by: Any = None, note: str = "Round") -> Concern:
    """A concern with a bruise on the left forearm (region 9), so many days ago."""
    named = [ChildEntry(role="worried_about", child=child) for child in children]
    at = SCHOOL_DAY - timedelta(days=days)
    return factories.concern(
        room, by=by, at=at, children=named, observed_on=at.date(), marks_seen=True, marks={9: note, 14: ""}
    )


@pytest.fixture
def sister(room: factories.Staffroom) -> Any:
    return factories.child(room.school, "Wren", "Ashdown", by=room.office)


def test_a_lead_lays_them_under_and_it_is_recorded_as_read(client, room, rowan, sister, clock):
    before = marked(room, rowan, days=20, note="Oval, yellow")
    of_both, of_other = marked(room, rowan, sister, days=15, note="Whose?"), marked(room, sister, days=10, note="Hers")
    now, later = marked(room, rowan, days=2), marked(room, rowan, days=1, note="Seen later")
    client.force_login(room.lead)
    address = reverse("concern", args=[now.pk])
    off = client.get(address).content.decode()
    assert SHOW in off and "Oval, yellow" not in off and before.reference not in off
    assert not Event.objects.filter(purpose="earlier marks").exists()
    on = on_one_line(client.get(f"{address}?marks=earlier"))
    assert HIDE in on and "Oval, yellow" in on and "4 November" in on and "hb-spot--before" in on
    assert f'href="{reverse("concern", args=[before.pk])}">{before.reference}' in on
    for words in ("Hers", "Whose?", "Seen later", of_other.reference, later.reference):
        assert words not in on
    assert f'about several children: <a class="hb-nowrap" href="{reverse("concern", args=[of_both.pk])}"' in on
    read = Event.objects.filter(purpose="earlier marks", verb="list")
    assert set(read.values_list("object_id", flat=True)) == {rowan.pk, before.pk, of_both.pk}
    assert f"{reverse('concern_paper', args=[now.pk])}?marks=earlier" in on


def test_on_paper_they_stand_where_the_switch_is_on(client, room, rowan, clock):
    before, now = marked(room, rowan, days=20, note="Oval, yellow"), marked(room, rowan, days=2)
    client.force_login(room.lead)
    address = reverse("concern_paper", args=[now.pk])
    assert "Oval, yellow" not in Printed(client.get(address).content).text
    on = Printed(client.get(f"{address}?marks=earlier").content).text
    assert "Oval, yellow" in on and before.reference in on and "4 November 2026" in on
    assert Event.objects.filter(purpose="earlier marks", verb="print", object_id=before.pk).exists()


def test_a_reporter_never_sees_them_though_they_wrote_them(client, room, rowan, clock):
    before, now = marked(room, rowan, days=20, note="Oval, yellow"), marked(room, rowan, days=2)
    client.force_login(room.teacher)
    for page in ("report", "report_paper"):
        answer = client.get(f"{reverse(page, args=[now.pk])}?marks=earlier")
        text = Printed(answer.content).text if page == "report_paper" else answer.content.decode()
        assert "Oval, yellow" not in text and before.reference not in text and SHOW not in text
    form = _form_about(client, rowan)
    assert SHOW not in client.get(form).content.decode()
    assert "Oval, yellow" not in client.get(f"{form}?marks=earlier").content.decode()


def test_a_lead_who_logs_keeps_what_is_typed_and_sees_them_under_the_figure(client, room, rowan, clock):
    before = marked(room, rowan, days=20, note="Oval, yellow")
    client.force_login(room.lead)
    form = _form_about(client, rowan)
    page = client.get(form)
    assert SHOW in page.content.decode()
    typed = {
        "key": page.context["key"],
        "knows": str(page.context["draft"].revision),
        "who": str(rowan.pk),
        f"{rowan.pk}-role": "worried_about",
        "facts": "He limps.",
        "marks_seen": "yes",
        "region": "9",
        "marks": "earlier",
    }
    pressed = client.post(reverse("log_concern"), typed)
    assert pressed.url.endswith("?marks=earlier#marks")
    on = client.get(pressed.url).content.decode()
    assert "He limps." in on and "Oval, yellow" in on and before.reference in on and HIDE in on


def test_what_is_hidden_from_the_reader_is_not_laid(client, room, rowan, sister, clock):
    hidden = marked(room, rowan, days=20, note="Oval, yellow")
    Concern.objects.filter(pk=hidden.pk).update(restricted_at=SCHOOL_DAY, restricted_by=room.lead)
    now = marked(room, rowan, days=2)
    for person, seen in ((room.lead, True), (room.deputy, False)):
        client.force_login(person)
        page = client.get(f"{reverse('concern', args=[now.pk])}?marks=earlier").content.decode()
        assert ("Oval, yellow" in page) is seen and (hidden.reference in page) is seen
    ConflictOfInterest.objects.create(
        user=room.deputy, child=rowan, kind="own_child", school=room.school, declared_by=room.deputy
    )
    assert client.get(f"{reverse('concern', args=[now.pk])}?marks=earlier").status_code == 404
    of_both = marked(room, rowan, sister, days=1)
    client.force_login(room.lead)
    assert SHOW not in client.get(reverse("concern", args=[of_both.pk])).content.decode()


def test_who_was_given_one_concern_by_name_is_not_offered_those_of_others(client, room, rowan, clock):
    before, now = marked(room, rowan, days=20, note="Oval, yellow"), marked(room, rowan, days=2)
    for concern in (before, now):
        access.grant_concern(
            concern=concern,
            user=room.pastoral,
            reason="She runs the nurture group",
            last_day=SCHOOL_DAY.date() + timedelta(days=7),
            by=room.lead,
        )
    client.force_login(room.pastoral)
    page = client.get(f"{reverse('concern', args=[now.pk])}?marks=earlier")
    assert page.status_code == 200 and "Oval, yellow" not in page.content.decode()
    assert SHOW not in client.get(reverse("concern", args=[now.pk])).content.decode()


def test_queries_do_not_grow_with_earlier_concerns(client, room, rowan, clock):
    now = marked(room, rowan, days=2)
    marked(room, rowan, days=20)
    client.force_login(room.lead)
    address = f"{reverse('concern', args=[now.pk])}?marks=earlier"
    client.get(address)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
        for days in range(30, 33):
            marked(room, rowan, days=days)
    assert counts[0] == counts[1]


def _form_about(client: Any, child: Any) -> str:
    """A log form of whoever is signed in, with the child on it."""
    form: str = client.get(reverse("log_concern")).url
    page = client.get(form)
    typed = {"key": page.context["key"], "add": str(child.pk)}
    answer = client.post(reverse("log_concern"), typed)
    assert answer.status_code == 303
    return form
