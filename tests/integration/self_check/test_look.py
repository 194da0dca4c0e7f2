"""Is what the machine found kept whole, once, without a name, and asked for only by those who may?"""

import logging
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from safeguarding import checks
from safeguarding.audit.models import Event, Outcome, Verb
from safeguarding.checks import Found, State
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.self_check import tasks
from safeguarding.self_check.models import CheckResult, RestoreDrill
from safeguarding.self_check.services import look as service
from safeguarding.self_check.services.drills import note_drill
from safeguarding.self_check.services.look import look_now
from safeguarding.self_check.services.stored import latest
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return factories.staffroom()


def kept():
    rows = CheckResult.objects.order_by("check_key", "school_id")
    return list(rows.values_list("check_key", "school_id", "state", "says"))


def test_the_night_keeps_one_row_a_check_and_school_and_may_run_twice(room):
    other = factories.school("Fenside Primary School")
    tasks.look()
    first = kept()
    tasks.look()
    assert [row[:2] for row in kept()] == [row[:2] for row in first]
    of_machine = checks.every(of_machine=True)
    here = {check.key for check in of_machine}
    each = [check.key for check in of_machine if check.each_school]
    schools = CheckResult.objects.values("school").distinct().count() - 1
    assert len(first) == len(of_machine) - len(each) + len(each) * schools
    assert set(latest(room.school.pk)) == set(latest(other.pk)) == here
    looks = Event.objects.filter(verb=Verb.VERIFY, purpose="self-check")
    assert looks.count() == 2
    assert looks.first().actor_id is None


def test_a_look_on_demand_is_of_ones_own_school_and_on_record(room):
    other = factories.school("Fenside Primary School")
    look_now(by=room.deputy, school_id=room.school.pk)
    assert set(latest(room.school.pk)) - set(latest(other.pk)), "what is of each school was not looked at there"
    assert Event.objects.filter(verb=Verb.VERIFY, purpose="self-check").get().actor_id == room.deputy.pk
    with pytest.raises(NotAllowed):
        look_now(by=room.teacher, school_id=room.school.pk)
    with pytest.raises(NotAllowed):
        look_now(by=room.deputy, school_id=other.pk)


@pytest.fixture
def with_check(monkeypatch):
    """One check of the machine that does what the test wants, beside one that is good."""

    def register(look):
        [good] = [check for check in checks.every() if check.key == "disk"]
        pair = (replace(good, key="broken", look=look), replace(good, look=lambda looker: Found(State.GOOD, "Good.")))
        monkeypatch.setattr(checks, "_checks", {check.key: check for check in pair})

    return register


def fails(looker):
    raise ValueError("Rowan Ashdown, 5B")


def fails_in_the_database(looker):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


@pytest.mark.parametrize(("look", "kind"), [(fails, ValueError), (fails_in_the_database, DatabaseError)])
def test_a_check_that_raises_is_itself_red_and_the_others_are_kept(room, with_check, caplog, look, kind):
    with_check(look)
    with caplog.at_level(logging.ERROR):
        assert look_now() == 1
    seen = latest(room.school.pk)
    assert seen["broken"].found.state is State.FIX
    assert "could not be looked at" in seen["broken"].found.says
    assert seen["disk"].found.state is State.GOOD
    assert "broken" in caplog.text
    assert "Ashdown" not in caplog.text
    assert "nowhere" not in caplog.text
    assert Event.objects.filter(purpose="self-check").get().outcome == Outcome.FAILED
    with_check(lambda looker: Found(State.GOOD, "Good."))
    assert look_now() == 0
    assert latest(room.school.pk)["broken"].found.state is State.GOOD


def test_a_run_that_is_killed_leaves_what_the_last_one_found(room, monkeypatch):
    look_now()
    before = list(CheckResult.objects.order_by("pk").values())

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        look_now(at=timezone.now())
    assert list(CheckResult.objects.order_by("pk").values()) == before


def test_no_name_stands_in_what_is_kept(room):
    look_now()
    names = {person.last_name for person in (room.lead, room.teacher, room.deputy, room.headteacher)}
    assert not [says for *_, says in kept() if any(name in says for name in names)]


def test_a_drill_is_noted_once_by_those_who_keep_the_keys_and_not_ahead_of_its_day(room):
    today = timezone.localdate()
    given = {"school_id": room.school.pk, "tried_on": today, "came_back": "whole", "token": uuid4()}
    first = note_drill(by=room.lead, **given)
    assert note_drill(by=room.lead, **given) == first
    assert Event.objects.filter(verb="note_restore_drill", object_id=first.pk).count() == 1
    for person in (room.deputy, room.teacher):
        with pytest.raises(NotAllowed):
            note_drill(by=person, **given | {"token": uuid4()})
    with pytest.raises(BadInput, match="has not come yet"):
        note_drill(by=room.lead, **given | {"token": uuid4(), "tried_on": today + timedelta(days=1)})
    assert RestoreDrill.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "looks", "keeps"),
    [("lead", 302, 200), ("it_admin", 302, 200), ("deputy", 302, 403), ("teacher", 403, 403), ("governor", 403, 403)],
)
def test_the_pages_and_who_has_them(client, room, role, looks, keeps):
    client.force_login(getattr(room, role, None) or factories.member(room.school, role, "Ben", "Okoro"))
    assert client.post("/self-check/look/").status_code == looks
    page = client.get("/self-check/")
    if looks == 302:
        assert ("Look at the machine now" in page.content.decode()) is (keeps == 200)
    assert client.get("/self-check/look/").status_code == 405
    assert client.get("/self-check/put-right/").status_code == keeps
    assert client.get("/self-check/restore/").status_code == keeps


def test_a_drill_on_its_page_is_refused_with_what_was_typed_or_kept(client, room):
    client.force_login(room.lead)
    day = {"tried_on_day": "31", "tried_on_month": "2", "tried_on_year": "2026"}
    refused = client.post("/self-check/restore/", {"token": uuid4(), "came_back": "partly", **day})
    assert refused.status_code == 422
    assert "must be a real date" in refused.content.decode()
    assert 'value="31"' in refused.content.decode()
    today = timezone.localdate()
    day = {"tried_on_day": today.day, "tried_on_month": today.month, "tried_on_year": today.year}
    assert client.post("/self-check/restore/", {"token": uuid4(), "came_back": "whole", **day}).status_code == 302
    assert full_day(today) in client.get("/self-check/restore/").content.decode()
    assert latest(room.school.pk)["restore_drill"].found.state is State.GOOD
