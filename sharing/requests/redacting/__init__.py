"""What of a copied document goes to the requester? A pure function from the document and its marks to released runs.

A document is blocks of text and pages; a page is a picture drawn elsewhere, and only the words on it and their boxes
are known here. A mark takes out, replaces or keeps: by hand, or because somebody found there was decided on. What is
effective at a place is the mark by hand, else the decision on the person, else it is open. Where marks of one sort
overlap, taken out beats kept. Nothing that `release` gives holds a word that was taken out; `withheld` gives those,
for the check of the finished files alone.
"""

from collections.abc import Mapping, Sequence

from children import mentions

from .marks import TYPED, Document, Marks, Released, ReleasedBlock, Run, check, check_decision, document_of, share
from .pages import open_boxes, painted_on, passages, released_page
from .texts import Piece, joined, pieces_of, runs

__all__ = ["Marks", "check", "check_decision", "document_of", "release", "released_blocks", "share", "told", "withheld"]


def release(document: Document, marks: Marks) -> Released:
    """What goes out of a document. Raises `BadInput` for a mark beyond the text or off the page."""
    check(document, marks)
    pieces = pieces_of(document, marks)
    blocks = _blocks(document, pieces)
    pages = [released_page(page, marks) for page in document.pages]
    open_spans = {span: None for some in pieces.values() for piece in some for span in piece.open}
    return Released(blocks, tuple(pages), (*open_spans, *open_boxes(document, marks)))


def released_blocks(document: Document, marks: Marks) -> tuple[ReleasedBlock, ...]:
    """The texts of it alone, as `release` gives them: of a document whose marks were checked when they were made."""
    return _blocks(document, pieces_of(document, marks))


def _blocks(document: Document, pieces: Mapping[str, Sequence[Piece]]) -> tuple[ReleasedBlock, ...]:
    return tuple(ReleasedBlock(b.key, b.label, tuple(runs(b.text, pieces[b.key]))) for b in document.blocks)


def withheld(document: Document, marks: Marks) -> list[str]:
    """The words that are taken out, each passage by itself: for the check of the finished files, and nothing else.

    Of what nobody typed, such as a surname of the school's lists, only what was marked by hand: its words stand
    elsewhere too, and who goes is looked for by every form of their name.
    """
    check(document, marks)
    pieces = pieces_of(document, marks)
    if any(block.kind != TYPED for block in document.blocks):
        by_hand = pieces_of(document, Marks(marks.by_hand))
        pieces |= {block.key: by_hand[block.key] for block in document.blocks if block.kind != TYPED}
    found = [
        block.text[start:end]
        for block in document.blocks
        for is_cut, start, end, _ in joined(pieces[block.key])
        if is_cut
    ]
    for page in document.pages:
        found += passages(page.words, painted_on(page, marks))
    return [words for one in found for words in _without_mentions(one)]


def _without_mentions(passage: str) -> list[str]:
    """What stands between the mentions of a passage: nobody could find a marker in a finished file."""
    parts = mentions.MARK.sub("\0", passage).split("\0")
    return [words for words in (" ".join(part.split()) for part in parts) if words]


def told(released: Released, say: mentions.Say) -> Released:
    """The same with each mention as `say` tells it."""
    blocks = tuple(
        ReleasedBlock(
            block.key,
            block.label,
            tuple(run if run.is_cut else Run(mentions.told(run.text, say)) for run in block.runs),
        )
        for block in released.blocks
    )
    return Released(blocks, released.pages, released.open)
