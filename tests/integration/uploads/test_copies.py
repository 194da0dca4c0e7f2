"""Is what a file shows copied whole, and nothing of what it does not show?"""

import io
import json
import struct
import subprocess
import sys
from email.message import EmailMessage

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from safeguarding.printing import layout
from safeguarding.uploads import copies
from safeguarding.uploads.contents import MOST_AT_ONCE, MOST_PAGES
from safeguarding.uploads.copies import NOT_COPIED, UNREADABLE, draw, draw_painted, is_drawn, read_texts
from safeguarding.uploads.kinds import KINDS
from tests.integration.uploads.corpus import GOOD, docx, located_picture, odt, ole, pdf, picture, telling_picture, xlsx

PDF = KINDS["pdf"]
LETTER = """<html lang="en-GB"><head><title>Denise Pope</title><style>
@page { size: A4; margin: 20mm } p { font: 14pt "Liberation Sans" } .unseen { color: white }
.next { break-before: page }
</style></head><body><p>Denise O’Brien-Pope rang</p><p>twice. <span class="unseen">Unseen</span></p>
<p class="next">Second</p></body></html>"""


@pytest.fixture(scope="module")
def letter():
    return layout.make(LETTER)


def opened(content):
    return Image.open(io.BytesIO(content)).convert("L")


def texts(name, content):
    copied = read_texts(KINDS[name], content)
    assert copied.problem == "" and copied.pages == []
    assert [block["key"] for block in copied.blocks] == [f"b{n}" for n in range(1, len(copied.blocks) + 1)]
    return {block["label"]: block["text"] for block in copied.blocks}


def test_pages_come_with_their_words_and_the_boxes_of_these(letter):
    copied = draw(PDF, letter)
    assert (copied.problem, copied.count, [page.n for page in copied.pages]) == ("", 2, [1, 2])
    first = copied.pages[0]
    assert [word[0] for word in first.words] == ["Denise", "O’Brien-Pope", "rang", "twice."]
    assert opened(first.picture).size == (first.width, first.height) == (1240, 1754)
    for _, x0, y0, x1, y1 in first.words:
        part = opened(first.picture).crop((x0 * 1.24, y0 * 1.754, x1 * 1.24, y1 * 1.754))
        assert part.getextrema()[0] < 100
    denise, brien, _, twice = first.words
    assert denise[3] < brien[1] and twice[2] > denise[4]
    assert b"Denise" not in first.picture


def test_a_word_that_nobody_sees_is_no_word_of_the_page(letter):
    with pypdfium2.PdfDocument(letter) as document:
        assert "Unseen" in document[0].get_textpage().get_text_range()
    assert "Unseen" not in [word[0] for word in draw(PDF, letter).pages[0].words]


def test_a_word_under_a_box_that_somebody_else_drew_is_no_word_of_the_page(letter):
    """As when a letter came with black boxes over its text, which is still there."""
    _, x0, y0, x1, y1 = draw(PDF, letter).pages[0].words[0]
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter)) as made:
        left, bottom, right, top = (float(edge) for edge in made.pages[0].mediabox)
        across, up = (right - left) / 1000, (top - bottom) / 1000
        # The page was begun upside down.
        box = (x0 * across - 2, y0 * up - 2, (x1 - x0) * across + 4, (y1 - y0) * up + 4)
        made.pages[0].contents_add(b"q 0 g %f %f %f %f re f Q" % box)
        made.save(out)
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        assert "Denise" in document[0].get_textpage().get_text_range()
    assert [word[0] for word in draw(PDF, out.getvalue()).pages[0].words] == ["O’Brien-Pope", "rang", "twice."]


