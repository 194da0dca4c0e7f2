"""Compose the file of a child from its records: entries in sections, with other children and secret addresses left out,
and the documents that belong to them.

What the pages print and what `record.json` says is the same, word for word.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from itertools import count, pairwise
from typing import Any, cast
from uuid import UUID, uuid5

from django.apps import apps
from django.utils import timezone

from children.models import Child, ChildDetail, Photograph
from children.names.instead import LeftOut, always
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.concerns.entries.apart import LINES
from safeguarding.concerns.entries.concern import first_sentence
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.concerns.told import linked
from safeguarding.exceptions import BadInput
from safeguarding.http import Request
from safeguarding.parts import Block, Key, Text, title_of
from safeguarding.sealing import files
from safeguarding.sealing.subjects import record_of
from safeguarding.uploads.kinds import KINDS
from sharing.events.services.bars import address_parts, homes_told, secret_homes
from sharing.events.services.choosing import concerns_behind, for_leads
from sharing.events.services.naming import Naming
from sharing.events.services.naming_adults import UNNAMED, unnamed
from sharing.transfer_file.record import (
    DOCUMENTS,
    LONGEST_NAME,
    FileChild,
    FileEntry,
    FileRecord,
    FileSchool,
)
from sharing.transfers.models import FileSending

NOT_TOLD = "address not told"
ADDRESS = (
    "An address that nobody outside may be told would still stand in this file. Somebody who sees that home has to "
    "build it, or it goes by a decision to share"
)
TOO_MANY = f"More than {DOCUMENTS:,} documents belong to this file. Hand some of them over by a decision of their own"
_BETWEEN = " zqx9xqz "
# A text of so many letters says what is the case, and nothing of what happened.
LISTED = 60
_CONCERN = "concerns.concern"
_EARLIER = ("concerns.earlierrecord", "concerns.earlierfile")
# Who wrote a record, by the label under which it says so: the first that it has.
_WRITERS = (
    "Who wrote it", "Author", "Logged by", "Recorded by", "Asked by", "Added by", "Created by", "Made by", "Called by",
    "Started by", "Sent by", "Decided by", "Closed by", "Said by", "Pinned by", "Ruled by", "Proposed by",
    "By",
)  # fmt: skip
_CAME_FROM = "The earlier system or school"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")
# What a name inside the file has before its own, and as much as it may have beyond.
_NUMBERED = "{:04d} {}"
_LONGEST_INSIDE = 150


@dataclass(frozen=True)
class Document:
    """A document of the file, as it came: its bytes are read when they are put in."""

    name: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Numbered:
    """An entry with the number that it has in the index and on its page."""

    number: int
    entry: FileEntry

    @property
    def begins(self) -> str:
        """The first sentence of what was written at length, for the chronology; empty where there is none."""
        return next((first_sentence(text) for _, text in self.entry.texts if len(text) > LISTED), "")


@dataclass(frozen=True)
class Section:
    """Entries of one kind, in the order of their pages."""

    title: str
    entries: tuple[Numbered, ...]


@dataclass(frozen=True)
class Composed:
    """A file before it is printed."""

    record: FileRecord
    sections: tuple[Section, ...]
    documents: Mapping[str, Document]


@dataclass(frozen=True)
class _About:
    """What the names of a file hang on: it names no other child, and nothing is typed to be taken out."""

    child: Child
    school_id: UUID
    concerns: Collection[UUID]
    named: Collection[str] = ()
    take_out: str = ""


@dataclass
class _Facts:
    """What is asked for all entries at once."""

    naming: Callable[[str], str]
    tell: Callable[[Text], str]
    # Its own reference beside what hangs on a concern; and the records that hang on one which few may read.
    references: Mapping[UUID, str]
    restricted: frozenset[Key]
    # By the key of the row that names the child in a concern which its file does not tell whole.
    lines: Mapping[UUID, tuple[str, datetime | None]]
    documents: dict[Key, Document] = field(default_factory=dict)


def compose(asks: Asks, sending: FileSending, child: Child, blocks: Sequence[Block], *, on: date) -> Composed:
    """The file of these records. Raises `BadInput` for what is more than a file may hold; what `files.read` raises."""
    behind = concerns_behind(blocks)
    rows = _rows_of_files(asks, blocks)
    raw = [text.text for block in blocks for text in block.texts] + [_name_of(row) for row in rows.values()]
    about = _About(child, sending.school_id, {key for keys in behind.values() for key in keys})
    naming = Naming(asks, about, [*raw, *(block.title for block in blocks)])
    children = {child.pk, *(other.child.pk for other in naming.others)}
    secret = _secrets(asks, children)
    concerns = {concern.pk: concern for concern in visible(asks, Concern).filter(pk__in=about.concerns)}
    facts = _Facts(
        naming=lambda text: secret(naming(text)),
        tell=lambda text: secret(naming.tell(text)),
        references={key: concern.reference for key, concern in concerns.items()},
        restricted=_restricted(concerns, behind) | for_leads(asks, blocks),
        lines=_lines(asks, child),
    )
    facts.documents = _documents(facts, blocks, rows)
    sections = _told(facts, blocks)
    record = FileRecord(
        file=sending.pk,
        child=_child(asks, child),
        sent_from=_school(sending),
        sent_to=sending.transfer.destination,
        made_on=on,
        entries=tuple(one.entry for section in sections for one in section.entries),
        is_addition=sending.is_addition,
    )
    _ensure_no_home(asks, record, children)
    _ensure_named(asks, naming, blocks, record.entries)
    # Refused here, and not at the next school.
    FileRecord.from_json(record.to_json())
    documents = {document.name: document for document in facts.documents.values()}
    return Composed(record, tuple(sections), documents)


def _told(facts: _Facts, blocks: Sequence[Block]) -> list[Section]:
    """Every record as an entry, numbered through all sections."""
    numbers, sections = count(1), []
    for title, some in _in_sections(blocks):
        sections.append(Section(title, tuple(Numbered(next(numbers), _entry(facts, block)) for block in some)))
    return sections


def _entry(facts: _Facts, block: Block) -> FileEntry:
    title, moment, is_timed = block.title, block.moment, block.is_timed
    if block.record.key in facts.lines:
        title, happened = facts.lines[block.record.key]
        moment, is_timed = happened or moment, happened is None and is_timed
    if block.record != block.right and (of := facts.references.get(block.right.key)):
        title = f"{title}: {of}"
    local = timezone.localtime(moment) if moment else None
    texts = tuple((facts.naming(text.label), facts.tell(text)) for text in block.texts)
    said = dict(reversed(texts))
    return FileEntry(
        key=entry_key(block),
        kind=title_of(block.record.label),
        title=_line(facts.naming(title)),
        happened=local.date() if local else None,
        clock=_minute(local) if local and is_timed else None,
        written_by=_line(next((said[label] for label in _WRITERS if label in said), "")),
        texts=texts,
        documents=tuple(facts.documents[key].name for key in block.files if key in facts.documents),
        is_restricted=block.record in facts.restricted,
        # An adoption is told nowhere (`plans/parts.py`).
        is_adoption=False,
        came_from=_line(said.get(_CAME_FROM, "")) if block.record.label in _EARLIER else "",
    )


def entry_key(block: Block) -> UUID:
    """The key of an entry: that of its record, and one of its own where that is the key of the child itself."""
    label, key = block.record
    return uuid5(key, label) if apps.get_model(label)._meta.pk.is_relation else key


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NAME]


def _minute(moment: datetime) -> time:
    return time(moment.hour, moment.minute)


def _restricted(concerns: Mapping[UUID, Concern], behind: Mapping[Key, Collection[UUID]]) -> frozenset[Key]:
    """The records that hang on a concern which few may read."""
    shut = {key for key, concern in concerns.items() if concern.restricted_at is not None}
    return frozenset(record for record, keys in behind.items() if not shut.isdisjoint(keys))


def _lines(asks: Asks, child: Child) -> dict[UUID, tuple[str, datetime | None]]:
    """What the child's own file calls a concern that it does not tell whole, and when that happened."""
    found = {one.key: one.moment for one in linked(cast(Request, asks), [child])}
    roles = visible(asks, ConcernChild).filter(pk__in=list(found)).values_list("pk", "role")
    return {key: (LINES[ConcernChild.Role(role)], found[key]) for key, role in roles}


