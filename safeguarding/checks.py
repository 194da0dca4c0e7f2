"""Which looks does Harbour take at itself, what is good, and where is it put right? Apps register in `panels.py`.

What is about records is looked at live, with the reader's rights: a stored number would tell of what is hidden from
them. What is about the machine is looked at every night and on demand, and stored (`safeguarding/self_check`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

# In the place of a school, where the machine looks at what is of the installation.
INSTALLATION = UUID(int=0)


class State(StrEnum):
    """How a check found things. `NOT_SET_UP`: nobody has set up yet what it would look at."""

    GOOD = "good"
    LOOK = "look"
    FIX = "fix"
    NOT_SET_UP = "not_set_up"


@dataclass(frozen=True)
class Found:
    """What a check found: how it is, of how many, and in a sentence that names nobody.

    `address` is where it is put right; without it, the check's own `url_name` is.
    """

    state: State
    says: str
    number: int | None = None
    address: str = ""


@dataclass(frozen=True)
class Looker:
    """Who looks, of which school, when. `user` is None where the machine looks, and then no record is looked at.

    `school_id` is `INSTALLATION` for a check of the machine that is not of each school.
    """

    user: Any
    school_id: UUID
    at: datetime


@dataclass(frozen=True)
class Check:
    """One line of the self-check.

    `good` says in a sentence what good is. `look(looker)` finds it; it raises what it likes, and is then itself to be
    put right. `of_machine`: looked at by the machine, and stored; else live, with the rights of who reads the page.
    `each_school`: the machine looks once for each school, and not once for the installation.
    `sees` is the capability that a reader needs to have the line; `url_name` the page where it is put right. Of the
    machine it may be empty, where no page puts it right: the self-check says how, under the key.
    """

    key: str
    title: str
    good: str
    look: Callable[[Looker], Found]
    sees: str
    url_name: str
    of_machine: bool = False
    each_school: bool = False
    order: int = 50


_checks: dict[str, Check] = {}


def register(*checks: Check) -> None:
    """Add checks. Raises `ImproperlyConfigured` for a key that is taken."""
    for check in checks:
        if check.key in _checks:
            raise ImproperlyConfigured(f"There is a check {check.key!r} already.")
        _checks[check.key] = check


def every(*, of_machine: bool | None = None) -> list[Check]:
    """The checks in order: all, or those of the machine, or those of records."""
    found = sorted(_checks.values(), key=lambda one: (one.order, one.key))
    return [one for one in found if of_machine is None or one.of_machine is of_machine]
