"""What does the self-check show somebody? The page is asked, so that it stands before both walls."""

from typing import Any

from django.test import Client
from django.urls import reverse

from safeguarding.checks import Check, Found, Looker, State
from safeguarding.self_check.services.looking import Line


def lines(person: Any) -> dict[str, Line]:
    """Every line that this person has, by the key of its check."""
    client = Client()
    client.force_login(person)
    page: Any = client.get(reverse("self_check"))
    assert page.status_code == 200, page.headers
    return {line.check.key: line for line in page.context["found"].lines}


def stands(person: Any, key: str) -> tuple[State, int | None]:
    """How one of them stands, and its number."""
    line = lines(person)[key]
    return line.state, line.found.number


def broken(key: str, look: Any, **other: Any) -> Check:
    """A check that does what a test asks it to."""
    given = {"title": "Something", "good": "It is there.", "sees": "view_concerns", "url_name": "concerns", "order": 1}
    return Check(key=key, look=look, **given | other)


def good(looker: Looker) -> Found:
    return Found(State.GOOD, "There.")
