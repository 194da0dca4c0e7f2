"""Is an adult with what links them to the child one item, and a plan with its dates? And is a date apart that some who
read the plan may not see?
"""

from datetime import date
from typing import Any

import pytest

from children.facts import Adult
from children.models import Contact
from children.services import keeping
from children.services.keeping.adults import LINK
from safeguarding.plans.models import Step
from sharing.requests.models import RequestItem, RightsRequest
from tests import factories
from tests.integration.plans.conftest import Place, clock, make_place
from tests.integration.plans.met import about, call

from .cases import case_row, gathered, named

pytestmark = pytest.mark.django_db
__all__ = ["clock"]


def case_of(room: Any, child: Any) -> RightsRequest:
    made = case_row(room, child)
    named(made, room.office, "handler")
    named(made, room.lead, "preparer")
    return made


def sources(case: RightsRequest, *apps: str) -> list[str]:
    rows = RequestItem.objects.filter(case=case).order_by("number")
    return [one.source for one in rows if one.source.partition(".")[0] in apps]


def words(item: RequestItem) -> dict[str, str]:
    return {block["label"]: block["text"] for block in item.content["blocks"]}


def test_an_adult_with_link_and_responsibility_is_one_item_under_its_key() -> None:
    room = factories.staffroom()
    adults = [
        Adult("Ashdown", "Dana", relationship="Mother", mobile="07700 900123", responsibility=True),
        Adult("Hale", "Owen", relationship="Uncle"),
    ]
    case = gathered(case_of(room, factories.child(room.school, "Rowan", by=room.office, adults=adults)))
    found = [source for source in sources(case, "children") if "contact" in source or "responsib" in source]
    assert found == ["children.contact"] * 2
    dana = RequestItem.objects.get(case=case, source_key=Contact.objects.get(forename="Dana").pk)
    said = words(dana)
    assert said["Mobile"] == "07700 900123" and said["Adult of the child: Relationship"] == "Mother"
    assert any(label.startswith("Parental responsibility: ") for label in said)
    assert dana.is_record and dana.reviewer == room.lead


def test_a_change_of_a_link_is_copied_when_it_is_gathered_again() -> None:
    room = factories.staffroom()
    child = factories.child(room.school, "Rowan", by=room.office, adults=[Adult("Hale", "Owen", relationship="Uncle")])
    case = gathered(case_of(room, child))
    before = RequestItem.objects.filter(case=case).count()
    case = gathered(case)
    assert RequestItem.objects.filter(case=case).count() == before
    [link] = child.contacts.all()
    values = {name: getattr(link, name) for name in LINK} | {"relationship": "Stepfather"}
    keeping.change_link(link=link, values=values, told=factories.told(), by=room.office)
    case = gathered(case)
    of_owen = RequestItem.objects.filter(case=case, source="children.contact").order_by("number")
    assert [words(one)["Adult of the child: Relationship"] for one in of_owen] == ["Uncle", "Stepfather"]


@pytest.fixture
def place() -> Place:
    return make_place()


def test_a_plan_with_its_dates_is_one_item(place: Place) -> None:
    episode = place.begin()
    held = date(2026, 10, 20)
    place.step(episode, "core_group", held_on=held)
    case = gathered(case_of(place.room, place.child))
    assert sources(case, "plans") == ["plans.episode"]
    said = words(RequestItem.objects.get(case=case, source="plans.episode"))
    assert Step.objects.filter(episode=episode).count() > 1
    assert any(label.startswith("20 October 2026: ") for label in said)


def test_a_meeting_about_a_concern_and_what_follows_are_items_of_their_own(place: Place) -> None:
    place.begin()
    met = call(place, about(place, [place.child]), [place.child], kind="core_group")
    step = Step.objects.get(meeting=met)
    case = gathered(case_of(place.room, place.child))
    apart = set(RequestItem.objects.filter(case=case, source="plans.step").values_list("source_key", flat=True))
    assert step.pk in apart
    assert apart == {step.pk, *Step.objects.filter(after=step).values_list("pk", flat=True)}
    [plan] = RequestItem.objects.filter(case=case, source="plans.episode")
    assert "Town hall" not in str(plan.content)
