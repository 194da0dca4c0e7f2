"""Does the database keep what protects a child against SQL as the web process, and when an adult is split off?"""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from children.facts import Adult, Home
from children.models import ContactRestriction
from children.services import keeping, safeguards
from safeguarding.audit.context import Acting, acting
from safeguarding.exceptions import NotAllowed
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.walls import asking

pytestmark = pytest.mark.django_db
S = ContactRestriction.Status
TODAY = SCHOOL_DAY.date()
KERRY = Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001", responsibility=True)
LEE = Adult("Marlow", "Lee", "Mr", relationship="Father", mobile="07700 900002", responsibility=True)


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def child(clock, room):
    return factories.child(room.school, by=room.office, adults=[KERRY, LEE])


@pytest.fixture
def order(room, child):
    """What the office wrote down about Lee, and a lead has confirmed."""
    made = factories.order(child, "Not within 100 metres.", by=room.office, binds="Lee", may_not_collect=True)
    return safeguards.confirm(row=made, by=room.lead)


def responsible(child, by, forename="Lee"):
    adult = child.contacts.get(contact__forename=forename).contact
    facts = safeguards.ResponsibilityFacts(contact=adult, held=True, basis="certificate", told_by="family")
    return safeguards.record_safeguard(child=child, token=uuid4(), facts=facts, by=by)


def by_sql(person, *rows):
    """What somebody gets done by SQL as the web process, or the error; all of it is taken back."""
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        with asking(person), transaction.atomic():
            for row, columns in rows:
                assert type(row)._default_manager.filter(pk=row.pk).update(**columns) == 1
        raise DatabaseError("done")
    return str(refused.value)


def test_by_sql_nobody_aims_an_order_at_another_adult_opens_what_has_ended_or_ends_what_a_colleague_wrote(
    room, child, order
):
    kerry, lee = (child.contacts.get(contact__forename=name) for name in ("Kerry", "Lee"))
    confirmed = responsible(child, room.lead)
    wren = factories.child(room.school, "Wren", by=room.office, adults=[LEE], homes=[Home("1 Mill Lane")])
    assert wren.contacts.get().contact == lee.contact
    end, aim = (lee, {"ends_on": TODAY}), {"contact_id": kerry.contact_id}
    for row in (order, confirmed):
        assert "contact_id" in by_sql(room.office, end, (row, aim))
    assert by_sql(room.office, end) == "done"
    assert "ends_on" in by_sql(room.office, end, (lee, {"ends_on": None}))
    home = wren.homes.get()
    assert "ends_on" in by_sql(room.office, (home, {"ends_on": TODAY}), (home, {"ends_on": None}))
    written, clerk = responsible(child, room.office, "Kerry"), factories.member(room.school, "office", "Ann", "Hale")
    silently = {"status": S.ENDED, "ends_on": TODAY}
    assert "status" in by_sql(clerk, (written, silently)) and "status" in by_sql(clerk, (confirmed, silently))
    listed = wren.responsibilities.get()
    assert by_sql(clerk, (listed, silently)) == "done"


def test_an_adult_split_off_takes_an_order_along_and_under_another_name_only_by_who_may_change_it(room, child, order):
    factories.child(room.school, "Wren", by=room.office, adults=[LEE])
    split = partial(keeping.change_adult, link=child.contacts.get(contact__forename="Lee"), for_all=False)
    values = {"title": "Mr", "forename": "Lee", "surname": "Marlow", "organisation": "", "telephone": "", "email": ""}
    values["mobile"] = "07700 900003"
    with pytest.raises(NotAllowed, match="another person"):
        split(values=values | {"forename": "Leigh"}, told=factories.told(), by=room.office)
    with acting(Acting(user_id=room.office.pk)), asking(room.office):
        split(values=values, told=factories.told(), by=room.office)
    order.refresh_from_db()
    assert order.contact.mobile == "07700 900003" and order.contact.children.get(ends_on=None).child == child


def test_as_the_web_process_a_deputy_corrects_her_slip_of_today_alone_and_an_end_says_how(room, child, order, clock):
    with acting(Acting(user_id=room.deputy.pk)), asking(room.deputy):
        lee = child.contacts.get(contact__forename="Lee").contact
        slips = [factories.order(child, "A slip.", by=room.deputy) for _ in range(2)]
        safeguards.correct(row=slips[0], token=uuid4(), reason="Mine.", right=None, by=room.deputy)
    wrong = {"status": S.CORRECTED, "corrected_at": timezone.now(), "corrected_by": room.deputy}
    assert by_sql(room.deputy, (slips[1], wrong)) == "done"
    assert "status" in by_sql(room.deputy, (order, wrong))
    clock.shift(timedelta(days=1))
    assert "status" in by_sql(room.deputy, (slips[1], wrong))
    said = responsible(child, room.lead)
    assert "end_kind" in by_sql(room.office, (said, {"end_kind": "died"}))
    with acting(Acting(user_id=room.lead.pk)), asking(room.lead):
        ended = safeguards.end(row=said, last_day=timezone.localdate(), reason="Told.", end_kind="died", by=room.lead)
    assert (ended.contact, ended.end_kind, ended.how_it_ended) == (lee, "died", "Has died")
