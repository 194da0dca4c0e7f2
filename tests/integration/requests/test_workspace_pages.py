"""Who opens the copies of a case, can all be decided without a script, and does no page give what is taken out?"""

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from sharing.requests.models import Redaction, RequestFile, RequestItem, RequestPerson, RightsRequest
from sharing.requests.services import deciding, documents
from tests import factories

from .answers import decide_person
from .cases import item, named
from .desk import OTHERS, WORDS, Desk, K, desk, signed_in

pytestmark = pytest.mark.django_db
MARK = {"do": "mark", "deed": "out", "exemption": "other_people", "why": "She would be recognised."}
MARK |= {f"other_people-{key}": words for key, words in OTHERS.items()}


@pytest.fixture
def at() -> Desk:
    return desk()


def page_of(one: RequestItem) -> str:
    return reverse("request_item", args=[one.pk])


def pages_of(case: RightsRequest) -> list[str]:
    return [reverse(name, args=[case.pk]) for name in ("request_items", "request_people")]


def send(client: Client, address: str, **typed: Any) -> Any:
    return client.post(address, {"token": str(uuid7())} | typed)


def article(answer: Any, begins: str, ends: str) -> str:
    """A part of a page."""
    text = answer.content.decode()
    return text[text.index(begins) : text.index(ends, text.index(begins))]


def given(answer: Any) -> str:
    """What stands under "As it is given", without its tags."""
    return re.sub(r"<[^>]+>", "", article(answer, 'id="given"', "What stands here goes out"))


def test_the_reviewer_and_the_approver_open_copies_and_nobody_else(at):
    one = at.item()
    apart = at.item("Lantern in the hall.", reviewer=at.room.headteacher)
    named(at.case, at.room.headteacher, "reviewer")
    pages = [page_of(one), *pages_of(at.case)]
    for user, status in (
        (at.lead, 200),
        (at.dpo, 200),
        (at.room.office, 404),
        (at.room.deputy, 404),
        (at.room.teacher, 403),
        (factories.member(at.room.school, "dpo", "Ola", "Vane"), 404),
    ):
        client = signed_in(user)
        for page in pages:
            answer = client.get(page)
            # Turned away, or not found: neither says whether there is one.
            assert answer.status_code in ({200} if status == 200 else {403, 404}), (user, page)
            assert "Lantern" not in answer.content.decode() or user == at.dpo
        decided = client.post(page_of(one), {"do": "decide"})
        assert decided.status_code in ({422} if user == at.lead else {403, 404}), user
    assert signed_in(at.lead).get(page_of(apart)).status_code == 404
    assert Event.objects.filter(verb="view", object_id=one.pk, actor_id=at.lead.pk).exists()
    RightsRequest._base_manager.filter(pk=at.case.pk).update(
        status="answered", answered_at=one.made_at, answered_by=at.room.office, outcome="given"
    )
    for user in (at.lead, at.dpo):
        assert [signed_in(user).get(page).status_code for page in pages] == [404] * 3


def test_an_item_that_the_approver_opens_is_looked_at_and_cannot_be_changed_there(at):
    one = at.item()
    RightsRequest._base_manager.filter(pk=at.case.pk).update(
        status="prepared", prepared_at=one.made_at, prepared_by=at.lead
    )
    page = signed_in(at.dpo).get(page_of(one))
    one.refresh_from_db()
    assert (one.looked_by, one.looked_state) == (at.dpo, documents.state_of_item(one))
    assert 'name="do"' not in page.content.decode() and 'name="at"' not in page.content.decode()
    signed_in(at.lead).get(page_of(one))
    one.refresh_from_db()
    assert one.looked_by == at.dpo


def test_no_title_and_no_address_says_what_is_in_a_copy(at):
    one = at.item(title="Concern about Denise Pope")
    for page in (
        page_of(one),
        reverse("request_items", args=[at.case.pk]),
        reverse("request_people", args=[at.case.pk]),
    ):
        title = article(signed_in(at.lead).get(page), "<title>", "</title>")
        assert at.case.reference in title
        assert not {"Pope", "Rowan", "Ashdown"} & set(re.findall(r"\w+", title))


def test_sentences_are_ticked_and_what_is_taken_out_is_not_given(at):
    one = at.item()
    client = signed_in(at.lead)
    start = WORDS.index("Denise")
    box = f"0:{start}:{WORDS.index('Mr Hale')}"
    assert f'value="{box}"' in client.get(page_of(one)).content.decode()
    answer = send(client, page_of(one), **MARK, at=box)
    assert answer.status_code == 302
    page = client.get(page_of(one))
    assert "Denise Pope" in article(page, 'id="document"', 'id="details"'), "as it was written"
    assert "Denise" not in given(page) and "gate" not in given(page)
    assert "Rowan was late." in given(page) and "Mr Hale rang home." in given(page)
    row = Redaction._base_manager.get(item=one)
    answer = send(client, page_of(one), do="undo", redaction=str(row.pk))
    assert answer.status_code == 302
    assert "Denise Pope" in given(client.get(page_of(one)))


