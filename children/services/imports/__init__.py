"""Bring a file of children into a school's list: give it, have it read, decide, confirm.

starting    take the file, say what its columns mean, give up
reading     rows into the database, each compared with the list (comparing) and with the others (repeats, families)
whole       what the file as a whole would do, and what must have been looked at first
deciding    what becomes of the rows that wait for a person
progress    how far the writing is
confirming  the list changes, in one transaction or not at all
"""

from .confirming import confirm_import, finish_import
from .deciding import agree, choices, decide
from .progress import written
from .reading import read_import
from .starting import abandon_import, start_import, tell_columns, tell_columns_again
from .whole import leaving, questions, remarked, waiting
from .working import TASK, alone, go_on, take_up, take_up_all

__all__ = [
    "TASK",
    "abandon_import",
    "agree",
    "alone",
    "choices",
    "confirm_import",
    "decide",
    "finish_import",
    "go_on",
    "leaving",
    "questions",
    "read_import",
    "remarked",
    "start_import",
    "take_up",
    "take_up_all",
    "tell_columns",
    "tell_columns_again",
    "waiting",
    "written",
]
