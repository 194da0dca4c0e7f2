"""Which names are left out of words on paper, and what stands in their place?

What was written is never changed; on paper that leaves the school a name becomes what the person is, in square
brackets, so that everybody sees where somebody was left out. Names are found as people write them: "Jon Beckett", "Mr
Beckett", and of a child each part and the initials. A nickname, or a name spelt wrongly, is not found: paper says that
it has to be read.
"""

import re
from collections.abc import Callable, Iterable

from children.models import Child, Contact
from children.names.forms import Written
from children.names.instead import Finds, LeftOut, always, any_of
from children.names.normalise import plain
from children.own_adults import spellings
from safeguarding.accounts.titles import RolesAlone

from .services.pointing import another

# Tried for somebody whose own is not known.
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr")


def staff_left_out(titles: RolesAlone) -> LeftOut:
    """The names of everybody who has, or had, a role at a school, and what each is there."""
    names: dict[str, str] = {}
    for person in titles.people():
        what = titles.of(person, person.joined_at)
        for first in (person.first_name, *([person.title] if person.title else _TITLES)):
            names[plain(f"{first} {person.last_name}")] = what
    # The longest first: a full name, before another that it begins with.
    found = sorted((name for name in names if len(name.strip()) > 1), key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, found))})\b")
    return LeftOut([(pattern, names.__getitem__)] if found else [])


def children_left_out(children: Iterable[Child], *, but: Child, adults: Iterable[Contact] = ()) -> LeftOut:
    """The names of other children, as they are written. What `but` is called too is left as it is, and so are these
    adults: who is called as one of them stays, since others must be warned of them.
    """
    stay = sorted({name for adult in adults for name in spellings(adult)}, key=len, reverse=True)
    names: list[tuple[Finds, Callable[[str], str]]] = [(any_of(stay), always(""))] if stay else []
    # Rather once too often: two letters are left out too.
    names += [(Written(child, but, shortest=2), always(another(child))) for child in children]
    return LeftOut(names)
