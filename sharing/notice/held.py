"""What does Harbour hold of children, category by category? Read from what each model and each kind of record says of
itself, so that the notice claims nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from safeguarding.notice_items import all_holdings
from safeguarding.personal_data import Source, about_children, category_of, declared

# Editions stand in the section about the law and nowhere else, so that one place says which.
_EDITION = re.compile(r"(KCSIE|Working Together to Safeguard Children) \d{4}")
_LONG = {"KCSIE": "Keeping children safe in education"}
_FROM = {
    Source.ADMISSION_FORM: "admission forms",
    Source.LOCAL_AUTHORITY: "local authorities",
    Source.SAFEGUARDING_LEAD: "safeguarding leads",
    Source.NOTE_OF_CONCERN: "notes of concern: what staff, children, families and others tell us",
    Source.SCHOOL: "the school’s own administration",
    Source.HARBOUR: "made from the other records",
}


@dataclass
class Category:
    """What is held under one name: what it takes in, whether a family must give it and by which law, and its
    sources.
    """

    title: str
    whats: list[str] = field(default_factory=list)
    musts: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    @property
    def row(self) -> tuple[str, str, str]:
        """A row of the table of the notice."""
        named = [what for what in self.whats if what.casefold() != self.title.casefold()]
        title = f"{self.title}\n{'; '.join(named)}" if named else self.title
        return title, "; ".join(_shortest(self.musts)), "; ".join(self.sources)

    def add(self, *, what: str = "", collection: str = "", source: Source | None = None) -> None:
        came = _FROM[source] if source else ""
        for into, word in ((self.whats, what), (self.musts, collection), (self.sources, came)):
            if word and word not in into:
                into.append(word)


def categories() -> list[Category]:
    """Every category, in the order of the apps."""
    found: dict[str, Category] = {}
    held = all_holdings()
    # Whose rows are of several categories: their kinds say which.
    by_kind = {one.model for one in held if one.category}
    for model in about_children():
        if model not in by_kind:
            _add(found, category_of(model), model)
    for one in held:
        if one.model is not None:
            into = _add(found, one.category or category_of(one.model), one.model)
            into.add(what=one.what, collection="" if one.law == _collection(one.model) else must(one.law))
    return list(found.values())


def sources() -> list[str]:
    """Where what is held comes from, each once."""
    return list(dict.fromkeys(word for category in categories() for word in category.sources))


def must(collection: str) -> str:
    """Whether a family must give it, and by which law, as the notice says it."""
    said = _EDITION.sub(lambda found: _LONG.get(found[1], found[1]), collection)
    for word, says in (("mandatory: ", "Yes: "), ("mandatory ", "Yes, "), ("voluntary: ", "No, you choose: ")):
        if said.startswith(word):
            return says + said.removeprefix(word)
    if said.startswith("voluntary"):
        return "No, you choose" + said.removeprefix("voluntary")
    return said[:1].upper() + said[1:]


def _add(found: dict[str, Category], title: str, model: type) -> Category:
    into = found.setdefault(title, Category(title))
    mine = declared(model)
    if mine is not None:
        into.add(collection=must(mine.collection), source=mine.source)
    return into


def _collection(model: type) -> str:
    mine = declared(model)
    return mine.collection if mine else ""


def _shortest(words: Iterable[str]) -> list[str]:
    """Without those that are the beginning of another."""
    there = list(words)
    return [word for word in there if not any(other != word and other.startswith(word) for other in there)]
