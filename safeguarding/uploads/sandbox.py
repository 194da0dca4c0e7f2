"""What is this file really? Asked in a process of its own, which can open no file or connection, and has little memory
and time.

    python -I sandbox.py < request > answer

The request is a line of JSON (`kind`, `small`) and the bytes of the file. The answer is a line of JSON (`problem`,
`active`, the sizes of the pictures) and the pictures, JPEGs that were drawn anew. With `wants` the request asks a
picture for something else: "whole", that it be drawn anew as large as it is, or "says", what it says beside what it
shows. It knows nothing of Harbour and nothing of its other modules. Whatever the file does to it, the process ends, and
who asked says that the file could not be looked into.
"""

import json
import lzma
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

MEMORY = 512 * 2**20
SECONDS = 10
# A PDF may have more lines than anybody can see: what takes longer to look into than this is nobody's letter.
SECONDS_OF_PDF = 5
PIXELS = 40_000_000
PAGES = 5
WIDTH = 1200
# Of a photograph beside a name, twice as large as it is shown.
SMALL = (256, 288)
# Of what a zip would become: all together, each file against its packed size, and how many.
UNPACKED, RATIO, MEMBERS = 200 * 2**20, 100, 2000
# What another kind of file has in it, where a picture or a document has ended.
_ELSE = re.compile(
    rb"PK\x03\x04|PK\x05\x06|%PDF-|<html|<script|<svg|<\?php|Rar!\x1a|7z\xbc\xaf|^MZ|^\x7fELF", re.IGNORECASE
)
_ACTIVE = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/RichMedia",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/EF",
        "/OpenAction",
        "/AA",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
    }
)
# What such a document may not carry. Printers leave their settings in a workbook, and an icon may be drawn in XML.
_CARRIED = re.compile(r"\.(exe|dll|js|vbs|bat|ps1|html?|svg|bin|com|scr|msi|jar|hta)$", re.IGNORECASE)
_CARRIED_BY_ALL = re.compile(r"printerSettings\d+\.bin$|^(word|xl|ppt)/media/[^/]+\.svg$")


_DAMAGED = "It is damaged, or is not the kind of picture that its name says."


class Refused(Exception):
    """The file is not taken; the sentence says why."""


def limit(kind: str) -> None:
    """From here on this process can hardly do anything: no file is opened any more, no connection, no other program."""
    LOAD[kind]()
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: SECONDS_OF_PDF if kind == "pdf" else SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    if kind != "heic":  # its library works in threads
        limits[resource.RLIMIT_NPROC] = 0
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))


def picture(content: bytes, kind: str) -> dict[str, Any]:
    shown = upright(content, kind).convert("RGB")
    shown.thumbnail((WIDTH, WIDTH * 4))
    return {"pictures": [_jpeg(shown)]}


def whole(content: bytes, kind: str) -> dict[str, Any]:
    """The whole picture, as large as it is: a PNG stays one, to the last point; of others a JPEG is made."""
    from PIL import Image

    shown = upright(content, kind)
    if "transparency" in shown.info:
        shown = shown.convert("RGBA")
    if kind == "png":
        if shown.mode not in ("1", "L", "LA", "RGB", "RGBA", "I;16"):
            shown = shown.convert("RGB")
        return {"pictures": [bare(shown, "PNG", compress_level=1)]}
    if shown.mode in ("RGBA", "LA"):
        ground = Image.new("RGB", shown.size, "white")
        ground.paste(shown, mask=shown.getchannel("A"))
        shown = ground
    return {"pictures": [bare(shown if shown.mode == "RGB" else shown.convert("RGB"), "JPEG", quality=92)]}


def bare(shown: Any, form: str, **how: int) -> bytes:
    """Only the points. What is said beside them would be written, too; a copy of a large picture takes much memory."""
    shown.info = {}
    out = BytesIO()
    shown.save(out, form, exif=b"", **how)
    return out.getvalue()


