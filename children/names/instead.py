"""Which words replace a name that may not stand in a text?

Names are looked for in plain letters, so that no accent, width or mark that is not seen hides one. The record itself is
never changed. Where a name is left out, square brackets say what the person is, so that everybody sees the gap. A
nickname, or a name spelt wrongly, is not found: it has to be read.
"""

import re
from collections.abc import Callable, Collection, Iterable

from .find import Index
from .forms import ANYWHERE, Written, as_written
from .normalise import plain, view_of

# What finds names in plain letters: a child as names are written, or a pattern of anything else.
Finds = Written | re.Pattern[str]


class LeftOut:
    """Takes names out of words. `names`: what finds some of them, and what stands there instead.

    What has nothing to stand there instead stays: the name of a mother, in which a child's surname is found.
    """

    def __init__(self, names: Iterable[tuple[Finds, Callable[[str], str]]]) -> None:
        self.names = list(names)
        self._index = Index(
            (finds.letters, finds.initials) if isinstance(finds, Written) else ([ANYWHERE], "")
            for finds, _ in self.names
        )

    def __call__(self, words: str) -> str:
        """Of names that overlap, the one that begins first, and of those the longest."""
        standing = [self.names[number] for number in self._index.standing(words)]
        if not standing:
            return words
        view = view_of(words)
        found = []
        for finds, instead in standing:
            for m in finds.finditer(view.plain):
                start, end = view.span(*m.span())
                found.append((start, -end, instead(m[0])))
        done, parts = 0, []
        for start, end, said in sorted(found, key=lambda one: one[:2]):
            if start >= done:
                parts += [words[done:start], f"[{said}]" if said else words[start:-end]]
                done = -end
        return "".join([*parts, words[done:]])


def always(words: str) -> Callable[[str], str]:
    """These words, whatever was found."""
    return lambda _: words


def any_of(names: Collection[str], flags: int = 0) -> re.Pattern[str]:
    """Any of these names, the first first, as they are written or over a line."""
    some = "|".join(as_written(plain(name), r"\s+") for name in names)
    return re.compile(rf"(?<![^\W_])(?:{some or '(?!)'})(?![^\W_])", flags)
