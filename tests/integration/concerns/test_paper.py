"""A concern on paper: tagged, whole, marked with who printed it, recorded once; for nobody else."""

import json
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.models import Event, Outcome, Verb
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
from safeguarding.printing import layout
from safeguarding.printing.client import Said
from tests import factories
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db

# What somebody could type who wants the printer to fetch something, or to break out of its box.
HOSTILE = [
    '<img src="file:///etc/hostname">',
    '<link rel="attachment" href="file:///etc/hostname">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
    "<style>@import url(http://127.0.0.1:9/x.css); * { display: none }</style>",
    '<object data="file:///etc/hostname"></object>',
    '<svg><image href="http://127.0.0.1:9/x.png"/></svg>',
    "</p></main></body></html><h1>Forged</h1>",
    "{% load static %}{{ settings.SECRET_KEY }}",
    "asset:../../.env",
]


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def concern(cast):
    """A concern that has been through its whole life."""
    rowan = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office, known_forename="Ro")
    concern = factories.concern(
        cast,
        facts="Came in late and was quiet at register.\n\nSleeve pushed up at the sink.",
        child_words="I fell off my bike on Saturday.",
        marks={9: "Small round bruise", 32: ""},
        observed_on=factories.SCHOOL_DAY.date(),
        children=[
            ChildEntry(role="worried_about", child=rowan),
            ChildEntry(role="witness", kind="unnamed", description="A boy in a red coat"),
        ],
    )
    concern = open_concern(concern=concern, by=cast.lead)
    amend(account=concern.account, token=uuid4(), text="It was Saturday 21 November.", reason="exact", by=cast.teacher)
    add_note(concern=concern, token=uuid4(), text="Rang the carer at noon.", by=cast.deputy)
    action = add_action(
        concern=concern,
        token=uuid4(),
        text="Ask the nurse to look at the arm",
        owner=cast.pastoral,
        due_on=factories.SCHOOL_DAY.date(),
        by=cast.lead,
        at=factories.SCHOOL_DAY,
    )
    end_action(action=action, move="complete", result="In keeping with a fall.", by=cast.pastoral)
    concern.refresh_from_db()
    decide(
        concern=concern,
        token=uuid4(),
        seen=concern.revision,
        ruling=Ruling(
            level=2, kind="in_school", rationale="The account of the fall fits.", parents_told="yes", receipt="watching"
        ),
        by=cast.lead,
    )
    concern.refresh_from_db()
    return close_concern(
        concern=concern,
        seen=concern.revision,
        outcome="helped_in_school",
        reason="Nothing further in two weeks.",
        receipt="in_school",
        by=cast.lead,
    )


def printed(client, person, name, *args):
    client.force_login(person)
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    return response, Printed(response.content)


def test_the_whole_concern_is_on_paper(client, cast, concern):
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    for words in (
        concern.reference,
        "Saltmarsh Lane Primary School",
        "Rowan Ashdown, known as Ro",
        "A boy in a red coat",
        "Sleeve pushed up at the sink.",
        "I fell off my bike on Saturday.",
        "A. Left forearm",
        "Small round bruise",
        "B. Right calf",
        "It was Saturday 21 November.",
        "Rang the carer at noon.",
        "Ask the nurse to look at the arm",
        "In keeping with a fall.",
        "Level 2 Early help",
        "The account of the fall fits.",
        "Helped in school, no further need. Nothing further in two weeks.",
        "Jon Beckett, class teacher 5B",
        "Priya Raman, designated safeguarding lead",
        "Tom Aldous, deputy safeguarding lead",
        "Carla Mendes, pastoral lead",
    ):
        assert words in paper.text, words
    # What there is none of is said in one place, and has no heading of its own.
    assert "Not on record Nothing was referred to an agency." in paper.text
    assert "Referrals" not in paper.text and "There are no notes" not in paper.text


def test_who_reads_a_concern_on_paper_has_read_it(client, cast):
    concern = factories.concern(cast)
    printed(client, cast.headteacher, "concern_paper", concern.pk)
    concern.refresh_from_db()
    assert (concern.status, concern.acknowledged_by) == (concern.Status.ACKNOWLEDGED, cast.headteacher)
    amend(account=concern.account, token=uuid4(), text="It was Monday.", reason="exact", by=cast.teacher)
    printed(client, cast.lead, "concern_paper", concern.pk)
    concern.refresh_from_db()
    assert concern.news_at is None
    client.force_login(cast.deputy)
    page = client.get(reverse("concern", args=[concern.pk]))
    assert [v.name for v in page.context["it"].viewers] == ["Tom Aldous", "Priya Raman", "Helen Okafor"]