def says(content: bytes, kind: str) -> dict[str, Any]:
    """What a picture says beside what it shows: keys of "place", "time", "device", "person" and "words"."""
    with _still(content, kind) as found:
        found.load()
        exif = found.getexif()
        numbers = {*exif, *exif.get_ifd(_MORE_OF_EXIF)}
        said = {what for what, tags in _EXIF.items() if not tags.isdisjoint(numbers)}
        beside = [
            value
            for name, value in found.info.items()
            if name not in _DRAWN and value and isinstance(value, str | bytes | dict | list | tuple)
        ]
    texts = b" ".join(value if isinstance(value, bytes) else repr(value).encode(errors="replace") for value in beside)
    said |= {what for what, marks in _MARKS.items() if marks.search(texts)}
    return {"says": sorted(said | ({"words"} if beside else set()))}


# Numbers of EXIF, by what they say; that of the part about the camera, where more of them stand.
_MORE_OF_EXIF = 0x8769
_EXIF = {
    "place": frozenset({0x8825}),
    "time": frozenset({0x0132, 0x9003, 0x9004}),
    "device": frozenset({0x010F, 0x0110, 0x0131, 0x013C, 0x927C, 0xA431, 0xA433, 0xA434, 0xA435}),
    "person": frozenset({0x013B, 0x8298, 0xA430, 0x9C9D}),
    "words": frozenset({0x010E, 0x9286, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F, 0x010D}),
}
# The same in XMP, and in the texts of a PNG.
_MARKS = {
    "place": re.compile(rb"GPS|Location|photoshop:(City|State|Country)", re.IGNORECASE),
    "time": re.compile(rb"(Create|Modify|Metadata|DateTime|creation|modification)[ _:]?(Date|Time|Original)", re.I),
    "device": re.compile(rb"tiff:(Make|Model)|CreatorTool|Software|Lens|SerialNumber", re.IGNORECASE),
    "person": re.compile(rb"creator|author|artist|owner|copyright", re.IGNORECASE),
}
# What the library says of how it is drawn: it stands in every picture of its kind.
_DRAWN = frozenset(
    {
        "exif",
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "adobe",
        "adobe_transform",
        "progressive",
        "progression",
    }
    | {"dpi", "gamma", "chromaticity", "srgb", "aspect", "interlace", "transparency", "icc_profile", "bit_depth"}
    | {
        "primary",
        "loop",
        "duration",
        "timestamp",
        "background",
        "chroma",
        "thumbnails",
        "depth_images",
        "mp",
        "mpoffset",
    }
    | {"aux", "default_image", "nclx_profile"}
)


def upright(content: bytes, kind: str) -> Any:
    """The picture, turned as its camera was held."""
    from PIL import ImageOps

    with _still(content, kind) as found:
        try:
            found.load()
            ImageOps.exif_transpose(found, in_place=True)
        except MemoryError:
            raise
        except Exception:
            raise Refused(_DAMAGED) from None
        return found


def _still(content: bytes, kind: str) -> Any:
    """The picture, opened: of this kind, not too large, a single one, and with nothing behind it."""
    from PIL import Image

    if kind == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    wanted = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}[kind]
    Image.MAX_IMAGE_PIXELS = PIXELS // 2  # twice as many is an error, not a warning
    try:
        found = Image.open(BytesIO(content), formats=[wanted])
        # A camera may keep a small copy behind the picture (MPO); a HEIC may hold several. The first is the picture.
        still = found.format == "MPO" or kind == "heic"
        if found.width * found.height > PIXELS:
            raise Refused("It has more than 40 million points. Make it smaller and attach it again.")
        if getattr(found, "n_frames", 1) > 1 and not still:
            raise Refused("It moves. Only still pictures are taken.")
        _nothing_behind(content, wanted)
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise Refused("It has more than 40 million points. Make it smaller and attach it again.") from None
    except Exception:
        raise Refused(_DAMAGED) from None
    return found


def _smaller(jpeg: bytes) -> bytes:
    from PIL import Image

    shown = Image.open(BytesIO(jpeg), formats=["JPEG"])
    shown.thumbnail(SMALL)
    return _jpeg(shown)


def _nothing_behind(content: bytes, kind: str) -> None:
    """A picture with a program or a page behind it shows the one and is the other.

    What a camera leaves behind is let be.
    """
    ends = {
        "JPEG": _end_of_jpeg,
        "PNG": _end_of_png,
        "WEBP": lambda c: 8 + int.from_bytes(c[4:8], "little"),
        "HEIF": _boxes,
    }
    end = ends[kind](content)
    if _ELSE.search(content[end:].lstrip()):
        raise Refused("Something else is hidden behind the picture.")


