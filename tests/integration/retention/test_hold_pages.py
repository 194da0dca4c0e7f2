"""Who sets a hold, sees it, asks to lift it and lifts it, on the pages; and who is told?"""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from children.services import access
from retention.entries import KIND
from retention.models import LegalHold
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.telling import tell_of_reviews
from safeguarding.accounts.models import Notice, User
from safeguarding.concerns import chronology
from safeguarding.keys import uuid7
from tests.integration.plans.pages import Visitor, day

from .conftest import Office

pytestmark = pytest.mark.django_db
PAGE = "legal_hold"


def soon(days: int = 90) -> date:
    return timezone.localdate() + timedelta(days=days)


def typed(**facts: Any) -> dict[str, Any]:
    return {
        "token": uuid7(),
        "scope": "child",
        "kind": "police",
        "authority": "Operation Larch",
        "reason": "They asked for the whole file.",
        **day("review_on", soon()),
        **facts,
    }


def hold(place: Office, child: Child | None, *, by: User | None = None, **facts: Any) -> LegalHold:
    given = {"scope": "child" if child else "school", "kind": "police", "reason": "They asked.", "review_on": soon()}
    return set_hold(school=place.school, token=uuid7(), child=child, by=by or place.room.lead, **given | facts)


def told(kind: str) -> set[str]:
    found = {notice.user.last_name for notice in Notice.objects.filter(kind=kind).select_related("user")}
    Notice.objects.all().delete()
    return found


def test_a_deputy_sets_one_and_it_binds_at_once(client: Client, place: Office):
    child, deputy = place.leaver(), Visitor(client, place.room.deputy)
    assert "What is held?" in deputy.page("hold_child", child.pk)
    answer = client.post(reverse("hold_child", args=[child.pk]), typed())
    made = LegalHold.objects.get()
    assert answer.url == reverse(PAGE, args=[made.pk])
    page = deputy.page(PAGE, made.pk)
    for words in ("Operation Larch", "They asked for the whole file.", made.reference, "It binds"):
        assert words in page
    assert "A hold keeps this record." in deputy.page("child_retention", child.pk)
    assert made.reference in deputy.page("child_retention", child.pk)
    assert told("hold_set") == {"Raman"}


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"reason": ""}, "Say why, in words that somebody will understand in ten years"),
        ({"kind": ""}, "Choose why it is held"),
        (day("review_on", date(2020, 1, 1)), "Enter a day after today on which somebody looks at this hold again"),
        (day("review_on", date(2090, 1, 1)), "Enter a day at most five years ahead"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    client: Client, place: Office, facts: dict[str, Any], sentence: str
):
    child = place.leaver()
    client.force_login(place.room.lead)
    answer = client.post(reverse("hold_child", args=[child.pk]), typed(**facts))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "Operation Larch" in answer.content.decode()
    assert not LegalHold.objects.exists()


def test_two_people_lift_it_and_the_first_is_told_to_wait(client: Client, place: Office):
    made = hold(place, place.leaver())
    lead = Visitor(client, place.room.lead)
    assert lead.send(PAGE, made.pk, "ask", reason="").status_code == 422
    assert lead.send(PAGE, made.pk, "ask", reason="The case is closed.").status_code == 302
    assert told("hold_lift_asked") == {"Okafor", "Aldous"}
    page = lead.page(PAGE, made.pk)
    assert "Somebody else lifts it" in page
    made.refresh_from_db()
    answer = client.post(reverse(PAGE, args=[made.pk]), {"deed": "lift", "seen": made.revision})
    assert answer.status_code == 403
    head = Visitor(client, place.room.headteacher)
    assert "The case is closed." in head.page(PAGE, made.pk)
    assert head.send(PAGE, made.pk, "lift").status_code == 302
    made.refresh_from_db()
    assert made.lifted_by == place.room.headteacher
    assert "Lifted. What the schedule says counts again." in head.page(PAGE, made.pk)
    assert "A hold keeps" not in head.page("child_retention", made.child_id)


