"""What matters in a chronology: pins with their line, entries added by hand, the filter, the family, and paper without
names.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from children.facts import Home
from children.services.access import declare_conflict
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.protection import may_view
from safeguarding.concerns.chronology import Narrowed
from safeguarding.concerns.models import Category, ChronologyEntry, Meeting, Pin
from safeguarding.concerns.services import deciding, significant
from safeguarding.concerns.services.access import lift_restriction, restrict_concern
from safeguarding.concerns.services.naming import name_children
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import about, beside, by_hand, pinned, read, whole_story
from tests.integration.concerns.leads_page import hidden
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
ONLY = Narrowed(significant=True)
LATE = "The third time he came without food."


def titles(found):
    return [entry.title for entry in found.entries]


def test_a_pin_is_shown_with_its_line_narrowed_to_and_ended(client, cast, rowan):
    concern = whole_story(cast, rowan)
    client.force_login(cast.lead)
    address = reverse("significant_entry", args=[rowan.pk, concern.pk])
    page = client.get(address, {"of": "logged"})
    sent = hidden(page, "form") | {"of": "logged", "analysis": LATE}
    for _ in range(2):  # a double click
        assert client.post(address, sent).status_code == 302
    assert Pin.objects.count() == 1
    chronology = reverse("child_chronology", args=[rowan.pk])
    page = client.get(chronology)
    assertContains(page, 'class="hb-pin"', 1)
    assertContains(page, LATE)
    only = client.get(chronology, {"significant": "on"})
    assert titles(only.context["found"]) == ["Concern logged"]
    assertContains(only, "Significant only (1)")
    # Another line ends the first, which stays; no other entry can be found under that source.
    page = client.get(address, {"of": "logged"})
    client.post(address, hidden(page, "form") | {"of": "logged", "analysis": "The fourth time."})
    assert [pin.analysis for pin in Pin.objects.order_by("pinned_at", "pk")] == [LATE, "The fourth time."]
    assert client.get(address, {"of": "noted"}).status_code == 404
    page = client.get(address, {"of": "logged"})
    client.post(address, hidden(page, "form") | {"of": "logged", "do": "unpin"})
    assert read(cast.lead, rowan, ONLY).entries == []
    assert Pin.objects.exclude(unpinned_at=None).count() == 2
    with pytest.raises(BadInput, match="300 characters"):
        pinned(cast.lead, rowan, ("logged", concern.pk), "x" * 301)


def test_the_second_of_two_reads_what_the_first_wrote_before_it_is_taken_away(client, cast, rowan):
    concern = about(cast, rowan)
    address = reverse("significant_entry", args=[rowan.pk, concern.pk])
    client.force_login(cast.lead)
    mine = hidden(client.get(address, {"of": "logged"}), "form") | {"of": "logged", "analysis": LATE}
    theirs = pinned(cast.deputy, rowan, ("logged", concern.pk), "His sister came without food too.")
    for sent in (mine, mine | {"do": "unpin"}):
        refused = client.post(address, sent)
        assertContains(refused, "Tom Aldous has said meanwhile why it matters", status_code=409)
        assertContains(refused, "His sister came without food too.", status_code=409)
        assertContains(refused, LATE, status_code=409)
        assert Pin.objects.get(unpinned_at=None) == theirs
    on_top = hidden(refused, "form") | {"of": "logged", "analysis": LATE}
    assert client.post(address, on_top).status_code == 302
    assert Pin.objects.get(unpinned_at=None).analysis == LATE
    assert Pin.objects.get(pk=theirs.pk).unpinned_by == cast.lead


def test_a_page_of_before_that_is_sent_again_takes_nothing_away(client, cast, rowan):
    concern = about(cast, rowan)
    address = reverse("significant_entry", args=[rowan.pk, concern.pk])
    client.force_login(cast.lead)
    first = hidden(client.get(address, {"of": "logged"}), "form") | {"of": "logged", "analysis": LATE}
    client.post(address, first)
    page = client.get(address, {"of": "logged"})
    client.post(address, hidden(page, "form") | {"of": "logged", "analysis": "The fourth time."})
    assert client.post(address, first).status_code == 409
    stands = Pin.objects.get(unpinned_at=None)
    assert stands.analysis == "The fourth time."
    client.post(address, {"of": "logged", "do": "unpin", "seen": stands.pk})
    again = client.post(address, first)
    assertContains(again, "Sent before, and changed since.", status_code=409)
    assert not Pin.objects.filter(unpinned_at=None).exists()
    assert client.post(address, hidden(again, "form") | {"of": "logged", "analysis": LATE}).status_code == 302
    assert Pin.objects.get(unpinned_at=None).analysis == LATE


def test_what_was_typed_for_an_entry_that_a_colleague_withdrew_stands_to_be_copied(client, cast, rowan):
    entry = by_hand(cast.lead, rowan)
    here = reverse("chronology_entry", args=[entry.pk])
    client.force_login(cast.lead)
    page = client.get(here)
    significant.withdraw_entry(entry=entry, reason="It was about another child.", by=cast.deputy)
    more = {"do": "add", "what": "letter", "text": "The file came.", **day_of(SCHOOL_DAY)}
    for sent, typed in ((more, "The file came."), ({"do": "withdraw", "reason": "A mistake."}, "A mistake.")):
        refused = client.post(here, hidden(page, "add_form") | sent)
        for words in (typed, "It was about another child.", "What you typed has not been saved"):
            assertContains(refused, words, status_code=409)
    assert ChronologyEntry.objects.count() == 1


def test_who_pins_and_who_sees_it(client, cast, rowan):
    """A pin on a restricted concern is as restricted as the concern, on the page and in the table."""
    concern = about(cast, rowan)
    restrict_concern(concern=concern, by=cast.lead)
    pin = pinned(cast.lead, rowan, ("logged", concern.pk), LATE)
    assert [may_view(person, pin) for person in (cast.lead, cast.headteacher, cast.deputy, cast.teacher)] == [
        True,
        True,
        False,
        False,
    ]
    assert titles(read(cast.headteacher, rowan, ONLY)) == ["Concern logged"]
    assert read(cast.deputy, rowan, ONLY).entries == []
    assert read(cast.deputy, rowan).significant == 0
    with pytest.raises(NotAllowed):
        by_hand(cast.office, rowan)
    [entry] = read(cast.lead, rowan).entries
    with pytest.raises(NotAllowed):
        significant.unpin(child=rowan, entry=entry, seen=pin.pk, by=cast.teacher)
    for person, status in ((cast.lead, 200), (cast.deputy, 404), (cast.teacher, 403)):
        client.force_login(person)
        address = reverse("significant_entry", args=[rowan.pk, concern.pk])
        assert client.get(address, {"of": "logged"}).status_code == status


def test_a_pin_is_as_shut_as_what_its_entry_is_from_and_counts_only_where_that_entry_stands(client, cast, rowan):
    """Of a meeting, whose entry leads to its own page; and of a concern that is in this file no more."""
    concern = beside(cast, rowan)
    [met] = Meeting.objects.filter(concern=concern)
    client.force_login(cast.lead)
    client.post(
        reverse("significant_entry", args=[rowan.pk, met.pk]),
        hidden(client.get(reverse("significant_entry", args=[rowan.pk, met.pk]), {"of": "meetings"}), "form")
        | {"of": "meetings", "analysis": LATE},
    )
    client.force_login(cast.deputy)
    page = client.get(reverse("child_chronology", args=[rowan.pk]))
    assertContains(page, LATE)
    assertContains(page, "Significant only (1)")
    assertContains(page, f'href="{met.get_absolute_url()}"')
    restrict_concern(concern=concern, by=cast.lead)
    assert [may_view(one, Pin.objects.get()) for one in (cast.lead, cast.deputy)] == [True, False]
    lift_restriction(concern=concern, by=cast.lead)
    skye = factories.child(cast.school, "Skye", "Hart", by=cast.office)
    name_children(concern, [ChildEntry("worried_about", skye)], by=cast.lead, at=SCHOOL_DAY)
    named = concern.children.get(child=rowan)
    deciding.unlink_child(named=named, token=uuid4(), reason="Another Rowan.", by=cast.lead)
    page = client.get(reverse("child_chronology", args=[rowan.pk]))
    assert LATE not in page.content.decode()
    assertContains(page, "Significant only (0)")


def test_an_entry_by_hand_is_added_to_and_withdrawn_and_never_changed(client, cast, rowan):
    client.force_login(cast.lead)
    address = reverse("add_entry", args=[rowan.pk])
    page = client.get(address)
    wrong = hidden(page, "form") | {"what": "call", "text": "The school in Stockport rang.", "at": "half two"}
    answer = client.post(address, wrong)
    assert answer.status_code == 422
    assertContains(answer, "The school in Stockport rang.", status_code=422)
    assertContains(answer, "Enter the date on which it happened", status_code=422)
    right = wrong | {"at": "2:15pm", "told_by": "Ms Vale, lead there", **day_of(SCHOOL_DAY - timedelta(days=9))}
    for _ in range(2):
        assert client.post(address, right).status_code == 302
    entry = ChronologyEntry.objects.get()
    here = reverse("chronology_entry", args=[entry.pk])
    assertContains(client.get(reverse("child_chronology", args=[rowan.pk])), "told by Ms Vale, lead there")
    page = client.get(here)
    more = hidden(page, "add_form") | {"do": "add", "what": "letter", "text": "The file came.", **day_of(SCHOOL_DAY)}
    client.post(here, more)
    assert client.post(here, {"do": "withdraw", "reason": ""}).status_code == 422
    client.post(here, {"do": "withdraw", "reason": "It was about another child."})
    found = read(cast.lead, rowan)
    assert titles(found) == ["Added: letter or e-mail", "Withdrawn: telephone call"]
    assert [e.sentence for e in found.entries] == ["The file came.", "It was about another child."]
    assertContains(client.get(here), "The school in Stockport rang.")
    with pytest.raises(OutOfTurn):
        significant.withdraw_entry(entry=entry, reason="Something else.", by=cast.lead)
    with pytest.raises(OutOfTurn):
        by_hand(cast.lead, rowan, adds_to=entry)
    client.force_login(cast.teacher)
    assert client.get(here).status_code == client.get(address).status_code == 403


def day_of(at):
    return {"on_day": at.day, "on_month": at.month, "on_year": at.year}


def test_the_filter_takes_days_and_a_category(cast, rowan):
    neglect = Category.objects.get(code="NEG")
    for days, kind in ((40, neglect), (20, None), (10, neglect)):
        about(cast, rowan, at=SCHOOL_DAY - timedelta(days=days), category=kind)
    by_hand(cast.lead, rowan)
    day = SCHOOL_DAY.date()
    assert len(read(cast.lead, rowan).entries) == 4
    between = Narrowed(since=day - timedelta(days=30), until=day - timedelta(days=10))
    assert len(read(cast.lead, rowan, between).entries) == 2
    assert len(read(cast.lead, rowan, Narrowed(category="NEG")).entries) == 2
    assert read(cast.lead, rowan, Narrowed(category="NEG", kinds=frozenset({"entries"}))).entries == []


def test_a_family_chronology_tells_each_concern_once_and_whose_it_is(client, cast):
    """The brother whom the deputy is related to is absent for her, without a gap; the neighbour is nobody's family."""
    home = Home(address="1 Quay Street", town="Port", postcode="ZZ1 1ZZ")
    rowan, skye, finn, other = (
        factories.child(cast.school, name, "Ashdown", by=cast.office, homes=[home] if name != "Ada" else [])
        for name in ("Rowan", "Skye", "Finn", "Ada")
    )
    factories.link_siblings(one=rowan, other=finn, by=cast.office)
    about(cast, rowan, facts="He was cold.", at=SCHOOL_DAY)
    factories.concern(
        cast,
        at=SCHOOL_DAY - timedelta(days=1),
        facts="They told me.",
        children=[ChildEntry("worried_about", rowan), ChildEntry("sibling", skye)],
    )
    factories.concern(
        cast,
        at=SCHOOL_DAY - timedelta(days=2),
        facts="All three.",
        children=[ChildEntry("worried_about", rowan), ChildEntry("worried_about", skye)],
    )
    about(cast, finn, facts="He hid.", at=SCHOOL_DAY - timedelta(days=3))
    about(cast, other, facts="Nothing to do with them.")
    by_hand(cast.lead, skye, at=SCHOOL_DAY - timedelta(days=4))
    client.force_login(cast.lead)
    page = client.get(reverse("family_chronology", args=[rowan.pk]))
    assert [(e.sentence, [c.forename for c in e.whose]) for e in page.context["found"].entries] == [
        ("He was cold.", ["Rowan"]),
        ("They told me.", ["Rowan"]),
        ("All three.", ["Rowan", "Skye"]),
        ("He hid.", ["Finn"]),
        ("The earlier school rang.", ["Skye"]),
    ]
    seen = Event.objects.filter(verb=Verb.VIEW, purpose="family chronology").values_list("object_id", flat=True)
    assert set(seen) == {rowan.pk, skye.pk, finn.pk}
    paper = Printed(client.get(reverse("family_paper", args=[rowan.pk])).content)
    assert "Together with" in paper.text and "Rowan Ashdown, Skye Ashdown" in paper.text
    declare_conflict(user=cast.deputy, child=finn, kind="relative", by=cast.deputy)
    client.force_login(cast.deputy)
    page = client.get(reverse("family_chronology", args=[rowan.pk]))
    assert "He hid." not in page.content.decode() and "Finn" not in page.content.decode()
    assert [c.forename for c in page.context["others"]] == ["Skye"]
    client.force_login(cast.teacher)
    assert client.get(reverse("family_chronology", args=[rowan.pk])).status_code == 403


