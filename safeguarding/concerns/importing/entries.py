"""What does the file of one child say that another school has sent? Its entries and its documents.

Whoever opened the file has checked it, and says here what it holds. No column has to be told: an entry says itself what
it is, and who reads it.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from io import BytesIO
from typing import Any

from .said import Said


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry. `reference` names the same entry in every file of that school; `readers` is one of `Readers`."""

    reference: str
    on: date
    at: time | None
    author: str
    category: str
    details: str
    more: Sequence[tuple[str, str]] = ()
    readers: str = ""


@dataclass(frozen=True, slots=True)
class FilePaper:
    """A document as it was attached there."""

    name: str
    content: bytes
    readers: str = ""


@dataclass(frozen=True, slots=True)
class FileOfChild:
    """The file of one child. `who` are the facts by which the child is found: `upn`, `forename`, `surname`, `born`."""

    who: Mapping[str, str]
    entries: Sequence[FileEntry]
    papers: Sequence[FilePaper] = ()

    def as_json(self) -> bytes:
        """The child, the entries and what the documents are called, as they wait until they are read."""
        entries = [
            {
                "facts": _facts(entry),
                "more": [list(one) for one in entry.more],
                "readers": entry.readers,
            }
            for entry in self.entries
        ]
        papers = [{"name": paper.name, "readers": paper.readers} for paper in self.papers]
        return json.dumps({"who": dict(self.who), "entries": entries, "papers": papers}).encode()

    def as_zip(self) -> bytes:
        """The documents, each under its number; nothing where there are none."""
        if not self.papers:
            return b""
        content = BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as packed:
            for number, paper in enumerate(self.papers, 1):
                packed.writestr(str(number), paper.content)
        return content.getvalue()


def entries_in(content: bytes) -> Iterator[Said]:
    """The entries that `as_json` wrote, each as a row that says which child it is about."""
    found = json.loads(content)
    for number, entry in enumerate(found["entries"], 1):
        yield Said(
            number,
            {**found["who"], **entry["facts"]},
            [list(one) for one in entry["more"]],
            readers=entry["readers"],
        )


def papers_in(content: bytes, packed: bytes) -> Iterator[FilePaper]:
    """The documents that `as_zip` packed."""
    names: list[dict[str, Any]] = json.loads(content)["papers"]
    if not names:
        return
    with zipfile.ZipFile(BytesIO(packed)) as found:
        for number, one in enumerate(names, 1):
            yield FilePaper(one["name"], found.read(str(number)), one["readers"])


def who_in(content: bytes) -> dict[str, str]:
    """By what the child is found."""
    who: dict[str, str] = json.loads(content)["who"]
    return who


def _facts(entry: FileEntry) -> dict[str, str]:
    facts = {
        "reference": entry.reference,
        "on": entry.on.isoformat(),
        "at": entry.at.isoformat("minutes") if entry.at else "",
        "author": entry.author,
        "category": entry.category,
        "details": entry.details,
    }
    return _filled(facts.items())


def _filled(facts: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: text for name, text in facts if text}
