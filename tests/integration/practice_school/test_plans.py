"""Are the children of the file of plans laid by the services, with its due days, and late where it says so?"""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from children.models import Child, ChildFile
from safeguarding.accounts.models import School
from safeguarding.demo import desk, source
from safeguarding.demo.authorities import happenings
from safeguarding.demo.days import Days
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import Designation, Episode, Step, StepNote
from safeguarding.plans.services.standing import standing
from tests.unit.plans.test_statutory import CHILDREN, LATE, OTHERWISE, WITHOUT_A_RULE, known_as

pytestmark = pytest.mark.django_db
AS_AT = date(2026, 11, 20)


@pytest.fixture
def laid(school: School) -> dict[str, Child]:
    """The children who have plans, by their id in the file. Of two who left long ago it says nothing."""
    found = Child.objects.filter(school=school, pk__in=Episode.objects.values("child"))
    found = found.exclude(surname__in=("Ruscoe", "Pimlott"), left_on__year__lt=2011)
    numbers = {one["upn"]: key for key, one in CHILDREN.items()}
    return {numbers[child.detail.upn]: child for child in found.select_related("detail")}


# The one decision that waits is due within 4 weeks of the meeting, and before the 12 months are over.
_DECIDES = "LA decision after review (4 weeks)"
DECISIONS = {
    ("P0001", _DECIDES, "2026-07-22"): "2026-07-20",
    ("P0029", _DECIDES, "2025-10-22"): "2025-09-26",
    ("P0058", _DECIDES, "2026-11-02"): "2026-09-18",
    ("P0080", _DECIDES, "2025-10-24"): "2025-10-17",
}
LATE_DECISIONS = {(child_id, _DECIDES) for child_id in ("P0029", "P0058")}


def step_of(child: Child, event: dict[str, Any]) -> Step:
    """The step that was laid for an event of the file: held on its day, or waiting."""
    plan, kind, _ = known_as(event["event"])
    steps = Step.objects.filter(child=child, episode__kind=plan, kind=kind)
    return steps.get(held_on=event["date"]) if event["date"] else steps.get(status="waiting", due_on__isnull=False)


def test_all_of_them_are_there_each_with_the_badges_of_its_plans(laid: dict[str, Child]):
    assert set(laid) == set(CHILDREN)
    badges = Designation.objects.filter(starts_on__isnull=False)
    # One child in need is being assessed still, and one assessment for a plan was refused.
    assert Designation.objects.count() == badges.count() + 2
    assert Counter(badges.values_list("kind", flat=True)) == {
        "child_in_need": 14,
        "child_in_need_plan": 7,
        "child_protection": 7,
        "looked_after": 5,
        "ehcp": 4,
        "adoption": 4,
        "private_fostering": 1,
    }


def test_due_days_and_lateness_are_those_of_the_file(laid: dict[str, Child]):
    compared = 0
    for key, entry in CHILDREN.items():
        for event in entry.get("events", []):
            if event.get("due") is None or event["event"] in WITHOUT_A_RULE:
                continue
            step = step_of(laid[key], event)
            due = (OTHERWISE | DECISIONS).get((key, event["event"], event["due"]), event["due"])
            assert str(step.due_on) == due, (key, event)
            late = standing(step, today=AS_AT).is_late or bool(step.held_on and step.held_on > step.due_on)
            assert late == (event["late"] or (key, event["event"]) in LATE | LATE_DECISIONS), (key, event)
            compared += 1
    assert compared == 155


def test_what_has_no_rule_is_there_all_the_same(laid: dict[str, Child]):
    [chased] = StepNote.objects.filter(kind="chased")
    assert (chased.child, chased.step.kind, str(chased.happened_on)) == (laid["P0236"], "acknowledgement", "2026-05-29")
    assert Step.objects.filter(child=laid["P0418"], kind="core_group", status="held").count() == 11
    assert Step.objects.get(child=laid["P0418"], kind="core_group", status="waiting").booked_on == date(2026, 11, 27)
    [closed] = Episode.objects.filter(kind="child_in_need", status="ended")
    assert (closed.child, closed.end_reason) == (laid["P0448"], "RC9")


def test_codes_of_an_adoption_stand_in_that_area_alone(laid: dict[str, Child]):
    placed = Step.objects.filter(child=laid["P0359"], kind="placement").order_by("held_on", "pk")
    assert [(one.legal_status, one.placement) for one in placed] == [("C1", "U6"), ("ASK", "U6"), ("ASK", "ASK")]
    adoptions = Episode.objects.filter(area=Area.ADOPTION).order_by("end_reason")
    assert [one.end_reason for one in adoptions] == ["", "E11", "E12", "E12"]


def test_the_court_order_among_the_files_of_a_child_is_his_legal_status_from_its_day(laid: dict[str, Child]):
    """Here the practice school says more than the file, where he is accommodated all along."""
    [alone] = CHILDREN[desk.DOCUMENT_CHILD]["episodes"]
    placed = Step.objects.filter(child=laid[desk.DOCUMENT_CHILD], kind="placement").order_by("held_on")
    [made] = ChildFile.objects.filter(child=laid[desk.DOCUMENT_CHILD], what="order").values_list("dated", flat=True)
    assert [(one.legal_status, str(one.held_on), one.held_to) for one in placed] == [
        (alone["legal_status"], alone["start"], made),
        ("C1", str(made), None),
    ]


@pytest.mark.parametrize("year", [2025, 2027, 2028])
def test_in_another_school_year_every_day_of_the_file_keeps_its_weekday(year: int):
    moved, same = Days(date(year, 11, 20)), Days(AS_AT)
    for entry in source.plans():
        pairs = zip(happenings(entry, moved), happenings(entry, same), strict=True)
        assert all(a.day.weekday() == b.day.weekday() for a, b in pairs)


def test_a_core_group_and_a_strategy_discussion_are_meetings_about_concerns(laid: dict[str, Child]):
    met = Step.objects.filter(meeting__isnull=False).select_related("meeting")
    assert {(one.kind, one.status, one.meeting.state, one.meeting.in_plans) for one in met} == {
        ("core_group", "waiting", "planned", "done"),
        ("strategy_discussion", "held", "held", "done"),
    }
