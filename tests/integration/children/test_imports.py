"""Does an import change what it should, wait where a person must look, and leave everything else alone?"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from children.lifecycles import import_life
from children.models import Child, HeldFact, ImportRow, ImportRun
from children.services.access import declare_conflict
from children.services.imports import (
    TASK,
    abandon_import,
    agree,
    confirm_import,
    confirm_plain,
    decide,
    decide_later,
    finish_import,
    read_import,
    reading,
    start_import,
    take_up,
    waiting,
)
from children.services.imports.comparing import addresses_in
from children.services.keeping import Told, ToldBy, set_class
from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting, system_task
from safeguarding.audit.models import Event
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.sheets import TODAY, asked, bring_in, child, finish, look_at, number, only, row, sheet
from tests.walls import as_role, asking

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"
SUMMER = date(2026, 7, 20)
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


# --- who joins, changes, leaves, comes back


def test_a_joiner_has_a_card_details_a_home_a_parent_and_a_time_on_roll(cast):
    bring_in(cast.school, [row(1, known="Ro", adult="Mrs Salma Abu Zaid")], by=cast.office)
    made = child(1)
    assert (made.forename, made.known_as, made.year, made.class_name) == ("Rowan1", "Ro", "Year 3", "3A")
    assert made.detail.date_of_birth == date(2018, 3, 2)
    assert made.homes.get().household.lines == ["1 Snipe Street", "Hollowmoss", "SK99 9RN"]
    link = made.contacts.select_related("contact").get()
    assert (link.contact.full_name, link.relationship) == ("Mrs Salma Abu Zaid", "Mother")
    assert made.responsibilities.get().held
    assert made.enrolments.get().entered_on == date(2024, 9, 3)
    assert made.classes.get().class_name == "3A"


def test_the_same_file_twice_changes_nothing(cast, forty):
    run = look_at(cast.school, forty, by=cast.office)
    assert run.summary["kinds"] == {"same": 40}
    assert finish(run, by=cast.office).summary["done"] == {"joined": 0, "changed": 0, "returned": 0, "left": 0}


def test_a_child_is_updated_by_its_upn(cast, forty):
    run = bring_in(cast.school, [row(0, room="3C", surname="Marlow"), *forty[1:]], by=cast.office)
    assert run.summary["done"] == {"joined": 0, "changed": 1, "returned": 0, "left": 0}
    changed = child(0)
    assert (changed.surname, changed.class_name) == ("Marlow", "3C")
    assert changed.other_names.get().surname == "AshdownA"
    assert changed.sort_name == "marlow\trowan0"
    assert " ashdowna " in changed.search_text
    assert list(changed.classes.order_by("ends_on").values_list("class_name", "starts_on", "ends_on")) == [
        ("3A", None, TODAY - timedelta(days=1)),
        ("3C", TODAY, None),
    ]


def test_what_the_file_leaves_empty_changes_nothing(cast, forty):
    run = look_at(cast.school, [row(0, known="", address="", mobile="", sex=""), *forty[1:]], by=cast.office)
    assert run.summary["kinds"] == {"same": 40}


def test_who_is_not_in_the_file_has_left(cast, forty):
    run = bring_in(cast.school, forty[:39], by=cast.office)
    assert run.summary["done"]["left"] == 1
    gone = child(39)
    assert gone.left_on == TODAY
    assert gone.enrolments.get().left_on == TODAY
    assert gone.classes.get().ends_on == TODAY


def test_who_is_in_the_file_again_has_come_back(cast, forty):
    bring_in(cast.school, forty[:39], by=cast.office)
    run = look_at(cast.school, forty, by=cast.office)
    decide(run=run, decisions={only(run, kind="returns").pk: D.TAKE}, by=cast.office)
    assert finish(run, by=cast.office).summary["done"]["returned"] == 1
    back = child(39)
    assert back.is_on_roll
    assert back.enrolments.count() == 2
    assert back.enrolments.get(left_on=None)


def test_a_new_address_ends_the_old_home(cast, forty):
    bring_in(
        cast.school, [row(0, address="9 Curlew Rise, Hollowmoss", postcode="SK98 9JZ"), *forty[1:]], by=cast.office
    )
    homes = child(0).homes.select_related("household")
    assert homes.get(ends_on=None).household.address == "9 Curlew Rise"
    assert homes.get(ends_on=TODAY).household.address == "0 Snipe Street"


def test_brothers_and_sisters_share_their_mother_and_their_home(cast):
    family = {"adult": "Mrs Ann Marlow", "mobile": "07700 900900", "address": "5 Curlew Rise, Hollowmoss"}
    bring_in(cast.school, [row(1, **family), row(2, **family)], by=cast.office)
    assert child(1).contacts.get().contact_id == child(2).contacts.get().contact_id
    assert child(1).homes.get().household_id == child(2).homes.get().household_id


def test_a_new_number_of_a_shared_mother_is_one_change_of_one_adult(cast):
    family = {"adult": "Mrs Ann Marlow", "mobile": "07700 900900"}
    bring_in(cast.school, [row(1, **family), row(2, **family)], by=cast.office)
    family["mobile"] = "07700 900901"
    bring_in(cast.school, [row(1, **family), row(2, **family)], by=cast.office)
    mother = child(1).contacts.get().contact
    assert mother.mobile == "07700 900901"
    assert child(2).contacts.get().contact == mother


# --- what waits for a person


@pytest.mark.parametrize(
    ("gone", "today", "keys"),
    [
        (2, TODAY, []),
        (2, SUMMER, []),
        (3, TODAY, ["leavers"]),
        (3, SUMMER, ["leavers"]),
    ],
)
def test_many_leavers_wait_in_every_month(cast, forty, gone, today, keys):
    run = look_at(cast.school, forty[: 40 - gone], by=cast.office, today=today)
    assert run.summary["leaving"] == gone
    assert asked(run, today=today) == keys


@pytest.mark.parametrize(
    ("cells", "more", "today", "keys"),
    [
        ({"surname": "Marlow"}, 11, SUMMER, ["moved_surname"]),
        ({"surname": "Marlow"}, 10, TODAY, []),
        ({"year": "Year 4"}, 11, TODAY, ["moved_year_group"]),
        ({"year": "Year 4"}, 11, SUMMER, []),
        ({"adult": "Mrs New Person", "mobile": ""}, 11, TODAY, ["moved_adult"]),
    ],
)
def test_columns_that_may_have_moved_wait(cast, forty, cells, more, today, keys):
    changed = [{**one, **cells} if n < more else one for n, one in enumerate(forty)]
    run = look_at(cast.school, changed, by=cast.office, today=today)
    assert asked(run, today=today) == keys


def test_columns_are_asked_about_on_the_day_of_the_confirmation(cast, forty):
    run = look_at(cast.school, [{**one, "year": "Year 4"} for one in forty], by=cast.office, today=date(2026, 9, 30))
    with pytest.raises(BadInput, match="something else for 40 of 40 children"):
        finish(run, by=cast.office, today=TODAY)
    assert finish(run, by=cast.office, today=TODAY, yes=True).summary["done"]["changed"] == 40


def test_a_question_about_the_whole_file_must_be_answered(cast, forty):
    run = look_at(cast.school, forty[:30], by=cast.office)
    with pytest.raises(BadInput, match="10 of 40 children on roll"):
        confirm_import(run=run, by=cast.office, today=TODAY)
    assert finish(run, by=cast.office, yes=True).summary["done"]["left"] == 10


def test_a_class_that_vanishes_waits(cast, forty):
    run = look_at(cast.school, [one | {"room": "3A"} for one in forty], by=cast.office, today=SUMMER)
    assert run.summary["classes_gone"] == ["3B"]
    assert asked(run, today=SUMMER) == ["classes"]


def test_a_child_whose_class_the_file_leaves_empty_keeps_it(cast, forty):
    """So nobody is asked whether that class is gone."""
    run = look_at(cast.school, [*forty[:20], *(one | {"room": ""} for one in forty[20:])], by=cast.office)
    assert (run.summary["classes_gone"], asked(run)) == ([], [])


@pytest.mark.parametrize("named", [1, 4])
def test_whether_it_is_secret_is_asked_of_no_home_but_those_that_rows_name(cast, forty, named):
    """Of each once: a list takes what its rows take, however many homes the school has."""
    home = {"town": "Hollowmoss", "county": "", "postcode": "SK99 9RN"}
    said = [{"address": home | {"address": f"{n} Snipe Street"}} for n in range(named)]
    assert len(addresses_in(cast.school.pk, [*said, {"forename": "Rowan"}]).keys) == named


def test_a_class_in_other_letters_is_the_same_class(cast, forty):
    """Typed here, nobody is asked to tick that it is gone; the list's letters go in, and no class ends."""

    def typed(name):
        values = {"year_group": 3, "class_name": name}
        set_class(child=child(0), values=values, is_correction=True, told=Told(by=ToldBy.FAMILY), by=cast.office)

    with pytest.raises(BadInput, match="Nothing is different"):
        typed("3a")
    # Where the child is alone in it, the letters are as they were typed.
    alone = [row(0, room="3C"), *forty[1:]]
    bring_in(cast.school, alone, by=cast.office)
    typed("3c")
    assert child(0).class_name == "3c"
    since = child(0).classes.get(ends_on=None).pk
    run = look_at(cast.school, alone, by=cast.office)
    assert (run.summary["classes_gone"], asked(run)) == ([], [])
    finish(run, by=cast.office)
    assert (child(0).class_name, child(0).classes.get(ends_on=None).pk) == ("3C", since)
    assert child(0).classes.get(ends_on=None).class_name == "3C"
    assert not HeldFact.objects.exists()


