"""Where in a text does somebody stand, and how surely is it them? By every form of their name that people write.

A form that somebody else shares (`shared`) is nobody's: the surname of the child is not taken from its own brother.
It makes patterns only for people with a word of their name in the text: a school has a thousand people, and a text
names a few.

A nickname that is on no list, or a name spelt wrongly, is not found: every line has to be read.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from children import mentions

from .forms import ANYWHERE, Forms, Person, Sure
from .normalise import View, pieces_of, plain, run_together, squeezed_view, view_of

# Between two forms of one name: "Pope, Denise".
_CLOSE = re.compile(r",?\s{0,2}")
# Two letters that may be initials of somebody, whatever they are.
_PAIR = re.compile(r"(?<!\w)(?=(\w)\.?\s?(\w)(?!\w))")
# The index looks names up by so many first letters.
_BEGINNING = 2


@dataclass(frozen=True)
class Hit:
    """Somebody found in a text: the words that stand there, and how surely they mean this person."""

    start: int
    end: int
    person: str
    words: str
    sure: Sure


class Index:
    """Finds whose names have a word in a text. The cost grows with the text, however many people there are.

    `called` has, for each person, the names in letters alone and the initials (`forms`). They are told by their place
    in it.
    """

    def __init__(self, called: Iterable[tuple[Collection[str], str]]) -> None:
        self._by_letters: defaultdict[str, list[int]] = defaultdict(list)
        self._by_initials: defaultdict[str, list[int]] = defaultdict(list)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for number, (letters, initials) in enumerate(called):
            for one in letters:
                self._by_letters[one].append(number)
                lengths[one[:_BEGINNING]].add(len(one))
            if initials:
                self._by_initials[plain(initials)].append(number)
        self._anywhere = self._by_letters.pop(ANYWHERE, [])
        self._lengths = {beginning: sorted(some) for beginning, some in lengths.items()}

    def words_in(self, text: str) -> set[str]:
        """The names in letters alone that stand in a text: from where a name may begin to where one may end."""
        pieces = pieces_of(text)
        bare, ends = "".join(pieces), set(accumulate(map(len, pieces)))
        found = set()
        for start in (0, *ends):
            for length in self._lengths.get(bare[start : start + _BEGINNING], ()):
                if start + length in ends and (word := bare[start : start + length]) in self._by_letters:
                    found.add(word)
        return found

    def standing(self, text: str) -> list[int]:
        """The places of those who may stand in a text, in order."""
        found = set(self._anywhere)
        for word in self.words_in(text):
            found.update(self._by_letters[word])
        if self._by_initials:
            for pair in {*_PAIR.findall(text), *_PAIR.findall(view_of(text).plain)}:
                found.update(self._by_initials.get("".join(map(plain, pair)), ()))
        return sorted(found)


class Finder:
    """Finds people in texts. No form is found that one of `shared` is called too."""

    def __init__(self, people: Iterable[Person], shared: Iterable[Person] = ()) -> None:
        self._people, self._shared = _Listed(people), _Listed(shared)
        self.forms = {forms.person.key: forms for forms in self._people.forms}

    def words_in(self, text: str) -> set[str]:
        """The words of their names that stand in a text, in letters alone (`Forms.letters`)."""
        return self._people.index.words_in(text)

    def hits(self, text: str, of: Container[str] | None = None) -> list[Hit]:
        """Everybody in a text, in order, or those with these keys alone. Forms of one name that stand beside each other
        are one.
        """
        raw = {(start, end, key) for start, end, key in self._raw(text, of)}
        # Of each person, where the forms stand that were taken together.
        found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for start, end, key in sorted(raw, key=lambda each: (each[0], -each[1], each[2])):
            there = found[key]
            if there and (start <= there[-1][1] or _CLOSE.fullmatch(text, there[-1][1], start)):
                first, last = there.pop()
                start, end = first, max(last, end)
            there.append((start, end))
        hits = [self._hit(text, start, end, key) for key, spans in found.items() for start, end in spans]
        return sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.person))

    def _hit(self, text: str, start: int, end: int, key: str) -> Hit:
        words = text[start:end]
        return Hit(start, end, key, words, self.forms[key].sure(words))

    def _raw(self, text: str, of: Container[str] | None) -> Iterator[tuple[int, int, str]]:
        standing = [forms for forms in self._people.standing(text) if of is None or forms.person.key in of]
        if not standing:
            return
        view, apart = view_of(text), run_together(text)
        bare = squeezed_view(view)
        for forms in standing:
            for start, end in forms.in_text(view.plain, bare.plain):
                if not self._shared.are_called(view.plain[start:end]):
                    yield (*view.span(start, end), forms.person.key)
            for start, end in forms.in_files(apart.plain) if apart.plain else ():
                if not self._shared.are_called_in_files(apart.plain[start:end]):
                    yield (*apart.span(start, end), forms.person.key)
            yield from ((*span, forms.person.key) for span in _whole_words(forms.squeezed, bare, text))
            yield from ((*found.span(), forms.person.key) for found in forms.mentions_in(text))


class _Listed:
    """People with their forms, and the index of them."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.forms = [Forms(person) for person in people]
        self.index = Index((forms.letters, forms.initials) for forms in self.forms)
        self._mentioned = {
            forms.person.pseudonym: number for number, forms in enumerate(self.forms) if forms.person.pseudonym
        }

    def standing(self, text: str) -> list[Forms]:
        """Those who may stand in a text, in order."""
        mentioned = {self._mentioned[one] for one in mentions.mentioned(text) if one in self._mentioned}
        return [self.forms[number] for number in sorted({*self.index.standing(text), *mentioned})]

    def are_called(self, words: str) -> bool:
        return any(forms.is_called(words) for forms in self.standing(words))

    def are_called_in_files(self, words: str) -> bool:
        return any(forms.is_called_in_files(words) for forms in self.standing(words))


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
