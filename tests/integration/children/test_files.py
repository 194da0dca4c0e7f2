"""Is every row of every file taken, held or refused as it should be? One table over the deliberate defects."""

import json
from datetime import date
from pathlib import Path

import pytest

from children.models import Child, ChildDetail, Household, ImportRow, ImportRun
from children.services.imports import confirm_import, decide, finish_import, read_import, start_import
from tests import factories
from tests.sheets import asked, child, finish, number, row
from tests.sheets import bring_in as put_on_the_list

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 20)
DEFECTS = json.loads((DATA / "mis_defects.json").read_text())["defects"]
PRODUCTS = ("sims_pupils.csv", "arbor_students.csv", "bromcom_students.csv")

# What becomes of each defect: kind of the row, code of what is said about it (empty: nothing).
EXPECTED = {
    "bad_upn": ("held", "bad_upn"),
    "dup_exact": ("joins", ""),
    "dup_conflict": ("held", "twice"),
    "future_dob": ("rejected", "future_birth"),
    "no_surname": ("held", "no_surname"),
    "blank_upn": ("held", "no_upn"),
    "space": ("joins", ""),
    "swapped_dm": ("rejected", "impossible_date"),
    "newline": ("joins", ""),
    "total_row": ("joins", ""),
    "mojibake": ("joins", "double_encoded"),
    "excel_serial": ("held", "serial_date"),
    "two_digit_year": ("held", "short_year"),
    "nbsp": ("joins", ""),
    "unknown_sex": ("joins", "unknown_sex"),
    "lower_upn": ("joins", ""),
    "impossible_date": ("rejected", "impossible_date"),
    "unknown_la": ("joins", "unknown_authority"),
    "html": ("joins", "markup"),
    "short_row": ("held", "short_row"),
    "reused_upn": ("held", "twice"),
}
# And of the second row, where there is one.
EXTRA = {"dup_exact": "repeated", "dup_conflict": "held", "total_row": "skipped"}


def bring_in(cast, name, *, today=TODAY):
    """A file up to the moment at which it can be looked at, or is refused."""
    run = start_import(school=cast.school, file_name=name, chunks=[(DATA / name).read_bytes()], by=cast.office)
    if run.status == ImportRun.Status.UPLOADED:
        run = read_import(run=run, by=cast.office, today=today)
    return run


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def row_of(cast):
    """The row of a file, by the number of its record."""
    runs = {name: bring_in(cast, name) for name in PRODUCTS}
    return lambda name, data_row: ImportRow.objects.get(run=runs[name], number=data_row + 1)


def test_every_defect_is_met_as_it_should_be(row_of, subtests):
    for defect in DEFECTS:
        with subtests.test(file=defect["file"], defect=defect["defect"]):
            found = row_of(defect["file"], defect["data_row"])
            kind, code = EXPECTED[defect["defect"]]
            codes = {p["code"] for p in found.problems} - {"withheld"}
            assert (found.kind, codes) == (kind, {code} if code else set())
            if "extra_row" in defect:
                assert row_of(defect["file"], defect["extra_row"]).kind == EXTRA[defect["defect"]]


def test_every_problem_names_its_column_and_what_to_do(row_of, cast):
    for found in ImportRow.objects.filter(run__school=cast.school).exclude(problems=[]):
        for problem in found.problems:
            assert problem["column"] or problem["code"] in ("short_row", "long_row")
            assert problem["message"].endswith((".", "?"))


def test_reused_numbers_hold_both_children(row_of):
    assert row_of("bromcom_students.csv", 143).kind == row_of("bromcom_students.csv", 144).kind == "held"


