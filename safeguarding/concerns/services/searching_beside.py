"""What do apps above find of what was written? Each looks through its own records; it stands beside concerns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from .passages import Passage, Pattern, pattern_of
from .searching import Tell
from .whole import See


@dataclass(frozen=True)
class Beside:
    """A record, with its child, in which everything stands that was looked for: its title, what is said `about` it
    there, and the address of its page.
    """

    row: Any
    title: str
    about: str
    address: str
    passages: list[Passage]


@dataclass(frozen=True)
class FoundBeside:
    """What an app has found under a `title`, newest first; `key` is that of its panel. `is_cut`: there was more to look
    through, or to show.
    """

    key: str
    title: str
    hits: list[Beside]
    is_cut: bool


# Looks through the records of a school that somebody may see, for all that is looked for.
Look = Callable[[See, UUID, Sequence[Pattern], Tell], FoundBeside]

_looks: list[Look] = []
_models: set[type[Model]] = set()


def search_with(look: Look, *models: type[Model]) -> None:
    """Let an app above look through the words of its models. Called when the apps are ready."""
    _looks.append(look)
    _models.update(models)


def searched_beside() -> frozenset[type[Model]]:
    """The models whose words are looked through by apps above."""
    return frozenset(_models)


def search_beside(see: See, school_id: UUID, terms: Sequence[str], tell: Tell = list) -> list[FoundBeside]:
    """What each app finds. All `terms` stand in one record, or in what hangs on it. Apps with nothing are left out."""
    looked_for = [pattern_of(term) for term in terms]
    found = [look(see, school_id, looked_for, tell) for look in _looks] if looked_for else []
    return [one for one in found if one.hits or one.is_cut]
