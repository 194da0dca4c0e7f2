"""Which child of the list is a row about, and does it wait where that can be doubted?"""

import pytest

from children.models import Child, ChildDetail, ImportRow
from children.services.imports import choices, decide
from safeguarding.exceptions import BadInput
from tests import factories
from tests.sheets import bring_in, child, finish, look_at, number, only, row

pytestmark = pytest.mark.django_db
D = ImportRow.Decision


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def forty(cast):
    """Forty children on roll, two classes."""
    rows = [row(n, room="3A" if n < 20 else "3B") for n in range(40)]
    bring_in(cast.school, rows, by=cast.office)
    return rows


def test_a_row_without_upn_finds_its_child_by_name_and_birth(cast, forty):
    run = look_at(cast.school, [row(0, upn="", room="3C"), *forty[1:]], by=cast.office)
    assert [p["code"] for p in only(run, number=2).problems] == ["by_name"]
    finish(run, by=cast.office)
    assert child(0).class_name == "3C"
    assert Child.objects.filter(school=cast.school).count() == 40


def test_a_row_without_upn_that_finds_nobody_never_makes_a_second_child_by_itself(cast, forty):
    run = look_at(cast.school, [row(50, upn=""), *forty], by=cast.office)
    finished = finish(run, by=cast.office)
    assert (finished.summary["done"]["joined"], finished.summary["left_out"]) == (0, 1)
    again = look_at(cast.school, [row(50, upn=""), *forty], by=cast.office)
    decide(run=again, decisions={only(again, kind="held").pk: D.TAKE}, by=cast.office)
    assert finish(again, by=cast.office).summary["done"]["joined"] == 1
    assert look_at(cast.school, [row(50, upn=""), *forty], by=cast.office).summary["kinds"] == {"same": 41}


def test_a_child_whose_upn_was_not_known_gets_it_and_is_not_doubled(cast):
    first = look_at(cast.school, [row(1, upn="")], by=cast.office)
    decide(run=first, decisions={only(first, kind="held").pk: D.TAKE}, by=cast.office)
    finish(first, by=cast.office)
    run = bring_in(cast.school, [row(1)], by=cast.office)
    assert run.summary["done"] == {"joined": 0, "changed": 1, "returned": 0, "left": 0}
    assert ChildDetail.objects.get(school=cast.school).upn == number(1)
    assert not Child.objects.get(school=cast.school).former_upns.exists()


def test_a_temporary_upn_is_replaced_and_still_finds_the_child(cast):
    bring_in(cast.school, [row(1, upn="B35699992601A")], by=cast.office)
    run = look_at(cast.school, [row(1)], by=cast.office)
    assert [p["code"] for p in only(run, kind="held").problems] == ["other_upn"]
    decide(run=run, decisions={only(run, kind="held").pk: D.TAKE}, by=cast.office)
    finish(run, by=cast.office)
    assert ChildDetail.objects.get(school=cast.school).upn == number(1)
    old = look_at(cast.school, [row(1, upn="B35699992601A")], by=cast.office)
    assert old.summary["kinds"] == {"same": 1}
    assert [p["code"] for p in only(old, number=2).problems] == ["former_upn"]


def test_the_same_name_and_birth_may_be_another_child(cast):
    bring_in(cast.school, [row(1)], by=cast.office)
    run = look_at(cast.school, [row(1), row(1, upn=number(2))], by=cast.office)
    held = run.rows.filter(kind="held")
    assert held.count() == 2
    decide(
        run=run, decisions={held.get(upn=number(1)).pk: D.TAKE, held.get(upn=number(2)).pk: D.TAKE_NEW}, by=cast.office
    )
    assert finish(run, by=cast.office).summary["done"]["joined"] == 1


def test_two_children_of_one_name_and_birth_are_told_apart_by_upn_or_not_at_all(cast):
    """Two of one name and birth are on the list: their UPNs find them, a row without one finds neither."""
    bring_in(cast.school, [row(1)], by=cast.office)
    run = look_at(cast.school, [row(1), row(1, upn=number(2))], by=cast.office)
    decide(
        run=run,
        decisions={only(run, upn=number(1)).pk: D.TAKE, only(run, upn=number(2)).pk: D.TAKE_NEW},
        by=cast.office,
    )
    finish(run, by=cast.office)
    again = look_at(
        cast.school,
        [
            row(1, room="3C"),
            row(1, upn=number(2)),
            row(3, upn="", surname="AshdownB", forename="Rowan1", born="02/03/2018"),
        ],
        by=cast.office,
    )
    assert only(again, number=4).child is None
    assert {p["code"] for p in only(again, number=4).problems} >= {"several"}
    assert [only(again, number=n).child.detail.upn for n in (2, 3)] == [number(1), number(2)]