def test_values_that_were_mended_on_the_way(row_of):
    assert row_of("sims_pupils.csv", 93).facts["surname"] == "Brannigan"
    assert row_of("arbor_students.csv", 357).facts["forename"] == "Rory"
    assert row_of("arbor_students.csv", 265).facts["upn"] == "R356999922025"
    assert "\n" in row_of("sims_pupils.csv", 94).facts["address"]["address"]
    assert row_of("bromcom_students.csv", 111).facts["surname"] == "<script>alert(1)</script>"


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_s_file_becomes_children_and_a_second_time_changes_nothing(cast, name):
    run = bring_in(cast, name)
    finish_import(run=confirm_import(run=run, by=cast.office), today=TODAY)
    children = Child.objects.filter(school=cast.school)
    assert children.count() == run.summary["kinds"]["joins"] > 400

    again = bring_in(cast, name)
    finished = finish_import(run=confirm_import(run=again, by=cast.office), today=TODAY)
    assert finished.summary["done"] == {"joined": 0, "changed": 0, "returned": 0, "left": 0}
    assert set(again.summary["kinds"]) <= {"same", "held", "rejected", "repeated", "skipped"}
    assert children.count() == run.summary["kinds"]["joins"]


def test_three_products_one_after_the_other_double_nobody(cast):
    for name in PRODUCTS:
        finish(bring_in(cast, name), by=cast.office, yes=True)
    on_roll = Child.objects.filter(school=cast.school, left_on=None)
    assert on_roll.count() <= 421
    assert (
        ChildDetail.objects.filter(school=cast.school).exclude(upn="").count()
        == on_roll.exclude(detail__upn="").count()
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ctf_entity_bomb.xml", "DTD or entities"),
        ("ctf_external_entity.xml", "DTD or entities"),
        ("ctf_truncated.xml", "damaged or was cut off"),
        ("ctf_wrong_root.xml", "admissions file"),
        ("csv_empty.csv", "empty"),
        ("csv_5000_columns.csv", "5,000 columns"),
    ],
)
def test_files_that_are_refused_leave_nothing_behind(cast, name, says):
    run = bring_in(cast, name)
    assert run.status == ImportRun.Status.REFUSED
    assert says in run.refusal
    assert not run.rows.exists()
    assert not run.parts.exists()
    assert not Child.objects.filter(school=cast.school).exists()


def test_formulas_are_kept_as_the_text_they_are(cast):
    finish_import(run=confirm_import(run=bring_in(cast, "csv_formulas.csv"), by=cast.office), today=TODAY)
    surnames = set(Child.objects.filter(school=cast.school).values_list("surname", flat=True))
    assert {"+1+1", "-2+3", "@SUM(A1:A9)", "=1+1", "＝1+1"} <= surnames


def test_letters_of_another_encoding_are_right(cast):
    finish_import(run=confirm_import(run=bring_in(cast, "csv_cp1252.csv"), by=cast.office), today=TODAY)
    surnames = set(Child.objects.filter(school=cast.school).values_list("surname", flat=True))
    assert {"Núñez", "Brontë", "Françoise", "O’Neill"} <= surnames


def test_letters_that_were_lost_change_nothing_that_is_held(cast):
    """Bălan was saved as B?lan: no reason to spoil the name Harbour has."""
    finish_import(run=confirm_import(run=bring_in(cast, "arbor_students.csv"), by=cast.office), today=TODAY)
    run = bring_in(cast, "csv_cp1252.csv")
    row = run.rows.get(facts__known_surname__contains="B?lan")
    assert [c["field"] for c in row.changes if "?" in str(c["now"])] == []


def test_a_withheld_address_is_confidential_and_kept_nowhere(cast):
    finish_import(run=confirm_import(run=bring_in(cast, "sims_pupils.csv"), by=cast.office), today=TODAY)
    child = Child.objects.get(school=cast.school, detail__upn="G356999926052")
    assert child.detail.address_confidential
    assert not child.homes.exists()
    assert not Household.objects.filter(school=cast.school, address__icontains="withheld").exists()


def test_a_transfer_file_makes_nobody_leave_and_knows_a_former_upn(cast):
    finish_import(run=confirm_import(run=bring_in(cast, "sims_pupils.csv"), by=cast.office), today=TODAY)
    on_roll = Child.objects.filter(school=cast.school, left_on=None).count()
    run = bring_in(cast, "ctf_inbound.xml")
    assert (run.is_partial, run.summary["leaving"], asked(run)) == (True, 0, [])
    finished = finish_import(run=confirm_import(run=run, by=cast.office), today=TODAY)
    assert finished.summary["done"]["left"] == 0
    assert (
        Child.objects.filter(school=cast.school, left_on=None).count() == on_roll + finished.summary["done"]["joined"]
    )


