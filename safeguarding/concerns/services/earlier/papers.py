"""Look into the documents of a file from another school and seal what is taken, each with the key of the child."""

from collections.abc import Callable, Sequence
from itertools import batched
from uuid import UUID

from safeguarding.audit.context import actors_transaction
from safeguarding.concerns.importing.entries import FilePaper, papers_in, who_in
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierUpload
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FileGone
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads.looking import look_into
from safeguarding.uploads.services.keeping import tidy_name

from .here import stored_there
from .matching import Register
from .packed import AT_ONCE
from .starting import uploaded

Kind = EarlierPdf.Kind


def read_papers(batch: EarlierBatch, register: Register, *, may_go_on: Callable[[int], None]) -> None:
    """Each document as a row on its way in; of a child who is not found none.

    `may_go_on` is told how many there are in each transaction, and may raise.
    """
    if not batch.summary.get("papers"):
        return
    entries = uploaded(batch, EarlierUpload.What.ENTRIES)
    child, _ = register.find(who_in(entries))
    if child is None:
        return
    with actors_transaction():
        there = stored_there(batch, child)
    key = key_of(child, "children.child", Subject.child(child))
    papers = enumerate(papers_in(entries, uploaded(batch, EarlierUpload.What.PAPERS)), 1)
    for some in batched(papers, AT_ONCE):
        rows = []
        for number, paper in some:
            row = EarlierPdf(batch=batch, school_id=batch.school_id, number=number, child_id=child)
            row.name, row.readers, row.size = tidy_name(paper.name), paper.readers, len(paper.content)
            row.kind = Kind.HERE if _is_here(there.get((row.name, row.size), ()), paper, child) else Kind.FILE
            if row.kind == Kind.FILE:
                _look(row, paper, key)
            rows.append(row)
        with actors_transaction():
            may_go_on(len(rows))
            for row in rows:
                row.save(force_insert=True)


def _is_here(stored: Sequence[str], paper: FilePaper, child: UUID) -> bool:
    """Whether the same document stands there, or was taken out. Each file numbers its documents by itself, so that the
    name and the size of two may be the same.
    """
    if not stored:
        return False
    with actors_transaction():
        return any(not name or _content(name, child) == paper.content for name in stored)


def _content(name: str, child: UUID) -> bytes:
    try:
        return b"".join(files.read(name, record=child))
    except FileGone:
        return b""


def _look(row: EarlierPdf, paper: FilePaper, key: files.Key) -> None:
    """What is found in it; what is taken is sealed in the store, so that a row never lacks its file."""
    looked = look_into(row.name, paper.content)
    if looked.kind is None:
        row.kind, row.problem, row.found = Kind.BAD, "not_taken", looked.problem[:300]
        return
    row.file_kind, row.is_active = looked.kind.key, looked.is_active
    row.stored = files.keep(paper.content, key=key)
    row.pictures = [files.keep(picture, key=key) for picture in looked.pictures]
