"""Is what is hidden from somebody answered with the work that a number costs which was never issued?

Whoever is close to a child, or whom a concern is about, reads nothing in the time that an answer takes either. The time
itself is measured in `tests/soak/test_hidden_in_time.py`.
"""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.services.access import declare_conflict
from safeguarding.accounts.models import User
from safeguarding.concerns.services.access import name_subject
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.keys import uuid7
from tests import factories

# What differs between any two requests.
_KEYS = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}|'20\d\d-[^']*'|s\d+_x\d+|\\x[0-9a-f]+|b'[^']*'")
Hidden = list[tuple[User, str, Any]]


def laid() -> Hidden:
    """People, pages and the key of what is there hidden from them: a lead's own child, and a concern about oneself."""
    room = factories.staffroom()
    child = factories.child(room.school, "Hazel", "Reed", by=room.office)
    declare_conflict(user=room.deputy, child=child, kind="own_child", by=room.headteacher)
    of_child = factories.concern(room, children=[ChildEntry(role="worried_about", child=child)])
    of_deputy = factories.concern(room)
    name_subject(concern=of_deputy, user=room.deputy, by=room.lead)
    return [
        (room.deputy, "child_people", child.pk),
        (room.deputy, "child_chronology", child.pk),
        (room.deputy, "concern", of_child.pk),
        (room.deputy, "concern", of_deputy.pk),
        (room.deputy, "concern_paper", of_child.pk),
    ]


def work_of(client: Client, page: str, key: Any) -> list[str]:
    """The statements of a request that is refused, without what differs between any two."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(page, args=[key])).status_code == 404
    return [_KEYS.sub("…", one["sql"]) for one in asked]


@pytest.mark.django_db
def test_hidden_costs_what_a_number_costs_that_was_never_issued() -> None:
    for person, page, key in laid():
        client = Client()
        client.force_login(person)
        # The first request of all reads what the next ones know.
        client.get(reverse(page, args=[uuid7()]))
        assert work_of(client, page, key) == work_of(client, page, uuid7()), page
