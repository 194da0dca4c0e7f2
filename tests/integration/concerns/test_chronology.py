"""A child's chronology: everything that may be seen, in order, a page at a time, and nothing that may not."""

import re
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from children.facts import Order
from children.services.filing import attach_to_child
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Narrowed
from safeguarding.concerns.entries import first_sentence
from safeguarding.concerns.services.deciding import (
    Ruling,
    add_action,
    add_note,
    close_concern,
    decide,
    end_action,
    open_concern,
    reopen_concern,
)
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def rowan(cast):
    return factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)


def about(cast, child, role="worried_about", *, at=SCHOOL_DAY, **report):
    return factories.concern(cast, at=at, children=[ChildEntry(role=role, child=child)], **report)


EVERYTHING = Narrowed()


def read(person, child, narrowed=EVERYTHING, **how):
    return chronology.read(SimpleNamespace(user=person), child, narrowed, **how)


def whole_story(cast, child, at=SCHOOL_DAY, pace=timedelta(hours=1)):
    """A concern from the first word to the last, `pace` between each step."""
    moments = (at + n * pace for n in range(1, 20))
    concern = about(cast, child, at=at, facts="He came in late. He said little.")
    concern = open_concern(concern=concern, by=cast.lead, at=next(moments))
    amend(
        account=concern.account,
        token=uuid4(),
        text="It was five past nine.",
        reason="exact",
        by=cast.teacher,
        at=next(moments),
    )
    add_note(concern=concern, token=uuid4(), text="Rang home.", by=cast.deputy, at=next(moments))
    action = add_action(
        concern=concern,
        token=uuid4(),
        text="Meet him at the gate.",
        owner=cast.pastoral,
        due_on=at.date(),
        by=cast.lead,
        at=at,
    )
    end_action(action=action, move="complete", result="Met him all week.", by=cast.pastoral, at=next(moments))
    concern.refresh_from_db()
    ruling = Ruling(level=2, kind="monitor", rationale="Second time. Watch it.", parents_told="yes", receipt="watching")
    decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=cast.lead, at=next(moments))
    concern.refresh_from_db()
    return close_concern(
        concern=concern, seen=concern.revision, outcome="unfounded", reason="He is settled.", receipt="in_school",
        by=cast.lead, at=next(moments),
    )  # fmt: skip


def test_everything_that_happened_is_told_newest_first_with_who_did_it(cast, rowan):
    concern = whole_story(cast, rowan)
    told = [(e.title, e.sentence, e.source) for e in read(cast.lead, rowan).entries]
    assert told == [
        ("Concern closed: looked into, nothing to worry about", "He is settled.", "closed by Priya Raman, designated safeguarding lead"),
        ("Decided: keep watching", "Level 2 Early help. Second time.", "decided by Priya Raman, designated safeguarding lead"),
        ("Done: Meet him at the gate", "Met him all week.", "done by Carla Mendes, pastoral lead"),
        ("Note", "Rang home.", "note by Tom Aldous, deputy safeguarding lead"),
        ("Added to an account: to be more exact", "It was five past nine.", "added by Jon Beckett, class teacher 5B"),
        ("Concern logged", "He came in late.", "written by Jon Beckett, class teacher 5B, 24 November 2026 at 10am"),
    ]  # fmt: skip
    assert {e.concern_id for e in read(cast.lead, rowan).entries} == {concern.pk}


def test_what_was_withdrawn_is_told_with_its_reason_and_what_is_to_do_is_not(cast, rowan):
    concern = about(cast, rowan)
    for text in ("Ring the nurse.", "Ring the carer."):
        action = add_action(
            concern=concern, token=uuid4(), text=text, owner=cast.pastoral, due_on=SCHOOL_DAY.date(), by=cast.lead,
            at=SCHOOL_DAY,
        )  # fmt: skip
    end_action(action=action, move="withdraw", result="She rang by herself.", by=cast.deputy)
    found = read(cast.lead, rowan, Narrowed(kinds=frozenset({"actions"})))
    assert [(e.title, e.sentence, e.source) for e in found.entries] == [
        ("Withdrawn: Ring the carer", "She rang by herself.", "withdrawn by Tom Aldous, deputy safeguarding lead")
    ]
    assert found.counts["actions"] == 1


def test_a_closing_stays_in_it_when_the_concern_is_opened_and_closed_again(cast, rowan):
    concern = whole_story(cast, rowan)
    reopen_concern(concern=concern, token=uuid4(), reason="It goes on.", by=cast.lead)
    concern.refresh_from_db()
    ruling = Ruling(level=3, kind="in_school", rationale="More help.", parents_told="yes", receipt="in_school")
    decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=cast.lead)
    concern.refresh_from_db()
    close_concern(
        concern=concern, seen=concern.revision, outcome="early_help", reason="They help.", receipt="in_school",
        by=cast.deputy,
    )  # fmt: skip
    told = [(e.title, e.sentence) for e in read(cast.lead, rowan).entries if e.title.startswith("Concern closed")]
    assert told == [
        ("Concern closed: early help is in place", "They help."),
        ("Concern closed: looked into, nothing to worry about", "He is settled."),
    ]


