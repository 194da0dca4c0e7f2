"""Does the time of an answer tell what is hidden? A thousand requests for it beside a thousand for numbers that were
never issued.
"""

import statistics
from time import perf_counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.keys import uuid7
from tests.integration.test_hidden_like_absent import laid

pytestmark = [pytest.mark.soak(part="walls"), pytest.mark.django_db(transaction=True)]
TIMES, MOST_MS = 1_000, 5.0


def seconds(client: Client, page: str, key: Any) -> float:
    address = reverse(page, args=[key])
    began = perf_counter()
    status = client.get(address).status_code
    taken = perf_counter() - began
    assert status == 404
    return taken


def test_a_thousand_answers_take_as_long_for_hidden_as_for_absent(figures: dict[str, Any]) -> None:
    apart = {}
    for number, (person, page, key) in enumerate(laid()):
        client = Client()
        client.force_login(person)
        for _ in range(20):
            seconds(client, page, uuid7())
        hidden, absent = [], []
        for turn in range(TIMES):
            # In turn, so that a busy machine slows both; and each as often first.
            asked = [(hidden, key), (absent, uuid7())]
            for times, wanted in asked if turn % 2 else reversed(asked):
                times.append(seconds(client, page, wanted))
        apart[f"{number} {page}"] = 1000 * abs(statistics.median(hidden) - statistics.median(absent))
    figures |= {"of_each": TIMES, "medians_apart_ms": {what: round(ms, 2) for what, ms in apart.items()}}
    assert {what: ms for what, ms in apart.items() if ms >= MOST_MS} == {}