def test_typed_words_are_shown_before_they_are_taken_out(at):
    one = at.item("Ann came. ANN left. Annual report of ann.")
    client = signed_in(at.lead)
    shown = send(client, page_of(one), **MARK, words="Ann")
    assert shown.status_code == 200
    hits = re.findall(r'name="hit" value="([^"]+)"', shown.content.decode())
    assert hits == ["at:0:0:3", "at:0:10:13", "at:0:37:40"]
    assert not Redaction._base_manager.exists()
    assert "She would be recognised." in shown.content.decode()
    answer = send(client, page_of(one), **MARK, words="Ann", looked_for="Ann", hit=hits[:2])
    assert answer.status_code == 302
    assert "[taken out] came. [taken out] left. Annual report of ann." in given(client.get(page_of(one)))
    nothing = send(client, page_of(one), **MARK, words="Zebra")
    assert nothing.status_code == 422 and "do not stand in this item" in nothing.content.decode()


def test_what_cannot_be_taken_is_said_and_nothing_that_was_typed_is_lost(at):
    one = at.item(
        content={"blocks": [{"key": "text", "label": "Note", "text": WORDS}], "pages": [{"n": 1, "words": []}]}
    )
    client = signed_in(at.lead)
    box = f"0:0:{WORDS.index('Denise')}"
    for typed, sentence in (
        ({"at": "0:2:9000"}, "the mark goes to 9000"),
        ({"at": "7:2:9"}, "does not stand in this item"),
        ({"at": "Denise"}, "does not stand in this item"),
        ({"word": "1:44"}, "does not stand in this item"),
        ({"area": "1:0:0:2000:10"}, "leads off page 1"),
        ({"x0": "10", "page": "1"}, "Enter all four numbers"),
        ({"x0": "1", "y0": "1", "x1": "1001", "y1": "9", "page": "1"}, "leads off page 1"),
        ({"at": box, "exemption": ""}, "Choose the legal reason"),
        ({"at": box, "deed": ""}, "Choose what to do"),
        ({}, "Tick what you decide on"),
    ):
        answer = send(client, page_of(one), **(MARK | typed))
        page = answer.content.decode()
        assert answer.status_code == 422 and sentence in page, typed
        assert "She would be recognised." in page and "She spoke in confidence." in page
        if typed.get("at") == box:
            assert re.search(rf'value="{box}"[^>]* checked', page)
    assert not Redaction._base_manager.exists()
    assert client.post(page_of(one), {"do": "shred"}).status_code == 422


def test_everything_but_what_is_ticked_goes_in_one_step(at):
    one = at.item(is_passage=True)
    client = signed_in(at.lead)
    send(client, page_of(one), **MARK, at=f"0:0:{WORDS.index('Denise')}", turn="1")
    assert given(client.get(page_of(one))).strip().endswith("Rowan was late. [taken out]")


def test_people_are_decided_everywhere_or_in_one_item(at):
    one, two = at.item(), at.item("Denise Pope rang.")
    pope = at.person("Denise Pope", one, two)
    client = signed_in(at.lead)
    send(client, page_of(two), **MARK | {"deed": "keep"}, person=str(pope.pk), where="here")
    people = client.get(reverse("request_people", args=[at.case.pk])).content.decode()
    assert "2 times" in people and "To decide" in people
    answer = send(
        client,
        reverse("request_people", args=[at.case.pk]),
        **MARK | {"do": "people", "deed": "replace"},
        person=str(pope.pk),
    )
    assert answer.status_code == 302
    assert "Adult B saw him" in given(client.get(page_of(one))).replace("[", "").replace("]", "")
    assert "Denise Pope rang." in given(client.get(page_of(two)))


def test_all_members_of_staff_are_kept_by_one_button(at):
    one = at.item()
    at.person("Mr Hale", one, kind=K.STAFF, label="Staff B")
    client, address = signed_in(at.lead), reverse("request_people", args=[at.case.pk])
    assert "Keep all in their role" in client.get(address).content.decode()
    assert send(client, address, do="staff").status_code == 302
    assert "Keep all in their role" not in client.get(address).content.decode()


