"""Files as people attach them, and as somebody makes them who means harm. All are made here; none comes from outside.

`GOOD`: name to content. `hostile()`: a short description to (name, content): each must be refused, in words.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from functools import cache

import pikepdf
import pillow_heif
from PIL import Image, PngImagePlugin

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
File = tuple[str, bytes]


def picture(form: str = "JPEG", size: tuple[int, int] = (320, 240), **more: object) -> bytes:
    out = io.BytesIO()
    made = Image.linear_gradient("L").resize(size).convert("RGB")
    if form == "HEIF":
        pillow_heif.from_pillow(made).save(out)
    else:
        made.save(out, form, **more)  # type: ignore[arg-type]
    return out.getvalue()


def located_picture() -> bytes:
    """As a telephone makes it: with where and when, and by what."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0132] = "Beckett Phones", "2026:11:24 10:00:00"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (53.0, 24.0, 36.5)
    Image.new("RGB", (640, 480), "navy").save(out, "JPEG", exif=exif, comment=b"GPS 53.41 zqcomment")
    return out.getvalue()


def telling_picture(form: str) -> bytes:
    """One that says all that a picture can. It was held sideways: what is red on the left is above."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0132], exif[0x013B] = 6, "zqPhones", "2026:11:24 10:00:00", "zqOwner"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:24 10:00:00"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (53.0, 24.0, 36.5)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><photoshop:City>zqTown</photoshop:City></x:xmpmeta>'
    made = Image.new("RGB", (300, 200), "red")
    made.paste("blue", (150, 0, 300, 200))
    if form == "HEIF":
        pillow_heif.from_pillow(made).save(out, quality=90, exif=exif.tobytes(), xmp=xmp)
        return out.getvalue()
    more: dict[str, object] = {"exif": exif, "xmp": xmp}
    if form == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", "zqcomment")
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode())
        more = {"exif": exif, "pnginfo": texts}
    if form == "JPEG":
        more["comment"] = b"zqcomment"
    made.save(out, form, quality=95, **more)  # type: ignore[arg-type]
    content = out.getvalue()
    if form == "JPEG":
        # IPTC, as editors write it: a caption.
        caption = b"\x1c\x02\x78\x00\x09zqcaption"
        block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(caption)) + caption
        content = content[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + content[2:]
    return content


def pdf(pages: int = 1, change: Callable[[pikepdf.Pdf], None] | None = None, **save: object) -> bytes:
    out, made = io.BytesIO(), pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    if change:
        change(made)
    made.save(out, **save)  # type: ignore[arg-type]
    return out.getvalue()


def zipped(
    members: dict[str, bytes], *, comment: bytes = b"", links: tuple[str, ...] = (), method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            if name in links:
                info.external_attr = 0o120777 << 16
            made.writestr(info, content)
        made.comment = comment
    return out.getvalue()


_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def docx(more: dict[str, bytes] | None = None, types: bytes = _TYPES, **how: object) -> bytes:
    return zipped({"[Content_Types].xml": types, "word/document.xml": b"<document/>", **(more or {})}, **how)  # type: ignore[arg-type]


def xlsx(more: dict[str, bytes] | None = None) -> bytes:
    return zipped({"[Content_Types].xml": _TYPES, "xl/workbook.xml": b"<workbook/>", **(more or {})})


def odt(more: dict[str, bytes] | None = None, kind: bytes = b"application/vnd.oasis.opendocument.text") -> bytes:
    return zipped({"mimetype": kind, "content.xml": b"<office/>", **(more or {})})


def email() -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "parent@example.org", "office@example.org", "Collecting early"
    made["Date"] = "Tue, 24 Nov 2026 09:00:00 +0000"
    made.set_content("I will come at two.")
    return made.as_bytes()


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file with some streams, each in one sector (enough for a reader to find their names)."""
    names = ["Root Entry", *streams]
    directory = b""
    for number, name in enumerate(names):
        encoded = (name + "\0").encode("utf-16-le")
        right = number + 1 if 0 < number < len(names) - 1 else 0xFFFFFFFF
        child = 1 if number == 0 and len(names) > 1 else 0xFFFFFFFF
        kind = 5 if number == 0 else 2
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ", encoded, len(encoded), kind, 1, 0xFFFFFFFF, right, child, b"", 0, 0, 0, 0xFFFFFFFE, 0
        )
    directory = directory.ljust(((len(directory) + 511) // 512) * 512, b"\0")
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * (512 - 8)
    sectors = len(directory) // 512
    chain = [0xFFFFFFFD, *(n + 2 if n < sectors - 1 else 0xFFFFFFFE for n in range(sectors))]
    fat = b"".join(struct.pack("<I", one) for one in chain).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    return header.ljust(512, b"\0") + fat + directory


def mp3() -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + (b"\xff\xfb\x90\x00" + bytes(413)) * 4


def boxes(brand: bytes) -> bytes:
    def box(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content) + 8) + name + content

    return box(b"ftyp", brand + bytes(4) + brand) + box(b"moov", bytes(32)) + box(b"mdat", bytes(200))


GOOD: dict[str, bytes] = {
    "letter.pdf": pdf(3),
    "drawing.jpg": picture(),
    "drawing.JPEG": picture(progressive=True),
    "from a phone.jpg": located_picture(),
    "with a trailer.jpg": picture() + b"\0\0SEFH" + bytes(120) + b"SEFT",
    "screen.png": picture("PNG"),
    "screen.webp": picture("WEBP"),
    "IMG_0001.HEIC": picture("HEIF"),
    "minutes.docx": docx(),
    "hours.xlsx": xlsx({"xl/printerSettings/printerSettings1.bin": b"\x01"}),
    "letter.odt": odt(),
    "note.txt": "Said “no”.\r\nThen ran.".encode(),
    "old note.txt": "Said \u201cno\u201d.".encode("cp1252"),
    "note of Windows.txt": "Said no.".encode("utf-16"),
    "mail.eml": email(),
    "mail.msg": ole({"__properties_version1.0": b"", "__nameid_version1.0": b""}),
    "voice.mp3": mp3(),
    "voice.m4a": boxes(b"M4A "),
    "film.mp4": boxes(b"isom"),
}
EXTENSIONS = ("pdf", "jpg", "png", "heic", "webp", "docx", "xlsx", "odt", "txt", "eml", "msg", "mp3", "m4a", "mp4")


def _png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims a size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", data or zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def _lying() -> Iterator[tuple[str, File]]:
    """What is one thing and is named another."""
    samples = {
        "a page": b"<!doctype html><html><script>alert(1)</script></html>",
        "a drawing in XML": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a program": b"MZ\x90\x00\x03" + bytes(200),
        "a program of Linux": b"\x7fELF\x02\x01\x01" + bytes(200),
        "an archive": zipped({"a.txt": b"a"}),
    }
    for what, content in samples.items():
        for extension in EXTENSIONS:
            yield f"{what} named {extension}", (f"file.{extension}", content)
    for name, content in (
        ("a.png", picture()),
        ("a.jpg", picture("PNG")),
        ("a.webp", picture()),
        ("a.heic", picture()),
        ("a.jpg", picture("GIF")),
        ("a.pdf", picture()),
        ("a.jpg", pdf()),
        ("a.docx", xlsx()),
        ("a.xlsx", docx()),
        ("a.odt", docx()),
        ("a.mp3", boxes(b"M4A ")),
        ("a.mp4", mp3()),
        ("a.msg", ole({"WordDocument": b""})),
    ):
        yield f"{len(content)} bytes of another kind named {name}", (name, content)


def _not_taken() -> Iterator[tuple[str, File]]:
    for extension in (
        "exe",
        "html",
        "svg",
        "zip",
        "docm",
        "xlsm",
        "doc",
        "xls",
        "js",
        "iso",
        "gif",
        "tiff",
        "rtf",
        "7z",
        "",
    ):
        yield f"the end .{extension}", (f"file.{extension}", picture())
    yield "two ends", ("letter.pdf.exe", pdf())
    yield "no end", ("letter", pdf())
    yield "only an end", (".pdf", b"")
    yield "a long name", ("a" * 300 + ".pdf", pdf())
    yield "empty", ("empty.pdf", b"")
    yield "too large", ("large.txt", b"a" * (25 * 2**20 + 1))


def _bombs() -> Iterator[tuple[str, File]]:
    zeros = bytes(30 * 2**20)
    yield "a document that unpacks to 30 MB of nothing", ("bomb.docx", docx({"word/media/a.xml": zeros}))
    yield "a document of many such", ("bomb.xlsx", xlsx({f"xl/{n}.xml": bytes(2**20) for n in range(250)}))
    yield "a document of 3,000 parts", ("many.docx", docx({f"word/{n}.xml": b"" for n in range(3000)}))
    yield "a text document that unpacks to nothing", ("bomb.odt", odt({"Pictures/a.xml": zeros}))
    yield "a picture of 30,000 by 30,000", ("flood.png", _png(30_000, 30_000))
    yield "a picture of 2,000,000,000 by 1", ("wide.png", _png(2_000_000_000, 1))
    yield "a picture of 9,000 by 9,000", ("large.png", _png(9_000, 9_000, zlib.compress(bytes(27_001 * 9_000), 1)))
    yield "a picture that moves", ("moves.webp", _moving())
    deep = b"%PDF-1.7\n" + b"[" * 200_000 + b"]" * 200_000 + b"\n%%EOF"
    yield "a PDF of brackets", ("deep.pdf", deep)


def _moving() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _macros_and_paths() -> Iterator[tuple[str, File]]:
    yield "macros in a document", ("a.docx", docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}))
    yield "macros in a workbook", ("a.xlsx", xlsx({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}))
    yield "old macros in a workbook", ("a.xlsx", xlsx({"xl/macrosheets/sheet1.xml": b"<a/>"}))
    yield (
        "macros by content type",
        (
            "a.docx",
            docx(
                types=_TYPES.replace(
                    b"/>", b'><Default ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
                )
            ),
        ),
    )
    yield "macros in a text document", ("a.odt", odt({"Basic/Standard/Module1.xml": b"<a/>"}))
    yield "scripts in a text document", ("a.odt", odt({"Scripts/python/a.py": b"import os"}))
    yield "another kind of text document", ("a.odt", odt(kind=b"application/vnd.oasis.opendocument.spreadsheet"))
    for inside in ("../../etc/passwd", "/etc/passwd", "..\\..\\windows\\a", "C:\\a.xml", "word/../../a"):
        yield f"a part named {inside}", ("a.docx", docx({inside: b"a"}))
    yield "a link inside", ("a.docx", docx({"word/link": b"/etc/passwd"}, links=("word/link",)))
    for inside in ("word/run.exe", "word/a.js", "word/page.html", "word/embeddings/oleObject1.bin", "word/a.svg"):
        yield f"a document that carries {inside}", ("a.docx", docx({inside: b"a"}))
    yield "something in the comment of the archive", ("a.docx", docx(comment=b"<script>"))
    yield "a virus in a text", ("a.txt", b"\0" + EICAR)


