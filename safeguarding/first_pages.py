"""What waits for somebody who has no Today, in the words of their work? Apps register in `panels.py`.

One registry, and one template (`reports/part_first_page.html`): there is no page for each role. Who is there for
several things has all of them; who is there for none has no such panel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from safeguarding.addresses import address_of
from safeguarding.dates import until
from safeguarding.http import Request


@dataclass(frozen=True)
class Thing:
    """One thing that waits: what it is, where it is done, and by when. It names no child, for a colleague may glance at
    it; but a date of a plan does, whose keeper has the children by name on the same page.

    `stands` is how it stands, `tone` that of its tag; `about` what stands under it.
    """

    says: str
    address: str
    stands: str = ""
    tone: str = ""
    about: str = ""


def due(day: date, today: date) -> tuple[str, str]:
    """How far off a day is, and the tone of that: ("2 days overdue", "bad"), ("today", "warn"), ("in 6 days",
    "line").
    """
    words, look = until(day, today)
    return words, {"over": "bad", "today": "warn"}.get(look, "line")


@dataclass(frozen=True)
class Waiting:
    """What a task found: the first things, and how many there are. `nothing`: other words than the task has, where
    nothing waits.
    """

    things: tuple[Thing, ...] = ()
    number: int = 0
    nothing: str = ""


@dataclass(frozen=True)
class Task:
    """Something that people are there for: what it is in their words, who has it, and what of it waits.

    `nothing` says in a sentence that nothing does. `ways` are what they can do then: words, and the name of a page that
    everybody who has the task may open.
    """

    key: str
    title: str
    nothing: str
    may: Callable[[Request], bool]
    waits: Callable[[Request], Waiting]
    ways: tuple[tuple[str, str], ...] = ()
    order: int = 50


@dataclass(frozen=True)
class Found:
    """A task and what was found, as the template prints it."""

    task: Task
    waiting: Waiting

    @property
    def nothing(self) -> str:
        return self.waiting.nothing or self.task.nothing

    @property
    def is_told(self) -> bool:
        """Whether something waits, or there is something of its own to say of it."""
        return bool(self.waiting.things or self.waiting.nothing)

    @property
    def more(self) -> int:
        return self.waiting.number - len(self.waiting.things)

    @property
    def ways(self) -> list[tuple[str, str]]:
        return [(text, address_of(name)) for text, name in self.task.ways]


_tasks: dict[str, Task] = {}


def register(*tasks: Task) -> None:
    """Add tasks. Raises `ImproperlyConfigured` for a key that is taken."""
    for task in tasks:
        if task.key in _tasks:
            raise ImproperlyConfigured(f"There is a task {task.key!r} already.")
        _tasks[task.key] = task


def tasks_of(request: Request) -> list[Task]:
    """What this person is there for, in order."""
    return sorted((task for task in _tasks.values() if task.may(request)), key=lambda one: (one.order, one.key))


def first_page(request: Request) -> dict[str, Any] | None:
    """Each task with what waits, and how many things that are; None for who has no task. A task with nothing
    waiting gives its links alone, as long as another task has something.
    """
    found = [Found(task, task.waits(request)) for task in tasks_of(request)]
    if not found:
        return None
    told = [one for one in found if one.is_told] or found
    hot = any(thing.tone == "bad" for one in found for thing in one.waiting.things)
    ways = [way for one in found if one not in told for way in one.ways]
    return {"tasks": told, "ways": ways, "number": sum(one.waiting.number for one in found), "hot": hot}
