"""Who proposes, adopts, agrees and withdraws a rule on the pages of the schedule, and what would it do?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from retention.models import RetentionRule, Trigger
from retention.phrases import why
from retention.services.preview import preview
from retention.services.schedule import propose_rule
from retention.wording import period_in_words
from safeguarding.keys import uuid7
from tests.integration.plans.pages import Visitor

from .conftest import Office

pytestmark = pytest.mark.django_db
S = RetentionRule.Status


def rule(place: Office, code: str = "R02", **what: Any) -> RetentionRule:
    return RetentionRule.objects.get(school=place.school, code=code, **what)


def proposed(place: Office, **facts: Any) -> RetentionRule:
    said = {"years": 2, "days": None, "basis": "Our governors decided.", "source": "Minutes of May", **facts}
    return propose_rule(school=place.school, token=uuid7(), code="R02", by=place.room.lead, **said)


def open_schedule(client: Client, person: Any) -> str:
    client.force_login(person)
    answer = client.get(reverse("retention_schedule"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_every_rule_in_words_with_its_two_people_and_what_is_kept_outside(client: Client, place: Office):
    for person in (place.room.lead, place.room.headteacher, place.room.deputy, place.officer, place.room.office):
        page = open_schedule(client, person)
        assert "25 years from the day of birth, then reviewed" in page
        assert "IRMS Information Management Toolkit" in page
        assert "version 1, since" in page
        client.force_login(person)
        page_of_rule = client.get(reverse("retention_rule", args=[rule(place).pk])).content.decode()
        assert "Helen Okafor" in page_of_rule and "Dev Anand" in page_of_rule
        groups = {
            "ours": "Safeguarding file at the last school",
            "with-another": "Pastoral notes below the threshold",
            "not-yet": "Reports to governors, without names",
            "outside": "Primary education record",
        }
        places = [page.index(words) for where, kind in groups.items() for words in (f'id="{where}"', kind)]
        assert places == sorted(places)
    client.force_login(place.room.teacher)
    for name, keys in (
        ("retention_schedule", []),
        ("retention_schedule_all", []),
        ("retention_rule", [rule(place).pk]),
    ):
        assert client.get(reverse(name, args=keys)).status_code == 403


def test_no_rule_is_a_riddle(client: Client, place: Office):
    page = " ".join(open_schedule(client, place.room.lead).split())
    for says in (
        "Until 10 years after it was raised, or pension age if that is later, then reviewed",
        "As the local authority advises; then reviewed",
        "1 year from the day it was dealt with, then destroyed",
        "Until the day of the outcome, then destroyed",
    ):
        assert says in page, says
    assert (
        "ten years before pension" not in page and "No number of years" not in page and "as the rule says" not in page
    )
    longer = RetentionRule(code="R10", trigger=Trigger.RAISED, years=12)
    assert (
        period_in_words(longer) == "Until 12 years after it was raised, or 2 years after pension age if that is later"
    )


@pytest.mark.parametrize(
    ("trigger", "years", "days", "due", "says"),
    [
        ("outcome", None, 0, date(2025, 10, 3), ("Keep until the outcome, on", "3 October 2025")),
        (
            "outcome", None, 0, date(2026, 1, 9),
            ("Keep until the outcome, on 3 October 2025; kept longer, until", "9 January 2026"),
        ),
        (
            "raised", 10, None, date(2048, 5, 3),
            ("Keep until 10 years after it was raised, or pension age if that is later, so", "3 May 2048"),
        ),
        (
            "settled", 1, None, date(2026, 10, 3),
            ("Keep until 1 year after it was dealt with. That was on 3 October 2025, so", "3 October 2026"),
        ),
    ],
)  # fmt: skip
def test_why_a_record_is_due_is_one_sentence_with_its_days(
    trigger: str, years: int | None, days: int | None, due: date, says: tuple[str, str]
):
    rule = RetentionRule(code="R10", trigger=trigger, years=years, days=days)
    assert why(rule, date(2025, 10, 3), due) == says


def test_at_first_a_lead_adopts_all_and_the_officer_agrees_to_all(client: Client, place: Office):
    RetentionRule.objects.filter(school=place.school).delete()
    assert "Adopt what is proposed" in open_schedule(client, place.room.lead)
    assert "Agree to what is adopted" not in open_schedule(client, place.officer)
    all_page = reverse("retention_schedule_all")
    for person, verb in ((place.room.lead, "adopted"), (place.officer, "agreed")):
        client.force_login(person)
        waiting = [str(one.pk) for one, _ in client.get(all_page).context["waiting"]]
        assert len(waiting) == 30
        # Another list than the one that was shown is not taken.
        assert client.post(all_page, {"rule": waiting[:-1]}).status_code == 409
        assert client.post(all_page, {"rule": waiting}).status_code == 302
        assert RetentionRule.objects.filter(**{"school": place.school, f"{verb}_by": person}).count() == 30
    assert RetentionRule.objects.filter(school=place.school, status=S.IN_FORCE).count() == 30


def test_nobody_without_a_say_adopts_or_agrees(client: Client, place: Office):
    RetentionRule.objects.filter(school=place.school).delete()
    defaults = RetentionRule.objects.filter(school=None)
    for person in (place.room.deputy, place.room.office):
        client.force_login(person)
        assert client.post(reverse("retention_schedule_all"), {"rule": [one.pk for one in defaults]}).status_code == 403
        one = defaults.get(code="R02")
        answer = client.post(reverse("retention_rule", args=[one.pk]), {"deed": "adopt", "rule": one.pk})
        assert answer.status_code == 403
    assert not RetentionRule.objects.filter(school=place.school).exists()


def test_a_change_is_proposed_shown_adopted_agreed_and_begins_later(client: Client, place: Office):
    child = place.leaver()
    place.last_school(child)
    lead = Visitor(client, place.room.headteacher)
    assert "Propose a change" in lead.page("retention_rule", rule(place).pk)
    typed = {"deed": "propose", "token": uuid7(), "years": "30", "basis": "Claims.", "source": "Insurer, May 2026"}
    answer = client.post(reverse("retention_rule", args=[rule(place).pk]), typed)
    made = rule(place, status=S.PROPOSED)
    assert answer.url == reverse("retention_rule", args=[made.pk])
    page = lead.page("retention_rule", made.pk)
    assert "30 years from the day of birth, then reviewed" in page
    assert "Makes 0 records more due, 1 record fewer" in page
    assert "Propose a change" not in page
    assert client.post(answer.url, {"deed": "adopt", "rule": made.pk}).status_code == 302
    assert client.post(answer.url, {"deed": "agree", "rule": made.pk}).status_code == 403
    officer = Visitor(client, place.officer)
    assert "Makes 0 records more due, 1 record fewer" in officer.page("retention_rule", made.pk)
    assert client.post(answer.url, {"deed": "agree", "rule": made.pk}).status_code == 302
    made.refresh_from_db()
    assert (made.status, (made.from_day - timezone.localdate()).days) == (S.PROPOSED, 30)
    assert "Change begins" in open_schedule(client, place.officer)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"years": "0"}, "Give years from 1 to 150"),
        ({"years": "twenty"}, "Give years from 1 to 150"),
        ({"years": ""}, "Give years from 1 to 150"),
        ({"basis": " "}, "Say why records of this kind are kept this long"),
        ({"source": ""}, "Say where this comes from"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: Client, place: Office, facts: dict[str, str], sentence: str
):
    client.force_login(place.room.lead)
    typed = {"deed": "propose", "token": uuid7(), "years": "30", "basis": "Because of claims.", "source": "Insurer"}
    answer = client.post(reverse("retention_rule", args=[rule(place).pk]), typed | facts)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert ("Because of claims." in page) is ("basis" not in facts)
    assert not RetentionRule.objects.filter(school=place.school, status=S.PROPOSED).exists()


def test_a_second_proposal_is_refused_with_what_was_typed(client: Client, place: Office):
    proposed(place)
    client.force_login(place.room.headteacher)
    typed = {"deed": "propose", "token": uuid7(), "years": "30", "basis": "Because of claims.", "source": "Insurer"}
    answer = client.post(reverse("retention_rule", args=[rule(place, status=S.IN_FORCE).pk]), typed)
    assert answer.status_code == 409
    assert "Because of claims." in answer.content.decode()
    assert "What you typed has not been saved" in answer.content.decode()


def test_a_proposal_is_withdrawn_once(client: Client, place: Office):
    made = proposed(place)
    address = reverse("retention_rule", args=[made.pk])
    client.force_login(place.officer)
    assert client.post(address, {"deed": "withdraw", "rule": made.pk}).status_code == 403
    client.force_login(place.room.lead)
    assert client.post(address, {"deed": "withdraw", "rule": made.pk}).status_code == 302
    assert client.post(address, {"deed": "withdraw", "rule": made.pk}).status_code == 409
    made.refresh_from_db()
    assert made.status == S.WITHDRAWN


def test_a_rule_of_another_school_is_not_there(client: Client, place: Office):
    from tests import factories

    other = factories.staffroom("Alder Brook Primary School")
    client.force_login(other.lead)
    address = reverse("retention_rule", args=[rule(place).pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"deed": "withdraw", "rule": rule(place).pk}).status_code == 404


def test_a_slip_of_years_shows_how_many_it_makes_due(place: Office):
    young = {"details": {"date_of_birth": timezone.localdate().replace(year=2010, day=1)}}
    children = [place.leaver("Ida", f"Thorne{number}", **young) for number in range(3)]
    for child in children:
        place.last_school(child)
    slip = proposed(place, years=2)
    found = preview(place.school.pk, [slip])
    assert found is not None
    assert (found.more, found.fewer, found.all) == (3, 0, 3)
    assert preview(place.school.pk, [rule(place, "R20")]) is None


def test_the_lists_ask_the_database_twelve_times_at_most(
    client: Client, place: Office, django_assert_max_num_queries: Any
):
    client.force_login(place.room.lead)
    for address in (
        reverse("retention_schedule"),
        reverse("retention_schedule_all"),
        reverse("retention_rule", args=[rule(place).pk]),
    ):
        client.get(address)
        with django_assert_max_num_queries(12):
            client.get(address)
