"""What does the frame of every page look for, and mostly does not find? Each app says its part; one query asks them
all.

A part is a fact of the schema `rules` about whoever is signed in: how many notices wait, whether something is unsent.
Where there is any, its rows are asked for, and only then.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from safeguarding.once import on_a_page, once
from safeguarding.prepared import prepared

_facts: dict[str, str] = {}


def look_for(**facts: str) -> None:
    """Add parts to `glance`: a name for each, and the fact `rules.<fact>` that takes the key of the person."""
    _facts.update(facts)


def glance(user: Any) -> Mapping[str, Any]:
    """Every part by name, seen or hidden: one query, once a page."""
    return once(("glance", user.pk), lambda: _look(user.pk, _facts))


def seen(user: Any, *names: str) -> list[Any]:
    """These parts: with all the others once a page, by themselves elsewhere, where nothing is kept."""
    found = glance(user) if on_a_page() else _look(user.pk, names)
    return [found[name] for name in names]


def _look(me: UUID, names: Collection[str]) -> Mapping[str, Any]:
    asked = ", ".join(f"rules.{_facts[name]}(%(me)s)" for name in names)
    [found] = prepared(f"SELECT {asked}", {"me": me})
    return dict(zip(names, found, strict=True))
