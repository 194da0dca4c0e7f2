"""Do events of a transaction that ends late stay out of every sealed range, and are they sealed all the same?"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import pairwise
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from django.db import transaction

from safeguarding.audit.models import Checkpoint, Event, Leaf, Verb
from safeguarding.audit.seals import services
from safeguarding.audit.services import record
from tests.integration.audit.seals.record import seal_all, verify
from tests.integration.audit.seals.writers import ADD, gaps, hidden, write
from tests.meanwhile import meanwhile
from tests.waiting import until

Connect = Callable[[str], psycopg.Connection]


def is_sealed(event_id: object) -> bool:
    return Leaf.objects.filter(event_id=event_id).exists()


def test_the_trap_is_real(whole: SimpleNamespace, connect: Connect) -> None:
    """What `id <= max(id)` would do: an earlier id appears after a later one was there to be sealed."""
    late, early = connect("web"), uuid4()
    with late.transaction():
        late.execute(ADD, [early])
        record(Verb.VIEW)
        assert not Event.objects.filter(pk=early).exists()
        newest = Event.objects.latest("transaction_id")
    assert Event.objects.get(pk=early).transaction_id < newest.transaction_id


def test_what_commits_late_is_in_no_sealed_range_and_sealed_once(whole: SimpleNamespace, connect: Connect) -> None:
    late, other, ids = connect("web"), connect("worker"), [uuid4() for _ in range(3)]
    with late.transaction():
        late.execute(ADD, [ids[0]])
        # Later by transaction, earlier by commit.
        other.execute(ADD, [ids[1]])
        record(Verb.LIST)
        services.seal()
        assert not any(map(is_sealed, ids)), "everything from the open transaction on waits"
        assert hidden() == 0
        other.execute(ADD, [ids[2]])
    seal_all()
    assert all(map(is_sealed, ids))
    order = list(Leaf.objects.filter(event_id__in=ids).order_by("index").values_list("event_id", flat=True))
    assert order == ids
    assert hidden() == 0
    assert Leaf.objects.count() == Event.objects.count()
    assert verify(whole.anchors)[0] == 0


def test_what_was_before_an_open_transaction_is_not_held_up_by_it(whole: SimpleNamespace, connect: Connect) -> None:
    record(Verb.VIEW, object_id=(mine := uuid4()))
    late = connect("web")
    with late.transaction():
        late.execute(ADD, [uuid4()])
        seal_until = Event.objects.get(object_id=mine)
        while not is_sealed(seal_until.pk):
            services.seal()
        assert hidden() == 0


def test_what_is_taken_back_leaves_no_gap(whole: SimpleNamespace, connect: Connect) -> None:
    late = connect("web")
    with pytest.raises(ZeroDivisionError), late.transaction():
        late.execute(ADD, [uuid4()])
        raise ZeroDivisionError
    record(Verb.VIEW)
    seal_all()
    assert verify(whole.anchors)[0] == 0


def test_ten_writers_at_once_leave_no_gap_and_no_late_event(whole: SimpleNamespace, connect: Connect) -> None:
    """Fifty of them for ten minutes: `tests/soak/test_seals.py`."""
    connections, late = [connect("web") for _ in range(10)], 0

    def writes(number: int) -> int:
        left = iter(range(20))
        return write(connections[number], random.Random(number), lambda: next(left, None) is not None, lambda _: None)

    # One transaction is open from before they begin until they have ended.
    with connect("web") as open_all_along, ThreadPoolExecutor(10) as people:
        open_all_along.autocommit = False
        open_all_along.execute(ADD, [uuid4()])
        work = [people.submit(writes, number) for number in range(10)]
        for _ in as_completed(work):
            services.seal_and_anchor()
            late += hidden()
        kept = sum(done.result() for done in work)
    seal_all()
    assert (late, gaps(), hidden()) == (0, 0, 0)
    assert Leaf.objects.count() == Event.objects.count() > kept
    assert verify(whole.anchors)[0] == 0


def test_a_savepoint_does_not_hide_which_transaction_it_is(whole: SimpleNamespace) -> None:
    with transaction.atomic():
        record(Verb.VIEW, object_id=(first := uuid4()))
        with transaction.atomic():
            record(Verb.VIEW, object_id=(second := uuid4()))
    one, two = (Event.objects.get(object_id=i).transaction_id for i in (first, second))
    assert one == two


def test_two_sealers_at_once_seal_nothing_twice(whole: SimpleNamespace) -> None:
    for _ in range(20):
        record(Verb.VIEW)
    with transaction.atomic():
        assert services._take_the_only_place()
        assert meanwhile(services.seal).result() == 0, "there is one place"
    seal_all()
    assert Leaf.objects.count() == Event.objects.count()
    assert verify(whole.anchors)[0] == 0


def test_the_web_process_cannot_keep_the_sealer_from_its_place(whole: SimpleNamespace, connect: Connect) -> None:
    """An advisory lock is anybody's to hold. The sealer's place is a row that the worker alone may lock."""
    web, worker = connect("web"), connect("worker")
    record(Verb.VIEW)
    web.execute("SELECT pg_advisory_lock(hashtextextended('seal the events', 0))")
    for lock in (
        "SELECT id FROM audit_sealstate FOR UPDATE",
        "SELECT id FROM audit_sealstate FOR KEY SHARE",
        "LOCK TABLE audit_sealstate IN SHARE MODE",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), web.transaction():
            web.execute(lock)
    until(services.seal, seconds=600)
    record(Verb.VIEW)
    with worker.transaction():
        worker.execute("SELECT id FROM audit_sealstate FOR UPDATE")
        assert services.seal() == 0, "another sealer is at it"
    until(services.seal, seconds=600)


def test_more_than_a_batch_is_sealed_in_several_seals(whole: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 7)
    before = Checkpoint.objects.count()
    for several in (1, 7, 30):
        with transaction.atomic():
            for _ in range(several):
                record(Verb.VIEW)
        seal_all()
    sizes = list(Checkpoint.objects.order_by("number").values_list("size", flat=True))
    assert max(b - a for a, b in pairwise(sizes[before - 1 :])) == 7
    assert hidden() == 0
    assert verify(whole.anchors)[0] == 0


def test_a_backup_put_into_another_server_goes_on(whole: SimpleNamespace, connect: Connect) -> None:
    """There transactions have other numbers, higher or lower.

    What the backup had not sealed yet is sealed, and what comes too.
    """
    superuser = connect("postgres")
    for ahead in ("900000000000", "1"):
        superuser.execute("ALTER TABLE audit_event DISABLE TRIGGER append_only")
        superuser.execute(
            f"{ADD.replace('outcome)', 'outcome, transaction_id)').replace("'done')", "'done', %s)")}",
            [
                (came := uuid4()),
                ahead,
            ],
        )
        superuser.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only")
        record(Verb.VIEW, object_id=(mine := uuid4()))
        services.seal()
        while not (is_sealed(came) and is_sealed(Event.objects.get(object_id=mine).pk)):
            services.seal(everything=True)
    assert verify(whole.anchors)[0] == 0


def test_a_server_whose_transactions_are_numbered_lower_than_the_last_seal_seals_on(
    whole: SimpleNamespace, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = services._settled
    monkeypatch.setattr(services, "_settled", lambda: services._Moment(real().xmin + 10**9, real().xmax + 10**9))
    record(Verb.VIEW)
    services.seal()
    monkeypatch.undo()
    record(Verb.VIEW, object_id=(mine := uuid4()))
    while not is_sealed(Event.objects.get(object_id=mine).pk):
        services.seal()
    seal_all()
    assert verify(whole.anchors)[0] == 0
