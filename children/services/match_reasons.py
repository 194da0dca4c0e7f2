"""How a child fits the words of a search, how well, and how that is said to who searches.

Names on the card are said to everybody. Of middle and earlier names only readers of what is behind the card learn
which one it was: others learn that the child has another name like this, and no order tells them more.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from children import names
from children.models import Child, ChildDetail, OtherName
from safeguarding.accounts.models import User


class Fit(IntEnum):
    """How a word fits a child, the best first. `HIDDEN`: by a name that this reader is not told."""

    EXACT = 0
    BEGINS = 1
    CALLED = 2
    MIDDLE = 3
    HIDDEN = 4
    CLASS = 5
    SOUND = 6
    BESIDE = 7
    SLIP = 8


# To who reads the card only, a name of either kind stands at one place in the list.
_ORDER = {Fit.HIDDEN: Fit.MIDDLE}
# Not the name that colleagues use: who chooses such a child in a concern is asked whether it is the right one.
_ASKS = frozenset({Fit.MIDDLE, Fit.HIDDEN, Fit.SOUND, Fit.BESIDE, Fit.SLIP})
_SAID = {
    Fit.EXACT: "exact name",
    Fit.BEGINS: "name begins like this",
    Fit.CALLED: "known-as name",
    Fit.HIDDEN: "another of this child’s names",
    Fit.CLASS: "in this class",
    Fit.SOUND: "sounds like this",
    Fit.BESIDE: "has a name like another child found",
    Fit.SLIP: "spelt nearly like this",
}
_KINDS = {OtherName.Kind.FORMER: "former name", OtherName.Kind.ALIAS: "also called", OtherName.Kind.NATIVE: "also"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one word found a child. `name`: what it fits, where that stands on no card."""

    fit: Fit
    name: str = ""

    @property
    def words(self) -> str:
        return self.name or _SAID[self.fit]


@dataclass(frozen=True, slots=True)
class Fitting:
    """Why all the words together found a child: it stands where the one that fits worst stands."""

    reasons: tuple[Reason, ...]

    @property
    def place(self) -> int:
        return max(_ORDER.get(one.fit, one.fit) for one in self.reasons)

    @property
    def asks(self) -> bool:
        """Whether it is to be confirmed that this is the child."""
        return any(one.fit in _ASKS for one in self.reasons)

    @property
    def words(self) -> str:
        """The reasons, once each; that a word is the name itself is said where nothing else is."""
        said = [one for one in self.reasons if one.fit > Fit.EXACT] or self.reasons[:1]
        return ", ".join(dict.fromkeys(one.words for one in said))


@dataclass(frozen=True)
class Behind:
    """The names of some children that are not on their cards, as far as who searches may read them, by child."""

    former: Mapping[UUID, Sequence[tuple[str, str]]] = field(default_factory=dict)
    middle: Mapping[UUID, str] = field(default_factory=dict)

    @classmethod
    def of(cls, children: Collection[Child], by: User) -> "Behind":
        """Two queries, where there is a child at all."""
        keys = [child.pk for child in children]
        if not keys:
            return cls()
        former: defaultdict[UUID, list[tuple[str, str]]] = defaultdict(list)
        for name in OtherName.objects.visible_to(by).filter(child__in=keys).order_by("added_at", "pk"):
            said = f"{_KINDS[OtherName.Kind(name.kind)]} {Child.name_of(name.forename, name.surname)}"
            former[name.child_id].append((names.fold(Child.name_of(name.forename, name.surname)), said))
        details = ChildDetail.objects.visible_to(by).filter(child__in=keys).exclude(middle_names="")
        return cls(former, dict(details.values_list("child_id", "middle_names")))


def is_on_card(token: str, child: Child) -> bool:
    """Whether a name on the card begins with this folded word."""
    return _begins(token, _words(child.forename, child.surname, child.known_forename, child.known_surname))


def is_spelt(token: str, child: Child) -> bool:
    """Whether any name of the child begins with this folded word; one letter must be a name of its own."""
    return _begins(token, child.search_text.split())


def fitting(child: Child, tokens: Sequence[str], behind: Behind, classes: Collection[str]) -> Fitting:
    """Why these folded words found the child. `classes`: the words among them that are the child's class."""
    return Fitting(tuple(_reason(token, child, behind, token in classes) for token in tokens))


def _reason(token: str, child: Child, behind: Behind, is_class: bool) -> Reason:
    legal = _words(child.forename, child.surname)
    if token in legal:
        return Reason(Fit.EXACT)
    if _begins(token, legal):
        return Reason(Fit.BEGINS)
    if is_on_card(token, child):
        return Reason(Fit.CALLED)
    for folded, said in behind.former.get(child.pk, ()):
        if _begins(token, folded.split()):
            return Reason(Fit.CALLED, said)
    for name in behind.middle.get(child.pk, "").split():
        if _begins(token, names.fold(name).split()):
            return Reason(Fit.MIDDLE, f"middle name {name}")
    if is_spelt(token, child):
        return Reason(Fit.HIDDEN)
    return Reason(Fit.CLASS if is_class else Fit.SOUND)


def _begins(token: str, words: Sequence[str]) -> bool:
    return any(word == token or (len(token) > 1 and word.startswith(token)) for word in words)


def _words(*texts: str) -> list[str]:
    return [word for text in texts for word in names.fold(text).split()]
