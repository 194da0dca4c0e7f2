"""Does the search find the words of plans and their dates, for those who may read them and for nobody else?"""

import re
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.mentions import marker
from children.services import access
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.reading import visible
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.concerns.services.searching_beside import Beside, search_beside
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from safeguarding.plans.services import searching
from safeguarding.plans.services.around import add_professional, attach_to_step
from safeguarding.plans.services.episodes import end_episode, enter_in_error, put_back
from safeguarding.plans.services.steps import chase_step, note_step, set_aside_step
from safeguarding.uploads.services import giving
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import SEARCH, asked

from .conftest import Place
from .test_who_sees import KINDS, NOTICE, READERS

pytestmark = pytest.mark.django_db
WORDS = reverse("find_words")
TODAY = SCHOOL_DAY.date()


def hits(person: Any, place: Place, *terms: str) -> list[Beside]:
    found = search_beside(partial(visible, SimpleNamespace(user=person)), place.school.pk, terms)
    return [hit for one in found for hit in one.hits]


def finders(place: Place, *terms: str) -> set[str]:
    """Who of the school finds something by these words."""
    return {name for name, person in place.everybody().items() if hits(person, place, *terms)}


def with_words(place: Place, kind: str, *, by: Any = None, **facts: Any) -> tuple[Any, Step]:
    """A plan and a date of it, with a word in each text, and the second word of each the kind of the plan."""
    by = by or place.room.lead
    episode = place.begin(kind, by=by, words={"asked": f"Heron {kind}"}, **facts)
    held, aside = ("annual_review", "review_report") if kind == "ehcp" else episode.of_kind.steps[:2]
    step = place.step(episode, held, held_on=TODAY, words={"said": f"Plover said. {kind}"}, by=by)
    waits = place.step(episode, aside, booked_on=TODAY, by=by)
    chase_step(step=waits, token=uuid7(), happened_on=TODAY, text=f"Curlew {kind}", by=by)
    note_step(step=step, token=uuid7(), text=f"Dunlin {kind}", by=by)
    waits.refresh_from_db()
    set_aside_step(step=waits, seen=waits.revision, reason=f"Gannet {kind}", by=by)
    add_professional(
        episode=episode, token=uuid7(), role="social_worker", name="Casey Knott", organisation=f"Merlin {kind}", by=by
    )
    names = [Upload(f"Siskin {kind}.txt", b"All came.")]
    attach_to_step(step=step, token=uuid7(), uploads=names, what="minutes", by=by)
    return episode, step


def test_each_word_leads_to_the_page_of_its_plan_or_date_under_the_name_of_its_record(client: Client, place: Place):
    episode, step = with_words(place, "child_protection")
    waits = Step.objects.get(episode=episode, status="set_aside")
    plan, held, aside = (reverse("episode", args=[episode.pk]), *(f"/plans/dates/{s.pk}/" for s in (step, waits)))
    client.force_login(place.room.lead)
    for word, where, address in (
        ("heron", "Plan", plan),
        ("plover", "Date of a plan", held),
        ("dunlin", "Note to a date", held),
        ("curlew", "Note to a date", aside),
        ("gannet", "Date of a plan", aside),
        ("merlin", "Who works with the child", reverse("child_team", args=[place.child.pk])),
        ("siskin", "Name of a file", held),
    ):
        page = client.post(WORDS, {"q": word}).content.decode()
        assert f'<a href="{address}">' in page, word
        assert f"<b>{where}</b>" in page, word
        assert [one.lower() for one in re.findall(r"<mark>(.*?)</mark>", page)] == [word]
        assert client.get(address).status_code == 200
    # All that is looked for stands in one date, or in what hangs on it.
    assert [hit.row for hit in hits(place.room.lead, place, "plover", "siskin")] == [step]
    assert hits(place.room.lead, place, "plover", "curlew") == []
    [hit] = hits(place.room.lead, place, "plover")
    assert (hit.title, place.child.full_name in hit.about) == (step.title, True)
    assert hit.about.endswith("Child protection plan · held on 24 November 2026")


def test_each_area_is_found_by_those_who_read_it(place: Place):
    place.name_in_notice(*NOTICE)
    for area, kind in KINDS.items():
        with_words(place, kind, by=place.senco if area == "needs" else place.room.lead)
        for word in ("heron", "plover", "curlew", "dunlin", "gannet", "merlin", "siskin"):
            assert finders(place, word, kind.split("_")[0]) == READERS[area], (area, word)


