"""Bring a file of children into a school's list: give it, have it read, decide, confirm.

starting    take the file, say what its columns mean, give up
reading     rows into the database, each compared with the list (comparing) and with the others (repeats, families)
whole       what the file as a whole would do, and what must have been looked at first
deciding    what becomes of the rows that wait for a person, before the list changes
claims      which of those decisions cannot stand together
telling     the leads are notified of homes that are hidden from whoever gave the file
later       the same, afterwards: until the next list
folder      lists that the school's own system leaves in a folder
leaving_out what somebody left out is not asked about again
sight       who is hidden from whoever looks
progress    how far the writing is
done        who and what went in without a look stays for its page
confirming  the list changes, in one transaction or not at all
"""

from .confirming import confirm_import, confirm_plain, finish_import
from .deciding import agree, choices, decide
from .folder import FolderOpen, ListLeft, take_lists
from .grouping import LEAVES, Alike
from .later import decide_later
from .progress import written
from .reading import read_import
from .sight import told
from .starting import abandon_import, start_import, tell_columns, tell_columns_again
from .whole import WAITS, leavers, questions, remarked, stops, summary_for, waiting
from .working import TASK, alone, go_on, take_up, take_up_all

__all__ = [
    "LEAVES",
    "TASK",
    "WAITS",
    "Alike",
    "FolderOpen",
    "ListLeft",
    "abandon_import",
    "agree",
    "alone",
    "choices",
    "confirm_import",
    "confirm_plain",
    "decide",
    "decide_later",
    "finish_import",
    "go_on",
    "leavers",
    "questions",
    "read_import",
    "remarked",
    "start_import",
    "stops",
    "summary_for",
    "take_lists",
    "take_up",
    "take_up_all",
    "tell_columns",
    "tell_columns_again",
    "told",
    "waiting",
    "written",
]
