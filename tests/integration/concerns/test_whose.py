"""Whose a concern is stands beside its title, as far as its reader may see the child; their entries are read when asked
for.
"""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from children.services.access import declare_conflict, grant_child
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import WATCH, decided, fresh, opened, page_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def said(page):
    """What stands beside the title, as text."""
    assert page.status_code == 200
    [part] = re.findall(r'<ul class="hb-whose".*?</ul>', page.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split()), part


def about(room, child, *, at=SCHOOL_DAY - DAY, role="worried_about", **more):
    return factories.concern(room, at=at, children=[ChildEntry(role, child)], **more)


@pytest.fixture
def rowan(room):
    return factories.child(
        room.school,
        "Rowan",
        "Ashdown",
        by=room.office,
        class_name="5B",
        year_group=5,
        known_forename="Ro",
        details={"date_of_birth": date(2017, 3, 4), "in_care": True},
    )


# --- the child


def test_a_lead_reads_who_it_is_and_what_came_before(lead, room, rowan):
    for days in (414, 90, 30):
        about(room, rowan, at=SCHOOL_DAY - timedelta(days=days))
    about(room, rowan, at=SCHOOL_DAY)
    text, part = said(page_of(lead, about(room, rowan)))
    for words in ("Rowan Ashdown", "known as Ro", "5B , Year 5", "age 9", "Looked after"):
        assert words in text
    assert "3 earlier concerns, the last on 25 October 2026" in text
    assert f'href="{reverse("child_concerns", args=[rowan.pk])}"' in part
    assert f'href="{reverse("child_entries", args=[rowan.pk])}"' in part


def test_what_came_before_is_counted_in_every_role_and_once_a_concern(lead, room, rowan):
    skye = factories.child(room.school, "Skye", "Ashdown", by=room.office)
    first = about(room, rowan)
    assert "No earlier concern" in said(page_of(lead, first))[0]
    both = [ChildEntry("worried_about", skye), ChildEntry("witness", rowan), ChildEntry("mentioned", rowan)]
    factories.concern(room, at=SCHOOL_DAY - DAY / 2, children=both)
    text, _ = said(page_of(lead, about(room, rowan, at=SCHOOL_DAY)))
    assert "2 earlier concerns, the last on 23 November 2026" in text
    assert "1 earlier concern, on" in said(page_of(lead, about(room, skye, at=SCHOOL_DAY)))[0]


def test_what_is_hidden_from_the_reader_is_not_counted(lead, room, rowan):
    theo = factories.child(room.school, "Theo", "Lindqvist", by=room.office)
    factories.concern(
        room, at=SCHOOL_DAY - 2 * DAY, children=[ChildEntry("worried_about", rowan), ChildEntry("witness", theo)]
    )
    later = about(room, rowan)
    assert "1 earlier concern, on 22 November 2026" in said(page_of(lead, later))[0]
    declare_conflict(user=room.lead, child=theo, kind="relative", by=room.headteacher)
    assert "No earlier concern" in said(page_of(lead, later))[0]


def test_who_was_given_one_childs_record_reads_of_the_others_that_there_is_one(client, room, rowan):
    skye = factories.child(room.school, "Skye", "Ashdown", by=room.office, year_group=4)
    children = [ChildEntry("worried_about", rowan), ChildEntry("witness", skye)]
    concern = opened(factories.concern(room, at=SCHOOL_DAY - DAY, children=children), room.lead)
    # What the file of each of several children says is decided first.
    named = concern.children.get(child=rowan)
    deciding.say_in_file(named=named, seen=fresh(concern).revision, token=uuid4(), says="whole", story="", by=room.lead)
    grant_child(
        child=rowan, user=room.pastoral, reason="Runs his group", last_day=SCHOOL_DAY.date() + 30 * DAY, by=room.lead
    )
    client.force_login(room.pastoral)
    text, part = said(page_of(client, concern))
    assert "Rowan Ashdown" in text
    assert "Another child (Year 4)" in text
    assert "Skye" not in part
    assert str(skye.pk) not in part


def test_a_child_nobody_could_name_stands_as_described(lead, room):
    boy = ChildEntry("worried_about", kind="unnamed", description="Boy, red coat")
    text, part = said(page_of(lead, factories.concern(room, at=SCHOOL_DAY, children=[boy])))
    assert "Boy, red coat No record linked" in text
    assert "<a " not in part


# --- the entries


def test_the_entries_are_read_and_recorded_when_they_are_asked_for(lead, room, rowan):
    concern = about(room, rowan, facts="He had a bruise.")
    page_of(lead, concern)
    read = Event.objects.filter(object_id=rowan.pk, verb=Verb.VIEW, actor_id=room.lead.pk)
    assert not read.exists()
    address = reverse("child_entries", args=[rowan.pk])
    part = lead.get(address, {"part": 1}).content.decode()
    assert "Newest entries of Rowan Ashdown" in part
    assert concern.reference in part
    assert "<html" not in part
    assert [event.purpose for event in read] == ["chronology beside a concern"]
    # Without a script the link leads to a page.
    assert "<h1" in lead.get(address).content.decode()


