"""Is each adult that a file names the one Harbour has, and does the same file again leave every number alone?"""

import pytest

from children.models import ImportRun
from children.services.imports import decide, read_import, start_import
from tests import factories
from tests.sheets import TODAY, bring_in, child, finish, look_at, number, only, row

pytestmark = pytest.mark.django_db
NOTHING = {"joined": 0, "changed": 0, "returned": 0, "left": 0}
FAMILY = {"adult": "Mrs Ann Marlow", "mobile": "07700 900900"}


@pytest.fixture
def cast():
    return factories.staffroom()


def transfer(cast, *contacts):
    """A transfer file of one child with these contacts: {element: text}."""
    adults = "".join(f"<Contact>{''.join(f'<{k}>{v}</{k}>' for k, v in one.items())}</Contact>" for one in contacts)
    content = (
        f"<CTfile><CTFpupilData><Pupil><UPN>{number(1)}</UPN><Surname>Ashdown</Surname><Forename>Rowan</Forename>"
        f"<DOB>2018-03-12</DOB><Contacts>{adults}</Contacts></Pupil></CTFpupilData></CTfile>"
    )
    run = start_import(school=cast.school, file_name="in.xml", chunks=[content.encode()], by=cast.office)
    assert run.status == ImportRun.Status.UPLOADED
    return read_import(run=run, by=cast.office, today=TODAY)


def adult(title, phone="", **more):
    said = {"Title": title, "Surname": "Ashdown", "Responsibility": "T"} | more
    return said | (
        {"Phones": f"<Phone><TelephoneType>M</TelephoneType><PhoneNo>{phone}</PhoneNo></Phone>"} if phone else {}
    )


def numbers():
    links = child(1).contacts.select_related("contact").order_by("contact__title", "contact__mobile")
    return [(link.contact.title, link.contact.mobile) for link in links]


@pytest.mark.parametrize(
    ("contacts", "kept"),
    [
        (
            [adult("Mrs", "07700 900001"), adult("Mr", "07700 900002")],
            [("Mr", "07700 900002"), ("Mrs", "07700 900001")],
        ),
        ([adult("Mrs"), adult("Mr")], [("Mr", ""), ("Mrs", "")]),
        (
            [adult("Mrs", "07700 900001"), adult("Mr", "07700 900001")],
            [("Mr", "07700 900001"), ("Mrs", "07700 900001")],
        ),
        (
            [adult("Mrs", "07700 900001", Relationship="PAM"), adult("Mrs", "07700 900001", Relationship="GPM")],
            [("Mrs", "07700 900001")],
        ),
        (
            [
                adult("Mr", "07700 900002", Forename="Lee", Relationship="PAF"),
                adult("Mr", "07700 900001", Forename="Lee", Relationship="GPF"),
            ],
            [("Mr", "07700 900001"), ("Mr", "07700 900002")],
        ),
    ],
)
def test_adults_of_one_name_keep_their_own_numbers(cast, contacts, kept):
    finish(transfer(cast, *contacts), by=cast.office)
    assert numbers() == kept
    for again in (contacts, list(reversed(contacts))):
        assert finish(transfer(cast, *again), by=cast.office).summary["done"] == NOTHING
        assert numbers() == kept


def test_a_new_number_reaches_the_right_one_of_two_of_one_name(cast):
    finish(transfer(cast, adult("Mrs", "07700 900001"), adult("Mr", "07700 900002")), by=cast.office)
    run = transfer(cast, adult("Mr", "07700 900003"), adult("Mrs", "07700 900001"))
    decide(run=run, decisions={run.rows.get().pk: "take"}, by=cast.office)
    assert finish(run, by=cast.office).summary["done"]["changed"] == 1
    assert numbers() == [("Mr", "07700 900003"), ("Mrs", "07700 900001")]


def test_rows_that_disagree_about_a_shared_mother_leave_what_harbour_has(cast):
    bring_in(cast.school, [row(1, **FAMILY), row(2, **FAMILY)], by=cast.office)
    for _ in range(2):
        run = look_at(cast.school, [row(1, **FAMILY | {"mobile": "07700 900901"}), row(2, **FAMILY)], by=cast.office)
        assert run.summary["kinds"] == {"same": 2}
        assert [p["code"] for p in only(run, number=2).problems] == ["disagree"]
        assert finish(run, by=cast.office).summary["done"] == NOTHING
        assert child(1).contacts.get().contact.mobile == "07700 900900"


def test_a_sister_who_joins_with_the_old_number_changes_it_once(cast):
    bring_in(cast.school, [row(1, **FAMILY)], by=cast.office)
    rows = [row(1, **FAMILY | {"mobile": "07700 900901"}), row(2, **FAMILY)]
    bring_in(cast.school, rows, by=cast.office)
    for _ in range(2):
        assert bring_in(cast.school, rows, by=cast.office).summary["done"] == NOTHING


def test_one_row_that_names_a_new_number_is_enough_where_no_other_names_one(cast):
    bring_in(cast.school, [row(1, **FAMILY), row(2, **FAMILY)], by=cast.office)
    rows = [row(1, **FAMILY | {"mobile": "07700 900901"}), row(2, **FAMILY | {"mobile": ""})]
    assert bring_in(cast.school, rows, by=cast.office).summary["done"]["changed"] == 1
    assert child(2).contacts.get().contact.mobile == "07700 900901"
