"""From when is a proof kept whose child's record ends?"""

from collections.abc import Collection
from uuid import UUID

from children.services.birth_years import ends_of_birth_years
from sharing.received.models import FileReceived


def write_down(children: Collection[UUID]) -> None:
    """The day from which R18 counts, of each proof of children whose records end."""
    rows = list(FileReceived.objects.filter(child__in=children))
    days = ends_of_birth_years([row.child_id for row in rows if row.child_id])
    for row in rows:
        if row.child_id:
            row.counted_from = days[row.child_id]
            row.save(update_fields=["counted_from"])
