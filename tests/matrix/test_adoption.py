"""Does an adoption reach lead, acting lead, trust lead and Headteacher alone, on any page and at any address?

The matrix asks each page about each record and by each person, pairwise, and about plans of child protection. Here
everybody is asked for the addresses of what an adoption is made of, and those who could come nearest to it for every
page that they may open about the child. Who may see it is said in `docs/policy.yaml`.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from safeguarding.plans.kinds import Area
from safeguarding.plans.models import Designation, Episode, PlanFile, Professional, Step, StepNote
from tests.matrix.asking import NEVER_ISSUED, Matrix, masked, taken_back, text_of
from tests.matrix.policy import SIGNED_OUT, read
from tests.matrix.world import World

POLICY = read()
RECORDS = ("open", "granted")
MODELS = (Episode, Step, StepNote, Professional, PlanFile, Designation)
PEOPLE = [person for person in POLICY.people if person not in SIGNED_OUT]
READERS = {person for person in PEOPLE if "plan_adoption" in POLICY.sees(person, "open")}
# Those who open pages about the child, or about plans, each with the record that they come nearest to.
NEAR = {"pastoral_in": "granted"} | dict.fromkeys(
    ("deputy", "designated", "senco", "attendance", "office", "alternate", "chair"), "open"
)
# By name: the page, and a model of which one row fills its address.
SHOWN = {"episode": Episode, "plan_step": Step, "attachment": PlanFile}
SENT = {
    "episode": Episode,
    "plan_step": Step,
    "attach_to_plan": Step,
    "withhold": PlanFile,
    "remove_attachment": PlanFile,
}


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:
    yield Matrix(world, POLICY)


def rows(model: Any, world: World) -> list[Any]:
    """What there is of it in the adoptions of the children who are asked about."""
    children = [world.children[record].pk for record in RECORDS]
    of_it = {"areas__contains": [Area.ADOPTION]} if model is Professional else {"area": Area.ADOPTION}
    return list(model._base_manager.filter(child__in=children, **of_it))


def words(world: World) -> set[str]:
    """The canaries that stand in adoptions alone."""
    return {word for word, places in world.planted.places.items() if {part for _, part in places} == {"plan_adoption"}}


def test_the_readers_are_those_four_and_the_world_has_all_that_an_adoption_is_made_of(world: World):
    # The parent-lead is a lead; the acting lead has an assignment of her own in `plans/test_who_sees.py`.
    assert {"lead", "headteacher", "trust_in", "lead_parent"} == READERS
    assert all(len(rows(model, world)) >= len(RECORDS) for model in MODELS)
    planted = {part for places in world.planted.places.values() for part in places}
    assert {(record, "plan_adoption") for record in RECORDS} <= planted
    # Every sealed text of each, as far as its kind has it, holds a word.
    assert len(words(world)) > 20


@pytest.mark.parametrize("person", PEOPLE)
def test_its_addresses_are_those_of_its_readers_and_were_never_issued_to_others(matrix: Matrix, person: str):
    def asked(method: str, page: str, key: UUID) -> Any:
        with taken_back():
            return getattr(matrix.browser(person), method)(reverse(page, args=[key]))

    of_adoption, addresses = words(matrix.world), [("get", SHOWN), ("post", SENT)]
    for method, pages in addresses:
        for page, model in pages.items():
            never = asked(method, page, NEVER_ISSUED)
            for row in rows(model, matrix.world):
                answer = asked(method, page, row.pk)
                if person not in READERS:
                    assert answer.status_code == never.status_code, (page, method)
                    # A page that is not for the role at all says so of every address.
                    assert answer.status_code in (403, 404), (page, method)
                    assert masked(answer) == masked(never), (page, method)
                elif method == "get":
                    assert answer.status_code == 200, page
                    assert matrix.world.planted.found_in(text_of(answer)) & of_adoption, page
                else:
                    assert answer.status_code != 404, page


# What a reader is asked for, so that there is a question: pages that show it, and what goes out of the school.
OF_READERS = {"child_plans", "children", "today", "find_words", "brief_page", "brief_paper", "chronology_paper"}


@pytest.mark.parametrize("person", ["lead", *NEAR])
def test_no_page_of_a_child_who_is_adopted_holds_a_word_or_a_key_of_it_for_others(matrix: Matrix, person: str):
    of_adoption = words(matrix.world)
    keys = {str(row.pk) for model in MODELS for row in rows(model, matrix.world)}
    told, badged = set[str](), set[str]()
    for cell in matrix.policy.cells(matrix.world.keys):
        asks = cell.method == "GET" or cell.page in ("find", "find_words")
        about = cell.record in ("", NEAR.get(person, "open")) and (person in NEAR or cell.page in OF_READERS)
        if cell.person == person and asks and about and POLICY.expected(cell) in ("shown", "taken"):
            with taken_back():
                text = text_of(matrix.send(cell)[0])
            if matrix.world.planted.found_in(text) & of_adoption or any(key in text for key in keys):
                told.add(f"{cell.method} {cell.page}")
            if "hb-badge--adoption" in text:
                badged.add(f"{cell.method} {cell.page}")
    if person in READERS:
        # Otherwise there would be no question: these show it. What goes out of the school does not, for anybody.
        assert {"GET child_plans", "POST find_words"} <= told
        assert {"GET children", "GET child_plans", "GET today"} <= badged
        assert not {name for name in told if "brief" in name or "chronology" in name}
    else:
        assert (told, badged) == (set(), set())
