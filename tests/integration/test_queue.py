"""Does word reach everybody when the worker is killed, the queue is emptied, or there is no queue at all?

With a real Celery worker, a real Redis and a real mail server, on the database of the test. The rows are the truth: the
queue only says that there is something to do.
"""

import shutil
import signal
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from kombu import Connection

from retention.models import DestructionList
from retention.tasks import destroy
from safeguarding.accounts import services
from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.tasks import deliver_notices
from safeguarding.audit.models import Event, Verb
from safeguarding.celery import app
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import raising
from safeguarding.concerns.services.drafts import discard_draft, save_draft
from safeguarding.launch.redis import Queue
from safeguarding.queues import DESTRUCTION
from safeguarding.sealing.models import RecordKey
from safeguarding.sealing.tasks import sweep
from tests import factories
from tests.integration.retention.dying import due_at_schools, keep_on_disk, problems
from tests.mailserver import mail_server
from tests.postgres import Databases
from tests.waiting import until
from tests.workers import Start, kill

PEOPLE = 12


def ring(queue: Queue) -> None:
    """What a request, and every half minute the beat, puts into the queue."""
    with Connection(queue.url) as connection:
        deliver_notices.apply_async(connection=connection)


def tell_everybody(number: int = PEOPLE) -> list[User]:
    school = factories.school()
    people = [factories.member(school, "lead", email=f"lead-{n}@example.org") for n in range(number)]
    for about in (uuid4(), uuid4()):
        services.tell(
            people=people,
            school_id=school.pk,
            kind=ConcernNotice.NEW_CONCERN,
            object_type="concern",
            object_id=about,
            at=timezone.now(),
        )
    return people


def all_mailed() -> bool:
    return not Notice.objects.filter(mailed_at=None).exists()


def once_each(people: list[User]) -> dict[str, int]:
    return {person.email: 1 for person in people}


def test_a_killed_worker_and_an_emptied_queue_lose_none_and_send_none_twice(
    transactional_db: None, start_worker: Start, queue: Queue
) -> None:
    with mail_server(holds=5) as post:
        people = tell_everybody()
        worker = start_worker(post.url)
        ring(queue)
        assert post.held.wait(60)
        # Four have their mail, one message is on its way.
        kill(worker)
        post.drop()
        with Connection(queue.url) as connection:
            connection.channel().client.flushall()
        assert len(post.accepted) == 4
        assert not all_mailed()

        start_worker(post.url)
        # The beat rings every half minute, whatever was in the queue; the test does not wait for it.
        [entry] = [e for e in app.conf.beat_schedule.values() if e["task"] == deliver_notices.name]
        assert entry["schedule"] <= 30
        ring(queue)
        until(all_mailed, seconds=60)
        assert Counter(post.accepted) == once_each(people)


def test_two_workers_and_many_rings_send_one_message_each(
    transactional_db: None, start_worker: Start, queue: Queue
) -> None:
    with mail_server() as post:
        people = tell_everybody()
        start_worker(post.url)
        start_worker(post.url)
        for _ in range(20):
            ring(queue)
        until(all_mailed, seconds=60)
        assert set(post.accepted) == set(once_each(people))
        # Two workers may each hold some of one person's rows and both write to that person; a row is never mailed
        # twice.
        assert len(post.accepted) <= Notice.objects.count()


def test_the_worker_passes_on_a_call_that_nobody_opens_and_chases_what_nobody_reads(
    transactional_db: None, start_worker: Start, queue: Queue
) -> None:
    """As the database's role `worker`, with the tasks of the beat."""
    cast = factories.staffroom()
    called = raising.call_lead(
        token=uuid4(), school=cast.school, by=cast.teacher, at=timezone.now() - timedelta(minutes=10)
    )
    unread = factories.concern(cast, at=timezone.now() - timedelta(days=14))
    start_worker()
    with Connection(queue.url) as connection:
        for entry in app.conf.beat_schedule.values():
            app.send_task(entry["task"], connection=connection)

    def told(about: Any, kind: str) -> set[Any]:
        return set(Notice.objects.filter(object_id=about.pk, kind=kind).values_list("user", flat=True))

    everybody = {cast.lead.pk, cast.deputy.pk, cast.headteacher.pk}
    until(lambda: told(called, ConcernNotice.CALL) == everybody, seconds=60)
    until(lambda: told(unread, ConcernNotice.UNREAD) == everybody, seconds=60)


