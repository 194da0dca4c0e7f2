"""Does what protects a child bind from the moment it is recorded, and who may confirm, end and correct it? Where is it
still seen when it was never true?
"""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from children.facts import Adult
from children.models import Child, ChildDetail, ContactRestriction, HeldFact
from children.people import around, orders_about
from children.services import keeping, merging, safeguards
from children.services.access import declare_conflict
from children.services.filing import say_photographs
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import Acting, acting, with_errors
from safeguarding.audit.models import Event
from safeguarding.concerns.services import emergency
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.parts import gather
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.pdfs import Printed
from tests.walls import asking

pytestmark = pytest.mark.django_db
S = ContactRestriction.Status
TODAY = SCHOOL_DAY.date()
TERMS = "Not within 100 metres of the school."
KERRY = Adult("Ashdown", "Kerry", "Ms", relationship="Mother", mobile="07700 900001", responsibility=True)
LEE = Adult("Marlow", "Lee", "Mr", relationship="Father", mobile="07700 900002", responsibility=True)


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def child(room):
    return factories.child(room.school, by=room.office, adults=[KERRY, LEE])


@pytest.fixture
def order(clock, room, child):
    """What the office wrote down this morning."""
    return factories.order(child, TERMS, by=room.office, binds="Lee", may_not_collect=True)


def seen_by(person, child):
    return [order.terms for order in orders_about(SimpleNamespace(user=person), child)]


def checked(child):
    return Child.objects.values_list("check_collection_from", "check_collection_until").get(pk=child.pk)


def is_told(person, order):
    return Notice.objects.filter(user=person, object_id=order.pk, opened_at=None, settled_at=None).exists()


def facts_of(order, **other):
    fields = ("kind", "terms", "starts_on", "ends_on", "told_by", "contact", "may_not_collect", "may_not_be_told")
    return safeguards.OrderFacts(**{name: getattr(order, name) for name in fields} | other)


def test_the_office_records_it_a_lead_confirms_it_and_then_only_who_manages_access_ends_it(room, child, order):
    assert (order.status, seen_by(room.lead, child), checked(child)) == (S.RECORDED, [TERMS], (date(2026, 1, 5), None))
    assert [is_told(one, order) for one in (room.lead, room.deputy, room.headteacher, room.office)] == [True] * 3 + [
        False
    ]
    with pytest.raises(NotAllowed):
        safeguards.confirm(row=order, by=room.office)
    for _ in range(2):
        safeguards.confirm(row=order, by=room.deputy)
    assert not is_told(room.lead, order)
    with pytest.raises(OutOfTurn):
        safeguards.confirm(row=order, by=room.lead)
    for person in (room.office, room.deputy, room.teacher):
        with pytest.raises(NotAllowed):
            safeguards.end(row=order, last_day=TODAY, reason="Over.", by=person)
        with pytest.raises(NotAllowed):
            safeguards.correct(row=order, token=uuid4(), reason="Wrong.", right=None, by=person)
    with pytest.raises(BadInput, match="why it ends"):
        safeguards.end(row=order, last_day=TODAY, reason=" ", by=room.lead)
    with pytest.raises(BadInput, match="on or after the day"):
        safeguards.end(row=order, last_day=date(2026, 1, 4), reason="Discharged.", by=room.lead)
    for _ in range(2):
        ended = safeguards.end(row=order, last_day=TODAY, reason="Discharged.", by=room.headteacher)
    assert [ended.in_force(day) for day in (date(2026, 1, 4), TODAY, TODAY + timedelta(days=1))] == [False, True, False]
    assert (ended.terms, ended.end_reason, checked(child)) == (TERMS, "Discharged.", (date(2026, 1, 5), TODAY))
    done = Event.objects.filter(object_id=order.pk).exclude(verb="list").values_list("verb", "actor_id")
    assert list(done.order_by("pk")) == [
        ("create", room.office.pk), ("confirm", room.deputy.pk), ("end", room.headteacher.pk)
    ]  # fmt: skip


