"""What does a higher app count of each child of a list? That app says so in words, for who may know it."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from safeguarding.http import Request

# The words by child; no entry where there is nothing, or nothing that this person may know.
Count = Callable[[Request, Collection[UUID]], Mapping[UUID, str]]

_counts: list[Count] = []


def count_with(count: Count) -> None:
    """Let the list of children show what `count` says of those on a page: one query for all of them."""
    _counts.append(count)


def counted(request: Request, children: Collection[UUID]) -> dict[UUID, str]:
    """What is counted of each child, "2 open concerns", as far as the person who asks may know it."""
    found = [count(request, children) for count in _counts]
    said = {key: ", ".join(words[key] for words in found if key in words) for key in children}
    return {key: words for key, words in said.items() if words}