def test_an_earlier_closing_stays_on_paper(client, cast, concern):
    reopen_concern(concern=concern, token=uuid4(), reason="It goes on.", by=cast.deputy)
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    for words in (
        "Closed before, and opened again",
        "Helped in school, no further need",
        "Nothing further in two weeks.",
        "Dealt with in school.",
        "Opened again: It goes on.",
    ):
        assert words in paper.text, words


@pytest.mark.usefixtures("real_printer")
def test_every_page_says_what_it_is_who_printed_it_and_how_many_there_are(client, cast, concern):
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    pages = paper.pages()
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert f"Concern {concern.reference}" in page
        assert "Printed by Priya Raman, Designated safeguarding lead" in page
        assert "Confidential. This print has been recorded." in page


@pytest.mark.usefixtures("real_printer")
def test_paper_is_tagged_for_screen_readers(client, cast, concern):
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    root = paper.document.Root
    assert root.MarkInfo.Marked
    assert str(root.Lang) == "en-GB"
    assert root.ViewerPreferences.DisplayDocTitle
    with paper.document.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == f"Concern {concern.reference}"
    tags = paper.tags()
    assert tags["H1"] == 1
    assert tags["H2"] >= 7
    assert tags["Table"] >= 4
    assert tags["TH"] >= 10
    assert tags["Caption"] >= 4
    assert tags["BlockQuote"] == 1
    assert paper.unmarked() == []
    figures = [str(element.Alt) for element in paper.elements() if element.S == "/Figure"]
    assert figures == [
        "Front of a child’s body: A left forearm",
        "Back of a child’s body: B right calf",
    ]


@pytest.mark.usefixtures("real_printer")
def test_the_childs_words_are_in_no_box_with_the_adults(client, cast, concern):
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    quote = next(element for element in paper.elements() if element.S == "/BlockQuote")
    assert quote.P.S in ("/Part", "/Document")
    text = paper.text
    heard, words, marks = (
        text.index(h) for h in ("What the adult saw and heard", "The child’s own words", "Marks seen")
    )
    assert heard < text.index("Sleeve pushed up") < words < text.index("I fell off my bike") < marks


def test_neither_title_nor_file_name_names_a_child(client, cast, concern):
    response, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    assert response["Content-Disposition"] == f'inline; filename="Concern {concern.reference}.pdf"'
    assert str(paper.document.docinfo.Title) == f"Concern {concern.reference}"


def test_a_print_is_recorded_once(client, cast, concern):
    printed(client, cast.lead, "concern_paper", concern.pk)
    events = Event.objects.filter(object_id=concern.pk, verb=Verb.PRINT)
    assert [(e.actor_id, e.outcome, e.school_id) for e in events] == [(cast.lead.pk, Outcome.DONE, cast.school.pk)]


@pytest.mark.parametrize(("role", "status"), [("teacher", 403), ("pastoral", 403), ("office", 403), ("elsewhere", 404)])
def test_who_may_not_see_it_gets_no_paper_and_the_refusal_is_recorded(client, cast, concern, role, status):
    people = vars(cast) | {"elsewhere": factories.staffroom("Gorse Hill Academy").lead}
    client.force_login(people[role])
    response = client.get(reverse("concern_paper", args=[concern.pk]))
    assert response.status_code == status
    assert "Rowan" not in response.content.decode()
    assert not Event.objects.filter(verb=Verb.PRINT).exists()
    denied = Event.objects.get(verb=Verb.DENY)
    assert (denied.actor_id, denied.outcome) == (people[role].pk, Outcome.REFUSED)


def test_a_number_never_issued_and_a_concern_of_another_school_answer_alike(client, cast, concern):
    client.force_login(factories.staffroom("Gorse Hill Academy").lead)
    answers = [client.get(reverse("concern_paper", args=[key])) for key in (concern.pk, uuid4())]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_a_reporter_prints_her_own_words_and_nobody_elses(client, cast, concern):
    _, paper = printed(client, cast.teacher, "report_paper", concern.pk)
    for words in ("Sleeve pushed up", "I fell off my bike", "It was Saturday 21 November.", "Rowan Ashdown"):
        assert words in paper.text
    for secret in ("fits", "carer at noon", "nurse", "Level 2", "Priya", "Nothing further", "Deputy", "deputy"):
        assert secret not in paper.text, secret
    assert Event.objects.filter(verb=Verb.PRINT, object_id=concern.account.pk).count() == 1


