"""Does what protects one child reach the brothers and sisters who share the home or the adult?"""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from children.before_acting import before_acting
from children.facts import Adult, Home
from children.models import ConfidentialAddress, ContactRestriction, HouseholdMember, ParentalResponsibility
from children.services import keeping, safeguards
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.concerns.services import emergency
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()
HOME = Home("12 Mill Lane", "Stockport", "", "SK1 4AA")
KERRY = Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001", responsibility=True)
LEE = Adult("Marlow", "Lee", "Mr", relationship="Father", mobile="07700 900002", responsibility=True)


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def family(clock, room):
    """Amber and Ben, who share home and parents, and Cara, who shares the father alone."""
    made = {"by": room.office, "homes": [HOME], "adults": [KERRY, LEE]}
    amber, ben = (factories.child(room.school, name, "Ashdown", **made) for name in ("Amber", "Ben"))
    return amber, ben, factories.child(room.school, "Cara", "Marlow", by=room.office, adults=[LEE])


def secret(child, by):
    facts = safeguards.AddressFacts(reason="A threat.", starts_on=TODAY, told_by="family")
    return safeguards.record_safeguard(child=child, token=uuid4(), facts=facts, by=by)


def lines(person, child):
    return [line.what for line in before_acting(SimpleNamespace(user=person), [child], today=TODAY)]


def test_an_address_that_is_confidential_for_one_child_is_so_for_all_who_live_there(client, room, family):
    amber, ben, cara = family
    client.force_login(room.lead)
    page = {one: reverse("child_people", args=[one.pk]) for one in family}
    assert "12 Mill Lane" in client.get(page[ben]).content.decode()
    row = secret(amber, room.lead)
    shown = client.get(page[ben]).content.decode()
    assert "12 Mill Lane" not in shown and "Address confidential" in shown and "not confidential" not in shown
    for one, told in ((amber, 1), (ben, 1), (cara, 0)):
        assert lines(room.lead, one) == ["Do not tell anybody where this child lives."] * told
    found = client.get(reverse("children"), {"badge": "addr"}).context["rows"]
    assert {one.pk: "addr" in one.badges for one, _ in found} == {amber.pk: True, ben.pk: True}
    warned = emergency.facts_of(room.school, emergency.seen_by(room.lead), today=TODAY).warnings
    assert [(one.child, len(one.lines)) for one in warned] == [("Amber Ashdown", 1), ("Ben Ashdown", 1)]
    home = {"address": "12 mill lane", "town": "Stockport", "county": "", "postcode": "SK1 4AA", "pattern": ""}
    keeping.add_home(child=cara, home={**home, "is_main": True}, told=factories.told(), by=room.office)
    assert HouseholdMember.objects.get(child=cara).household == HouseholdMember.objects.get(child=ben).household
    assert "12 Mill Lane" not in client.get(page[cara]).content.decode()
    keeping.end_home(home=ben.homes.get(), is_correction=False, told=factories.told(), by=room.office)
    past = client.get(reverse("child_past", args=[ben.pk])).content.decode()
    assert "12 Mill Lane" not in past and lines(room.lead, ben) == []
    safeguards.end(row=row, last_day=TODAY, reason="Over.", by=room.lead)
    assert "12 Mill Lane" in client.get(page[cara]).content.decode()


