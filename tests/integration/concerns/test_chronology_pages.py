"""A child's chronology on its page and on paper: what it shows, who has it, and what is recorded."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import chronology
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import about, pinned, whole_story
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db


def opened(client, person, child, **query):
    client.force_login(person)
    return client.get(reverse("child_chronology", args=[child.pk]), query)


def test_the_page_groups_by_year_and_pages(client, cast, rowan):
    for week in range(5):
        whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=13 * week))
    first = opened(client, cast.lead, rowan)
    page = first.content.decode()
    assert "30 entries from" in page
    assert page.count('class="hb-tl__item') == 25
    assert re.findall(r'id="y(\d+)"', page) == ["2026", "2025"]
    older = re.search(r'href="(\?[^"]*before=[^"]+)"', page)[1].replace("&amp;", "&")
    second = client.get(reverse("child_chronology", args=[rowan.pk]) + older).content.decode()
    assert second.count('class="hb-tl__item') == 5
    assert re.findall(r'id="y(\d+)"', second) == ["2025"]
    assert re.search(r'href="\?[^"]*before=', second) is None


def test_an_entry_says_what_happened_where_it_stands_and_where_it_comes_from(client, cast, rowan):
    concern = about(cast, rowan, facts="He said <b>nothing</b> & left.")
    page = opened(client, cast.lead, rowan).content.decode()
    [entry] = re.findall(r'<li class="hb-tl__item.*?</li>', page)
    assert '<p class="hb-tl__date"><b>24 November</b> 10am</p><span class="hb-tl__dot hb-tl__dot--hot"><svg' in entry
    assert (
        '<h4 class="hb-tl__title">Concern logged</h4><strong class="hb-tag hb-tag--bad">Unread</strong></div>' in entry
    )
    assert '<div class="hb-tl__text" dir="auto"><p>He said &lt;b&gt;nothing&lt;/b&gt; &amp; left.</p></div>' in entry
    assert (
        f'<p class="hb-tl__src"><a href="{reverse("concern", args=[concern.pk])}">{concern.reference}</a> · written'
        in entry
    )
    mark = reverse("significant_entry", args=[rowan.pk, concern.pk])
    assert (
        f'<a href="{mark}?of=logged">Mark as significant<span class="hb-vh">: Concern logged, 24 November 2026' in entry
    )
    pinned(cast.lead, rowan, ("logged", concern.pk), "The <first> time.")
    page = opened(client, cast.lead, rowan).content.decode()
    [entry] = re.findall(r'<li class="hb-tl__item is-pinned.*?</li>', page)
    assert "Significant</span><strong" in entry
    assert "<b>Why it matters:</b> The &lt;first&gt; time.</p>" in entry
    assert "Change what is significant" in entry


def test_the_title_of_the_page_names_the_record_and_not_the_child(client, cast, rowan):
    title = re.search("<title>(.*?)</title>", opened(client, cast.lead, rowan).content.decode())[1]
    assert title == f"Chronology, record {rowan.number} – Harbour"


def test_an_empty_chronology_says_so_and_an_empty_filter_leads_back(client, cast, rowan):
    assert "Nothing on record" in opened(client, cast.lead, rowan).content.decode()
    assert "No entry like this" in opened(client, cast.lead, rowan, type="notes").content.decode()


def test_the_filter_shows_what_it_does(client, cast, rowan):
    whole_story(cast, rowan)

    def ticked(**query):
        page = opened(client, cast.lead, rowan, **query).content.decode()
        return re.findall(r'name="type" value="(\w+)"[^>]* checked', page), page.count('class="hb-tl__item')

    assert ticked() == (["concerns", "decisions", "actions", "notes"], 6)
    assert ticked(type=["notes", "actions"]) == (["actions", "notes"], 3)
    assert ticked(type=["nonsense"], since="long ago") == ([], 6)


def test_orders_and_a_confidential_address_stand_before_acting(client, cast):
    today = date.today()
    child = factories.child(
        cast.school,
        "Skye",
        "Ashdown",
        by=cast.office,
        details={"address_confidential": True, "address_confidential_reason": "Foster placement."},
    )
    factories.order(child, "No contact outside supervision.", by=cast.lead, starts_on=today - timedelta(days=9))
    over = {"starts_on": date(2020, 1, 1), "ends_on": date(2021, 1, 1)}
    factories.order(child, "Ended long ago.", by=cast.lead, kind="agreement", **over)
    page = opened(client, cast.lead, child).content.decode()
    assert "Do not tell anybody where this child lives." in page
    assert "Foster placement." in page
    assert "No contact outside supervision." in page
    assert "Ended long ago." not in page


def test_a_family_says_of_each_of_its_children_what_must_be_known_before_acting(client, cast, rowan):
    details = {"address_confidential": True, "address_confidential_reason": "Foster placement."}
    skye = factories.child(cast.school, "Skye", "Ashdown", by=cast.office, details=details)
    factories.order(skye, "No contact outside supervision.", by=cast.lead)
    factories.link_siblings(one=rowan, other=skye, by=cast.office)
    alone = opened(client, cast.lead, rowan)
    assertContains(alone, "No order in force and no confidential address is recorded")
    for page in ("family_chronology", "family_paper"):
        answer = client.get(reverse(page, args=[rowan.pk]))
        text = Printed(answer.content).text if page == "family_paper" else answer.content.decode()
        assert "Do not tell anybody where Skye Ashdown lives." in text
        assert "Foster placement." in text
        assert "about Skye Ashdown" in text
        assert "No contact outside supervision." in text


@pytest.mark.parametrize("view", ["child_chronology", "chronology_paper"])
def test_who_does_not_read_the_schools_concerns_has_no_chronology(client, cast, rowan, view):
    whole_story(cast, rowan)
    elsewhere = factories.staffroom("Gorse Hill Academy").lead
    # Reads concerns at one school, teaches at this one: finds the card here, and nothing of what happened.

    factories.give_role(user=elsewhere, school=cast.school, role_key="teacher", starts_on=factories.LONG_AGO)
    for person, status in ((cast.teacher, 403), (cast.office, 403), (elsewhere, 404)):
        client.force_login(person)
        response = client.get(reverse(view, args=[rowan.pk]))
        assert response.status_code == status
        assert "He came" not in response.content.decode()
    assert Event.objects.filter(verb=Verb.DENY).count() == 3
    assert not Event.objects.filter(verb__in=(Verb.PRINT, Verb.VIEW), object_id=rowan.pk).exists()


def test_reading_and_printing_are_recorded_once_each(client, cast, rowan):
    whole_story(cast, rowan)
    opened(client, cast.lead, rowan)
    client.get(reverse("chronology_paper", args=[rowan.pk]))
    events = Event.objects.filter(object_id=rowan.pk, purpose="chronology").order_by("at")
    assert [(e.verb, e.actor_id) for e in events] == [("view", cast.lead.pk), ("print", cast.lead.pk)]


def test_the_page_can_be_narrowed_to_each_kind_alone(client, cast, rowan):
    about(cast, rowan)
    client.force_login(cast.lead)
    for kind in chronology.KINDS:
        page = client.get(reverse("child_chronology", args=[rowan.pk]), {"type": kind})
        assert page.status_code == 200, kind
        assert len(page.context["found"].entries) == (1 if kind == "concerns" else 0), kind


# --- paper


@pytest.mark.usefixtures("real_printer")
def test_a_chronology_on_paper_is_whole_tagged_and_takes_the_filter(client, cast, rowan):
    for week in range(6):
        whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=13 * week))
    client.force_login(cast.lead)
    address = reverse("chronology_paper", args=[rowan.pk])
    response = client.get(address)
    paper = Printed(response.content)
    assert response["Content-Disposition"] == f'inline; filename="Chronology of record {rowan.number}.pdf"'
    assert str(paper.document.docinfo.Title) == f"Chronology of record {rowan.number}"
    assert paper.text.count("Done: Meet him at the gate") == 6
    assert "Rowan Ashdown" in paper.text
    pages = paper.pages()
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1))
    tags = paper.tags()
    assert (tags["H1"], tags["H2"], tags["H3"]) == (1, 2, 36)
    narrowed = Printed(client.get(address, {"type": ["notes"]}).content)
    assert "Only: Notes and additions" in narrowed.text
    assert "Done: Meet him" not in narrowed.text
