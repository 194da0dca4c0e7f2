"""What does Harbour hold of children, category by category? Read from what each model and each kind of record says of
itself, so that the notice claims nothing else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Model

from safeguarding.notice_items import Holding, all_holdings
from safeguarding.personal_data import (
    Sensitive,
    Source,
    about_children,
    all_sources,
    category_of,
    declared,
    sensitive_in,
)

YES, NO, SOME = "Yes", "No, you choose", "Some of it"
# Editions stand in the section about the law and nowhere else, so that one place says which.
_EDITION = re.compile(r"(KCSIE|Working Together to Safeguard Children) \d{4}")
_LONG = {"KCSIE": "Keeping children safe in education"}
_KINDS = {Sensitive.SPECIAL: "special category", Sensitive.OFFENCES: "criminal offence"}
_FROM = {
    Source.ADMISSION_FORM: "admission forms",
    Source.LOCAL_AUTHORITY: "local authorities",
    Source.SAFEGUARDING_LEAD: "safeguarding leads",
    Source.NOTE_OF_CONCERN: "notes of concern: what staff, children, families and others tell us",
    Source.SCHOOL: "the school’s own administration",
    Source.FAMILY: "children and their families",
    Source.POLICE: "the police",
    Source.OTHER_SCHOOL: "other schools",
    Source.HEALTH: "health services",
    Source.HARBOUR: "made from the other records",
}


@dataclass
class Category:
    """What is held under one name: what it takes in, which kinds of data the law knows in it, whether a family must
    give it, by which law, and its sources. `first` is the first of the items of the notice that it holds.
    """

    title: str
    whats: list[str] = field(default_factory=list)
    musts: set[str] = field(default_factory=set)
    laws: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    first: int = 1000

    @property
    def must(self) -> str:
        """Yes; No, you choose; Some of it."""
        return next(iter(self.musts)) if len(self.musts) == 1 else SOME

    @property
    def kinds(self) -> str:
        """Personal; with it special category and criminal offence where it holds them."""
        return ", ".join(["Personal", *(_KINDS[one] for one in sensitive_in(self.title))])

    @property
    def row(self) -> tuple[str, str, str, str, str]:
        """A row of the table of the notice."""
        named = [what for what in self.whats if not self.title.casefold().startswith(what.casefold())]
        title = f"{self.title}\n{'; '.join(named)}" if named else self.title
        return title, self.kinds, self.must, _sentence(_shortest(self.laws)), _sentence(self.sources)

    def take_in(self, model: type[Model]) -> None:
        """What a model says of itself."""
        mine = declared(model)
        if mine is not None and mine.source is not None:
            must, law = told(mine.collection)
            self.musts.add(must)
            self.add_laws(law)
            self.add_sources(all_sources(model))

    def take_in_kind(self, one: Holding) -> None:
        """What a kind of record says, whose model is of several categories: its own law in place of the model's."""
        mine = declared(one.model) if one.model else None
        if mine is not None and mine.source is not None:
            must, choice = told(one.choice or mine.collection)
            self.musts.add(must)
            self.add_laws(*_without_edition(one.law).split("; "), choice if one.choice else "")
            self.add_sources(one.sources)

    def add_laws(self, *laws: str) -> None:
        for law in filter(None, laws):
            _once(self.laws, law)

    def add_sources(self, sources: Iterable[Source]) -> None:
        for source in sources:
            _once(self.sources, _FROM[source])


def categories() -> list[Category]:
    """Every category: those with items of the notice by their numbers, then the others in the order of the apps."""
    found: dict[str, Category] = {}
    held = [one for one in all_holdings() if one.model is not None]
    by_kind = {one.model for one in held if one.category}
    for model in about_children():
        if model not in by_kind:
            title = category_of(model)
            found.setdefault(title, Category(title)).take_in(model)
    for one in held:
        title = one.category or category_of(one.model)  # type: ignore[arg-type]
        category = found.setdefault(title, Category(title))
        _once(category.whats, one.what)
        category.first = min([category.first, *one.items])
        if one.category:
            category.take_in_kind(one)
    return sorted(found.values(), key=lambda category: category.first)


def sources() -> list[str]:
    """Where what is held comes from, without what Harbour makes itself."""
    there = {word for category in categories() for word in category.sources}
    return [word for source, word in _FROM.items() if word in there and source is not Source.HARBOUR]


def told(collection: str) -> tuple[str, str]:
    """Whether a family must give it, and why or by which law, of a `collection` of `PersonalData`."""
    said = _without_edition(collection)
    word = re.match(r"(mandatory|voluntary)\b:? ?", said)
    if word is None:
        return SOME, said
    must = YES if word[1] == "mandatory" else NO
    rest = said[word.end() :]
    if must == YES and "voluntary" in rest:
        return SOME, rest
    return must, rest if ":" in word[0] or must == YES or not rest else said


def _without_edition(law: str) -> str:
    return _EDITION.sub(lambda found: _LONG.get(found[1], found[1]), law)


def _sentence(words: Iterable[str]) -> str:
    said = "; ".join(words)
    return said[:1].upper() + said[1:]


def _once(words: list[str], word: str) -> None:
    if word not in words:
        words.append(word)


def _shortest(words: Iterable[str]) -> list[str]:
    """Without those that are the beginning of another."""
    there = list(words)
    return [word for word in there if not any(other != word and other.startswith(word) for other in there)]
