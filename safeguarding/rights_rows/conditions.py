"""Conditions of rows that give or take rights, as SQL over `NEW`, `OLD` and `me`, the person who asks.

Every one is what the service asks that writes the row, said once more where no service is passed by. What they read of
records they read as the person who asks, behind row security: nobody gives access to what they do not see.
"""

from collections.abc import Iterable

from .kinds import Change, change

NEVER = "false"
# A task of the machine, which names itself and no person (`audit/signing.py`).
SYSTEM = "(rules.task() <> '')"


def may(capability: str, school: str = "NEW.school_id") -> str:
    """Who asks has the capability at the school of the row."""
    return f"{school} = ANY (rules.schools_with(me, '{capability}'))"


def either(*conditions: str) -> str:
    return f"({' OR '.join(conditions)})"


def both(*conditions: str) -> str:
    return f"({' AND '.join(conditions)})"


def keys(roles: Iterable[str]) -> str:
    """Keys of roles as an array of texts."""
    return "'{" + ",".join(roles) + "}'::text[]"


def ended_once(*where: str, at: str = "ended_at", by: str = "ended_by_id", said: tuple[str, ...] = ()) -> Change:
    """It ends, once, by who asks: what was ended stays so."""
    return change(both(f"OLD.{at} IS NULL", f"NEW.{by} = me", *where), at, by, *said)


MANAGES = may("manage_access")
OF_SCHOOL = (
    "EXISTS (SELECT FROM public.{table} AS here WHERE here.id = NEW.{column} AND here.school_id = NEW.school_id)"
)


def of_school(table: str, column: str) -> str:
    """The record that the row names is of the row's school, and who asks sees it."""
    return OF_SCHOOL.format(table=table, column=column)


def granted(*where: str) -> str:
    """Access by name: given by who asks, to somebody else, and not ended from the start."""
    return both("NEW.granted_by_id = me", "NEW.ended_at IS NULL", *where)
