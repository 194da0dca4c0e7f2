"""Does the clock of the worker go on, whatever the machine's clock says?"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery.schedules import crontab

from safeguarding.beat import SteadyScheduler
from safeguarding.celery import app

# A Tuesday morning, between two of the tasks that run once a day.
MORNING = datetime(2026, 12, 1, 8, 40, tzinfo=UTC)
JUMPS = (timedelta(days=20), timedelta(days=400), timedelta(hours=-3), timedelta(days=-30))
ENTRIES = dict(app.conf.beat_schedule)
DAILY = {name for name, entry in ENTRIES.items() if isinstance(entry["schedule"], crontab)}


class Clocked(SteadyScheduler):
    """On a machine whose clocks go as a test says; it keeps what it would send."""

    running = 0.0

    def __init__(self, wall: Any) -> None:
        self.machine, self.sent = wall, Counter[str]()
        super().__init__(app, {})

    def monotonic(self) -> float:
        return self.running

    @property
    def producer(self) -> None:
        return None

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent[entry.name] += 1

    def settle(self) -> Counter[str]:
        """What is sent now, until it would sleep."""
        self.sent.clear()
        while (interval := self.tick()) == 0:
            pass
        assert 0 < interval <= 5
        return Counter(self.sent)

    def go_on(self, seconds: float) -> Counter[str]:
        """Both clocks go on."""
        self.running += seconds
        return self.set_by(timedelta(seconds=seconds))

    def set_by(self, jump: timedelta) -> Counter[str]:
        """The wall clock alone: it is set, or the machine has slept."""
        self.machine.shift(jump)
        return self.settle()


@pytest.fixture
def beat() -> Iterator[Clocked]:
    with time_machine.travel(MORNING, tick=False) as wall:
        beat = Clocked(wall)
        assert beat.settle() == {}
        yield beat


def within(seconds: float) -> set[str]:
    return {name for name in ENTRIES.keys() - DAILY if ENTRIES[name]["schedule"] <= seconds}


def test_every_task_runs_at_its_next_turn_after_the_clock_was_set_right(beat: Clocked) -> None:
    for jump in JUMPS:
        beat.set_by(jump)
        beat.go_on(4)
        beat.set_by(-jump)
        # "seals" is among them: each event is sealed within two minutes.
        assert "seals" in within(60)
        assert set(beat.go_on(61)) >= within(60), jump
        assert set(beat.go_on(3600)) == within(3600), jump
        everything = beat.go_on(24 * 3600)
        assert set(everything) == ENTRIES.keys(), jump
        assert {everything[name] for name in DAILY} == {1}, jump


@pytest.mark.parametrize("jump", [timedelta(seconds=29), timedelta(seconds=-29)])
def test_a_clock_that_is_set_a_little_costs_nobody_a_turn(beat: Clocked, jump: timedelta) -> None:
    beat.set_by(jump)
    assert set(beat.go_on(90)) == within(60)


def test_what_a_sleeping_machine_missed_runs_once_when_it_wakes(beat: Clocked) -> None:
    woken = beat.set_by(timedelta(hours=26))
    assert woken == dict.fromkeys(ENTRIES, 1)
    assert beat.settle() == {}
    assert set(beat.go_on(60)) == within(60)
