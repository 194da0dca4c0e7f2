"""What does a child of the demo school draw? A house, a tree and somebody beside it, in three colours."""

from io import BytesIO

from PIL import Image, ImageDraw

_LINE = 6


def a_house() -> bytes:
    """A JPEG."""
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
    out = BytesIO()
    paper.save(out, "JPEG", quality=88)
    return out.getvalue()