def test_the_second_person_may_keep_it(client: Client, place: Office):
    made = hold(place, place.leaver())
    ask_to_lift(hold=made, seen=0, token=uuid7(), reason="It is over.", by=place.room.lead)
    head = Visitor(client, place.room.headteacher)
    assert head.send(PAGE, made.pk, "keep").status_code == 302
    made.refresh_from_db()
    assert made.stands
    assert made.lift_asked_at is None


def test_a_stale_page_keeps_what_was_typed(client: Client, place: Office):
    made = hold(place, place.leaver())
    lead = Visitor(client, place.room.lead)
    ask = lead.form(PAGE, made.pk, "ask") | {"reason": "The police have written that it is over."}
    assert lead.send(PAGE, made.pk, "review", **day("review_on", soon(200))).status_code == 302
    answer = client.post(reverse(PAGE, args=[made.pk]), ask)
    assert answer.status_code == 409
    assert "The police have written that it is over." in answer.content.decode()
    made.refresh_from_db()
    assert (made.review_on, made.lift_asked_at) == (soon(200), None)


def test_one_for_the_headteacher_is_there_for_nobody_else(client: Client, place: Office):
    child = place.leaver()
    client.force_login(place.room.lead)
    answer = client.post(reverse("hold_child", args=[child.pk]), typed(for_headteacher="on"), follow=True)
    assert "You do not see it" in answer.content.decode() or "you do not see it" in answer.content.decode()
    made = LegalHold.objects.get()
    assert told("hold_set") == {"Okafor"}
    for person in (place.room.lead, place.room.deputy):
        visitor = Visitor(client, person)
        assert visitor.get(PAGE, made.pk).status_code == 404
        assert client.post(reverse(PAGE, args=[made.pk]), {"deed": "lift", "seen": 0}).status_code == 404
        assert made.reference not in client.get(reverse("holds")).content.decode()
        tab = visitor.page("child_retention", child.pk)
        assert made.reference not in tab
        assert "A hold keeps this record." not in tab
        assert "Something you may not see keeps this record." in tab
    head = Visitor(client, place.room.headteacher)
    assert "The Headteacher alone" in head.page(PAGE, made.pk)
    assert made.reference in head.page("child_retention", child.pk)


def test_the_officer_holds_the_school_and_sees_no_hold_of_a_child(client: Client, place: Office):
    of_child = hold(place, place.leaver())
    officer = Visitor(client, place.officer)
    page = client.get(reverse("holds")).content.decode()
    assert of_child.reference not in page
    assert officer.get(PAGE, of_child.pk).status_code == 404
    assert officer.get("hold_child", of_child.child_id).status_code == 403
    assert client.post(reverse("hold_school"), typed(kind="inquiry")).status_code == 302
    made = LegalHold.objects.get(scope="school")
    assert "Every record of the school" in officer.page(PAGE, made.pk)
    assert officer.send(PAGE, made.pk, "ask", reason="The inquiry has ended.").status_code == 302
    lead = Visitor(client, place.room.lead)
    assert made.reference in lead.page("child_retention", of_child.child_id)
    assert lead.send(PAGE, made.pk, "lift").status_code == 302
    # The deputy sees it, and neither sets nor lifts it.
    deputy = Visitor(client, place.room.deputy)
    assert "It can be lifted" not in deputy.page(PAGE, made.pk)
    assert client.get(reverse("hold_school")).status_code == 403
    assert client.post(reverse("hold_school"), typed()).status_code == 403


def test_it_is_not_there_for_who_may_not_see_the_child_or_the_page(client: Client, place: Office):
    child = place.leaver()
    made = hold(place, child, by=place.room.headteacher)
    for person in (place.room.office, place.room.teacher):
        visitor = Visitor(client, person)
        assert visitor.get(PAGE, made.pk).status_code == 403
        assert visitor.get("hold_child", child.pk).status_code == 403
        assert client.get(reverse("holds")).status_code == 403
        assert client.post(reverse("hold_child", args=[child.pk]), typed()).status_code == 403
    access.declare_conflict(user=place.room.lead, child=child, kind="close", by=place.room.lead)
    lead = Visitor(client, place.room.lead)
    assert lead.get(PAGE, made.pk).status_code == lead.get("hold_child", child.pk).status_code == 404
    assert client.post(reverse("hold_child", args=[child.pk]), typed()).status_code == 404
    assert made.reference not in client.get(reverse("holds")).content.decode()


