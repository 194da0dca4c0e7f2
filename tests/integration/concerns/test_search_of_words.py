"""Does the search find what was written, show nothing that its reader may not see, and say how far it has read?"""

import re
from datetime import timedelta
from functools import partial
from itertools import count
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from children.services.access import declare_conflict
from children.services.filing import attach_to_child
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Category, ConcernChild, Duty, OutsideNote
from safeguarding.concerns.services import police, searching
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.duties import Done, end_duty
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.outside.links import make_link
from safeguarding.concerns.services.outside.settling import take_up
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern
from safeguarding.concerns.services.searching import search_words
from safeguarding.keys import uuid7
from safeguarding.uploads.services import giving
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import act, close, decide, hidden, logged, page_of, send

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WORDS = reverse("find_words")


def found(page):
    return [hit.concern for _, hit in page.context["hits"]]


def marked(page):
    return re.findall(r"<mark>(.*?)</mark>", page.content.decode())


def search(user, room, *terms, **more):
    return search_words(partial(visible, SimpleNamespace(user=user)), room.school.pk, terms, **more)


def test_words_in_every_text_of_a_concern_are_found_with_the_text_around_them(lead, room):
    concern = logged(room, 2, HOUR, facts="Asked for toast at the door.", child_words="I had no Frühstück.")
    page = page_of(lead, concern)
    send(lead, "add_note", concern, hidden(page, "note_form") | {"text": "Kestrel says he ate."})
    act(lead, room, concern)
    decide(lead, concern, rationale="Breakfast club from Heronsway.")
    closed = logged(room, 2, 2 * HOUR, facts="Nothing to do with it.")
    decide(lead, closed)
    close(lead, closed, reason="Settled with plover.")
    for words, where in (
        ("toast", "Account"),
        ("fruhstuck", "Account"),
        ("kestrel", "Note"),
        ("ring", "Action"),
        ("heronsway", "Decision"),
        ('"at the door" kestrel', "Account"),
    ):
        answer = lead.post(WORDS, {"q": words})
        assert found(answer) == [concern], words
        assert f"<b>{where}</b>" in answer.content.decode(), words
    assert found(lead.post(WORDS, {"q": "plover"})) == [closed]
    assert marked(lead.post(WORDS, {"q": "fruhstuck"})) == ["Frühstück"]
    assert found(lead.post(WORDS, {"q": "toast heron"})) == [concern]
    assert found(lead.post(WORDS, {"q": "toast curlew"})) == []


def test_a_police_reference_the_reason_of_a_duty_and_a_note_from_outside_are_found_by_who_sees_the_concern(room):
    notice = police.take_notice(
        token=uuid7(),
        school=room.school,
        noticed=police.Noticed(
            happened_on=SCHOOL_DAY.date(),
            happened_at=None,
            received_at=SCHOOL_DAY,
            force="Northshire Police",
            their_reference="NP-0091",
            said="Officers came to the address.",
            children=[factories.child(room.school, by=room.office)],
        ),
        by=room.office,
        at=SCHOOL_DAY,
    )
    asked = logged(room, 2, HOUR, category=Category.objects.get(pk="HBA"))
    duty = Duty.objects.get(concern=asked)
    end_duty(duty=duty, done=Done(how="set_aside", reason="Told by the nurse already."), by=room.lead, at=SCHOOL_DAY)
    worried = ChildEntry("worried_about", factories.child(room.school, "Wren", "Hollis", by=room.office))
    link = make_link(school=room.school, by=room.lead, at=SCHOOL_DAY)
    left = Left(how_soon=3, name="Ada Quill", agency="", contact="", about_child="", facts="Seen at the crossing.")
    leave_note(link=link, token=uuid7(), left=left, at=SCHOOL_DAY)
    token = take_up(note=OutsideNote.objects.get(), content={}, by=room.lead, at=SCHOOL_DAY)
    noted = raise_concern(
        token=token,
        school=room.school,
        report=Report(how_soon=3, children=[worried], account=AccountFacts(facts="As the note says.")),
        by=room.lead,
        at=SCHOOL_DAY,
    )
    for words, concern in (("np-0091", notice), ("nurse", asked), ("crossing", noted)):
        assert [hit.concern for hit in search(room.lead, room, words).hits] == [concern], words
        assert search(room.teacher, room, words).hits == [], words


def test_one_box_looks_among_children_first_and_then_in_what_was_written(lead, room):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    concern = logged(room, 2, HOUR, facts="Rowan asked for toast.", children=[ChildEntry("worried_about", rowan)])
    page = lead.post(reverse("find"), {"q": "rowan"})
    assert [each.child for each in page.context["found"]] == [rowan]
    assert "Search what was written" in page.content.decode()
    assert "toast" not in page.content.decode()
    assert found(lead.post(WORDS, {"q": "rowan"})) == [concern]
    assert found(lead.post(reverse("find"), {"q": "toast"})) == [concern]


