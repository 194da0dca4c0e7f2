"""How are the lists of one page recorded? As one event, written when the page is done.

It holds the page, how many rows the page listed, and in `shown` a line for each list: the kind of its rows, their
number and which list it was. No keys: the log of a school would tell by them of records that its reader may not see
(adr/one-event-for-the-lists-of-a-page.md).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from .context import Acting, current
from .services import record_lists


@dataclass(frozen=True, slots=True)
class PageList:
    """One list: the kind of its rows ("app.model", empty where it had none to tell by), how many, and which list."""

    kind: str
    number: int
    purpose: str


@dataclass
class _Page:
    who: Acting
    together: list[PageList] = field(default_factory=list)
    apart: list[PageList] = field(default_factory=list)


_page: ContextVar[_Page | None] = ContextVar("page", default=None)
_kept_apart: set[str] = set()


def keep_apart(what: str) -> None:
    """Keep events about an app's records, or about those of one kind ("app.model"), out of the log of a school: that
    there is one would tell too much. Each list of them is an event of its own.
    """
    _kept_apart.add(what if "." in what else f"{what}.")


def kept_apart() -> frozenset[str]:
    """How the kinds of these records begin."""
    return frozenset(_kept_apart)


@contextmanager
def one_list_event(page: Callable[[], str]) -> Iterator[None]:
    """Write the lists recorded within this block at its end, as one event; those kept apart as events of their own.
    `page` names the page then.

    Nothing is written where the block raises: its transaction is rolled back.
    """
    here = _Page(current())
    token = _page.set(here)
    try:
        yield
    finally:
        _page.reset(token)
    events = [_alone(one) for one in here.apart]
    if here.together:
        number = sum(one.number for one in here.together)
        events.append({"count": number, "purpose": page(), "shown": as_text(here.together)})
    record_lists(events)


def record_list(one: PageList) -> None:
    """Record a list: with the others of its page, or by itself outside a page and where its kind is kept apart."""
    page = _page.get()
    if page is None or page.who is not current():
        record_lists([_alone(one)])
    elif one.kind.startswith(tuple(_kept_apart)):
        page.apart.append(one)
    else:
        page.together.append(one)


def _alone(one: PageList) -> dict[str, Any]:
    return {"object_type": one.kind, "count": one.number, "purpose": one.purpose}


def as_text(lists: Iterable[PageList]) -> str:
    """The lists as `Event.shown` keeps them: kind, number and purpose, a line each."""
    return "\n".join(f"{one.kind} {one.number} {one.purpose}" for one in lists)


def from_text(shown: str) -> list[PageList]:
    """The lists that `as_text` wrote."""
    parts = (line.split(" ", 2) for line in shown.split("\n"))
    return [PageList(kind, int(number), purpose) for kind, number, purpose in parts]