# --- in which order


def _in_sections(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """Family first, then every concern with what hangs on it, then the rest by kind; the oldest first."""
    found: dict[str, list[Block]] = {title: [] for title, _ in _SECTIONS}
    for block in blocks:
        found[next(title for title, holds in _SECTIONS if holds(block))].append(block)
    began = {
        block.right.key: _when(block)
        for block in blocks
        if block.record == block.right and block.right.label == _CONCERN
    }
    for title, some in found.items():
        if title == _OF_CONCERNS:
            some.sort(key=lambda one: (began.get(one.right.key, _when(one)), one.right.key))
        elif title != _OF_FAMILY:
            some.sort(key=lambda one: (_when(one), one.record.key))
    return [(title, some) for title, some in found.items() if some]


def _when(block: Block) -> float:
    return block.moment.timestamp() if block.moment else 0.0


def _labelled(*begins: str) -> Callable[[Block], bool]:
    return lambda block: block.record.label.startswith(begins)


_OF_FAMILY, _OF_CONCERNS = "The child and the family", "Concerns"
_SECTIONS: tuple[tuple[str, Callable[[Block], bool]], ...] = (
    (_OF_FAMILY, _labelled("children.")),
    (_OF_CONCERNS, lambda block: block.right.label == _CONCERN),
    ("Records of earlier schools and systems", _labelled(*_EARLIER)),
    ("What else was written", _labelled("concerns.")),
    ("Attendance", _labelled("plans.attendanceday")),
    ("Plans, their dates and people", _labelled("plans.")),
    ("Consents, and what was shared before", _labelled("sharing.")),
    ("Other records", lambda block: True),
)


# --- what is left out


def _secrets(asks: Asks, children: Collection[UUID]) -> LeftOut:
    """Takes out the homes that nobody outside may be told of, however their letters and figures are divided."""
    parts = {part for home in secret_homes(asks, children) for part in address_parts(home)}
    return LeftOut([(_divided(parts), always(NOT_TOLD))])


def _divided(parts: Collection[str]) -> re.Pattern[str]:
    """Any of these, with anything but letters and figures between theirs. The longest first."""
    some = "|".join(r"[\W_]*".join(map(re.escape, part)) for part in sorted(parts, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{some or '(?!)'})(?!\w)", re.IGNORECASE)


def _ensure_no_home(asks: Asks, record: FileRecord, children: Collection[UUID]) -> None:
    """Refuse a file that still says where such a home is: one that its builder does not see is not taken out.

    Asked once for all texts, with letters between them: the end of one and the beginning of the next make no address.
    """
    said = [
        part
        for one in record.entries
        for part in (one.title, one.written_by, *one.documents, *(part for text in one.texts for part in text))
    ]
    if homes_told(asks, _BETWEEN.join(said), children):
        raise BadInput(f"{ADDRESS}.")


def _ensure_named(asks: Asks, naming: Naming, blocks: Iterable[Block], entries: Iterable[FileEntry]) -> None:
    """Refuse a file that tells of an order, or of parental responsibility, and not whose it is."""
    said = {entry.key: "\n".join(text for _, text in entry.texts) for entry in entries}
    told = {block.record: said[entry_key(block)] for block in blocks}
    if unnamed(asks, naming.own_adults, told, naming.is_taken_out):
        raise BadInput(f"{UNNAMED}.")


# --- documents


def _rows_of_files(asks: Asks, blocks: Iterable[Block]) -> dict[Key, Any]:
    """The files that belong to these records and go with them: one query a kind."""
    by_label: dict[str, list[UUID]] = {}
    for key in (key for block in blocks for key in block.files):
        by_label.setdefault(key.label, []).append(key.key)
    found = {}
    for label, keys in by_label.items():
        for row in visible(asks, apps.get_model(label)).filter(pk__in=keys):
            if _goes(row):
                found[Key(label, row.pk)] = row
    return found


def _goes(row: Any) -> bool:
    """Of photographs the one by which the school knows the child: consent to publish was given to this school alone."""
    return not isinstance(row, Photograph) or (row.use == Photograph.Use.IDENTIFICATION and row.ended_at is None)


def _name_of(row: Any) -> str:
    return str(getattr(row, "name", "") or "Photograph.jpg")


def _documents(facts: _Facts, blocks: Iterable[Block], rows: Mapping[Key, Any]) -> dict[Key, Document]:
    keys = list(dict.fromkeys(key for block in blocks for key in block.files if key in rows))
    if len(keys) > DOCUMENTS:
        raise BadInput(f"{TOO_MANY}.")
    made = {}
    for number, key in enumerate(keys, 1):
        row = rows[key]
        read = partial(_content, row.stored, record_of(row)[0])
        size = getattr(row, "size", None)
        name = _NUMBERED.format(number, _inside(facts.naming(_name_of(row)), row))
        made[key] = Document(name, len(read()) if size is None else size, read)
    return made


def _inside(name: str, row: Any) -> str:
    """A name that any computer takes, with the end that its kind has."""
    stem, dot, end = _UNSAFE.sub(" ", name).rpartition(".")
    ends = KINDS[row.kind].extensions if getattr(row, "kind", "") in KINDS else ("jpg",)
    if not dot or end.lower() not in ends:
        stem, end = _UNSAFE.sub(" ", name), ends[0]
    return f"{' '.join(stem.split())[:_LONGEST_INSIDE]}.{end.lower()}"


def _content(stored: str, record: UUID) -> bytes:
    return b"".join(files.read(stored, record=record))


# --- whose it is


def _child(asks: Asks, child: Child) -> FileChild:
    detail = visible(asks, ChildDetail).filter(child=child).first()
    return FileChild(
        upn=detail.upn if detail else "",
        legal_first=child.forename,
        legal_last=child.surname,
        known_as=child.known_as,
        date_of_birth=detail.date_of_birth if detail else None,
    )


def _school(sending: FileSending) -> FileSchool:
    school = sending.school
    return FileSchool(school.name, school.urn, school.local_authority, school.establishment)


def dated(sections: Iterable[Section]) -> list[Numbered]:
    """The chronology: every entry that has a day, the oldest first."""
    found = [one for section in sections for one in section.entries if one.entry.happened]
    return sorted(found, key=lambda one: (one.entry.happened, one.entry.clock or time(), one.number))


def runs(entries: Sequence[Numbered]) -> list[list[Numbered]]:
    """Entries of one kind that follow each other, such as days of attendance."""
    found: list[list[Numbered]] = [[entries[0]]] if entries else []
    for before, one in pairwise(entries):
        if one.entry.kind == before.entry.kind:
            found[-1].append(one)
        else:
            found.append([one])
    return found
