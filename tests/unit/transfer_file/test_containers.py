"""Does a volume open for its words alone, and is each file refused that is not what was signed?"""

import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pikepdf
import pytest

from safeguarding.audit.seals.notes import Signer, new_origin
from sharing.transfer_file import manifest as manifests
from sharing.transfer_file import opening
from sharing.transfer_file import record as records
from sharing.transfer_file.containers import placed, volumes_of, whole_file
from sharing.transfer_file.json_text import BadFile
from sharing.transfer_file.manifest import Attached, Manifest, Volume
from sharing.transfer_file.opening import Opened, Refused, open_container

from .making import DOCUMENTS, SIGNER, WORDS, entry, record, relocked, volumes

VOLUMES = volumes()


def opened(*contents: bytes) -> list[Opened]:
    return [open_container(one, WORDS) for one in contents or VOLUMES]


def test_a_file_is_read_back_in_whatever_order_its_volumes_come() -> None:
    for some in (opened(), opened()[::-1]):
        file = whole_file(some)
        assert (file.record, file.key, file.documents) == (record(), SIGNER.public, DOCUMENTS)
        assert file.manifest.count == 2


def test_words_may_be_typed_with_spaces() -> None:
    assert open_container(VOLUMES[0], f" {WORDS} ").pages == 1


@pytest.mark.parametrize("words", ["", "abcde-fghjk", WORDS.upper()])
def test_other_words_open_nothing(words: str) -> None:
    with pytest.raises(Refused, match="not the words"):
        open_container(VOLUMES[0], words)


# Each process binds its own, of a length of its own: tests are called the same in all of them.
@pytest.mark.parametrize("end", [20, 1_000, -100, -1])
def test_what_was_cut_off_is_refused(end: int) -> None:
    with pytest.raises(Refused, match="not whole"):
        open_container(VOLUMES[0][:end], WORDS)


def test_one_byte_changed_anywhere_is_refused() -> None:
    content = VOLUMES[0]
    for place in range(0, len(content), 97):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(Refused):
            open_container(changed, WORDS)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a zip", b"%PDF-1.7\nnothing of a PDF\n"])
def test_what_is_no_volume_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        open_container(content + opening.whole_line(content), WORDS)


# --- by who has the words


def _replace(name: str, content: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.attachments[name]
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)

    return change


def _add(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["0003 More.txt"] = pikepdf.AttachedFileSpec(pdf, b"more", filename="0003 More.txt")


def _repaint(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Contents = pdf.make_stream(b"% another 0\n0 0 10 10 re f")


OTHER = Signer.make(new_origin())


def _forged(pdf: pikepdf.Pdf) -> None:
    text = pdf.attachments["manifest.sig"].get_file().read_bytes().decode()
    _replace("manifest.sig", text.replace(str(SIGNER.public), str(OTHER.public)).encode())(pdf)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_replace("record.json", record(entry(9)).to_json()), "is not what was signed"),
        (_replace("0001 Letter.txt", b"As it cams."), "is not what was signed"),
        (_add, "does not hold what it should"),
        (_repaint, "pages of this file are not those"),
    ],
)
def test_what_somebody_with_the_words_has_changed_is_refused(change: Any, says: str) -> None:
    with pytest.raises(BadFile, match=says):
        whole_file(opened(relocked(VOLUMES[0], change), VOLUMES[1]))


def test_a_forged_signature_and_another_manifest_are_refused() -> None:
    both = [relocked(one, _forged) for one in VOLUMES]
    with pytest.raises(BadFile, match="does not belong"):
        whole_file(opened(*both))
    manifest = opened()[0].attachments["manifest.json"].replace(b'"entries": 2', b'"entries": 3')
    with pytest.raises(BadFile, match="does not belong"):
        whole_file(opened(*(relocked(one, _replace("manifest.json", manifest)) for one in VOLUMES)))


def test_volumes_of_one_file_come_together_and_once() -> None:
    other = volumes(record(entry(3)), {})
    for some, says in (
        ([], "No file was given"),
        ([VOLUMES[0]], "volume 2 is missing"),
        ([VOLUMES[0], VOLUMES[0]], "given twice"),
        ([VOLUMES[0], other[1]], "do not belong to the same file"),
    ):
        with pytest.raises(BadFile, match=says):
            whole_file([open_container(one, WORDS) for one in some])


def test_an_entry_names_no_document_that_is_not_there() -> None:
    said = record(entry(1, documents=("0009 Gone.txt",)))
    with pytest.raises(BadFile, match="do not agree"):
        whole_file(opened(*volumes(said, {})))


# --- bombs


