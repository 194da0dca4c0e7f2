"""Where does a notice lead, and what is it about? Each app says so for its kinds of record, in its `panels.py`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from safeguarding.http import Request

from .models import Notice

Address = Callable[[UUID], str]
# The numbers that people quote, by key, of those records that the person asking may see: one query.
References = Callable[[Request, Collection[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True)
class _Kind:
    address: Address
    references: References | None


_kinds: dict[str, _Kind] = {}


def leads_to(object_type: str, address: Address, references: References | None = None) -> None:
    """Notices about `object_type` open the page at `address(object_id)`: an address with the key of the record, no
    name.

    `references` tells ten notices of one kind apart in the inbox; without it they are told apart by their time alone.
    """
    _kinds[object_type] = _Kind(address, references)


def address_of(notice: Notice) -> str | None:
    """Where `notice` leads, or None where no app has said."""
    return address_about(notice.object_type, notice.object_id)


def address_about(object_type: str, object_id: UUID) -> str | None:
    """Where a notice about this record would lead, or None where no app has said."""
    kind = _kinds.get(object_type)
    return kind.address(object_id) if kind else None


def name_records(request: Request, notices: Iterable[Notice]) -> None:
    """Give each notice as `about` the reference of its record, where there is one that `request.user` may still see."""
    about: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        about[notice.object_type].append(notice)
    for object_type, some in about.items():
        kind = _kinds.get(object_type)
        if kind and kind.references:
            found = kind.references(request, {notice.object_id for notice in some})
            for notice in some:
                notice.about = found.get(notice.object_id, "")