@pytest.mark.parametrize("role", ["assistant", "lead"])
def test_a_report_is_printed_by_its_author_only(client, cast, concern, role):
    client.force_login(getattr(cast, role))
    assert client.get(reverse("report_paper", args=[concern.pk])).status_code == 404


@pytest.mark.usefixtures("real_printer")
@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_type_stays_words(client, cast, words):
    concern = factories.concern(cast, facts=words, child_words=words, presentation=words)
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    assert paper.text.count(" ".join(words.split())) == 3
    assert paper.tags()["H1"] == 1
    assert "/EmbeddedFiles" not in paper.document.Root.get("/Names", {})
    assert not any("/AF" in page for page in paper.document.pages)


def test_a_concern_that_began_as_a_call_prints_before_it_is_finished(client, cast):
    from safeguarding.concerns.services.raising import call_lead

    concern = call_lead(token=uuid4(), school=cast.school, by=cast.teacher)
    _, paper = printed(client, cast.lead, "concern_paper", concern.pk)
    assert "The account has not been finished yet." in paper.text
    assert "No child has been named yet." in paper.text


def test_the_number_of_queries_does_not_grow_with_what_happened(client, cast, concern, django_assert_max_num_queries):
    for number in range(10):
        add_note(concern=concern, token=uuid4(), text=f"Note {number}", by=cast.deputy)
    client.force_login(cast.lead)
    address = reverse("concern_paper", args=[concern.pk])
    # What was added is read by this, and the notices of it are settled.
    client.get(address)
    with django_assert_max_num_queries(25):
        client.get(address)


@pytest.mark.usefixtures("real_printer")
def test_the_paper_form_is_for_everybody_and_names_nobody(client, cast):
    _, paper = printed(client, cast.teacher, "paper_form")
    assert "call 999" in paper.text
    assert len(paper.pages()) == 2
    assert "Jon Beckett" not in paper.text
    tags = paper.tags()
    assert tags["H1"] == 1
    assert tags["Figure"] == 2


def test_a_late_entry_says_so(client, cast):
    late = factories.concern(cast, observed_on=factories.SCHOOL_DAY.date() - timedelta(days=3))
    assert (
        "Late entry: written 3 days after it was seen." in printed(client, cast.lead, "concern_paper", late.pk)[1].text
    )
    same_day = factories.concern(cast, observed_on=factories.SCHOOL_DAY.date())
    assert "Late entry" not in printed(client, cast.lead, "concern_paper", same_day.pk)[1].text


def test_paper_asks_only_for_what_it_shows(client, cast, concern):
    """Who has read the concern, and which others are like it, are on the page alone."""
    client.force_login(cast.lead)
    address = reverse("concern_paper", args=[concern.pk])
    # What was added is read by this, and the notices of it are settled.
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert [q["sql"] for q in asked if 'FROM "audit_event"' in q["sql"]] == []
    assert len(asked) <= 25


# --- nothing is cut off


LINK = "https://www.example.com/" + "abcdefghij" * 30 + "{}"


@pytest.fixture
def long_words(cast):
    """A concern in which every text has a word longer than a line: a pasted address."""
    rowan = factories.child(cast.school, "Rowan", "Ashdown", by=cast.office)
    concern = factories.concern(
        cast,
        facts=LINK.format("facts"),
        child_words=LINK.format("words"),
        presentation=LINK.format("presentation"),
        done_at_once=LINK.format("done"),
        others_present=LINK.format("others"),
        place="community",
        place_detail=LINK.format("place"),
        marks={9: LINK.format("mark")},
        children=[
            ChildEntry(role="worried_about", child=rowan),
            ChildEntry(role="witness", kind="unnamed", description=LINK.format("described")),
        ],
    )
    concern = open_concern(concern=concern, by=cast.lead)
    amend(account=concern.account, token=uuid4(), text=LINK.format("added"), reason="more", by=cast.teacher)
    add_note(concern=concern, token=uuid4(), text=LINK.format("note"), by=cast.deputy)
    due = {"owner": cast.pastoral, "due_on": timezone.localdate(), "by": cast.lead}
    action = add_action(concern=concern, token=uuid4(), text=LINK.format("task"), **due)
    end_action(action=action, move="complete", result=LINK.format("result"), by=cast.pastoral)
    concern.refresh_from_db()
    outside = {
        "parents_told": "no_risk",
        "parents_reason": LINK.format("parents"),
        "new_referral": True,
        "recipient": LINK.format("recipient"),
        "consent": "refused",
        "consent_reason": LINK.format("consent"),
        "legal_reason": "s47",
        "receipt": "action_taken",
    }
    ruling = Ruling(level=4, kind="child_protection", rationale=LINK.format("rationale"), **outside)
    decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=cast.lead)
    return concern