def on(name, day):
    return {f"{name}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def test_one_press_protects_the_children_of_the_home_too_and_whom_the_office_does_not_see_a_lead_is_told_of(
    client, room, family
):
    amber, ben, cara = family
    client.force_login(room.office)
    form = client.get(reverse("record_address", args=[amber.pk])).context["form"]
    assert [key for key, _ in form.fields["also"].choices] == [str(ben.pk), str(cara.pk)]
    assert form["also"].value() == [str(ben.pk)]
    token = str(form["token"].value())
    sent = {"token": token, "reason": "A threat.", "told_by": "family", "also": [str(ben.pk)], **on("starts_on", TODAY)}
    for _ in range(2):
        there = client.post(reverse("record_address", args=[amber.pk]), sent)
    rows = ConfidentialAddress.objects.all()
    assert {one.child_id for one in rows} == {amber.pk, ben.pk} and rows.count() == 2
    client.force_login(room.lead)
    assert "Other children without it" not in client.get(there.url).content.decode()
    safeguards.correct(row=rows.get(child=ben), token=uuid4(), reason="No.", right=None, by=room.lead)
    assert reverse("record_address", args=[ben.pk]) in client.get(there.url).content.decode()
    declare_conflict(user=room.office, child=ben, kind="relative", by=room.office)
    client.force_login(room.office)
    assert reverse("record_address", args=[ben.pk]) not in client.get(there.url).content.decode()
    safeguards.record_for_all(
        child=amber,
        others=[],
        token=uuid4(),
        facts=safeguards.AddressFacts("Another.", TODAY, "family"),
        by=room.office,
    )
    told = Notice.objects.filter(kind="beside").values_list("user", "object_id")
    assert (room.lead.pk, ben.pk) in told and room.office.pk not in {user for user, _ in told}


def test_a_brother_whose_address_is_confidential_already_is_not_ticked_again(client, room, family):
    amber, ben, cara = family
    secret(ben, room.lead)
    client.force_login(room.office)
    form = client.get(reverse("record_address", args=[amber.pk])).context["form"]
    said = dict(form.fields["also"].choices)
    assert form["also"].value() == []
    assert [("confidential already" in said[str(one.pk)]) for one in (ben, cara)] == [True, False]
    order = client.get(reverse("record_order", args=[amber.pk])).context["form"]
    assert "confidential" not in str(order.fields["also"].choices)


def test_the_leads_hear_of_a_brother_who_is_hidden_where_it_may_hold_for_him_too(client, room, family):
    """A confidential address may; what an adult of one child is responsible for may not."""
    _, ben, _ = family
    aunt = Adult("Pell", "Ann", "Mrs", relationship="Aunt", mobile="07700 900003")
    dora = factories.child(room.school, "Dora", "Pell", by=room.office, homes=[HOME], adults=[aunt])
    declare_conflict(user=room.office, child=ben, kind="relative", by=room.lead)
    client.force_login(room.office)
    typed = {"told_by": "family", "contact": str(dora.contacts.get().contact_id), "held": "True", "basis": "unknown"}
    typed |= {"reason": "A threat.", **on("starts_on", TODAY)}
    for page, model, is_told in (
        ("record_responsibility", ParentalResponsibility, False),
        ("record_address", ConfidentialAddress, True),
    ):
        there = reverse(page, args=[dora.pk])
        token = str(client.get(there).context["form"]["token"].value())
        client.post(there, typed | {"token": token})
        assert model.objects.filter(child=dora).count() == 1, page
        assert Notice.objects.filter(kind="beside", object_id=ben.pk, user=room.lead).exists() == is_told, page


def test_an_order_is_recorded_for_each_child_whose_record_has_the_adult(client, room, family):
    amber, ben, cara = family
    lee = amber.contacts.get(contact__forename="Lee").contact
    kerry = amber.contacts.get(contact__forename="Kerry").contact
    client.force_login(room.office)
    there = reverse("record_order", args=[amber.pk])
    form = client.get(there).context["form"]
    assert form["also"].value() == [str(ben.pk), str(cara.pk)]
    sent = {
        "token": str(form["token"].value()),
        "kind": "no_contact",
        "terms": "Not near 12 Mill Lane.",
        "told_by": "family",
    }
    sent |= {"also": form["also"].value(), "may_not_collect": "on", **on("starts_on", TODAY)}
    refused = client.post(there, sent | {"contact": str(kerry.pk)})
    assert "Ms Kerry Ashdown is not on the record of Cara Marlow" in refused.content.decode()
    client.post(there, sent | {"contact": str(lee.pk)})
    made = ContactRestriction.objects.filter(contact=lee, may_not_collect=True)
    assert {one.child_id for one in made} == {one.pk for one in family}
    said = before_acting(SimpleNamespace(user=room.lead), [amber], today=TODAY)
    assert [line.words for line in said] == ["Not near 12 Mill Lane."]
    secret(amber, room.lead)
    for one in (amber, ben):
        words = [line.words for line in before_acting(SimpleNamespace(user=room.lead), [one], today=TODAY)]
        assert "12 Mill Lane" not in " ".join(words) and len(words) == 2


