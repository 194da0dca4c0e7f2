"""A meeting in an hour: what stands on the two pages, what gives way, who makes them, and what is kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from children.facts import Adult
from safeguarding.audit.models import Event, LogEntry, Verb
from safeguarding.concerns.models import Brief
from safeguarding.concerns.services import access, briefs
from safeguarding.concerns.services.meeting import Called, call_meeting
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import about, by_hand, pinned
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
BOXES = {
    "worries": "He is hungry on Mondays.",
    "works": "The named adult at the gate.",
    "asks": "A core group by June.",
}


@pytest.fixture
def now():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def ro(cast):
    """A child with two adults, one of them kept away by an order."""
    mother = Adult(
        surname="Ashdown",
        forename="Kerry",
        relationship="Mother",
        mobile="07700 900101",
        responsibility=True,
        basis="mother",
    )
    father = Adult(
        surname="Vale",
        forename="Dan",
        relationship="Father",
        responsibility=False,
    )
    made = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office, adults=[mother, father])
    factories.order(made, "No contact. Skye Hart’s house too.", by=cast.lead, binds="Dan")
    return made


def saved(client, child, do="save", words=(), **boxes):
    page = client.get(reverse("brief_page", args=[child.pk]))
    sent = {"revision": page.context["form"]["revision"].value(), "words": words, "do": do} | BOXES | boxes
    return client.post(reverse("brief_page", args=[child.pk]), sent)


def printed(client, child):
    response = client.get(reverse("brief_paper", args=[child.pk]))
    assert response["Content-Type"] == "application/pdf"
    return Printed(response.content)


@pytest.mark.usefixtures("real_printer")
def test_two_steps_from_the_child_to_two_pages(client, cast, ro, now):
    skye = factories.child(cast.school, "Skye", "Hart", by=cast.office, year_group=3)
    told = about(
        cast, ro, at=SCHOOL_DAY - timedelta(days=3), child_words="Skye Hart said I smell.", facts="Skye laughed at him."
    )
    factories.concern(
        cast,
        at=SCHOOL_DAY - timedelta(days=4),
        facts="Both.",
        children=[ChildEntry("worried_about", ro), ChildEntry("mentioned", skye)],
    )
    old = about(cast, ro, at=SCHOOL_DAY - timedelta(days=200), child_words="I like PE.")
    for concern in (told, old):
        pinned(cast.lead, ro, ("logged", concern.pk), "Skye was there too.")
    client.force_login(cast.lead)
    start = client.get(reverse("child_chronology", args=[ro.pk]))
    assertContains(start, f'href="{reverse("brief_page", args=[ro.pk])}"')
    page = client.get(reverse("brief_page", args=[ro.pk]))
    assert page.context["form"]["words"].value() == [str(told.account.pk)]
    answer = saved(client, ro, do="print", words=[str(told.account.pk), str(old.account.pk)])
    assert answer["Location"] == reverse("brief_paper", args=[ro.pk])
    paper = printed(client, ro)
    assert len(paper.pages()) <= 2 and paper.tags()["H2"] == 7
    for words in (
        "Kerry Ashdown Mother On the record Yes: mother",
        "Dan Vale Father Not recorded No",
        "No contact. [another child (Year 3)]’s house too.",
        "Priya Raman",
        "214",
        "Jon Beckett",
        "[another child (Year 3)] laughed at him.",
        "[another child (Year 3)] was there too.",
        "[another child (Year 3)] said I smell.",
        "I like PE.",
        "Written down by Jon Beckett, class teacher 5B, 21 November",
        *BOXES.values(),
    ):
        assert words in paper.text, words
    assert "Skye" not in paper.text and paper.text.count("laughed at him") == 1
    assert "07700" not in paper.text and paper.unmarked() == [] and paper.beyond_the_margins() == ""
    assert Event.objects.filter(verb=Verb.PRINT, object_id=ro.pk, purpose="meeting in an hour").count() == 1


@pytest.mark.usefixtures("real_printer")
def test_nothing_on_record_is_said_and_what_does_not_fit_is_counted(client, cast, now):
    empty = factories.child(cast.school, "Ada", "Stone", by=cast.office)
    client.force_login(cast.lead)
    paper = printed(client, empty)
    for words in (
        "No adult is recorded.",
        "Of what its writer may see, nothing is marked as significant, and no conference",
        "No words of the child are on record.",
    ):
        assert words in paper.text
    assert paper.text.count("Nothing was written here.") == 3
    adults = [
        Adult(
            surname=f"Stone{n}",
            forename="Bartholomew" * 3,
            relationship="Uncle",
            mobile="0161 496 0000",
            responsibility=True,
        )
        for n in range(14)
    ]
    full = factories.child(cast.school, "Finn", "Stone", by=cast.office, adults=adults)
    for n in range(45):
        at = SCHOOL_DAY - timedelta(days=1 + n)
        entry = by_hand(cast.lead, full, at=at, text=f"{n} rang to say a great deal. " * 9)
        pinned(cast.lead, full, ("by_hand", entry.pk), "It matters because. " * 14)
    long = "He told me the whole of it twice over. " * 60
    told = [about(cast, full, at=SCHOOL_DAY - timedelta(days=n), child_words=long) for n in range(5)]
    most = dict.fromkeys(BOXES, ("walk " * 14 + "\n") * 12)
    words = [str(concern.account.pk) for concern in told]
    assert saved(client, full, words=words, **most).status_code == 302
    paper = printed(client, full)
    assert len(paper.pages()) == 2
    assert paper.text.count("walk") == 3 * 12 * 14
    assert (
        "see the chronology" in paper.text and "more: see People" in paper.text and "more: see the record" in paper.text
    )
    # Fewer words in the boxes leave room for more of what is on record.
    assert saved(client, full, words=words).status_code == 302
    roomier = printed(client, full)
    assert len(roomier.pages()) == 2
    assert roomier.text.count("rang to say") > paper.text.count("rang to say")
    assert "… (cut: the whole is in the record)" in roomier.text


@pytest.mark.usefixtures("real_printer")
def test_what_nobody_marked_is_counted_and_conferences_and_strategy_discussions_are_told(client, cast, ro, now):
    concern = about(cast, ro, at=SCHOOL_DAY - timedelta(days=3))
    days = {"strategy": 2, "professionals": 2, "conference": 1}
    for kind, before in {**days, "core_group": -1, "parents": 1}.items():
        called = Called(kind=kind, held_at=SCHOOL_DAY - timedelta(days=before))
        called = replace(called, conference="initial") if kind == "conference" else called
        call_meeting(concern=concern, token=uuid4(), called=called, staff=[cast.lead], by=cast.lead, at=SCHOOL_DAY)
    client.force_login(cast.lead)
    text = printed(client, ro).text
    for words in ("Meeting: strategy discussion", "Meeting: initial conference", "has 3 other entries of these days"):
        assert words in text, words
    assert "professionals’ meeting" not in text and "nothing is marked" not in text
    page = client.get(reverse("brief_page", args=[ro.pk]))
    assertContains(page, "3 other entries of these days")
    # From whom the concern is kept, it is not there and counts for nothing.
    access.restrict_concern(concern=concern, by=cast.lead)
    client.force_login(cast.deputy)
    text = printed(client, ro).text
    assert "Of what its writer may see, nothing is marked" in text
    assert (
        "strategy discussion." not in text.replace("strategy discussion, or plan", "") and "other entries" not in text
    )


def test_what_is_written_is_the_authors_alone_and_two_windows_do_not_lose_it(client, cast, ro, now):
    client.force_login(cast.lead)
    first = {"revision": 0, "do": "save"} | BOXES
    for _ in range(2):
        assert client.post(reverse("brief_page", args=[ro.pk]), first).status_code == 302
    assert Brief.objects.get().revision == 1
    late = client.post(reverse("brief_page", args=[ro.pk]), first | {"worries": "Something else."})
    assert late.status_code == 409
    assertContains(late, "Something else.", status_code=409)
    assertContains(late, BOXES["worries"], status_code=409)
    again = {"revision": late.context["form"]["revision"].value(), "worries": "Something else."}
    assert client.post(reverse("brief_page", args=[ro.pk]), first | again).status_code == 302
    assert Brief.objects.get().worries == "Something else."
    # Whoever reads what has changed of the child does not read that somebody prepares for a meeting.
    assert not LogEntry.objects.filter(object_type="concerns.brief").exists()
    long = client.post(reverse("brief_page", args=[ro.pk]), first | {"asks": "x" * 901})
    assertContains(long, "What we ask must be 900 characters or fewer: it is 901", status_code=422)
    assertContains(long, "x" * 901, status_code=422)
    client.force_login(cast.deputy)
    page = client.get(reverse("brief_page", args=[ro.pk]))
    assert "Something else." not in page.content.decode()
    assert "Something else." not in printed(client, ro).text
    client.force_login(cast.teacher)
    assert client.get(reverse("brief_page", args=[ro.pk])).status_code == 403
    assert client.get(reverse("brief_paper", args=[ro.pk])).status_code == 403
    with pytest.raises(NotAllowed):
        briefs.save_brief(child=ro, seen=0, written=briefs.Written(), by=cast.teacher)
    with pytest.raises(BadInput, match="12 lines"):
        briefs.save_brief(child=ro, seen=0, written=briefs.Written(works="a\n" * 13), by=cast.deputy)
    with pytest.raises(ChangedSince):
        briefs.save_brief(child=ro, seen=1, written=briefs.Written(works="b"), by=cast.lead)
