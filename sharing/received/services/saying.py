"""What do the entries of another school's file say on the record here? Its words, where each is from, and who reads
them.
"""

from collections.abc import Iterator

from safeguarding.concerns.importing.entries import FileEntry as Entry
from safeguarding.concerns.importing.entries import FileOfChild, FilePaper
from safeguarding.concerns.models.earlier import Readers
from sharing.transfer_file.containers import File
from sharing.transfer_file.record import FileChild, FileEntry, FileRecord

_UNDATED = "Its date is not known. It stands at the day on which the file was made."


def as_batch(file: File) -> FileOfChild:
    """The file as an earlier batch takes it."""
    record = file.record
    return FileOfChild(
        who_of(record.child), [_entry(entry, record) for entry in record.entries], list(_papers(record, file))
    )


def who_of(child: FileChild) -> dict[str, str]:
    """By what the child is found here."""
    found = {
        "upn": child.upn.replace(" ", "").upper(),
        "forename": child.legal_first,
        "surname": child.legal_last,
        "born": child.date_of_birth.isoformat() if child.date_of_birth else "",
    }
    return {name: text for name, text in found.items() if text}


def _entry(entry: FileEntry, record: FileRecord) -> Entry:
    return Entry(
        reference=str(entry.key),
        on=entry.happened or record.made_on,
        at=entry.clock if entry.happened else None,
        author=entry.written_by,
        category=_category(entry),
        details=_details(entry),
        more=list(_more(entry)),
        readers=_readers(entry),
    )


def _category(entry: FileEntry) -> str:
    return f"{entry.kind}: {entry.title}" if entry.title and entry.title != entry.kind else entry.kind


def _details(entry: FileEntry) -> str:
    """Its texts below each other, each under its label where there are several."""
    if not entry.texts:
        return entry.title or entry.kind
    if len(entry.texts) == 1:
        return entry.texts[0][1] or entry.texts[0][0]
    return "\n\n".join(f"{label}\n{text}" if label else text for label, text in entry.texts)


def _more(entry: FileEntry) -> Iterator[tuple[str, str]]:
    if entry.happened is None:
        yield "Date", _UNDATED
    if entry.came_from:
        yield "That school had it from", entry.came_from
    if entry.documents:
        yield "Documents", "\n".join(entry.documents)


def _readers(entry: FileEntry) -> str:
    return str(Readers.LEADS) if entry.is_restricted or entry.is_adoption else ""


def _papers(record: FileRecord, file: File) -> Iterator[FilePaper]:
    """The documents. One that a restricted entry names is as restricted, whatever else names it."""
    for_leads = {name for entry in record.entries if _readers(entry) for name in entry.documents}
    for name, content in sorted(file.documents.items()):
        yield FilePaper(name, content, str(Readers.LEADS) if name in for_leads else "")
