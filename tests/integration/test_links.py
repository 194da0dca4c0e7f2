"""Does a page ever lead its reader to one that is not for them? Followed from everybody's first page, link by link."""

import re
from collections import Counter
from html import unescape

import pytest
from django.test import Client
from django.urls import resolve

from safeguarding.accounts.models import User
from tests import factories
from tests.functional.world import World, busy_school
from tests.matrix.asking import taken_back

pytestmark = pytest.mark.django_db
# Of each kind of page so many are opened.
EACH = 1
IN_CAST = ("teacher", "assistant", "pastoral", "office", "lead", "headteacher")
# Their pages are those of the lead.
AS_THE_LEAD = ("deputy", "alternate_lead", "trust_lead")
OTHERS = ("chair", "it_admin", "auditor", "governor", "dpo", "senco", "attendance", "midday")


def person(world: World, role: str) -> User:
    if role == "chair":
        return world.chair
    return (
        getattr(world.cast, role)
        if role in (*IN_CAST, "deputy")
        else factories.member(world.cast.school, role, "Ida", "Frost")
    )


def dead_ends(client: Client, start: str = "/") -> tuple[list[str], int]:
    """Links to a page that answers with a refusal, each with the page on which it stands; and how many pages were
    opened.
    """
    waiting, seen, kinds, found = [(start, "")], {start}, Counter[str](), []
    while waiting:
        path, on = waiting.pop(0)
        name = resolve(path.partition("?")[0]).view_name
        kinds[name] += 1
        if kinds[name] > EACH:
            continue
        answer = client.get(path)
        if answer.status_code >= 400:
            found.append(f"{on} leads to {name}: {answer.status_code}")
            continue
        links = [answer.url] if answer.status_code in (302, 303) else []
        if answer.headers["Content-Type"].startswith("text/html"):
            links += [unescape(link) for link in re.findall(r'<a [^>]*?href="([^"#]+)', answer.content.decode())]
        for link in links:
            if link.startswith("?"):
                link = path.partition("?")[0] + link
            if link.startswith("/") and link not in seen:
                seen.add(link)
                waiting.append((link, name))
    return found, sum(kinds.values())


@pytest.mark.parametrize(
    "roles",
    [
        pytest.param(AS_THE_LEAD, marks=pytest.mark.soak(part="walls"), id="as the lead"),
        pytest.param((*IN_CAST, *OTHERS), id="all"),
    ],
)
def test_no_link_leads_to_a_page_that_its_reader_may_not_open(roles):
    world, found = busy_school(), []
    for role in roles:
        # What one reader has opened is not there for the next.
        with taken_back():
            client = Client()
            client.force_login(person(world, role))
            refused, opened = dead_ends(client)
        found += [f"{role}: {link}" for link in refused]
        found += [f"{role}: no more than {opened} pages were opened"] if opened <= 4 else []
    assert not found, "\n".join(found)


def test_a_link_that_is_a_dead_end_is_found(client):
    client.force_login(person(busy_school(), "teacher"))
    assert dead_ends(client, "/today/")[0] == [" leads to today: 403"]
