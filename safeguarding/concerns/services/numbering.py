"""Which number comes next?

Concerns, notes from outside, paper forms and decisions to share are numbered from 1 at each school in each year.
"""

from uuid import UUID

from django.db import connection

from safeguarding.concerns.models import ReferenceCounter
from safeguarding.keys import uuid7
from safeguarding.locks import AS_BEFORE, PATIENTLY, USUAL

# Whoever holds a number may be waiting for keys.
_NEXT = f"""
WITH {USUAL}, patient AS MATERIALIZED (SELECT was, {PATIENTLY} FROM usual)
INSERT INTO concerns_referencecounter (id, school_id, kind, year, last)
SELECT %s::uuid, %s::uuid, %s, %s, %s FROM patient
ON CONFLICT (school_id, kind, year) DO UPDATE SET last = concerns_referencecounter.last + excluded.last
RETURNING last, (SELECT {AS_BEFORE} FROM patient)
"""  # noqa: S608


def next_number(school_id: UUID, year: int, kind: str = ReferenceCounter.Kind.CONCERN) -> int:
    """The next number of a school in a year, held until the transaction ends."""
    return next_numbers(1, school_id, year, kind).start


def next_numbers(count: int, school_id: UUID, year: int, kind: str) -> range:
    """The next `count` numbers, all at once."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [uuid7(), school_id, str(kind), year, count])
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)
