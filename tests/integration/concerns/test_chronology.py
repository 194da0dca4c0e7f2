"""A child's chronology: everything that may be seen, in order, a page at a time, and nothing that may not."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from children.services import merging
from children.services.filing import attach_to_child
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Narrowed
from safeguarding.concerns.entries.concern import first_sentence
from safeguarding.concerns.services.deciding import (
    Ruling,
    add_action,
    add_note,
    close_concern,
    decide,
    end_action,
    reopen_concern,
)
from safeguarding.concerns.services.pastoral import write_note
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.factories import LONDON, LONG_AGO, SCHOOL_DAY
from tests.integration.concerns.chronicled import about, beside, by_hand, read, whole_story

pytestmark = pytest.mark.django_db


def test_everything_that_happened_is_told_newest_first_with_who_did_it(cast, rowan):
    concern = whole_story(cast, rowan)
    told = [(e.title, e.sentence, e.source) for e in read(cast.lead, rowan).entries]
    assert told == [
        (
            "Concern closed: looked into, nothing to worry about",
            "He is settled.",
            "closed by Priya Raman, designated safeguarding lead",
        ),
        (
            "Decided: support in school",
            "Level 2 Early help. Second time.",
            "decided by Priya Raman, designated safeguarding lead",
        ),
        ("Done: Meet him at the gate", "Met him all week.", "done by Carla Mendes, pastoral lead"),
        ("Note", "Rang home.", "note by Tom Aldous, deputy safeguarding lead"),
        ("Added to an account: to be more exact", "It was five past nine.", "added by Jon Beckett, class teacher 5B"),
        ("Concern logged", "He came in late.", "written by Jon Beckett, class teacher 5B, 24 November 2026 at 10am"),
    ]
    assert {e.concern_id for e in read(cast.lead, rowan).entries} == {concern.pk}


def test_what_was_withdrawn_is_told_with_its_reason_and_what_is_to_do_is_not(cast, rowan):
    concern = about(cast, rowan)
    for text in ("Ring the nurse.", "Ring the carer."):
        action = add_action(
            concern=concern,
            token=uuid4(),
            text=text,
            owner=cast.pastoral,
            due_on=SCHOOL_DAY.date(),
            by=cast.lead,
            at=SCHOOL_DAY,
        )
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
    ruling = Ruling(level=2, kind="in_school", rationale="More help.", parents_told="yes", receipt="in_school")
    decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=cast.lead)
    concern.refresh_from_db()
    close_concern(
        concern=concern,
        seen=concern.revision,
        outcome="early_help",
        reason="They help.",
        receipt="in_school",
        by=cast.deputy,
    )
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
    assert (entry.title, entry.sentence, entry.source) == (title, "Ask the safeguarding lead.", "")
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


# Records of an earlier system are brought in with a file, plans and holds come from apps above:
# `test_earlier_pages.py`, `plans/test_told_elsewhere.py`, `retention/test_hold_pages.py`.
ELSEWHERE = ("earlier", "authority_plans", "legal_holds")


def test_each_kind_can_be_asked_for_alone(client, cast, rowan):
    for week in range(2):
        whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=week))
        about(cast, rowan, "witness")
        beside(cast, rowan)
        attach_to_child(child=rowan, token=uuid4(), uploads=[Upload("Order.txt", b"x")], what="order", by=cast.lead)
        write_note(child=rowan, token=uuid4(), kind="seen", happened_on=LONG_AGO, text="Chatty.", by=cast.lead)
        by_hand(cast.lead, rowan)
        again = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
        merging.merge(keep=rowan, other=again, reason="One child.", token=uuid4(), seen=None, by=cast.lead)
    client.force_login(cast.lead)
    for kind in (kind for kind in chronology.KINDS if kind not in ELSEWHERE):
        alone = Narrowed(kinds=frozenset({kind}))
        everything = read(cast.lead, rowan, alone, size=None)
        assert len(everything.entries) == everything.total > 1, kind
        first = read(cast.lead, rowan, alone, size=1)
        assert first.entries == everything.entries[:1], kind
        assert read(cast.lead, rowan, alone, before=first.older).entries == everything.entries[1:], kind
        assert client.get(reverse("child_chronology", args=[rowan.pk]), {"type": kind}).status_code == 200, kind


def test_a_filter_narrows_by_kind_and_by_day(cast, rowan):
    whole_story(cast, rowan)
    whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(days=400))
    assert read(cast.lead, rowan).counts == {
        "concerns": 2,
        "decisions": 4,
        "actions": 2,
        "notes": 4,
        "outside": 0,
        "meetings": 0,
        "links": 0,
        "earlier": 0,
        "pastoral": 0,
        "files": 0,
        "entries": 0,
        "records": 0,
        "authority_plans": 0,
        "legal_holds": 0,
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
