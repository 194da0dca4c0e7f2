"""Reports as large as their form allows, printed by four people at once: how long does a page take meanwhile?"""

import subprocess
import sys
from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from tests.pdfs import Printed
from tests.postgres import ROOT, Databases
from tests.printers import Program
from tests.printing_at_once import cookie_of, get, get_at_once, site
from tests.waiting import until

pytestmark = [pytest.mark.soak(part="paper"), pytest.mark.django_db(transaction=True)]

# What a field of the form takes at most: in one word, and in lines of one letter.
_WORK = "import django; django.setup(); from safeguarding.printing.services import go_on; go_on()"
WORD, LINES = "w" * 20_000, "a\n" * 10_000


def test_four_of_the_largest_reports_at_once_stop_no_page(databases: Databases, figures: dict[str, Any]) -> None:
    room = factories.staffroom()
    people = [cookie_of(person) for person in (room.lead, room.deputy, room.headteacher, room.lead)]
    largest = [factories.concern(room, facts=words, child_words=words) for words in (WORD, LINES, WORD, LINES)]
    asked = [(reverse("concern_paper", args=[one.pk]), reader) for one, reader in zip(largest, people, strict=True)]
    with site(databases, Program) as (server, program):
        usual = max(get(server, "/health/").seconds for _ in range(20))
        answers = get_at_once(server, asked)
        assert {answer.status for answer in answers} <= {200, 303}
        meanwhile = [get(server, "/health/").seconds for _ in range(20)]
        pages = [get(server, reverse("concerns"), people[0]).seconds for _ in range(10)]
        assert program.at_work(), "the largest are still being made"
        waiting = [
            (answer.location, reader) for answer, (_, reader) in zip(answers, asked, strict=True) if answer.location
        ]
        ready = [until(lambda one=one: _ready(server, *one), seconds=1800) for one in waiting]
    figures |= {
        "prints": len(asked),
        "longest_answer": round(max(answer.seconds for answer in answers), 2),
        "health_usual": round(usual, 3),
        "health_meanwhile": round(max(meanwhile), 3),
        "list_meanwhile": round(max(pages), 2),
        "pages_of_the_largest": max(len(Printed(pdf).pages()) for pdf in ready),
    }
    # Each waits for at most a second, one after the other before the one thread of this server.
    assert figures["longest_answer"] < 4 * 3


def _ready(server: Any, location: str, cookie: str) -> bytes:
    """The PDF, once its page leads to it. The worker does meanwhile what it does every few seconds."""
    subprocess.run(
        [sys.executable, "-c", _WORK], env=server.environment | {"HARBOUR_ROLE": "worker"}, cwd=ROOT, check=True
    )
    answer = get(server, location, cookie)
    assert b"could not be printed" not in answer.body
    return get(server, answer.location, cookie).body if answer.status == 302 else b""
