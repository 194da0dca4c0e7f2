"""Does the search above every page find children and references, and say the same of what is not there and of what is
elsewhere?
"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern, HowSoon
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.integration.concerns.leads_page import logged

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("words", ["C-{y}-{n:04}", "c-{y}-{n}", "C {y} {n:04}", "{y}/{n}", "{n}", " {n:04} ", "C{n}"])
def test_a_reference_in_any_spelling_leads_to_its_concern(lead, room, words):
    concern = logged(room, HowSoon.TODAY, HOUR)
    answer = lead.post(reverse("find"), {"q": words.format(y=concern.year, n=concern.number)})
    assert (answer.status_code, answer["Location"]) == (302, reverse("concern", args=[concern.pk]))
    assert Event.objects.filter(verb=Verb.SEARCH, actor_id=room.lead.pk, purpose="reference").count() == 1


def test_a_bare_number_means_the_newest_of_that_number(lead, room):
    last_year = logged(room, HowSoon.TODAY, timedelta(days=365))
    this_year = logged(room, HowSoon.TODAY, HOUR)
    assert (last_year.number, this_year.number) == (1, 1)
    assert str(this_year.pk) in lead.post(reverse("find"), {"q": "1"})["Location"]
    assert str(last_year.pk) in lead.post(reverse("find"), {"q": f"{last_year.year}-1"})["Location"]


def test_the_number_of_a_record_leads_to_its_child(lead, room):
    factories.child(room.school, "Theo", "Lindqvist", by=room.office)
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    page = lead.post(reverse("find"), {"q": f" {rowan.number} "})
    assert [each.child for each in page.context["found"]] == [rowan]
    assert "Concern with this number" not in page.content.decode()


def test_a_number_that_is_a_record_and_a_concern_opens_neither_and_shows_both(lead, room):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    concern = logged(room, HowSoon.TODAY, HOUR, children=[ChildEntry("worried_about", rowan)])
    # The thousand and first concern of a year has the number of the first record.
    Concern.objects.filter(pk=concern.pk).update(number=rowan.number)
    page = lead.post(reverse("find"), {"q": str(rowan.number)})
    assert page.status_code == 200
    assert [each.child for each in page.context["found"]] == [rowan]
    assert reverse("concern", args=[concern.pk]) in page.content.decode()
    concern.refresh_from_db()
    assert concern.status == Concern.Status.NEW
    answer = lead.post(reverse("find"), {"q": f"C{rowan.number}"})
    assert answer["Location"] == reverse("concern", args=[concern.pk])


def test_a_name_leads_to_children_and_stands_in_no_address_and_no_title(lead, room):
    factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    factories.child(room.school, "Theo", "Lindqvist", by=room.office)
    page = lead.post(reverse("find"), {"q": "ashdon"})
    content = page.content.decode()
    assert "Rowan Ashdown" in content
    assert "Theo" not in content
    assert "shdo" not in re.search(r"<title>.*</title>", content).group()
    assert Event.objects.filter(verb=Verb.SEARCH, actor_id=room.lead.pk, purpose="name", count=1).count() == 1


@pytest.mark.parametrize(
    "words", ["Nobody", "C-2019-0001", "99999999999999999999", "🌊", "\u202eevil", "' OR 1=1 --", "<b>"]
)
def test_no_match_says_the_same_for_what_is_not_there_and_what_is_elsewhere(lead, room, words):
    other = factories.staffroom("Gorse Hill Academy")
    factories.child(other.school, "Nobody", "Here", by=other.office)
    content = lead.post(reverse("find"), {"q": words}).content.decode()
    assert "No match you can see" in content
    assert "This does not mean that no record exists." in content
    assert escape(words) in content


def test_nothing_typed_shows_how_to_search(lead, room):
    for answer in (lead.get(reverse("find")), lead.post(reverse("find"), {"q": "  "})):
        assert "Type a name, a reference or words" in answer.content.decode()
