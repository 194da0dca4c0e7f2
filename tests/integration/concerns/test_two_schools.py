"""What does somebody meet who works at two schools, in one role at each?

The record's school counts, not where they work now.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.permissions import Rights
from safeguarding.accounts.services import end_role
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Concern
from safeguarding.concerns.services import deciding, raising
from tests import factories
from tests.pages import on_one_line
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db


@dataclass
class Both:
    """Ann is safeguarding lead at Alpha School and has the role `at_beta` at Beta School, where she works now."""

    alpha: factories.Staffroom
    beta: factories.Staffroom
    ann: User


def both(client: Client, at_beta: str, *, working: str = "beta") -> Both:
    alpha, beta = factories.staffroom("Alpha School"), factories.staffroom("Beta School")
    ann = factories.member(alpha.school, "lead", "Ann", "Both")
    factories.give_role(user=ann, school=beta.school, role_key=at_beta, starts_on=factories.LONG_AGO)
    client.force_login(ann)
    chosen = f"{beta.school.pk}:{at_beta}" if working == "beta" else f"{alpha.school.pk}:lead"
    client.post(reverse("act_as"), {"acting": chosen})
    return Both(alpha, beta, ann)


def test_the_call_that_the_strip_shows_can_be_opened(client):
    them = both(client, "teacher")
    call = raising.call_lead(token=uuid4(), school=them.alpha.school, by=them.alpha.teacher)
    strip = client.get(reverse("calls_strip") + "?part=1")
    address = reverse("concern", args=[call.pk])
    assertContains(strip, address)
    assertContains(client.get(address), call.reference)
    call.refresh_from_db()
    assert call.acknowledged_by == them.ann


def test_a_notice_leads_to_its_concern_from_the_other_school(client):
    them = both(client, "teacher")
    concern = factories.concern(them.alpha)
    notice = Notice.objects.get(user=them.ann, object_id=concern.pk)
    page = client.get(reverse("notice", args=[notice.pk]), follow=True)
    assertContains(page, concern.reference)
    concern.refresh_from_db()
    assert concern.status == Concern.Status.ACKNOWLEDGED


def test_an_action_marked_done_leads_back_to_its_concern(client):
    them = both(client, "teacher")
    concern = deciding.open_concern(concern=factories.concern(them.alpha), by=them.ann)
    action = deciding.add_action(
        concern=concern, token=uuid4(), text="Ring", owner=them.ann, due_on=timezone.localdate(), by=them.ann
    )
    page = client.post(reverse("action", args=[action.pk]), {"result": "Rang.", "do": "complete"}, follow=True)
    assertContains(page, "Action done")
    action.refresh_from_db()
    assert action.status == Action.Status.DONE


@pytest.mark.parametrize("name", ["child", "child_people", "child_concerns", "child_chronology", "chronology_paper"])
def test_the_record_of_a_child_opens_from_the_other_school_with_its_tabs(client, name):
    them = both(client, "teacher")
    child = factories.concern(them.alpha).children.get().child
    page = client.get(reverse(name, args=[child.pk]), follow=True)
    assert page.status_code == 200
    if name != "chronology_paper":
        for tab in ("child_chronology", "child_concerns", "child_people"):
            assertContains(page, reverse(tab, args=[child.pk]))


def test_the_record_of_a_child_whose_card_alone_is_seen_is_not_found(client):
    them = both(client, "teacher", working="alpha")
    child = factories.concern(them.beta).children.get().child
    for name in ("child", "child_people", "child_concerns", "child_chronology", "chronology_paper"):
        assert client.get(reverse(name, args=[child.pk])).status_code == 404
    assert client.post(reverse("child_address", args=[child.pk])).status_code == 404


def test_a_concern_of_a_school_where_one_reads_none_is_not_found(client):
    them = both(client, "teacher", working="alpha")
    concern = factories.concern(them.beta)
    assert client.get(reverse("concern", args=[concern.pk])).status_code == 404
    assert client.get(reverse("concern_paper", args=[concern.pk])).status_code == 404


def test_the_page_says_of_which_school_it_is_and_offers_to_work_there(client):
    them = both(client, "teacher")
    concern = factories.concern(them.alpha)
    address = reverse("concern", args=[concern.pk])
    page = client.get(address)
    assertContains(page, '<span class="hb-header__org">Alpha School</span>', html=True)
    text = on_one_line(page)
    assert "This page is of Alpha School, where you are Designated safeguarding lead." in text
    assert "The menu is of Beta School, where you work as Class teacher." in text
    # No way back into lists that the role in which she works does not have.
    assertNotContains(page, f'href="{reverse("today")}"')
    assertNotContains(page, f'href="{reverse("concerns")}"')
    there = {"acting": f"{them.alpha.school.pk}:lead", "next": address}
    assertRedirects(client.post(reverse("act_as"), there), address)
    assertNotContains(client.get(address), "This page is of")


def test_a_list_of_the_other_school_says_in_which_role_it_opens(client):
    both(client, "teacher")
    page = client.get(reverse("today"))
    assertContains(page, "You are working as Class teacher, Beta School", status_code=403)
    assertContains(page, "choose Designated safeguarding lead, Alpha School, under your name", status_code=403)


def test_who_reads_concerns_nowhere_is_told_so(client):
    cast = factories.staffroom()
    client.force_login(cast.teacher)
    page = client.get(reverse("concern", args=[factories.concern(cast).pk]))
    assertContains(page, "Ask the Headteacher if it should", status_code=403)


@pytest.mark.parametrize("name", ["concern_paper", "chronology_paper"])
def test_paper_is_headed_by_the_school_of_the_record(client, name):
    them = both(client, "deputy_lead", working="alpha")
    concern = factories.concern(them.beta)
    key = concern.pk if name == "concern_paper" else concern.children.get().child_id
    text = Printed(client.get(reverse(name, args=[key])).content).text
    assert "Beta School" in text
    assert "Alpha School" not in text
    assert "Printed by Ann Both, Deputy safeguarding lead" in text


def test_ones_own_report_from_a_school_one_has_left_is_headed_by_that_school(client):
    them = both(client, "teacher", working="alpha")
    concern = factories.concern(them.beta, by=them.ann)
    yesterday = timezone.localdate() - timedelta(days=1)
    end_role(assignment=them.ann.assignments.get(school=them.beta.school), last_day=yesterday)
    text = Printed(client.get(reverse("report_paper", args=[concern.pk])).content).text
    assert "Beta School" in text
    assert "Printed by Ann Both, Designated safeguarding lead, Alpha School" in text
    event = Event.objects.get(object_id=concern.account.pk, verb=Verb.PRINT)
    assert (event.school_id, event.acting_role) == (them.beta.school.pk, "")


def test_the_legal_record_has_the_role_held_at_the_school_of_the_record(client):
    them = both(client, "deputy_lead", working="alpha")
    here, there = factories.concern(them.alpha), factories.concern(them.beta)
    for concern in (here, there):
        client.get(reverse("concern", args=[concern.pk]))
    roles = {e.object_id: (e.acting_role, e.school_id) for e in Event.objects.filter(verb=Verb.VIEW)}
    assert roles[here.pk] == ("lead", them.alpha.school.pk)
    assert roles[there.pk] == ("deputy_lead", them.beta.school.pk)
    page = client.get(reverse("concern", args=[there.pk]))
    assert [(v.name, v.role) for v in page.context["it"].viewers] == [("Ann Both", "Deputy safeguarding lead")]


def test_the_next_concern_is_of_the_same_school(client):
    them = both(client, "deputy_lead", working="alpha")
    factories.concern(them.alpha)
    first, second = factories.concern(them.beta), factories.concern(them.beta)

    def decided(concern: Concern) -> str:
        page = client.get(reverse("concern", args=[concern.pk]))
        said = {
            "token": uuid4(),
            "revision": page.context["concern"].revision,
            "level": 2,
            "kind": "in_school",
            "rationale": "Settled.",
            "parents_told": "yes",
            "review_on": "",
            "then": "next",
        }
        return client.post(reverse("decide", args=[concern.pk]), said).headers["Location"]

    assert decided(first) == reverse("concern", args=[second.pk])
    assert decided(second) == reverse("today")


def test_the_furthest_reaching_role_at_a_school_is_the_one_that_counts_there(client):
    them = both(client, "teacher")
    factories.give_role(user=them.ann, school=them.alpha.school, role_key="teacher", starts_on=factories.LONG_AGO)
    held = Rights(them.ann).at(them.alpha.school.pk)
    assert held is not None
    assert held.role.key == "lead"
    assert Rights(them.ann).at(None) is None
