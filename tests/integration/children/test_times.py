"""Can the office say when a child was here before, put it right, and does the next list find what it knew?"""

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from children.models import HeldFact
from children.services import keeping
from children.services.destinations import newest_times
from children.services.held import hold_added
from children.services.keeping.roll import newest_class, newest_time, roll_of
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.parts import gather
from tests import factories
from tests.walls import asking

from .kept_fields import AT_SCHOOL, IN_CLASS, ON_ROLL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def room() -> Any:
    return factories.staffroom()


def boxes(name: str, day: date) -> dict[str, int]:
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_an_earlier_time_and_class_are_typed_shown_and_put_right(client: Any, room: Any):
    child = factories.child(room.school, by=room.office)
    people, past = (reverse(name, args=[child.pk]) for name in ("child_people", "child_past"))
    client.force_login(room.office)
    stands = newest_time(child), newest_class(child)
    source = {"told_by": "document", "note": "The old register."}
    days = {"time": ("entered_on", "left_on"), "year": ("starts_on", "ends_on")}
    for part, values in (("time", ON_ROLL), ("year", IN_CLASS | {"class_name": "Class Alder"})):
        form = f"{reverse('keep_child', args=[child.pk])}?part={part}"
        typed = {name: value for name, value in values.items() if name not in days[part]}
        for name in days[part]:
            typed |= boxes(name, values[name])
        body = typed | source | {"deed": part, "token": uuid7()}
        last = days[part][1]
        assert client.post(form, body | boxes(last, date(2016, 1, 1))).status_code == 422
        assert client.post(form, body).status_code == 302
    shown = text(client.get(people))
    assert "4 September 2017" in shown and "20 July 2018" in shown and "Class Alder" in shown
    assert (newest_time(child), newest_class(child)) == stands
    assert newest_times(child.enrolments.all()) == {child.pk: stands[0]}
    time, year = child.enrolments.get(left_on=ON_ROLL["left_on"]), child.classes.get(class_name="Class Alder")
    for row in (time, year):
        address = reverse("keep_row", args=[child.pk, row.pk])
        assert address in shown
        assert client.post(address, source | {"deed": "never", "token": uuid7()}).status_code == 302
    assert "Class Alder" not in text(client.get(people)) and "20 July 2018" not in text(client.get(people))
    assert "Class Alder" in text(client.get(past)) and "On roll here" in text(client.get(past))
    with asking(room.lead):

        def see(model: Any) -> Any:
            return model._default_manager.all().visible_to(room.lead)

        told = [
            " ".join(words.text for block in gather(see, [child.pk], with_errors=errors) for words in block.texts)
            for errors in (False, True)
        ]
    assert ["Class Alder" in words for words in told] == [False, True]


def test_an_earlier_time_lies_before_the_one_that_stands_and_beside_no_other(room: Any):
    child = factories.child(room.school, by=room.office)
    given = {"told": factories.told(), "by": room.office}
    keeping.add_time(child=child, values=ON_ROLL, **given)
    keeping.add_year(child=child, values=IN_CLASS, **given)
    late = {"entered_on": date(2018, 7, 20), "left_on": date(2019, 7, 19)}
    over = {"entered_on": date(2019, 9, 2), "left_on": date(2020, 9, 1)}
    for days, sentence in ((late, "at that time already"), (over, "ended before that")):
        with pytest.raises(BadInput, match=sentence):
            keeping.add_time(child=child, values=ON_ROLL | days, **given)
    with pytest.raises(BadInput, match="at that time already"):
        keeping.add_year(child=child, values=IN_CLASS | {"starts_on": IN_CLASS["ends_on"]}, **given)
    values = roll_of(newest_time(child)) | {"left_on": date(2026, 11, 20)}
    keeping.set_roll(child=child, values=values, **given)
    for correct, row in (("time", newest_time(child)), ("year", newest_class(child))):
        with pytest.raises(OutOfTurn, match="counts today"):
            getattr(keeping, f"correct_{correct}")(**{correct: row}, **given)


def test_what_lies_in_a_row_of_its_own_is_nothing_that_a_list_said(room: Any):
    """A list goes on saying of the names, the days and the class what it said, and a child added here stays on roll."""
    given = {"told": factories.told(), "by": room.office}
    child = factories.child(room.school, by=room.office)
    hold_added(child=child, changes={}, by=room.office)
    keeping.add_name(child=child, kind="alias", forename="Ro", surname="", **given)
    keeping.add_earlier_school(child=child, values=AT_SCHOOL, **given)
    keeping.add_time(child=child, values=ON_ROLL, **given)
    keeping.add_year(child=child, values=IN_CLASS, **given)
    assert list(HeldFact.objects.values_list("field", "said")) == [("on_roll", False)]
