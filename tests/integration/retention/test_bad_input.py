"""Of what is typed wrong on a page of retention: does a sentence say so, is nothing saved, and does what was typed
stay?
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retention.models import Approval, Brake, Decision, LegalHold, Mark, RetentionRule, Statement
from retention.services.holds import set_hold
from safeguarding.keys import uuid7
from tests.integration.plans.pages import Visitor, day

from .conftest import LEFT, Office
from .test_list_pages import Visitor as Reader
from .test_list_pages import destroy, said

pytestmark = pytest.mark.django_db
LONG = "An old letter. " * 667
WORDS = "Mrs Orme rang on Monday."
PAST, FAR = date(2020, 1, 1), date(2090, 1, 1)
AFTER_TODAY = "Enter a day after today on which somebody looks at this hold again"


def boxes(name: str, *typed: str) -> dict[str, str]:
    """The three boxes of a date, as they were typed."""
    return {f"{name}_{part}": text for part, text in zip(("day", "month", "year"), typed, strict=True)}


def unsaved(model: type[Model], answer: Any, sentence: str, kept: str) -> None:
    """The page says the sentence and has what was typed, and nothing is saved."""
    page = said(answer)
    assert answer.status_code == 422
    assert sentence in page, page[page.find("There is a problem") :][:400]
    assert kept in page and "<title>Error: " in page.replace("<title> ", "<title>")
    assert not model._default_manager.exists()


HOLDS = [
    ({"reason": "  "}, "Say why, in words that somebody will understand in ten years"),
    ({"reason": LONG}, "must be 4000 characters or fewer"),
    ({"kind": "rumour"}, "Choose why it is held"),
    ({"authority": "A" * 501}, "500"),
    (boxes("review_on", "", "", ""), "Enter the day on which somebody looks at it again"),
    (boxes("review_on", "3", "", "2027"), "must include a month"),
    (boxes("review_on", "31", "2", "2027"), "must be a real date"),
    (boxes("review_on", "3", "Smarch", "2027"), "must be a real date"),
    (day("review_on", PAST), AFTER_TODAY),
    (day("review_on", timezone.localdate()), AFTER_TODAY),
    (day("review_on", FAR), "Enter a day at most five years ahead"),
]


@pytest.mark.parametrize(("facts", "sentence"), HOLDS)
@pytest.mark.parametrize("of", ["child", "school"])
def test_a_hold(client: Client, place: Office, facts: dict[str, Any], sentence: str, of: str):
    person = place.room.lead if of == "child" else place.room.headteacher
    address = reverse("hold_child", args=[place.leaver().pk]) if of == "child" else reverse("hold_school")
    client.force_login(person)
    typed = {"token": uuid7(), "scope": "child", "kind": "police", "authority": "Operation Larch", "reason": WORDS}
    typed |= day("review_on", timezone.localdate() + timedelta(days=90)) | facts
    kept = WORDS if "reason" not in facts else "Operation Larch"
    unsaved(LegalHold, client.post(address, typed), sentence, kept)


def test_a_hold_without_saying_of_what(client: Client, place: Office):
    client.force_login(place.room.lead)
    typed = {"token": uuid7(), "kind": "police", "reason": WORDS} | day("review_on", timezone.localdate())
    answer = client.post(reverse("hold_child", args=[place.leaver().pk]), typed)
    unsaved(LegalHold, answer, "Choose what is held", WORDS)


def test_a_second_press_sets_one_hold(client: Client, place: Office):
    client.force_login(place.room.lead)
    typed = {"token": uuid7(), "scope": "child", "kind": "police", "reason": WORDS}
    typed |= day("review_on", timezone.localdate() + timedelta(days=90))
    address = reverse("hold_child", args=[place.leaver().pk])
    assert [client.post(address, typed).status_code for _ in range(2)] == [302, 302]
    assert LegalHold.objects.count() == 1


@pytest.mark.parametrize(
    ("deed", "facts", "sentence"),
    [
        ("review", day("review_on", PAST), AFTER_TODAY),
        ("review", day("review_on", FAR), "Enter a day at most five years ahead"),
        ("review", boxes("review_on", "", "", ""), "Enter the day on which somebody looks at it again"),
        ("ask", {"reason": " "}, "Say why it can be lifted"),
        ("ask", {"reason": LONG}, "must be 4000 characters or fewer"),
    ],
)
def test_what_is_done_with_a_hold(client: Client, place: Office, deed: str, facts: dict[str, Any], sentence: str):
    soon = timezone.localdate() + timedelta(days=90)
    given = {"scope": "child", "kind": "police", "reason": "They asked.", "review_on": soon}
    made = set_hold(school=place.school, token=uuid7(), child=place.leaver(), by=place.room.lead, **given)
    answer = Visitor(client, place.room.lead).send("legal_hold", made.pk, deed, **facts)
    assert answer.status_code == 422 and sentence in said(answer)
    made.refresh_from_db()
    assert (made.review_on, made.lift_asked_at) == (soon, None)


@pytest.mark.parametrize(
    ("deed", "facts", "sentence"),
    [
        ("receipt", boxes("on", "", "", ""), "Enter the day on which the next school confirmed it"),
        ("receipt", {"said": " "}, "Name the next school and who confirmed it"),
        ("last_school", day("on", FAR), "Enter a day that has come"),
        ("last_school", {"said": LONG}, "must be 2000 characters or fewer"),
        ("last_school", boxes("on", "30", "2", "2020"), "must be a real date"),
        ("keep", boxes("on", "", "", ""), "Enter the last day on which it is kept"),
        ("keep", day("on", PAST), "Enter a day after today, at most five years ahead"),
        ("keep", day("on", FAR), "Enter a day after today, at most five years ahead"),
    ],
)
def test_a_statement(client: Client, place: Office, deed: str, facts: dict[str, Any], sentence: str):
    typed = {"said": WORDS, **day("on", LEFT), **facts}
    answer = Visitor(client, place.room.lead).send("child_retention", place.leaver().pk, deed, **typed)
    unsaved(Statement, answer, sentence, WORDS if "said" not in facts else str(LEFT.year))


@pytest.mark.parametrize(("reason", "sentence"), [("", "Say why"), (LONG, "must be 2000 characters or fewer")])
def test_a_mark(client: Client, place: Office, reason: str, sentence: str):
    answer = Visitor(client, place.room.lead).send("child_retention", place.leaver().pk, "mark", reason=reason)
    unsaved(Mark, answer, sentence, reason[:60].strip())


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"years": "2.5"}, "Give years from 1 to 150"),
        ({"years": "151"}, "Give years from 1 to 150"),
        ({"years": "-1"}, "Give years from 1 to 150"),
        ({"basis": "B" * 501}, "500"),
        ({"source": "S" * 301}, "300"),
    ],
)
def test_a_change_of_a_rule(client: Client, place: Office, facts: dict[str, Any], sentence: str):
    client.force_login(place.room.lead)
    rules = RetentionRule.objects.filter(school=place.school)
    rule, before = rules.get(code="R02"), rules.count()
    typed = {"deed": "propose", "token": uuid7(), "years": "30", "basis": WORDS, "source": "Insurer", **facts}
    answer = client.post(reverse("retention_rule", args=[rule.pk]), typed)
    page = said(answer)
    assert answer.status_code == 422 and sentence in page
    assert (WORDS if "basis" not in facts else "Insurer") in page
    assert rules.count() == before


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("too_many_a_day", {"number": ""}, "Enter the number of records"),
        ("too_many_a_day", {"number": "thirty-one"}, "Enter the number in digits"),
        ("too_many_a_day", {"number": "30"}, "This is not the number of records that the page names"),
        ("no_seal", boxes("day", "", "", ""), "Enter the date of today"),
        ("no_seal", day("day", PAST), "By the time of the server today is"),
    ],
)
def test_a_stop_that_is_to_be_lifted(client: Client, place: Office, kind: str, typed: dict[str, Any], sentence: str):
    brake = Brake.objects.create(school=place.school, kind=kind, amount=31)
    client.force_login(place.room.lead)
    answer = client.post(reverse("brake", args=[brake.pk]), typed)
    assert answer.status_code == 422 and sentence in said(answer)
    brake.refresh_from_db()
    assert brake.lift_asked_at is None


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "destroy", "reason": " "}, "Record 1: say why"),
        ({"kind": "destroy", "reason": LONG}, "must be 2000 characters or fewer"),
        ({"kind": "burn", "reason": WORDS}, "What becomes of it?"),
        ({"kind": "keep", "reason": WORDS, **day("keep_until", PAST)}, "Record 1: enter a day after today"),
        ({"kind": "keep", "reason": WORDS, **day("keep_until", FAR)}, "at most five years ahead"),
        ({"kind": "keep", "reason": WORDS, **boxes("keep_until", "31", "2", "2027")}, "must be a real date"),
        ({"kind": "destroy", "reason": WORDS, "has_paper": "on"}, "paper file"),
    ],
)
def test_a_decision_on_a_record(client: Client, place: Office, facts: dict[str, Any], sentence: str):
    child = place.leaver()
    place.due(child)
    made = place.on_list(child)
    typed = {f"i1-{name}": value for name, value in facts.items()}
    answer = Reader(client, place.room.lead).send(made, "decide", **typed)
    unsaved(Decision, answer, sentence, facts["reason"][:60].strip())


def test_an_approval_of_a_page_that_is_stale_or_of_ones_own_list(client: Client, place: Office):
    one, other = place.leaver(), place.leaver("Ola", "Brook")
    place.due(one, other)
    made = place.sent(one, other)
    typed = {"i1-yes": "destroy", "i2-yes": "out", "why_out": "Her brother asked for copies."}
    answer = Reader(client, place.room.headteacher).approve(made, **typed, seen=made.revision - 1)
    page = said(answer)
    assert answer.status_code == 409 and "Her brother asked for copies." in page and "Look at how it stands now" in page
    assert Reader(client, place.room.lead).approve(made, **typed).status_code in (403, 422)
    assert Reader(client, place.room.lead).send(made, "decide", **destroy(1), **destroy(2)).status_code == 409
    assert not Approval.objects.exists() and Decision.objects.count() == 2