def _polyglots() -> Iterator[tuple[str, File]]:
    page = b"<html><script>alert(1)</script></html>"
    archive = zipped({"a.exe": b"MZ"})
    for extension, made in (("jpg", picture()), ("png", picture("PNG")), ("webp", picture("WEBP")), ("pdf", pdf())):
        for what, behind in (
            ("a page", page),
            ("an archive", archive),
            ("a program", b"MZ" + bytes(300)),
            ("a PDF", pdf()),
        ):
            if (extension, what) != ("pdf", "a PDF"):
                yield f"{extension} with {what} behind it", (f"both.{extension}", made + behind)
    yield "a page before a PDF", ("both.pdf", page + pdf())
    yield "a picture before a PDF", ("both.pdf", picture() + pdf())
    yield "a program before a document", ("both.docx", b"MZ" + bytes(100) + docx())
    yield "a page named as text", ("both.txt", b"  \n<!DOCTYPE html><p>")
    yield "a program named as text", ("both.txt", b"#!/bin/sh\nrm -rf /")


def _broken() -> Iterator[tuple[str, File]]:
    for name, content in GOOD.items():
        if name.lower().endswith((".txt", ".eml", ".mp3")) or "trailer" in name:
            continue
        yield f"half of {name}", (name, content[: len(content) // 2])
        yield f"{name} with zeros for its beginning", (name, bytes(64) + content[64:])
    yield "a PDF with a password", ("locked.pdf", pdf(encryption=pikepdf.Encryption(owner="a", user="b")))
    yield "a PDF without pages", ("none.pdf", pdf(0))
    yield "an e-mail without a sender", ("a.eml", b"Subject: x\n\nwords")
    yield "bytes named eml", ("a.eml", bytes(200))
    yield "bytes named mp3", ("a.mp3", bytes(500))
    yield "an Outlook file with macros", ("a.msg", ole({"__properties_version1.0": b"", "Macros": b""}))


@cache
def hostile() -> dict[str, File]:
    """Made on first asking: the bombs take two seconds, and most tests want none of them."""
    kinds = (_lying, _not_taken, _bombs, _macros_and_paths, _polyglots, _broken)
    return dict(one for made in kinds for one in made())
