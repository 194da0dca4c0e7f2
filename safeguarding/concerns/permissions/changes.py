"""Who may see what a field was before?

What apps above keep from somebody stays out of it too: each says which of its facts does (`never_in_changes`).
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import LogEntry
from safeguarding.audit.protection import Rule, among, fact, rule

# The columns of an entry, and the facts whose keys hide it: those of a record, of a child, of the row itself.
_hidden: list[tuple[str, str]] = [
    ("record_id", "hidden_concerns"),
    ("record_id", "concerns_in_error"),
    ("record_id", "hidden_children"),
    ("record_id", "hidden_contacts"),
    ("record_id", "hidden_households"),
    ("child_id", "hidden_children"),
]


def never_in_changes(column: str, name: str) -> None:
    """Hide entries from a person whose `column` is one of the keys of the fact `rules.<name>` about them."""
    _hidden.append((column, name))


# Doors behind which a service changes what its person may not see: the entry is theirs, and nothing tells of it.
_doors: list[str] = []


def written_behind(door: str) -> None:
    """Let the entries of what somebody changes behind this door be written, whether or not they may read them."""
    _doors.append(door)


@rule(LogEntry)
def changes_seen(me: Any) -> Rule:
    """What a field was before: for those who read the school's concerns, on the page of a record that they may see.

    And for who changed it. An entry has the key of its record, of whatever kind, so each kind is asked for.
    """
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.VIEW_CONCERNS))
            & ~among("record_id", fact("restricted_concerns", me)),
            "actor": Q(actor_id=me),
        },
        never=reduce(or_, (among(column, fact(name, me)) for column, name in _hidden)),
        above={door: Q(actor_id=me) for door in _doors},
    )
