"""Does the page "Left" show whose file has no end yet, and is it stated of many at once, by whom it may be?"""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.facts import Leaving
from children.models import Child, Enrolment
from children.services.access import declare_conflict
from retention.models import Statement
from retention.services import leavers as services
from retention.services.scan import scan
from safeguarding.accounts.models import User
from safeguarding.accounts.services import answer_conflict_question
from safeguarding.audit.models import Event, LogEntry
from safeguarding.checks import State
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.looking import stands

from . import moved
from .conftest import LEFT, Office, date_of, days_ago, make_people, put_in_force

pytestmark = pytest.mark.django_db
WENT = {"do": "went", "name": "Whitmoor High School", "number": "356/4021"}
LAST = {"do": "last_school", "said": "They moved abroad."}


class Page:
    """The page as somebody uses it without scripts."""

    def __init__(self, client: Client, person: User, place: Office) -> None:
        self.client = client
        answer_conflict_question(user=person, school_id=place.school.pk, has_connection=False)
        client.force_login(person)

    def text(self, show: str = "unstated") -> str:
        answer = self.client.get(reverse("retention_left"), {"show": show})
        assert answer.status_code == 200
        return html.unescape(answer.content.decode())

    def send(self, *children: Child, **typed: Any) -> Any:
        [token] = re.findall(r'name="token" value="([^"]+)"', self.text())
        given = {"token": token, "records": [child.pk for child in children], "show": "unstated", **typed}
        return self.client.post(reverse("retention_left"), given)


def numbers(page: str) -> list[int]:
    """How many are on each of the lists."""
    [panel] = re.findall(r'id="which".*?</section>', page, re.DOTALL)
    return [int(number) for number in re.findall(r">\s*(\d+)\s*<", panel)]


def test_a_lead_states_of_many_and_the_dates_follow(place: Office, client: Client):
    one, two, abroad = (place.leaver(name) for name in ("Ida", "Ola", "Una"))
    place.leaver("Ava", details={})
    named = place.leaver("Eva", leaving=Leaving(on=LEFT, destination="Fernacre Primary"))
    scan()
    page = Page(client, place.room.lead, place)
    assert numbers(page.text()) == [4, 3, 0, 0, 1]
    assert "Fernacre Primary" in page.text() and "Not confirmed" in page.text()
    assert "Eva Thorne" not in page.text("unknown") and "Ava Thorne" in page.text("birth")
    assert page.send(one, two, named, **WENT).status_code == 302
    assert page.send(abroad, **LAST).status_code == 302
    # At once, and not tonight.
    assert numbers(page.text()) == [0, 0, 3, 0, 1]
    scan()
    assert [date_of(child).rule.code for child in (one, two, named, abroad)] == ["R09b", "R09b", "R09b", "R02"]
    assert numbers(page.text()) == [0, 0, 0, 3, 1] and "Kept until" in page.text("bare")
    said = Statement.objects.get()
    assert (said.child, said.on, said.said, said.stated_by) == (abroad, LEFT, LAST["said"], place.room.lead)
    assert set(Enrolment.objects.filter(destination_establishment="4021").values_list("child", flat=True)) == {
        one.pk, two.pk, named.pk,
    }  # fmt: skip
    assert LogEntry.objects.filter(child_id=named.pk, changes__has_key="destination").count() == 1
    assert Event.objects.filter(purpose="destination").count() == 3
    assert Event.objects.filter(verb="state_retention", purpose="last_school", object_id=said.pk).count() == 1


def test_what_a_confirmed_school_waits_for_is_said_before_the_school_adopts_the_rule_and_after(client: Client):
    place = make_people()
    bare, entered = place.leaver(), place.leaver("Ola")
    factories.concern(place.room, children=[ChildEntry(role="witness", child=entered)], at=timezone.now())
    scan()
    page = Page(client, place.room.lead, place)
    assert page.send(bare, entered, **WENT).status_code == 302
    assert "They are listed under “School confirmed, no period yet”." in page.text()
    scan()
    assert numbers(page.text()) == [0, 0, 1, 1, 0]
    assert [date_of(child).missing for child in (bare, entered)] == ["rule", "last_school"]
    not_adopted, adopted = "which the school has not adopted yet", "rule R09b counts from tonight"

    def said() -> list[str]:
        tab = client.get(reverse("child_retention", args=[entered.pk])).content.decode()
        return [page.text("confirmed"), html.unescape(tab)]

    assert all(not_adopted in shown and adopted not in shown for shown in said())
    put_in_force(
        place.school, head=place.room.headteacher, officer=place.officer, adopted_at=days_ago(9), agreed_at=days_ago(8)
    )
    assert all(adopted in shown and not_adopted not in shown for shown in said())
    scan()
    assert (date_of(bare).rule.code, date_of(bare).missing) == ("R09b", "")


