"""Where does a notice lead? Each app says so for the kinds of record that its notices are about, in its `panels.py`."""

from collections.abc import Callable
from uuid import UUID

from .models import Notice

Address = Callable[[UUID], str]
_addresses: dict[str, Address] = {}


def leads_to(object_type: str, address: Address) -> None:
    """Notices about `object_type` open the page at `address(object_id)`: an address with the key of the record, no name."""
    _addresses[object_type] = address


def address_of(notice: Notice) -> str | None:
    """Where `notice` leads, or None where no app has said."""
    address = _addresses.get(notice.object_type)
    return address(notice.object_id) if address else None
