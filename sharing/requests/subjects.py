"""Whose are the words of a request about data? A case has a key of its own, which is wrapped for its school.

So a closed case outlives the record of the child. An open one keeps the child's key too: what was asked for is not
destroyed before it is given.
"""

from django.db import connection

from safeguarding.exceptions import OutOfTurn
from safeguarding.sealing.subjects import Subject, ends_together


@ends_together
def kept_by_requests(subject: Subject) -> list[Subject]:
    """Nobody ends with it. Raises `OutOfTurn` while a request about the child, or about a part of its record, is open.

    Asked of a fact: whoever destroys sees no row of a request.
    """
    if subject.kind == Subject.child(subject.id).kind and _has_open(subject):
        raise OutOfTurn("A request about data is not answered. This record stays until it is.")
    return []


def _has_open(subject: Subject) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM rules.keeps_open_request(ARRAY[%s]::uuid[]))", [subject.id])
        return bool(cursor.fetchone()[0])