def test_a_transfer_file_into_an_empty_school(cast):
    run = bring_in(cast, "ctf_inbound.xml")
    assert run.summary["kinds"] == {"joins": 30}
    finish_import(run=confirm_import(run=run, by=cast.office), today=TODAY)
    child = Child.objects.get(school=cast.school, detail__upn="A356999926017")
    assert [
        (a.contact.full_name, a.relationship) for a in child.contacts.select_related("contact").order_by("order")
    ] == [
        ("Mrs Emma Barlow-Okafor", "Mother"),
        ("Mr Paul Barlow-Okafor", "Father"),
        ("Mr Rohan Reddy", "Step-parent"),
    ]
    assert child.earlier_schools.get().name == "Fernacre Primary (fictional)"
    assert sorted(child.responsibilities.values_list("held", flat=True)) == [False, True, True]


def test_a_transfer_file_for_another_school_is_asked_about_also_after_the_list_has_changed():
    place = factories.school(local_authority="356", establishment="9998")
    office = factories.member(place, "office", "Sue", "Pickering")
    content = (DATA / "ctf_inbound.xml").read_bytes()
    run = start_import(school=place, file_name="in.xml", chunks=[content], by=office)
    run = read_import(run=run, by=office, today=TODAY)
    assert asked(run) == ["addressee"]
    factories.child(place, by=office)
    again = finish(run, by=office, yes=True)
    assert again.summary["changed_since"]
    assert asked(again) == ["addressee"]


PAST = b"""<CTfile><CTFpupilData><Pupil><UPN>%s</UPN><Surname>%s</Surname><Forename>Rowan1</Forename>
<DOB>2018-03-02</DOB>
<BasicDetails><FormerUPN>%s</FormerUPN><FormerSurname>Marlow</FormerSurname></BasicDetails><SchoolHistory><School>
<LEA>356</LEA><Estab>9998</Estab><SchoolName>Fernacre</SchoolName><EntryDate>2021-09-01</EntryDate></School><School>
<SchoolName>Oak Nursery</SchoolName></School></SchoolHistory></Pupil></CTFpupilData></CTfile>"""


def give_past(cast, surname=b"AshdownB", former=7):
    content = PAST % (number(1).encode(), surname, number(former).encode())
    run = start_import(school=cast.school, file_name="in.xml", chunks=[content], by=cast.office)
    return read_import(run=run, by=cast.office, today=TODAY)


def test_a_transfer_file_adds_to_a_child_on_the_list_where_it_was_and_what_it_was_called(cast):
    put_on_the_list(cast.school, [row(1), row(2)], by=cast.office)
    run = give_past(cast)
    assert [change["field"] for change in run.rows.get().changes] == ["called", "former_upn", "earlier", "earlier"]
    finish(run, by=cast.office)
    found = child(1)
    assert found.other_names.get().surname == "Marlow"
    assert " marlow " in found.search_text
    assert found.former_upns.get().upn == number(7)
    assert set(found.earlier_schools.values_list("name", flat=True)) == {"Fernacre", "Oak Nursery"}
    assert finish(give_past(cast), by=cast.office).summary["done"]["changed"] == 0


def test_a_former_name_that_the_list_has_as_its_legal_one_is_kept_once(cast):
    put_on_the_list(cast.school, [row(1, surname="Marlow")], by=cast.office)
    run = give_past(cast)
    decide(run=run, decisions={run.rows.get().pk: "take"}, by=cast.office)
    finish(run, by=cast.office)
    assert (child(1).surname, child(1).other_names.get().surname) == ("AshdownB", "Marlow")


def test_a_former_upn_that_is_another_child_s_is_left_out(cast):
    put_on_the_list(cast.school, [row(1), row(2)], by=cast.office)
    run = give_past(cast, former=2)
    assert "former_else" in [problem["code"] for problem in run.rows.get().problems]
    finish(run, by=cast.office)
    assert not child(1).former_upns.exists()
    assert child(2).forename == "Rowan2"