def test_a_file_without_classes_makes_none_vanish(cast, forty):
    run = look_at(cast.school, forty, by=cast.office, leave_out=("room",))
    assert asked(run) == []


GRAVE = [({"born": "28/03/2018"}, "date_of_birth"), ({"responsible": "No"}, "responsibility")]


@pytest.mark.parametrize(("cells", "field"), GRAVE)
def test_a_grave_change_waits_until_somebody_says_yes(cast, forty, cells, field):
    run = look_at(cast.school, [row(0, room="3C", **cells), *forty[1:]], by=cast.office)
    assert [c["field"] for c in only(run, is_grave=True).changes if c["grave"]] == [field]
    finished = finish(run, by=cast.office)
    assert (finished.summary["done"]["changed"], finished.summary["left_out"]) == (0, 1)
    assert child(0).class_name == "3A"


@pytest.mark.parametrize(("decision", "room", "born"), [(D.TAKE, "3C", 28), (D.KEEP_HELD, "3C", 1), (D.LEAVE, "3A", 1)])
def test_what_somebody_says_about_it_is_done(cast, forty, decision, room, born):
    run = look_at(cast.school, [row(0, room="3C", born="28/03/2018"), *forty[1:]], by=cast.office)
    decide(run=run, decisions={only(run, is_grave=True).pk: decision}, by=cast.office)
    finish(run, by=cast.office)
    assert (child(0).class_name, child(0).detail.date_of_birth) == (room, date(2018, 3, born))


