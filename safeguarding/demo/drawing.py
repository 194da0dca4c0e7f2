"""Which pictures does the demo school have? A drawing of a house, a page of a letter, a photograph of nobody."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

_LINE = 6


def a_house() -> bytes:
    """A JPEG: a house, a tree and somebody beside it, in three colours."""
    paper = Image.new("RGB", (900, 640), "#fffdf5")
    pen = ImageDraw.Draw(paper)
    pen.line([(60, 560), (840, 548)], fill="#3f7d3a", width=_LINE)
    pen.polygon([(180, 300), (360, 150), (545, 308)], outline="#b3392f", width=_LINE)
    pen.rectangle([(205, 300), (520, 555)], outline="#2b4c7e", width=_LINE)
    pen.rectangle([(250, 350), (320, 420)], outline="#2b4c7e", width=_LINE)
    pen.rectangle([(405, 352), (474, 421)], outline="#2b4c7e", width=_LINE)
    pen.line([(700, 553), (696, 400)], fill="#7a5230", width=3 * _LINE)
    pen.ellipse([(612, 232), (790, 420)], outline="#3f7d3a", width=_LINE)
    pen.ellipse([(590, 448), (628, 486)], outline="#222222", width=_LINE)
    for end in ((608, 524), (588, 556), (628, 556), (580, 505), (638, 503)):
        pen.line([(608, 486 if end[1] > 510 else 500), end], fill="#222222", width=_LINE)
    return _saved(paper, "JPEG")


def a_letter(lines: Sequence[str]) -> bytes:
    """A PDF of one page."""
    paper = Image.new("RGB", (1240, 1754), "#ffffff")
    pen = ImageDraw.Draw(paper)
    for number, line in enumerate(lines):
        pen.text((140, 180 + 70 * number), line, fill="#222222", font=ImageFont.load_default(size=40))
    return _saved(paper, "PDF")


def a_face() -> bytes:
    """A JPEG: a face of nobody, as a child would draw it."""
    paper = Image.new("RGB", (640, 720), "#cfe3ea")
    pen = ImageDraw.Draw(paper)
    pen.ellipse([(110, 560), (530, 980)], fill="#2b4c7e")
    pen.ellipse([(170, 150), (470, 560)], fill="#e8b994")
    pen.pieslice([(150, 110), (490, 460)], 180, 360, fill="#5b3a21")
    for left in (245, 355):
        pen.ellipse([(left, 330), (left + 40, 370)], fill="#222222")
    pen.arc([(255, 380), (385, 490)], 20, 160, fill="#8a3b2f", width=10)
    return _saved(paper, "JPEG")


def _saved(paper: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    paper.save(out, kind, quality=88)
    return out.getvalue()
