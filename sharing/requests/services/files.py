"""What does a file show, as an item has it: pages with the words on them, or texts? And its bytes, sealed for the case.

A picture of a page is drawn from these bytes when somebody looks at it; they themselves never go out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.apps import apps

from safeguarding.keys import uuid7
from safeguarding.parts import Block, Key
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import Destroyed, FileGone, KeyProblem
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from safeguarding.uploads import copies
from safeguarding.uploads.contents import MOST_AT_ONCE
from safeguarding.uploads.kinds import KINDS, Kind
from safeguarding.uploads.models import StoredFile
from sharing.requests.models import RequestFile, RequestItem, RightsRequest

Without = RequestItem.Without
_READ = (StoredFile.Scan.CLEAN, StoredFile.Scan.NOT_SCANNED)
GONE = "It cannot be opened: it is not in the store of files any more. Tell whoever looks after Harbour at your school."
# A photograph has no name of its own, and is always of this kind.
_PHOTOGRAPH, _NAME = "jpeg", "Photograph.jpg"


@dataclass(frozen=True)
class Found:
    """A file that belongs to a record: `without` says why it is not copied; empty where it is."""

    key: Key
    name: str
    kind: Kind
    is_active: bool
    stored: str
    owner: UUID
    author_id: UUID
    scan: str
    scanned_at: datetime | None
    signatures: int | None
    without: str

    def read(self) -> bytes:
        """Its bytes. Raises what `files.read` raises."""
        return b"".join(files.read(self.stored, record=self.owner))


@dataclass(frozen=True)
class Copy:
    """What a file shows. `without` says why it shows nothing, `why` the same in a sentence for its reviewer."""

    blocks: tuple[dict[str, str], ...] = ()
    pages: tuple[dict[str, Any], ...] = ()
    without: str = ""
    why: str = ""


def files_of(blocks: Iterable[Block]) -> Mapping[Key, Found]:
    """The files that these records are, whether or not they may be opened: one query for each kind of them."""
    wanted: defaultdict[str, list[UUID]] = defaultdict(list)
    for block in blocks:
        if block.files or issubclass(apps.get_model(block.record.label), StoredFile):
            wanted[block.record.label].append(block.record.key)
    return {
        Key(label, row.pk): _found(label, row)
        for label, keys in wanted.items()
        for row in apps.get_model(label)._default_manager.filter(pk__in=keys)
    }


def _found(label: str, row: Any) -> Found:
    of_photograph = not isinstance(row, StoredFile)
    without = "" if of_photograph else without_of(row)
    return Found(
        key=Key(label, row.pk),
        name=_NAME if of_photograph else row.name,
        kind=KINDS[_PHOTOGRAPH if of_photograph else row.kind],
        is_active=getattr(row, "is_active", False),
        stored=row.stored,
        owner=record_of(row)[0],
        author_id=row.added_by_id if of_photograph else row.author_id,
        scan=getattr(row, "scan", StoredFile.Scan.NOT_SCANNED),
        scanned_at=getattr(row, "scanned_at", None),
        signatures=getattr(row, "signatures", None),
        without=without,
    )


def without_of(row: StoredFile) -> str:
    """Why a file is not copied; empty where it is."""
    if row.is_withheld or row.removed_at or not row.stored:
        return Without.WITHHELD_FILE
    return "" if row.scan in _READ else Without.NOT_SCANNED


def copy(kind: Kind, content: bytes) -> Copy:
    """What a file of this kind shows: all of its pages, ten at a time, or its texts."""
    if copies.is_drawn(kind):
        return _pages(kind, content)
    if kind.key not in copies.TEXTS:
        return Copy(without=Without.NOT_COPIED)
    read = copies.read_texts(kind, content)
    if read.problem:
        return Copy(without=Without.UNREADABLE, why=read.problem)
    return Copy(blocks=tuple(read.blocks))


def _pages(kind: Kind, content: bytes) -> Copy:
    """Its pages; of a file of which one cannot be drawn, none: what is not there would not be missed."""
    blocks: list[dict[str, str]] = []
    pages: list[dict[str, Any]] = []
    first, count = 1, 1
    while first <= count:
        drawn = copies.draw(kind, content, first=first, last=first + MOST_AT_ONCE - 1)
        if drawn.problem or not drawn.pages:
            return Copy(without=Without.UNREADABLE, why=drawn.problem or copies.UNREADABLE)
        blocks += drawn.blocks
        pages += [{"n": page.n, "words": page.words} for page in drawn.pages]
        first, count = first + len(drawn.pages), drawn.count
    return Copy(tuple(blocks), tuple(pages))


def copied(found: Found) -> tuple[Copy, bytes]:
    """What a file of a record shows, and its bytes. Raises `FilesAway` and `KeysAway`, which pass."""
    try:
        content = found.read()
    except (FileGone, Destroyed, KeyProblem):
        return Copy(without=Without.UNREADABLE, why=GONE), b""
    return copy(found.kind, content), content


def sealed_again(case: RightsRequest, item_id: UUID, found: Found, content: bytes, *, at: datetime) -> RequestFile:
    """A file of a record as one of the case, under the key of the case: in the store, and its row not saved yet.

    It has the same token whenever the same is made, so that it is there once. Raises `FilesAway`, `KeysAway`.
    """
    row = RequestFile(
        id=uuid7(),
        case=case,
        school_id=case.school_id,
        item_id=item_id,
        author_id=found.author_id,
        token=uuid5(case.pk, f"{found.key.label} {found.key.key}"),
        name=found.name,
        kind=found.kind.key,
        size=len(content),
        is_active=found.is_active,
        scan=found.scan,
        scanned_at=found.scanned_at,
        signatures=found.signatures,
        attached_at=at,
    )
    owner, kind = record_of(row)
    row.stored = files.keep(content, key=key_of(owner, kind, first_subject(row)))
    return row
