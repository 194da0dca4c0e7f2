"""Who owes a date and who does it, who is told, what coordinators find on their first page, and how they begin."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.models import ChildDetail
from children.services import access as child_access
from safeguarding.accounts.models import Notice
from safeguarding.keys import uuid7
from safeguarding.plans.kinds import Duty
from safeguarding.plans.models import Episode, Professional, Step
from safeguarding.plans.services import around, work
from safeguarding.plans.services.reminders import tell_of_dates
from safeguarding.plans.services.standing import standing
from safeguarding.plans.services.steps import book_step, chase_step
from tests import factories

from .conftest import STOCKPORT, Place
from .pages import Visitor, day
from .test_told_by_the_worker import at

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def named(place: Place) -> Place:
    place.name_in_notice("senco", "designated_teacher")
    return place


def told() -> set[Any]:
    return {notice.user for notice in Notice.objects.all()}


def test_a_pep_is_owed_by_the_authority_and_done_by_the_school(named: Place):
    pep = named.step(named.begin("looked_after"), "pep")
    assert (pep.duty, pep.is_ours) == (Duty.AUTHORITY, True)
    assert pep.duty_in_words == "The local authority; done by the school"
    # Late work of ours is missed, whoever owes it; of others the school chases.
    assert pep.due_on is not None
    assert pep.due_on < TODAY
    assert standing(pep, today=TODAY).how == "missed"
    review = named.step(pep.episode, "care_review")
    assert (review.is_ours, standing(review, today=TODAY).how) == (False, "chase")
    missed = {*work.missed(Step.objects.all())}
    assert pep in missed
    assert review not in missed
    # Without an authority nobody else owes it.
    own = named.step(named.begin("previously_looked_after"), "pep", booked_on=date(2026, 12, 1))
    assert own.duty == Duty.SCHOOL


def test_what_was_chased_is_to_be_chased_again_after_five_school_days(place: Place, client: Client):
    group = place.step(place.begin(), "core_group")
    chase_step(step=group, token=uuid7(), happened_on=TODAY, text="Rang the duty desk.", by=place.room.lead)
    chase_step(step=group, token=uuid7(), happened_on=date(2026, 11, 20), text="Rang before.", by=place.room.lead)
    group.refresh_from_db()
    assert (group.chased_on, group.chase_again_on) == (TODAY, date(2026, 12, 1))
    lead = Visitor(client, place.room.lead)
    assert "Chased" in lead.page("child_plans", place.child.pk)
    for days, how in ((0, "chased"), (6, "chased"), (7, "chase")):
        assert standing(group, today=TODAY + timedelta(days=days)).how == how, days
    today = client.get(reverse("today")).content.decode()
    assert f"/plans/dates/{group.pk}/" not in today


def test_a_late_date_is_told_to_the_owner_else_who_keeps_the_area_else_leads(named: Place):
    named.begin("looked_after", starts_on=date(2026, 10, 5))
    tell_of_dates(at=at(TODAY))
    assert told() == {named.designated}
    Notice.objects.all().delete()
    named.begin("child_protection")
    tell_of_dates(at=at(TODAY))
    assert named.room.lead in told()
    assert named.designated not in told()
    Notice.objects.all().delete()
    needs = named.begin("ehcp", starts_on=date(2026, 1, 5), by=named.senco)
    step = Step.objects.filter(episode=needs, status="waiting").order_by("due_on")[0]
    book_step(step=step, seen=step.revision, booked_on=date(2026, 12, 1), owner=named.room.deputy, by=named.senco)
    tell_of_dates(at=at(TODAY))
    assert {*Notice.objects.filter(object_id=step.pk).values_list("user", flat=True)} == {named.room.deputy.pk}
    assert named.senco in told()


def test_a_coordinator_is_told_before_a_date_of_her_area(named: Place):
    pep = named.step(named.begin("looked_after", starts_on=date(2026, 11, 23)), "pep")
    book_step(step=pep, seen=pep.revision, booked_on=date(2026, 11, 25), by=named.designated)
    tell_of_dates(at=at(TODAY))
    assert {named.designated, named.room.lead} <= told()


def test_a_role_that_the_school_has_not_named_is_shown_no_empty_list(place: Place, client: Client):
    client.force_login(place.designated)
    page = client.get(reverse("staff_home")).content.decode()
    assert "does not name your role" in page and "own-children" not in page


def test_first_pages_list_the_children_by_name_with_what_is_missing(named: Place, client: Client):
    care = named.begin("looked_after")
    designated = Visitor(client, named.designated)
    page = client.get(reverse("staff_home")).content.decode()
    panel = page[page.index('id="own-children"') :]
    for words in (named.child.full_name, "PEP", "legal status", "social worker", "care plan", "Find a child"):
        assert words in panel
    named.step(care, "placement", held_on=date(2026, 10, 5), columns={"legal_status": "C1", "placement": "U6"})
    around.add_professional(episode=care, token=uuid7(), role="social_worker", name="Marcus Bell", by=named.designated)
    page = client.get(reverse("staff_home")).content.decode()
    panel = page[page.index('id="own-children"') :]
    assert "legal status" not in panel
    assert "social worker" not in panel
    # Of what she does not keep nothing stands there.
    named.begin("ehcp", by=named.senco)
    assert "Education, health and care" not in designated.client.get(reverse("staff_home")).content.decode()
    client.force_login(named.room.teacher)
    assert "own-children" not in client.get(reverse("staff_home")).content.decode()


def test_no_page_says_that_details_it_does_not_open_name_no_plan(named: Place, client: Client):
    other = factories.child(named.school, "Skye", "Ashdown", by=named.room.office)
    ChildDetail.objects.filter(child=other).update(sen_provision="E")
    senco = Visitor(client, named.senco)
    page = client.get(reverse("staff_home")).content.decode()
    panel = page[page.index('id="own-children"') :].split("</section>")[0]
    # She opens no details of a child by her role: neither name nor number, and no claim that there is none.
    assert other.full_name not in panel
    assert "own system may name more children" in panel
    assert "own system may say that the child has one" in senco.page("child_plans", other.pk)
    lead = Visitor(client, named.room.lead)
    assert "own system may say" not in lead.page("child_plans", other.pk)
    # Once she was given the child, she reads what that system says.
    child_access.grant_child(
        child=other, user=named.senco, reason="Has an EHCP", last_day=date(2026, 12, 18), by=named.room.lead
    )
    client.force_login(named.senco)
    page = client.get(reverse("staff_home")).content.decode()
    panel = page[page.index('id="own-children"') :].split("</section>")[0]
    assert other.full_name in panel
    assert "“EHCP” in the school’s own system, no plan recorded here" in panel
    assert "own system may say" not in Visitor(client, named.senco).page("child_plans", other.pk)


def test_find_a_child_begins_a_record(named: Place, client: Client):
    for person, status in (
        (named.designated, 200),
        (named.senco, 200),
        (named.room.lead, 200),
        (named.room.teacher, 403),
        (named.attendance, 403),
        (named.room.headteacher, 403),
    ):
        client.force_login(person)
        assert client.get(reverse("find_for_plans")).status_code == status, person
    client.force_login(named.senco)
    page = client.post(reverse("find_for_plans"), {"q": "rowen"}).content.decode()
    assert reverse("record_change", args=[named.child.pk]) in page
    assert "rowen" not in client.get(reverse("find_for_plans")).request["PATH_INFO"]
    assert client.post(reverse("find_for_plans"), {"q": ""}).status_code == 422


def test_the_list_of_a_status_tells_leads_who_the_social_worker_is(named: Place, client: Client):
    plan = named.begin()
    around.add_professional(
        episode=plan,
        token=uuid7(),
        role="social_worker",
        name="Marcus Bell",
        telephone="0161 496 0710",
        by=named.room.lead,
    )
    group = named.step(plan, "review_conference")
    book_step(step=group, seen=group.revision, booked_on=date(2026, 12, 4), by=named.room.lead)
    address = f"{reverse('plans')}?status=child_protection"
    client.force_login(named.room.lead)
    page = client.get(address).content.decode()
    for words in ("Marcus Bell", "0161 496 0710", "Review conference", "Attendance"):
        assert words in page
    for person in (named.designated, named.room.pastoral):
        client.force_login(person)
        page = client.get(address).content.decode()
        assert named.child.full_name in page
        assert "Marcus Bell" not in page


def test_looked_after_is_recorded_in_one_form(named: Place, client: Client):
    designated, query = Visitor(client, named.designated), "?kind=looked_after"
    page = designated.page("record_change", named.child.pk, query)
    for words in ("Legal status", "Carers", "Social worker", "In this placement since"):
        assert words in page
    half = day("starts_on", date(2026, 11, 20)) | {"authority": STOCKPORT, "since": "nothing", "placement": "U6"}
    refused = designated.send("record_change", named.child.pk, "begin", query, **half)
    assert refused.status_code == 422
    assert "Choose the legal status too" in refused.content.decode()
    whole = half | {
        "legal_status": "C1",
        "provider": "PR1",
        "carers": "Ann and Bo Lee",
        "worker_name": "Marcus Bell",
        "worker_telephone": "0161 496 0710",
    }
    assert designated.send("record_change", named.child.pk, "begin", query, **whole).status_code == 302
    plan = Episode.objects.get()
    placed = Step.objects.get(episode=plan, kind="placement")
    assert (placed.held_on, placed.legal_status, placed.carers) == (date(2026, 11, 20), "C1", "Ann and Bo Lee")
    assert Professional.objects.get().name == "Marcus Bell"
    assert "Interim care order" in designated.page("child_plans", named.child.pk)


def test_a_social_worker_who_is_there_works_on_the_new_plan_too(named: Place, client: Client):
    plan = named.begin("child_protection")
    around.add_professional(
        episode=plan,
        token=uuid7(),
        role="social_worker",
        name="Marcus Bell",
        telephone="0161 496 0710",
        by=named.room.lead,
    )
    lead, query = Visitor(client, named.room.lead), "?kind=looked_after"
    assert "Marcus Bell" in lead.page("record_change", named.child.pk, query)
    typed = day("starts_on", date(2026, 11, 20)) | {"authority": STOCKPORT, "since": "nothing"}
    typed |= {"worker_name": "Marcus Bell", "worker_telephone": "0161 496 0710"}
    assert lead.send("record_change", named.child.pk, "begin", query, **typed).status_code == 302
    [now] = Professional.objects.filter(ended_at=None)
    assert (now.name, now.areas) == ("Marcus Bell", ["protection", "care"])


def test_a_page_left_open_does_not_end_a_newer_social_worker_unasked(named: Place, client: Client):
    plan = named.begin("child_protection")
    given: dict[str, Any] = {"episode": plan, "role": "social_worker", "by": named.room.lead}
    lead, query = Visitor(client, named.room.lead), "?kind=looked_after"
    around.add_professional(token=uuid7(), name="Marcus Bell", **given)
    typed = day("starts_on", date(2026, 11, 20)) | {"authority": STOCKPORT, "since": "nothing"}
    typed |= {"worker_name": "Marcus Bell"}
    assert "Marcus Bell" in lead.page("record_change", named.child.pk, query)
    around.add_professional(token=uuid7(), name="Ines Okafor", telephone="0161 496 0711", **given)
    asked = lead.send("record_change", named.child.pk, "begin", query, **typed)
    assert (asked.status_code, "On record is Ines Okafor, 0161 496 0711" in asked.content.decode()) == (422, True)
    assert Professional.objects.get(ended_at=None).name == "Ines Okafor"
    again = typed | {"pointed": re.findall(r'name="pointed" value="([^"]+)"', asked.content.decode())}
    assert lead.send("record_change", named.child.pk, "begin", query, **again).status_code == 302
    assert Professional.objects.get(ended_at=None).name == "Marcus Bell"


def test_the_authority_is_that_of_the_newest_plan_else_the_schools(named: Place, client: Client):
    head = Visitor(client, named.room.headteacher)
    assert client.post(reverse("own_authority"), {"authority": "355"}).status_code == 302
    named.school.refresh_from_db()
    assert named.school.local_authority == "355"
    client.post(reverse("own_authority"), {"authority": "nowhere"})
    named.school.refresh_from_db()
    assert named.school.local_authority == "355"
    assert head
    lead = Visitor(client, named.room.lead)
    page = lead.page("record_change", named.child.pk, "?kind=child_protection")
    assert "Local authority:</b> Salford" in page
    assert client.post(reverse("own_authority"), {"authority": "356"}).status_code in (302, 403)
    named.begin("early_help")
    page = lead.page("record_change", named.child.pk, "?kind=child_protection")
    assert "Local authority:</b> Stockport" in page
    client.force_login(named.room.teacher)
    assert client.post(reverse("own_authority"), {"authority": "356"}).status_code == 403
