"""Is a child put on the list whole: its card, its family, what courts ordered, where it was, where it went?"""

from datetime import date

import pytest

from children.facts import Adult, Called, Earlier, Home, Leaving, NewChild, Order
from children.models import Child, Contact, ContactRestriction, Household
from children.services import register_children
from safeguarding.audit.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
ORDER = Order(
    ContactRestriction.Kind.NON_MOLESTATION, "Not within 100 metres of the school", date(2026, 6, 20), date(2027, 6, 20)
)


@pytest.fixture
def cast():
    return factories.staffroom()


def whole():
    return NewChild(
        forename="Rowan",
        surname="Ashdown",
        year_group=5,
        class_name="5B",
        entered_on=date(2021, 9, 3),
        details={"upn": "C356999926001", "date_of_birth": date(2017, 3, 14)},
        homes=[
            Home("9 Curlew Rise", postcode="SK98 9JZ"),
            Home("2 Mill Row", postcode="SK98 9AB"),
        ],
        adults=[
            Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001", responsibility=True, home=0),
            Adult(
                "Marlow",
                "Lee",
                "Mr",
                relationship="Father",
                order=2,
                mobile="07700 900002",
                responsibility=True,
                orders=[ORDER],
            ),
        ],
        called=[Called(surname="Winterbottom")],
        former_upns=["B35699992601A"],
        earlier=[Earlier("Fernacre Primary", "352", "9998", date(2020, 9, 3), date(2021, 7, 20))],
    )


def test_everything_that_was_said_is_kept(cast):
    child = factories.register_child(school=cast.school, child=whole(), by=cast.office, today=TODAY)
    assert [h.household.address for h in child.homes.select_related("household")] == ["9 Curlew Rise"]
    assert child.contacts.count() == child.responsibilities.filter(held=True).count() == 2
    order = child.restrictions.get()
    assert (order.contact.surname, order.terms) == ("Marlow", "Not within 100 metres of the school")
    assert [
        order.in_force(day) for day in (date(2026, 6, 19), date(2026, 6, 20), date(2027, 6, 20), date(2027, 6, 21))
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert child.former_upns.get().upn == "B35699992601A"
    assert child.earlier_schools.get().establishment == "9998"
    assert " winterbottom " in child.search_text
    assert Event.objects.filter(verb="create", object_id=child.pk, actor_id=cast.office.pk).count() == 1


def test_a_leaver_has_closed_times_and_a_destination(cast):
    gone = whole()
    gone.leaving = Leaving(date(2026, 7, 21), "End of Year 6", "St Aldwen’s High", "356", "9997", True)
    child = factories.register_child(school=cast.school, child=gone, by=cast.office, today=TODAY)
    enrolment = child.enrolments.get()
    assert (child.left_on, enrolment.destination, enrolment.destination_confirmed) == (
        date(2026, 7, 21),
        "St Aldwen’s High",
        True,
    )
    assert not child.classes.filter(ends_on=None).exists()


def test_record_numbers_go_up_one_by_one(cast):
    made = [
        factories.register_child(school=cast.school, child=NewChild(f"Child{n}"), by=cast.office, today=TODAY)
        for n in range(3)
    ]
    assert [child.number for child in made] == [1001, 1002, 1003]


def test_many_at_once_share_adults_and_homes(cast):
    keys = register_children(
        school=cast.school,
        by=None,
        today=TODAY,
        children=[
            NewChild(
                f"Child{n}",
                "Marlow",
                homes=[Home(" 9 Curlew  Rise" if n else "9 Curlew Rise", postcode="SK98 9JZ")],
                adults=[Adult("Marlow", "Ann", mobile="07700 900001" if n else "07700900001", responsibility=True)],
            )
            for n in range(3)
        ],
    )
    assert len(keys) == Child.objects.filter(school=cast.school).count() == 3
    assert (
        Contact.objects.filter(school=cast.school).count() == Household.objects.filter(school=cast.school).count() == 1
    )


def test_adults_of_one_name_without_telephone_are_not_thrown_together(cast):
    for n in range(2):
        child = NewChild(f"Child{n}", "Marlow", adults=[Adult("Khan", "Sara")])
        factories.register_child(school=cast.school, child=child, by=cast.office, today=TODAY)
    assert Contact.objects.filter(school=cast.school).count() == 2


def test_a_thousand_children_take_no_more_statements_than_one(cast, django_assert_max_num_queries):
    many = [
        NewChild(f"Child{n}", "Marlow", homes=[Home(f"{n} Mill Row")], adults=[Adult(f"A{n}")]) for n in range(1000)
    ]
    with django_assert_max_num_queries(18):
        register_children(school=cast.school, children=many, by=None, today=TODAY)
