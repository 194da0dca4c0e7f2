"""How do letters look once it does not matter how they were written? A view of a text knows where its letters stand.

Accents, ligatures, widths, typographic marks and what has no width are levelled; capitals stay, since "Will" is a name
and "will" is none (`fold` levels those too). A word may be divided at the end of a line, with a hyphen that was put
there or with none: a line end is one character in a view, with a hyphen before it or not, and `letters_of` gives a
pattern that passes over it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from safeguarding.letters import normal

# As PDFium tells a hyphen that ends a line, instead of the line end too: U+FFFE, or the control character 2.
_AT_THE_END = "\ufffe\x02"
_HYPHENS = f"-\u00ad\u2010\u2011\u2012\u2013{_AT_THE_END}"
# White space is read from where it begins, and a word below too: a long one costs no more than its length.
_LINE_END = re.compile(rf"(?:([{_HYPHENS}])|(?<!\s))[^\S\r\n]*+[\r\n]\s*+|([{_AT_THE_END}])[^\S\r\n]*+")
OVER_LINE_END = r"(?:-?\n)?"
# Letters that no decomposition takes apart, and marks that a keyboard does not have.
_APART = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"}
_FOLDED = str.maketrans(_APART | {"þ": "th"} | dict.fromkeys("'’‘ʼ`", ""))
_ALIKE = str.maketrans(
    _APART
    | {one.upper(): instead.upper() for one, instead in _APART.items() if len(one.upper()) == 1}
    | dict.fromkeys("‘’ʼ´`′", "'")
    | dict.fromkeys("“”„«»", '"')
    | dict.fromkeys(_HYPHENS + "\u2014", "-")
)
# Quotation marks, dashes and what else a telephone types (General Punctuation): none is a letter.
_MARKS = re.compile(rb"\xe2\x80[\x80-\xbf]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SMALL = bytes(range(256)).lower()
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
# A name of a file, an address of mail, or a word with a line below: what people write without spaces.
_RUN_TOGETHER = re.compile(r"(?<!\S)(?:[^\s_@]*+[_@]\S*+|\S+\.[A-Za-z]{2,4}(?!\w))")
_SEPARATORS = re.compile(r"[^\w]+", re.UNICODE)
# A run of letters, a figure, or a letter of another kind. White space and the marks of a keyboard divide.
_RUN = re.compile(r"[^\W\d_]+|\d|[^\s\x00-\x7f]")


@dataclass(frozen=True)
class View:
    """A text in plain letters; `at` is where each of them stands in the text that was written."""

    plain: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where plain letters from `start` to `end` stand in what was written."""
        return self.at[start], self.at[end - 1] + 1


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """A name in plain small letters: no accents, apostrophes or hyphens. "O’Brien-Şahin" becomes "obrien sahin"."""
    # Taken apart before and after: capitals that are none until they are taken apart, and small letters that still can
    # be.
    bare = normal("NFKD", normal("NFKD", text).casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c)).translate(_FOLDED)
    return _SEPARATORS.sub(" ", bare).strip()


def plain(text: str) -> str:
    """A text in plain letters."""
    return "".join(map(_letter, text))


def squeezed(text: str) -> str:
    """Its letters and digits alone, small."""
    return "".join(letter for letter in plain(text).casefold() if letter.isalnum())


def squeezed_bytes(words: bytes) -> bytes:
    """The same of words as they are kept, of the letters without accents alone: quickly, for a first look into very
    many. What is squeezed into such letters stands in it.
    """
    if not words.isascii():
        words = _MARKS.sub(b"", words)
    if not words.isascii():
        words = _NOT_ASCII.sub(lambda found: plain(found[0]), words.decode()).encode("ascii", "ignore")
    return words.translate(_SMALL, _NO_LETTERS)


def letters_of(word: str) -> str:
    """A pattern for a word in plain letters that finds it in a view wherever a line end divides it."""
    return OVER_LINE_END.join(map(re.escape, word))


def view_of(text: str) -> View:
    """The text in plain letters."""
    if text.isascii() and text.isprintable() and "`" not in text:
        return View(text, range(len(text)))
    return _view(_with_line_ends(text))


def run_together(text: str) -> View:
    """What is written without spaces, taken apart: "Rowan_Ashdown.pdf", "rowanAshdown2.docx", "r.ashdown@"."""
    return _view(_apart(text))


def squeezed_view(view: View) -> View:
    """The letters and digits of a view alone, small."""
    letters = [
        (letter, at) for one, at in zip(view.plain, view.at, strict=True) for letter in one.casefold() if one.isalnum()
    ]
    return View("".join(letter for letter, _ in letters), tuple(at for _, at in letters))


def pieces_of(text: str) -> list[str]:
    """Its letters and digits, small, parted wherever a name may begin or end: between words and lines, at a figure, at
    a mark that is not seen, and in what is run together ("rowanAshdown"). A name is one piece, or some in a row.
    """
    return [piece for run in _RUN.findall(text) for piece in _pieces(run)]


def _pieces(run: str) -> Sequence[str]:
    if run.isascii() and (run.islower() or run.isupper() or run[1:].islower()):
        return (run.lower(),)
    found: list[list[str]] = []
    is_open = False
    for before, letter in pairwise(("", *run)):
        bare = squeezed(letter)
        is_one = letter.isalpha() and len(bare) == len(plain(letter)) == 1
        if is_one and is_open and not (before.islower() and letter.isupper()):
            found[-1].append(bare)
        else:
            found += [[one] for one in bare]
        is_open = is_one
    return ["".join(letters) for letters in found]


def _view(letters: Iterable[tuple[str, int]]) -> View:
    found = [(plainly, at) for letter, at in letters for plainly in _letter(letter)]
    return View("".join(letter for letter, _ in found), tuple(at for _, at in found))


def _with_line_ends(text: str) -> Iterator[tuple[str, int]]:
    """The letters and where they stand; each line end with the spaces around it as one."""
    done = 0
    for end in _LINE_END.finditer(text):
        yield from zip(text[done : end.start()], range(done, end.start()), strict=True)
        if end[1] or end[2]:
            yield "-", end.start()
        yield "\n", end.start()
        done = end.end()
    yield from zip(text[done:], range(done, len(text)), strict=True)


def _apart(text: str) -> Iterator[tuple[str, int]]:
    for found in _RUN_TOGETHER.finditer(text):
        before = " "
        for place in range(found.start(), found.end()):
            letter = text[place]
            if before.islower() and letter.isupper():
                yield " ", place
            yield (letter if letter.isalpha() or letter in "'’" else " "), place
            before = letter
        yield " ", found.end() - 1


@cache
def _letter(letter: str) -> str:
    if letter.isascii() and letter >= " " and letter != "`":
        return letter
    if letter in _HYPHENS:
        return "" if letter == "\u00ad" else "-"
    if letter.isspace():
        return "\n" if letter == "\n" else " "
    bare = normal("NFKD", letter.translate(_ALIKE))
    return "".join(one for one in bare if unicodedata.category(one) not in ("Mn", "Me", "Cf", "Cc")).translate(_ALIKE)
