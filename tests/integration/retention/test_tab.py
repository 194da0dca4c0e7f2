"""Does the tab "Retention" say until when a record is kept and why, and who states what that rests on?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from children.models import Child
from children.services import access
from children.services.filing import put_photograph
from retention.models import Mark, RetentionRule, Statement
from retention.services.statements import state
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.plans.pages import Visitor, day
from tests.integration.uploads.corpus import picture

from .conftest import LEFT, Office

pytestmark = pytest.mark.django_db
TAB = "child_retention"


def of_kind(place: Office, child: Child, category: str = "SEX") -> Any:
    """A concern of a kind that proposes the long rule."""
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=child)])
    type(concern).objects.filter(pk=concern.pk).update(category_id=category)
    return concern


def test_it_says_the_day_the_reason_and_the_rule(client: Client, place: Office):
    child = place.leaver()
    lead = Visitor(client, place.room.lead)
    page = lead.page(TAB, child.pk)
    assert "Forecast" in page
    assert "Kept until 1 March 2024: 25 years from birth, rule R02 version 1." in page
    assert "A safeguarding lead states here whether the next school has confirmed" in page
    assert "It is not due yet." in page
    place.last_school(child)
    page = lead.page(TAB, child.pk)
    assert "Its time is over" in page
    assert "Forecast" not in page


def test_on_roll_it_is_a_forecast_and_without_a_day_of_birth_it_says_what_to_do(client: Client, place: Office):
    here = factories.child(place.school, by=place.room.office, details={"date_of_birth": date(2016, 9, 3)})
    lead = Visitor(client, place.room.lead)
    page = lead.page(TAB, here.pk)
    assert "Kept until 3 September 2041: 25 years from birth, rule R02 version 1." in page
    assert "This is a forecast." in page
    assert "The child is on the school’s roll." in page
    assert "The next school has the file" not in page
    unborn = place.leaver(details={})
    place.last_school(unborn)
    assert "The office adds it to the child’s details" in lead.page(TAB, unborn.pk)


def test_a_lead_states_a_receipt_and_withdraws_it(client: Client, place: Office):
    child, lead = place.leaver(), Visitor(client, place.room.lead)
    answer = lead.send(TAB, child.pk, "receipt", said="Whitmoor High, Mrs Orme", **day("on", LEFT + timedelta(days=9)))
    assert answer.status_code == 302
    page = lead.page(TAB, child.pk)
    assert "Kept until 29 August 2010: 30 days from the next school’s confirmation, rule R01 version 1." in page
    assert "Whitmoor High, Mrs Orme" in page
    stated = Statement.objects.get(child=child)
    answer = client.post(reverse(TAB, args=[child.pk]), {"deed": "withdraw", "statement": stated.pk})
    assert answer.status_code == 302
    page = lead.page(TAB, child.pk)
    assert "Stated before" in page
    assert "rule R02 version 1" in page
    # A second press finds it withdrawn.
    assert client.post(reverse(TAB, args=[child.pk]), {"deed": "withdraw", "statement": stated.pk}).status_code == 409


@pytest.mark.parametrize(
    ("deed", "on", "sentence"),
    [
        ("receipt", LEFT - timedelta(days=1), "The next school cannot have confirmed it before the child left"),
        ("receipt", date(2099, 1, 1), "Enter a day that has come"),
        ("keep", date(2020, 1, 1), "Enter a day after today, at most five years ahead"),
        ("keep", date(2099, 1, 1), "Enter a day after today, at most five years ahead"),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    client: Client, place: Office, deed: str, on: date, sentence: str
):
    child, lead = place.leaver(), Visitor(client, place.room.lead)
    answer = lead.send(TAB, child.pk, deed, said="Mrs Orme rang on Monday", **day("on", on))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Mrs Orme rang on Monday" in page
    assert not Statement.objects.exists()


def test_words_are_asked_for_and_two_presses_are_one_statement(client: Client, place: Office):
    child, lead = place.leaver(), Visitor(client, place.room.lead)
    assert "Name the next school" in lead.send(TAB, child.pk, "receipt", said="", **day("on", LEFT)).content.decode()
    typed = lead.form(TAB, child.pk, "last_school") | {"said": "Abroad."} | day("on", LEFT)
    for _ in range(2):
        assert client.post(reverse(TAB, args=[child.pk]), typed).status_code == 302
    assert Statement.objects.filter(child=child).count() == 1


def test_the_file_itself_is_marked_and_the_mark_taken_back_with_a_reason(client: Client, place: Office):
    child, lead = place.leaver(), Visitor(client, place.room.lead)
    place.last_school(child)
    assert "Not marked" in lead.page(TAB, child.pk)
    assert lead.send(TAB, child.pk, "mark", reason="").status_code == 422
    assert lead.send(TAB, child.pk, "mark", reason="What she told led to a trial.").status_code == 302
    page = lead.page(TAB, child.pk)
    assert "The file itself is kept under the long rule" in page
    # Nothing is on the record: it counts from birth, and says so.
    assert ": 75 years from birth, rule R03 version 1." in page
    assert lead.send(TAB, child.pk, "unmark", reason="It was about another child.").status_code == 302
    page = lead.page(TAB, child.pk)
    assert "The file itself is kept under the long rule" not in page
    assert "rule R02 version 1" in page
    typed = {"deed": "unmark", "token": uuid7(), "reason": "Again."}
    assert client.post(reverse(TAB, args=[child.pk]), typed).status_code == 409
    assert Mark.objects.filter(child=child, ended_at=None, applies=True).count() == 0


def test_who_reads_it_who_states_and_for_whom_it_is_not_there(client: Client, place: Office):
    child = place.leaver()
    for person, status in (
        (place.room.lead, 200),
        (place.room.deputy, 200),
        (place.room.headteacher, 200),
        (place.room.office, 403),
        (place.room.teacher, 403),
        (place.officer, 403),
    ):
        assert Visitor(client, person).get(TAB, child.pk).status_code == status, person.job
    for person in (place.room.deputy, place.room.headteacher):
        visitor = Visitor(client, person)
        assert "State what the date rests on" not in visitor.page(TAB, child.pk)
        typed = {"deed": "last_school", "token": uuid7(), "said": "Abroad.", **day("on", LEFT)}
        assert client.post(reverse(TAB, args=[child.pk]), typed).status_code == 403
    assert not Statement.objects.exists()
    lead = place.room.lead
    access.declare_conflict(user=lead, child=child, kind="close", by=lead)
    visitor = Visitor(client, lead)
    assert visitor.get(TAB, child.pk).status_code == 404
    assert client.post(reverse(TAB, args=[child.pk]), {"deed": "last_school"}).status_code == 404


def test_a_statement_of_another_child_is_not_withdrawn_here(client: Client, place: Office):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    stated = place.last_school(other)
    Visitor(client, place.room.lead)
    assert client.post(reverse(TAB, args=[one.pk]), {"deed": "withdraw", "statement": stated.pk}).status_code == 404
    stated.refresh_from_db()
    assert stated.withdrawn_at is None


def test_it_asks_the_database_no_more_for_many_statements(
    client: Client, place: Office, django_assert_max_num_queries: Any, django_assert_num_queries: Any
):
    child, lead = place.leaver(), place.room.lead
    place.last_school(child)
    put_photograph(child=child, token=uuid7(), upload=Upload("a.jpg", picture()), by=place.room.office)
    of_kind(place, child)
    client.force_login(lead)
    client.get(reverse(TAB, args=[child.pk]))
    with django_assert_max_num_queries(30) as few:
        client.get(reverse(TAB, args=[child.pk]))
    asked = len(few.captured_queries)
    for number in range(12):
        until = timezone.localdate() + timedelta(days=100 + number)
        state(child=child, token=uuid7(), kind="keep", on=until, said=f"Asked {number}.", by=lead)
        of_kind(place, child)
    # On a busy machine it is some seconds later, and the first page notes that the session is used.
    client.get(reverse(TAB, args=[child.pk]))
    with django_assert_num_queries(asked):
        client.get(reverse(TAB, args=[child.pk]))


def test_a_rule_that_is_not_adopted_says_so(client: Client, place: Office):
    child = place.leaver()
    place.last_school(child)
    RetentionRule.objects.filter(school=place.school).delete()
    assert "The school has not adopted the rule yet" in Visitor(client, place.room.lead).page(TAB, child.pk)