def test_the_page_of_the_search_finds_an_adoption_for_its_four_readers(client: Client, place: Place):
    with_words(place, "adoption")
    pages = {}
    for name, person in place.everybody().items():
        client.force_login(person)
        answers = [client.post(reverse(page), {"q": "plover"}) for page in ("find", "find_words")]
        pages[name] = {answer.status_code for answer in answers}
        there = any("Plover" in answer.content.decode() for answer in answers)
        assert there == (name in READERS["adoption"]), name
    # Those who read no concerns have no such page.
    assert pages["deputy"] == {200}
    assert pages["designated"] == pages["office"] == {403}


def test_what_is_hidden_restricted_elsewhere_or_in_error_is_not_found(place: Place):
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    episode, _ = with_words(place, "child_in_need", concern=concern)
    everybody = READERS["protection"]
    assert finders(place, "plover") == finders(place, "heron") == everybody
    access.declare_conflict(user=place.acting, child=place.child, kind="own_child", by=place.acting)
    assert finders(place, "plover") == everybody - {"acting"}
    concern_access.restrict_concern(concern=concern, by=place.room.lead)
    assert finders(place, "plover") == everybody - {"acting", "deputy"}
    elsewhere = factories.staffroom("Gorse Hill Academy")
    assert hits(elsewhere.lead, place, "plover") == []
    enter_in_error(episode=episode, seen=episode.revision, reason="Ibis.", by=place.room.lead)
    for word in ("heron", "plover", "dunlin", "merlin", "siskin", "ibis"):
        assert finders(place, word) == set(), word
    put_back(episode=episode, by=place.room.lead)
    assert hits(place.room.lead, place, "plover")


def test_a_file_that_is_withheld_and_what_the_machine_wrote_are_not_found(place: Place):
    episode, step = with_words(place, "child_protection")
    giving.withhold(file=step.files.get(), reason="other_child", by=place.room.lead)
    assert hits(place.room.lead, place, "siskin") == []
    end_episode(episode=episode, seen=0, ends_on=TODAY, end_reason="no_risk", by=place.room.lead)
    assert Step.objects.filter(episode=episode, status="set_aside").count() > 1
    assert hits(place.room.lead, place, "ended") == []


def test_a_child_who_is_mentioned_is_found_by_name(client: Client, place: Place):
    wren = factories.child(place.school, "Wren", "Hollis", by=place.room.office)
    plan = place.begin("looked_after", words={"asked": f"Sits with {marker(wren.pseudonym)} at lunch."})
    client.force_login(place.room.lead)
    page = client.post(WORDS, {"q": "hollis"}).content.decode()
    assert reverse("episode", args=[plan.pk]) in page
    assert re.findall(r"<mark>(.*?)</mark>", page) == ["Hollis"]
    assert wren.pseudonym not in page


def test_what_was_found_is_an_event_of_each(client: Client, place: Place):
    episode, step = with_words(place, "child_protection")
    client.force_login(place.room.lead)
    client.post(WORDS, {"q": "plover"})
    found = Event.objects.filter(verb=Verb.SEARCH, purpose="words", actor_id=place.room.lead.pk)
    assert [event.object_id for event in found.filter(object_type="plans.step")] == [step.pk]
    assert not found.filter(object_id=episode.pk).exists()


def test_many_are_cut_and_take_as_many_queries_as_few(client: Client, place: Place, monkeypatch: pytest.MonkeyPatch):
    client.force_login(place.room.lead)
    episode, step = with_words(place, "child_protection")
    ask: Callable[[], Any] = partial(client.post, WORDS, {"q": "dunlin"})
    few = asked(ask)
    steps = [place.step(episode, "core_group", held_on=TODAY) for _ in range(8)]
    for one in (*steps, step):
        note_step(step=one, token=uuid7(), text="Dunlin again.", by=place.room.lead)
    assert asked(ask) <= min(few, SEARCH)
    assert [hit.row for hit in hits(place.room.lead, place, "dunlin")] == [*reversed(steps), step]
    assert "not all of it was searched" not in ask().content.decode()
    for limit in ("MOST", "BATCH"):
        with monkeypatch.context() as patched:
            patched.setattr(searching, limit, 5)
            assert len(hits(place.room.lead, place, "dunlin")) == 5
            assert "not all of it was searched" in ask().content.decode()