def _bomb(pdf: pikepdf.Pdf) -> None:
    packed = zlib.compress(b"\0" * (opening.ONE + 1), 9)
    _stream(pdf, packed, pikepdf.Name.FlateDecode)


def _otherwise(pdf: pikepdf.Pdf) -> None:
    _stream(pdf, b"packed as a picture", pikepdf.Name.DCTDecode)


def _stream(pdf: pikepdf.Pdf, packed: bytes, how: Any) -> None:
    _add(pdf)
    names = pikepdf.NameTree(pdf.Root.Names.EmbeddedFiles)
    names["0003 More.txt"].EF.F.write(packed, filter=how)


def _many(pdf: pikepdf.Pdf) -> None:
    for number in range(5):
        name = f"{number:04d} more.txt"
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, b"", filename=name)


def _pages(pdf: pikepdf.Pdf) -> None:
    for _ in range(opening.PAGES):
        pdf.add_blank_page()


def _says(name: str, content: bytes) -> Callable[[pikepdf.Pdf], None]:
    """One of the two files of JSON says something else."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name)

    return change


_DEEP = b"[" * (opening.DEEPEST + 1)
_QUOTES = b'"' + b'\\"' * 1_000_000


@pytest.mark.parametrize("name", opening.JSON)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (_QUOTES, "is not JSON"),
        (_QUOTES + _DEEP, "is not JSON"),
        (b'["\\\\",' + _DEEP, "nested deeper"),
        (b'{"a":' * 200_000, "nested deeper"),
        (b'{"a": 1, "a": 2}', "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"", "is not JSON"),
    ],
)
def test_json_is_read_where_the_volume_is_opened(name: str, content: bytes, says: str) -> None:
    with pytest.raises(Refused, match=f"{name} inside this file .*{says}"):
        open_container(relocked(VOLUMES[0], _says(name, content)), WORDS)


@pytest.mark.parametrize(("name", "most"), [("record.json", 20), ("manifest.json", 2)])
def test_json_has_its_size(name: str, most: int) -> None:
    fits = b'"%s"' % (b"x" * (most * 2**20 - 2))
    assert len(open_container(relocked(VOLUMES[0], _says(name, fits)), WORDS).attachments[name]) == most * 2**20
    with pytest.raises(Refused, match=f"{name} inside this file is larger than {most} MB"):
        open_container(relocked(VOLUMES[0], _says(name, fits + b" ")), WORDS)


def test_largest_manifest_fits() -> None:
    longest = "𝔵" * records.LONGEST_NAME
    attached = [Attached(longest, "0" * 64, manifests.LARGEST, 1_000)] * (records.DOCUMENTS + 1)
    volumes = [Volume(1_000, manifests.PAGES, "0" * 64)] * manifests.VOLUMES
    said = Manifest(UUID(int=1), tuple(volumes), tuple(attached), records.ENTRIES, "0" * 8)
    assert len(said.to_json()) < opening.JSON["manifest.json"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_bomb, "becomes larger"),
        (_otherwise, "in a way that"),
        (_pages, "more than 200 pages"),
        (_many, "More documents"),
    ],
)
def test_a_bomb_is_not_unpacked(change: Any, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST", 4)
    with pytest.raises(Refused, match=says):
        open_container(relocked(VOLUMES[0], change), WORDS)


def test_all_together_is_not_more_than_a_file_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "ALL", 1_000)
    with pytest.raises(Refused, match="becomes larger"):
        open_container(VOLUMES[0], WORDS)


def test_a_volume_that_is_too_large_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST", 100)
    with pytest.raises(Refused, match="larger than 50 MB"):
        open_container(VOLUMES[0], WORDS)


def test_it_is_opened_by_a_process_that_knows_nothing_of_harbour() -> None:
    script = f"""
import runpy, sys
names = runpy.run_path({opening.__file__!r})
print(names["open_container"](sys.stdin.buffer.read(), {WORDS!r}).pages, "django" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-I", "-c", script], input=VOLUMES[0], capture_output=True)
    assert done.stdout.split() == [b"1", b"False"], done.stderr


# --- which lies where


def test_pieces_become_volumes_in_their_order() -> None:
    assert volumes_of([], []) == []
    assert volumes_of([50, 100, 49, 1, 199], [1] * 5, most=200) == [range(3), range(3, 4), range(4, 5)]
    assert volumes_of([1, 1, 1], [6, 5, 4], room=10) == [range(1), range(1, 3)]
    assert volumes_of([300], [1], most=200) == [range(1)]


def test_documents_lie_in_the_first_volume_with_room() -> None:
    assert placed({"a": 6, "b": 5, "c": 4, "d": 9}, [1, 0], room=10) == [["a"], ["b", "c"], ["d"]]
    assert placed({}, [1]) == [[]]
