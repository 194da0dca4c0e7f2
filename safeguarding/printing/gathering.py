"""Which prints does the worker put together, because to read all of it would hold up a page? Each app says how, under
the name by which they are ordered.

An order holds keys and choices, no words. It is carried out with the rights of who gave it, as they are then, and in
pieces: each is read, laid out and forgotten before the next.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from safeguarding.accounts.models import User
from safeguarding.audit.by_keys import Asks
from safeguarding.once import one_page

from .pages import OnPaper, frame, page

# Reads what is ordered, a piece at a time, for whoever asks. Raises where it is not theirs to read any more.
Gather = Callable[[Asks, Mapping[str, Any], datetime], Iterator[OnPaper]]
_known: dict[str, Gather] = {}


@dataclass(frozen=True)
class For:
    """Stands for a request where the worker reads for somebody."""

    user: User


def gathers(name: str, gather: Gather) -> None:
    """Say how prints of this name are put together. Raises `ImproperlyConfigured` for a name that is taken."""
    if name in _known:
        raise ImproperlyConfigured(f"Prints of the name {name} are put together twice.")
    _known[name] = gather


def ordered(name: str, what: Mapping[str, Any], at: datetime) -> bytes:
    """An order as it lies in the store."""
    return json.dumps({"gather": name, "what": what, "at": at.isoformat()}).encode()


def carried_out(order: bytes, user: User) -> Iterator[tuple[str, Iterable[UUID]]]:
    """The HTML of each piece, and the keys of the records that it tells."""
    given = json.loads(order)
    asks, at = For(user), datetime.fromisoformat(given["at"])
    with one_page():
        for number, said in enumerate(_known[given["gather"]](asks, given["what"], at)):
            about = frame(user, said.school_id, title=said.title, at=at)
            context = {**said.context, **about, "piece": True, "first": number == 0}
            yield page(asks, said.template, context, said.own), said.records
