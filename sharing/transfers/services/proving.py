"""From when is a proof kept whose child's record ends?"""

from collections.abc import Collection
from uuid import UUID

from children.services.birth_years import ends_of_birth_years
from sharing.transfers.models import FileTransfer


def write_down(children: Collection[UUID]) -> None:
    """The day from which R18 counts, of each proof of children whose records end."""
    rows = list(FileTransfer.objects.filter(child__in=children))
    days = ends_of_birth_years([row.child_id for row in rows if row.child_id])
    for row in rows:
        if row.child_id:
            row.counted_from = days[row.child_id]
            row.save(update_fields=["counted_from"])
