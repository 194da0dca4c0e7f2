"""Which figures are there, and what stands behind each? Registered by the modules of figures, and by other apps.

`rows(viewer, cell)` is the query set of which the figure is the count; without a cell it is all of it. A code that is
none of the figure raises `NoSuchCell`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet

from .values import Viewer


class NoSuchCell(Exception):
    """An address names a cell that the figure does not have."""


class Lists(StrEnum):
    """What the list behind a figure lists."""

    CONCERNS = "concerns"
    ACTIONS = "actions"
    REFERRALS = "referrals"
    DATES = "dates"
    CHILDREN = "children"
    IN_CONCERNS = "children in concerns"


@dataclass(frozen=True)
class Figure:
    """`counts` says in a sentence what is counted; `called(viewer, cell)` what a cell is called.

    `has_period`: made of a time; else of how it stands now.
    """

    key: str
    title: str
    lists: Lists
    counts: str
    rows: Callable[[Viewer, str], QuerySet[Any]]
    called: Callable[[Viewer, str], str]
    has_period: bool = True


_figures: dict[str, Figure] = {}


def register(*figures: Figure) -> None:
    """Add figures. Raises `ImproperlyConfigured` for a key that is taken."""
    for figure in figures:
        if figure.key in _figures:
            raise ImproperlyConfigured(f"There is a figure {figure.key!r} already.")
        _figures[figure.key] = figure


def find(key: str) -> Figure | None:
    """The figure with this code, or None."""
    return _figures.get(key)


def every() -> list[Figure]:
    """All of them, as they were registered."""
    return list(_figures.values())


def one_of(cell: str, known: dict[str, str]) -> str:
    """The words of a cell. Raises `NoSuchCell`."""
    try:
        return known[cell]
    except KeyError:
        raise NoSuchCell(cell) from None


def day_of(cell: str) -> date:
    """The day that a cell names. Raises `NoSuchCell`, also for one beside which there is no week."""
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise NoSuchCell(cell) from None
    if not date.min.year < day.year < date.max.year:
        raise NoSuchCell(cell)
    return day


def key_of(cell: str) -> UUID:
    """The key that a cell names. Raises `NoSuchCell`."""
    try:
        return UUID(cell)
    except ValueError:
        raise NoSuchCell(cell) from None
