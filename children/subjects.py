"""Whose keys end with a child's? Those of every record that has become part of the child's own.

What came over with a merge stays sealed under the key it was written with. So the record that stays is destroyed with all of
their keys, and none of them by itself: its words are words of the record that stays.
"""

from collections.abc import Iterator
from uuid import UUID

from safeguarding.exceptions import OutOfTurn
from safeguarding.sealing.subjects import Subject, ends_together

from .models import Child


@ends_together
def merged_with(subject: Subject) -> list[Subject]:
    """The other subjects of which nothing may be left when `subject` ends. Raises `OutOfTurn` for a record that is part of another."""
    if subject.kind != Subject.child(subject.id).kind:
        return []
    if Child._base_manager.filter(pk=subject.id, merged_into__isnull=False).exists():
        raise OutOfTurn("This record has become part of another one. It ends with that one.")
    return [Subject.child(key) for key in _parts(subject.id)]


def _parts(child: UUID) -> Iterator[UUID]:
    """Asked of the table, not of a fact: who destroys may ask none."""
    for part in Child._base_manager.filter(merged_into=child).values_list("pk", flat=True):
        yield part
        yield from _parts(part)
