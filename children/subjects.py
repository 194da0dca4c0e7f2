"""Whose keys end with a child's? Those of every record that has become part of the child's own.

What came over with a merge stays sealed under the key it was written with. So the record that stays is destroyed with
all of their keys, and none of them by itself: its words are words of the record that stays.
"""

from uuid import UUID

from django.db import connection

from safeguarding.audit.protection import known_of
from safeguarding.exceptions import OutOfTurn
from safeguarding.sealing.subjects import Subject, ends_together, may_lie_under


@ends_together
def merged_with(subject: Subject) -> list[Subject]:
    """The other subjects of which nothing may be left when `subject` ends.

    Raises `OutOfTurn` for a record that is part of another.
    """
    if subject.kind != Subject.child(subject.id).kind:
        return []
    if _is_part(subject.id):
        raise OutOfTurn("This record has become part of another one. It ends with that one.")
    return [Subject.child(key) for key in known_of("merged_from", subject.id)]


def _is_part(child: UUID) -> bool:
    """Asked of a fact, as the parts are: a look at the table would find nothing where rows are hidden from who asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rules.merged_into(%s) IS NOT NULL", [child])
        return bool(cursor.fetchone()[0])


@may_lie_under
def merged_ever(record: UUID) -> list[UUID]:
    """Every record with which this one was ever merged: a file lies sealed as it was put there, wherever its row has
    gone.
    """
    return known_of("merged_ever", record)