def test_what_was_said_of_responsibility_before_stays(cast, forty):
    run = look_at(cast.school, [row(0, responsible="No"), *forty[1:]], by=cast.office)
    decide(run=run, decisions={only(run, is_grave=True).pk: D.TAKE}, by=cast.office)
    finish(run, by=cast.office)
    said = child(0).responsibilities.order_by("recorded_at").values_list("held", "ends_on")
    assert list(said) == [(True, TODAY), (False, None)]


def test_a_new_adult_with_responsibility_waits_and_one_without_does_not(cast, forty):
    grave = row(0, adult="Mr Lee Marlow", relation="Father", mobile="07700 900999")
    light = row(1, adult="Mrs Jo Vale", relation="Childminder", mobile="07700 900998", responsible="No")
    run = look_at(cast.school, [grave, light, *forty[2:]], by=cast.office)
    assert only(run, upn=number(0)).is_grave
    assert not only(run, upn=number(1)).is_grave
    finish(run, by=cast.office)
    assert child(1).contacts.count() == 2


def test_numbers_that_go_from_one_adult_to_another_of_that_name_are_taken(cast):
    """One of the adults is hidden from who gives the second file; in the third both numbers move on at once."""
    ann, numbers = {"adult": "Mrs Ann Vale"}, [f"07700 90010{n}" for n in range(4)]
    bring_in(cast.school, [row(n, mobile=numbers[n], **ann) for n in range(2)], by=cast.office)
    declare_conflict(user=cast.office, child=child(1), kind="relative", by=cast.office)
    first = [row(0, mobile=numbers[1], **ann), row(1, mobile=numbers[1], **ann)]
    with asking(cast.office), acting(Acting(user_id=cast.office.pk, school_id=cast.school.pk)):
        bring_in(cast.school, first, by=cast.office)
    assert reached() == [numbers[1]] * 2
    bring_in(cast.school, [row(0, mobile=numbers[2], **ann), row(1, mobile=numbers[3], **ann)], by=cast.lead)
    bring_in(cast.school, [row(0, mobile=numbers[3], **ann), row(1, mobile=numbers[1], **ann)], by=cast.lead)
    assert reached() == [numbers[3], numbers[1]]