def test_a_whole_item_is_decided_and_the_next_is_opened(at):
    one, two = at.item(), at.item("Hail.")
    pope = at.person("Denise Pope", one)
    client = signed_in(at.lead)
    listed = client.get(reverse("request_items", args=[at.case.pk])).content.decode()
    assert "Denise Pope" in listed and "0 of 2 items decided" in listed
    whole = {"do": "decide", "decided": "full", "is_record": "no", "revision": one.revision}
    refused = client.post(page_of(one), whole)
    assert refused.status_code == 422 and "decide on each first" in refused.content.decode()
    decide_person(pope, by=at.lead, deed="keep", token=uuid7())
    late = client.post(page_of(one), whole)
    assert late.status_code == 409 and "Somebody changed this item" in late.content.decode()
    one.refresh_from_db()
    assert client.post(page_of(one), whole | {"revision": one.revision}).headers["Location"] == page_of(two)
    two.refresh_from_db()
    last = client.post(page_of(two), whole | {"revision": two.revision})
    assert last.headers["Location"] == reverse("request_items", args=[at.case.pk])
    assert "Nothing is left to decide" in client.get(last.headers["Location"] + "?show=undecided").content.decode()


def scanned(at: Desk) -> RequestItem:
    """An item with one page, a picture of which one corner is red."""
    drawn = io.BytesIO()
    picture = Image.new("RGB", (400, 400), "white")
    picture.paste((255, 0, 0), (0, 0, 100, 100))
    picture.save(drawn, "png")
    one = item(at.case, at.lead, content={"blocks": [], "pages": [{"n": 1, "words": []}]})
    row = RequestFile(
        case=at.case, item=one, school_id=at.case.school_id, author=at.lead, token=uuid7(), name="scan.png", kind="png"
    )
    row.size, row.scan = len(drawn.getvalue()), RequestFile.Scan.CLEAN
    record, kind = record_of(row)
    row.stored = files.keep(drawn.getvalue(), key=key_of(record, kind, first_subject(row)))
    row.save(force_insert=True)
    return one


def corner(answer: Any) -> tuple[int, int, int]:
    with Image.open(io.BytesIO(answer.content)) as picture:
        found: Any = picture.convert("RGB").getpixel((picture.width // 10, picture.height // 10))
    return found


def test_a_page_is_drawn_painted_and_ticked_as_read(at, store):
    one = scanned(at)
    client = signed_in(at.lead)
    drawn, released = reverse("request_item_page", args=[one.pk]), reverse("request_item_page_released", args=[one.pk])
    answer = client.get(drawn)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"] == "inline" and "no-store" in answer.headers["Cache-Control"]
    assert corner(answer)[0] > 200
    send(client, page_of(one), **MARK, x0="0", y0="0", x1="250", y1="250", page="1", shown_page="1")
    assert max(corner(client.get(released))) < 30, "painted over, in the picture itself"
    assert corner(client.get(drawn))[0] > 200
    assert client.get(f"{drawn}?page=9").status_code == 422
    assert signed_in(at.room.office).get(drawn).status_code in (403, 404)
    assert client.post(page_of(one), {"do": "tick_page", "page": "1"}).status_code == 302
    one.refresh_from_db()
    assert one.pages_read == [1]
    assert deciding.decide(one, by=at.lead, decided="part", revision=one.revision).decided == "part"


def test_words_of_a_page_are_ticked(at):
    words = [["Denise", 100, 100, 200, 120], ["Pope", 210, 100, 300, 120], ["rang", 310, 100, 400, 120]]
    one = item(at.case, at.lead, content={"blocks": [], "pages": [{"n": 1, "words": words}]})
    send(signed_in(at.lead), page_of(one), **MARK, word=["1:0", "1:1"])
    assert Redaction._base_manager.get(item=one).area == [100, 100, 300, 120]
    assert documents.released(one, str).pages[0].words == ("rang",)
    for number in ("9" * 5_000, "2", "²", ""):
        assert signed_in(at.lead).get(page_of(one), {"page": number}).context["page"]["n"] == 1, number


def queries(client: Client, page: str) -> int:
    """What a page asks: the lesser of two times, for now and then it is noted that a session is used."""
    client.get(page)
    found = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        found.append(len(asked))
    return min(found)


def test_the_pages_cost_the_same_for_ten_rows_and_for_a_thousand(at):
    items = [at.item() for _ in range(10)]
    people = [at.person("Denise Pope", *items[:3], label=f"Adult {n}") for n in range(10)]
    client = signed_in(at.lead)
    pages = [
        reverse("request_items", args=[at.case.pk]),
        reverse("request_people", args=[at.case.pk]),
        page_of(items[4]),
    ]
    before = [queries(client, page) for page in pages]
    school, now = at.case.school_id, items[0].made_at
    RequestItem._base_manager.bulk_create(
        RequestItem(case=at.case, school_id=school, number=n, reviewer=at.lead, made_at=now) for n in range(11, 1001)
    )
    RequestPerson._base_manager.bulk_create(
        RequestPerson(
            case=at.case, school_id=school, kind=K.STAFF, label=f"Staff {n}", key=uuid7(), items=people[0].items
        )
        for n in range(990)
    )
    assert [queries(client, page) for page in pages] == before
    # Who one decides on stands beside the form with every legal reason.
    assert before[0] <= 17 and before[1] <= 18 and before[2] <= 27
