"""Where in a document does somebody stand? By every form of their name that people write.

`pattern_of` of concerns says how a name is found: whole in any case, a part of it as names are written, initials in
capitals. Here are added: an initial with a surname, the family ("the Ashdowns"), the halves of a double name, names
that are run together in the name of a file or an address of mail, and names that a line end divides. A form that
somebody else shares (`shared`) is nobody's: the surname of the child is not taken from its own brother.

A nickname that is on no list, or a name spelt wrongly, is not found: every line has to be read.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from children import mentions
from safeguarding.concerns.services.pointing import pattern_of

from .plain import OVER_LINE_END, View, letters_of, plain, run_together, squeezed, squeezed_view, view_of
from .redacting.marks import Area, Box, Document, DrawnPage, Span

# A part of a name; and a whole one that may stand without its spaces.
_SHORTEST, _SHORTEST_IN_FILES, _SHORTEST_SQUEEZED = 2, 3, 8
_PARTICLES = frozenset(
    {"al", "bin", "da", "de", "del", "den", "der", "di", "el", "la", "le", "st", "ten", "ter", "the"}
)
_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})", re.IGNORECASE)
# Between two forms of one name: "Pope, Denise".
_CLOSE = re.compile(r",?\s{0,2}")


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


@dataclass(frozen=True)
class Hit:
    """Somebody found in a text, and the words that stand there."""

    start: int
    end: int
    person: str
    words: str


class Finder:
    """Finds people in texts. No form is found that one of `shared` is called too."""

    def __init__(self, people: Iterable[Person], shared: Iterable[Person] = ()) -> None:
        self._forms = [_Forms(person) for person in people]
        self._shared = [_Forms(person) for person in shared]

    def only(self, keys: Container[str]) -> "Finder":
        """The same for these of its people alone: without their patterns made again."""
        found = Finder(())
        found._forms = [forms for forms in self._forms if forms.person.key in keys]
        found._shared = self._shared
        return found

    def hits(self, text: str) -> list[Hit]:
        """Everybody in a text, in order. Forms of one name that stand beside each other are one."""
        raw = {(start, end, key) for start, end, key in self._raw(text)}
        # Of each person, where the forms stand that were taken together.
        found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for start, end, key in sorted(raw, key=lambda each: (each[0], -each[1], each[2])):
            there = found[key]
            if there and (start <= there[-1][1] or _CLOSE.fullmatch(text, there[-1][1], start)):
                first, last = there.pop()
                start, end = first, max(last, end)
            there.append((start, end))
        hits = [Hit(start, end, key, text[start:end]) for key, spans in found.items() for start, end in spans]
        return sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.person))

    def _raw(self, text: str) -> Iterator[tuple[int, int, str]]:
        view, apart = view_of(text), run_together(text)
        bare = squeezed_view(view)
        for forms in self._forms:
            for start, end in forms.in_text(view.plain):
                if not self._is_shared(view.plain[start:end]):
                    yield (*view.span(start, end), forms.person.key)
            for start, end in forms.in_files(apart.plain):
                if not self._is_shared_in_files(apart.plain[start:end]):
                    yield (*apart.span(start, end), forms.person.key)
            yield from ((*span, forms.person.key) for span in _whole_words(forms.squeezed, bare, text))
            yield from ((*found.span(), forms.person.key) for found in forms.mentions_in(text))

    def _is_shared(self, words: str) -> bool:
        return any(forms.is_called(words) for forms in self._shared)

    def _is_shared_in_files(self, words: str) -> bool:
        return any(forms.is_called_in_files(words) for forms in self._shared)


def found_in(document: Document, finder: Finder) -> list[Span | Box]:
    """Everybody in a document: spans of its texts, and the boxes of words of its pages."""
    found: list[Span | Box] = []
    for block in document.blocks:
        found += [Span(block.key, hit.start, hit.end, hit.person) for hit in finder.hits(block.text)]
    for page in document.pages:
        text, starts = text_of(page)
        for hit in finder.hits(text):
            touched = [
                word
                for word, start in zip(page.words, starts, strict=True)
                if start < hit.end and hit.start < start + len(word.text)
            ]
            found += [Box(page.n, word.area, hit.person) for word in touched]
    return found


def text_of(page: DrawnPage) -> tuple[str, list[int]]:
    """The words of a page as a text of lines, and where in it each word begins."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    last: Area | None = None
    for word in page.words:
        if last is not None:
            middle = (word.area.y0 + word.area.y1) / 2
            parts.append(" " if last.y0 <= middle <= last.y1 and word.area.x0 >= last.x0 else "\n")
            length += 1
        starts.append(length)
        parts.append(word.text)
        length += len(word.text)
        last = word.area
    return "".join(parts), starts


