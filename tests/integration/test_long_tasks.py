"""Is one of the worker's two processes always free for calls, mail and seals, whatever else takes long?"""

import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from safeguarding import long_tasks
from safeguarding.accounts.models import Notice
from safeguarding.celery import app
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import escalation, raising
from sharing.requests import gathering_tasks
from sharing.requests.models import RequestRole, RightsRequest
from sharing.requests.services import gathering
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.postgres import Databases
from tests.waiting import until

from .requests.cases import case_row, named

pytestmark = pytest.mark.django_db


@contextmanager
def something_long(databases: Databases) -> Iterator[psycopg.Connection]:
    """The other process of the worker is at long work."""
    with psycopg.connect(databases.url("worker"), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('long work', 0))")
        yield other


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_tasks, "MOMENT", "1ms")


def test_a_call_is_passed_on_while_two_cases_wait_to_be_gathered(databases: Databases, impatient: None) -> None:
    room = factories.staffroom()
    cases = [case_row(room, factories.child(room.school, name, by=room.office)) for name in ("Rowan", "Hazel")]
    for case in cases:
        named(case, room.office, "handler")
        named(case, room.lead, RequestRole.Part.PREPARER)
        gathering.ask(case, by=room.office)
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    waiting = RightsRequest.objects.filter(gathering=RightsRequest.Gathering.ASKED)
    with something_long(databases):
        assert [gathering_tasks.gather_request(str(case.pk)) for case in cases] == [None, None]
        assert gathering_tasks.gather_requests() is None
        assert waiting.count() == 2, "they wait for the next beat"
        assert escalation.escalate_calls(at=SCHOOL_DAY + timedelta(minutes=3)) == 1
    assert Notice.objects.filter(object_id=call.pk, kind=ConcernNotice.CALL, user=room.deputy).exists()
    assert gathering_tasks.gather_requests() == 2
    assert not waiting.exists()


def test_every_task_that_may_take_long_leaves_its_work_while_another_is_at_it(
    databases: Databases, settings: Any, impatient: None
) -> None:
    app.loader.import_default_modules()
    # What ends for good has a process of its own.
    ours = {name: task for name, task in app.tasks.items() if name not in app.conf.task_routes}
    long = {name for name, task in ours.items() if hasattr(task.run, "__wrapped__")}
    assert long >= {
        name for name, task in ours.items() if task.time_limit not in (None, settings.CELERY_TASK_TIME_LIMIT)
    }
    assert long >= {"children.tasks.work_on_imports", "safeguarding.concerns.tasks.work_on_all_earlier_records"}
    with something_long(databases):
        for name in long:
            given = [str(uuid4()) for _ in inspect.signature(ours[name].run).parameters]
            assert ours[name](*given) is None, name


def test_a_task_that_held_it_for_a_moment_is_waited_for(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_tasks, "MOMENT", "30s")

    def let_go(other: psycopg.Connection) -> None:
        waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: other.execute(waits).fetchone() is not None)
        other.execute("SELECT pg_advisory_unlock_all()")

    with something_long(databases) as other, ThreadPoolExecutor(1) as beside:
        done = beside.submit(let_go, other)
        assert gathering_tasks.gather_requests() == 0
        done.result()
