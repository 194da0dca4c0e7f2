"""How does a child stand inside text without a name? As a mention: a marker with the child's pseudonym, told anew to
each reader.

What is kept is `@[k7f3q2m9xd]`: no name, so that whatever forgets to tell it betrays nobody. What a form shows, and
takes back, says for people whom it means: `@[Rowan Ashdown k7f3q2m9xd]`. The pseudonym decides;
`services/mentioning.py` says who is named to whom.
"""

import re
import secrets
from collections.abc import Callable
from html import escape

# No vowels, no letters that are taken for another: a pseudonym is never a word, and is typed from paper.
ALPHABET, LENGTH = "23456789bcdfghjkmnpqrstvwxyz", 10
# Longer than any name, written as HTML.
_LABEL = 700
MARK = re.compile(rf"@\[(?:([^\[\]<>\n]{{1,{_LABEL}}}) )?([{ALPHABET}]{{{LENGTH}}})\]")
_PSEUDONYM = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
# A list cuts texts short, and may cut through a marker.
_CUT = rf"@\[[{ALPHABET}]{{0,{LENGTH}}}…"
# Where somebody types: what stands there comes back with the form.
# A tag that is not closed goes to the end, as in a browser.
_TYPED = r"<textarea\b[^>]*+(?:>.*?(?:</textarea>|\Z)|\Z)|<input\b[^>]*+(?:>|\Z)"
_PAGE = re.compile(rf"(?P<typed>{_TYPED})|(?P<mark>{MARK.pattern})|(?P<cut>{_CUT})", re.DOTALL)
_BRACKETS = re.compile(r"[\[\]<>\s]+")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
ANOTHER = "another child"

# A pseudonym to what stands in its place.
Say = Callable[[str], str]


def new_pseudonym() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_pseudonym(word: str) -> bool:
    return bool(_PSEUDONYM.fullmatch(word))


def marker(pseudonym: str) -> str:
    """A mention as it is kept."""
    return f"@[{pseudonym}]"


def label(name: str, pseudonym: str) -> str:
    """A mention as a form shows it and takes it back."""
    return f"@[{plain(name)} {pseudonym}]"


def plain(name: str) -> str:
    """A name as it stands in a label: on one line, without what ends one."""
    return _BRACKETS.sub(" ", name).strip()


def another(year: str) -> str:
    """What a child is called who may not be named."""
    return f"{ANOTHER} ({year})" if year else ANOTHER


def mentioned(text: str) -> set[str]:
    """The pseudonyms in a text, or in a page."""
    return {found[2] for found in MARK.finditer(text)} if "@[" in text else set()


def bare(text: str) -> str:
    """The text as it is kept: every mention as its marker, without the name that a form shows beside it."""
    return MARK.sub(lambda found: marker(found[2]), text) if "@[" in text else text


def told(text: str, say: Say) -> str:
    """The text with each mention as `say` tells it, at the beginning of a sentence with a capital letter."""
    return MARK.sub(lambda found: in_place(found, _isolated(say(found[2]))), text) if "@[" in text else text


def labelled(text: str, label_of: Say) -> str:
    """The text for a form: each marker with the name that its writer may read.

    A label that says something else stays as it was typed.
    """
    if "@[" not in text:
        return text
    return MARK.sub(lambda found: found[0] if found[1] else label(label_of(found[2]), found[2]), text)


def told_page(html: str, say: Say, label_of: Say) -> str:
    """The same of a page of HTML; inside boxes in which somebody types as a form shows it.

    Every name is escaped: it may stand anywhere.
    """

    def tell(found: re.Match[str]) -> str:
        if found["typed"]:
            return labelled(found[0], lambda pseudonym: escape(label_of(pseudonym)))
        if found["cut"]:
            return f"{in_place(found, ANOTHER)}…"
        of_mark = MARK.fullmatch(found["mark"])
        assert of_mark is not None  # noqa: S101  (it is part of the pattern)
        return escape(in_place(found, _isolated(say(of_mark[2]))))

    return _PAGE.sub(tell, html) if "@[" in html else html


def in_place(found: re.Match[str], instead: str) -> str:
    """What stands in the place of a find, with a capital letter where a sentence begins."""
    before = found.string[max(0, found.start() - 12) : found.start()].rstrip(" “‘\"'")
    begins = found.start() == 0 or (before[-1:] or "\n") in ".!?\n>"
    return instead[:1].upper() + instead[1:] if begins else instead


def _isolated(name: str) -> str:
    """A name that is written from right to left does not turn the words around it."""
    return f"\u2068{name}\u2069" if _RIGHT_TO_LEFT.search(name) else name