def test_documents_of_children_are_found_by_their_names_by_those_who_read_them(client, room):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    put = partial(attach_to_child, child=rowan, what="order", by=room.lead)
    [order] = put(token=uuid4(), uploads=[Upload("Órder for Kestrel.txt", b"x")]).kept
    [gone] = put(token=uuid4(), uploads=[Upload("Order of long ago.txt", b"y")]).kept
    giving.withhold(file=gone, reason="other_child", by=room.lead)
    giving.remove(file=gone, by=room.headteacher)
    close_to_it, elsewhere = (
        factories.member(room.school, "deputy_lead"),
        factories.staffroom("Gorse Hill Academy").lead,
    )
    declare_conflict(user=close_to_it, child=rowan, kind="own_child", by=close_to_it)
    for person, files in ((room.lead, [order]), (close_to_it, []), (elsewhere, [])):
        client.force_login(person)
        page = client.post(WORDS, {"q": "order kestrel"})
        assert [one.file for one in page.context["documents"].found] == files
        assert ("Rowan Ashdown" in page.content.decode()) == bool(files)
    client.force_login(room.lead)
    assert marked(client.post(WORDS, {"q": "order"})) == ["Órder"]
    assert not client.post(WORDS, {"q": "order xylophone"}).context["documents"].found
    assert (
        Event.objects.filter(verb=Verb.SEARCH, object_id=order.pk, actor_id=room.lead.pk, purpose="words").count() == 2
    )


@pytest.mark.parametrize(
    ("limit", "q", "shown", "is_cut"),
    [
        ("MOST", "order", ["Order 3", "Order 2"], True),
        ("MOST", "letter", ["Letter 2", "Letter 1"], False),
        ("BATCH", "letter", ["Letter 2"], True),
        ("BATCH", "order", [], True),
    ],
)
def test_a_search_of_documents_says_that_there_are_more(lead, room, monkeypatch, limit, q, shown, is_cut):
    rowan = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    for name in ("Order 1", "Order 2", "Order 3", "Letter 1", "Letter 2"):
        put = Upload(f"{name}.txt", name.encode())
        attach_to_child(child=rowan, what="order", by=room.lead, token=uuid4(), uploads=[put])
    more = "not all documents were searched, or are shown. Add a word"
    assert more not in lead.post(WORDS, {"q": q}).content.decode()
    monkeypatch.setattr(searching, limit, 2 if limit == "MOST" else 1)
    page = lead.post(WORDS, {"q": q})
    assert [one.file.name.removesuffix(".txt") for one in page.context["documents"].found] == shown
    assert (more in page.content.decode()) == is_cut
    recorded = Event.objects.filter(verb=Verb.SEARCH, purpose="documents")
    assert recorded.order_by("-at").values_list("count", flat=True)[0] == len(shown)


def test_what_its_reader_may_not_see_is_not_found_and_nothing_says_that_it_is_there(client, room):
    hidden_, restricted, elsewhere = (
        logged(room, 2, HOUR, facts="Asked for toast."),
        logged(room, 2, HOUR, facts="Asked for toast."),
        factories.concern(factories.staffroom("Gorse Hill Academy"), facts="Asked for toast."),
    )
    child = ConcernChild._base_manager.get(concern=hidden_).child
    declare_conflict(user=room.deputy, child=child, kind="own_child", by=room.deputy)
    restrict_concern(concern=restricted, by=room.lead)
    client.force_login(room.deputy)
    none, never = client.post(WORDS, {"q": "toast"}), client.post(WORDS, {"q": "curlew"})
    assert found(none) == []
    assert _without_words(none) == _without_words(never)
    client.force_login(room.lead)
    assert {c.pk for c in found(client.post(WORDS, {"q": "toast"}))} == {hidden_.pk, restricted.pk}
    assert elsewhere.school_id != room.school.pk


def _without_words(page):
    text = re.sub(r"name=\"csrfmiddlewaretoken\" value=\"[^\"]+\"|nonce=\"[^\"]+\"", "", page.content.decode())
    return text.replace("toast", "curlew")


