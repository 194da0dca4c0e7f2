"""Four prints at once, held up, before a web server that has one thread: does it answer?"""

import pytest
from django.urls import reverse

from tests import factories
from tests.held_printer import HELD
from tests.postgres import Databases
from tests.printers import Held
from tests.printing_at_once import cookie_of, get, get_at_once, site

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_prints_that_are_not_made_leave_the_web_server_answering(databases: Databases) -> None:
    room = factories.staffroom()
    readers = [cookie_of(person) for person in (room.lead, room.deputy, room.headteacher, room.lead)]
    # Each reads one of their own: of one that all read, a lock is waited for two seconds and no longer.
    read = [factories.concern(room, facts=f"He was quiet. {HELD}") for _ in readers]
    paths = [reverse("concern_paper", args=[concern.pk]) for concern in read]
    with site(databases, Held) as (server, program):
        answers = get_at_once(server, list(zip(paths, readers, strict=True)))
        # None of them is made before the test lets it go: whoever waited for one would wait for ever.
        assert program.at_work()
        assert [answer.status for answer in answers] == [303] * 4
        assert {answer.location.split("/")[1] for answer in answers} == {"prints"}
        assert get(server, "/health/").body == b"ok"
        assert get(server, reverse("concerns"), readers[0]).status == 200
        assert b"It is being made" in get(server, answers[0].location, readers[0]).body
