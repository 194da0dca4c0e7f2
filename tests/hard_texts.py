"""Which texts may be hard for a pattern? Those made of what it is made of."""

import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

# Letters of every kind that a class may mean, the plainest first.
_LETTERS = "a0 _-.\n\t\"'A@Zé!…"
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_ENDS = ("", "\x01", "a")
_KINDS = {"DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": lambda letter: letter.isalnum() or letter == "_"}


class Hard(NamedTuple):
    """A text of any length: how it begins, what is repeated, and how it ends."""

    first: str
    again: str
    last: str = ""

    def of(self, length: int) -> str:
        times = (length - len(self.first) - len(self.last)) // len(self.again)
        return self.first + self.again * times + self.last


def hard_texts(pattern: re.Pattern[Any]) -> list[Hard]:
    """Each letter that the pattern names or means, repeated; what each of its repetitions takes, repeated behind the
    shortest text that leads there; and that text, repeated.
    """
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    tree = parser.parse(source, pattern.flags & ~(re.DEBUG | re.ASCII))
    found = dict.fromkeys(Hard("", letter) for letter in _letters_in(tree))
    for head, body in _repeated(tree, ""):
        found |= dict.fromkeys(Hard(head, body, end) for end in _ENDS)
        found |= dict.fromkeys((Hard("", head + body), *([Hard("", head)] if head else [])))
    return list(found)


def _letters_in(part: Any) -> Iterator[str]:
    for kind, value in part:
        if kind in (sre.LITERAL, sre.NOT_LITERAL):
            yield chr(value)
        elif kind is sre.IN:
            yield _one_of(value)
            yield from (chr(meant) for one, meant in value if one is sre.LITERAL)
        for inner in _inner(kind, value):
            yield from _letters_in(inner)


def _inner(kind: Any, value: Any) -> list[Any]:
    """The patterns inside a part of one."""
    if kind is sre.BRANCH:
        return list(value[1])
    if kind in _REPEATS:
        return [value[2]]
    if kind is sre.SUBPATTERN:
        return [value[3]]
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is sre.ATOMIC_GROUP else []


def _one_of(kinds: Any) -> str:
    """A letter that a class takes."""
    (first, meant), *others = kinds
    if first is sre.NEGATE:
        return next(letter for letter in _LETTERS if not any(_takes(one, letter) for one in others))
    if first in (sre.LITERAL, sre.RANGE):
        return chr(meant if first is sre.LITERAL else meant[0])
    return next(letter for letter in _LETTERS if _takes(kinds[0], letter))


def _takes(one: Any, letter: str) -> bool:
    kind, meant = one
    if kind is sre.LITERAL:
        return ord(letter) == meant
    if kind is sre.RANGE:
        return bool(meant[0] <= ord(letter) <= meant[1])
    *_, other, name = str(meant).split("_")
    return bool(_KINDS[name](letter)) != (other == "NOT")


def _shortest(part: Any) -> str:
    """A short text that the pattern takes, whatever it wants before and behind."""
    said = ""
    for kind, value in part:
        if kind is sre.LITERAL:
            said += chr(value)
        elif kind is sre.NOT_LITERAL:
            said += next(letter for letter in _LETTERS if ord(letter) != value)
        elif kind is sre.ANY:
            said += "a"
        elif kind is sre.IN:
            said += _one_of(value)
        elif kind in _REPEATS:
            said += _shortest(value[2]) * value[0]
        elif kind not in (sre.ASSERT, sre.ASSERT_NOT) and (inner := _inner(kind, value)):
            said += _shortest(inner[0])
    return said


def _repeated(part: Any, head: str) -> Iterator[tuple[str, str]]:
    """What leads to each repetition without an end, and each text that it takes."""
    for at, (kind, value) in enumerate(part):
        before = head + _shortest(part[:at])
        if kind in _REPEATS and value[1] is sre.MAXREPEAT:
            yield from ((before, taken) for taken in _taken_by(value[2]))
        for inner in _inner(kind, value):
            yield from _repeated(inner, before)


def _taken_by(body: Any) -> Iterator[str]:
    """Texts that a repeated part takes: a short one, each of its alternatives, the single letters of a class."""
    yield _shortest(body) or "a"
    (kind, value), *more = body
    if more:
        return
    if kind is sre.SUBPATTERN:
        yield from _taken_by(value[3])
    elif kind is sre.BRANCH:
        yield from filter(None, map(_shortest, value[1]))
    elif kind is sre.IN and value[0][0] is not sre.NEGATE:
        yield from (chr(meant) for one, meant in value if one is sre.LITERAL)
