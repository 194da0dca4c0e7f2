"""What does the school set itself, who may, is what held before kept, and does each number say how it stands?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Event
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.reports.figures.periods import last_year, this_year
from safeguarding.reports.figures.values import Cell, Number, Series, Viewer
from safeguarding.reports.models import Target
from safeguarding.reports.services.targets import end_target, in_force, judged, of_lines, set_target, targets_of
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.test_rights_rows import is_refused, tried

from .test_pages import text

F = Target.Figure
TODAY = SCHOOL_DAY.date()
# A figure, its target, and of how many it is: the numbers that meet it and miss it.
STANDS = (
    (F.READ, 95, (19, 20), (94, 100), "95%"),
    (F.DECIDED, 90, (9, 10), (899, 1000), "90%"),
    (F.ACTIONS_ON_TIME, 100, (3, 3), (2, 3), "100%"),
    (F.AGENCIES_CHASED, 1, (1, 100), (0, 4), "1%"),
    (F.ACTIONS_LATE, 3, (3, None), (4, None), "3 at most"),
    (F.DATES_MISSED, 0, (0, None), (1, None), "0"),
    (F.AGENCIES_LATE, 10, (0, None), (11, None), "10 at most"),
)


@pytest.fixture(autouse=True)
def _on_a_school_day() -> Iterator[None]:
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


def viewer(**asked: Any) -> Viewer:
    given = {"user": None, "school_id": uuid4(), "at": SCHOOL_DAY, "period": this_year(TODAY)}
    return Viewer(**(given | asked))


def number(figure: str, value: int, of: int | None) -> Number:
    return Number(figure, "Title", value, "concerns", SCHOOL_DAY, "Some.", "/behind/", of)


def target(figure: str, value: int, made_at: datetime = SCHOOL_DAY, ended_at: datetime | None = None) -> Target:
    return Target(figure=figure, value=value, made_at=made_at, ended_at=ended_at)


@pytest.mark.parametrize(("figure", "aim", "met", "missed", "said"), STANDS)
def test_each_number_says_whether_its_target_is_met(
    figure: Target.Figure, aim: int, met: tuple[int, int | None], missed: tuple[int, int | None], said: str
):
    held = [target(figure, aim)]
    good, bad = judged([number(figure, *met), number(figure, *missed)], held, viewer())
    assert (good.aim and good.aim.says, good.tone) == (f"Target {said}: met", "")
    assert (bad.aim and bad.aim.says, bad.tone) == (f"Target {said}: missed", "bad")
    assert bad.says == f"Some. Target {said}: missed."
    [none] = judged([number(figure, *missed)], [], viewer())
    assert (none.aim, none.tone) == (None, "")
    [narrowed] = judged([number(figure, *missed)], held, viewer(category="NEG"))
    assert narrowed.aim is None
    if met[1] is not None:
        [empty] = judged([number(figure, 0, 0)], held, viewer())
        assert (empty.aim and empty.aim.says, empty.tone) == (f"Target {said}: nothing to count yet", "")
        line = Series(figure, "Title", (Cell("1", "1", *met[:1], "", met[1]),))
        assert of_lines([line], held, viewer()) == [aim]


def test_a_past_time_is_held_against_the_target_of_its_last_day():
    changed = datetime(2026, 9, 7, 9, tzinfo=factories.LONDON)
    held = [
        target(F.READ, 80, datetime(2025, 10, 1, tzinfo=factories.LONDON), changed),
        target(F.READ, 95, changed),
        target(F.ACTIONS_LATE, 2, changed),
    ]
    asked = [number(F.READ, 90, 100), number(F.ACTIONS_LATE, 2, None)]
    now, late = judged(asked, held, viewer())
    assert (now.aim and now.aim.says, late.aim and late.aim.says) == ("Target 95%: missed", "Target 2 at most: met")
    then, still = judged(asked, held, viewer(period=last_year(TODAY)))
    assert then.aim and then.aim.says == "Target 80%: met"
    assert still.aim and still.aim.says == "Target 2 at most: met", "what is late is of now, whichever time is asked"
    before = judged(asked, held, viewer(period=last_year(TODAY.replace(year=2025))))
    assert before[0].aim is None


@pytest.mark.django_db
def test_a_target_is_replaced_and_never_changed():
    room, other = factories.staffroom(), factories.staffroom("Quay School")
    at = SCHOOL_DAY - timedelta(days=10)
    given = {"school": room.school, "figure": F.READ, "by": room.lead}
    page = uuid4()
    first = set_target(**given, token=page, value=90, at=at)
    assert set_target(**given, token=uuid4(), value=90).pk == first.pk, "the same again is one"
    second = set_target(**given, token=uuid4(), value=95)
    with pytest.raises(OutOfTurn, match="set before"):
        set_target(**given, token=page, value=90)
    first.refresh_from_db()
    assert (first.value, first.ended_at, first.ended_by) == (90, SCHOOL_DAY, room.lead)
    held = targets_of([room.school.pk, other.school.pk])
    assert held[other.school.pk] == []
    assert in_force(held[room.school.pk], at) == {F.READ: 90}
    assert in_force(held[room.school.pk], SCHOOL_DAY) == {F.READ: 95}
    with pytest.raises(NotAllowed, match="change its settings"):
        set_target(**given | {"by": room.deputy}, token=uuid4(), value=99)
    with pytest.raises(NotAllowed):
        end_target(school=room.school, figure=F.READ, by=other.lead)
    for wrong in ({"value": 101}, {"value": 0}, {"figure": "open"}, {"figure": F.ACTIONS_LATE, "value": -1}):
        with pytest.raises(BadInput):
            set_target(**given | {"token": uuid4(), "value": 50} | wrong)
    changed, ended = "value = 1", "ended_at = now(), ended_by_id = rules.me()"
    for person, does, is_theirs in (
        (room.lead, changed, False), (room.lead, ended, True), (room.deputy, ended, False), (other.lead, ended, False)
    ):  # fmt: skip
        statement = f"UPDATE reports_target SET {does} WHERE id = %s"  # noqa: S608
        if is_theirs:
            assert tried(person, "web", statement, [second.pk]) == 1
        else:
            assert is_refused(person, "web", statement, [second.pk])
    end_target(school=room.school, figure=F.READ, by=room.lead)
    with pytest.raises(OutOfTurn, match="no target"):
        end_target(school=room.school, figure=F.READ, by=room.lead)
    events = Event.objects.filter(object_type="reports.target").order_by("at", "pk")
    assert [(one.verb, one.object_id) for one in events] == [
        ("create", first.pk), ("withdraw", first.pk), ("create", second.pk), ("withdraw", second.pk)
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_lead_sets_one_on_its_page_and_the_overview_says_how_it_stands(client: Client):
    room = factories.staffroom()
    factories.concern(room, at=SCHOOL_DAY - timedelta(days=5))
    here = reverse("targets")
    client.force_login(room.deputy)
    assert client.get(here).status_code == client.post(here, {}).status_code == 403
    assert "Target" not in text(client.get(reverse("overview")))
    client.force_login(room.lead)
    page = client.get(here)
    assert text(page).count("No target") == len(F)
    typed = {"token": page.context["form"]["token"].value(), "figure": F.READ.value, "value": "950"}
    for wrong, says in (
        (typed, "Target for “Read the same school day” must be a number from 1 to 100: at least so many per cent"),
        (typed | {"value": "most"}, "Give the target as a whole number, such as 95 or 0"),
        (typed | {"figure": ""}, "Choose the number that the target is for"),
    ):
        bad = client.post(here, wrong)
        assert (bad.status_code, says in text(bad)) == (422, True)
        assert f'value="{wrong["value"]}"' in bad.content.decode(), "what was typed is not lost"
    assert client.post(here, typed | {"value": "95"}).status_code == 302
    assert "95%" in text(client.get(here))
    overview = client.get(reverse("overview"))
    assert "Target 95%: missed" in text(overview)
    assert "hb-kpi--bad" in overview.content.decode()
    assert "Target 95%, dotted line: missed" in text(overview)
    assert "A target is of the whole school" in text(client.get(reverse("overview"), {"level": "2"}))
    assert client.post(here, {"do": "end", "figure": F.READ.value}).status_code == 302
    assert "This number has no target already" in text(client.post(here, {"do": "end", "figure": F.READ.value}))
    assert "Earlier targets 1" in text(client.get(here))
    assert room.lead.full_name in text(client.get(f"{reverse('setting_changes')}?of=targets"))
    assert get_school(room.school.pk).name in text(client.get(here))
