"""A child who is on the list twice, and what the tests of that do with it."""

from datetime import date
from typing import Any

from django.urls import reverse

from children.services import merging
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.following import places
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.uploads.corpus import picture

TODAY = SCHOOL_DAY.date()
BORN = date(2017, 3, 14)
PICTURE = picture()
WHY = "The same birth certificate, seen at the desk."


def about(room, *children, **more):
    return factories.concern(room, children=[ChildEntry(role="worried_about", child=c) for c in children], **more)


def merged(room, keep, other, **more):
    given = {"reason": WHY, "token": uuid7(), "seen": None, "by": room.lead, "at": SCHOOL_DAY, **more}
    return merging.merge(keep=keep, other=other, **given)


def opened(client, user, name, *keys, data=None, **how):
    client.force_login(user)
    address = reverse(name, args=keys)
    return client.get(address, **how) if data is None else client.post(address, data, **how)


def text(answer):
    return answer.content.decode()


def typed(page, **more):
    """The form of the comparison, filled in."""
    return {
        "token": str(page.context["form"]["token"].value()),
        "seen": page.context["seen"],
        "reason": WHY,
        "sure": "on",
        **more,
    }


def whose() -> dict[tuple[str, Any, str], Any]:
    """Of every row there is, the child it is about."""
    return {
        (p.label, key, p.column): child
        for p in places()
        for key, child in p.model._base_manager.values_list("pk", p.column)
        if child
    }