def test_the_list_has_those_to_look_at_first_and_asks_no_more_for_many(
    client: Client, place: Office, django_assert_max_num_queries: Any, django_assert_num_queries: Any
):
    late = hold(place, place.leaver(), review_on=soon(1))
    later = hold(place, place.leaver("Ola", "Brook"))
    LegalHold.objects.filter(pk=late.pk).update(review_on=soon(-3))
    lead = Visitor(client, place.room.lead)
    page = client.get(reverse("holds")).content.decode()
    assert page.index(late.reference) < page.index(later.reference)
    assert page.count("Review is due") == 1
    with django_assert_max_num_queries(12) as few:
        client.get(reverse("holds"))
    asked = len(few.captured_queries)
    for number in range(9):
        made = hold(place, place.leaver("Ola", f"Brook{number}"))
        ask_to_lift(hold=made, seen=0, token=uuid7(), reason="It is over.", by=place.room.lead)
        made.refresh_from_db()
        if number % 2:
            lift_hold(hold=made, seen=made.revision, by=place.room.headteacher)
    # On a busy machine it is some seconds later, and the first page notes that the session is used.
    client.get(reverse("holds"))
    with django_assert_num_queries(asked):
        lead.client.get(reverse("holds"))


def test_leads_are_told_once_when_its_review_day_has_come_and_again_after_another_day(place: Office):
    made = hold(place, place.leaver())
    apart = hold(place, place.leaver("Ola", "Brook"), by=place.room.headteacher, for_headteacher=True)
    Notice.objects.all().delete()
    assert tell_of_reviews() == 0
    LegalHold.objects.filter(pk__in=[made.pk, apart.pk]).update(review_on=soon(0))
    assert tell_of_reviews() > 0
    assert set(Notice.objects.filter(object_id=made.pk).values_list("user__last_name", flat=True)) == {
        "Raman",
        "Aldous",
    }
    assert set(Notice.objects.filter(object_id=apart.pk).values_list("user__last_name", flat=True)) == {"Okafor"}
    Notice.objects.all().delete()
    assert tell_of_reviews() == 0
    LegalHold.objects.filter(pk=made.pk).update(review_on=soon(-1))
    assert tell_of_reviews() == 2


def test_its_number_leads_to_it_for_who_sees_it(client: Client, place: Office, rf: Any):
    from safeguarding.references import address_of_reference

    made = hold(place, place.leaver())
    request = rf.get("/")
    for person, address in ((place.room.lead, reverse(PAGE, args=[made.pk])), (place.room.teacher, "")):
        request.user = person
        assert address_of_reference(request, made.reference.lower()) == address


def test_it_is_an_entry_of_the_chronology_for_who_sees_it(client: Client, place: Office):
    child = place.leaver()
    made = hold(place, child)
    apart = hold(place, child, by=place.room.headteacher, for_headteacher=True)
    ask_to_lift(hold=made, seen=0, token=uuid7(), reason="It is over.", by=place.room.lead)
    made.refresh_from_db()
    lift_hold(hold=made, seen=made.revision, by=place.room.headteacher)
    page = Visitor(client, place.room.lead).page("child_chronology", child.pk)
    assert "Legal hold set" in page
    assert "Legal hold lifted" in page
    assert made.reference in page
    assert apart.reference not in page
    assert apart.reference in Visitor(client, place.room.headteacher).page("child_chronology", child.pk)
    alone = chronology.Narrowed(kinds=frozenset({KIND}))
    for person, number in ((place.room.lead, 2), (place.room.headteacher, 3)):
        found = chronology.read(SimpleNamespace(user=person), child, alone)  # type: ignore[arg-type]
        assert len(found.entries) == found.total == number
