"""`record.json`: what a file says of a child, entry by entry, so that the next school need not type it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from .json_text import BadFile, Fields, read, written

FORMAT = "harbour-file/1"
NAME = "record.json"
# How much one file may say. Harbour's own longest record has some 3,000 entries.
ENTRIES, TEXTS, DOCUMENTS = 20_000, 400, 1_000
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT = 200, 500, 400_000


@dataclass(frozen=True, slots=True)
class FileChild:
    """The child as the sending school knows it. `upn` and `known_as` may be empty."""

    upn: str
    legal_first: str
    legal_last: str
    known_as: str
    date_of_birth: date | None


@dataclass(frozen=True, slots=True)
class FileSchool:
    """The sending school: its URN, and the number of its authority and of the establishment, each or empty."""

    name: str
    urn: str
    authority: str
    establishment: str


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One record as the file tells it: the same words as on the pages.

    `kind` is the title of the block, such as “Concern”. `documents` are names of attachments of the file. `came_from`
    is the earlier school or system that it came from, or empty. `key` names the same record in every later addition.
    """

    key: UUID
    kind: str
    title: str
    happened: date | None
    clock: time | None
    written_by: str
    texts: tuple[tuple[str, str], ...]
    documents: tuple[str, ...]
    is_restricted: bool
    is_adoption: bool
    came_from: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a whole file says. An addition holds what was not in the file that was sent before."""

    file: UUID
    child: FileChild
    sent_from: FileSchool
    sent_to: str
    made_on: date
    entries: tuple[FileEntry, ...]
    is_addition: bool

    def to_json(self) -> bytes:
        """The content of `record.json`."""
        return written(
            {
                "format": FORMAT,
                "file": str(self.file),
                "is_addition": self.is_addition,
                "made_on": self.made_on.isoformat(),
                "sent_from": {
                    "name": self.sent_from.name,
                    "urn": self.sent_from.urn,
                    "authority": self.sent_from.authority,
                    "establishment": self.sent_from.establishment,
                },
                "sent_to": self.sent_to,
                "child": {
                    "upn": self.child.upn,
                    "legal_first": self.child.legal_first,
                    "legal_last": self.child.legal_last,
                    "known_as": self.child.known_as,
                    "date_of_birth": _iso(self.child.date_of_birth),
                },
                "entries": [_entry_json(entry) for entry in self.entries],
            }
        )

    @classmethod
    def from_json(cls, content: bytes) -> "FileRecord":
        """What `to_json` wrote. Raises `BadFile`."""
        fields = read(content, NAME)
        ensure_format(fields)
        found = cls(
            file=fields.key("file"),
            is_addition=fields.flag("is_addition"),
            made_on=fields.day("made_on"),
            sent_from=_school(fields.inner("sent_from")),
            sent_to=fields.line("sent_to", LONGEST_NAME),
            child=_child(fields.inner("child")),
            entries=tuple(_entries(fields)),
        )
        fields.done()
        if len({entry.key for entry in found.entries}) != len(found.entries):
            raise BadFile(
                "Two entries in record.json have the same key. Ask the school that sent it to make the file again."
            )
        return found


def ensure_format(fields: Fields) -> None:
    """Refuse a format of another kind or a later version. Raises `BadFile`."""
    if (found := fields.line("format", 40)) != FORMAT:
        raise BadFile(f"This file is written as “{found}”. Harbour reads “{FORMAT}” alone.")


def _iso(value: date | time | None) -> str | None:
    return None if value is None else value.isoformat()


def _entry_json(entry: FileEntry) -> dict[str, Any]:
    return {
        "key": str(entry.key),
        "kind": entry.kind,
        "title": entry.title,
        "happened": _iso(entry.happened),
        "clock": _iso(entry.clock),
        "written_by": entry.written_by,
        "texts": [{"label": label, "text": text} for label, text in entry.texts],
        "documents": list(entry.documents),
        "is_restricted": entry.is_restricted,
        "is_adoption": entry.is_adoption,
        "came_from": entry.came_from,
    }


def _school(fields: Fields) -> FileSchool:
    found = FileSchool(
        name=fields.line("name", LONGEST_NAME, may_be_empty=False),
        urn=fields.line("urn", 10),
        authority=fields.line("authority", 10),
        establishment=fields.line("establishment", 10),
    )
    fields.done()
    return found


def _child(fields: Fields) -> FileChild:
    found = FileChild(
        upn=fields.line("upn", 20),
        legal_first=fields.line("legal_first", LONGEST_NAME, may_be_empty=False),
        legal_last=fields.line("legal_last", LONGEST_NAME),
        known_as=fields.line("known_as", LONGEST_NAME),
        date_of_birth=fields.day_if_known("date_of_birth"),
    )
    fields.done()
    return found


def _entries(fields: Fields) -> Iterator[FileEntry]:
    for one in fields.objects("entries", ENTRIES):
        found = FileEntry(
            key=one.key("key"),
            kind=one.line("kind", LONGEST_NAME, may_be_empty=False),
            title=one.line("title", LONGEST_TITLE),
            happened=one.day_if_known("happened"),
            clock=one.clock_if_known("clock"),
            written_by=one.line("written_by", LONGEST_NAME),
            texts=tuple(_texts(one)),
            documents=one.lines("documents", most=DOCUMENTS, longest=LONGEST_NAME),
            is_restricted=one.flag("is_restricted"),
            is_adoption=one.flag("is_adoption"),
            came_from=one.line("came_from", LONGEST_NAME),
        )
        one.done()
        yield found


def _texts(fields: Fields) -> Iterator[tuple[str, str]]:
    for one in fields.objects("texts", TEXTS):
        pair = one.line("label", LONGEST_TITLE), one.text("text", LONGEST_TEXT)
        one.done()
        yield pair
