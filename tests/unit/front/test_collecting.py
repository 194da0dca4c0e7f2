"""Does a body come in whole, within the limits of its address, or not at all?"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from safeguarding.front.bodies import BLOCK, Body, Room
from safeguarding.front.collecting import NO_ROOM, TOO_LARGE, TOO_SLOW, ClientGone, Collector
from safeguarding.front.limits import Limit

from .talking import Sender, in_a_loop

SMALL = Limit(1000, 60)
LARGE = Limit(100 * BLOCK, 60)


@pytest.fixture
def room(tmp_path):
    return Room(tmp_path / "bodies.lock", blocks=16, processes=2)


def collect(room, sender, limit=SMALL, announced=10, **more):
    return in_a_loop(Collector(room).collect(sender, limit, announced, **more))


def held(room):
    """How many bytes more fit, to the block."""
    blocks = 0
    while room.grow(BLOCK):
        blocks += 1
    room.shrink(blocks * BLOCK)
    return blocks


def test_a_body_that_comes_in_pieces_is_read_as_one(room):
    coming = collect(room, Sender([b"facts=", b"He fell", b"."]))
    assert (coming.refused, coming.body.taken) == (0, 14)
    assert coming.body.read() == b"facts=He fell."
    assert coming.body.read() == b""


def test_what_was_read_is_let_go_of():
    body = Body()
    for _ in range(8):
        body.take(b"a" * 200_000)
    into = bytearray(300_000)
    while body.readinto(into):
        assert sum(map(len, body.pieces)) < 1_600_000
    assert not body.pieces


def test_a_body_byte_by_byte_takes_no_more_than_its_size():
    body = Body()
    for _ in range(100_000):
        body.take(b"a")
    assert len(body.pieces) == 1
    assert sys.getsizeof(body.pieces[0]) < 150_000


def test_one_that_is_larger_than_its_address_takes_is_refused_whether_it_said_so_or_not(room):
    assert collect(room, Sender([b"a" * 1000]), announced=1000).refused == 0
    said = collect(room, Sender([b"a" * 600, b"a" * 401]), announced=1001)
    unsaid = collect(room, Sender([b"a" * 600, b"a" * 401]), announced=0)
    assert (said.refused, said.body.taken) == (TOO_LARGE, 0)
    assert (unsaid.refused, unsaid.body.taken) == (TOO_LARGE, 0)
    assert unsaid.body.read() == b""


def test_one_that_asks_first_is_refused_before_it_is_sent(room):
    sender = Sender([b"a" * 2000])
    assert collect(room, sender, announced=2000, asks_first=True).refused == TOO_LARGE
    assert sender.pieces


def test_one_that_never_ends_is_refused_after_the_time_of_its_address(room, settings):
    settings.SLOW_AFTER = 60
    slow = collect(room, Sender([b"a"], ends=False), Limit(1000, 0.05))
    assert (slow.refused, slow.body.taken) == (TOO_SLOW, 0)


def test_one_below_the_least_speed_is_refused_and_one_above_it_is_not(room, settings):
    settings.SLOW_AFTER, settings.LEAST_SPEED = 0.05, 10_000
    assert collect(room, Sender([b"a" * 100], ends=False), Limit(1000, 60)).refused == TOO_SLOW

    class EveryMoment(Sender):
        async def __call__(self):
            await asyncio.sleep(0.02)
            return await super().__call__()

    # In a tenth of a second, twice the time of one that is slow: what has come by then bought it more.
    assert collect(room, EveryMoment([b"a" * 10_000] * 5), Limit(50_000, 60)).refused == 0


def test_whoever_leaves_in_the_middle_leaves_no_body_and_no_room_taken(room):
    free = held(room)
    with pytest.raises(ClientGone):
        collect(room, Sender([b"a" * 900], ends=False, leaves=True))
    with pytest.raises(ClientGone):
        collect(room, Sender([b"a" * 3 * BLOCK], ends=False, leaves=True), LARGE)
    assert held(room) == free


def test_room_is_shared_between_processes_each_keeps_some_and_a_killed_one_gives_its_own_back(tmp_path):
    path = tmp_path / "bodies.lock"
    here = Room(path, blocks=16, processes=2)
    assert held(here) == 14, "all but what is the other's own"
    program = f"""
import sys
from pathlib import Path
from safeguarding.front.bodies import BLOCK, Room
there = Room(Path({str(path)!r}), blocks=16, processes=2)
taken = 0
while there.grow(BLOCK): taken += 1
print(taken, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=-1, stdout=-1, text=True) as there:
        assert there.stdout.readline() == "14\n"
        assert held(here) == 2, "its own"
        there.kill()
        there.wait()
        assert held(here) == 14
    assert path.stat().st_size == 0


def test_room_is_free_again_when_a_body_is_done_with(room):
    collector = Collector(room)
    free = held(room)

    async def one():
        return await collector.collect(Sender([b"a" * BLOCK] * 5), LARGE, 5 * BLOCK)

    coming = in_a_loop(one())
    assert held(room) == free - 5
    collector.done(coming)
    assert held(room) == free


def test_where_there_is_no_room_the_largest_body_gives_way_to_a_small_form(room):
    async def one_after_the_other():
        collector = Collector(room)
        free = held(room)
        large = asyncio.create_task(collector.collect(Sender([b"a" * BLOCK] * free, ends=False), LARGE, free * BLOCK))
        middling = asyncio.create_task(collector.collect(Sender([], ends=False), LARGE, 0))
        await asyncio.sleep(0)
        while held(room):
            await asyncio.sleep(0)
        form = await collector.collect(Sender([b"a" * 900]), SMALL, 900)
        larger = await collector.collect(Sender([b"a" * BLOCK] * (free + 1)), LARGE, 0)
        assert (form.refused, larger.refused) == (0, NO_ROOM)
        refused = await large
        middling.cancel()
        return refused

    refused = in_a_loop(one_after_the_other())
    assert (refused.refused, refused.body.taken) == (NO_ROOM, 0)


def test_nothing_of_a_body_is_on_a_disk(room, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(list(Path("/dev/fd").iterdir()))
    coming = collect(room, Sender([b"a" * BLOCK] * 6), LARGE)
    assert coming.body.taken == 6 * BLOCK
    assert len(list(Path("/dev/fd").iterdir())) == before
    assert [path.name for path in tmp_path.iterdir()] == ["bodies.lock"]
    assert Path(tmp_path / "bodies.lock").stat().st_size == 0
