"""What paper may fetch: packaged assets by their exact names, and nothing else."""

import io
import json
import os
import stat
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from PIL import Image
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from safeguarding.printing import printer, services
from safeguarding.printing.layout import LONGEST_WORD, PackagedAssets, break_long_words, make
from tests.architecture.source import ROOT
from tests.pdfs import Printed
from tests.printers import Program

STYLE = '<link rel="stylesheet" href="asset:paper.css">'
PAGE = '<html lang="en-GB"><head><title>A page</title>{}</head><body><h1>A page</h1>{}</body></html>'


def test_a_packaged_asset_is_served():
    assert b"@page" in PackagedAssets().fetch("asset:paper.css").read()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://127.0.0.1/",
        "https://example.org/x.css",
        "ftp://example.org/x",
        "data:text/css,*{color:red}",
        "asset:../base.html",
        "asset:/etc/hostname",
        "asset:",
        "asset:asset:paper.css",
        "asset:paper.css?x",
        "ASSET:paper.css",
        "paper.css",
    ],
)
def test_nothing_else_is(address):
    for ask in (PackagedAssets().fetch, PackagedAssets().open, PackagedAssets()):
        with pytest.raises(ValueError, match="packaged assets only"):
            ask(address)


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG")
    return out.getvalue()


def test_a_picture_is_served_to_the_print_that_it_was_handed_to():
    shown = PAGE.format("", '<img src="picture:one" alt="A page of a letter">')
    made = Printed(make(shown, {"one": a_picture()}))
    assert made.tags()["Figure"] == 1
    assert a_picture() in made.data
    for others in ({}, {"two": a_picture()}, {"picture:one": a_picture()}):
        with pytest.raises(FatalURLFetchingError):
            make(shown, others)
    with pytest.raises(FatalURLFetchingError):
        make(PAGE.format("", '<img src="picture:paper.css" alt="">'), {"one": a_picture()})


def test_the_printer_is_given_pictures_with_their_page():
    out = io.BytesIO()
    shown = PAGE.format("", '<img src="picture:one" alt="A page of a letter">')
    printer._print(services.written([shown], pictures={"one": a_picture()}), out)
    sheets, size, pdf = out.getvalue().split(b"\n", 2)
    assert json.loads(sheets) == {"sheets": 1} and json.loads(size) == {"size": len(pdf)}
    assert a_picture() in pdf


def test_the_printer_joins_what_it_made():
    out = io.BytesIO()
    parts = [make(PAGE.format(STYLE, f"<p>Part {number}</p>")) for number in (1, 2)]
    printer._print(services.written_to_join(parts), out)
    size, pdf = out.getvalue().split(b"\n", 1)
    assert json.loads(size) == {"size": len(pdf)}
    assert ["Part 1" in page for page in Printed(pdf).pages()] == [True, False]
    with pytest.raises(services.NotPrinted):
        services.written_to_join([bytes(printer.LARGEST)])


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<link rel="stylesheet" href="file:///etc/hostname">', ""),
        ('<link rel="attachment" href="file:///etc/hostname">', ""),
        ("", '<img src="http://127.0.0.1:9/x.png" alt="">'),
        ("<style>body { background: url(file:///etc/hostname) }</style>", ""),
        ("<style>@font-face { font-family: x; src: url(http://127.0.0.1:9/x) } body { font-family: x }</style>", "x"),
    ],
)
def test_a_page_that_asks_for_anything_is_not_printed(head, body):
    with pytest.raises(FatalURLFetchingError):
        make(PAGE.format(head, body))


def test_a_drawing_gets_nothing_either(tmp_path):
    """A drawing that misses its picture is drawn without it, so the refusal shows in what is not there."""
    picture = tmp_path / "dot.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">canary</text></svg>')
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><title>A dot</title>{}</svg>'
    shown = Printed(make(PAGE.format("", drawing.format('<text y="20">canary</text>'))))
    asked = Printed(make(PAGE.format("", drawing.format(f'<image href="{picture.as_uri()}" width="9" height="9"/>'))))
    assert "canary" in shown.text
    assert "canary" not in asked.text


def test_a_page_is_tagged():
    assert Printed(make(PAGE.format("", "<p>Words</p>"))).tags()["H1"] == 1


# --- words without a place to break

