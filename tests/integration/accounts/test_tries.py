"""Are tries at the sign-in page counted for all web processes together, naming nobody, and without Redis as well?"""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from redis import Redis

from safeguarding.launch.redis import Queue
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher():
    return factories.member(factories.school(), "teacher", password=PASSWORD)


def fail(person, times):
    for _ in range(times):
        answer = sign_in(person, "not the password")
    return answer


def sign_in(person, password=PASSWORD):
    return Client().post("/account/sign-in/", {"login": person.username, "password": password})


def is_shut(answer):
    return answer.status_code == 200 and "Too many attempts" in answer.content.decode()


def test_ten_wrong_passwords_shut_the_account_in_every_process(another_process, teacher):
    fail(teacher, 5)
    another_process()
    assert not is_shut(fail(teacher, 5))
    another_process()
    assert is_shut(sign_in(teacher))


def test_tries_counted_by_a_clock_that_was_ahead_shut_nobody_out(another_process, teacher):
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        fail(teacher, 10)
        assert is_shut(sign_in(teacher))
    assert not is_shut(sign_in(teacher))


def test_nothing_in_redis_says_who_tried_or_from_where(another_process, teacher, tmp_path):
    fail(teacher, 3)
    client = Redis.from_url(f"unix://{Queue(tmp_path / 'redis').socket}")
    kept = {key: client.get(key) for key in client.scan_iter()}
    assert len(kept) >= 2
    assert all(len(key) == 64 for key in kept)
    written = str(kept)
    assert teacher.username not in written
    assert "127.0.0.1" not in written


def test_while_redis_is_away_people_sign_in_and_the_limit_still_holds(another_process, redis, teacher, caplog):
    fail(teacher, 2)
    redis.kill()
    redis.wait()
    assert sign_in(teacher).status_code == 302
    assert caplog.text.count("tries are counted here alone") == 1
    assert not is_shut(fail(teacher, 10))
    assert is_shut(sign_in(teacher))
