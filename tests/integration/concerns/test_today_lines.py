"""Beside Today stand four panels, in one order; an app above adds lines to one of them, and no panel."""

import re
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from safeguarding import panels
from safeguarding.panels import BESIDE, LATE, MINE, SECOND, UNANSWERED, Line, Panel

pytestmark = pytest.mark.django_db
TITLES = ["Late, or nobody has it", "Waiting for an answer", "Mine to do", "Waits for a second person"]


@pytest.fixture(autouse=True)
def _own_lines():
    with patch.dict(panels._lines, {beside: list(lines) for beside, lines in panels._lines.items()}):
        yield


def line(beside: str, **data: object) -> Line:
    """A line of an app above, for who leads: any template does."""
    template = "police/take_panel.html"
    return Line(beside, "plans", template, lambda request: data, may=lambda r: r.held.role.key == "lead", order=99)


def aside(page) -> list[str]:
    """The titles of the panels beside Today, in their order."""
    ids = "|".join(BESIDE)
    return re.findall(rf'<h2 class="hb-h2" id="(?:{ids})">(.*?)</h2>', page.content.decode())


def test_there_are_four_at_most_in_their_order_for_whom_the_lines_are(client, room) -> None:
    for beside in (SECOND, MINE, UNANSWERED, LATE):
        panels.register(line(beside, number=1))
    shown = {}
    for person in ("lead", "deputy"):
        client.force_login(getattr(room, person))
        shown[person] = aside(client.get(reverse("today")))
    assert shown["lead"] == TITLES
    assert set(shown["deputy"]) < set(TITLES)


def test_a_panel_counts_its_lines_and_leads_to_the_whole_list(client, room) -> None:
    panels.register(line(UNANSWERED, number=7, hot=True, all=("Plans that wait", "/plans/")))
    client.force_login(room.lead)
    page = client.get(reverse("today"))
    unanswered = page.context["beside"][UNANSWERED]
    assert (unanswered.number, unanswered.hot) == (7, True)
    assert '<a href="/plans/">Plans that wait</a>' in page.content.decode()


def test_no_app_puts_a_panel_there() -> None:
    with pytest.raises(ImproperlyConfigured, match="Register a Line"):
        panels.register(Panel("today_aside", "plans", "police/take_panel.html", data=lambda *_: {}))
