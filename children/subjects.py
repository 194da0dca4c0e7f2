"""Whose keys end with a child's? Those of every record that has become part of the child's own.

What came over with a merge stays sealed under the key it was written with. So the record that stays is destroyed with
all of their keys, and none of them by itself: its words are words of the record that stays.
"""

from collections.abc import Iterator
from uuid import UUID

from safeguarding.audit.protection import known_of
from safeguarding.exceptions import OutOfTurn
from safeguarding.sealing.subjects import Subject, ends_together, may_lie_under

from .models import Child


@ends_together
def merged_with(subject: Subject) -> list[Subject]:
    """The other subjects of which nothing may be left when `subject` ends.

    Raises `OutOfTurn` for a record that is part of another.
    """
    if subject.kind != Subject.child(subject.id).kind:
        return []
    if Child._base_manager.filter(pk=subject.id, merged_into__isnull=False).exists():
        raise OutOfTurn("This record has become part of another one. It ends with that one.")
    return [Subject.child(key) for key in _parts(subject.id)]


@may_lie_under
def merged_ever(record: UUID) -> list[UUID]:
    """Every record with which this one was ever merged: a file lies sealed as it was put there, wherever its row has
    gone.
    """
    return known_of("merged_ever", record)


def _parts(child: UUID) -> Iterator[UUID]:
    """Asked of the table, not of a fact: who destroys may ask none."""
    for part in Child._base_manager.filter(merged_into=child).values_list("pk", flat=True):
        yield part
        yield from _parts(part)