def test_comments_and_what_was_filled_in_are_told_as_texts():
    def noted(made):
        def note(**more):
            return pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[10, 10, 40, 40], **more)

        parent = made.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="name", V="Denise Pope"))
        made.pages[1].obj.Annots = pikepdf.Array(
            [
                note(Subtype=pikepdf.Name.Text, Contents="Ask her\rsister"),
                note(Subtype=pikepdf.Name.Link),
                note(Subtype=pikepdf.Name.Widget, Parent=parent),
            ]
        )

        made.docinfo["/Title"], made.docinfo["/Author"] = "Letter about Rowan", "Denise Pope"
        made.attachments["Rowan Ashdown.txt"] = b"Not told."

    copied = draw(PDF, pdf(3, noted))
    assert [(block["key"], block["label"], block["text"]) for block in copied.blocks] == [
        ("properties", "Properties", "Title: Letter about Rowan\nAuthor: Denise Pope"),
        ("inside", "Files inside it", "Rowan Ashdown.txt"),
        ("comments2", "Comments on page 2", "Ask her\nsister"),
        ("fields2", "Filled in on page 2", "Denise Pope"),
    ]
    assert draw(PDF, pdf(3, noted), first=3, last=3).blocks == []


def test_pages_from_one_to_another_are_drawn_ten_at_a_time():
    content = pdf(25)
    assert [page.n for page in draw(PDF, content, first=4, last=6).pages] == [4, 5, 6]
    assert [page.n for page in draw(PDF, content, first=20, last=900).pages] == [20, 21, 22, 23, 24, 25]
    assert len(draw(PDF, content, first=1, last=25).pages) == MOST_AT_ONCE
    assert draw(PDF, content, first=26, last=30).problem == "It has 25 pages, and others were asked for."


def test_a_page_that_lies_on_its_side_has_its_words_where_they_are_seen(letter):
    def turned(angle):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(letter)) as made:
            made.pages[0].rotate(angle, relative=False)
            made.save(out)
        return draw(PDF, out.getvalue()).pages[0]

    page = turned(90)
    assert page.width > page.height
    shown = opened(page.picture)
    [word] = [one for one in page.words if one[0] == "Denise"]
    x0, y0, x1, y1 = (edge * size / 1000 for edge, size in zip(word[1:], shown.size * 2, strict=True))
    assert y1 - y0 > x1 - x0
    assert shown.crop((x0, y0, x1, y1)).getextrema()[0] < 100


def test_what_is_painted_over_is_black_and_its_words_are_gone(letter):
    word = draw(PDF, letter).pages[0].words[0]
    copied = draw_painted(PDF, letter, 1, [word[1:]])
    [page] = copied.pages
    assert [one[0] for one in page.words] == ["O’Brien-Pope", "rang", "twice."]
    x0, y0, x1, y1 = word[1] * 1.24, word[2] * 1.754, word[3] * 1.24, word[4] * 1.754
    assert opened(page.picture).crop((x0, y0, x1, y1)).getextrema()[1] < 48
    # Beside it nothing was painted.
    assert opened(page.picture).crop((x0, y1 + 20, x1, y1 + 25)).getextrema()[1] > 200


@pytest.mark.parametrize("rectangle", [[0, 0, 1001, 10], [-1, 0, 10, 10], [10, 10, 10, 20]])
def test_a_rectangle_off_the_page_is_refused(letter, rectangle):
    assert draw_painted(PDF, letter, 1, [rectangle]).problem == "A rectangle leads off page 1."
    assert draw_painted(PDF, letter, 1, [rectangle]).pages == []


def test_a_rectangle_on_a_page_that_is_not_there_is_refused(letter):
    assert draw_painted(PDF, letter, 3, [[0, 0, 10, 10]]).problem == "It has 2 pages, and others were asked for."
    assert draw_painted(KINDS["jpeg"], picture(), 2, [[0, 0, 10, 10]]).problem != ""