def test_an_unconfirmed_entry_stands_on_today_and_its_end_by_the_office_reaches_the_leads(client, room, family):
    amber, _, _ = family
    lee = amber.contacts.get(contact__forename="Lee").contact
    made = factories.order(amber, "Not here.", by=room.office, binds="Lee")
    to = reverse("safeguard", args=[made.pk])
    client.force_login(room.lead)
    client.get(to)
    for person, page in ((room.lead, "today"), (room.headteacher, "overview")):
        client.force_login(person)
        shown = client.get(reverse(page)).content.decode()
        assert to in shown and "Order or agreement to confirm" in shown, page
    found = client.get(reverse("child_past", args=[amber.pk])).content.decode()
    assert to not in found
    safeguards.end(row=made, last_day=TODAY, reason="A slip of mine.", by=room.office)
    waiting = Notice.objects.filter(object_id=made.pk, kind="ended_unseen", opened_at=None)
    assert {one.user_id for one in waiting} >= {room.lead.pk, room.deputy.pk}
    client.force_login(room.lead)
    assert to not in client.get(reverse("today")).content.decode()
    found = client.get(reverse("child_past", args=[amber.pk])).content.decode()
    assert to in found and "A slip of mine." in found and lee.full_name in found
    again = client.get(to).context["again_url"]
    assert not waiting.filter(user=room.lead).exists()
    form = client.get(again).context["form"]
    assert (form["terms"].value(), form["contact"].value(), form["also"].value()) == ("Not here.", lee.pk, [])


def test_adding_an_adult_who_is_bound_elsewhere_says_so(client, room, family):
    amber, _, _ = family
    factories.order(amber, "Not here.", by=room.lead, binds="Lee", may_not_collect=True)
    dora = factories.child(room.school, "Dora", "Marlow", by=room.office)
    client.force_login(room.office)
    there = reverse("keep_child", args=[dora.pk])
    form = client.get(there, {"part": "adult"}).context["forms"][0]
    sent = {"deed": "adult", "token": str(form["token"].value()), "forename": "Lee", "surname": "Marlow", "order": "1"}
    sent |= {"told_by": "family", "relationship": "Father"}
    asked = client.post(there, sent).content.decode()
    assert "No contact on the record of Amber Ashdown" in asked
    lee = amber.contacts.get(contact__forename="Lee").contact_id
    saved = client.post(there, sent | {"same_as": str(lee), "shown": str(lee)}, follow=True).content.decode()
    assert "Mr Lee Marlow is bound by an order: No contact on the record of Amber Ashdown" in saved


def test_a_deputy_corrects_her_own_slip_on_the_day_and_says_what_is_right(client, clock, room, family):
    amber, _, _ = family
    made = factories.order(amber, "Not here.", by=room.deputy, binds="Lee")
    client.force_login(room.deputy)
    form = client.get(reverse("correct_safeguard", args=[made.pk])).context["form"]
    assert form["right"].value() is None
    sent = {"token": str(form["token"].value()), "wrong": "My slip.", "kind": "no_contact", "terms": "Not at school."}
    sent |= {"told_by": "family", "contact": str(made.contact_id), **on("starts_on", TODAY)}
    assert client.post(reverse("correct_safeguard", args=[made.pk]), sent).status_code == 422
    client.post(reverse("correct_safeguard", args=[made.pk]), sent | {"right": "replace"})
    right = amber.restrictions.get(instead_of=made)
    assert (right.status, right.terms) == ("confirmed", "Not at school.")
    clock.shift(timedelta(days=1))
    client.force_login(room.deputy)
    assert client.get(reverse("correct_safeguard", args=[right.pk])).status_code == 403