@pytest.mark.usefixtures("real_printer")
@pytest.mark.parametrize("name", ["concern_paper", "report_paper", "chronology_paper"])
def test_no_word_is_too_long_for_the_sheet(client, cast, long_words, name):
    key = long_words.children.get(role="worried_about").child_id if name == "chronology_paper" else long_words.pk
    _, paper = printed(client, cast.teacher if name == "report_paper" else cast.lead, name, key)
    assert paper.beyond_the_margins() == ""
    whole = "".join(paper.text.split())
    texts = {
        "report_paper": "facts words presentation done others place mark described added",
        "concern_paper": "facts words presentation done others place mark described added note task result parents "
        "recipient consent rationale",
        "chronology_paper": "",
    }[name]
    assert [text for text in texts.split() if LINK.format(text) not in whole] == []


@pytest.mark.usefixtures("real_printer")
def test_no_column_is_pushed_off_the_sheet_and_no_row_off_its_foot(client, cast, concern):
    task = add_action(
        concern=reopen_concern(concern=concern, token=uuid4(), reason="Again.", by=cast.lead),
        token=uuid4(),
        text="word " * 2500 + "END",
        owner=cast.pastoral,
        due_on=timezone.localdate(),
        by=cast.lead,
    )
    _, paper = printed(client, cast.lead, "concern_paper", task.concern_id)
    assert paper.beyond_the_margins() == ""
    assert paper.text.count("word ") >= 2500
    assert "END" in paper.text
    assert "Due" in paper.text


# --- words of every script


SCRIPTS = {
    "Arabic": "قال لي ألا أخبر أحدا",
    "Urdu": "اس نے کہا کہ گھر میں کوئی نہیں تھا",
    "Bengali": "সে বলেছে বাড়িতে কেউ ছিল না",
    "Punjabi": "ਉਸਨੇ ਕਿਹਾ ਘਰ ਕੋਈ ਨਹੀਂ ਸੀ",
    "Gujarati": "ઘરે કોઈ નહોતું",
    "Tamil": "வீட்டில் யாரும் இல்லை",
    "Tigrinya": "ኣብ ገዛ ሰብ ኣይነበረን",
    "Polish and Turkish": "Łódź, żółć, ğıİş",
    "Ukrainian": "Вдома нікого не було",
    "Chinese": "他说家里没有人",
    "Japanese": "家に誰もいなかった",
    "Korean": "집에 아무도 없었어요",
    "emoji": "😀 😢 👍 ❤",
}


def laid_out_here(client, person, name, *args):
    """The same in this process, to hear what is said meanwhile: the printer says nothing of what stands on a page."""

    def make(key, content, **how):
        [html] = json.loads(content)["pages"]
        return Said("done", 1, pdf=layout.make(html))

    with patch("safeguarding.printing.client.make", make):
        return printed(client, person, name, *args)


def test_words_of_every_script_are_on_paper(client, cast, caplog):
    """What lays out paper tells of each character for which no font has a shape."""
    words = "\n\n".join(SCRIPTS.values())
    concern = factories.concern(cast, facts=words, child_words=words)
    with caplog.at_level("WARNING", "weasyprint"):
        laid_out_here(client, cast.lead, "concern_paper", concern.pk)
    assert [r.getMessage() for r in caplog.records if "unsupported by fonts" in r.getMessage()] == []


def test_a_character_that_no_font_has_would_be_told(client, cast, caplog):
    concern = factories.concern(cast, facts="A private \ue123 character.")
    with caplog.at_level("WARNING", "weasyprint"):
        laid_out_here(client, cast.lead, "concern_paper", concern.pk)
    assert "unsupported by fonts" in caplog.text


@pytest.mark.usefixtures("real_printer")
def test_words_that_run_from_right_to_left_begin_at_the_right(client, cast):
    concern = factories.concern(cast, facts=f"He wrote it down:\n\n{SCRIPTS['Arabic']}")
    _, paper = printed(client, cast.teacher, "report_paper", concern.pk)
    english, arabic = paper.left_edges(of="He wrote"), paper.left_edges(of="ق")
    assert english == [43]
    assert arabic
    assert min(arabic) > 400
