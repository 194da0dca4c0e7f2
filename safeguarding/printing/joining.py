"""How do prints that were laid out one after the other become one? Their pages, what a screen reader walks, and the
outline are joined, and every page is numbered in the whole.

A long print is laid out in pieces, so that no process ever holds more than one. Run inside the printer alone, like
`layout.py`, and knows as little.
"""

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import Array, Name, Object, Page, Pdf

from . import layout

_NUMBERS = """<html lang="en-GB"><head><title>-</title><link rel="stylesheet" href="asset:paper.css"></head>
<body class="numbers">{}</body></html>"""
# So many are laid out together.
_AT_ONCE = 50


def join(pieces: Sequence[bytes]) -> bytes:
    """Tagged PDFs as one, in their order; each begins on a page of its own. Title and language are the
    first's.
    """
    whole = pikepdf.open(io.BytesIO(pieces[0]))
    for piece in pieces[1:]:
        with pikepdf.open(io.BytesIO(piece)) as more:
            _append(whole, more)
    _number(whole)
    out = io.BytesIO()
    whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    whole.close()
    return out.getvalue()


def _append(whole: Pdf, more: Pdf) -> None:
    """The pages first: what leads to a page that is there already leads to it, and does not bring it once more."""
    pages = len(whole.pages)
    whole.pages.extend(more.pages)
    tree = whole.copy_foreign(more.Root.StructTreeRoot)
    _append_structure(whole, tree, whole.pages[pages:])
    if Name.Outlines in more.Root:
        _append_outline(whole, whole.copy_foreign(more.Root.Outlines))


def _append_structure(whole: Pdf, tree: Object, pages: Sequence[Page]) -> None:
    """What the document of one piece holds, into the document of the whole; its numbers go on from there."""
    ours, theirs = whole.Root.StructTreeRoot, tree
    document, added = _document(ours), _document(theirs)
    for part in _each(added.K):
        part.P = document
    document.K = Array([*_each(document.K), *_each(added.K)])
    numbers = ours.ParentTree.Nums
    after = int(numbers[-2]) + 1 if len(numbers) else 0
    for place in range(0, len(theirs.ParentTree.Nums), 2):
        numbers.append(int(theirs.ParentTree.Nums[place]) + after)
        numbers.append(theirs.ParentTree.Nums[place + 1])
    for page in pages:
        if Name.StructParents in page.obj:
            page.obj.StructParents = int(page.obj.StructParents) + after
        for note in page.obj.get(Name.Annots, ()):
            if Name.StructParent in note:
                note.StructParent = int(note.StructParent) + after


def _document(tree: Object) -> Object:
    """The element that all others stand in."""
    [document] = _each(tree.K)
    return document


def _each(kids: Object) -> list[Object]:
    return list(kids) if isinstance(kids, Array) else [kids]


def _append_outline(whole: Pdf, outline: Object) -> None:
    """Below the first entry of the whole, which is its title."""
    if Name.Outlines not in whole.Root:
        whole.Root.Outlines = outline
        return
    top = whole.Root.Outlines
    above = top.First
    entry = outline.get(Name.First)
    while entry is not None:
        entry.Parent = above
        entry = entry.get(Name.Next)
    if Name.Last in above:
        above.Last.Next, outline.First.Prev = outline.First, above.Last
    else:
        above.First = outline.First
    above.Last = outline.Last
    # Both are open: what is shown below them counts.
    for one in (above, top):
        one.Count = int(one.get(Name.Count, 0)) + int(outline.get(Name.Count, 0))


def _number(whole: Pdf) -> None:
    """Page x of y, at the foot of each page and as decoration: a screen reader knows where it is."""
    pages = list(whole.pages)
    for first in range(0, len(pages), _AT_ONCE):
        some = pages[first : first + _AT_ONCE]
        said = (f"Page {number} of {len(pages)}" for number in range(first + 1, first + 1 + len(some)))
        body = "".join(f'<p data-number="{words}"></p>' for words in said)
        with pikepdf.open(io.BytesIO(layout.make(_NUMBERS.format(body)))) as numbers:
            for number, (page, shown) in enumerate(zip(some, numbers.pages, strict=True), first + 1):
                _stamp(page, number, whole.copy_foreign(shown.as_form_xobject()))


def _stamp(page: Page, number: int, form: Object) -> None:
    # Pages may share what they draw, so each has a name of its own. A name by lot may have somebody's initials in it.
    name = page.add_resource(form, Name.XObject, Name(f"/HarbourPage{number}"))
    page.contents_add(b"q", prepend=True)
    page.contents_add(b"Q /Artifact BMC q %s Do Q EMC" % str(name).encode())
