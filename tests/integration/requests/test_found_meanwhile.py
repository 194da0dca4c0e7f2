"""Does nobody wait while people are found, and is nothing approved before? Whatever is done, or killed, meanwhile."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.urls import reverse

from children.facts import Home
from safeguarding.accounts.models import User
from safeguarding.audit.models import Event, Leaf
from safeguarding.audit.seals import services as seals
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RequestPerson, RightsRequest, SearchPlace
from sharing.requests.services import adding, answering, approving, building, finding, gathering, intake, places, worker
from tests import factories
from tests.integration.audit.seals.conftest import places as anchors
from tests.integration.audit.seals.record import seal_all
from tests.meanwhile import meanwhile

from .answers import CHECKS, School, approved, decided, family, gathered, give, looked, named, now, prepared, school
from .cases import taken_up
from .desk import signed_in

__all__ = ["anchors"]
pytestmark = pytest.mark.django_db
WORDS = "Hazel Quennell rang."


@pytest.fixture
def at() -> School:
    return school()


def while_found(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object]) -> None:
    """Once, something else happens when the case has been read and nobody has been found yet."""
    with_nothing, waits = finding.look, [deed]

    def look(*given: Any) -> None:
        while waits:
            waits.pop()()
        with_nothing(*given)

    monkeypatch.setattr(finding, "look", look)


def killed() -> None:
    raise SystemExit


def asked(at: School, **facts: Any) -> tuple[RightsRequest, SearchPlace, User]:
    """A case of Rowan's, and who is asked to look through the mail."""
    rowan, _ = family(at, **facts)
    case = taken_up(at.cast, rowan)
    named(at, case)
    senco = factories.member(at.cast.school, "senco")
    return case, places.ask(case, by=at.cast.office, place="mail", user=senco, searched_for="R", token=uuid7()), senco


def found(case: RightsRequest) -> set[str]:
    rows = RequestPerson.objects.filter(case=case)
    return {row.names["forename"] or "home" for row in rows if row.items}


def page(user: User, case: RightsRequest) -> str:
    return str(signed_in(user).get(reverse("request_approval", args=[case.pk])).content.decode())


def test_a_killed_worker_leaves_no_name_unfound(at: School, monkeypatch: pytest.MonkeyPatch) -> None:
    rowan, _ = family(at)
    case, head = decided(at, gathered(at, rowan)), at.cast.headteacher
    intake.answer_checks(case, by=at.lead, **CHECKS)
    assert page(at.lead, case).count("It is prepared") == 1
    # Whoever looks where they alone look reads what they add at once, and gives all of it.
    apart = SearchPlace.objects.get(case=case, place="adults_headteacher")
    places.answer(apart, by=head, found="some")
    item = RequestItem.objects.get(pk=places.add_text(apart, by=head, title="A call", text=WORDS).pk)
    assert approving.BEING_FOUND not in page(at.lead, case), "it would tell that somebody else was given something"
    give(item, by=head)
    while_found(monkeypatch, killed)
    with pytest.raises(SystemExit):
        adding.settle(case.pk)
    assert approving.BEING_FOUND in page(at.lead, case)
    with pytest.raises(OutOfTurn, match="still finding who is named"):
        approving.prepare(now(case), by=at.lead)
    assert gathering.run_all() == 1 and adding.unsettled() == []
    looked(at, approving.prepare(now(case), by=at.lead))
    with pytest.raises(OutOfTurn, match="what is taken out of it has changed"):
        approving.approve(now(case), by=at.officer)


def test_killed_while_it_is_gathered_again_it_is_not_approved(at: School, monkeypatch: pytest.MonkeyPatch) -> None:
    rowan, _ = family(at)
    case = prepared(at, decided(at, gathered(at, rowan)))
    looked(at, case)
    gathering.ask(case, by=at.cast.office)
    while_found(monkeypatch, killed)
    with pytest.raises(SystemExit):
        gathering.run(case.pk)
    assert approving.BEING_FOUND in page(at.officer, case)
    with pytest.raises(OutOfTurn, match="still finding who is named"):
        approving.approve(now(case), by=at.officer)
    assert gathering.run_all() == 1
    assert approving.approve(now(case), by=at.officer).status == "approved"
    said = Event.objects.filter(object_id=case.pk, purpose__contains="people").order_by("pk")
    assert list(said.values_list("purpose", flat=True))[-2:] == ["people are to be found", "people found"]


