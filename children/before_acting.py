"""What must be known of a child before anybody acts? Where it lives may not be told, and what orders say.

The same lines stand on the page "People", on the chronology and its print, on the two pages for a meeting and on the
emergency sheet (`children/part_before_acting.html`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from safeguarding.audit.by_keys import Asks, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.dates import full_day

from .models import Child, ConfidentialAddress, ContactRestriction
from .people import Around, orders_about

COLLECT, TOLD = "May not collect the child.", "May not be told about the child."
_UNCONFIRMED = "Not confirmed yet."


@dataclass(frozen=True)
class Line:
    """One thing to know of a child, whose key is `child`: what it is, in its own words, what an adult may not do, and
    since when.
    """

    child: str
    what: str
    words: str
    may_not: str = ""
    since: str = ""


def lines_of(
    child: Child,
    addresses: Iterable[ConfidentialAddress],
    orders: Iterable[ContactRestriction],
    *,
    named: bool = False,
) -> list[Line]:
    """The lines of one child, of what binds on the day; `named` where others stand beside it."""
    key, whys = str(child.pk), [one.reason for one in addresses]
    found = []
    if whys:
        whose = child.full_name if named else "this child"
        found.append(Line(key, f"Do not tell anybody where {whose} lives.", " ".join(whys)))
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
                order.terms,
                " ".join(may_not),
                f"{since} {_UNCONFIRMED}" if order.waits else since,
            )
        )
    return found


def lines_around(child: Child, known: Around) -> list[Line]:
    """The lines of a child around whom everything is read already."""
    return lines_of(child, [one for one in known.addresses if one.binds], known.orders_in_force)


_addresses = ByKeys(
    lambda asked: (
        visible(asked, ConfidentialAddress)
        .filter(asked.of("child_id"), ended_at=None, corrected_at=None)
        .order_by("starts_on", "pk")
    )
)


def before_acting(asks: Asks, children: Sequence[Child], *, today: date) -> list[Line]:
    """What whoever asks has to know of these children: all addresses first, then the orders."""
    named = len(children) > 1
    addresses = _addresses(asks, [child.pk for child in children])
    orders = [order for order in orders_about(asks, *children) if order.in_force(today)]
    found = [
        line
        for child in children
        for line in lines_of(
            child,
            [one for one in addresses if one.child_id == child.pk],
            [one for one in orders if one.child_id == child.pk],
            named=named,
        )
    ]
    return sorted(found, key=lambda line: bool(line.since))
