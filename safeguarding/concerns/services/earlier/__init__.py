"""Bring in what an earlier system of the school had on its children, or the file of a child from another school: give
files, have them read, look, confirm; take all of it out again.

starting     take the files, say what the columns mean, give up
reading      rows and PDFs on their way in, each with its child (matching) or why it cannot be used
packed       the PDFs of a ZIP: looked into, sealed
papers       the same of the documents in the file of a child
here         what is on the records already
confirming   onto the children's records, in one transaction or not at all
forgetting   the files and what was read of them are deleted, by whom and when
withdrawing  off them again, whole; and who had opened them meanwhile
working      what the worker does of it, alone and from the start where another was stopped
"""

from .confirming import confirm_batch, finish_batch
from .reading import read_batch
from .starting import Given, abandon_batch, release_batch, start_batch, tell_columns, tell_columns_again
from .withdrawing import clear_withdrawn, opened_by, withdraw_batch
from .working import go_on, take_up, take_up_all

__all__ = [
    "Given",
    "abandon_batch",
    "clear_withdrawn",
    "confirm_batch",
    "finish_batch",
    "go_on",
    "opened_by",
    "read_batch",
    "release_batch",
    "start_batch",
    "take_up",
    "take_up_all",
    "tell_columns",
    "tell_columns_again",
    "withdraw_batch",
]
