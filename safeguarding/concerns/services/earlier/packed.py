"""Look into the PDFs of a ZIP and seal what is taken, each with the key of its child.

Beside the record: nobody sees them before they are confirmed.
"""

import io
from collections.abc import Callable
from datetime import date
from itertools import batched
from uuid import UUID

from safeguarding.audit.context import actors_transaction
from safeguarding.concerns.importing.zips import Damaged, Meant, Pack, open_pack
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierUpload
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads.looking import Looking
from safeguarding.uploads.services.keeping import tidy_name

from .here import files_there
from .matching import Register
from .starting import uploaded

# Files in one transaction: so often a page sees how far it is, and so few are strays where the worker is stopped.
AT_ONCE = 10
Kind = EarlierPdf.Kind


def read_pack(batch: EarlierBatch, register: Register, *, today: date, may_go_on: Callable[[int], None]) -> None:
    """Each file of the ZIP as a row on its way in.

    `may_go_on` is told how many there are in each transaction, and may raise.
    """
    content = uploaded(batch, EarlierUpload.What.PACK)
    if not content:
        return
    pack = open_pack(io.BytesIO(content), today=today)
    whose = [_child_of(meant, register) for meant in pack.files]
    with actors_transaction():
        there = files_there(batch, {child for child in whose if child})
    seen = set[tuple[UUID, str]]()
    with Looking() as looking:
        numbered = enumerate(zip(pack.files, whose, strict=True), 1)
        for some in batched(numbered, AT_ONCE):
            rows = [_on_its_way(batch, number, meant, child, seen) for number, (meant, child) in some]
            for row, (_, (meant, _child)) in zip(rows, some, strict=True):
                if row.kind == Kind.FILE:
                    _look(row, pack, meant, looking, there)
            with actors_transaction():
                may_go_on(len(rows))
                for row in rows:
                    row.save(force_insert=True)


def _child_of(meant: Meant, register: Register) -> UUID | None:
    """Whose a file is, by its row of the index or by the UPN in its name or folder; where that is not certain, its
    problem.
    """
    if meant.problem:
        return None
    if meant.said is None:
        [number] = meant.upns
        child, meant.problem = register.numbered(number)
        return child
    child, problem = register.find(meant.said.facts)
    meant.problem = "index" if problem else ""
    if child and any(register.numbered(number)[0] not in (None, child) for number in meant.upns):
        child, meant.problem = None, "disagrees"
    return child


def _on_its_way(
    batch: EarlierBatch, number: int, meant: Meant, child: UUID | None, seen: set[tuple[UUID, str]]
) -> EarlierPdf:
    row = EarlierPdf(batch=batch, school_id=batch.school_id, number=number, child_id=child, name=tidy_name(meant.name))
    if child and (child, row.name) in seen:
        meant.problem = "twice"
    elif child:
        seen.add((child, row.name))
    row.problem = meant.problem
    row.kind = Kind.BAD if meant.problem else Kind.FILE
    return row


def _look(row: EarlierPdf, pack: Pack, meant: Meant, looking: Looking, there: set[tuple[UUID, str, int]]) -> None:
    """What is found in it; what is taken is sealed in the store, so that a row never lacks its file."""
    assert row.child_id is not None  # noqa: S101
    try:
        content = pack.content(meant)
    except Damaged:
        row.kind, row.problem = Kind.BAD, "unreadable"
        return
    row.size = len(content)
    if (row.child_id, row.name, row.size) in there:
        row.kind = Kind.HERE
        return
    looked = looking.look_into(row.name, content)
    if looked.kind is None:
        row.kind, row.problem, row.found = Kind.BAD, "not_taken", looked.problem[:300]
        return
    key = key_of(row.child_id, "children.child", Subject.child(row.child_id))
    row.is_active = looked.is_active
    row.stored = files.keep(content, key=key)
    row.pictures = [files.keep(picture, key=key) for picture in looked.pictures]
