"""Does the list of all concerns narrow to what was chosen, keep it from page to page, and say so when nothing fits?"""

from datetime import timedelta

import pytest
from django.urls import reverse

from safeguarding.accounts.models import RoleAssignment
from safeguarding.accounts.services import end_role
from safeguarding.concerns.models import Category, HowSoon
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import decided, logged, opened

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_the_list_is_narrowed_by_codes_and_says_when_nothing_fits(lead, room):
    neglect = Category.objects.get(pk="NEG")
    old = logged(room, HowSoon.THIS_WEEK, timedelta(days=40), category=neglect)
    new = logged(room, HowSoon.TODAY, HOUR)
    done = decided(opened(logged(room, HowSoon.TODAY, 2 * HOUR), room.lead), room.lead)

    def listed(**codes):
        return [row.concern for row in lead.get(reverse("concerns"), codes).context["rows"]]

    assert listed() == [new, done, old]
    assert listed(status="waiting") == [new, old]
    assert listed(status="new") == [new, old]
    assert listed(status="decided") == [done]
    assert listed(soon=2) == [old]
    assert listed(level=2) == [done]
    assert listed(category="NEG") == [old]
    assert listed(since=30) == [new, done]
    assert listed(status="decided", soon=3, level=2, since=7) == [done]
    assert listed(status="closed") == []
    assert listed(by=room.teacher.pk) == [new, done, old]
    assert listed(by=room.lead.pk) == []
    assert listed(role="teacher") == [new, done, old]
    assert listed(role="teaching_assistant") == []
    assert "No concern fits" in lead.get(reverse("concerns"), {"status": "closed"}).content.decode()


def test_the_list_is_narrowed_by_the_year_of_a_child_and_by_who_logged_it(lead, room):
    ann, bea = (
        factories.child(room.school, name, "Lomax", by=room.office, year_group=year)
        for name, year in (("Ann", 2), ("Bea", 0))
    )
    of_both = logged(room, 2, HOUR, children=[ChildEntry("worried_about", ann), ChildEntry("worried_about", bea)])
    of_one = logged(room, 2, 2 * HOUR, children=[ChildEntry("worried_about", bea)], by=room.assistant)

    def listed(**codes):
        return [row.concern for row in lead.get(reverse("concerns"), codes).context["rows"]]

    assert listed(year=2) == [of_both]
    assert listed(year=0) == [of_both, of_one]
    assert listed(year=5) == []
    assert (
        listed(role="teaching_assistant")
        == listed(by=room.assistant.pk)
        == listed(year=0, role="teaching_assistant")
        == [of_one]
    )
    end_role(assignment=RoleAssignment.objects.get(user=room.assistant), last_day=SCHOOL_DAY.date() - timedelta(days=1))
    assert listed(by=room.assistant.pk) == [of_one], "who has left is still to be chosen"


def test_a_code_that_is_none_narrows_nothing(lead, room):
    concern = logged(room, HowSoon.TODAY, HOUR)
    for junk in ("x", "9", "-1", "1e9", "\x00", "' OR 1=1", "é" * 500):
        for field in ("status", "soon", "level", "category", "since", "by", "role", "before"):
            page = lead.get(reverse("concerns"), {field: junk})
            found = page.status_code, [row.concern for row in page.context["rows"]]
            assert found == (200, [concern]), (field, junk)


def test_a_long_list_is_walked_by_its_links_and_keeps_its_filter(lead, room, monkeypatch):
    monkeypatch.setattr("safeguarding.concerns.views.concern_list.PAGE", 3)
    child = factories.child(room.school, by=room.office)
    made = [
        logged(room, HowSoon.TODAY, (number // 2) * HOUR, children=[ChildEntry("worried_about", child)])
        for number in range(7)
    ]
    logged(room, HowSoon.THIS_WEEK, HOUR)
    address, found = reverse("concerns") + "?soon=3", []
    while address:
        page = lead.get(address)
        found += [row.concern for row in page.context["rows"]]
        address = page.context["older"]
    assert found == sorted(made, key=lambda c: (c.logged_at, c.pk), reverse=True)
    assert page.context["newest"] == reverse("concerns") + "?soon=3"


def test_an_empty_school_says_so(lead, room):
    assert "No concerns yet" in lead.get(reverse("concerns")).content.decode()
