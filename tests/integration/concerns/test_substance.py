"""What a chronology tells in full: the account, the child's own words, marks, and why it was so decided.

For whom, and in whose file.
"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from children.services.access import grant_child
from safeguarding.concerns.chronology import Narrowed
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.concerns.templatetags.chronicle import entry as drawn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import about, beside, by_hand, pinned, read, whole_story
from tests.integration.concerns.leads_page import fresh
from tests.integration.demo.test_queries import asked
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
FACTS = "Rowan came in late. He held his left arm and would not take his coat off. zqfacts"
WORDS = "Grandad grabbed me. zqwords"
BRUISE = "A yellow bruise, as long as a thumb. zqbruise"
WHY = "Second mark in a month. It is referred today. zqwhy"
ADDED = "It was five past nine. zqadded"
ALL = ("zqfacts", "zqwords", "zqbruise", "zqwhy", "zqadded")


def hurt(cast, *children, at=SCHOOL_DAY):
    """A concern with all that is told in full: decided, and added to."""
    concern = factories.concern(
        cast,
        children=children,
        at=at,
        facts=FACTS,
        child_words=WORDS,
        presentation="Pale and quiet.",
        marks_seen=True,
        marks={9: BRUISE},
    )
    deciding.open_concern(concern=concern, by=cast.lead, at=at + timedelta(hours=1))
    ruling = deciding.Ruling(level=2, kind="in_school", rationale=WHY, parents_told="yes", receipt="watching")
    when = at + timedelta(hours=2)
    deciding.decide(concern=concern, token=uuid4(), seen=fresh(concern).revision, ruling=ruling, by=cast.lead, at=when)
    amend(account=concern.account, token=uuid4(), text=ADDED, reason="correction", by=cast.teacher, at=when)
    return fresh(concern)


def page_of(client, person, child, **query):
    client.force_login(person)
    return client.get(reverse("child_chronology", args=[child.pk]), query)


def paper_of(client, person, child, **query):
    client.force_login(person)
    return Printed(client.get(reverse("chronology_paper", args=[child.pk]), query).content)


@pytest.mark.usefixtures("real_printer")
def test_account_words_marks_and_reasons_stand_on_the_page_and_on_paper(client, cast, rowan):
    hurt(cast, ChildEntry("worried_about", rowan))
    page = page_of(client, cast.lead, rowan)
    for words in (*ALL, "Pale and quiet.", "<b>Left forearm</b>: A yellow bruise"):
        assertContains(page, words)
    box = re.search(r'<blockquote class="hb-words hb-words--entry">.*?</blockquote>', page.content.decode())[0]
    assert "zqwords" in box and "zqfacts" not in box
    paper = paper_of(client, cast.lead, rowan)
    for words in (*ALL, "Pale and quiet.", "Left forearm: A yellow bruise", "The child’s own words"):
        assert words in paper.text
    assert paper.tags()["BlockQuote"] == 1
    # Decided and corrected have entries of their own, and are told once.
    assert [paper.text.count(words) for words in ALL] == [1] * len(ALL)


@pytest.mark.parametrize(
    ("narrowed", "under"),
    [
        (Narrowed(), []),
        (Narrowed(kinds=frozenset({"concerns", "decisions"})), ["Added to an account: to correct something I wrote"]),
        (
            Narrowed(kinds=frozenset({"concerns"})),
            ["Decided: support in school", "Added to an account: to correct something I wrote"],
        ),
        (
            Narrowed(significant=True),
            ["Decided: support in school", "Added to an account: to correct something I wrote"],
        ),
        (Narrowed(kinds=frozenset({"concerns", "decisions", "notes"})), []),
    ],
    ids=["all", "no notes", "concerns", "significant", "kinds"],
)
def test_what_the_filter_drops_stands_under_its_account(cast, rowan, narrowed, under):
    concern = hurt(cast, ChildEntry("worried_about", rowan))
    pinned(cast.lead, rowan, ("logged", concern.pk), "The first mark.")
    found = read(cast.lead, rowan, narrowed).entries
    [account] = [entry for entry in found if entry.title == "Concern logged"]
    assert [entry.title for entry in account.substance.beside] == under
    dropped = {title for title in under if title in {entry.title for entry in found}}
    assert not dropped, "nothing is told twice"


def test_a_decision_after_the_last_day_stands_under_its_account_and_a_significant_one_by_itself(cast, rowan):
    concern = hurt(cast, ChildEntry("worried_about", rowan), at=SCHOOL_DAY - timedelta(hours=9))
    day = Narrowed(until=(SCHOOL_DAY - timedelta(days=1)).date())
    assert read(cast.lead, rowan, day).entries == []
    [decision] = concern.decisions.all()
    pinned(cast.lead, rowan, ("logged", concern.pk))
    pinned(cast.lead, rowan, ("decided", decision.pk))
    found = read(cast.lead, rowan, Narrowed(significant=True)).entries
    assert [entry.title for entry in found] == ["Decided: support in school", "Concern logged"]
    assert [entry.title[:5] for entry in found[1].substance.beside] == ["Added"]
    assert found[0].substance.told[0][1] == f"Level 2 Early help. {WHY}"


def test_significant_only_prints_the_account_whole_with_what_was_decided(client, cast, rowan):
    concern = hurt(cast, ChildEntry("worried_about", rowan))
    about(cast, rowan, facts="Nothing much. zqother")
    pinned(cast.lead, rowan, ("logged", concern.pk), "The first mark.")
    text = paper_of(client, cast.lead, rowan, significant="on").text
    for words in ALL:
        assert text.count(words) == 1
    assert "zqother" not in text
    nameless = paper_of(client, cast.lead, rowan, significant="on", staff="no").text
    assert "zqwhy" in nameless and "Priya" not in nameless


@pytest.mark.parametrize("says", ["", "line", "story", "whole"])
def test_the_file_of_who_may_have_caused_harm_has_the_words_only_where_a_lead_said_so(client, cast, rowan, says):
    hazel = factories.child(cast.school, "Hazel", "Reed", by=cast.office)
    concern = hurt(cast, ChildEntry("worried_about", hazel), ChildEntry("may_have_caused_harm", rowan))
    if says:
        named = ConcernChild.objects.get(concern=concern, child=rowan)
        story = "He was spoken to." if says == "story" else ""
        deciding.say_in_file(named=named, seen=concern.revision, token=uuid4(), says=says, story=story, by=cast.lead)
    for text in (page_of(client, cast.lead, rowan).content.decode(), paper_of(client, cast.lead, rowan).text):
        assert {word for word in ALL if word in text} == (set(ALL) if says == "whole" else set())
        assert ("Rowan came in late." in text) == (says in ("", "whole")), "undecided, it has the first sentence"
    hers = page_of(client, cast.lead, hazel)
    for word in ALL:
        assertContains(hers, word)


def test_a_family_tells_the_words_where_the_file_of_one_of_its_children_does(client, cast, rowan):
    skye = factories.child(cast.school, "Skye", "Ashdown", by=cast.office)
    factories.link_siblings(one=rowan, other=skye, by=cast.office)
    hurt(cast, ChildEntry("worried_about", skye), ChildEntry("may_have_caused_harm", rowan))
    client.force_login(cast.lead)
    assertContains(client.get(reverse("family_chronology", args=[rowan.pk])), "zqbruise")
    assertNotContains(page_of(client, cast.lead, rowan), "zqbruise")


def test_who_may_see_a_line_alone_reads_a_line_alone(client, cast, rowan):
    """Access given to one child of two: until a lead decides, neither words nor marks nor reasons."""
    hazel = factories.child(cast.school, "Hazel", "Reed", by=cast.office)
    concern = hurt(cast, ChildEntry("worried_about", hazel), ChildEntry("witness", rowan))
    day = timezone.localdate() + timedelta(days=9)
    grant_child(child=rowan, user=cast.pastoral, reason="Mentor of Rowan.", last_day=day, by=cast.lead)
    for person in (cast.lead, cast.pastoral):
        page, paper = page_of(client, person, rowan), paper_of(client, person, rowan)
        for text in (page.content.decode(), paper.text):
            assert "Named as witness in a concern" in text and concern.reference in text
            assert not [word for word in (*ALL, "Hazel") if word in text]
        only = page_of(client, person, rowan, type="links").content.decode()
        assert not [word for word in ALL if word in only]


def test_long_words_fold_and_short_ones_do_not(cast, rowan):
    def html(text):
        about(cast, rowan, facts=text)
        return drawn(read(cast.lead, rowan).entries[0], None)

    assert "<details" not in html("He was late.")
    on_a_telephone = html("He was late again today. " * 13)
    assert "hb-clip--narrow" in on_a_telephone and "Show all" in on_a_telephone
    long = html("He was late again today. " * 60)
    assert "hb-clip--narrow" not in long and "<details" in long
    assert long.count("He was late again today.") == 60, "all of it is there, for a screen reader and for paper"
    assert html("<script>\n" * 9).count("&lt;script&gt;") == 9


# --- before it is printed


def test_the_page_before_printing_counts_accounts_that_name_another_child(client, cast, rowan):
    hazel = factories.child(cast.school, "Hazel", "Reed", by=cast.office)
    both = ChildEntry("worried_about", rowan), ChildEntry("witness", hazel)
    named = factories.concern(cast, children=both, facts="Rowan and Hazel Reed ran out.")
    said = factories.concern(cast, children=both, facts="They ran out.", child_words="It was Hazel.")
    mention = f"Rowan and @[{hazel.pseudonym}] ran out."
    factories.concern(cast, children=both, facts=mention)
    about(cast, rowan, facts="Rowan ran out.")
    client.force_login(cast.lead)
    address = reverse("chronology_print", args=[rowan.pk])
    page = client.get(address)
    assertContains(page, "<b>2 accounts name another child plainly</b>, of 4.")
    for concern in (named, said):
        assertContains(page, f'<a href="{reverse("concern", args=[concern.pk])}">{concern.reference}</a>')
    assertContains(page, reverse("chronology_paper", args=[rowan.pk]) + "?staff=no")
    assertContains(client.get(address, {"type": "notes"}), "No account names another child plainly")
    assertContains(client.get(address, {"type": "notes"}), "0 entries that fit the filter")
    family = client.get(reverse("family_print", args=[rowan.pk]))
    assertContains(family, "2 accounts name another child plainly")
    client.force_login(cast.teacher)
    assert client.get(address).status_code == 403


def test_the_brief_for_a_meeting_keeps_to_one_sentence(cast, rowan):
    hurt(cast, ChildEntry("worried_about", rowan))
    assert {entry.sentence for entry in read(cast.lead, rowan).entries} == {
        "Rowan came in late.",
        "Level 2 Early help. Second mark in a month.",
        "It was five past nine.",
    }


# --- what it asks of the database


def test_six_kinds_of_entry_take_32_queries_and_one_more_each_further_kind(client, cast, rowan):
    """That a thousand entries take as many as ten stands in `demo/test_queries.py`."""
    client.force_login(cast.lead)
    address = reverse("child_chronology", args=[rowan.pk])
    hurt(cast, ChildEntry("worried_about", rowan))
    whole_story(cast, rowan)
    beside(cast, rowan)
    page = client.get(address)
    assert sum(bool(number) for number in page.context["found"].counts.values()) == 6
    for entry in read(cast.lead, rowan).entries:
        pinned(cast.lead, rowan, entry.place)
    everything = asked(lambda: client.get(address))
    # One of them asks whether a request about the child is open, one which confidential addresses bind, one which
    # meetings are dates of plans, one whether words mention anybody; three who was at the meetings, what they decided
    # and what was added since.
    assert everything <= 32
    # What is significant, or of a time, is looked up in the index first.
    for most, query in ((33, {"significant": "on"}), (26, {"type": "concerns"}), (33, {"since": "year"})):
        assert asked(lambda query=query: client.get(address, query)) <= most
    by_hand(cast.lead, rowan)
    assert asked(lambda: client.get(address)) <= everything + 1
