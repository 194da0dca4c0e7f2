"""Who sees which lines, what becomes of a check that fails, and does the page ask as often for 1,000 rows as for 10?"""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from safeguarding import checks
from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.audit.models import Event
from safeguarding.check_counts import Counted
from safeguarding.checks import Found, Looker, State
from safeguarding.concerns.models import Concern
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from safeguarding.self_check.services import looking
from safeguarding.self_check.services.stored import StoredFound
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.demo.test_queries import MANY_IN_SOAK, TEN, asked
from tests.integration.reports.test_pages import more
from tests.looking import broken, good, lines

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(SCHOOL_DAY, tick=False) as traveller:
        yield traveller


def test_each_reader_has_the_lines_of_what_they_may_do():
    room = factories.staffroom()
    keeper = factories.member(room.school, "it_admin", "Ivo", "Lund")
    of_machine = {check.key for check in checks.every(of_machine=True)}
    lead, deputy = lines(room.lead), lines(room.deputy)
    assert {"unread", "quiet", "actions", "referrals", "drafts", "plan_dates", "share_receipts"} < set(deputy)
    assert {"emergencies", "conflicts", "request_dates", "transfer_receipts", "destruction"} < set(lead)
    assert set(lines(keeper)) <= of_machine, "who sees no record has no line about records"
    assert set(lines(room.headteacher)) >= set(deputy)
    for person in (room.teacher, room.office):
        client = Client()
        client.force_login(person)
        assert client.get(reverse("self_check")).status_code == 403
    assert Event.objects.filter(purpose="self-check", verb="view").count() == 4


def test_every_check_names_a_capability_and_a_page():
    for check in checks.every():
        assert CAPABILITIES[check.sees]
        assert looking.Line(check, Found(State.GOOD, "There."), None).address.startswith("/")
        assert check.good.endswith(".") and not check.title.endswith(".")


def test_each_line_leads_to_a_page_that_its_reader_may_open(client: Client):
    room = factories.staffroom()
    keeper = factories.member(room.school, "it_admin", "Ivo", "Lund")
    for person in (room.deputy, room.lead, keeper):
        client.force_login(person)
        addresses = {line.address.partition("#")[0] for line in lines(person).values()}
        assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_what_is_to_be_put_right_comes_first(client: Client):
    room = factories.staffroom()
    factories.concern(room, at=SCHOOL_DAY - 50 * HOUR)
    client.force_login(room.lead)
    page = client.get(reverse("self_check"))
    found = page.context["found"].lines
    assert found[0].check.key == "unread"
    order = [looking._ORDER.index(line.state) for line in found]
    assert order == sorted(order)
    text = page.content.decode()
    assert text.index("Fix now") < text.index("Every date of a plan is held")
    assert f'href="{reverse("concerns")}?status=new"' in text


def raises(looker: Looker) -> Found:
    raise ValueError("Rowan Ashdown")


def divides(looker: Looker) -> Found:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    return good(looker)


def hides(looker: Looker) -> Found:
    """Keeps an error of the database to itself: whatever asks next is refused."""
    try:
        return divides(looker)
    except Exception:
        return good(looker)


@pytest.mark.parametrize("look", [raises, divides], ids=["in code", "in the database"])
def test_a_check_that_fails_is_red_itself_and_the_others_stand(look: Any, monkeypatch: Any, caplog: Any):
    room = factories.staffroom()
    monkeypatch.setitem(checks._checks, "broken", broken("broken", look, order=13))
    factories.concern(room, at=SCHOOL_DAY - 50 * HOUR)
    found = lines(room.lead)
    assert (found["broken"].state, found["broken"].found.says) == (State.FIX, looking.COULD_NOT_LOOK)
    assert (found["unread"].state, found["unread"].found.number) == (State.FIX, 1)
    assert found["actions"].state == State.GOOD
    assert "broken" in caplog.text and "Ashdown" not in caplog.text


def test_one_that_cannot_be_counted_with_the_others_is_found(monkeypatch: Any):
    room = factories.staffroom()
    factories.concern(room, at=SCHOOL_DAY - 50 * HOUR)
    wrong = Counted(lambda looker: Concern.objects.extra(where=["1 / 0 = 1"]), lambda looker, tally: good(looker))  # type: ignore[arg-type]
    monkeypatch.setitem(checks._checks, "broken", broken("broken", wrong))
    found = lines(room.lead)
    assert found["broken"].found.says == looking.COULD_NOT_LOOK
    assert (found["unread"].state, found["unread"].found.number) == (State.FIX, 1)


def test_an_error_that_one_keeps_to_itself_is_not_put_on_the_next(monkeypatch: Any):
    room = factories.staffroom()
    monkeypatch.setitem(checks._checks, "hides", broken("hides", hides, order=17))
    monkeypatch.setitem(checks._checks, "last", broken("last", hides, order=99))
    found = lines(room.lead)
    assert found["drafts"].state == State.GOOD
    assert found["last"].found.says == looking.COULD_NOT_LOOK


def test_what_the_machine_found_is_said_with_its_time_and_grows_old(monkeypatch: Any):
    room = factories.staffroom()
    here = {"of_machine": True, "sees": "keep_keys", "url_name": "keys"}
    for key in ("fresh", "stale", "never"):
        monkeypatch.setitem(checks._checks, key, broken(key, good, **here))
    stored = {
        "fresh": StoredFound(Found(State.GOOD, "There."), SCHOOL_DAY - HOUR),
        "stale": StoredFound(Found(State.GOOD, "There."), SCHOOL_DAY - 40 * HOUR),
    }
    monkeypatch.setattr(looking, "latest", lambda school_id: stored)
    found = lines(room.lead)
    assert (found["fresh"].state, found["fresh"].at) == (State.GOOD, SCHOOL_DAY - HOUR)
    assert (found["stale"].state, found["stale"].found.says) == (State.LOOK, "There. Harbour has not looked since.")
    assert (found["never"].state, found["never"].found.says) == (State.NOT_SET_UP, looking.NOT_YET)

    def gone(school_id: Any) -> Any:
        raise ValueError

    monkeypatch.setattr(looking, "latest", gone)
    assert lines(room.lead)["fresh"].found.says == looking.COULD_NOT_LOOK


def test_the_overview_has_what_needs_a_look_and_leads_to_the_page(client: Client):
    room = factories.staffroom()
    client.force_login(room.headteacher)
    text = client.get(reverse("overview")).content.decode()
    assert f'href="{reverse("self_check")}"' in text
    assert "Concerns unread for more than" not in text
    factories.concern(room, at=SCHOOL_DAY - 50 * HOUR)
    text = client.get(reverse("overview")).content.decode()
    assert "Concerns unread for more than 7 school hours" in text
    assert "Fix now" in text


@MANY_IN_SOAK
def test_the_page_asks_the_database_as_often_about_many_concerns_as_about_ten(client: Client, many: int):
    room = factories.staffroom()
    child = factories.child(room.school, by=room.office)
    people = [
        Person(one.pk, role, "Ms", one.first_name, one.last_name)
        for one, role in ((room.lead, "lead"), (room.deputy, "deputy_lead"))
    ]
    days = Days(SCHOOL_DAY.date())
    place = Place(room.school.pk, people, [(child.pk, child.full_name)], days)
    history = History(place, days.terms[0][1], SCHOOL_DAY.date(), Random(1))
    client.force_login(room.headteacher)
    seen = []
    for number in (TEN, many):
        more(history, number)
        seen.append(asked(lambda: client.get(reverse("self_check"))))
    assert seen[0] == seen[1] <= 25
