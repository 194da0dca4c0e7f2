"""Who may write the rows that give or take rights? Said of each table once, and asked by the database itself.

The rules ask facts, and facts ask rows: of roles, grants, conflicts, merges. Who writes such a row decides what
somebody sees, so the database asks more of it than the school: a trigger on each such table (`guards.py`) knows who may
add a row and which columns may change, as the `rights.py` of each app says. Of a table whose rows only end, no role
that works has UPDATE on any other column (`database.py`). `owner` passes, and so do the functions of the database that
move rows with a merge.
"""

from .guards import functions, guarded, keep, problems, said, schools, statements, taken_down, updated_columns
from .kinds import Guarded, Neither

__all__ = [
    "Guarded",
    "Neither",
    "functions",
    "guarded",
    "keep",
    "problems",
    "said",
    "schools",
    "statements",
    "taken_down",
    "updated_columns",
]
