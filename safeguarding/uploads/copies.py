"""Copy what a file shows: its pages as pictures with their words, or its texts. Never its bytes.

Asked in a process of its own (`contents.py`), which may break without any harm.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .contents import MOST_AT_ONCE
from .kinds import Kind
from .looking import PATIENCE

_CONTENTS = Path(__file__).with_name("contents.py")
# What is told as texts; PDFs and pictures are drawn, and nothing else can be copied.
TEXTS = frozenset({"docx", "odt", "xlsx", "txt", "eml", "msg"})
UNREADABLE = "It cannot be copied: opening it takes too long or too much memory. Print it to a PDF, and add that."
NOT_COPIED = "Sound and film cannot be copied. Say whether it is withheld, or give it by hand."


@dataclass(frozen=True)
class Page:
    """A page that was drawn. `words`: each with its box in thousandths of the page, from the upper left."""

    n: int
    picture: bytes
    width: int
    height: int
    words: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Copied:
    """What a file shows. `problem` says why it cannot be copied; `count` is how many pages it has."""

    problem: str = ""
    count: int = 0
    pages: list[Page] = field(default_factory=list)
    blocks: list[dict[str, str]] = field(default_factory=list)


def is_drawn(kind: Kind) -> bool:
    """Whether it has pages, and not texts."""
    return kind.key == "pdf" or kind.is_picture


def draw(kind: Kind, content: bytes, *, first: int = 1, last: int = MOST_AT_ONCE) -> Copied:
    """Pages `first` to `last` of a PDF, ten at most, with the comments on them as blocks; or a picture as page 1."""
    return _asked(kind, content, wants="pages", first=first, last=last, rectangles={})


def draw_painted(kind: Kind, content: bytes, n: int, rectangles: Sequence[Sequence[int]]) -> Copied:
    """One page drawn again, with these rectangles painted over in the picture itself: nothing is under them."""
    return _asked(kind, content, wants="pages", first=n, last=n, rectangles={str(n): [list(one) for one in rectangles]})


def read_texts(kind: Kind, content: bytes) -> Copied:
    """The texts of a document or a message, as blocks."""
    return _asked(kind, content, wants="texts", first=0, last=0, rectangles={})


def _asked(kind: Kind, content: bytes, *, wants: str, first: int, last: int, rectangles: Mapping[str, Any]) -> Copied:
    if (wants == "pages") is not is_drawn(kind) or not (is_drawn(kind) or kind.key in TEXTS):
        return Copied(NOT_COPIED)
    asked = {"kind": kind.key, "wants": wants, "first": first, "last": last, "rectangles": rectangles}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CONTENTS)],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=PATIENCE,
            env={},
        )
    except subprocess.TimeoutExpired:
        return Copied(UNREADABLE)
    return _as_said(b"" if done.returncode else done.stdout)


def _as_said(said: bytes) -> Copied:
    """What the process answered."""
    head, _, rest = said.partition(b"\n")
    try:
        found = json.loads(head)
        pages, at = [], 0
        for one in found["pages"]:
            picture = rest[at : at + one["size"]]
            pages.append(Page(int(one["n"]), picture, int(one["width"]), int(one["height"]), _words(one["words"])))
            at += one["size"]
        blocks = [{name: str(one[name]) for name in ("key", "label", "text")} for one in found["blocks"]]
        return Copied(str(found["problem"]), int(found["count"]), pages, blocks)
    except (ValueError, KeyError, TypeError):
        return Copied(UNREADABLE)


def _words(found: Any) -> list[list[Any]]:
    return [[str(text), *(int(edge) for edge in (x0, y0, x1, y1))] for text, x0, y0, x1, y1 in found]