def test_until_it_is_confirmed_its_author_puts_it_right_and_nobody_is_asked_twice(room, child, order):
    token, right = uuid4(), facts_of(order, terms="Not within 50 metres.", may_not_collect=False)
    correct = partial(safeguards.correct, row=order, token=token, reason="Misread.", right=right)
    other = factories.member(room.school, "office", "Ann", "Hale")
    with pytest.raises(NotAllowed):
        correct(by=other)
    stands = correct(by=room.office)
    assert correct(by=room.office) == stands and ContactRestriction.objects.count() == 2
    assert (stands.status, stands.instead_of, seen_by(room.lead, child)) == (
        S.RECORDED,
        order,
        ["Not within 50 metres."],
    )
    assert checked(child) == (None, None)
    assert (is_told(room.lead, order), is_told(room.lead, stands)) == (False, True)
    with with_errors("all"):
        assert set(seen_by(room.lead, child)) == {TERMS, "Not within 50 metres."}
    no_such = partial(safeguards.correct, row=stands, token=uuid4(), reason="No such order.", right=None)
    by_lead = no_such(by=room.lead)
    assert no_such(by=room.lead) == by_lead
    with pytest.raises(OutOfTurn):
        no_such(by=room.headteacher)
    assert Event.objects.filter(object_id=stands.pk, verb="mark_wrong").count() == 1
    assert (by_lead.status, by_lead.correction, seen_by(room.lead, child)) == (S.CORRECTED, "No such order.", [])
    with pytest.raises(OutOfTurn):
        safeguards.end(row=ContactRestriction.objects.get(pk=stands.pk), last_day=TODAY, reason="x", by=room.lead)


def test_what_was_never_true_warns_nobody_leaves_with_no_file_and_is_in_a_copy_for_a_request(room, child, order):
    safeguards.correct(row=order, token=uuid4(), reason="Another child’s.", right=None, by=room.office)

    def every_row(model):
        return model._default_manager.all()

    def told(see, **how):
        return TERMS in " ".join(text.text for block in gather(see, [child.pk], **how) for text in block.texts)

    assert emergency.facts_of(room.school, every_row, today=TODAY).warnings == []
    assert not told(lambda model: model._default_manager.visible_to(room.lead))
    assert told(every_row, beyond_file=True, with_errors=True)


