"""Is a child put on the list whole: its card, its family, where it was, where it went?"""

from datetime import date

import pytest

from children.facts import Adult, Called, Earlier, Home, Leaving, NewChild
from children.models import Child, Contact, Household
from children.services import register_children
from safeguarding.audit.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


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
            Adult("Marlow", "Lee", "Mr", relationship="Father", order=2, mobile="07700 900002", responsibility=True),
        ],
        called=[Called(surname="Winterbottom")],
        former_upns=["B35699992601A"],
        earlier=[Earlier("Fernacre Primary", "352", "9998", date(2020, 9, 3), date(2021, 7, 20))],
    )


def test_everything_that_was_said_is_kept(cast):
    child = factories.register_child(school=cast.school, child=whole(), by=cast.office, today=TODAY)
    assert [h.household.address for h in child.homes.select_related("household")] == ["9 Curlew Rise"]
    assert child.contacts.count() == child.responsibilities.filter(held=True).count() == 2
    assert child.former_upns.get().upn == "B35699992601A"
    assert child.earlier_schools.get().establishment == "9998"
    assert " winterbottom " in child.search_text
    assert Event.objects.filter(verb="create", object_id=child.pk, actor_id=cast.office.pk).count() == 1

    gone = whole()
    gone.details = {}
    gone.former_upns.clear()
    gone.leaving = Leaving(date(2026, 7, 21), "End of Year 6", "St Aldwen’s High", "356", "9997", True)
    left = factories.register_child(school=cast.school, child=gone, by=cast.office, today=TODAY)
    time = left.enrolments.get()
    said = (left.left_on, time.destination, time.destination_confirmed)
    assert said == (date(2026, 7, 21), "St Aldwen’s High", True)
    assert not left.classes.filter(ends_on=None).exists()


def test_many_are_numbered_and_share_adults_and_homes(cast):
    """Adults of one name without a number are not thrown together."""
    keys = register_children(
        school=cast.school,
        today=TODAY,
        children=[
            NewChild(
                f"Child{n}",
                "Marlow",
                homes=[Home(" 9 Curlew  Rise" if n else "9 Curlew Rise", postcode="SK98 9JZ")],
                adults=[
                    Adult("Marlow", "Ann", mobile="07700 900001" if n else "07700900001", responsibility=True),
                    Adult("Khan", "Sara"),
                ],
            )
            for n in range(3)
        ],
    )
    made = Child.objects.filter(school=cast.school)
    assert sorted(made.values_list("number", flat=True)) == [1001, 1002, 1003] and len(keys) == 3
    called = Contact.objects.filter(school=cast.school).order_by("surname").values_list("surname", flat=True)
    assert list(called) == ["Khan", "Khan", "Khan", "Marlow"]
    assert Household.objects.filter(school=cast.school).count() == 1


def test_a_thousand_children_take_no_more_statements_than_one(cast, django_assert_max_num_queries):
    many = [
        NewChild(f"Child{n}", "Marlow", homes=[Home(f"{n} Mill Row")], adults=[Adult(f"A{n}")]) for n in range(1000)
    ]
    with django_assert_max_num_queries(18):
        register_children(school=cast.school, children=many, today=TODAY)
