"""How does a source say the whole of what was written? In parts, each with what it is called, of which the empty ones
are left out.
"""

from collections.abc import Iterable, Sequence

from safeguarding.concerns.chronology import Substance


def in_full(*parts: tuple[str, str], words: str = "", marks: Sequence[tuple[str, str]] = ()) -> Substance | None:
    """The whole of an entry: its parts in their order, the child's own `words` and `marks`. None where nothing stands
    in it.
    """
    told = tuple((name, text) for name, text in parts if text)
    return Substance(told, words, tuple(marks)) if told or words or marks else None


def lines(texts: Iterable[str]) -> str:
    """Several texts as one part, each on a line of its own."""
    return "\n".join(filter(None, texts))
