"""What narrows a chronology besides its kinds and days?

Which entries are significant, and which concerns are of a category.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.sealing.fields import opened

from .models import Concern, Pin
from .told import named


@dataclass(frozen=True, slots=True)
class Pinned:
    """That an entry is significant, by whose word and since when. `said` is why, as it came from the database."""

    pk: UUID
    source: str
    entry: UUID
    said: Any
    pinned_at: datetime
    pinned_by_id: UUID

    @property
    def analysis(self) -> str:
        """Why it matters; empty where that was not said."""
        return str(opened(self.said, self.pk))


_pins = ByKeys[Any](
    lambda asked: (
        visible(asked, Pin)
        .filter(asked.of("child_id"), unpinned_at=None)
        .order_by("-pinned_at", "-pk")
        .values_list("pk", "source", "entry", "analysis", "pinned_at", "pinned_by_id")
    )
)


_kinds = ByKeys[Any](lambda asked: visible(asked, Concern).filter(asked.of()).values_list("pk", "category_id"))


def pins_of(request: Request, children: Sequence[Child]) -> dict[tuple[str, UUID], Pinned]:
    """The significant entries of these children, by place: those that the person may see. One query a page."""

    def found() -> dict[tuple[str, UUID], Pinned]:
        # Where the same entry is pinned for two children of a family, the first line that was written stands.
        pins = [Pinned(*row) for row in _pins(request, [child.pk for child in children])]
        return {(pin.source, pin.entry): pin for pin in pins}

    return once(("pins of", *(child.pk for child in children)), found)


def who_pinned(pin: Pinned) -> str:
    """The name of who marked it, for its own page."""
    return User.objects.get(pk=pin.pinned_by_id).full_name


def keys_of_category(request: Request, children: Sequence[Child], category: str) -> list[UUID]:
    """Keys of the concerns of a category that name one of these children. One query a page."""

    def keys() -> list[UUID]:
        concerns = {one.concern_id for one in named(request, children)}
        return [concern for concern, kind in _kinds(request, concerns) if kind == category]

    return once(("concerns of a category", category, *(child.pk for child in children)), keys)
