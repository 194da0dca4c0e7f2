"""What of a child's plans can be put on paper? A section for each area that has one, registered in `panels.py`.

Which of them a reader may have is asked of the rule of the area (`permissions.areas_read`), when they are offered and
again when they are printed.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from children.models import Child
from safeguarding.http import Request

from .kinds import Area


@dataclass(frozen=True)
class Section:
    """An area on paper: the template that prints it as `it`, how what it shows is read, and whether there is anything.

    `read(request, child, today)` gives `it`; where that has `printed`, these are the records that leave the screen.
    """

    area: Area
    template: str
    read: Callable[[Request, Child, date], Mapping[str, Any]]
    there: Callable[[Request, Child], bool]

    @property
    def title(self) -> str:
        return str(self.area.label)


_sections: dict[Area, Section] = {}


def register(*sections: Section) -> None:
    """Add sections. Called when the apps are ready."""
    _sections.update({one.area: one for one in sections})


def sections(areas: Collection[str]) -> list[Section]:
    """The sections of these areas, in the order of the areas."""
    return [_sections[area] for area in Area if area in _sections and area in areas]