def test_nobody_records_ends_or_sees_what_is_about_their_own_child(clock, room, child, order):
    declare_conflict(user=room.office, child=child, kind="relative", by=room.office)
    facts = facts_of(order)
    with pytest.raises(OutOfTurn):
        safeguards.record_safeguard(child=child, token=uuid4(), facts=facts, by=room.office)
    with pytest.raises(OutOfTurn):
        safeguards.end(row=order, last_day=TODAY, reason="Over.", by=room.office)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "decree"}, "Choose what it is"),
        ({"terms": "  "}, "Enter what it says"),
        ({"starts_on": TODAY + timedelta(days=1)}, "today or in the past"),
        ({"ends_on": date(2026, 1, 4)}, "cannot end before"),
        ({"contact": None}, "the adult who may not"),
        ({"told_by": "rumour"}, "who told the school"),
        ({"told_by": "document"}, "what was seen"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(room, child, order, wrong, says):
    with pytest.raises(BadInput, match=says):
        safeguards.record_safeguard(child=child, token=uuid4(), facts=facts_of(order, **wrong), by=room.lead)
    elsewhere = factories.child(room.school, "Skye", by=room.office, adults=[Adult("Hart", "Dan")])
    stranger = facts_of(order, contact=elsewhere.contacts.get().contact)
    with pytest.raises(BadInput, match="this child’s record"):
        safeguards.record_safeguard(child=child, token=uuid4(), facts=stranger, by=room.lead)
    assert ContactRestriction.objects.count() == 1


def test_a_merge_brings_the_warning_over_and_undone_takes_it_back(clock, room, child, order):
    keep = factories.child(room.school, "Rowan", "Ashdowne", by=room.office)
    done = merging.merge(keep=keep, other=child, reason="Same.", token=uuid4(), seen=None, by=room.lead)
    assert checked(keep) == (date(2026, 1, 5), None)
    merging.undo(merge=done, reason="Two.", by=room.lead)
    assert (checked(keep), checked(child)) == ((None, None), (date(2026, 1, 5), None))


def typed(**other):
    made = {"starts_on_day": "5", "starts_on_month": "1", "starts_on_year": "2026"}
    return {"kind": "no_contact", "terms": TERMS, "told_by": "document", "evidence": "The order.", **made} | other


def test_an_order_goes_through_its_pages_from_the_office_to_a_lead(client, clock, room, child):
    client.force_login(room.teacher)
    assert client.get(reverse("record_order", args=[child.pk])).status_code == 403
    client.force_login(room.office)
    page = client.get(reverse("record_order", args=[child.pk]))
    token = str(page.context["form"]["token"].value())
    refused = client.post(reverse("record_order", args=[child.pk]), typed(token=token, terms=""))
    assert (refused.status_code, "Enter what it says" in refused.content.decode()) == (422, True)
    lee = str(child.contacts.get(contact__forename="Lee").contact_id)
    sent = typed(token=token, contact=lee, may_not_collect="on")
    for _ in range(2):
        there = client.post(reverse("record_order", args=[child.pk]), sent)
    order = ContactRestriction.objects.get()
    assert there.url == reverse("safeguard", args=[order.pk])
    client.force_login(room.lead)
    shown = client.get(there.url).content.decode()
    assert "Not confirmed" in shown and "Mr Lee Marlow" in shown and "May not collect the child" in shown
    client.post(reverse("confirm_safeguard", args=[order.pk]))
    client.force_login(room.office)
    assert reverse("end_safeguard", args=[order.pk]) not in client.get(there.url).content.decode()
    last = {"last_day_day": "24", "last_day_month": "11", "last_day_year": "2026"}
    assert client.post(reverse("end_safeguard", args=[order.pk]), last | {"reason": "Over."}).status_code == 403
    client.force_login(room.lead)
    assert client.post(reverse("end_safeguard", args=[order.pk]), last).status_code == 422
    correct = reverse("correct_safeguard", args=[order.pk])
    token = str(client.get(correct).context["form"]["token"].value())
    client.post(correct, typed(token=token, wrong="Another date.", right="replace", starts_on_day="6"))
    people = client.get(reverse("child_people", args=[child.pk])).content.decode()
    before, _, rest = people.partition('class="hb-grid')
    assert before.count(TERMS) == 1 and rest.count(TERMS) == 2 and "Corrected" in rest


# --- confidential addresses, and who decides


def secret(child, by, reason="A refuge."):
    facts = safeguards.AddressFacts(reason=reason, starts_on=date(2026, 1, 5), told_by="family")
    return safeguards.record_safeguard(child=child, token=uuid4(), facts=facts, by=by)


def is_secret(child):
    return ChildDetail.objects.values_list("address_confidential", flat=True).get(pk=child.pk)


def test_an_address_is_confidential_until_the_last_reason_is_lifted_and_no_reason_is_overwritten(clock, room, child):
    first, second = secret(child, room.office), secret(child, room.lead, "A threat.")
    assert is_secret(child) and [one.status for one in (first, second)] == [S.RECORDED, S.CONFIRMED]
    with pytest.raises(NotAllowed):
        safeguards.end(row=second, last_day=TODAY, reason="Over.", by=room.deputy)
    safeguards.end(row=second, last_day=TODAY, reason="The threat is over.", by=room.lead)
    assert is_secret(child)
    safeguards.correct(row=first, token=uuid4(), reason="Another child’s.", right=None, by=room.office)
    assert not is_secret(child)
    assert [one.reason for one in child.confidential_addresses.order_by("pk")] == ["A refuge.", "A threat."]


def responsible(child, by, forename="Lee", held=True, basis="certificate"):
    adult = child.contacts.get(contact__forename=forename).contact
    facts = safeguards.ResponsibilityFacts(contact=adult, held=held, basis=basis, told_by="family")
    return safeguards.record_safeguard(child=child, token=uuid4(), facts=facts, by=by)


def test_one_answer_stands_for_each_adult_and_is_taken_away_by_who_manages_access(client, clock, room, child):
    listed = child.responsibilities.get(contact__forename="Lee", ends_on=None)
    said = responsible(child, room.office)
    listed.refresh_from_db()
    assert (listed.status, listed.ends_on, said.waits) == (S.ENDED, TODAY, True)
    safeguards.confirm(row=said, by=room.deputy)
    for person in (room.office, room.deputy):
        with pytest.raises(NotAllowed):
            responsible(child, person, held=False, basis="unknown")
    clock.shift(timedelta(days=1))
    last = TODAY + timedelta(days=1)
    safeguards.end(row=said, last_day=last, reason="A court took it away.", end_kind="court", by=room.lead)
    [lee] = [one for one in around(SimpleNamespace(user=room.lead), child, today=TODAY).adults if one.was]
    assert (lee.responsibility, lee.was.end_reason) == (None, "A court took it away.")
    with pytest.raises(BadInput, match="has a basis"):
        responsible(child, room.lead, held=False)
    said = child.responsibilities.get(contact__forename="Kerry")
    safeguards.end(row=said, last_day=TODAY, reason="Not so.", by=room.lead)
    clock.shift(timedelta(minutes=1))
    wrong = responsible(child, room.lead, "Kerry")
    safeguards.correct(row=wrong, token=uuid4(), reason="Another adult.", right=None, by=room.lead)
    client.force_login(room.lead)
    shown = client.get(reverse("child_people", args=[child.pk])).content.decode()
    assert reverse("safeguard", args=[wrong.pk]) in shown and "What was recorded was corrected" in shown
    assert shown.count("Taken away") == 1


def stands(child, forename="Lee"):
    """What stands of an adult: what it says, whose word it is, whether it is confirmed."""
    found = child.responsibilities.filter(contact__forename=forename, ends_on=None)
    return [(one.held, one.recorded_by_id, one.status) for one in found]


def test_a_slip_about_the_wrong_adult_brings_back_what_it_had_ended(clock, room, child):
    """The list's answer is nobody's again; what a colleague wrote waits again; what a lead confirmed is confirmed."""
    listed = [(True, None, S.RECORDED)]
    slip = responsible(child, room.office, held=False, basis="unknown")
    assert stands(child) == [(False, room.office.pk, S.RECORDED)] and HeldFact.objects.count() == 1
    correct = partial(safeguards.correct, row=slip, token=uuid4(), reason="Another adult.", by=room.office)
    with acting(Acting(user_id=room.office.pk)), asking(room.office):
        again = correct(right=None)
    assert correct(right=None) == again and (again.instead_of, stands(child)) == (slip, listed)
    assert not HeldFact.objects.exists(), "a list that says so is heard again"
    # Said of the right adult: the wrong one is as before. Corrected twice, what stood first stands.
    slip = responsible(child, room.office, held=False, basis="unknown")
    kerry = child.contacts.get(contact__forename="Kerry").contact
    right = safeguards.ResponsibilityFacts(contact=kerry, held=False, basis="unknown", told_by="family")
    other = safeguards.correct(row=slip, token=uuid4(), reason="Kerry.", right=right, by=room.office)
    assert (stands(child), stands(child, "Kerry")) == (listed, [(False, room.office.pk, S.RECORDED)])
    clock.shift(timedelta(minutes=1))
    mended = replace(right, evidence="Seen.")
    other = safeguards.correct(row=other, token=uuid4(), reason="Seen.", right=mended, by=room.office)
    safeguards.correct(row=other, token=uuid4(), reason="No.", right=None, by=room.lead)
    assert (stands(child), stands(child, "Kerry")) == (listed, listed)
    # Of what somebody wrote, it is whose word brings it back.
    responsible(child, room.office)
    slip = responsible(child, room.deputy, held=False, basis="unknown")
    again = safeguards.correct(row=slip, token=uuid4(), reason="Another adult.", right=None, by=room.deputy)
    assert stands(child) == [(True, room.deputy.pk, S.RECORDED)] and is_told(room.lead, again)
    safeguards.confirm(row=again, by=room.lead)
    slip = responsible(child, room.lead, held=False, basis="unknown")
    safeguards.correct(row=slip, token=uuid4(), reason="Another adult.", right=None, by=room.headteacher)
    assert stands(child) == [(True, room.headteacher.pk, S.CONFIRMED)]


def test_a_slip_brings_back_nothing_of_an_adult_who_is_gone_or_of_whom_something_else_is_said(clock, room, child):
    slip = responsible(child, room.office, held=False, basis="unknown")
    newer = responsible(child, room.office, basis="order")
    safeguards.correct(row=slip, token=uuid4(), reason="Another adult.", right=None, by=room.office)
    assert stands(child) == [(True, room.office.pk, S.RECORDED)] and newer.ends_on is None
    slip = responsible(child, room.office, held=False, basis="unknown")
    link = child.contacts.get(contact__forename="Lee")
    keeping.end_adult(link=link, is_correction=False, told=factories.told(), by=room.office)
    safeguards.correct(row=slip, token=uuid4(), reason="Another adult.", right=None, by=room.office)
    assert stands(child) == []


@pytest.mark.parametrize("kind", ["order", "responsibility"])
@pytest.mark.parametrize("is_replaced", [True, False])
def test_the_leads_hear_of_a_slip_that_its_author_alone_has_seen(clock, room, child, kind, is_replaced):
    slips = {}
    for person in (room.deputy, room.lead):
        if kind == "order":
            slips[person] = factories.order(child, TERMS, by=person, binds="Lee")
            right = facts_of(slips[person], terms="Came.")
        else:
            slips[person] = responsible(child, person, {room.deputy: "Lee", room.lead: "Kerry"}[person])
            right = safeguards.ResponsibilityFacts(slips[person].contact, True, "order", "family")
        right = right if is_replaced else None
        safeguards.correct(row=slips[person], token=uuid4(), reason="Mine.", right=right, by=person)
    told = {one.user_id for one in Notice.objects.filter(kind="ended_unseen", object_id=slips[room.deputy].pk)}
    assert told == {room.lead.pk, room.headteacher.pk}
    assert not Notice.objects.filter(kind="ended_unseen", object_id=slips[room.lead].pk).exists()


def test_what_a_list_withholds_is_lifted_by_who_decides_and_what_it_says_of_an_adult_can_be_confirmed(
    client, clock, room
):
    child = factories.child(room.school, by=room.office, adults=[KERRY, LEE], withheld=True)
    [listed], said = child.confidential_addresses.all(), child.responsibilities.get(contact__forename="Lee")
    for row in (listed, said):
        with pytest.raises(NotAllowed, match="Until it is confirmed"):
            safeguards.end(row=row, last_day=TODAY, reason="Over.", by=room.office)
    client.force_login(room.lead)
    shown = client.get(reverse("child_people", args=[child.pk])).content.decode()
    assert shown.count("From your system, not confirmed") == 3
    client.post(reverse("confirm_safeguard", args=[said.pk]))
    shown = client.get(reverse("child_people", args=[child.pk])).content.decode()
    assert shown.count("From your system, not confirmed") == 2
    with pytest.raises(NotAllowed):
        responsible(child, room.office, held=False, basis="unknown")
    responsible(child, room.office, "Kerry", held=False, basis="unknown")
    safeguards.end(row=listed, last_day=TODAY, reason="A slip in SIMS.", by=room.deputy)
    assert not is_secret(child)


@pytest.mark.parametrize("kind", ["order", "address", "responsibility"])
def test_what_has_ended_stays_ended_when_it_is_corrected(clock, room, child, kind):
    record, facts = {
        "order": (lambda: factories.order(child, TERMS, by=room.lead, binds="Lee", may_not_collect=True), facts_of),
        "address": (lambda: secret(child, room.lead), lambda row: safeguards.AddressFacts("A threat.", None, "family")),
        "responsibility": (
            lambda: responsible(child, room.lead),
            lambda row: safeguards.ResponsibilityFacts(row.contact, True, "order", "family"),
        ),
    }[kind]
    row = safeguards.end(row=record(), last_day=TODAY, reason="Over.", by=room.lead)
    correct = partial(safeguards.correct, row=row, token=uuid4(), reason="Misread.", by=room.lead)
    right = replace(facts(row), starts_on=TODAY)
    if kind == "order":
        right = replace(right, ends_on=None)
    clock.shift(timedelta(days=2))
    with pytest.raises(BadInput, match="It ended on"):
        correct(right=replace(right, starts_on=TODAY + timedelta(days=1)))
    made = correct(right=right)
    assert (made.status, made.ends_on, made.end_reason, made.confirmed_by) == (S.ENDED, TODAY, "Over.", room.lead)
    stands = child.responsibilities.filter(ends_on=None).count()
    assert (is_secret(child), checked(child), stands) == (False, (None, None), 1 if kind == "responsibility" else 2)


def test_responsibility_is_taken_away_when_the_day_has_come(clock, room, child):
    said = responsible(child, room.lead)
    with pytest.raises(BadInput, match="today or in the past"):
        safeguards.end(row=said, last_day=TODAY + timedelta(days=1), reason="A court.", by=room.lead)
    assert safeguards.end(row=said, last_day=TODAY, reason="A court.", by=room.lead).in_force(TODAY) is False


def test_the_same_lines_stand_on_the_pages_the_print_and_the_sheet(client, clock, room, child, order):
    secret(child, room.office)
    [lines] = [one.lines for one in emergency.facts_of(room.school, emergency.seen_by(room.lead), today=TODAY).warnings]
    assert [line.what for line in lines] == [
        "Do not tell anybody where this child lives.", "No contact, Mr Lee Marlow:"
    ]  # fmt: skip
    assert (lines[1].may_not, lines[1].since) == (
        "May not collect the child.", "Made on 5 January 2026. Not confirmed yet."
    )  # fmt: skip
    client.force_login(room.lead)
    for page in ("child_people", "child_chronology", "chronology_paper", "brief_paper"):
        answer = client.get(reverse(page, args=[child.pk]))
        shown = Printed(answer.content).text if page.endswith("paper") else answer.content.decode()
        assert all(words in shown for line in lines for words in (line.what, line.words, line.may_not)), page


def test_a_teacher_sees_two_badges_and_no_word_of_why(client, clock, room, child, order):
    say_photographs(child=child, none=True, by=room.office)
    client.force_login(room.teacher)
    shown = client.post(reverse("find_child"), {"q": "rowan"}).content.decode()
    assert "Check before collection" in shown and "No photographs" in shown
    assert not any(words in shown for words in (TERMS, "Lee", "No contact", "Marlow"))
    client.force_login(room.lead)
    for badge in ("collect", "nophoto"):
        rows = client.get(reverse("children"), {"badge": badge}).context["rows"]
        assert [(one.pk, one.badges) for one, _ in rows] == [(child.pk, ["collect", "nophoto"])]
    safeguards.end(row=order, last_day=TODAY - timedelta(days=1), reason="Over.", by=room.lead)
    assert Child.objects.get(pk=child.pk).card_badges == ["nophoto"]
