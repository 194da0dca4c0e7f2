"""Look into the documents of a file from another school and seal what is taken, each with the key of the child."""

from collections.abc import Callable
from itertools import batched

from safeguarding.audit.context import actors_transaction
from safeguarding.concerns.importing.entries import FilePaper, papers_in, who_in
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierUpload
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads.looking import look_into
from safeguarding.uploads.services.keeping import tidy_name

from .here import files_there
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
        there = files_there(batch, [child])
    key = key_of(child, "children.child", Subject.child(child))
    papers = enumerate(papers_in(entries, uploaded(batch, EarlierUpload.What.PAPERS)), 1)
    for some in batched(papers, AT_ONCE):
        rows = []
        for number, paper in some:
            row = EarlierPdf(batch=batch, school_id=batch.school_id, number=number, child_id=child)
            row.name, row.readers, row.size = tidy_name(paper.name), paper.readers, len(paper.content)
            row.kind = Kind.HERE if (child, row.name, row.size) in there else Kind.FILE
            if row.kind == Kind.FILE:
                _look(row, paper, key)
            rows.append(row)
        with actors_transaction():
            may_go_on(len(rows))
            for row in rows:
                row.save(force_insert=True)


def _look(row: EarlierPdf, paper: FilePaper, key: files.Key) -> None:
    """What is found in it; what is taken is sealed in the store, so that a row never lacks its file."""
    looked = look_into(row.name, paper.content)
    if looked.kind is None:
        row.kind, row.problem, row.found = Kind.BAD, "not_taken", looked.problem[:300]
        return
    row.file_kind, row.is_active = looked.kind.key, looked.is_active
    row.stored = files.keep(paper.content, key=key)
    row.pictures = [files.keep(picture, key=key) for picture in looked.pictures]
