"""Which names are left out of words on paper, and what stands in their place?

What was written is never changed; on paper that leaves the school a name becomes what the person is, in square
brackets, so that everybody sees where somebody was left out. Names are found as people write them: "Jon Beckett", "Mr
Beckett", and of a child each part and the initials. A nickname, or a name spelt wrongly, is not found: paper says that
it has to be read.
"""

import re
from collections.abc import Callable, Iterable

from children.models import Child
from safeguarding.accounts.titles import RolesAlone

from .services.pointing import another, pattern_of

# Tried for somebody whose own is not known.
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr")


class LeftOut:
    """Takes names out of words. `names`: what finds some of them, and what stands there instead.

    What has nothing to stand there instead stays: the name of a mother, in which a child's surname is found.
    """

    def __init__(self, names: Iterable[tuple[re.Pattern[str], Callable[[str], str]]]) -> None:
        self.names = list(names)

    def __call__(self, words: str) -> str:
        """Of names that overlap, the one that begins first, and of those the longest."""
        found = [
            (m.start(), -m.end(), instead(m[0])) for pattern, instead in self.names for m in pattern.finditer(words)
        ]
        done, parts = 0, []
        for start, end, instead in sorted(found, key=lambda one: one[:2]):
            if start >= done:
                parts += [words[done:start], f"[{instead}]" if instead else words[start:-end]]
                done = -end
        return "".join([*parts, words[done:]])


def staff_left_out(titles: RolesAlone) -> LeftOut:
    """The names of everybody who has, or had, a role at a school, and what each is there."""
    names: dict[str, str] = {}
    for person in titles.people():
        what = titles.of(person, person.joined_at)
        for first in (person.first_name, *([person.title] if person.title else _TITLES)):
            names[f"{first} {person.last_name}"] = what
    # The longest first: a full name, before another that it begins with.
    found = sorted((name for name in names if len(name.strip()) > 1), key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, found))})\b")
    return LeftOut([(pattern, names.__getitem__)] if found else [])


def children_left_out(children: Iterable[Child], *, but: Child) -> LeftOut:
    """The names of other children, as `services/pointing` finds them. What `but` is called too is left as it is."""
    # Rather once too often: two letters are left out too.
    return LeftOut((pattern_of(child, but, shortest=2), _always(another(child))) for child in children)


def _always(words: str) -> Callable[[str], str]:
    return lambda _: words
