"""Does the double of the printer give the same text for every kind of paper, and answer as the printer does?"""

import ast
import io
import json
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from safeguarding.keys import uuid7
from safeguarding.printing import client as printer_client
from safeguarding.printing import joining, layout, services
from tests import factories
from tests.papers import COMPARED, ensure_same, kinds
from tests.pdfs import Printed
from tests.postgres import ROOT

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Reference 7</title>
<link rel="stylesheet" href="asset:paper.css"></head>
<body><main{} data-school="Testham" data-reference="Reference 7" data-printed="Printed by
  Priya Raman. Confidential.">{}</main></body></html>"""
SHOWN = {
    "inline": "<p>One <b>word</b>ly<br>of &amp; <i>Kate O’Dowd</i></p>",
    "letters": "<p>é x\u0302 \ufb01 fi soft\u00adly &nbsp; 😀</p>",
    "lists": "<p>Before</p><ul><li>One</li><li>Two <b>x</b></li></ul><p>Behind</p>",
    "tables": "<table><caption>Dates</caption><thead><tr><th>On</th><th>What</th></tr></thead>"
    "<tbody><tr><th>1 May</th><td><p>Rang.</p><p>Came.</p></td></tr></tbody></table>",
    "drawings": '<p><svg viewBox="0 0 90 90" width="90" height="90"><title>Not shown</title>'
    '<text x="9" y="20">Left</text></svg></p><p>Behind</p>',
    "scripts": "<p>قال لي شيء</p><p>他说家里没有人</p><p>Вдома нікого</p>",
    "sheets": '<div class="form"><h1 data-reference="P-1">Form</h1>'
    '<h2 class="overleaf" data-reference="P-1">Marks</h2></div>',
    "long": f"<p>{'word ' * 3000}</p><p>{'x' * 300}</p>",
}


@pytest.mark.parametrize("name", SHOWN)
def test_both_say_the_same(name: str) -> None:
    ensure_same(PAGE.format("", SHOWN[name]))


def test_a_word_more_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    make = layout.make
    monkeypatch.setattr(layout, "make", lambda html, pictures: make(html.replace("Behind", "Behind it"), pictures))
    with pytest.raises(AssertionError):
        ensure_same(PAGE.format("", SHOWN["lists"]))


def test_every_kind_of_paper_is_compared_by_a_test() -> None:
    assert set(COMPARED) == kinds()
    for name in set(COMPARED.values()):
        path, test = name.split("::")
        tree = ast.parse((ROOT / "tests" / "integration" / path).read_text())
        assert test in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, name


@pytest.mark.django_db
def test_the_list_of_concerns_is_printed(client: Client) -> None:
    room = factories.staffroom()
    concern = factories.concern(room)
    client.force_login(room.lead)
    paper = Printed(client.get(reverse("concerns_paper")).content)
    assert concern.reference in paper.text and paper.text.endswith("Page 1 of 1")


# --- over the socket


def made(content: bytes, **more: bool) -> printer_client.Said:
    return printer_client.make(uuid7(), content, whose=uuid7(), wait=5, **more)


def test_pieces_and_parts_are_joined_and_numbered_in_the_whole() -> None:
    pieces = [PAGE.format(' class="piece"', f"<h1>Part {name}</h1>") for name in "AB"]
    joined = Printed(joining.join([layout.make(piece) for piece in pieces])).pages()
    assert joined[1].endswith("Page 2 of 2")
    whole = made(json.dumps({"pieces": pieces}).encode(), in_pieces=True)
    assert (whole.state, whole.sheets) == ("done", 2)
    parts = made(services.written_to_join([made(services.written([piece])).pdf for piece in pieces]))
    assert Printed(whole.pdf).pages() == Printed(parts.pdf).pages() == joined


def test_its_file_has_title_outline_and_pictures() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(picture, "JPEG")
    shown = PAGE.format("", '<h1>Item 1: Letter</h1><img src="picture:one" alt="A page">')
    paper = Printed(made(services.written([shown], pictures={"one": picture.getvalue()})).pdf)
    assert str(paper.document.docinfo.Title) == "Reference 7"
    with paper.document.open_outline() as outline:
        assert [entry.title for entry in outline.root] == ["Item 1: Letter"]
    assert len(paper.document.pages[0].get_images()) == 1


@pytest.mark.parametrize("content", [b"{}", b"no JSON", services.written(['<body><img src="picture:none"></body>'])])
def test_what_cannot_be_printed_is_broken(content: bytes) -> None:
    assert (said := made(content)).state == "failed" and said.why == "broken"


def test_a_print_that_nobody_waits_for_is_fetched_and_forgotten() -> None:
    key: UUID = uuid7()
    assert printer_client.look(key).state == "unknown"
    printer_client.make(key, services.written([PAGE.format("", "<p>Words</p>")]), whose=uuid7(), wait=5)
    assert printer_client.look(key).state == "unknown", "it was answered, and is kept nowhere"