def test_who_may_state_what(place: Office, client: Client):
    child = place.leaver()
    scan()
    deputy = Page(client, place.room.deputy, place)
    assert "Confirm school" in deputy.text() and "State last school" not in deputy.text()
    assert deputy.send(child, **LAST).status_code == 403
    assert not Statement.objects.exists()
    assert deputy.send(child, **WENT).status_code == 302
    client.force_login(place.room.office)
    assert client.get(reverse("retention_left")).status_code == 403
    with pytest.raises(NotAllowed):
        services.state_destination(
            school=place.school, children=[child.pk], name="Whitmoor", number="356/4021", by=place.room.office
        )


def test_a_hidden_child_is_neither_shown_nor_counted_nor_stated_of(place: Office, client: Client):
    child, other = place.leaver(), place.leaver("Ola")
    scan()
    declare_conflict(user=place.room.lead, child=child, kind="own_child", by=place.room.lead)
    page = Page(client, place.room.lead, place)
    assert numbers(page.text()) == [1, 1, 0, 0, 0] and "Ida Thorne" not in page.text()
    answer = page.send(child, other, **LAST)
    assert answer.status_code == 409 and LAST["said"] in answer.content.decode()
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({**WENT, "name": " "}, "Enter the name of the school"),
        ({**WENT, "number": "4021"}, "Enter the number as seven digits, such as 356/4021"),
        ({**WENT, "number": "999/4021"}, "No local authority has the number 999"),
        ({**LAST, "said": ""}, "Say why no other school has the files"),
        ({**LAST, "records": []}, "Choose at least one"),
        ({**LAST, "do": ""}, "press one of the two buttons"),
    ],
)
def test_bad_input(place: Office, client: Client, typed: dict[str, Any], sentence: str):
    child = place.leaver()
    scan()
    answer = Page(client, place.room.lead, place).send(child, **typed)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and sentence in page
    assert typed.get("number", "") in page and typed.get("said", "") in page
    assert ("checked" in page) == ("records" not in typed)
    assert not Statement.objects.exists() and not Enrolment.objects.exclude(destination="").exists()


def test_twice_is_once_and_a_second_window_is_told(place: Office):
    child, other = place.leaver(), place.leaver("Ola")
    scan()
    given = {"school": place.school, "said": "Abroad.", "by": place.room.lead}
    token = uuid7()
    for _ in range(2):
        assert services.state_last_school(children=[child.pk], token=token, **given) == 1
    assert Statement.objects.count() == 1
    with pytest.raises(OutOfTurn):
        services.state_last_school(children=[child.pk, other.pk], token=uuid7(), **given)
    assert Statement.objects.count() == 1
    where = {"school": place.school, "name": "Whitmoor", "number": "3564021", "by": place.room.lead}
    assert [services.state_destination(children=[other.pk], **where) for _ in range(2)] == [1, 0]
    # Of one whose school is confirmed nobody states something else from a list that is older, nor the other way round.
    elsewhere = {**where, "name": "Fernacre", "number": "3564022"}
    for late in (
        lambda: services.state_destination(children=[other.pk], **elsewhere),
        lambda: services.state_last_school(children=[other.pk], token=uuid7(), **given),
        lambda: services.state_destination(children=[child.pk], **where),
    ):
        with pytest.raises(OutOfTurn):
            late()
    assert Enrolment.objects.get(child=other).destination == "Whitmoor" and Statement.objects.count() == 1
    Child.objects.filter(pk=other.pk).update(left_on=None)
    with pytest.raises(OutOfTurn):
        services.state_destination(children=[other.pk], **where)
    with pytest.raises(BadInput, match="at most 100"):
        services.state_last_school(children=[uuid7() for _ in range(101)], token=uuid7(), **given)


def test_after_twenty_school_days_the_self_check_says_so(place: Office):
    lead = place.room.lead
    answer_conflict_question(user=lead, school_id=place.school.pk, has_connection=False)
    for days, state in ((27, (State.GOOD, 0)), (30, (State.LOOK, 1))):
        left = timezone.localdate() - timedelta(days=days)
        child = moved.leaver(place, f"Ola{days}", leaving=Leaving(on=left))
        scan()
        assert stands(lead, "leavers") == state
    services.state_last_school(school=place.school, children=[child.pk], token=uuid7(), said="Abroad.", by=lead)
    assert stands(lead, "leavers") == (State.GOOD, 0)