def test_an_entry_stands_where_it_happened_not_where_it_was_written(cast, rowan):
    late = about(cast, rowan, at=SCHOOL_DAY, observed_on=date(2026, 11, 2), observed_at=time(8, 50))
    between = about(cast, rowan, at=SCHOOL_DAY - timedelta(days=7))
    undated = about(cast, rowan, at=SCHOOL_DAY, observed_on=date(2026, 11, 17))
    entries = read(cast.lead, rowan).entries
    assert [e.concern_id for e in entries] == [between.pk, undated.pk, late.pk]
    assert entries[2].at == datetime(2026, 11, 2, 8, 50, tzinfo=LONDON)
    assert [e.clock for e in entries] == [time(10), None, time(8, 50)]


@pytest.mark.parametrize("role", ["worried_about", "may_have_caused_harm"])
def test_the_child_it_is_about_has_the_story(cast, rowan, role):
    about(cast, rowan, role, facts="He came in late.")
    [entry] = read(cast.lead, rowan).entries
    assert (entry.title, entry.sentence) == ("Concern logged", "He came in late.")


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("witness", "Named as witness in a concern"),
        ("sibling", "Named as brother or sister in a concern"),
        ("mentioned", "Mentioned in a concern"),
    ],
)
def test_a_child_at_its_edge_has_one_line_that_leads_there(cast, rowan, role, title):
    other = factories.child(cast.school, "Skye", "Ashdown", by=cast.office)
    concern = factories.concern(
        cast, children=[ChildEntry(role="worried_about", child=other), ChildEntry(role=role, child=rowan)]
    )
    amend(account=concern.account, token=uuid4(), text="And so on.", reason="more", by=cast.teacher)
    add_note(concern=concern, token=uuid4(), text="A thought.", by=cast.lead)
    [entry] = read(cast.lead, rowan).entries
    assert (entry.title, entry.sentence, entry.source) == (title, "", "")
    assert (entry.reference, entry.concern_id) == (concern.reference, concern.pk)
    assert len(read(cast.lead, other).entries) == 3


def test_what_may_not_be_seen_leaves_no_entry_and_no_number(cast, rowan):
    """Not even to somebody who wrote a part of it, or who has to do something about it."""
    whole_story(cast, rowan)
    about(cast, rowan, "witness")
    assert len(read(cast.lead, rowan).entries) == 7
    elsewhere = factories.staffroom("Gorse Hill Academy")
    for person in (cast.teacher, cast.pastoral, cast.office, elsewhere.lead):
        found = read(person, rowan)
        assert (found.entries, set(found.counts.values()), found.first) == ([], {0}, None)


def test_pages_follow_one_another_without_gap_or_repeat(cast, rowan):
    for week in range(4):
        whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=week))
    # Many at one moment: the key and the source decide.
    for _ in range(5):
        about(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=2))
    everything = [(e.at, e.title, e.concern_id) for e in read(cast.lead, rowan, size=None).entries]
    assert len(everything) == 29
    assert [at for at, *_ in everything] == sorted((at for at, *_ in everything), reverse=True)
    for size in (1, 4, 7, 28, 29):
        assert paged(cast.lead, rowan, size) == everything


def test_pages_part_where_everything_happened_at_one_moment(cast, rowan):
    """Logged and closed in the same moment, one concern has two entries of one time and one key."""
    whole_story(cast, rowan, pace=timedelta(0))
    everything = [(e.at, e.title, e.concern_id) for e in read(cast.lead, rowan, size=None).entries]
    assert len({at for at, *_ in everything}) == 1
    for size in (1, 2, 3):
        assert paged(cast.lead, rowan, size) == everything


def paged(person, child, size):
    """All entries, read page by page."""
    told, before = [], ""
    while True:
        page = read(person, child, before=before, size=size)
        told += [(e.at, e.title, e.concern_id) for e in page.entries]
        assert len(page.entries) <= size
        if not (before := page.older):
            return told


@pytest.mark.parametrize("junk", ["", "x", "2026-11-24_x_y", "2026-11-24T10:00:00Z_x_y", "__", "' OR 1=1"])
def test_a_place_that_is_none_is_the_first_page(cast, rowan, junk):
    about(cast, rowan)
    assert len(read(cast.lead, rowan, before=junk).entries) == 1


@pytest.mark.parametrize("kind", chronology.KINDS)
def test_each_kind_can_be_asked_for_alone(client, cast, rowan, kind):
    for week in range(2):
        whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=week))
        about(cast, rowan, "witness")
        attach_to_child(child=rowan, token=uuid4(), uploads=[Upload("Order.txt", b"x")], what="order", by=cast.lead)
    alone = Narrowed(kinds=frozenset({kind}))
    everything = read(cast.lead, rowan, alone, size=None)
    assert len(everything.entries) == everything.total > 1
    first = read(cast.lead, rowan, alone, size=1)
    assert first.entries == everything.entries[:1]
    assert read(cast.lead, rowan, alone, before=first.older).entries == everything.entries[1:]
    client.force_login(cast.lead)
    assert client.get(reverse("child_chronology", args=[rowan.pk]), {"type": kind}).status_code == 200


