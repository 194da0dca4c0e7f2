"""A file as a school would make it: one record, two documents, a signature, words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from io import BytesIO
from uuid import UUID

import pikepdf

from safeguarding.audit.seals.notes import Signer
from sharing.transfer_file.containers import Content, bind
from sharing.transfer_file.opening import whole_line
from sharing.transfer_file.record import FileChild, FileEntry, FileRecord, FileSchool

WORDS = "abcde-fghjk-mnpqr-stuvw-xyz23"
SIGNER = Signer.make("harbour/0123456789abcdef")
DOCUMENTS = {"0001 Letter.txt": b"As it came.", "0002 Plan.txt": b"The plan. " * 50}


def entry(number: int = 1, **other: object) -> FileEntry:
    made = FileEntry(
        key=UUID(int=number),
        kind="Concern",
        title=f"Concern C-2026-{number:04d}",
        happened=date(2026, 9, 3),
        clock=time(9, 30),
        written_by="Jon Beckett",
        texts=(("What was seen", "She came without a coat.\nAgain."),),
        documents=(),
        is_restricted=False,
        is_adoption=False,
        came_from="",
    )
    return replace(made, **other)  # type: ignore[arg-type]


def record(*entries: FileEntry, **other: object) -> FileRecord:
    made = FileRecord(
        file=UUID(int=7),
        child=FileChild("A999912345678", "Rowan", "Ashdown", "", date(2015, 4, 1)),
        sent_from=FileSchool("Saltmarsh Lane Primary School", "100001", "999", "2001"),
        sent_to="Whitmoor High School",
        made_on=date(2026, 12, 18),
        entries=entries or (entry(1, documents=tuple(DOCUMENTS)), entry(2)),
        is_addition=False,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def pages(text: str = "page", count: int = 1) -> bytes:
    """A PDF that says something different for each text."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        for number in range(count):
            pdf.add_blank_page(page_size=(200, 200))
            pdf.pages[-1].Contents = pdf.make_stream(f"% {text} {number}\n0 0 10 10 re f".encode())
        pdf.save(out)
    return out.getvalue()


def volumes(
    said: FileRecord | None = None, documents: Mapping[str, bytes] = DOCUMENTS, *, signer: Signer = SIGNER
) -> list[bytes]:
    """Two volumes: the first document lies in the first, the others in the second."""
    names = list(documents)
    kept = [Content(pages(str(number)), {name: _reads(documents[name]) for name in some}) for number, some in
            enumerate((names[:1], names[1:]))]  # fmt: skip
    return list(bind(said or record(), kept, words=WORDS, signer=signer).volumes)


def _reads(content: bytes) -> Callable[[], bytes]:
    return lambda: content


def relocked(content: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """A volume that somebody who has its words has changed and closed again."""
    out = BytesIO()
    with pikepdf.open(BytesIO(content), password=WORDS) as pdf:
        change(pdf)
        pdf.save(out, encryption=pikepdf.Encryption(user=WORDS, owner="owner", R=6))
    return out.getvalue() + whole_line(out.getvalue())