def test_the_destroyer_ends_keys_when_it_starts_and_whenever_it_is_rung_and_does_nothing_else(
    transactional_db: None, start_worker: Start, queue: Queue, tmp_path: Path
) -> None:
    """As the database's role `destroyer`, with its own queue."""
    cast = factories.staffroom()
    factories.concern(cast)

    def spent() -> UUID:
        """The key of a draft that was discarded two days ago."""
        draft = save_draft(
            token=uuid4(), school_id=cast.school.pk, content={"facts": ["Quiet."]}, author_id=cast.teacher.pk
        )
        assert draft is not None
        key = draft.own_key
        discard_draft(draft=draft, by=cast.teacher)
        RecordKey.objects.filter(pk=key).update(made_at=timezone.now() - timedelta(days=2))
        return key

    def is_ended(key: UUID) -> bool:
        return RecordKey.objects.filter(pk=key, destroyed_at__isnull=False).exists()

    first = spent()
    # What a web server that was taken over might put there, as the first of all.
    with Connection(queue.url) as connection:
        deliver_notices.apply_async(connection=connection, queue=DESTRUCTION)
    start_worker(role="destroyer")
    until(lambda: is_ended(first), seconds=60)
    second = spent()
    [entry] = [e for e in app.conf.beat_schedule.values() if e["task"] == sweep.name]
    with Connection(queue.url) as connection:
        app.tasks[entry["task"]].apply_async(connection=connection, **entry["options"])
    until(lambda: is_ended(second), seconds=60)
    assert Event.objects.filter(verb=Verb.DESTROY).count() == 2
    said = (tmp_path / "destroyer.log").read_text()
    assert f"Received unregistered task of type '{deliver_notices.name}'" in said


def test_an_emptied_queue_loses_no_destruction_and_ten_rings_are_one(
    transactional_db: None, databases: Databases, start_worker: Start, queue: Queue, tmp_path: Path, settings: Any
) -> None:
    """As `destroyer`, with files, keys and the ledger of its own."""
    keep_on_disk(settings, tmp_path)
    kept = shutil.copytree(databases.keys, tmp_path / "keys")
    settings.ROOT_KEY_PATH, settings.EPOCH_KEYS_PATH = kept / "root.key", kept / "epochs.json"
    due = due_at_schools(8)
    assert (len(due.free), len(due.held)) == (7, 1)

    def ring_ten_times() -> None:
        for _ in range(10):
            destroy.apply_async(connection=connection, queue=DESTRUCTION)

    with Connection(queue.url) as connection:
        waiting = connection.channel().client
        ring_ten_times()
        assert waiting.llen(DESTRUCTION) == 10
        waiting.flushall()
        start_worker(role="destroyer")
        # What the beat does, whatever was in the queue; the test does not wait for it.
        [entry] = [e for e in app.conf.beat_schedule.values() if e["task"] == destroy.name]
        assert entry["schedule"] <= 300
        ring_ten_times()
        until(lambda: not waiting.llen(DESTRUCTION) and not waiting.hlen("unacked"), seconds=120)
    assert problems(due) == []
    assert DestructionList.objects.filter(checked_at__isnull=False).count() == 0, "one of the list is held"
    assert Event.objects.filter(verb=Verb.DESTROY, purpose="rows").count() == len(due.free)


def test_nothing_in_the_queue_says_whom_or_what_it_is_about(transactional_db: None, queue: Queue) -> None:
    people = tell_everybody()
    ring(queue)
    with Connection(queue.url) as connection:
        client = connection.channel().client
        kept = "".join(str(client.lrange(key, 0, -1)) for key in client.scan_iter() if client.type(key) == b"list")
    assert "deliver_notices" in kept
    about = Notice.objects.values_list("object_id", "id").first()
    assert about is not None
    secrets = [*(p.email for p in people), people[0].username, people[0].last_name, *map(str, about)]
    assert [s for s in secrets if s in kept] == []


@pytest.mark.parametrize("state", ["gone", "hung"])
def test_a_request_goes_on_where_the_queue_is_away(
    transactional_db: None,
    queue: Queue,
    redis: subprocess.Popen[bytes],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    state: str,
) -> None:
    """The row is written and nobody sees an error. How long a hung queue may take is a limit of the settings."""
    if state == "gone":
        queue.socket.unlink()
    else:
        redis.send_signal(signal.SIGSTOP)
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options["socket_timeout"] <= 1
    assert options["socket_connect_timeout"] <= 1
    connection = Connection(queue.url, transport_options=options)
    real = deliver_notices.apply_async
    monkeypatch.setattr(deliver_notices, "apply_async", lambda **k: real(connection=connection, **k))

    with transaction.atomic():
        tell_everybody()

    assert Notice.objects.filter(mailed_at=None).count() == 2 * PEOPLE
    assert caplog.text.count("queue cannot be reached") == 1