def test_case_at_which_a_worker_was_killed_comes_last(at: School, monkeypatch: pytest.MonkeyPatch) -> None:
    (case, _, _), (other, _, _) = asked(at), asked(at)
    for one in (case, other):
        gathering.ask(one, by=at.cast.office)
    monkeypatch.setattr(gathering, "_gather", lambda case: killed())
    with pytest.raises(SystemExit):
        gathering.run(case.pk)
    taken: list[UUID] = []
    monkeypatch.setattr(gathering, "run", taken.append)
    monkeypatch.setattr(gathering, "each", lambda run, keys: len([run(key) for key in keys]))
    gathering.run_all()
    assert taken == [other.pk, case.pk]


@pytest.mark.parametrize("deed", ["a text is added", "an address is secret", "it is withdrawn", "an item is decided"])
def test_what_was_found_is_kept_where_nothing_has_changed(
    at: School, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    case, mail, senco = asked(at, homes=[Home("14 Kiln Road", town="Testham", postcode="ZZ9 9ZZ")])
    item = places.add_text(mail, by=senco, title="A call", text=f"{WORDS} He lives at 14 Kiln Road.")
    secret = CHECKS | {"address_is_confidential": "yes", "note": "A refuge."}
    deeds: dict[str, tuple[Callable[[], object], set[str]]] = {
        "a text is added": (
            lambda: places.add_text(mail, by=senco, title="More", text="Jon Beckett came."),
            {"Hazel", "Jon"},
        ),
        "an address is secret": (lambda: intake.answer_checks(now(case), by=at.lead, **secret), {"Hazel", "home"}),
        "it is withdrawn": (lambda: answering.withdraw(now(case), by=at.cast.office, because="They wrote."), set()),
        "an item is decided": (
            lambda: give(RequestItem.objects.get(pk=item.pk), by=at.lead, decided="out_of_scope"),
            {"Hazel"},
        ),
    }
    meanwhile_, there = deeds[deed]
    while_found(monkeypatch, meanwhile_)
    is_kept = deed == "an item is decided"
    assert adding.settle(case.pk) is is_kept
    assert found(case) == ({"Hazel"} if is_kept else set())
    assert now(case).is_to_be_searched is not is_kept
    gathering.run_all()
    assert found(case) == there
    assert now(case).is_to_be_searched is (deed == "it is withdrawn")


def test_one_case_that_breaks_holds_up_no_other(at: School, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, mail, senco), (second, other, senco_too) = asked(at), asked(at)
    for place, by in ((mail, senco), (other, senco_too)):
        places.add_text(place, by=by, title="A call", text=WORDS)

    def broken() -> None:
        raise ValueError(WORDS)

    while_found(monkeypatch, broken)
    with pytest.raises(worker.Broken) as error:
        gathering.run_all()
    assert WORDS not in str(error.value)
    assert (found(first), found(second)) == (set(), {"Hazel"})
    assert gathering.run_all() == 1 and found(first) == {"Hazel"}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_people_are_found(at: School, anchors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seals.make_key()
    case, mail, senco = asked(at)
    places.add_text(mail, by=senco, title="A call", text=WORDS)
    counted: list[int] = []

    def others() -> None:
        assert not connection.in_atomic_block
        added = meanwhile(lambda: bool(places.add_text(mail, by=senco, title="More", text="She rang twice.")))
        again = [meanwhile(lambda: adding.settle(case.pk)), meanwhile(lambda: gathering.run(case.pk))]
        assert all(one.done() for one in (added, *again)), "somebody waits"
        assert [one.result() for one in (added, *again)] == [True, False, False], "one works on a case"
        meanwhile(seal_all).result()
        counted.append(Event.objects.count() - Leaf.objects.count())

    while_found(monkeypatch, others)
    assert adding.settle(case.pk) is False, "something was added"
    assert counted == [0] and found(case) == set()
    assert gathering.run_all() == 1 and found(case) == {"Hazel"}


def test_killed_while_files_are_made_they_wait(at: School, monkeypatch: pytest.MonkeyPatch) -> None:
    rowan, _ = family(at)
    case = approved(at, gathered(at, rowan))
    bundle = building.ask(case, by=at.officer)
    while_found(monkeypatch, killed)
    with pytest.raises(SystemExit):
        building.run(bundle.pk)
    bundle.refresh_from_db()
    assert (bundle.building, now(case).status, now(case).is_to_be_searched) == ("asked", "approved", True)
    assert gathering.run_all() == 1
    assert (now(case).status, now(case).is_to_be_searched) == ("approved", False)
