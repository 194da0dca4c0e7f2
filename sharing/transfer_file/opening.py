"""Open one volume of a file: what does the PDF hold, and is it whole? To be run in the sandbox alone.

Needs the standard library and `pikepdf`, and nothing of Harbour, so that a process that can do nothing else may load
it by its path. A volume is refused before anything of it is decoded that is larger than it may be; what says of itself
what it is (`record.json`, `manifest.json`) is read here once, so that whoever reads it again has JSON before them.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

import pikepdf

# Of one volume as it comes.
LARGEST = 50 * 2**20
PAGES = 200
# Attachments: how many, the bytes of one and of all together once they are decoded, and the letters of a name.
MOST, ONE, ALL, LONGEST_NAME = 1_000, 50 * 2**20, 400 * 2**20, 200
# Bytes of those that are JSON, and objects and lists inside each other: record.json has six. A manifest of a thousand
# documents with the longest names has one.
JSON, DEEPEST = {"record.json": 20 * 2**20, "manifest.json": 2 * 2**20}, 10
# The steps of a walk through what stands on the pages: 200 full pages take some 200,000.
STEPS = 5_000_000
# A text without an end goes to the end: nothing in it is read a second time.
_NESTING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
_WHOLE = re.compile(rb"%harbour-volume sha256:([0-9a-f]{64})\n")
_LINE = len("%harbour-volume sha256:\n") + 64

NOT_WHOLE = (
    "This file is not whole, or something in it has changed on its way. Ask the school that sent it for another copy."
)
WRONG_WORDS = "These are not the words of this file. Type them again as the other school told them, with their hyphens."
NO_PDF = "This is not a file that Harbour can read. Ask the school that sent it to make the file again."
TOO_LARGE = "This file is larger than 50 MB. The other school has to send it in volumes."
TOO_LONG = f"This file has more than {PAGES} pages. The other school has to send it in volumes."
TOO_MANY = "More documents are attached to this file than one volume may have. Harbour does not open it."
TOO_MUCH = (
    "What is attached to this file becomes larger than a file may be when it is opened. Harbour does not open it."
)
STRANGE = "Something is attached to this file in a way that Harbour does not open. Ask for the file as it was made."


class Refused(Exception):
    """The volume is not opened; the sentence says why."""


@dataclass(frozen=True)
class Opened:
    """A volume that is whole: how many pages it has, the digest of what stands on them, and its attachments by name."""

    pages: int
    digest: str
    attachments: dict[str, bytes]


def open_container(content: bytes, words: str) -> Opened:
    """What a volume holds. Raises `Refused`."""
    if len(content) > LARGEST:
        raise Refused(TOO_LARGE)
    pdf = _unlocked(_ensured_whole(content), words)
    try:
        with pdf:
            if len(pdf.pages) > PAGES:
                raise Refused(TOO_LONG)
            return Opened(len(pdf.pages), pages_digest(pdf), dict(_attachments(pdf)))
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, zlib.error):
        raise Refused(STRANGE) from None


def whole_line(pdf: bytes) -> bytes:
    """The last line of a volume: the digest of all bytes before it. To a reader of PDF it is a comment."""
    return b"%%harbour-volume sha256:%s\n" % hashlib.sha256(pdf).hexdigest().encode()


def _ensured_whole(content: bytes) -> bytes:
    """The PDF without its last line. It says nothing of who made it: the signature does."""
    if not content.startswith(b"%PDF-"):
        raise Refused(NO_PDF)
    pdf, line = content[:-_LINE], content[-_LINE:]
    found = _WHOLE.fullmatch(line)
    if not found or found[1].decode() != hashlib.sha256(pdf).hexdigest():
        raise Refused(NOT_WHOLE)
    return pdf


def _unlocked(pdf: bytes, words: str) -> pikepdf.Pdf:
    """Nothing that is broken is mended: what would be read then, nobody wrote."""
    try:
        return pikepdf.open(BytesIO(pdf), password="".join(words.split()), attempt_recovery=False)
    except pikepdf.PasswordError:
        raise Refused(WRONG_WORDS) from None
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise Refused(NO_PDF) from None


# --- what is attached


def _attachments(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    names = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    if names is None:
        return
    seen: set[str] = set()
    left = ALL
    for name, spec in pikepdf.NameTree(names).items():
        if len(seen) >= MOST + 3:  # beside the documents: record, manifest, signature
            raise Refused(TOO_MANY)
        if name in seen or not 0 < len(name) <= LONGEST_NAME or str(spec.UF) != name:
            raise Refused(STRANGE)
        seen.add(name)
        found = _decoded(spec.EF.F, min(left, ONE))
        left -= len(found)
        if name in JSON:
            parsed(found, name)
        yield name, found


def _decoded(stream: Any, most: int) -> bytes:
    """The bytes of an attachment: packed once or not at all, and no more than `most` are ever unpacked."""
    packed = stream.read_raw_bytes()
    if "/Filter" not in stream:
        found = bytes(packed)
    elif stream.Filter in (pikepdf.Name.FlateDecode, pikepdf.Array([pikepdf.Name.FlateDecode])):
        if "/DecodeParms" in stream:
            raise Refused(STRANGE)
        unpacking = zlib.decompressobj()
        found = unpacking.decompress(packed, most + 1)
        if packed and len(found) <= most and not unpacking.eof:
            raise Refused(NOT_WHOLE)
    else:
        raise Refused(STRANGE)
    if len(found) > most:
        raise Refused(TOO_MUCH)
    return found


def parsed(content: bytes, name: str) -> Any:
    """What this JSON file says. Raises `Refused`."""
    if len(content) > JSON[name]:
        raise Refused(f"{name} inside this file is larger than {JSON[name] // 2**20} MB. Harbour does not read it.")
    try:
        text = content.decode()
        depth = 0
        for found in _NESTING.finditer(text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
            if depth > DEEPEST:
                raise Refused(f"{name} inside this file is nested deeper than a file can be. Harbour does not read it.")
        return strict_json(text)
    except (ValueError, RecursionError):
        raise Refused(
            f"{name} inside this file is not JSON. Ask the school that sent it to make the file again."
        ) from None


def strict_json(text: str) -> Any:
    """What a text of JSON says. Raises `ValueError`, also for a field that stands there twice, or `RecursionError`."""
    return json.loads(text, object_pairs_hook=_object, parse_constant=_refused)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


# --- what stands on the pages

_OF_A_PAGE = ("/Annots", "/Contents", "/CropBox", "/MediaBox", "/Resources", "/Rotate", "/UserUnit")
_INHERITED = frozenset({"/CropBox", "/MediaBox", "/Resources", "/Rotate"})


def pages_digest(pdf: pikepdf.Pdf) -> str:
    """The SHA-256 of everything that is shown on the pages, in their order, however the PDF is packed or encrypted.

    A page is walked depth first through the objects of its keys, dictionaries by the order of their keys. Each object
    adds its kind and its content; a stream its bytes as they are packed; one met before its number in the order of
    meeting; a page its place. `docs/transfer-file.md` has each letter.
    """
    digest = hashlib.sha256()
    places = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    met: dict[tuple[int, int], int] = {}
    steps = 0
    for page in pdf.pages:
        digest.update(b"P")
        waiting: list[Any] = [part for key in reversed(_OF_A_PAGE) for part in (_of_page(page, key), _named(key))]
        while waiting:
            steps += 1
            if steps > STEPS:
                raise Refused(TOO_MUCH)
            waiting += _walked(waiting.pop(), digest, places, met)
    return digest.hexdigest()


def _walked(one: Any, digest: Any, places: dict[tuple[int, int], int], met: dict[tuple[int, int], int]) -> list[Any]:
    """Add one object, and give those that it holds, the first of them last."""
    if isinstance(one, pikepdf.Object) and one.is_indirect:
        key = one.objgen
        if key in places:
            digest.update(_part(b"p", b"%d" % places[key]))
            return []
        if key in met:
            digest.update(_part(b"r", b"%d" % met[key]))
            return []
        met[key] = len(met) + 1
    match one:
        case pikepdf.Stream():
            content = one.read_raw_bytes()
            digest.update(_part(b"s", content))
            return _fields(one, digest, but={"/Length"})
        case pikepdf.Dictionary():
            return _fields(one, digest)
        case pikepdf.Array():
            digest.update(_part(b"a", b"%d" % len(one)))
            return [one[place] for place in range(len(one) - 1, -1, -1)]
    digest.update(_scalar(one))
    return []


def _fields(one: Any, digest: Any, but: frozenset[str] | set[str] = frozenset()) -> list[Any]:
    keys = sorted(set(one.keys()) - but)
    digest.update(_part(b"d", b"%d" % len(keys)))
    return [part for key in reversed(keys) for part in (one[key], _named(key))]


def _named(key: str) -> Any:
    return pikepdf.Name(key)


def _of_page(page: Any, key: str) -> Any:
    """What a page has under a key, by itself or from those above it; None for nothing."""
    above, levels = page.obj, 0
    while key not in above and key in _INHERITED and "/Parent" in above and levels < 50:
        above, levels = above["/Parent"], levels + 1
    return above.get(key)


def _scalar(one: Any) -> bytes:
    match one:
        case None:
            return _part(b"z", b"")
        case bool():
            return _part(b"b", b"1" if one else b"0")
        case int():
            return _part(b"n", b"%d" % one)
        case Decimal() | float():
            return _part(b"f", f"{Decimal(one).normalize():f}".encode())
        case pikepdf.Name():
            return _part(b"k", str(one).encode())
        case pikepdf.String():
            return _part(b"t", bytes(one))
    raise ValueError("an object of another kind")


def _part(kind: bytes, content: bytes) -> bytes:
    return b"%s%d:" % (kind, len(content)) + content
