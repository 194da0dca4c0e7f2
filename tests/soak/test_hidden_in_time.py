"""Does the time of an answer tell what is hidden? A thousand requests for it beside a thousand for numbers that were
never issued.

Compared is the time of a processor, of this process and of its connections to the databases: nothing else makes one
answer later than the other, and other work of the machine does not blur it. The clock's times are in the entry.
"""

import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.keys import uuid7
from tests.integration.test_hidden_like_absent import laid
from tests.processor import of_databases, of_this_process

pytestmark = [pytest.mark.soak(part="walls"), pytest.mark.django_db(transaction=True)]
TIMES, MOST_MS = 1_000, 5.0


def asked(client: Client, page: str, key: Any) -> tuple[float, float]:
    """The milliseconds of a processor and by the clock of an answer that nothing is there."""
    address, began = reverse(page, args=[key]), perf_counter()
    spent = of_this_process() + of_databases()
    assert client.get(address).status_code == 404
    return 1000 * (of_this_process() + of_databases() - spent), 1000 * (perf_counter() - began)


def apart(ask: Callable[[Any], tuple[float, float]], key: Any) -> list[float]:
    """By how many milliseconds the medians differ, of each of the two times."""
    hidden, absent = [], []
    for turn in range(TIMES):
        # In turn, and each as often first.
        pair = [(hidden, key), (absent, uuid7())]
        for times, wanted in pair if turn % 2 else reversed(pair):
            times.append(ask(wanted))
    of_each = zip(zip(*hidden, strict=True), zip(*absent, strict=True), strict=True)
    return [abs(statistics.median(one) - statistics.median(other)) for one, other in of_each]


def test_a_thousand_answers_take_as_long_for_hidden_as_for_absent(figures: dict[str, Any]) -> None:
    found = {}
    for number, (person, page, key) in enumerate(laid()):
        client = Client()
        client.force_login(person)
        for _ in range(5):
            client.get(reverse(page, args=[uuid7()]))
        found[f"{number} {page}"] = apart(lambda wanted, page=page, client=client: asked(client, page, wanted), key)
    figures |= {
        "of_each": TIMES,
        "medians_apart_ms": {what: round(ms, 2) for what, (ms, _) in found.items()},
        "by_the_clock_ms": {what: round(ms, 2) for what, (_, ms) in found.items()},
    }
    assert {what: ms for what, (ms, _) in found.items() if ms >= MOST_MS} == {}