def reached():
    return [child(n).contacts.get().contact.mobile for n in range(2)]


def test_the_address_of_a_child_who_is_hidden_waits(cast, forty):
    run = look_at(cast.school, [row(0, address="Address withheld"), *forty[1:]], by=cast.office)
    decide(run=run, decisions={only(run, is_grave=True).pk: D.TAKE}, by=cast.office)
    finish(run, by=cast.office)
    assert child(0).detail.address_confidential
    assert "withholds the address" in child(0).confidential_addresses.get().reason
    again = look_at(cast.school, [row(0, address="7 Curlew Rise, Hollowmoss"), *forty[1:]], by=cast.office)
    [change] = only(again, is_grave=True).changes
    assert (change["field"], change["was"], change["now"]) == ("address", *["an address that is not shown"] * 2)
    decide(run=again, decisions={only(again, is_grave=True).pk: D.TAKE}, by=cast.office)
    finish(again, by=cast.office)
    assert child(0).homes.get(ends_on=None).household.address == "7 Curlew Rise"


@pytest.mark.parametrize("confirms", ["office", "lead"])
def test_what_somebody_decided_of_a_child_hidden_from_them_by_now_is_undone(cast, forty, confirms):
    run = look_at(cast.school, [row(0, responsible="No"), row(1, responsible="No"), *forty[2:]], by=cast.office)
    decide(run=run, decisions={only(run, number=n).pk: D.TAKE for n in (2, 3)}, by=cast.office)
    declare_conflict(user=cast.office, child=child(0), kind="own_child", by=cast.office)
    finish(run, by=getattr(cast, confirms))
    said = [child(n).responsibilities.get(ends_on=None).held for n in range(2)]
    assert (said, only(run, child=child(0)).decision) == ([True, False], "")


def test_a_row_that_cannot_be_used_is_no_reason_to_leave(cast, forty):
    for cells in ({"born": "31/31/2018"}, {"surname": ""}, {"upn": ""}, {"upn": "L356999921025"}):
        run = look_at(cast.school, [row(0, **cells), *forty[1:]], by=cast.office)
        assert run.summary["leaving"] == 0
        assert only(run, number=2).child == child(0)


