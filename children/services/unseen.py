"""What is on a school's list already, whoever asks? Keys alone, also of what is hidden from the person who asks.

Whether a child, an adult or an address is there already is the machine's work: a list on which somebody's own child
did not count would have that child twice. What is found here is never shown: a service refuses, shares, or goes on.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from safeguarding.audit.protection import known_of
from safeguarding.prepared import prepared


def numbered_at(school_id: UUID, numbers: Iterable[str]) -> list[UUID]:
    """The children of a school that have one of these UPNs, or had one."""
    rows = prepared("SELECT * FROM rules.children_numbered(%s, %s::text[])", [school_id, list(numbers)])
    return [key for (key,) in rows]


def homes_at(school_id: UUID, identities: Iterable[str]) -> dict[str, UUID]:
    """The households of a school at these addresses, by `Home.identity`."""
    rows = prepared("SELECT * FROM rules.households_at(%s, %s::text[])", [school_id, list(identities)])
    return {str(identity): key for identity, key in rows}


def adults_at(school_id: UUID, identities: Iterable[str]) -> dict[str, UUID]:
    """The contacts of a school whom these identities mean, by `Adult.identity`."""
    rows = prepared("SELECT * FROM rules.contacts_at(%s, %s::text[])", [school_id, list(identities)])
    return {str(identity): key for identity, key in rows}


def children_beside(child: UUID) -> list[UUID]:
    """The other children who live in a home of the child, or share an adult who is no professional."""
    return known_of("children_beside", child)


def adults_called(school_id: UUID, forename: str, surname: str) -> list[UUID]:
    """The contacts of a school of this name, in letters of whichever size."""
    rows = prepared("SELECT * FROM rules.contacts_called(%s, %s::text, %s::text)", [school_id, forename, surname])
    return [key for (key,) in rows]


def children_like(
    school_id: UUID, *, forenames: Sequence[str], surnames: Sequence[str], born: date | None
) -> list[UUID]:
    """The children of a school whose forename and surname both sound like these, or one of them where they were born
    on the same day. `forenames` and `surnames` are sounds (`names.sounds`).
    """
    rows = prepared(
        "SELECT * FROM rules.children_like(%s, %s::text[], %s::text[], %s::date)",
        [school_id, list(forenames), list(surnames), born],
    )
    return [key for (key,) in rows]
