"""Is one record held by itself, by those alone who may, and is nothing else held with it?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from retention.models import ItemRun, LegalHold
from retention.services.destroying import destroy_due
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.one_record import record_with
from retention.services.scan import scan
from retention.services.telling import tell_of_reviews
from safeguarding.accounts.models import Notice, RoleAssignment, User
from safeguarding.accounts.services.looked import Asked, events_at
from safeguarding.accounts.services.people import end_role
from safeguarding.adults.models import StaffConcern
from safeguarding.ending import reasons
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import AttendanceDay, AttendanceYear
from safeguarding.prepared import prepared
from safeguarding.sealing.models import KEYS
from sharing.events.models import Consent
from sharing.events.services.consents import withdraw_consent
from tests import factories
from tests.integration.plans.pages import Visitor, day
from tests.integration.test_rights_rows import insert, is_refused, tried
from tests.walls import asking

from .adults import lay_concern
from .attending import Register, lay_register
from .conftest import Office, as_destroyer, later
from .kinds import KINDS, SCANS, answer, begun, due, lay_consent, lay_training, let_chair_in, scanned_until, sent

pytestmark = [pytest.mark.django_db(databases=["default", KEYS]), pytest.mark.usefixtures("folders")]
REASON = "A tribunal has asked for it."


def soon(days: int = 90) -> date:
    return timezone.localdate() + timedelta(days=days)


def hold(place: Office, record: Any, *, by: User | None = None, **facts: Any) -> LegalHold:
    given: dict[str, Any] = {"scope": "record", "kind": "court", "reason": REASON, "review_on": soon()} | facts
    one = record_with(record.pk)
    return set_hold(school=place.school, token=uuid7(), one=one, by=by or place.room.lead, **given)


def lift(made: LegalHold, first: User, second: User) -> None:
    ask_to_lift(hold=made, seen=0, token=uuid7(), reason="The tribunal has decided.", by=first)
    lift_hold(hold=made, seen=1, by=second)


def typed(**facts: Any) -> dict[str, Any]:
    return {"token": uuid7(), "kind": "court", "reason": REASON, **day("review_on", soon()), **facts}


def keeping(record: Any) -> set[str]:
    return {one.reason.fact for one in reasons.what_keeps([record.pk]).get(record.pk, []) if one.reason}


# --- what it keeps


def test_destroyer_begins_the_other_consent_and_not_the_one_that_is_held(place: Office):
    held = lay_consent(place)
    with later(days=1):
        free = answer(place, held.child, "given")
        for one in (held, free):
            withdraw_consent(consent=one, on=timezone.localdate(), how="spoken", said="She rang.", by=place.room.lead)
    with later(days=300):
        # What she answered last stays.
        answer(place, held.child, "refused")
    days = KINDS["consent"].days + 1 + SCANS
    scanned_until(days)
    with later(days=days):
        place.approve(sent(place, begun(place, held, free)))
    with later(days=days + 15):
        made = hold(place, held)
        assert "keeps_record_hold" in keeping(held) and "keeps_record_hold" not in keeping(free)
        with as_destroyer():
            assert destroy_due() == 1
        assert Consent.objects.filter(pk=held.pk).exists() and not Consent.objects.filter(pk=free.pk).exists()
        # What would take it along stays with it, and no other child's.
        other = place.leaver("Una", "Brook")
        assert "keeps_record_hold" in keeping(held.child) and "keeps_record_hold" not in keeping(other)
        lift(made, place.room.lead, place.room.headteacher)
        assert "keeps_record_hold" not in keeping(held) | keeping(held.child)


def test_a_record_that_is_being_destroyed_is_not_held_any_more(place: Office):
    with due(place, "consent") as record:
        place.approve(sent(place, begun(place, record)))
    with later(days=KINDS["consent"].days + SCANS + 15):
        item = begun_item(record)
        with as_destroyer():
            assert prepared("SELECT public.begin_ending(%s)", [item]) == [("",)]
        assert ItemRun.objects.get().item_id == item
        with pytest.raises(OutOfTurn, match="cannot be held any more"):
            hold(place, record)


def begun_item(record: Any) -> Any:
    [[key]] = prepared("SELECT id FROM retention_destructionitem WHERE record_key = %s", [record.pk])
    return key


def test_a_hold_on_the_child_keeps_its_consents_and_one_on_a_consent_no_other(place: Office):
    consent = lay_consent(place)
    with later(days=1):
        said: dict[str, Any] = {"on": timezone.localdate(), "how": "spoken", "said": "She rang."}
        withdraw_consent(consent=consent, by=place.room.lead, **said)
        other = answer(place, consent.child, "refused")
    hold(place, consent)
    assert "keeps_record_hold" in keeping(consent) and "keeps_record_hold" not in keeping(other)
    given = {"scope": "child", "child": consent.child, "kind": "police", "reason": "They asked.", "review_on": soon()}
    set_hold(school=place.school, token=uuid7(), by=place.room.lead, **given)
    assert "keeps_hold" in keeping(consent) & keeping(other) & keeping(consent.child)


def test_a_held_school_year_keeps_its_days_from_later_years_and_files_and_others_go(place: Office):
    register = lay_register(place, 2)
    made = hold(place, register.year)
    assert "keeps_record_hold" in keeping(register.children[0])
    assert "keeps_record_hold" not in keeping(place.leaver("Una", "Brook"))
    for days in (340, 400):
        with later(days=days):
            scan()
    with later(days=400):
        following = next_year(register)
        assert "keeps_record_hold" in keeping(following)
        with pytest.raises(OutOfTurn, match="A hold keeps this record"):
            replace(register, year=following).approved()
        lift(made, place.room.lead, place.room.deputy)
        item = replace(register, year=following).approved()
        # Held once the later one was approved, of which nothing has changed.
        hold(place, register.year)
    with later(days=415):
        with as_destroyer():
            assert destroy_due() == 0
        assert prepared("SELECT rules.refused_by(%s)", [item.pk]) == [("keeps_record_hold",)]
    assert AttendanceDay.objects.count() == 2 * len([*register.old, *register.new])


def next_year(register: Register) -> AttendanceYear:
    return AttendanceYear.objects.get(last_on__year=register.year.last_on.year + 1)


def test_no_year_is_held_whose_days_go_with_a_later_one(place: Office):
    register = lay_register(place, 1)
    last = register.year.last_on
    before = AttendanceYear.objects.create(school=place.school, last_on=last.replace(year=last.year - 1))
    item = register.approved()
    with as_destroyer():
        assert prepared("SELECT public.begin_ending(%s)", [item.pk]) == [("",)]
    for year in (register.year, before):
        with pytest.raises(OutOfTurn, match="cannot be held any more"):
            hold(place, year)
    assert hold(place, next_year(register)).stands


def test_a_held_record_keeps_no_account(place: Office):
    record = lay_training(place)
    hold(place, record)
    with later(days=30):
        for role in RoleAssignment.objects.filter(user=record.user, school=place.school):
            end_role(assignment=role, last_day=timezone.localdate(), by=place.room.headteacher)
    with later(days=30 + 186):
        over = prepared("SELECT account FROM rules.accounts_over(%s)", [record.user_id])
        assert over == [(record.user_id,)]


# --- who sets it, sees it and lifts it


def test_who_sees_a_record_holds_it_and_others_are_refused(place: Office, client: Client):
    consent = lay_consent(place)
    deputy = Visitor(client, place.room.deputy)
    assert "Set a legal hold" in deputy.page("sharing_consent", consent.pk)
    assert consent.child.full_name in deputy.page("hold_record", consent.pk)
    assert client.post(reverse("hold_record", args=[consent.pk]), typed(reason="")).status_code == 422
    answered = client.post(reverse("hold_record", args=[consent.pk]), typed())
    made = LegalHold.objects.get()
    assert answered.url == reverse("legal_hold", args=[made.pk])
    assert (made.record_kind, made.record_key, made.child_id) == ("consent", consent.pk, consent.child_id)
    assert "One record: consent" in deputy.page("legal_hold", made.pk) and REASON in deputy.page("legal_hold", made.pk)
    assert "One record: consent" in client.get(reverse("holds")).content.decode()
    assert made.reference in deputy.page("child_retention", consent.child_id)
    # It is not on the child: no entry of the chronology says so.
    assert made.reference not in deputy.page("child_chronology", consent.child_id)
    shut = dict.fromkeys((place.room.office, place.room.teacher, place.officer), 403) | {place.chair: 404}
    for person, status in shut.items():
        visitor = Visitor(client, person)
        assert visitor.get("hold_record", consent.pk).status_code == status, person
        assert client.post(reverse("hold_record", args=[consent.pk]), typed()).status_code == status, person
        assert visitor.get("legal_hold", made.pk).status_code in (403, 404)
        with pytest.raises(NotAllowed):
            hold(place, consent, by=person)
        with asking(person):
            assert not LegalHold.objects.exists(), person
    assert Visitor(client, place.room.lead).get("hold_record", uuid7()).status_code == 404
    assert LegalHold.objects.count() == 1


def test_who_may_not_know_of_the_record_finds_neither_form_nor_hold(place: Office, client: Client):
    consent = lay_consent(place)
    made = hold(place, consent, by=place.room.headteacher)
    declare_conflict(user=place.room.lead, child=consent.child, kind="close", by=place.room.lead)
    lead = Visitor(client, place.room.lead)
    assert lead.get("hold_record", consent.pk).status_code == lead.get("legal_hold", made.pk).status_code == 404
    with pytest.raises(NotAllowed):
        hold(place, consent)
    with asking(place.room.lead):
        assert not LegalHold.objects.exists()
    with asking(place.room.deputy):
        assert LegalHold.objects.get() == made


def nothing_of_it(client: Client, place: Office, person: User, concern: StaffConcern, made: LegalHold) -> None:
    """By page, by number, by notification, by SQL."""
    visitor = Visitor(client, person)
    assert visitor.get("hold_record", concern.pk).status_code in (403, 404)
    assert visitor.get("legal_hold", made.pk).status_code in (403, 404)
    answered = client.get(reverse("holds"))
    assert answered.status_code == 403 or made.reference not in answered.content.decode()
    assert not Notice.objects.filter(user=person, object_id=made.pk).exists()
    for role in ("web", "worker"):
        with asking(person, role):
            assert not LegalHold.objects.exists(), (person, role)
    with pytest.raises(NotAllowed):
        hold(place, concern, by=person)
    with pytest.raises(NotAllowed):
        ask_to_lift(hold=made, seen=0, token=uuid7(), reason="It is over.", by=person)


def test_a_concern_about_an_adult_is_held_seen_and_lifted_by_the_two_alone(place: Office, client: Client):
    concern, head = lay_concern(place), place.room.headteacher
    trust_lead = factories.member(place.school, "trust_lead", "Asha", "Pell")
    page = Visitor(client, head)
    assert "Set a legal hold" in page.page("staff_concern", concern.pk)
    assert "For the Headteacher alone" not in page.page("hold_record", concern.pk)
    assert client.post(reverse("hold_record", args=[concern.pk]), typed()).status_code == 302
    made = LegalHold.objects.get()
    assert (made.number, made.readers, made.in_group) == (None, "adults", "adults")
    others = (place.room.lead, place.room.deputy, place.room.office, place.officer, trust_lead, place.room.teacher)
    # Also the chair, as long as nobody has given access.
    for person in (*others, place.chair):
        nothing_of_it(client, place, person, concern, made)
    # The next number leaves no gap, and the log of the school says nothing.
    child = place.leaver()
    given: dict[str, Any] = {
        "scope": "child",
        "child": child,
        "kind": "police",
        "reason": "They asked.",
        "review_on": soon(),
    }
    assert set_hold(school=place.school, token=uuid7(), by=place.room.lead, **given).number == 1
    assert not events_at(place.school.pk, Asked(), today=timezone.localdate()).filter(object_id=made.pk).exists()
    LegalHold.objects.exclude(pk=made.pk).delete()
    with pytest.raises(NotAllowed):
        lift(made, head, head)
    let_chair_in(place, concern)
    made.refresh_from_db()
    chair = Visitor(client, place.chair)
    assert concern.reference in chair.page("legal_hold", made.pk) and REASON in chair.page("legal_hold", made.pk)
    assert made.reference in client.get(reverse("holds")).content.decode()
    assert chair.send("legal_hold", made.pk, "lift").status_code == 302
    made.refresh_from_db()
    assert (made.lift_asked_by, made.lifted_by) == (head, place.chair)
    for person in others:
        nothing_of_it(client, place, person, concern, made)


def test_both_are_told_of_a_hold_on_a_concern_about_an_adult_and_nobody_else(place: Office):
    concern = lay_concern(place)
    let_chair_in(place, concern)
    Notice.objects.all().delete()
    made = hold(place, concern, by=place.chair)
    assert set(Notice.objects.filter(object_id=made.pk).values_list("user", flat=True)) == {place.room.headteacher.pk}
    LegalHold.objects.update(review_on=soon(0))
    tell_of_reviews()
    told = set(Notice.objects.filter(kind="hold_review").values_list("user", flat=True))
    assert told == {place.room.headteacher.pk, place.chair.pk}


# --- by SQL


@pytest.mark.parametrize("role", ["web", "worker"])
def test_no_hold_on_one_record_is_written_but_by_who_may(place: Office, role: str):
    consent, concern = lay_consent(place), lay_concern(place)
    room, head = place.room, place.room.headteacher

    def row(record: Any, kind: str, by: User, **other: Any) -> tuple[str, list[Any]]:
        given: dict[str, Any] = {"number": 9, "record_kind": kind, "record_key": record.pk, "set_by": by} | other
        said: dict[str, Any] = {
            "year": 2026,
            "scope": "record",
            "kind": "court",
            "review_on": soon(),
            "set_at": timezone.now(),
        }
        return insert(LegalHold(school=place.school, token=uuid7(), **said, **given))

    of_adults: dict[str, Any] = {"number": None, "readers": "adults"}
    refused: Callable[..., bool] = lambda by, *given, **other: is_refused(by, role, *row(*given, by, **other))  # noqa: E731
    assert tried(room.deputy, role, *row(consent, "consent", room.deputy, child=consent.child)) == 1
    assert refused(room.teacher, consent, "consent")
    assert refused(room.deputy, consent, "training"), "it is no such record"
    assert refused(room.deputy, consent, "consent", child=place.leaver()), "of another child"
    assert refused(room.deputy, consent, "consent", **of_adults), "where nobody would find it"
    assert tried(head, role, *row(concern, "staff_concern", head, **of_adults)) == 1
    assert refused(head, concern, "staff_concern"), "seen by all leads"
    for person in (room.lead, room.deputy, place.officer, place.chair, room.teacher):
        assert refused(person, concern, "staff_concern", **of_adults), person
        assert refused(person, concern, "staff_concern"), person
    made = hold(place, concern, by=head)
    for column, value in (("record_key", consent.pk), ("record_kind", "consent"), ("readers", "leads")):
        changed = f"UPDATE retention_legalhold SET {column} = %s WHERE id = %s"  # noqa: S608
        assert is_refused(head, role, changed, [value, made.pk]), column
    ask_to_lift(hold=made, seen=0, token=uuid7(), reason="It is over.", by=head)
    lifted = "UPDATE retention_legalhold SET lifted_at = now(), lifted_by_id = %s WHERE id = %s"
    assert tried(room.lead, role, lifted, [room.lead.pk, made.pk]) == 0
    let_chair_in(place, concern)
    assert tried(place.chair, role, lifted, [place.chair.pk, made.pk]) == 1
