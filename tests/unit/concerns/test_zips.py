"""Is a damaged ZIP refused in words, wherever it is damaged, and a damaged file in it named while the others come
in?
"""

import io
import struct
import zipfile
from datetime import date

import pytest

from children.importing.problems import FileRefused
from safeguarding.concerns.importing.zips import Damaged, open_pack

TODAY = date(2026, 11, 24)
DEFLATED, LZMA = zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA


def packed(name: str, method: int) -> bytearray:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as made:
        made.writestr(name, b"Heron came late. " * 200)
    return bytearray(content.getvalue())


def spoilt(name: str, method: int) -> io.BytesIO:
    """A ZIP with other bytes where its one file is packed."""
    content = packed(name, method)
    start = content.find(name.encode()) + len(name) + 4
    content[start : start + 16] = b"\xff" * 16
    return io.BytesIO(content)


def beyond(content: bytearray, offset: int) -> io.BytesIO:
    """The same ZIP, in whose directory the file begins where no file can."""
    start, end = content.rfind(b"PK\x01\x02"), content.rfind(b"PK\x05\x06")
    listed, last = content[start:end], content[end:]
    listed[42:46] = b"\xff" * 4
    listed[30:32] = struct.pack("<H", 12)
    listed += struct.pack("<HHQ", 1, 8, offset)
    last[12:16] = struct.pack("<L", len(listed))
    return io.BytesIO(content[:start] + listed + last)


def misnamed() -> io.BytesIO:
    """A ZIP that says its names are UTF-8, and they are not."""
    return io.BytesIO(packed("é.pdf", DEFLATED).replace("é".encode(), b"\xff\xff"))


@pytest.mark.parametrize("method", [DEFLATED, LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_STORED])
def test_a_file_that_cannot_be_unpacked_is_damaged(method):
    pack = open_pack(spoilt("a.pdf", method), today=TODAY)
    with pytest.raises(Damaged):
        pack.content(pack.files[0])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (misnamed(), "it is damaged"),
        (beyond(packed("a.pdf", DEFLATED), 2**64 - 1), "It is damaged"),
        (spoilt("index.csv", DEFLATED), "index.csv in the ZIP is damaged"),
        (spoilt("index.csv", LZMA), "index.csv in the ZIP is damaged"),
    ],
)
def test_a_damaged_zip_says_so(given, says):
    with pytest.raises(FileRefused) as refused:
        open_pack(given, today=TODAY)
    assert says in refused.value.sentence