def _end_of_jpeg(content: bytes) -> int:
    """Where the picture ends: after its segments, and the points between them, in which a mark is never bare."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        if mark == 0xD9:
            return at + 2
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        while mark == 0xDA and at + 1 < len(content):
            at = content.find(b"\xff", at)
            if at < 0:
                return len(content)
            if content[at + 1 : at + 2] and content[at + 1] not in (0x00, 0xFF, *range(0xD0, 0xD8)):
                break
            at += 1 if content[at + 1 : at + 2] == b"\xff" else 2
    return at


def _end_of_png(content: bytes) -> int:
    at = 8
    while at + 12 <= len(content):
        name = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if name == b"IEND":
            break
    return at


def _jpeg(shown: Any) -> bytes:
    from PIL import Image

    # Only the points: nothing of where, when and with what it was taken.
    bare = Image.new("RGB", shown.size)
    bare.paste(shown)
    out = BytesIO()
    bare.save(out, "JPEG", quality=85)
    return out.getvalue()


def pdf(content: bytes, kind: str) -> dict[str, Any]:
    import pikepdf
    import pypdfium2

    if not content.startswith(b"%PDF-"):
        raise Refused("It is not a PDF, whatever its name says.")
    end = content.rfind(b"%%EOF")
    if end < max(0, len(content) - 2048) and not _ELSE.search(content[end:]):
        raise Refused("It is cut off.")
    if _ELSE.search(content[end + 5 :].lstrip()):
        raise Refused("Something else is hidden behind the PDF.")
    try:
        with pikepdf.open(BytesIO(content)) as found:
            pages = len(found.pages)
            active = _is_active(found)
    except pikepdf.PasswordError:
        raise Refused("It asks for a password. Attach it without one, or write down what it says.") from None
    except Exception:
        raise Refused("It is damaged, or is not a PDF.") from None
    if not pages:
        raise Refused("It has no pages.")
    shown = []
    try:
        document = pypdfium2.PdfDocument(content)
        for number in range(min(pages, PAGES)):
            page = document[number]
            if page.get_width() * page.get_height() <= 0:
                continue
            scale = min(WIDTH / page.get_width(), 4 * WIDTH / page.get_height(), 4)
            shown.append(_jpeg(page.render(scale=scale).to_pil().convert("RGB")))
    except MemoryError:
        raise
    except Exception:
        shown = []  # it can be downloaded, and not shown
    return {"pictures": shown, "active": active}


def _is_active(found: Any) -> bool:
    """Whether the PDF does something by itself, or carries other files: by the keys and names of its dictionaries."""
    import pikepdf

    waiting: list[Any] = list(found.objects)
    for _ in range(500_000):
        if not waiting:
            return False
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            values: list[Any] = list(one)
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            keys = list(one.keys())
            if not _ACTIVE.isdisjoint(keys):
                return True
            values = [one.get(key) for key in keys]
        else:
            continue
        if any(isinstance(value, pikepdf.Name) and str(value) in _ACTIVE for value in values):
            return True
        waiting += [v for v in values if isinstance(v, pikepdf.Array | pikepdf.Dictionary) and not v.is_indirect]
    return True  # too many to say that it does nothing


def office(content: bytes, kind: str) -> dict[str, Any]:
    if not content.startswith(b"PK\x03\x04"):
        raise Refused("It is not such a document, whatever its name says.")
    try:
        with zipfile.ZipFile(BytesIO(content)) as found:
            bounded(found)
            names = {member.filename for member in found.infolist()}
            if kind == "odt":
                _require(names >= {"mimetype", "content.xml"} and _mimetype(found))
            else:
                main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
                _require({"[Content_Types].xml", main} <= names)
            if _macros(found, names):
                raise Refused(
                    "It holds macros, which are programs. Save it without them, or as a PDF, and attach that."
                )
            if any(_CARRIED.search(name) and not _CARRIED_BY_ALL.search(name) for name in names):
                raise Refused("It carries another file inside. Save it as a PDF and attach that.")
            bad = found.testzip()
            _require(bad is None)
    except Refused:
        raise
    except Exception:
        raise Refused("It is damaged, or is not such a document.") from None
    return {}


# Whatever a damaged zip makes its library raise: when it is opened, and when one of its files is unpacked.
UNPACKING = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    UnicodeDecodeError,
)


def bounded(found: zipfile.ZipFile) -> None:
    """Raises `Refused` for a zip that would become far more than it is, or whose names lead out of it.

    Nothing is unpacked.
    """
    members = found.infolist()
    too_much = "Unpacked it would be far larger than such a document is. It is not taken."
    if len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED:
        raise Refused(too_much)
    for member in members:
        name = member.filename.replace("\\", "/")
        if member.file_size > RATIO * max(member.compress_size, 1) and member.file_size > 2**20:
            raise Refused(too_much)
        if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
            raise Refused("A name inside it leads out of the document. It is not taken.")
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            raise Refused("It holds a link that leads out of the document. It is not taken.")
        if member.flag_bits & 1:
            raise Refused("It asks for a password. Attach it without one.")
    outside = any(not 0 <= member.header_offset < found.start_dir for member in members)
    if outside or len({member.filename for member in members}) != len(members) or found.comment:
        raise Refused("It is damaged, or something else is hidden in it.")


def _require(holds: bool) -> None:
    if not holds:
        raise Refused("It is damaged, or is not such a document.")


def _mimetype(found: zipfile.ZipFile) -> bool:
    return found.read("mimetype").strip() == b"application/vnd.oasis.opendocument.text"


def _macros(found: zipfile.ZipFile, names: set[str]) -> bool:
    types = found.read("[Content_Types].xml")[: 2**20] if "[Content_Types].xml" in names else b""
    lower = {name.lower() for name in names}
    return (
        b"macroEnabled" in types
        or any("vbaproject" in name or "vbadata" in name for name in lower)
        or any(name.startswith(("basic/", "scripts/", "xl/macrosheets/")) and name[-1] != "/" for name in lower)
    )


def text(content: bytes, kind: str) -> dict[str, Any]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if _decodes(content, "utf-8-sig") else "cp1252"
    if not _decodes(content, encoding):
        raise Refused("It is not plain text.")
    words = content.decode(encoding)
    if any(ord(letter) < 32 and letter not in "\t\n\r\f\x1b" for letter in words):
        raise Refused("It is not plain text.")
    if re.match(r"\s*(<!doctype|<html|<svg|<\?xml|<\?php|<script|#!|%PDF|\{\\rtf)", words, re.I):
        raise Refused("It is a page or a program, not plain text. Print it to a PDF and attach that.")
    return {}


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def message(content: bytes, kind: str) -> dict[str, Any]:
    from email import policy
    from email.parser import BytesParser

    if b"\0" in content[:4096]:
        raise Refused("It is not an e-mail.")
    found = BytesParser(policy=policy.compat32).parsebytes(content[: 2**20], headersonly=True)
    if not (found["from"] and (found["date"] or found["received"] or found["subject"])) or found.defects:
        raise Refused("It is not an e-mail as a mail program saves it.")
    return {}


def outlook(content: bytes, kind: str) -> dict[str, Any]:
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(content)) as found:
            names = {"/".join(parts) for parts in found.listdir()}
    except Exception:
        raise Refused("It is damaged, or is not an e-mail that Outlook has saved.") from None
    if "__properties_version1.0" not in names:
        raise Refused("It is not an e-mail that Outlook has saved.")
    if any("macros" in name.lower() or "vba" in name.lower() for name in names):
        raise Refused("It holds macros, which are programs. It is not taken.")
    return {}


def sound(content: bytes, kind: str) -> dict[str, Any]:
    start = 0
    if content.startswith(b"ID3") and len(content) > 10:
        size = 0
        for byte in content[6:10]:
            size = size << 7 | byte & 0x7F
        start = 10 + size
    frame = content[start : start + 4]
    good = (
        len(frame) == 4 and frame[0] == 0xFF and frame[1] & 0xE0 == 0xE0 and frame[1] & 0x06 and frame[2] & 0xF0 != 0xF0
    )
    if not good or _ELSE.match(content):
        raise Refused("It is damaged, or is not an MP3.")
    return {}


_BRANDS = {
    "m4a": {b"M4A ", b"M4B ", b"mp42", b"isom", b"dash"},
    "mp4": {
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"MSNV",
        b"qt  ",
        b"dash",
        b"3gp4",
        b"3gp5",
    },
}


def film(content: bytes, kind: str) -> dict[str, Any]:
    if content[4:8] != b"ftyp" or content[8:12] not in _BRANDS[kind]:
        raise Refused("It is damaged, or is not the kind of recording that its name says.")
    names: set[bytes] = set()
    if _boxes(content, names) != len(content) or not {b"moov", b"mdat"} <= names:
        raise Refused("It is damaged or cut off.")
    return {}


def _boxes(content: bytes, names: set[bytes] | None = None) -> int:
    """Where the boxes of an ISO file end that follow each other without a gap; their names go into `names`."""
    at = 0
    while at + 8 <= len(content):
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        elif size == 0:
            size = len(content) - at
        if size < 8 or at + size > len(content) or not name.isalnum():
            break
        if names is not None:
            names.add(name)
        at += size
    return at


LOOK: dict[str, Callable[[bytes, str], dict[str, Any]]] = {
    "pdf": pdf,
    "jpeg": picture,
    "png": picture,
    "heic": picture,
    "webp": picture,
    "docx": office,
    "xlsx": office,
    "odt": office,
    "txt": text,
    "eml": message,
    "msg": outlook,
    "mp3": sound,
    "m4a": film,
    "mp4": film,
}


# What may be asked of a picture instead.
WANTED: dict[str, Callable[[bytes, str], dict[str, Any]]] = {"whole": whole, "says": says}


def _pictures() -> None:
    from PIL import ExifTags, Image, ImageOps, TiffImagePlugin  # noqa: F401

    Image.init()


def _heic() -> None:
    import pillow_heif

    _pictures()
    pillow_heif.register_heif_opener()


def _pdf() -> None:
    import pikepdf  # noqa: F401
    import pypdfium2

    _pictures()
    # Its library is opened with the first document.
    pypdfium2.PdfDocument.new().close()


def _office() -> None:
    zipfile.ZipFile(BytesIO(), "w").close()
    "a".encode("cp437")


def _text() -> None:
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        "a".encode(encoding)


def _message() -> None:
    from email import policy
    from email.parser import BytesParser

    BytesParser(policy=policy.compat32).parsebytes(b"From: a\n\n", headersonly=True)


def _outlook() -> None:
    import olefile  # noqa: F401

    "a".encode("utf-16-le")


def _volume() -> None:
    """Its library opens the source of random numbers with the first that is encrypted, and keeps it."""
    import pikepdf

    made, words = BytesIO(), "any"
    with pikepdf.new() as first:
        first.add_blank_page()
        first.save(made, encryption=pikepdf.Encryption(user=words, owner=words, R=6))
    pikepdf.open(made, password=words, attempt_recovery=False).close()


# What each kind needs, loaded while files can still be opened. A volume is opened by `attached.py` alone.
LOAD: dict[str, Callable[[], None]] = {
    "volume": _volume,
    "pdf": _pdf,
    "jpeg": _pictures,
    "png": _pictures,
    "heic": _heic,
    "webp": _pictures,
    "docx": _office,
    "xlsx": _office,
    "odt": _office,
    "txt": _text,
    "eml": _message,
    "msg": _outlook,
    "mp3": lambda: None,
    "m4a": lambda: None,
    "mp4": lambda: None,
}


def answer(asked: dict[str, Any], content: bytes) -> bytes:
    """What is found in the file, as it is answered. From here on this process can do nothing else."""
    limit(asked["kind"])
    try:
        found = WANTED.get(asked.get("wants", ""), LOOK[asked["kind"]])(content, asked["kind"])
        problem = ""
    except Refused as error:
        found, problem = {}, str(error)
    except MemoryError:
        found, problem = {}, "It needs more memory to open than such a file should. It is not taken."
    pictures: list[bytes] = found.get("pictures", [])
    if asked["small"]:
        pictures = [_smaller(one) for one in pictures]
    head = {
        "problem": problem,
        "active": found.get("active", False),
        "says": found.get("says", []),
        "sizes": [len(one) for one in pictures],
    }
    return json.dumps(head).encode() + b"\n" + b"".join(pictures)


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(answer(asked, sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
