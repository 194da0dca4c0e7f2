"""The register of what the school's privacy notice says: lines for its sections, sentences about security, what a
school has still to fill in, and what needs a look once a notice is published.

Each app says in its `notice.py` what it does with information about children. `sharing/notice` puts the notice together
from that, and publishes it; it names no other app.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone


class Section(StrEnum):
    """The sections of the notice, in their order."""

    USE = "use"
    HOLD = "hold"
    LAW = "law"
    COLLECT = "collect"
    STORE = "store"
    KEEP = "keep"
    SHARE = "recipients"
    DFE = "dfe"
    GOVERNMENT = "government"
    RIGHTS = "rights"
    COMPLAIN = "complain"
    CONTACT = "contact"

    @property
    def heading(self) -> str:
        """How we store it."""
        return _TITLES[self]


_TITLES = {
    Section.USE: "Why we use it",
    Section.HOLD: "What we hold",
    Section.LAW: "The law that lets us",
    Section.COLLECT: "How we collect it",
    Section.STORE: "How we store it",
    Section.KEEP: "How long we keep it",
    Section.SHARE: "Who we share it with",
    Section.DFE: "The Department for Education",
    Section.GOVERNMENT: "How the Government uses your data",
    Section.RIGHTS: "Your rights",
    Section.COMPLAIN: "If you are unhappy",
    Section.CONTACT: "Contact",
}


@dataclass(frozen=True)
class Asked:
    """Whose notice is put together, and when; `reader` is who looks at its draft.

    `school` is a `School`, which this module does not import: accounts stand above audit, which uses it too.
    """

    school: Any
    at: datetime
    reader: Any = None

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Block:
    """A paragraph, a list or a table. A line is a row of cells: one cell, but in a table."""

    kind: str
    lines: tuple[tuple[str, ...], ...]
    caption: str = ""
    heads: tuple[str, ...] = ()

    def joined(self, other: "Block") -> "Block | None":
        """Both as one list or table, where they are of one; None where they are not."""
        if self.kind == "text" or (self.kind, self.caption, self.heads) != (other.kind, other.caption, other.heads):
            return None
        return Block(self.kind, self.lines + other.lines, self.caption, self.heads)


def text(*sentences: str) -> Block:
    """Paragraphs."""
    return Block("text", tuple((sentence,) for sentence in sentences))


def bullets(items: Iterable[str]) -> Block:
    """A list. Lists that follow each other in a section become one."""
    return Block("list", tuple((item,) for item in items))


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Block:
    """A table with its caption."""
    return Block("table", tuple(tuple(row) for row in rows), caption, tuple(heads))


@dataclass(frozen=True)
class Claim:
    """A sentence about security, and the check to which it belongs. It is said while the check passes."""

    key: str
    sentence: Callable[[], str]
    passes: Callable[[datetime], bool]


@dataclass(frozen=True)
class Blank:
    """Something that the school has still to say for the notice: what it is, and the page on which it says it.

    `may_wait`: it is asked for, and the notice can be published without it.
    """

    says: str
    page: str
    may_wait: bool = False


Say = Callable[[Asked], Iterable[Block]]
# What a version keeps of what it rests on, by the key of the app's fact.
Facts = Mapping[str, Sequence[str]]
Look = Callable[[Asked, Facts], Iterable[str]]

_said: dict[Section, list[tuple[int, Say]]] = {section: [] for section in Section}
_claims: dict[str, Claim] = {}
_asks: list[Callable[[Asked], Iterable[Blank]]] = []
_facts: dict[str, Callable[[Asked], Iterable[str]]] = {}
_looks: list[tuple[str, Look, bool]] = []


def tells(section: Section, say: Say, *, order: int = 50) -> None:
    """Let an app say something in a section. What has a lower order stands before."""
    _said[section].append((order, say))
    _said[section].sort(key=lambda entry: entry[0])


def secures(key: str, sentence: Callable[[], str], *, passes: Callable[[datetime], bool]) -> None:
    """Say a sentence about security while its check passes. Raises `ImproperlyConfigured` for a key that there is."""
    if key in _claims:
        raise ImproperlyConfigured(f"The privacy notice has a sentence {key} already.")
    _claims[key] = Claim(key, sentence, passes)


def asks(blanks: Callable[[Asked], Iterable[Blank]]) -> None:
    """Name what a school has still to say. A notice is not published while anything is missing that may not wait."""
    _asks.append(blanks)


def rests_on(key: str, facts: Callable[[Asked], Iterable[str]]) -> None:
    """Let each version keep what it rests on, as codes, to be compared with how things stand later."""
    if key in _facts:
        raise ImproperlyConfigured(f"The privacy notice rests on {key} already.")
    _facts[key] = facts


def looks_at(title: str, look: Look, *, promises: bool = False) -> None:
    """Say in sentences what of the published notice is not so, by the facts that it was published with. `promises`:
    then it promises more than is done, and people are told.
    """
    _looks.append((title, look, promises))


def said_in(section: Section, asked: Asked) -> list[Block]:
    """What every app says in a section, lists and tables of the same kind joined."""
    found: list[Block] = []
    for block in (block for _, say in _said[section] for block in say(asked) if block.lines):
        if found and (one := found[-1].joined(block)):
            found[-1] = one
        else:
            found.append(block)
    return found


def claims() -> list[Claim]:
    """Every sentence about security, in the order of the apps."""
    return list(_claims.values())


def blanks(asked: Asked) -> list[Blank]:
    """What the school has still to say."""
    return [blank for ask in _asks for blank in ask(asked)]


def facts(asked: Asked) -> dict[str, list[str]]:
    """What a version published now would rest on."""
    return {key: sorted(of(asked)) for key, of in _facts.items()}


def looked_at(asked: Asked, kept: Facts) -> list[tuple[str, list[str]]]:
    """The title of each look, and what is not so."""
    return [(title, list(look(asked, kept))) for title, look, _ in _looks]


def broken_promises(asked: Asked, kept: Facts) -> list[str]:
    """A sentence for each thing that a notice published with these facts promises, and that is not done."""
    return [sentence for _, look, promises in _looks if promises for sentence in look(asked, kept)]