def test_a_filter_narrows_by_kind_and_by_day(cast, rowan):
    whole_story(cast, rowan)
    whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(days=400))
    assert read(cast.lead, rowan).counts == {
        "concerns": 2,
        "decisions": 4,
        "actions": 2,
        "notes": 4,
        "links": 0,
        "files": 0,
    }
    notes = read(cast.lead, rowan, Narrowed(kinds=frozenset({"notes"})))
    assert ({e.title[:4] for e in notes.entries}, notes.total) == ({"Note", "Adde"}, 4)
    recent = read(cast.lead, rowan, Narrowed(since=SCHOOL_DAY.date()))
    assert (len(recent.entries), recent.total) == (6, 6)
    assert read(cast.lead, rowan, Narrowed(since=SCHOOL_DAY.date() + timedelta(days=1))).total == 0


def test_first_sentences():
    assert first_sentence("He came in late. He said little.") == "He came in late."
    assert first_sentence("She said “I fell.” Then she left.") == "She said “I fell."
    assert first_sentence("No end") == "No end"
    assert first_sentence("") == ""
    assert first_sentence("First line\nsecond line. Third") == "First line second line."
    long = first_sentence("word " * 100)
    assert long.endswith("word…")
    assert len(long) <= 221


# --- the page


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
    assert "before=" not in second


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

    assert ticked() == (list(chronology.KINDS), 6)
    assert ticked(type=["notes", "actions"]) == (["actions", "notes"], 3)
    assert ticked(type=["nonsense"], since="long ago") == ([], 6)


def test_orders_and_a_confidential_address_stand_before_acting(client, cast):
    today = date.today()
    child = factories.child(
        cast.school, "Skye", "Ashdown", by=cast.office,
        details={"address_confidential": True, "address_confidential_reason": "Foster placement."},
        orders=[
            Order(kind="no_contact", terms="No contact outside supervision.", starts_on=today - timedelta(days=9)),
            Order(kind="agreement", terms="Ended long ago.", starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)),
        ],
    )  # fmt: skip
    page = opened(client, cast.lead, child).content.decode()
    assert "Do not tell anybody where this child lives." in page
    assert "Foster placement." in page
    assert "No contact outside supervision." in page
    assert "Ended long ago." not in page


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


@pytest.mark.parametrize("kind", chronology.KINDS)
def test_the_page_can_be_narrowed_to_each_kind_alone(client, cast, rowan, kind):
    about(cast, rowan)
    client.force_login(cast.lead)
    page = client.get(reverse("child_chronology", args=[rowan.pk]), {"type": kind})
    assert page.status_code == 200
    assert len(page.context["found"].entries) == (1 if kind == "concerns" else 0)


# --- paper


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


def test_a_chronology_too_long_for_one_asking_is_not_printed_and_the_page_says_how_to_narrow_it(
    client, cast, rowan, monkeypatch
):
    """Two of two thousand entries at once would leave a small school no process that answers a call."""
    monkeypatch.setattr(chronology, "MOST_ON_PAPER", 2)
    for days in (400, 300, 1):
        about(cast, rowan, at=SCHOOL_DAY - timedelta(days=days))
    client.force_login(cast.lead)
    page, paper = (reverse(name, args=[rowan.pk]) for name in ("child_chronology", "chronology_paper"))
    with time_machine.travel(SCHOOL_DAY, tick=False):
        assertContains(client.get(page), "Too long to print at once")
        assertNotContains(client.get(page), f'href="{paper}')
        answer = client.get(paper, {"type": "concerns"})
        assertRedirects(answer, f"{page}?type=concerns", fetch_redirect_response=False)
        assertContains(client.get(answer["Location"]), "These are 3 entries, and at most 2 are printed at once.")
        assert not Event.objects.filter(verb=Verb.PRINT).exists()
        assertContains(client.get(page, {"since": "90"}), f"{paper}?since=90")
        assert client.get(paper, {"since": "90"})["Content-Type"] == "application/pdf"
        assert client.get(paper, {"type": "notes"})["Content-Type"] == "application/pdf"
    assert Event.objects.filter(verb=Verb.PRINT, object_id=rowan.pk).count() == 2


def test_a_chronology_that_is_not_ones_to_read_is_not_counted_either(client, cast, rowan, monkeypatch):
    monkeypatch.setattr(chronology, "MOST_ON_PAPER", 0)
    about(cast, rowan)
    client.force_login(factories.staffroom("Gorse Hill Academy").lead)
    assert client.get(reverse("chronology_paper", args=[rowan.pk])).status_code == 404
