"""How is somebody called, as a pattern and in letters alone?

There are two sets of forms. `Written` finds a child as names are written: what a page, a pack or a brief takes out, and
says something else instead. `Forms` finds whatever somebody may be known by: in copies for a person outside, where
nothing may be missed. A pattern is dear, and is made when it is asked for; `letters` and `initials` are cheap, and one
of them stands in every text in which the pattern finds anything (`find.Index`).
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Protocol

from children import mentions
from safeguarding.letters import normal

from .normalise import OVER_LINE_END, letters_of, plain, squeezed

# One letter is no name, and two are as often a word of their own.
_SHORTEST = 3
# A part of a name in copies; and a whole one that may stand without its spaces.
_SHORTEST_PART, _SHORTEST_IN_FILES, _SHORTEST_SQUEEZED, _INITIALS = 2, 3, 8, 2
_PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "den", "der", "di", "el", "la", "le", "st", "ten", "ter", "the"}
)
# A figure or a line below it ends a name, as in the name of a file.
_LETTER = r"[^\W\d_]"
_BETWEEN = r"[\s_.-]+"
_APOSTROPHES, _DASHES = "'’‘ʼ`´", "-‐‑–"
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
# Among `letters`: of this person no word can be looked up, so that the pattern is always asked.
ANYWHERE = ""


class Named(Protocol):
    """A child, or anybody who has a name: as it is on the register, and as they are called."""

    @property
    def forename(self) -> str: ...

    @property
    def surname(self) -> str: ...

    @property
    def known_forename(self) -> str: ...

    @property
    def known_surname(self) -> str: ...

    @property
    def full_name(self) -> str: ...


@dataclass(frozen=True)
class Person:
    """Somebody to be found: a child, an adult, or an address (`phrases`) that must come out.

    `others` are further names: a nickname, a former name. `pseudonym` finds the mentions of a child.
    """

    key: str
    forename: str = ""
    surname: str = ""
    known_forename: str = ""
    known_surname: str = ""
    others: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    pseudonym: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.forename} {self.surname}".strip()


class Sure(Enum):
    """How surely words mean one person: hardly anybody else; anybody with this forename or surname; anybody with these
    initials, if they are initials at all.
    """

    ONE = "one"
    PART = "part"
    INITIALS = "initials"


# --- as names are written


class Written:
    """How a child is found as names are written (`pattern_of`), in plain letters (`normalise.view_of`)."""

    def __init__(self, named: Named, but: Named | None = None, *, shortest: int = _SHORTEST) -> None:
        self._named, self._but, self._shortest = named, but, shortest

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._pattern.finditer(text)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return pattern_of(_bare(self._named), _bare(self._but) if self._but else None, shortest=self._shortest)

    @cached_property
    def letters(self) -> frozenset[str]:
        whole = (name for name in _whole(self._named) if " " in name)
        return _looked_up(whole, (name for name in _parts(self._named) if len(name) >= self._shortest), self.initials)

    @cached_property
    def initials(self) -> str:
        return _initials(self._named)


def pattern_of(named: Named, but: Named | None = None, *, shortest: int = _SHORTEST) -> re.Pattern[str]:
    """Whole names in any case; a part of one as names are written; initials in capitals. The longest first.

    Names are found in the names of files too: Rowan_Ashdown.pdf, RowanAshdown2.pdf. What `but` is called too is no name
    of this child.
    """
    whole, parts = (set(of(named)) - set(of(but) if but else ()) for of in (_whole, _parts))
    spelled = [f"(?i:{as_written(name)})|{as_written(name, between='')}" for name in _longest(whole) if " " in name]
    spelled += [
        f"(?:{as_written(name)}|{as_written(name.upper())})" for name in _longest(parts) if len(name) >= shortest
    ]
    found = [rf"(?<!{_LETTER})(?:{'|'.join(spelled)})(?!{_LETTER})"] if spelled else []
    if (initials := _initials(named)) and not (but and _initials(but) == initials):
        found.append(rf"(?<!\w){re.escape(initials[0])}\.?\s?{re.escape(initials[1])}\b\.?(?!\w)")
    return re.compile("|".join(found) or "(?!)")


def as_written(name: str, between: str = _BETWEEN) -> str:
    """Return what finds a name as it may be written: with one apostrophe or dash as with another."""
    return between.join("".join(map(_alike, word)) for word in normal("NFC", name).split())


def _alike(letter: str) -> str:
    alike = next((some for some in (_APOSTROPHES, _DASHES) if letter in some), "")
    return f"[{re.escape(alike)}]" if alike else re.escape(letter)


def _bare(named: Named, key: str = "") -> Person:
    """The names in plain letters."""
    forename, surname, known_forename, known_surname = map(plain, _parts(named))
    return Person(key, forename, surname, known_forename, known_surname)


def _whole(named: Named) -> list[str]:
    return [named.full_name, f"{named.known_forename} {named.known_surname}".strip()]


def _parts(named: Named) -> list[str]:
    return [named.forename, named.surname, named.known_forename, named.known_surname]


def _initials(named: Named) -> str:
    return named.forename[0] + named.surname[0] if named.forename and named.surname else ""


def _longest(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name}, key=lambda name: (-len(name), name))


# --- whatever somebody may be known by


class Forms:
    """How one person is called, as patterns over plain letters: all of `pattern_of`, an initial with a surname, the
    family ("the Ashdowns"), the halves of a double name, names that are run together in the name of a file or an
    address of mail, and names that a line end divides.
    """

    def __init__(self, person: Person) -> None:
        self.person = person

    def in_text(self, words: str, letters: str) -> Iterator[tuple[int, int]]:
        """Where they stand in plain words. `letters`: the same, squeezed."""
        more = self._over_lines if self._is_divided(words, letters) else self._in_line
        for pattern in (self._whole, more):
            yield from (found.span() for found in pattern.finditer(words))

    def in_files(self, words: str) -> Iterator[tuple[int, int]]:
        yield from (found.span() for found in self._in_files.finditer(words))

    def is_called(self, words: str) -> bool:
        more = self._over_lines if "\n" in words else self._in_line
        return bool(self._whole.fullmatch(words) or more.fullmatch(words))

    def is_called_in_files(self, words: str) -> bool:
        return bool(self._in_files.fullmatch(words))

    def mentions_in(self, text: str) -> Iterator[re.Match[str]]:
        if self.person.pseudonym and "@[" in text:
            yield from (found for found in mentions.MARK.finditer(text) if found[2] == self.person.pseudonym)

    def sure(self, words: str) -> Sure:
        """How surely these words, which were found, mean this person."""
        if mentions.mentioned(words):
            return Sure.ONE
        said, bare = squeezed(words), [letter for letter in words if letter.isalpha()]
        # A surname of two words is a surname all the same.
        firsts, lasts, alone = self._halves
        is_alone = said in alone
        if not is_alone and (said in self._pairs or (any(a in said for a in firsts) and any(b in said for b in lasts))):
            return Sure.ONE
        if len(bare) <= _INITIALS and "".join(bare).isupper():
            return Sure.INITIALS
        return Sure.ONE if not is_alone and len(_WORD.findall(plain(words))) > 1 else Sure.PART

    # In letters alone.

    @cached_property
    def initials(self) -> str:
        return _initials(self._bare)

    @cached_property
    def letters(self) -> frozenset[str]:
        names = (*self._firsts, *self._lasts, *self._others, *self.person.phrases)
        return _looked_up(names, self._words, self.initials) | self.telling

    @cached_property
    def telling(self) -> frozenset[str]:
        """Those that few share: all but forenames."""
        plural = {f"{squeezed(last)}{ending}" for last in self._lasts for ending in ("s", "es")}
        whole = map(squeezed, (*self._others, *self.person.phrases))
        return frozenset({*self._letters_of((*self._lasts, *self._others)), *self._pairs, *plural, *whole}) - {ANYWHERE}

    @cached_property
    def _halves(self) -> tuple[set[str], set[str], set[str]]:
        """The words of the forenames and those of the surnames, and each of these names as one."""
        whole = {squeezed(name) for name in _parts(self._bare)}
        return self._letters_of(self._firsts), self._letters_of(self._lasts), whole

    def _letters_of(self, names: Iterable[str]) -> set[str]:
        found = {squeezed(word) for name in names for word in (name, *_words_of(name))}
        return {one for one in found if len(one) >= _SHORTEST_PART}

    @cached_property
    def _pairs(self) -> frozenset[str]:
        """A forename or its initial beside a surname, without what stands between them."""
        pairs = ((a, b) for first in self._firsts for b in self._lasts for a in (first, first[:1]))
        return frozenset(squeezed(f"{one}{other}") for a, b in pairs for one, other in ((a, b), (b, a)))

    @cached_property
    def squeezed(self) -> list[str]:
        """Whole names and phrases without their spaces, where they are long enough to be nothing else."""
        names = [name for name in (*self._names, *self.person.phrases) if len(name.split()) > 1]
        return [bare for name in names if len(bare := squeezed(name)) >= _SHORTEST_SQUEEZED]

    # In plain letters.

    @cached_property
    def _bare(self) -> Person:
        return _bare(self.person, self.person.key)

    @cached_property
    def _firsts(self) -> list[str]:
        return [name for name in (self._bare.forename, self._bare.known_forename) if squeezed(name)]

    @cached_property
    def _lasts(self) -> list[str]:
        return [name for name in (self._bare.surname, self._bare.known_surname) if squeezed(name)]

    @cached_property
    def _others(self) -> list[str]:
        return [name for name in map(plain, self.person.others) if squeezed(name)]

    @cached_property
    def _names(self) -> list[str]:
        """Whole names, and the others that the person has."""
        bare = self._bare
        known = f"{bare.known_forename or bare.forename} {bare.known_surname or bare.surname}".strip()
        turned = f"{bare.surname} {bare.forename}".strip()
        return [name for name in (bare.full_name, known, turned, *self._others) if squeezed(name)]

    @cached_property
    def _words(self) -> list[str]:
        """The words of the names, and the halves of double ones."""
        return list(dict.fromkeys(word for name in (*_parts(self._bare), *self._others) for word in _words_of(name)))

    # As patterns.

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return pattern_of(self._bare, shortest=_SHORTEST_PART)

    @cached_property
    def _in_line(self) -> re.Pattern[str]:
        """The same where no line end divides a word of theirs."""
        return re.compile(self._spelled.replace(OVER_LINE_END, ""))

    @cached_property
    def _over_lines(self) -> re.Pattern[str]:
        """Seven times as dear to make."""
        return re.compile(self._spelled)

    def _is_divided(self, words: str, letters: str) -> bool:
        """Whether a line end may divide one of their words: the word stands in the letters alone more often."""
        small = words.casefold()
        return "\n" in words and any(letters.count(one) != small.count(word) for one, word in self._undivided)

    @cached_property
    def _undivided(self) -> list[tuple[str, str]]:
        """Each word of the names in letters alone, and as it is written, small."""
        names = (*self._names, *map(plain, self.person.phrases))
        words = {word for name in names for word in re.split(r"[\s,.-]+", name)}
        words |= {f"{last}{ending}" for last in self._lasts for ending in ("s", "es")}
        return [(bare, word.casefold()) for word in words if (bare := squeezed(word))]

    @cached_property
    def _spelled(self) -> str:
        """The forms that people write beside those of `pattern_of`."""
        firsts, lasts = self._firsts, self._lasts
        spelled = [f"(?i:{_spaced(name)})" for name in self._names if " " in name or "-" in name]
        spelled += [f"(?i:{_phrase(plain(phrase))})" for phrase in self.person.phrases if squeezed(phrase)]
        spelled += [rf"{_letter(first)}\.?\s?{_in_capitals_too(last)}" for first in firsts for last in lasts]
        spelled += [rf"{_in_capitals_too(first)}\s{re.escape(last[0])}(?!\w)\.?" for first in firsts for last in lasts]
        spelled += [_in_capitals_too(word) for word in self._words]
        spelled += [_in_capitals_too(f"{last}{ending}") for last in lasts for ending in ("s", "es") if len(last) > 2]
        return _any(spelled, r"\w")

    @cached_property
    def _in_files(self) -> re.Pattern[str]:
        """The same where words are run together: in any case, and an initial beside a surname without anything."""
        bare = self._bare
        pairs = [(first, bare.surname) for first in (bare.forename, bare.known_forename) if first and bare.surname]
        ways = (
            (one, other)
            for first, last in pairs
            for one, other in ((first, last), (first[0], last), (last, first), (last, first[0]))
        )
        spelled = [rf"{_run(one)}\s?{_run(other)}" for one, other in ways]
        spelled += [_run(word) for word in self._words if len(word) >= _SHORTEST_IN_FILES]
        return re.compile(_any(spelled, _LETTER), re.IGNORECASE)


def _words_of(name: str) -> Iterator[str]:
    words = (*name.split(), *re.split(r"[\s-]+", name))
    return (one for one in words if len(one) >= _SHORTEST_PART and squeezed(one) and one.lower() not in _PARTICLES)


def _looked_up(whole: Iterable[str], parts: Iterable[str], initials: str) -> frozenset[str]:
    """Names in letters alone. With `ANYWHERE` where one has too few letters to be looked up."""
    found = {squeezed(name) for name in (*whole, *parts)}
    is_short = any(len(one) < _SHORTEST_PART for one in found)
    return frozenset(found | {ANYWHERE} if is_short or not _are_letters(initials) else found)


def _are_letters(initials: Collection[str]) -> bool:
    return all(letter.isalnum() or letter == "_" for letter in initials)


def _any(spelled: Iterable[str], letter: str) -> str:
    """A pattern for any of these where no such letter stands before or behind. The longest first."""
    longest = sorted(dict.fromkeys(spelled), key=lambda one: (-len(one.replace(OVER_LINE_END, "")), one))
    return rf"(?<!{letter})(?:{'|'.join(longest) or '(?!)'})(?!{letter})"


def _in_capitals_too(name: str) -> str:
    return f"(?:{_spaced(name)}|{_spaced(name.upper())})"


def _spaced(name: str) -> str:
    """Its words, with any white space or hyphen between them; an apostrophe may be missing."""
    words = r"(?:\s+|\s?-\s?)".join(map(letters_of, filter(None, re.split(r"[\s-]+", name))))
    return words.replace("'", r"['\s]?")


def _run(name: str) -> str:
    return re.escape("".join(name.split()))


def _letter(name: str) -> str:
    return f"(?:{re.escape(name[0])}|{re.escape(name[0].lower())})"


def _phrase(words: str) -> str:
    if postcode := _POSTCODE.fullmatch(words.strip()):
        return rf"{postcode[1]}\s*{postcode[2]}"
    return r"[\s,.]+".join(map(letters_of, re.split(r"[\s,.]+", words.strip(" ,."))))