def test_leavers_wait_where_a_row_might_be_one_of_them(cast, forty):
    run = look_at(cast.school, [row(0, upn="", forename="Nobody"), *forty[1:]], by=cast.office)
    assert run.summary["leaving"] == 1
    assert asked(run) == ["leavers"]


# --- in one transaction, once, by the right people, and written down


def test_nobody_confirms_what_was_not_shown(cast, forty):
    """Two people import at once: the second is shown the list as the first left it."""
    mine = look_at(cast.school, [row(0, room="3C"), *forty[1:]], by=cast.office)
    bring_in(cast.school, [row(1, room="3D"), row(0), *forty[2:]], by=cast.lead)
    finished = finish(mine, by=cast.office)
    assert finished.status == ImportRun.Status.READY
    assert finished.summary["changed_since"]
    assert finished.summary["kinds"] == {"changes": 2, "same": 38}
    assert child(0).class_name == "3A"


def test_an_import_that_fails_half_way_leaves_the_list_as_it_was(cast, forty, monkeypatch):
    run = confirm_import(run=look_at(cast.school, [*forty[:39], row(60)], by=cast.office), by=cast.office)

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("children.services.imports.applying.let_go", broken)
    with pytest.raises(RuntimeError):
        finish_import(run=run, today=TODAY)
    assert not Child.objects.filter(detail__upn=number(60)).exists()
    monkeypatch.undo()
    assert finish_import(run=run, today=TODAY).summary["done"] == {"joined": 1, "changed": 0, "returned": 0, "left": 1}


@pytest.mark.parametrize("chunk", [1, 2])
def test_a_file_given_up_while_it_is_read_leaves_no_rows(cast, monkeypatch, chunk):
    monkeypatch.setattr(reading, "CHUNK", chunk)
    run = start_import(school=cast.school, file_name="a.csv", chunks=[sheet([row(1), row(2)])], by=cast.office)
    stopped = read_import(run=run, by=cast.office, progress=lambda rows: abandon_import(run=run, by=cast.lead))
    assert stopped.status == ImportRun.Status.ABANDONED
    assert not run.rows.exists()
    assert not run.parts.exists()


def test_an_import_is_confirmed_once(cast, forty):
    run = look_at(cast.school, forty, by=cast.office)
    confirm_import(run=run, by=cast.office)
    with pytest.raises(OutOfTurn):
        confirm_import(run=run, by=cast.lead)


def test_who_may_bring_in_children(cast):
    for person in (cast.office, cast.lead, cast.deputy, cast.headteacher):
        assert look_at(cast.school, [row(1)], by=person).status == ImportRun.Status.READY
    for person in (cast.teacher, cast.assistant, cast.pastoral):
        with pytest.raises(NotAllowed):
            look_at(cast.school, [row(1)], by=person)


