"""Which record does a number that somebody quotes belong to? Each app says so for its own, in its `panels.py`.

For an app that knows nothing of the other's records: it is told an address, and only where the person asking may see
the record. What they may not see is not there, as everywhere.
"""

from collections.abc import Callable

from safeguarding.http import Request

# The address of the record with this reference, for who may see it; empty otherwise.
Find = Callable[[Request, str], str]
_finds: list[Find] = []


def quoted(find: Find) -> None:
    """Say how to find the record of a reference such as C-2026-0412."""
    _finds.append(find)


def address_of_reference(request: Request, reference: str) -> str:
    """Where the record with this reference is shown; empty where there is none that `request.user` may see."""
    return next((address for find in _finds if (address := find(request, reference.strip().upper()))), "")
