"""What paper may fetch: packaged assets by their exact names, and nothing else."""

import pytest
from weasyprint.urls import FatalURLFetchingError

from safeguarding.printing.layout import PackagedAssets, make
from tests.pdfs import Printed

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