def test_another_school_s_office_cannot_take_it_further(cast, forty):
    run = look_at(cast.school, [row(0, born="28/03/2018"), *forty[1:]], by=cast.office)
    stranger = factories.staffroom("Other School").office
    for attempt in (
        lambda: confirm_import(run=run, by=stranger),
        lambda: agree(run=run, keys=["leavers"], by=stranger),
        lambda: decide(run=run, decisions={only(run, is_grave=True).pk: D.TAKE}, by=stranger),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_every_child_that_came_changed_or_left_has_its_event(cast, forty):
    run = bring_in(cast.school, [row(0, room="3C"), *forty[1:39], row(60)], by=cast.office)
    seen = Event.objects.filter(object_type="children.child", purpose__startswith="import", actor_id=cast.office.pk)
    for serial, verb in ((0, "change"), (39, "close"), (60, "create")):
        assert seen.filter(object_id=child(serial).pk).order_by("-at").first().verb == verb
    assert Event.objects.filter(object_id=run.pk, verb="import").count() >= 4


def test_rows_that_are_done_with_are_deleted_and_those_left_out_stay(cast, forty):
    run = bring_in(cast.school, [row(0, born="31/31/2018"), row(50, upn=""), *forty[1:]], by=cast.office)
    assert sorted(run.rows.values_list("kind", flat=True)) == ["held", "rejected"]
    bring_in(cast.school, forty, by=cast.office)
    assert not run.rows.exists()


def test_nothing_waits_where_everything_is_clear(cast, forty):
    assert not waiting(look_at(cast.school, forty, by=cast.office)).exists()


# --- what waited when the list changed


def test_a_row_that_waited_is_decided_until_the_next_list(cast, forty):
    run = bring_in(cast.school, [row(0, room="3C", born="28/03/2018"), *forty[1:]], by=cast.office)
    waits = only(run, decision="")
    assert decide_later(run=run, decisions={waits.pk: D.TAKE}, by=cast.lead, seen=run.revision) == (1, 0)
    assert (child(0).class_name, child(0).detail.date_of_birth.day) == ("3C", 28)
    run.refresh_from_db()
    assert (run.summary["done"]["changed"], run.summary["undecided"], run.rows.count()) == (1, 0, 0)
    with pytest.raises(ChangedSince):
        decide_later(run=run, decisions={waits.pk: D.LEAVE}, by=cast.office, seen=run.revision)


def test_a_row_that_says_something_else_by_now_is_shown_again(cast, forty):
    """A transfer file ends nothing that waits of the list, and may change the child meanwhile."""
    run = bring_in(cast.school, [row(0, room="3C", born="28/03/2018"), *forty[1:]], by=cast.office)
    waits, seen = only(run, decision=""), run.revision
    Child.objects.filter(pk=waits.child_id).update(class_name="3D")
    assert decide_later(run=run, decisions={waits.pk: D.TAKE}, by=cast.lead, seen=seen) == (0, 1)
    assert child(0).class_name == "3D"
    with pytest.raises(ChangedSince):
        decide_later(run=run, decisions={waits.pk: D.TAKE}, by=cast.lead, seen=seen)
    run.refresh_from_db()
    assert decide_later(run=run, decisions={waits.pk: D.TAKE}, by=cast.lead, seen=run.revision) == (1, 0)
    assert child(0).class_name == "3C"


def test_only_those_who_keep_the_list_decide_later(cast, forty):
    run = bring_in(cast.school, [row(0, born="28/03/2018"), *forty[1:]], by=cast.office)
    for person in (cast.teacher, factories.staffroom("Other School").office):
        with pytest.raises(NotAllowed):
            decide_later(run=run, decisions={only(run).pk: D.TAKE}, by=person, seen=run.revision)
    assert child(0).detail.date_of_birth.day == 1


def test_what_was_left_out_is_asked_again_when_it_says_something_else(cast, forty):
    def look(**cells):
        return look_at(cast.school, [row(0, **cells), *forty[1:]], by=cast.office)

    first = look(born="28/03/2018")
    decide(run=first, decisions={only(first, is_grave=True).pk: D.LEAVE}, by=cast.office)
    finish(first, by=cast.office)
    again = look(born="28/03/2018")
    assert not waiting(again).exists()
    assert only(again, is_grave=True).decided_by == cast.office
    finish(again, by=cast.lead)
    assert waiting(look(born="27/03/2018")).count() == 1
    assert child(0).detail.date_of_birth.day == 1


def test_what_was_decided_stays_where_the_row_compares_as_before(cast, forty):
    mine = look_at(cast.school, [row(0, born="28/03/2018"), row(1, born="28/03/2018"), *forty[2:]], by=cast.office)
    decide(run=mine, decisions=dict.fromkeys(waiting(mine).values_list("pk", flat=True), D.TAKE), by=cast.office)
    bring_in(cast.school, [row(0), row(1, room="3D"), *forty[2:]], by=cast.lead)
    assert finish(mine, by=cast.office).status == ImportRun.Status.READY
    assert [one.number for one in mine.rows.filter(decision=D.TAKE)] == [2]
    assert [one.number for one in waiting(mine)] == [3]


# --- what goes in without a look


def alone(cast, rows, *, today=TODAY, **how):
    """A file at which nobody looks first, from start to end."""
    run = start_import(
        school=cast.school, file_name="a.csv", chunks=[sheet(rows, **how)], by=cast.office, unattended=True
    )
    run = confirm_plain(run=read_import(run=run, by=cast.office, today=today), by=cast.office, today=today)
    return finish_import(run=run, today=today) if run.status == ImportRun.Status.CONFIRMING else run


def test_half_a_file_in_september_makes_nobody_leave(cast, forty):
    september = date(2026, 9, 14)
    run = alone(cast, [*forty[:19], row(19, room="3C"), row(60)], today=september)
    assert run.summary["done"] == {"joined": 1, "changed": 1, "returned": 0, "left": 0}
    leaves = waiting(run)
    assert (leaves.count(), set(leaves.values_list("kind", flat=True))) == (20, {"leaves"})
    gone, here = leaves.get(child=child(20)), leaves.get(child=child(21))
    said = {gone.pk: D.TAKE, here.pk: D.LEAVE}
    assert decide_later(run=run, decisions=said, by=cast.lead, seen=run.revision, today=september) == (2, 0)
    assert (child(20).left_on, child(20).enrolments.get().left_on) == (september, september)
    assert child(21).is_on_roll

    again = alone(cast, [*forty[:19], row(19, room="3C"), row(60)], today=september)
    assert waiting(again).count() == 18
    assert child(21).is_on_roll


def test_whoever_comes_back_waits_where_nobody_looks(cast, forty):
    bring_in(cast.school, forty[:39], by=cast.office)
    run = alone(cast, forty)
    assert (run.summary["done"]["returned"], only(run).kind) == (0, "returns")
    assert not child(39).is_on_roll


def test_a_file_whose_columns_moved_waits_whole(cast, forty):
    run = alone(cast, [{**one, "surname": one["forename"]} for one in forty] + [row(60)])
    assert (run.status, run.unattended) == (ImportRun.Status.READY, False)
    assert Child.objects.filter(school=cast.school).count() == 40
    assert finish(run, by=cast.lead, yes=True).summary["done"]["joined"] == 1


def test_a_transfer_file_for_another_school_waits_whole(cast, forty):
    School.objects.filter(pk=cast.school.pk).update(local_authority="356", establishment="9999")
    file = (DATA / "ctf_inbound.xml").read_bytes()
    run = start_import(school=cast.school, file_name="a.xml", chunks=[file], by=cast.office, unattended=True)
    run = read_import(run=run, by=cast.office)
    run.summary["addressee"] = ["356", "1234"]
    run.save(update_fields=["summary"])
    assert confirm_plain(run=run, by=cast.office).status == ImportRun.Status.READY
    assert Child.objects.filter(school=cast.school).count() == 40


@pytest.mark.parametrize("status", ["uploaded", "reading", "ready", "confirming"])
def test_a_run_of_nobody_that_was_stopped_goes_on_by_itself(cast, forty, status):
    """Wherever the process was killed: the worker begins that step again."""
    with system_task(TASK):
        run = start_import(
            school=cast.school, file_name="a.csv", chunks=[sheet([*forty, row(60)])], by=None, unattended=True
        )
        if status == "reading":
            import_life.perform("read", run, by=None)
        elif status != "uploaded":
            run = read_import(run=run, by=None)
        if status == "confirming":
            confirm_plain(run=run, by=None)
    with as_role("worker"):
        assert take_up(run.pk)
        assert not take_up(run.pk)
    run.refresh_from_db()
    assert (run.status, run.summary["done"]["joined"]) == (ImportRun.Status.CONFIRMED, 1)
    assert child(60).is_on_roll


def test_a_child_of_another_school_is_never_matched(cast, forty):
    other = factories.staffroom("Other School")
    run = bring_in(other.school, [row(0)], by=other.office)
    assert run.summary["done"]["joined"] == 1
    assert Child.objects.filter(detail__upn=number(0)).count() == 2
