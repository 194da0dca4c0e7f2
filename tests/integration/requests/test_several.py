"""Are items read and decided together where they stand in a list, each as if it were decided alone? And are reasons
offered again?
"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem
from sharing.requests.services import deciding
from sharing.requests.services.earlier_reasons import earlier_reasons

from .answers import decide_person
from .cases import file_of, named
from .desk import OTHERS, WORDS, Desk, K, desk, signed_in

pytestmark = pytest.mark.django_db
REASON = {"exemption": "other_people", "why": "She would be recognised."}
REASON |= {f"other_people-{key}": words for key, words in OTHERS.items()}
# What a decision writes.
STEP = ("decided", "decided_by_id", "exemption_id", "answers", "why", "is_record", "revision")


@pytest.fixture
def at() -> Desk:
    return desk()


def address(at: Desk) -> str:
    return reverse("request_items", args=[at.case.pk])


def shown(page: Any) -> list[str]:
    """What the page says of its items, to be sent along."""
    return re.findall(r'name="shown" value="([^"]+)"', page.content.decode())


def ticks(page: Any) -> set[str]:
    return set(re.findall(r'name="item" value="([^"]+)"[^>]* checked', page.content.decode()))


def send(client: Client, to: str, **typed: Any) -> Any:
    return client.post(to, {"shown": shown(client.get(to))} | typed)


def decided(*items: RequestItem) -> list[str]:
    for one in items:
        one.refresh_from_db()
    return [one.decided for one in items]


def test_items_stand_by_concern_with_their_words(at: Desk) -> None:
    concern, other = uuid7(), uuid7()
    at.item("Hail.", concern_key=concern, source="concerns.concern", source_key=uuid7(), title="Concern C-2026-0031")
    at.item("Snow.", concern_key=other, source="concerns.concern", source_key=uuid7(), title="Concern C-2026-0032")
    at.item("Rain.", concern_key=concern, source="concerns.decision", source_key=uuid7(), title="Decision, C-2026-0031")
    at.item("Fog.", source="plans.step", source_key=uuid7(), title="Date of a plan")
    said = signed_in(at.lead).get(address(at)).content.decode()
    places = [said.index(words) for words in ("Concern C-2026-0031", "Hail.", "Rain.", "Concern C-2026-0032", "Snow.")]
    assert places == sorted(places)
    assert said.index("Snow.") < said.index("Plans and attendance") < said.index("Fog.")


def test_ticked_items_are_decided_with_an_event_of_each(at: Desk) -> None:
    items = [at.item("Hail."), at.item("Snow."), at.item("Rain.")]
    client = signed_in(at.lead)
    answer = send(client, address(at), item=[str(one.pk) for one in items[:2]], decided="full")
    assert (answer.status_code, answer.headers["Location"]) == (302, address(at))
    assert decided(*items) == ["full", "full", ""]
    events = Event.objects.filter(verb="decide", object_id__in=[one.pk for one in items], purpose="whole item")
    assert sorted(events.values_list("object_id", flat=True)) == sorted(one.pk for one in items[:2])
    one_by_one = at.item("Mist.")
    deciding.decide(one_by_one, by=at.lead, decided="full", revision=one_by_one.revision)
    one_by_one.refresh_from_db()
    together, alone = ([getattr(one, name) for name in STEP] for one in (items[0], one_by_one))
    assert together == alone


def test_what_cannot_be_decided_stays_ticked_and_says_why(at: Desk) -> None:
    plain, cut, named_in = at.item("Hail."), at.item(), at.item("Denise Pope rang.")
    at.take_out(cut, "Denise Pope")
    at.person("Denise Pope", named_in)
    client = signed_in(at.lead)
    page = send(client, address(at), item=[str(one.pk) for one in (plain, cut, named_in)], decided="full")
    said = page.content.decode()
    assert page.status_code == 422 and "Not all could be decided" in said
    assert "Something is taken out of it: choose in part." in said and "decide on each first." in said
    assert ticks(page) == {str(cut.pk), str(named_in.pk)}
    assert decided(plain, cut, named_in) == ["full", "", ""]


def test_nothing_is_decided_without_a_tick_a_choice_or_a_whole_reason(at: Desk) -> None:
    one = at.item("Hail.")
    client = signed_in(at.lead)
    for typed, sentence in (
        ({"decided": "full"}, "Tick the items"),
        ({"item": str(one.pk)}, "Choose what becomes of them"),
        ({"item": str(one.pk), "decided": "part"}, "There is a problem"),
        ({"item": str(one.pk), "decided": "withheld"}, "Choose the legal reason"),
        ({"item": str(one.pk), "decided": "withheld", "exemption": "other_people"}, "Say why, in this case"),
        ({"item": str(one.pk), "decided": "out_of_scope"}, "Say why it was not asked for"),
    ):
        page = send(client, address(at), **typed)
        assert page.status_code == 422 and sentence in page.content.decode(), typed
        assert ticks(page) == ({str(one.pk)} if "item" in typed else set())
    assert decided(one) == [""]


def test_all_shown_of_a_concern_a_kind_or_a_person(at: Desk) -> None:
    concern = uuid7()
    step = {"source": "plans.step", "title": "Date of a plan"}
    of_concern = [at.item("Hail.", concern_key=concern, source="concerns.concernnote", source_key=uuid7())]
    of_concern += [at.item("Denise Pope.", concern_key=concern, source="concerns.decision", source_key=uuid7())]
    of_kind = [at.item(f"Fog {n}.", source_key=uuid7(), **step) for n in range(2)]
    of_person = [at.item("Denise Pope rang.")]
    kept = at.person("Denise Pope", of_concern[1], *of_person)
    decide_person(kept, by=at.lead, deed="keep", token=uuid7())
    client = signed_in(at.lead)
    said = client.get(address(at)).content.decode()
    assert "All 2 shown here" in said and 'value="kind:Date of a plan"' in said and f'value="person:{kept.pk}"' in said
    assert send(client, address(at), all=f"group:{concern}", decided="full").status_code == 302
    assert decided(*of_concern, *of_kind, *of_person) == ["full", "full", "", "", ""]
    typed = {"all": ["kind:Date of a plan", f"person:{kept.pk}"], "decided": "withheld"} | REASON
    assert send(client, address(at), **typed).status_code == 302
    assert decided(*of_concern, *of_kind, *of_person) == ["full", *["withheld"] * 4]


def test_a_file_keeps_its_own_page(at: Desk) -> None:
    bytes_of, pictured = at.item("Hail."), at.item(content={"blocks": [], "pages": [{"n": 1, "words": []}]})
    sound = at.item("", without="not_copied")
    file_of(bytes_of)
    client = signed_in(at.lead)
    page = client.get(address(at))
    assert not shown(page) and 'name="decided"' not in page.content.decode()
    for one in (bytes_of, pictured, sound):
        sent = {"shown": f"{one.pk}:0", "item": str(one.pk), "decided": "withheld"} | REASON
        answer = client.post(address(at), sent)
        assert answer.status_code == 422 and "It is a file" in answer.content.decode()
    assert decided(bytes_of, pictured, sound) == ["", "", ""]


def test_what_changed_while_the_list_was_read_is_not_decided(at: Desk) -> None:
    one = at.item("Hail.")
    client = signed_in(at.lead)
    seen = shown(client.get(address(at)))
    RequestItem._base_manager.filter(pk=one.pk).update(revision=4)
    page = client.post(address(at), {"shown": seen, "item": str(one.pk), "decided": "full"})
    assert "Somebody changed this item" in page.content.decode() and decided(one) == [""]
    sent = {"shown": shown(page), "item": str(one.pk), "decided": "full"}
    for _ in range(2):
        assert client.post(address(at), sent).status_code == 302, "sent twice"
    assert decided(one) == ["full"] and one.revision == 5


def test_only_the_reviewer_decides(at: Desk) -> None:
    one, apart = at.item("Hail."), at.item("Lantern.", reviewer=at.room.headteacher)
    named(at.case, at.room.headteacher, "reviewer")
    sent = {"shown": [f"{one.pk}:0", f"{apart.pk}:0"], "item": [str(one.pk), str(apart.pk)], "decided": "full"}
    for user in (at.dpo, at.room.deputy, at.room.office, at.room.teacher):
        assert signed_in(user).post(address(at), sent).status_code in (403, 404), user
    assert decided(one, apart) == ["", ""]
    page = signed_in(at.dpo).get(address(at)).content.decode()
    assert "Lantern." in page and 'name="item"' not in page
    assert signed_in(at.lead).post(address(at), sent).status_code == 302
    assert decided(one, apart) == ["full", ""]


def test_what_is_left_comes_25_at_a_time(at: Desk) -> None:
    items = [at.item(f"Hail {n}.") for n in range(30)]
    client, left = signed_in(at.lead), f"{address(at)}?show=undecided"
    page = client.get(left)
    assert len(shown(page)) == 25 and "Show the next 25" in page.content.decode()
    answer = client.post(left, {"shown": shown(page), "all": "group:", "decided": "full"})
    assert answer.headers["Location"] == left
    assert len(shown(client.get(left))) == 5
    assert decided(*items).count("full") == 25
    after = client.get(page.context["older"].replace("show=undecided&", ""))
    assert len(shown(after)) == 5


def test_a_reason_of_this_case_is_offered_again_on_items_marks_and_people(at: Desk) -> None:
    cut, other = at.item(), at.item("Denise Pope rang.")
    pope = at.person("Denise Pope", other)
    at.take_out(cut, "Denise Pope")
    [key] = earlier_reasons(at.case, at.lead)
    client = signed_in(at.lead)
    pages = {name: reverse(name, args=[at.case.pk]) for name in ("request_items", "request_people")}
    pages["request_item"] = reverse("request_item", args=[other.pk])
    for page in pages.values():
        said = client.get(page).content.decode()
        assert f'value="{key}"' in said and "She spoke in confidence." in said, page
    typed = {"token": str(uuid7()), "deed": "out", "again": key}
    assert client.post(pages["request_item"], typed | {"do": "mark", "at": "0:0:6"}).status_code == 302
    row = other.redactions.get()
    assert (row.exemption, row.answers, row.why) == (at.others, OTHERS, "She would be recognised.")
    typed |= {"do": "people", "person": str(pope.pk), "why": "Her words."}
    assert client.post(pages["request_people"], typed).status_code == 302
    assert (pope.decisions.get().answers, pope.decisions.get().why) == (OTHERS, "Her words.")
    assert send(client, address(at), item=str(cut.pk), decided="withheld", again=key).status_code == 302
    assert decided(cut) == ["withheld"] and cut.answers == OTHERS


def test_reasons_of_others_and_undone_ones_are_not_offered(at: Desk) -> None:
    one, apart = at.item(), at.item("Lantern. Denise Pope.", reviewer=at.room.headteacher)
    named(at.case, at.room.headteacher, "reviewer")
    pope = at.person("Denise Pope", one, apart)
    decide_person(pope, by=at.lead, deed="out", token=uuid7(), **at.because() | {"why": "Of the lead."})
    at.take_out(apart, "Lantern", by=at.room.headteacher, why="Of the head.")
    row = at.take_out(one, "Mr Hale", why="Undone.")
    deciding.undo(row, by=at.lead, token=uuid7())
    for user, expected, other in (
        (at.lead, "Of the lead.", "Of the head."),
        (at.room.headteacher, "Of the head.", "Of the lead."),
    ):
        said = signed_in(user).get(address(at)).content.decode()
        assert expected in said and other not in said and "Undone." not in said, user


def test_the_list_asks_as_often_for_78_items_as_for_400(at: Desk) -> None:
    def lay(first: int, last: int) -> None:
        content = {"blocks": [{"key": "text", "label": "Note", "text": WORDS}], "pages": []}
        RequestItem._base_manager.bulk_create(
            RequestItem(
                case=at.case,
                school_id=at.case.school_id,
                number=n,
                title=f"Note {n}",
                content=content,
                found={"spans": [["text", 0, 5, str(pope.pk)]], "boxes": []},
                reviewer=at.lead,
                made_at=one.made_at,
                concern_key=uuid7() if n % 3 else None,
            )
            for n in range(first, last)
        )
        pope.items = list(RequestItem._base_manager.filter(case=at.case).values_list("pk", flat=True))
        pope.save(update_fields=["items"])

    one = at.item()
    at.take_out(one, "Rowan")
    pope = at.person("Denise Pope", one, kind=K.STAFF)
    client = signed_in(at.lead)
    found = []
    for first, last in ((2, 79), (79, 401)):
        lay(first, last)
        client.get(address(at))
        with CaptureQueriesContext(connection) as asked:
            assert len(shown(client.get(address(at)))) == 25
        found.append(len(asked))
    assert found[0] == found[1]
