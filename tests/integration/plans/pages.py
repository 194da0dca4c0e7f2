"""The pages of plans as somebody uses them: what their forms carry, and what is sent with what was typed."""

import html
import re
from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from safeguarding.accounts.models import User
from safeguarding.plans.models import Step

_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def day(name: str, on: date) -> dict[str, Any]:
    """The three boxes of a date."""
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


class Visitor:
    """Somebody at a browser without scripts."""

    def __init__(self, client: Client, person: User) -> None:
        self.client, self.person = client, person
        client.force_login(person)

    def get(self, name: str, key: Any, query: str = "") -> Any:
        return self.client.get(reverse(name, args=[key]) + query)

    def page(self, name: str, key: Any, query: str = "") -> str:
        """The text of a page that opens."""
        answer = self.get(name, key, query)
        assert answer.status_code == 200, answer.status_code
        return html.unescape(answer.content.decode())

    def form(self, name: str, key: Any, deed: str, query: str = "") -> dict[str, Any]:
        """What the form of a deed carries unseen, on the page as it is now."""
        for form in _FORM.findall(self.page(name, key, query)):
            hidden = dict(_HIDDEN.findall(form))
            if hidden.get("deed") == deed:
                return hidden
        raise AssertionError(f"No form “{deed}” on this page")

    def send(self, name: str, key: Any, deed: str, query: str = "", /, **typed: Any) -> Any:
        """Open the page, fill in the form of the deed, and send it."""
        return self.client.post(reverse(name, args=[key]) + query, self.form(name, key, deed, query) | typed)

    def held(self, step: Step, on: date, **typed: Any) -> Any:
        """Record that a step was held."""
        return self.send("plan_step", step.pk, "hold", **day("held_on", on), **typed)
