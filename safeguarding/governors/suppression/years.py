"""What may a year show? The sum of what its terms showed: whatever one term joined is joined in the year."""

from collections.abc import Collection, Sequence

from .joining import Joined


def sum_of(terms: Sequence[Joined | None], *, hide_zero: bool, always: Collection[str] = ()) -> Joined | None:
    """The year as the terms tell it, so that it tells nothing that they do not. None where a term shows nothing, or
    nothing would be left by itself.

    A group that a term does not have was none in it, and is joined where none is hidden. `always` are joined, as an
    earlier version of the year joined them.
    """
    told = [term for term in terms if term is not None]
    if not told or len(told) < len(terms):
        return None
    names = {name: None for term in told for name in (*term.shown, *sorted(term.members))}
    lacking = {name for name in names for term in told if name not in term.shown and name not in term.members}
    members = frozenset().union(*(term.members for term in told)) | (lacking if hide_zero else frozenset())
    members |= names.keys() & always
    shown = {name: sum(term.shown.get(name, 0) for term in told) for name in names if name not in members}
    if not any(shown.values()):
        return None
    together = sum(term.together + sum(term.shown.get(name, 0) for name in members) for term in told)
    return Joined(shown, members, together)