@pytest.mark.parametrize(("person", "status"), [("deputy", 200), ("teacher", 403), ("pastoral", 404)])
def test_the_entries_are_for_who_reads_the_childs_concerns(client, room, rowan, person, status):
    other = factories.child(room.school, "Skye", "Ashdown", by=room.office)
    grant_child(
        child=other, user=room.pastoral, reason="Runs her group", last_day=SCHOOL_DAY.date() + 30 * DAY, by=room.lead
    )
    client.force_login(getattr(room, person))
    for query in ({}, {"part": 1}):
        assert client.get(reverse("child_entries", args=[rowan.pk]), query).status_code == status


# --- where it stands


def steps(client, concern):
    return [(step["label"], step["state"]) for step in page_of(client, concern).context["steps"]]


def test_what_is_watched_says_until_when_and_not_that_it_is_closed(lead, room, rowan):
    concern = opened(about(room, rowan), room.lead)
    assert steps(lead, concern)[2:] == [("Decision", "now"), ("Action", "todo"), ("Closed", "todo")]
    deciding.decide(concern=concern, token=rowan.pk, seen=concern.revision, ruling=WATCH, by=room.lead, at=SCHOOL_DAY)
    watching = [("Watching until 15 December", "now"), ("Closed", "todo")]
    assert steps(lead, concern)[2:] == [("Decision", "done"), *watching]
    action = deciding.add_action(
        concern=fresh(concern),
        token=concern.pk,
        text="Ring",
        owner=room.lead,
        due_on=SCHOOL_DAY.date(),
        by=room.lead,
        at=SCHOOL_DAY,
    )
    assert steps(lead, concern)[3:] == [("Action", "now"), ("Review", "todo"), ("Closed", "todo")]
    deciding.end_action(action=action, move="complete", result="Rang.", by=room.lead)
    assert steps(lead, concern)[3:] == [("Action", "done"), *watching]


@pytest.mark.parametrize(
    ("review", "label", "sub"),
    [
        (None, "Still open", "no day for a review"),
        (SCHOOL_DAY.date(), "Review due", "today"),
        (SCHOOL_DAY.date() + DAY, "Watching until 25 November", "then look at it again"),
    ],
)
def test_the_stage_after_a_decision_is_what_waits(lead, room, rowan, review, label, sub):
    kind = "monitor" if review else "in_school"
    concern = decided(opened(about(room, rowan), room.lead), room.lead, kind=kind, review_on=review)
    [now] = [step for step in page_of(lead, concern).context["steps"] if step["state"] == "now"]
    assert (now["label"], now["sub"]) == (label, sub)


# --- as few panels as there is something to show


def panels(page):
    return re.findall(r'<section class="hb-panel[ "].*?<h2[^>]*>(.*?)</h2>', page.content.decode(), re.DOTALL)


def adds(page):
    found = re.search(r'<section class="hb-adds".*?</section>', page.content.decode(), re.DOTALL)
    words = r'(?:summary-text">|hb-btn-s">)(\w[^<]*)<'
    return re.findall(words, re.sub(r"<form.*?</form>", "", re.sub(r"\s+", " ", found.group()))) if found else []


def test_a_concern_with_nothing_but_its_account_has_few_panels_and_a_button_for_the_rest(lead, room, rowan):
    page = page_of(lead, about(room, rowan))
    assert panels(page) == [
        "Account",
        "Who was involved",
        "Who has viewed this",
        "Your decision",
        "Change this concern",
        "Shared outside",
    ]
    assert adds(page) == ["Action", "Referral", "Contact", "Meeting", "File", "Note", "Ask the reporter"]
    content = page.content.decode()
    for words in ("Change the kind of concern", "Restrict who sees it", "This was logged by mistake"):
        assert words in content


def test_what_there_is_has_a_panel_and_no_button(lead, room, rowan):
    concern = opened(about(room, rowan), room.lead)
    deciding.add_note(concern=concern, token=rowan.pk, text="Rang the carer.", by=room.lead)
    page = page_of(lead, concern)
    assert "Notes" in panels(page)
    assert "Note" not in adds(page)
    assert "Add a note" in page.content.decode()


def test_who_decides_nothing_is_offered_nothing_and_reads_what_there_is_none_of(client, room, rowan):
    concern = opened(about(room, rowan), room.lead)
    grant_child(
        child=rowan, user=room.pastoral, reason="Runs his group", last_day=SCHOOL_DAY.date() + 30 * DAY, by=room.lead
    )
    client.force_login(room.pastoral)
    page = page_of(client, concern)
    assert (adds(page), "Change this concern" in panels(page)) == ([], False)
    assert "No action. No referral." in " ".join(page.content.decode().split())
