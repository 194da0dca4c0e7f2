"""Is it said who has parental responsibility for a child who is looked after, to those who may read that plan? And does
"Ask the lead" lead whoever may open an adoption to it?
"""

from datetime import date

import pytest
from django.urls import reverse

from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
SHARED = "The authority shares it (Children Act 1989 s.33(3))"
ASK = "To be confirmed: ask the social worker"


def looked_after(place, legal_status, placement="U6"):
    episode = place.begin("looked_after")
    return place.step(
        episode,
        "placement",
        held_on=date(2026, 10, 5),
        columns={"legal_status": legal_status, "placement": placement, "provider": "PR1"},
    )


@pytest.mark.parametrize(
    ("legal_status", "says"), [("C1", SHARED), ("C2", SHARED), ("V2", "The parents keep it"), ("J1", ASK)]
)
def test_the_legal_status_says_who_decides_to_those_who_read_the_plan(client, clock, place, legal_status, says):
    looked_after(place, legal_status)

    def shows(person, page):
        client.force_login(person)
        answer = client.get(reverse(page, args=[place.child.pk]))
        return says in (Printed(answer.content).text if page == "brief_paper" else answer.content.decode())

    assert [shows(place.room.lead, page) for page in ("child_plans", "child_people", "brief_paper")] == [True] * 3
    assert not shows(place.room.office, "child_people")


def test_ask_the_lead_leads_to_the_adoption_whoever_may_open_it_and_tells_nobody_else(client, clock, place):
    placed = looked_after(place, "ASK")
    place.name_in_notice("designated_teacher")
    pages = [reverse("child_plans", args=[place.child.pk]), reverse("plan_step", args=[placed.pk])]

    def shown(person):
        client.force_login(person)
        return [client.get(page).content.decode() for page in pages]

    assert all("Ask the lead" in page and "Adoption record" not in page for page in shown(place.room.lead))
    address = reverse("episode", args=[place.begin("adoption").pk])
    assert all(address in page and "Adoption record" in page for page in shown(place.room.lead))
    assert all("Ask the lead" in page and "doption" not in page for page in shown(place.designated))
