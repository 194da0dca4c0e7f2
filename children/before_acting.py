"""What must be known of a child before anybody acts? Where it lives may not be told, and what orders say.

The same lines stand on the page "People", on the chronology and its print, on the two pages for a meeting and on the
emergency sheet (`children/part_before_acting.html`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from safeguarding.audit.by_keys import Asks, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.dates import full_day

from .models import Child, ChildDetail, ConfidentialAddress, ContactRestriction
from .people import Around, orders_about
from .secret import ADDRESS_IS_SECRET, homes_named

COLLECT, TOLD = "May not collect the child.", "May not be told about the child."
_UNCONFIRMED = "Not confirmed yet."
_HOME_NAMED = "Its words name an address that nobody may be told. Read them on the record."
_OF_THE_HOME = "The address of another child in the same home is confidential."


@dataclass(frozen=True)
class Line:
    """One thing to know of a child, whose key is `child`: what it is, in its own words, what an adult may not do, and
    since when. `is_order`: it is no address.
    """

    child: str
    what: str
    words: str
    may_not: str = ""
    since: str = ""
    is_order: bool = False


def lines_of(
    child: Child,
    addresses: Iterable[ConfidentialAddress],
    orders: Iterable[ContactRestriction],
    *,
    in_secret_home: bool = False,
    named: bool = False,
) -> list[Line]:
    """The lines of one child, of what binds on the day; `named` where others stand beside it. `in_secret_home`: nobody
    may be told where the child lives, be it that of another child in the home.
    """
    key, own = str(child.pk), list(addresses)
    found = []
    if own or in_secret_home:
        whose = child.full_name if named else "this child"
        words = " ".join(_as_sentence(one.reason) for one in own) or _OF_THE_HOME
        since = _UNCONFIRMED if own and all(one.waits for one in own) else ""
        found.append(Line(key, f"Do not tell anybody where {whose} lives.", words, since=since))
    for order in orders:
        about = f", about {child.full_name}" if named else ""
        adult = f", {order.contact.full_name}" if order.contact else ""
        may_not = [words for words, holds in ((COLLECT, order.may_not_collect), (TOLD, order.may_not_be_told)) if holds]
        until = f", in force until {full_day(order.ends_on)}" if order.ends_on else ""
        since = f"Made on {full_day(order.starts_on)}{until}."
        found.append(
            Line(
                key,
                f"{order.get_kind_display()}{adult}{about}:",
                _as_sentence(order.terms),
                " ".join(may_not),
                f"{since} {_UNCONFIRMED}" if order.waits else since,
                is_order=True,
            )
        )
    return found


def _as_sentence(words: str) -> str:
    """With its full stop, since others follow it."""
    return words if words.endswith((".", "!", "?", "”")) else f"{words}."


def without_homes(lines: Sequence[Line]) -> list[Line]:
    """The lines, of which some are printed: words that name a home that may not be told stay out."""
    out = homes_named([(UUID(line.child), line.words) for line in lines])
    return [replace(line, words=_HOME_NAMED) if place in out else line for place, line in enumerate(lines)]


def lines_around(child: Child, known: Around, *, in_secret_home: bool) -> list[Line]:
    """The lines of a child around whom everything is read already, for the page on which its orders stand in full."""
    addresses = [one for one in known.addresses if one.binds]
    return lines_of(child, addresses, known.orders_in_force, in_secret_home=in_secret_home)


_addresses = ByKeys(
    lambda asked: (
        visible(asked, ConfidentialAddress)
        .filter(asked.of("child_id"), ended_at=None, corrected_at=None)
        .order_by("starts_on", "pk")
    )
)

_secret = ByKeys(
    lambda asked: visible(asked, ChildDetail).filter(asked.of(), ADDRESS_IS_SECRET).values_list("pk", flat=True)
)


def in_secret_home(asks: Asks, child: Child) -> bool:
    """Whether nobody may be told where the child lives, be it that of another child in the home."""
    return bool(_secret(asks, [child.pk]))


def before_acting(asks: Asks, children: Sequence[Child], *, today: date, detail: Any = None) -> list[Line]:
    """List what the reader must know before acting for these children: all addresses first, then the orders. `detail`
    belongs to one of them; its `is_secret` is used and not asked for again.
    """
    named = len(children) > 1
    keys = [child.pk for child in children]
    secret = set(_secret(asks, [key for key in keys if detail is None or key != detail.pk]))
    if detail is not None and detail.is_secret:
        secret.add(detail.pk)
    addresses = _addresses(asks, keys)
    orders = [order for order in orders_about(asks, *children) if order.in_force(today)]
    found = [
        line
        for child in children
        for line in lines_of(
            child,
            [one for one in addresses if one.child_id == child.pk],
            [one for one in orders if one.child_id == child.pk],
            in_secret_home=child.pk in secret,
            named=named,
        )
    ]
    return sorted(without_homes(found), key=lambda line: line.is_order)
