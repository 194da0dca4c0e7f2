"""How is the worker asked for something, and is it alone at it? One works on a case, or on the files of an answer."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from django.db import transaction

from safeguarding.locks import one_at_a_time


class Broken(Exception):
    """Something of a request could not be done. Says what and in which, without a word of what is in it."""


def alone(key: UUID) -> AbstractContextManager[bool]:
    """Whether this process is the only one at a case, or at a bundle, with this key."""
    return one_at_a_time(f"request {key}")


def each(work: Callable[[UUID], bool], cases: Iterable[UUID]) -> int:
    """Do this for each of these cases, also where it breaks in one of them. Returns how many came to an end.

    Raises the first `Broken` when all have had their turn.
    """
    done, broken = 0, list[Broken]()
    for key in cases:
        try:
            done += work(key)
        except Broken as error:
            broken.append(error)
    if broken:
        raise broken[0]
    return done


def ask_to_gather(case_id: UUID) -> None:
    """Have what is held gathered, once this is saved."""
    from sharing.requests.gathering_tasks import gather_request

    _ask(gather_request, case_id)


def ask_to_settle(case_id: UUID) -> None:
    """Have what was added looked into, and each item given a reviewer who may see it, once this is saved."""
    from sharing.requests.gathering_tasks import settle_request

    _ask(settle_request, case_id)


def ask_to_build(bundle_id: UUID) -> None:
    """Have the files of an answer made, once this is saved."""
    from sharing.requests.building_tasks import build_answer

    _ask(build_answer, bundle_id)


def ask_to_remind(case_id: UUID) -> None:
    """Have those reminded who have not finished their part, once this is saved."""
    from sharing.requests.tasks import remind_of_parts

    _ask(remind_of_parts, case_id)


def _ask(task: Any, key: UUID) -> None:
    """Without waiting for the queue: what nobody took up is found by the scheduled jobs."""
    transaction.on_commit(lambda: task.apply_async((str(key),), retry=False), robust=True)