@pytest.mark.parametrize(("kind", "form"), [("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("heic", "HEIF")])
def test_a_picture_is_one_page_and_says_nothing(kind, form):
    content = telling_picture(form)
    [page] = draw(KINDS[kind], content).pages
    assert page.n == 1 and page.words == [] and b"zq" not in page.picture and b"Exif" not in page.picture
    [painted] = draw_painted(KINDS[kind], content, 1, [[0, 0, 1000, 500]]).pages
    upper = opened(painted.picture).crop((0, 0, painted.width, painted.height // 2))
    assert upper.getextrema()[1] < 48


def test_a_large_picture_becomes_as_large_as_a_page():
    [page] = draw(KINDS["jpeg"], located_picture()).pages
    assert (page.width, page.height) == (640, 480)
    [page] = draw(KINDS["jpeg"], picture(size=(4000, 3000))).pages
    assert (page.width, page.height) == (1240, 930)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (pdf(5000), "It has 5,000 pages, and a copy takes up to 1,000. Split it"),
        (pdf(1, encryption=pikepdf.Encryption(user="a", owner="b")), "It asks for a password. Open it"),
        (b"%PDF-1.7 and nothing else", "It is damaged"),
        (b"", "It is damaged"),
    ],
    ids=["too long", "locked", "broken", "empty"],
)
def test_a_pdf_that_cannot_be_copied_says_why(content, says):
    copied = draw(PDF, content)
    assert copied.problem.startswith(says) and copied.problem.endswith(".")
    assert (copied.pages, copied.blocks) == ([], [])
    assert MOST_PAGES == 1000


def test_sound_and_film_are_not_copied():
    for kind in ("mp3", "m4a", "mp4"):
        assert not is_drawn(KINDS[kind])
        assert read_texts(KINDS[kind], GOOD["voice.mp3"]).problem == NOT_COPIED
        assert draw(KINDS[kind], GOOD["voice.mp3"]).problem == NOT_COPIED


WORD = b"""<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>
<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Denise </w:t></w:r><w:r><w:t>rang</w:t></w:r></w:p>
<w:p><w:ins><w:r><w:t>Added</w:t></w:r></w:ins><w:del><w:r><w:delText>Struck out</w:delText></w:r></w:del></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>One</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Two</w:t></w:r></w:p></w:tc></w:tr>
</w:tbl><w:p><mc:AlternateContent><mc:Choice><w:r><w:t>Box</w:t></w:r></mc:Choice>
<mc:Fallback><w:r><w:t>Box</w:t></w:r></mc:Fallback></mc:AlternateContent><w:r><w:br/><w:t>below</w:t></w:r></w:p>
</w:body></w:document>"""
NOTES = b"""<w:x xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:comment w:author="Amy Lister"><w:p><w:r><w:t>Ask her</w:t></w:r></w:p></w:comment></w:x>"""


def test_a_word_document_is_told_with_what_was_struck_out_and_its_comments():
    made = docx({"word/document.xml": WORD, "word/comments.xml": NOTES, "word/media/image1.png": picture("PNG")})
    assert texts("docx", made) == {
        "Text": "Denise rang\nAddedStruck out\nOne\tTwo\nBox\nbelow",
        "Comments": "Amy Lister: Ask her",
        "Pictures in it": "1 not shown here. To have them looked at, print it to a PDF, and add that.",
    }


def test_an_open_document_is_told():
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    )
    body = """<office:body><office:text>
      <text:h>Title</text:h>
      <text:p>Denise <text:span>rang</text:span><text:s text:c="2"/>twice<text:line-break/>then
      left<office:annotation><dc:creator>Amy</dc:creator><text:p>Why?</text:p></office:annotation>.</text:p>
      <table:table><table:table-row><table:table-cell><text:p>One</text:p></table:table-cell>
      <table:table-cell><text:p>Two</text:p></table:table-cell></table:table-row></table:table>
    </office:text></office:body>"""
    content = f"<office:document-content {names}>{body}</office:document-content>".encode()
    head = "<style:header><text:p>Testham</text:p></style:header>"
    masters = f"<office:master-styles><style:master-page>{head}</style:master-page></office:master-styles>"
    styles = f"<office:document-styles {names}>{masters}</office:document-styles>".encode()
    told = texts("odt", odt({"content.xml": content, "styles.xml": styles}))
    assert told["Head"] == "Testham"
    assert told["Text"].splitlines()[:3] == ["Title", "Denise rang  twice", "then leftAmy"]
    assert "Why?" in told["Text"] and "One\tTwo" in told["Text"]


def test_a_workbook_is_told_sheet_by_sheet_and_hidden_ones_too():
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    related = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    sheets = '<sheet name="Hours" r:id="r1"/><sheet name="Old" state="hidden" r:id="r2"/>'
    rows = """<row><c t="s"><v>0</v></c><c s="1"><v>46350</v></c><c><v>4.5</v></c></row>
      <row><c t="inlineStr"><is><t>Denise</t></is></c><c t="b"><v>1</v></c><c s="1"><v>46350.5</v></c></row>"""
    leads = '<R><R Id="r1" Target="worksheets/a.xml"/><R Id="r2" Target="/xl/b.xml"/></R>'
    made = xlsx(
        {
            "xl/workbook.xml": f"<workbook {main} {related}><sheets>{sheets}</sheets></workbook>".encode(),
            "xl/_rels/workbook.xml.rels": leads.encode(),
            "xl/worksheets/a.xml": f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>".encode(),
            "xl/b.xml": f"<worksheet {main}><row><c><v>7</v></c></row></worksheet>".encode(),
            "xl/sharedStrings.xml": f"<sst {main}><si><r><t>Late</t></r><rPh><t>x</t></rPh></si></sst>".encode(),
            "xl/styles.xml": f'<s {main}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></s>'.encode(),
            "xl/comments1.xml": f'<c {main}><comment ref="A1"><text><t>Ask</t></text></comment></c>'.encode(),
        }
    )
    assert texts("xlsx", made) == {
        "Sheet 1": "Hours\nLate\t24 November 2026\t4.5\nDenise\tyes\t24 November 2026 12:00",
        "Sheet 2, hidden": "Old\n7",
        "Notes on cells": "A1: Ask",
    }


def test_a_text_is_told_in_its_letters():
    assert texts("txt", GOOD["note.txt"]) == {"Text": "Said “no”.\nThen ran."}
    assert texts("txt", GOOD["old note.txt"]) == {"Text": "Said “no”."}
    assert texts("txt", GOOD["note of Windows.txt"]) == {"Text": "Said no."}


def test_an_email_is_told_with_what_is_attached_by_name():
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "amy@example.org", "Before"
    inner.set_content("Earlier.")
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Déni <d@example.org>", "office@example.org", "Late"
    made["Date"] = "Tue, 24 Nov 2026 09:00:00 +0000"
    made.set_content("<style>p { color: red }</style><p>Denise&nbsp;rang</p><p>twice</p>", subtype="html")
    made.add_attachment(b"%PDF", "application", "pdf", filename="denise_pope.pdf")
    made.add_attachment(inner)
    copied = read_texts(KINDS["eml"], made.as_bytes())
    assert [(block["label"], block["text"]) for block in copied.blocks] == [
        (
            "From, to and when",
            "From: Déni <d@example.org>\nTo: office@example.org\nDate: Tue, 24 Nov 2026 09:00:00 +0000\nAbout: Late",
        ),
        ("Message", "Denise rang\n\ntwice"),
        ("Attached files, to be added by themselves", "denise_pope.pdf"),
        ("From, to and when", "From: amy@example.org\nAbout: Before"),
        ("Message", "Earlier."),
    ]


def of_streams(streams):
    """A compound file whose streams have content: each fills its sectors, padded to what needs no small ones."""
    found, tables = ole(dict.fromkeys(streams, b"")), []
    head, fat, directory = bytearray(found[:512]), bytearray(found[512:1024]), bytearray(found[1024:])
    sector = 1 + len(directory) // 512
    for place, content in enumerate(streams.values(), 1):
        padded = content.ljust(4096 * (len(content) // 4096 + 1), b"\0")
        count = len(padded) // 512
        struct.pack_into("<IQ", directory, place * 128 + 116, sector, len(padded))
        for one in range(count):
            struct.pack_into("<I", fat, (sector + one) * 4, 0xFFFFFFFE if one == count - 1 else sector + one + 1)
        tables.append(padded)
        sector += count
    return bytes(head + fat + directory) + b"".join(tables)


def test_a_message_of_outlook_is_told():
    sent = (133_000_000_000_000_000).to_bytes(8, "little")
    properties = bytes(32) + struct.pack("<HHI", 0x40, 0x39, 0) + sent
    streams = {
        "__properties_version1.0": properties,
        "__substg1.0_0C1A001F": "Denise Pope".encode("utf-16-le"),
        "__substg1.0_0037001E": "Late".encode("cp1252"),
        "__substg1.0_1000001F": "She rang.\r\nTwice.".encode("utf-16-le"),
    }
    told = texts("msg", of_streams(streams))
    assert told["From, to and when"].startswith("From: Denise Pope\nAbout: Late\nDate: ")
    assert told["Message"] == "She rang.\nTwice."


def test_a_message_whose_words_cannot_be_read_says_so():
    rich = {"__properties_version1.0": bytes(32), "__substg1.0_10090102": b"LZFu"}
    assert read_texts(KINDS["msg"], of_streams(rich)).problem.startswith("Its words are kept in a form")


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("docx", b"no zip", "It is damaged"),
        ("docx", docx({"word/document.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "It is damaged"),
        ("docx", docx({"word/document.xml": b"<a>" * 100_000}), "It is damaged"),
        ("docx", docx(), "It says nothing that can be copied"),
        ("xlsx", xlsx({"xl/big.xml": bytes(100 * 2**20)}), "Unpacked it would be far larger"),
        ("txt", b"a" * 2_000_001, "It has more text than one item can hold"),
        ("msg", b"no file", "It is damaged"),
    ],
)
def test_a_document_that_cannot_be_copied_says_why(kind, content, says):
    copied = read_texts(KINDS[kind], content)
    assert copied.problem.startswith(says) and copied.problem.endswith(".")
    assert copied.blocks == []


@pytest.mark.parametrize(("kind", "wants"), [("pdf", "pages"), ("heic", "pages"), ("docx", "texts"), ("eml", "texts")])
def test_the_process_can_do_nothing_else(tmp_path, kind, wants):
    """What a file that took it over would try."""
    script = f"""
import os, sys
sys.path.insert(0, {str(copies._CONTENTS.parent)!r})
import contents
def take_over(*_):
    tried = []
    for name, do in (
        ("write", lambda: open({str(tmp_path / "a")!r}, "wb", buffering=0).write(b"a" * 10)),
        ("read", lambda: open("/etc/hostname").read()),
        ("connect", lambda: __import__("_socket").socket()),
        ("start", lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]) == 0 or 1 / 0),
        ("memory", lambda: bytearray(600 * 2**20)),
    ):
        try:
            do()
            tried.append(name)
        except BaseException:
            pass
    return {{"problem": repr(tried)}}
contents.pages = contents.beside("texts").tell = take_over
print(contents.answer({{"kind": {kind!r}, "wants": {wants!r}}}, b"").decode())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert json.loads(done.stdout)["problem"] == "[]", done.stderr
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size == 0


def test_letters_of_other_countries_are_read():
    for charset, words in (("koi8-r", "Привет"), ("big5", "你好"), ("cp1250", "Łódź")):
        content = b"From: a@example.org\nSubject: x\nContent-Type: text/plain; charset=" + charset.encode() + b"\n\n"
        assert texts("eml", content + words.encode(charset))["Message"] == words


def test_what_breaks_the_process_breaks_nothing_else(monkeypatch):
    monkeypatch.setattr("safeguarding.uploads.copies.PATIENCE", 0.001)
    assert draw(PDF, pdf(1)).problem == UNREADABLE
    monkeypatch.undo()
    assert draw(PDF, pdf(1)).problem == ""
