"""Does word reach everybody when the worker dies again and again, at any moment?"""

import random
from collections import Counter
from threading import Event
from typing import Any

import pytest

from safeguarding.accounts.models import Notice
from tests.integration.test_queue import all_mailed, once_each, ring, tell_everybody
from tests.mailserver import mail_server
from tests.waiting import until
from tests.workers import kill

pytestmark = pytest.mark.soak(part="kills")
KILLS = 40


@pytest.mark.usefixtures("transactional_db")
def test_forty_killed_workers_lose_no_message_and_repeat_at_most_one_each(
    start_worker: Any, queue: Any, figures: dict[str, Any]
) -> None:
    """At least once is promised, not exactly once: who dies between the mail server's yes and the commit sends one
    again.
    """
    chance = random.Random(2026)
    with mail_server() as post:
        people = tell_everybody(400)
        for _ in range(KILLS):
            worker = start_worker(post.url)
            ring(queue)
            before = len(post.accepted)
            until(lambda before=before: len(post.accepted) > before or all_mailed(), seconds=60)
            # Anywhere in the next messages: the server answers a message in about a millisecond.
            Event().wait(chance.random() * 0.05)
            kill(worker)
        start_worker(post.url)
        ring(queue)
        until(all_mailed, seconds=300)
        sent = Counter(post.accepted)
        again = sum(sent.values()) - len(sent)
        assert set(sent) == set(once_each(people))
        assert again <= KILLS
        figures |= {"killed": KILLS, "people": len(people), "notices": Notice.objects.count(), "sent_again": again}
