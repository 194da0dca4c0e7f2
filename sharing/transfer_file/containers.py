"""The PDF around a file: pages, with the record, the documents, the manifest and its signature attached, under words.

Volumes are written here. They are opened in the sandbox (`opening.py`), and then asked whether they belong together.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import AttachedFileSpec, Name

from safeguarding.audit.seals.notes import PublicKey, Signer
from safeguarding.pdf import encrypted

from . import manifest as manifests
from . import record as records
from . import signing
from .json_text import BadFile
from .manifest import Attached, Manifest, Volume, sha256
from .opening import Opened, pages_digest, whole_line
from .record import FileRecord
from .signing import sign_manifest, verify_manifest

# What signing, the manifest, fonts of the cover and the encryption add to a volume, at most.
_AROUND = 2 * 2**20
ROOM = manifests.LARGEST - _AROUND


@dataclass(frozen=True)
class Content:
    """What one volume is made of: the PDF of its pages, and what reads each document that it holds, by their names.

    So that no more than one volume is ever in memory.
    """

    pages: bytes
    documents: Mapping[str, Callable[[], bytes]]


@dataclass(frozen=True)
class File:
    """A file that was opened and is what was signed: `manifest_digest` is what a receipt confirms."""

    record: FileRecord
    manifest: Manifest
    manifest_digest: str
    key: PublicKey
    documents: Mapping[str, bytes]


@dataclass(frozen=True)
class Bound:
    """A file with its manifest, and its volumes one after the other."""

    manifest: Manifest
    digest: str
    volumes: Iterator[bytes]


def bind(record: FileRecord, contents: Sequence[Content], *, words: str, signer: Signer) -> Bound:
    """A file whose volumes are all opened by the same words. The record lies in the first.

    Raises `BadFile` for a volume that becomes larger than it may be.
    """
    said = record.to_json()
    attached = [Attached.of(records.NAME, said, 1)]
    attached += [
        Attached.of(name, read(), number)
        for number, content in enumerate(contents, 1)
        for name, read in content.documents.items()
    ]
    packed = [_packed(content.pages) for content in contents]
    volumes = tuple(_volume(number, pages) for number, pages in enumerate(packed, 1))
    manifest = Manifest(record.file, volumes, tuple(attached), len(record.entries), signer.public.id.hex())
    listed = manifest.to_json()
    signature = sign_manifest(record.file, sha256(listed), signer).encode()
    every = {manifests.NAME: listed, signing.NAME: signature}

    def locked() -> Iterator[bytes]:
        for place, pages in enumerate(packed):
            own = {} if place else {records.NAME: said}
            documents = {name: read() for name, read in contents[place].documents.items()}
            yield _locked(pages, {**own, **documents, **every}, words)

    return Bound(manifest, sha256(listed), locked())


def pages_of(volume: bytes, words: str) -> bytes:
    """The pages of a volume as they were bound, to be read: without its words, and without what is attached to it."""
    out = BytesIO()
    with pikepdf.open(BytesIO(volume), password=words) as pdf:
        for name in list(pdf.attachments):
            del pdf.attachments[name]
        pdf.save(out, encryption=False)
    return out.getvalue()


def volumes_of(
    sheets: Sequence[int], sizes: Sequence[int], *, cover: int = 1, most: int = manifests.PAGES, room: int = ROOM
) -> list[range]:
    """Which pieces of paper become one volume, by the sheets and the bytes of each, in their order.

    Each volume begins with a `cover` of so many sheets. A piece with more than a volume holds has one of its own.
    """
    found: list[range] = []
    begin, count, taken = 0, cover, 0
    for place, (some, size) in enumerate(zip(sheets, sizes, strict=True)):
        if place > begin and (count + some > most or taken + size > room):
            found.append(range(begin, place))
            begin, count, taken = place, cover, 0
        count, taken = count + some, taken + size
    return [*found, range(begin, len(sheets))] if sheets else []


def placed(sizes: Mapping[str, int], taken: Sequence[int], *, room: int = ROOM) -> list[list[str]]:
    """Which documents lie in which volume, in their order: the first with room for it, or a further one.

    `taken` are the bytes of the volumes so far.
    """
    held = list(taken)
    names: list[list[str]] = [[] for _ in taken]
    for name, size in sizes.items():
        place = next((number for number, bytes_ in enumerate(held) if bytes_ + size <= room), len(held))
        if place == len(held):
            held.append(0)
            names.append([])
        held[place] += size
        names[place].append(name)
    return names


def whole_file(opened: Iterable[Opened]) -> File:
    """A file from its volumes as the sandbox opened them, in whatever order. Raises `BadFile` with a sentence.

    Every attachment and page is what the manifest says, the manifest is what was signed, and no volume is missing.
    Whose key it is, is not asked here.
    """
    found = list(opened)
    if not found:
        raise BadFile("No file was given.")
    listed, signature = _taken(found, manifests.NAME), _taken(found, signing.NAME)
    manifest, digest = Manifest.from_json(listed), sha256(listed)
    key = verify_manifest(_text(signature), file=manifest.file, manifest=digest)
    if key.id.hex() != manifest.signed_by:
        raise BadFile(signing.FORGED)
    documents: dict[str, bytes] = {}
    for volume, one in _in_order(manifest, found):
        own = {name: content for name, content in one.attachments.items() if name not in (manifests.NAME, signing.NAME)}
        manifest.ensure_attached(volume.number, own)
        documents |= own
    record = FileRecord.from_json(documents.pop(records.NAME))
    _ensure_agrees(record, manifest, documents)
    return File(record, manifest, digest, key, documents)


def _in_order(manifest: Manifest, opened: Collection[Opened]) -> list[tuple[Volume, Opened]]:
    by_number = {}
    for one in opened:
        volume = manifest.volume_of(one.digest)
        if volume.pages != one.pages or volume.number in by_number:
            raise BadFile("One volume of this file was given twice. Give each of them once.")
        by_number[volume.number] = volume, one
    if missing := [str(volume.number) for volume in manifest.volumes if volume.number not in by_number]:
        raise BadFile(
            f"This file has {manifest.count} volumes, and volume {' and '.join(missing)} is missing. Give all of them "
            "together."
        )
    return [by_number[number] for number in sorted(by_number)]


def _ensure_agrees(record: FileRecord, manifest: Manifest, documents: Mapping[str, bytes]) -> None:
    named = [name for entry in record.entries for name in entry.documents]
    is_same = record.file == manifest.file and len(record.entries) == manifest.entries
    if not is_same or set(named) != documents.keys():
        raise BadFile("record.json and manifest.json of this file do not agree. Ask for the file as it was made.")


def _taken(opened: Sequence[Opened], name: str) -> bytes:
    """What lies in every volume, the same in all."""
    found = {one.attachments.get(name, b"") for one in opened}
    if found == {b""}:
        raise BadFile(f"There is no {name} in this file, so it is not one that Harbour can read.")
    if len(found) > 1:
        raise BadFile("These volumes do not belong to the same file. Give those of one file together.")
    return found.pop()


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise BadFile(signing.FORGED) from None


def _packed(pages: bytes) -> bytes:
    """Pages whose streams are packed as they stay, so that their digest is the same once they are encrypted."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pages)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _volume(number: int, pages: bytes) -> Volume:
    with pikepdf.open(BytesIO(pages)) as pdf:
        return Volume(number, len(pdf.pages), pages_digest(pdf))


def _locked(pages: bytes, attachments: Mapping[str, bytes], words: str) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(pages)) as pdf:
        for name, content in attachments.items():
            pdf.attachments[name] = AttachedFileSpec(pdf, content, filename=name, relationship=Name.Data)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    locked = encrypted(out.getvalue(), words)
    if not locked.endswith(b"\n"):
        locked += b"\n"
    whole = locked + whole_line(locked)
    if len(whole) > manifests.LARGEST:
        raise BadFile("One volume of this file became larger than 50 MB. Hand its largest document over by itself.")
    return whole