class _Forms:
    """How one person is called, as patterns over plain letters."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._bare = Person(
            person.key,
            plain(person.forename),
            plain(person.surname),
            plain(person.known_forename),
            plain(person.known_surname),
        )
        self._whole = pattern_of(self._bare, shortest=_SHORTEST)

    def in_text(self, words: str) -> Iterator[tuple[int, int]]:
        for pattern in (self._whole, self._more):
            yield from (found.span() for found in pattern.finditer(words))

    def in_files(self, words: str) -> Iterator[tuple[int, int]]:
        yield from (found.span() for found in self._in_files.finditer(words))

    def is_called(self, words: str) -> bool:
        return bool(self._whole.fullmatch(words) or self._more.fullmatch(words))

    def is_called_in_files(self, words: str) -> bool:
        return bool(self._in_files.fullmatch(words))

    def mentions_in(self, text: str) -> Iterator[re.Match[str]]:
        if self.person.pseudonym and "@[" in text:
            yield from (found for found in mentions.MARK.finditer(text) if found[2] == self.person.pseudonym)

    @cached_property
    def squeezed(self) -> list[str]:
        """Whole names and phrases without their spaces, where they are long enough to be nothing else."""
        names = [name for name in (*self._names, *self.person.phrases) if len(name.split()) > 1]
        return [bare for name in names if len(bare := squeezed(name)) >= _SHORTEST_SQUEEZED]

    @cached_property
    def _names(self) -> list[str]:
        """Whole names, and the others that the person has."""
        bare = self._bare
        known = f"{bare.known_forename or bare.forename} {bare.known_surname or bare.surname}".strip()
        turned = f"{bare.surname} {bare.forename}".strip()
        return [name for name in (bare.full_name, known, turned, *map(plain, self.person.others)) if squeezed(name)]

    @cached_property
    def _parts(self) -> list[str]:
        """The words of the names, and the halves of double ones."""
        bare = self._bare
        names = (bare.forename, bare.surname, bare.known_forename, bare.known_surname, *map(plain, self.person.others))
        words = (word for name in names for word in (*name.split(), *re.split(r"[\s-]+", name)))
        return list(dict.fromkeys(w for w in words if len(w) >= _SHORTEST and w.lower() not in _PARTICLES))

    @cached_property
    def _more(self) -> re.Pattern[str]:
        """The forms that people write beside those of `pattern_of`."""
        bare = self._bare
        surnames = [name for name in (bare.surname, bare.known_surname) if squeezed(name)]
        forenames = [name for name in (bare.forename, bare.known_forename) if squeezed(name)]
        spelled = [f"(?i:{_words(name)})" for name in self._names if " " in name or "-" in name]
        spelled += [f"(?i:{_phrase(plain(phrase))})" for phrase in self.person.phrases if squeezed(phrase)]
        spelled += [rf"{_letter(first)}\.?\s?{_as_written(last)}" for first in forenames for last in surnames]
        spelled += [rf"{_as_written(first)}\s{re.escape(last[0])}(?!\w)\.?" for first in forenames for last in surnames]
        spelled += [_as_written(part) for part in self._parts]
        spelled += [_as_written(f"{last}{ending}") for last in surnames for ending in ("s", "es") if len(last) > 2]
        return _pattern(spelled, r"\w")

    @cached_property
    def _in_files(self) -> re.Pattern[str]:
        """The same where words are run together: in any case, and an initial beside a surname without anything."""
        bare = self._bare
        parts = [part for part in self._parts if len(part) >= _SHORTEST_IN_FILES]
        pairs = [(first, last) for first in (bare.forename, bare.known_forename) for last in (bare.surname,)]
        ways = (
            (one, other)
            for first, last in pairs
            if first and last
            for one, other in ((first, last), (first[0], last), (last, first), (last, first[0]))
        )
        spelled = [rf"{_run(one)}\s?{_run(other)}" for one, other in ways]
        spelled += [_run(part) for part in parts]
        pattern = _pattern(spelled, r"[^\W\d_]")
        return re.compile(pattern.pattern, re.IGNORECASE)


def _whole_words(names: Sequence[str], bare: View, text: str) -> Iterator[tuple[int, int]]:
    """Where these stand in a text whose spaces do not count, from the beginning of a word to the end of one."""
    for name in names:
        at = bare.plain.find(name)
        while at >= 0:
            start, end = bare.span(at, at + len(name))
            before, behind = text[start - 1 : start], text[end : end + 1]
            if not before.isalpha() and not behind.isalpha():
                yield start, end
            at = bare.plain.find(name, at + 1)


def _pattern(spelled: Iterable[str], letter: str) -> re.Pattern[str]:
    longest = sorted(dict.fromkeys(spelled), key=lambda one: (-len(one.replace(OVER_LINE_END, "")), one))
    return re.compile(rf"(?<!{letter})(?:{'|'.join(longest) or '(?!)'})(?!{letter})")


def _as_written(name: str) -> str:
    return f"(?:{_words(name)}|{_words(name.upper())})"


def _words(name: str) -> str:
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