def test_a_search_is_on_record_with_each_concern_of_which_words_were_shown(lead, room):
    concern, other = logged(room, 2, HOUR, facts="Asked for toast."), logged(room, 2, HOUR, facts="Nothing.")
    lead.post(WORDS, {"q": "toast"})
    lead.post(WORDS, {"q": "curlew"})
    events = Event.objects.filter(verb=Verb.SEARCH, purpose="words", actor_id=room.lead.pk)
    assert list(events.filter(object_id=None).order_by("at").values_list("count", flat=True)) == [1, 0]
    assert [event.object_id for event in events.exclude(object_id=None)] == [concern.pk]
    # The filter of the page offers it; of the concern that was found a row says it too.
    for one, times in ((concern, 2), (other, 1)):
        page = lead.get(reverse("concern_looked", args=[one.pk])).content.decode()
        assert page.count("Found it by a search") == times
    concern.refresh_from_db()
    assert concern.acknowledged_at is None, "finding a concern is not opening it"


@pytest.mark.parametrize("role", ["teacher", "office", "pastoral"])
def test_who_does_not_read_the_schools_concerns_searches_none(client, room, role):
    logged(room, 2, HOUR, facts="Asked for toast.")
    client.force_login(getattr(room, role))
    assert client.post(WORDS, {"q": "toast"}).status_code == 403


def test_it_ends_after_fifty_concerns_and_goes_on_from_there(room, monkeypatch):
    monkeypatch.setattr(searching, "MOST", 2)
    concerns = [logged(room, 2, n * HOUR, facts="Asked for toast.") for n in range(5)]
    first = search(room.lead, room, "toast")
    second = search(room.lead, room, "toast", before=first.older)
    third = search(room.lead, room, "toast", before=second.older)
    assert [[hit.concern for hit in part.hits] for part in (first, second, third)] == [
        concerns[:2],
        concerns[2:4],
        concerns[4:],
    ]
    assert third.older == ""
    monkeypatch.setattr(searching, "MOST", 5)
    assert search(room.lead, room, "toast").older == "", "the last of them was the oldest"


def test_it_ends_when_its_time_is_over_says_how_far_it_came_and_goes_on(lead, room, monkeypatch):
    monkeypatch.setattr(searching, "BATCH", 1)
    monkeypatch.setattr(searching, "SECONDS", 0)
    newer, older = logged(room, 2, HOUR, facts="Nothing."), logged(room, 2, 2 * HOUR, facts="Asked for toast.")
    ticks = count()
    found_ = search(room.lead, room, "toast", clock=lambda: next(ticks))
    assert (found_.hits, found_.back_to) == ([], newer.logged_at)
    page = lead.post(WORDS, {"q": "toast", "before": found_.older})
    assert found(page) == [older]
    assert "This was the last of what you can see here." in page.content.decode()


def test_queries_do_not_grow_with_what_is_read(room, django_assert_max_num_queries):
    for n in range(12):
        logged(room, 2, n * HOUR, facts="Asked for toast.")
    # One for each kind of record that has words.
    with django_assert_max_num_queries(24):
        assert len(search(room.lead, room, "toast").hits) == 12


@pytest.mark.parametrize("words", ["a", '"', "🌊", "-- ' %", "\u202e"])
def test_what_is_no_word_is_said_to_be_none(lead, room, words):
    logged(room, 2, HOUR)
    content = lead.post(WORDS, {"q": words}).content.decode()
    assert "Type a word of at least two letters." in content


def test_a_place_that_is_none_begins_with_the_newest_and_markup_is_shown_as_text(lead, room):
    concern = logged(room, 2, HOUR, facts="He wrote <b>toast</b> & left.")
    page = lead.post(WORDS, {"q": "toast", "before": "nonsense"})
    assert found(page) == [concern]
    assert "Every concern that you can see here was searched." in page.content.decode()
    assert "&lt;b&gt;<mark>toast</mark>&lt;/b&gt; &amp; left." in page.content.decode()


def test_the_words_stand_in_no_title_and_in_no_address(lead, room):
    logged(room, 2, HOUR, facts="Asked for toast.")
    content = lead.post(WORDS, {"q": "toast"}).content.decode()
    assert "toast" not in re.search(r"<title>.*</title>", content).group()
    assert not re.search(r'(?:href|action)="[^"]*toast', content)


@pytest.mark.parametrize("words", ["x" * 101, "to\x00ast"])
@pytest.mark.parametrize("page", ["find", "find_words"])
def test_what_cannot_be_searched_for_is_said(lead, room, page, words):
    answer = lead.post(reverse(page), {"q": words})
    assert answer.status_code == 422
    assert "Nothing was searched." in answer.content.decode()


def test_a_word_that_is_nearly_a_name_is_looked_for_in_what_was_written_too(lead, room):
    mark = factories.child(room.school, "Mark", "Bruce", by=room.office)
    concern = logged(room, 2, HOUR, facts="Two marms were there.")
    page = lead.post(reverse("find"), {"q": "marm"})
    assert [each.child for each in page.context["found"]] == [mark]
    assert found(page) == [concern]