WORD = "w" * 20_000


@pytest.mark.parametrize(
    "word",
    [WORD, "ab\u00a0" * 6000, "\u202ea\u202cb" * 4000, "a\u2060" * 8000, "😀\u200d" * 4000, "ា" * 9000],
    ids=["letters", "hard spaces", "directions", "joiners", "emoji", "Khmer"],
)
def test_a_word_of_twenty_thousand_letters_takes_as_long_as_one_that_can_be_broken(word):
    """By the clock of the processor, beside the same letters with places to break; without them, eight to forty times
    as long.
    """
    make(PAGE.format(STYLE, "warm"))
    easy, hard = (used(make, PAGE.format(STYLE, f"<p>{text}</p>")) for text in (" ".join(pieces(word)), word))
    assert hard < 4 * easy + 0.2


def pieces(word):
    return [word[at : at + 50] for at in range(0, len(word), 50)]


def used(function, *given):
    began = time.process_time()
    function(*given)
    return time.process_time() - began


def broken(html):
    page = HTML(string=html).etree_element
    break_long_words(page)
    return page


def test_long_words_are_broken_in_text_and_nowhere_else():
    head = f"<style>.{WORD} {{ color: red }}</style>"
    page = broken(PAGE.format(head, f'<p title="{WORD}">{WORD}<b>b</b>{WORD}</p>'))
    assert page.find(".//style").text == f".{WORD} {{ color: red }}"
    [paragraph] = page.iter("p")
    assert paragraph.get("title") == WORD
    for text in (paragraph.text, paragraph.find("b").tail):
        assert text.replace("\u200b", "") == WORD
        assert max(map(len, text.split("\u200b"))) <= LONGEST_WORD


@pytest.mark.parametrize(
    "words",
    [
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
        "https://www.example.org/letters/2026/of-our-school/",
        "plain words " * 200,
        "w" * LONGEST_WORD,
    ],
)
def test_words_that_people_write_stay_as_they_are(words):
    [paragraph] = broken(PAGE.format("", f"<p>{words}</p>")).iter("p")
    assert paragraph.text == words


def test_no_letter_loses_its_accents_and_no_family_its_members():
    for letter in ("e\u0301", "👨\u200d👩\u200d👧", "क्"):
        [paragraph] = broken(PAGE.format("", f"<p>a{letter * 200}</p>")).iter("p")
        parts = paragraph.text.split("\u200b")
        assert len(parts) > 1
        assert not [part for part in parts[1:] if unicodedata.category(part[0]).startswith("M") or part[0] == "\u200d"]
        assert not [part for part in parts if part.endswith("\u200d")]


def test_accents_without_end_are_broken_all_the_same():
    [paragraph] = broken(PAGE.format("", f"<p>a{chr(0x301) * 9000}</p>")).iter("p")
    assert max(map(len, paragraph.text.split("\u200b"))) <= 2 * LONGEST_WORD


def test_no_pdf_is_laid_out_in_a_process_that_answers_pages():
    asked = (
        "import sys, django; django.setup(); import safeguarding.wsgi, safeguarding.urls; print('weasyprint' "
        "in sys.modules)"
    )
    plain = {"HARBOUR_ENV_FILE": os.devnull, "HARBOUR_VAR": "/nonexistent", "PATH": os.environ["PATH"]}
    env = plain | {"DJANGO_SETTINGS_MODULE": "safeguarding.settings", "HARBOUR_DEMO": "true"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", asked], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False", done.stderr[-500:]


def test_the_printer_holds_no_secret_of_harbour(tmp_path):
    program = Program(tmp_path)
    os.environ["OWNER_DATABASE_URL"] = "postgres://owner:canary@/harbour"
    try:
        program.start()
    finally:
        del os.environ["OWNER_DATABASE_URL"]
    try:
        held = Path(f"/proc/{program.process.pid}/environ").read_bytes()
        loaded = Path(f"/proc/{program.process.pid}/maps").read_text()
        folder, socket = program.address.parent.stat(), program.address.stat()
    finally:
        program.stop()
    assert b"canary" not in held
    assert b"HARBOUR" not in held
    assert "psycopg" not in loaded
    assert (stat.S_IMODE(folder.st_mode), stat.S_IMODE(socket.st_mode)) == (0o700, 0o600)
