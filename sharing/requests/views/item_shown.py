"""What stands on the page of one item: its text in sentences, a page of it, its details, and what is given of it?"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from safeguarding.keys import number_of
from sharing.requests import redacting, sentences
from sharing.requests.models import Redaction, RequestItem, RequestPerson
from sharing.requests.redacting.marks import Area, Document, DrawnPage, Marks, Range, Rectangle, Released, Run
from sharing.requests.redacting.pages import open_boxes, painted_on
from sharing.requests.services import documents
from sharing.requests.services.documents import Marked
from sharing.requests.services.holding import unread_pages

_TONES = {sentences.OPEN: "line", sentences.OUT: "", sentences.REPLACE: "", sentences.KEEP: "ok", sentences.MUST: "bad"}
_STATES = {"out": sentences.OUT, "replace": sentences.REPLACE, "keep": sentences.KEEP}


@dataclass(frozen=True)
class Detail:
    """A line of "Names and details": who or what it is, how often it stands here, and what was decided."""

    number: int
    what: str
    kind: str
    state: str
    count: int = 1
    note: str = ""
    person: RequestPerson | None = None
    row: Redaction | None = None

    @property
    def says(self) -> str:
        return "To decide" if self.state == sentences.OPEN else sentences.SAYS[self.state]

    @property
    def tone(self) -> str:
        return _TONES[self.state]

    @property
    def is_open(self) -> bool:
        return self.state == sentences.OPEN

    @property
    def is_must(self) -> bool:
        return self.state == sentences.MUST

    @property
    def may_be_ticked(self) -> bool:
        return self.person is not None and self.state != sentences.MUST


def details_of(document: Document, marked: Marked) -> list[Detail]:
    """Who was found, in the order in which they stand there, then what was marked by hand."""
    often = Counter(place.person for place in marked.marks.found)
    found = [_of_person(at, person, often[str(person.pk)], marked) for at, person in enumerate(marked.people, start=1)]
    by_hand = zip(marked.by_hand, marked.marks.by_hand, strict=True)
    return found + [
        Detail(at, _words_of(document, mark), "Marked by hand", _STATES[row.deed], note=_note(row), row=row)
        for at, (row, mark) in enumerate(by_hand, start=len(found) + 1)
    ]


def _of_person(at: int, person: RequestPerson, count: int, marked: Marked) -> Detail:
    row = marked.decided.get(str(person.pk))
    state = _STATES[row.deed] if row else sentences.OPEN
    if str(person.pk) in marked.marks.must_go:
        row, state = None, sentences.MUST
    kind = person.get_kind_display()  # type: ignore[attr-defined]
    return Detail(at, documents.full_name(person), kind, state, count, _note(row) if row else "", person, row)


def _note(row: Redaction) -> str:
    told = [f"Shown as “{row.instead}”"] if row.instead else []
    return ". ".join([*told, row.exemption.title] if row.exemption else told)


def _words_of(document: Document, mark: Range | Rectangle) -> str:
    if isinstance(mark, Range):
        return f"“{Truncator(document.block_of[mark.block].text[mark.start : mark.end].strip()).chars(90)}”"
    words = " ".join(word.text for word in document.page_of[mark.page].words if mark.area.touches(word.area))
    place = f"Rectangle on page {mark.page}"
    return f"{place}: “{Truncator(words).chars(90)}”" if words else place


def numbers_of(marked: Marked, details: Sequence[Detail]) -> dict[object, int]:
    """The number of each person and of each mark by hand."""
    people = {str(one.person.pk): one.number for one in details if one.person}
    by_hand = [one.number for one in details if one.person is None]
    return people | dict(zip(marked.marks.by_hand, by_hand, strict=True))


def texts_of(
    document: Document, marked: Marked, details: Sequence[Detail], ticked: Iterable[str], *, may_tick: bool
) -> list[tuple[str, SafeString]]:
    """Each text with its label, as HTML: its sentences with their tick boxes, every piece in its own element.

    Put together here, since a space between two pieces would be one in the text.
    """
    chosen = set(ticked)
    blocks = sentences.shown_blocks(document, marked.marks, numbers_of(marked, details))
    return [
        (
            block.label,
            format_html_join("", "{}", ((_sentence(one, block.number, chosen, may_tick),) for one in block.sentences)),
        )
        for block in blocks
    ]


def marked_texts(document: Document, marks: Marks) -> list[tuple[str, SafeString]]:
    """Each text with its label, as HTML, with what is marked in it and nothing to tick."""
    return [
        (block.label, _joined(_sentence(one, block.number, (), may_tick=False) for one in block.sentences))
        for block in sentences.shown_blocks(document, marks, {})
    ]


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _sentence(sentence: sentences.Sentence, block: int, chosen: Collection[str], may_tick: bool) -> SafeString:
    words = _joined(_piece(one, block) for one in sentence.pieces)
    if sentence.is_blank or not may_tick:
        return words
    name = f"s-{sentence.value.replace(':', '-')}"
    return format_html(
        '<input class="hb-doc__tick" type="checkbox" form="mark" name="at" value="{}" aria-labelledby="{}"{}>'
        '<span id="{}">{}</span>',
        sentence.value,
        name,
        SafeString(" checked") if sentence.value in chosen else "",
        name,
        words,
    )


def _piece(piece: sentences.Shown, block: int) -> SafeString:
    whole = SafeString(" data-whole") if piece.is_mention else ""
    words = format_html(
        '<span data-block="{}" data-from="{}" data-to="{}"{}>{}</span>',
        block,
        piece.start,
        piece.end,
        whole,
        piece.text,
    )
    if not piece.state:
        return words
    numbers = ", ".join(map(str, piece.numbers))
    which = f", detail {numbers}" if numbers else ""
    return format_html(
        '<mark class="hb-mark--{}"><span class="hb-vh">[{}{}: </span>{}{}<span class="hb-vh">]</span></mark>',
        piece.state,
        piece.says,
        which,
        words,
        format_html("<sup>{}</sup>", numbers) if numbers else "",
    )


def given_of(item: RequestItem, document: Document, marked: Marked) -> list[tuple[str, SafeString]]:
    """The texts of an item as they are given, with their labels: none of their words was taken out."""
    say = documents.say_of(item.case, marked.people, documents.kept_in(marked.marks))
    # Of the texts alone: pages are pictures, each at an address of its own.
    texts = redacting.told(Released(redacting.released_blocks(document, marked.marks), ()), say)
    return [(block.label, _joined(map(_run, block.runs))) for block in texts.blocks]


def _run(run: Run) -> SafeString:
    return format_html('<span class="hb-cut">[{}]</span>' if run.is_cut else "{}", run.text)


def page_of(item: RequestItem, document: Document, marks: Marks, wanted: str) -> dict[str, Any] | None:
    """The page that is shown of those that were drawn: its pictures, words and rectangles; None where there is none."""
    if not document.pages:
        return None
    order = [page.n for page in document.pages]
    asked = number_of(wanted)
    n = asked if asked is not None and asked in document.page_of else order[0]
    page, at = document.page_of[n], order.index(n)
    here = reverse("request_item", args=[item.pk])
    return {
        "n": n,
        "of": len(order),
        "picture": f"{reverse('request_item_page', args=[item.pk])}?page={n}",
        # Made anew whenever something is decided: a browser keeps none of it anyhow.
        "released": f"{reverse('request_item_page_released', args=[item.pk])}?page={n}&state={item.revision}",
        "words": sentences.shown_words(page, marks),
        "rectangles": list(_rectangles(page, marks)),
        "is_read": n in item.pages_read,
        "unread": unread_pages(document, item),
        "previous": f"{here}?page={order[at - 1]}#pages" if at else "",
        "next": f"{here}?page={order[at + 1]}#pages" if at + 1 < len(order) else "",
    }


def _rectangles(page: DrawnPage, marks: Marks) -> Iterable[tuple[str, Area, int, int]]:
    still_open = [box.area for box in open_boxes(Document((), (page,)), marks)]
    kept = [mark.area for mark in marks.rectangles_of.get(page.n, []) if mark.decision.deed.value == "keep"]
    painted = [one.area for one in painted_on(page, marks)]
    for css, areas in (("hb-area--open", still_open), ("hb-area--keep", kept), ("hb-area--out", painted)):
        yield from ((css, area, area.x1 - area.x0, area.y1 - area.y0) for area in areas)
