"""When is the end of a web process put off, and when does it end?"""

import logging

import pytest

from safeguarding.front.watchdog import PAGE_SECONDS, AtWork, Watchdog


class Loop:
    """An event loop that answers when it is told to."""

    def __init__(self):
        self.asked, self.closed = [], False

    def call_soon_threadsafe(self, callback):
        if self.closed:
            raise RuntimeError("Event loop is closed")
        self.asked.append(callback)

    def turn(self):
        while self.asked:
            self.asked.pop()()


class Process:
    """A web process with a clock of its own: how often its end was put off, and with what it ended."""

    def __init__(self):
        self.now, self.parent, self.put_off, self.ended = 0.0, 7, 0, None
        self.loop, self.at_work = Loop(), AtWork(clock=lambda: self.now)
        self.watchdog = Watchdog(
            self.at_work, self.loop, put_off=self._put_off, parent=lambda: self.parent, end=self._end
        )

    def _put_off(self):
        self.put_off += 1

    def _end(self, code):
        self.ended = code

    def looks(self):
        """Whether one look puts off the end."""
        before = self.put_off
        self.watchdog.look()
        return self.put_off > before


@pytest.fixture
def process():
    return Process()


def test_the_end_is_put_off_while_the_loop_turns_and_no_page_hangs(process):
    for _ in range(3):
        assert process.looks()
        process.loop.turn()
    with process.at_work.page():
        process.now += PAGE_SECONDS - 1
        assert process.looks()
    assert process.ended is None


def test_a_loop_that_is_silent_or_closed_is_waited_for_once_and_put_off_again_when_it_turns(process):
    assert process.looks()
    assert [process.looks(), process.looks()] == [False, False]
    assert len(process.loop.asked) == 1
    process.loop.turn()
    process.loop.closed = True
    assert process.looks()
    assert not process.looks()


def test_a_page_that_hangs_is_said_once_and_ends_the_process_unless_it_ends_itself(process, caplog):
    def looks():
        process.loop.turn()
        return process.looks()

    with process.at_work.page():
        process.now += 50
        with process.at_work.page():
            process.now += PAGE_SECONDS
            assert process.at_work.one_hangs
            assert [looks(), looks()] == [False, False]
        assert not looks(), "the one that began before it"
    assert looks() and not process.at_work.one_hangs
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert said == ["A page has run for 120 seconds: unless it ends, this process does, and another one starts."]


def test_a_page_that_breaks_off_is_over(process):
    with pytest.raises(OSError), process.at_work.page():
        raise OSError
    process.now += PAGE_SECONDS
    assert not process.at_work.one_hangs


def test_a_process_whose_parent_is_gone_ends(process):
    assert process.looks()
    assert process.ended is None
    process.parent = 1
    process.watchdog.look()
    assert process.ended == 1
