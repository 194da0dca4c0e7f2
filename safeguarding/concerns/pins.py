"""What narrows a chronology besides its kinds and days? Which entries are significant, and which concerns are of a category."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from children.models import Child
from safeguarding.accounts.titles import with_names
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.once import once

from .models import Concern, Pin

_pins = ByKeys[Pin](
    lambda asked: with_names(
        visible(asked, Pin).filter(asked.of("child_id"), unpinned_at=None).order_by("-pinned_at", "-pk"), "pinned_by"
    )
)


_kinds = ByKeys[Any](
    lambda asked: visible(asked, Concern).filter(asked.of("children__child_id")).values_list("pk", "category_id")
)


def pins_of(request: Request, children: Sequence[Child]) -> dict[tuple[str, UUID], Pin]:
    """The significant entries of these children, by place: those that the person may see. One query a page."""

    def found() -> dict[tuple[str, UUID], Pin]:
        # Where the same entry is pinned for two children of a family, the first line that was written stands.
        return {(pin.source, pin.entry): pin for pin in _pins(request, [child.pk for child in children])}

    return once(("pins of", *(child.pk for child in children)), found)


def keys_of_category(request: Request, children: Sequence[Child], category: str) -> list[UUID]:
    """Keys of the concerns of a category that name one of these children. One query a page."""

    def keys() -> list[UUID]:
        kinds = dict(_kinds(request, [child.pk for child in children]))
        return [concern for concern, kind in kinds.items() if kind == category]

    return once(("concerns of a category", category, *(child.pk for child in children)), keys)
