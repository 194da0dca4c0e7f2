"""Does the database keep what protects a child against SQL as the web process, and when an adult is split off, gets
another name, or is named by a list?
"""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from children.facts import Adult, Home
from children.models import Contact, ContactLink, ContactRestriction, ImportRow, ImportRun
from children.services import keeping, safeguards
from children.services.imports import decide, decide_later, waiting
from children.services.keeping.adults import PERSON
from safeguarding.audit.context import Acting, acting
from safeguarding.exceptions import BadInput, NotAllowed
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.sheets import bring_in, finish, look_at
from tests.sheets import child as listed_child
from tests.sheets import row as listed_row
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


def test_by_sql_nobody_leaves_a_family_that_is_held_past_the_history(room, child, order):
    """A hold on a family asks what its record said before (`rules.family_held`)."""
    said = responsible(child, room.lead)
    link = child.contacts.get(contact__forename="Lee")
    factories.child(room.school, "Wren", by=room.office, adults=[LEE])
    own = Contact.objects.create(school=room.school, title="Mr", forename="Lee", surname="Marlow")
    ContactLink.objects.create(school=room.school, child=child, contact=own)
    over, aim = (link, {"ends_on": TODAY}), {"contact_id": own.pk}
    for row in (said, order):
        assert "contact_id" in by_sql(room.office, over, (row, aim))
    long_ago = timezone.now() - timedelta(days=9)
    assert "corrected_at" in by_sql(room.office, (link, {"ends_on": TODAY, "corrected_at": long_ago}))
    assert by_sql(room.office, (link, {"ends_on": TODAY, "corrected_at": timezone.now()})) == "done"
    assert "organisation" in by_sql(room.office, (link.contact, {"organisation": "Care"}))
    assert by_sql(room.office, (link.contact, {"mobile": "07700 900009"})) == "done"


def changed(room, by, link, **other):
    """Who the adult is, as somebody types it for all children, as the web process."""
    values = {name: getattr(link.contact, name) for name in PERSON} | other
    with acting(Acting(user_id=by.pk)), asking(by):
        keeping.change_adult(link=link, values=values, for_all=True, told=factories.told(), by=by)
    link.contact.refresh_from_db()
    return link.contact.full_name


@pytest.mark.parametrize("stands", ["order", "recorded order", "responsibility", "nothing"])
def test_what_stands_about_an_adult_stands_about_no_other_because_the_office_mends_a_name(room, child, stands):
    """By the form, for all children; and by SQL."""
    link = child.contacts.select_related("contact", "child").get(contact__forename="Lee")
    clerk = factories.member(room.school, "office", "Ann", "Hale")
    if stands == "responsibility":
        responsible(child, room.lead)
    elif stands != "nothing":
        made = factories.order(child, "Not within 100 metres.", by=room.office, binds="Lee")
        if stands == "order":
            safeguards.confirm(row=made, by=room.lead)
    everybody = {room.office, clerk, room.deputy, room.lead, room.headteacher}
    may = {"order": {room.lead, room.headteacher}, "recorded order": everybody - {clerk}, "nothing": everybody}
    for person in everybody:
        name = f"L{person.first_name}"
        if person in may.get(stands, may["order"]):
            assert changed(room, person, link, forename=name) == f"Mr {name} Marlow"
        else:
            assert "surname" in by_sql(person, (link.contact, {"surname": "Vale"}))
            with pytest.raises(NotAllowed, match="another person"), transaction.atomic():
                changed(room, person, link, forename=name)
        changed(room, person, link, organisation=name)
        assert link.contact.organisation == name


def test_a_list_gives_an_adult_under_an_order_another_name_by_a_lead_alone(clock, room):
    rows = [listed_row(n) for n in range(3)]
    bring_in(room.school, rows, by=room.office)
    made = factories.order(listed_child(2), "Not within 100 metres.", by=room.office, binds="Ann")
    safeguards.confirm(row=made, by=room.lead)
    named = [*rows[:2], listed_row(2, adult="Mrs Ann Iqbal-Shah")]
    run = bring_in(room.school, named, by=room.office)
    take = {waiting(run).get().pk: "take"}
    with pytest.raises(BadInput, match="another person"), transaction.atomic():
        decide_later(run=run, decisions=take, by=room.office, seen=run.revision)
    with acting(Acting(user_id=room.lead.pk)), asking(room.lead):
        decide_later(run=run, decisions=take, by=room.lead, seen=run.revision)
    made.contact.refresh_from_db()
    assert made.contact.surname == "Iqbal-Shah"


@pytest.mark.parametrize("by", ["office", "lead"])
def test_a_row_taken_before_an_order_came_renames_nobody_whom_its_taker_may_not_rename(clock, room, by):
    rows = [listed_row(n) for n in range(3)]
    bring_in(room.school, rows, by=room.office)
    run = look_at(room.school, [*rows[:2], listed_row(2, adult="Mrs Ann Iqbal-Shah")], by=room.office)
    decide(run=run, decisions={waiting(run).get().pk: "take"}, by=getattr(room, by))
    made = factories.order(listed_child(2), "Not within 100 metres.", by=room.office, binds="Ann")
    safeguards.confirm(row=made, by=room.lead)
    with acting(Acting(user_id=room.office.pk)), asking(room.office, "worker"):
        for _ in range(2):
            run = finish(run, by=room.office)
    made.contact.refresh_from_db()
    assert (run.status, made.contact.surname) == ("confirmed", {"office": "Ashdown2", "lead": "Iqbal-Shah"}[by])


def test_a_list_ends_what_a_colleague_wrote_only_by_a_taken_row_that_speaks_of_it(room, child):
    written = responsible(child, room.office, "Kerry")
    clerk = factories.member(room.school, "office", "Ann", "Hale")
    silently = (written, {"status": S.ENDED, "ends_on": TODAY})
    run = ImportRun.objects.create(school=room.school, file_name="a.csv", size=1, status="confirmed")
    of = {"run": run, "school": room.school, "child": child, "kind": "changes", "decision": "take"}
    said = ImportRow(number=1, decided_by=room.lead, decided_at=timezone.now(), **of)
    said.changes = [{"field": "mobile", "contact": str(written.contact_id)}]
    said.save()
    assert "status" in by_sql(clerk, silently)
    said.changes = [{"field": "responsibility", "contact": str(written.contact_id)}]
    said.save()
    assert by_sql(clerk, silently) == "done"
    ImportRun.objects.update(status="abandoned")
    assert "status" in by_sql(clerk, silently)


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
