"""Which names are left out of words on paper, and what stands in their place?

What was written is never changed; on paper that leaves the school a name becomes what the person is, in square brackets, so
that everybody sees where somebody was left out. Names are found as people write them: "Jon Beckett", "Mr Beckett", and
for a child the forename alone. A nickname, or a name spelt wrongly, is not found: paper says that it has to be read.
"""

import re
from collections.abc import Iterable, Mapping

from children.models import Child
from safeguarding.accounts.titles import RolesAlone

# Tried for somebody whose own is not known.
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr")


class LeftOut:
    """Takes names out of words: `names` says what stands in the place of each."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = {" ".join(name.split()): instead for name, instead in names.items() if len(name.strip()) > 1}
        # The longest first: a full name, before the forename that it begins with.
        found = sorted(self.names, key=len, reverse=True)
        self._pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, found))})\b") if found else None

    def __call__(self, words: str) -> str:
        return self._pattern.sub(lambda found: f"[{self.names[found[0]]}]", words) if self._pattern else words


def staff_left_out(titles: RolesAlone) -> LeftOut:
    """The names of everybody who has, or had, a role at a school, and what each is there."""
    names: dict[str, str] = {}
    for person in titles.people():
        what = titles.of(person, person.joined_at)
        for first in (person.first_name, *([person.title] if person.title else _TITLES)):
            names[f"{first} {person.last_name}"] = what
    return LeftOut(names)


def children_left_out(children: Iterable[Child], *, but: Child) -> LeftOut:
    """The names of other children: each "another child, Year 5". A forename that `but` has too is left as it is."""
    own = {but.forename, but.known_forename, but.surname, but.known_surname}
    names: dict[str, str] = {}
    for child in {child.pk: child for child in children if child.pk != but.pk}.values():
        what = another(child)
        for forename in {child.forename, child.known_forename} - {""}:
            for surname in {child.surname, child.known_surname} - {""}:
                names[f"{forename} {surname}"] = what
            if forename not in own:
                names[forename] = what
    return LeftOut(names)


def another(child: Child) -> str:
    """What another child is called on paper about somebody else."""
    return f"another child, {child.year}" if child.year else "another child"