def test_a_upn_of_somebody_else_waits(cast, forty):
    stranger = row(0, surname="Other", forename="Child", born="01/01/2020")
    run = look_at(cast.school, [stranger, *forty[1:]], by=cast.office)
    held = only(run, kind="held")
    assert [p["code"] for p in held.problems] == ["other_child"]
    assert {value for value, _ in choices(held)} == {D.TAKE, D.NO_NUMBER, D.LEAVE}
    decide(run=run, decisions={held.pk: D.NO_NUMBER}, by=cast.office)
    finish(run, by=cast.office)
    assert ChildDetail.objects.get(child__surname="Other").upn == ""
    assert child(0).forename == "Rowan0"


@pytest.fixture
def twins(cast):
    """Adam and Ben on the list: one family, one day of birth."""
    family = {"surname": "Marlow", "born": "14/03/2018", "address": "5 Curlew Rise, Hollowmoss"}
    rows = [row(1, forename="Adam", **family), row(2, forename="Ben", **family)]
    bring_in(cast.school, rows, by=cast.office)
    return rows


def test_twins_whose_upns_have_changed_places_wait_and_stay_who_they_are(cast, twins):
    adam, ben = twins
    run = look_at(cast.school, [adam | {"upn": ben["upn"], "room": "3C"}, ben | {"upn": adam["upn"]}], by=cast.office)
    assert [(one.kind, one.child.forename, one.problems[0]["code"]) for one in run.rows.order_by("number")] == [
        ("held", "Adam", "wrong_upn"),
        ("held", "Ben", "wrong_upn"),
    ]
    decide(run=run, decisions=dict.fromkeys(run.rows.values_list("pk", flat=True), D.TAKE), by=cast.office)
    finish(run, by=cast.office)
    assert [(child(n).forename, child(n).class_name) for n in (1, 2)] == [("Adam", "3C"), ("Ben", "3A")]


def test_a_twin_under_the_upn_of_the_one_on_the_list_does_not_take_its_place(cast):
    family = {"surname": "Marlow", "born": "14/03/2018"}
    bring_in(cast.school, [row(1, forename="Adam", **family)], by=cast.office)
    run = look_at(cast.school, [row(1, forename="Ben", **family), row(2, forename="Adam", **family)], by=cast.office)
    assert set(run.rows.values_list("kind", flat=True)) == {"held"}
    finish(run, by=cast.office)
    assert child(1).forename == "Adam"


def test_a_twin_with_a_new_name_is_still_found_by_its_upn(cast, twins):
    run = look_at(cast.school, [twins[0] | {"forename": "Adrian"}, twins[1]], by=cast.office)
    assert run.summary["kinds"] == {"changes": 1, "same": 1}


def test_two_rows_cannot_claim_one_upn(cast):
    run = look_at(cast.school, [row(1), row(1, surname="Other", born="01/01/2020")], by=cast.office)
    first, second = run.rows.order_by("number")
    with pytest.raises(BadInput, match="Rows 2 and 3 carry the same UPN"):
        decide(run=run, decisions={first.pk: D.TAKE, second.pk: D.TAKE}, by=cast.office)
    decide(run=run, decisions={first.pk: D.TAKE, second.pk: D.NO_NUMBER}, by=cast.office)
    assert finish(run, by=cast.office).summary["done"]["joined"] == 2


def test_a_decision_that_is_not_open_for_its_row_is_refused(cast, forty):
    run = look_at(cast.school, forty, by=cast.office)
    with pytest.raises(BadInput, match="cannot be done with row 2"):
        decide(run=run, decisions={only(run, number=2).pk: D.TAKE_NEW}, by=cast.office)


def test_a_row_with_a_former_upn_is_found_again_when_the_list_has_changed_meanwhile(cast):
    """Nobody else of its name is on the list: only the former UPN says who it is."""
    bring_in(cast.school, [row(1, upn="B35699992601A"), row(2), row(3)], by=cast.office)
    renewed = look_at(cast.school, [row(1), row(2), row(3)], by=cast.office)
    decide(run=renewed, decisions={only(renewed, kind="held").pk: D.TAKE}, by=cast.office)
    finish(renewed, by=cast.office)

    run = look_at(cast.school, [row(1, upn="B35699992601A", surname="Marlow"), row(2), row(3)], by=cast.office)
    first = only(run, number=2)
    bring_in(cast.school, [row(1), row(2, room="3D"), row(3)], by=cast.lead)
    again = finish(run, by=cast.office)
    assert again.summary["changed_since"]
    assert again.summary["leaving"] == 0
    second = only(run, number=2)
    assert (second.kind, second.problems, second.changes) == (first.kind, first.problems, first.changes)
    finish(again, by=cast.office, yes=True)
    assert (child(1).surname, child(1).detail.upn) == ("Marlow", number(1))