def test_paper_is_whole_significant_only_or_without_names_and_each_is_recorded(client, cast, rowan):
    concern = whole_story(cast, rowan)
    about(cast, rowan, facts="Mr Beckett and Jon Beckett saw him.", at=SCHOOL_DAY - timedelta(days=3))
    pinned(cast.lead, rowan, ("logged", concern.pk), "Priya Raman was told twice.")
    client.force_login(cast.lead)
    address = reverse("chronology_paper", args=[rowan.pk])
    queries = ({}, {"significant": "on"}, {"staff": "no"}, {"significant": "on", "staff": "no"})
    whole, only, nameless, both = (Printed(client.get(address, query).content).text for query in queries)
    assert "[designated safeguarding lead] was told" in both and "Done: Meet him" not in both
    assert "Done: Meet him" in whole and "Why it matters: Priya Raman" in whole and "Jon Beckett" in whole
    assert "Significant events only" in only and "Done: Meet him" not in only and "He came in late." in only
    assert "[class teacher] saw him" in nameless and "Why it matters: [designated safeguarding lead]" in nameless
    for name in ("Beckett", "Raman", "Aldous", "Mendes"):
        assert name not in nameless
    assert "Rowan Ashdown" in nameless
    printed = Event.objects.filter(verb=Verb.PRINT, object_id=rowan.pk).order_by("at").values_list("purpose", flat=True)
    assert list(printed) == [
        "chronology",
        "chronology, significant",
        "chronology, no staff names",
        "chronology, significant, no staff names",
    ]
