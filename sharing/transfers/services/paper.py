"""Lay out a file on paper: a cover for each volume, the index, the chronology, every entry, the receipt slip.

In pieces, so that no process ever holds more than one: each is laid out by the printer, and those of a volume are then
joined. Nothing is put into a store here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import pikepdf

from safeguarding.accounts.models import User
from safeguarding.audit.seals.notes import PublicKey
from safeguarding.exceptions import BadInput
from safeguarding.keys import entry_token
from safeguarding.printing import services as printing
from safeguarding.printing.gathering import For
from safeguarding.printing.pages import frame, page
from sharing.transfer_file.containers import ROOM, Content, placed, volumes_of
from sharing.transfer_file.manifest import PAGES
from sharing.transfer_file.record import FileEntry
from sharing.transfers.models import FileSending

from .composing import LISTED, Composed, Numbered, Section, dated, runs

# Of a whole file: what the printer makes in a few minutes, and a person can still leaf through.
MOST_PAGES = 1_200
TOO_LONG = (
    f"This file would have more than {MOST_PAGES:,} pages, and Harbour makes no more. Print the record in parts from "
    "the child’s page, and hand it over on paper"
)
# A cover has one sheet, or two where there are many volumes.
_COVER = 2
# Of one piece: letters, of which a line counts as many as would fill it, and rows of a list.
_LETTERS, _LINE, _ROWS = 60_000, 80, 500
# Bytes that the printer joins at once.
_JOINED = 20 * 2**20
# Nobody waits on a page: as long as one piece may take, and a full printer before it.
_PATIENCE = 120.0
# Records with few words are rows of a table, from this many on.
_FROM = 8


@dataclass(frozen=True)
class Row:
    """A line of the index: the entries of a kind that are short and many have one together."""

    first: Numbered
    last: Numbered
    count: int


@dataclass(frozen=True)
class _Portion:
    """As much of a section as one piece holds. A long entry goes on in the next."""

    entry: Numbered
    texts: tuple[tuple[str, str], ...]
    is_continued: bool = False


class Paper:
    """Prints one file for whoever asked for it."""

    def __init__(self, sending: FileSending, composed: Composed, by: User, key: PublicKey, at: datetime) -> None:
        self.sending, self.composed, self.by, self.key = sending, composed, by, key
        self.title = f"File {sending.pk.hex[-8:].upper()}"
        self._frame = frame(by, sending.school_id, title=self.title, at=at)
        self._made = 0

    def contents(self) -> list[Content]:
        """What each volume is made of. Raises `BadInput` for a file that is too long, and what the printer raises."""
        pieces, sheets = [], []
        for html in self._pieces():
            pdf = self._print(html)
            pieces.append(pdf)
            sheets.append(_sheets(pdf))
            if sum(sheets) + _COVER > MOST_PAGES:
                raise BadInput(f"{TOO_LONG}.")
        beside = len(self.composed.record.to_json())
        sizes = [len(pdf) for pdf in pieces]
        volumes = volumes_of(sheets, sizes, most=PAGES, cover=_COVER, room=_JOINED)
        taken = [sum(sizes[place] for place in volume) for volume in volumes]
        taken[0] += beside
        documents = placed({name: one.size for name, one in self.composed.documents.items()}, taken, room=ROOM)
        made = []
        for place, names in enumerate(documents):
            parts = [pieces[number] for number in volumes[place]] if place < len(volumes) else []
            pages = self._join([self._cover(place + 1, len(documents), names), *parts])
            made.append(Content(pages, {name: self.composed.documents[name].read for name in names}))
        if sum(_sheets(content.pages) for content in made) > MOST_PAGES:
            raise BadInput(f"{TOO_LONG}.")
        return made

    def _pieces(self) -> Iterator[str]:
        rows = [row for section in self.composed.sections for row in index(section)]
        for some in _in_parts(rows):
            yield self._html("transfer_index", rows=some, is_first=some[0] is rows[0])
        days = dated(self.composed.sections)
        for some in _in_parts(days):
            yield self._html("transfer_chronology", days=some, is_first=some[0] is days[0])
        for section in self.composed.sections:
            yield from self._of(section)
        yield self._html("transfer_slip")

    def _of(self, section: Section) -> Iterator[str]:
        is_first, waiting, weight = True, list[_Portion](), 0
        for portion in _portions(section):
            heavy = _weight(portion.texts)
            if waiting and weight + heavy > _LETTERS:
                yield self._section(section, waiting, is_first)
                is_first, waiting, weight = False, [], 0
            waiting.append(portion)
            weight += heavy
        yield self._section(section, waiting, is_first)

    def _section(self, section: Section, portions: Sequence[_Portion], is_first: bool) -> str:
        return self._html("transfer_entries", section=section, groups=list(_groups(portions)), is_first=is_first)

    def _cover(self, number: int, of: int, names: Sequence[str]) -> bytes:
        return self._print(self._html("transfer_front", number=number, of=of, names=names, key=self.key))

    def _html(self, name: str, **said: Any) -> str:
        about = {"sending": self.sending, "record": self.composed.record, "piece": True}
        return page(For(self.by), f"pdf/{name}.html", {**about, **self._frame, **said}, ())

    def _print(self, html: str) -> bytes:
        return self._ask(printing.written([html]))

    def _join(self, parts: Sequence[bytes]) -> bytes:
        return self._ask(printing.written_to_join(parts))

    def _ask(self, content: bytes) -> bytes:
        self._made += 1
        key = entry_token(self.sending.pk, self._made, content)
        return printing.make_at_once(content, key=key, whose=self.by.pk, wait=_PATIENCE)


def index(section: Section) -> list[Row]:
    """The lines of the index for a section."""
    found = []
    for run in runs(section.entries):
        if len(run) >= _FROM and all(is_short(one.entry) for one in run):
            found.append(Row(run[0], run[-1], len(run)))
        else:
            found += [Row(one, one, 1) for one in run]
    return found


def is_short(entry: FileEntry) -> bool:
    """Whether a record is a row of a table where there are many of its kind."""
    return not entry.documents and all(len(text) <= LISTED and "\n" not in text for _, text in entry.texts)


def _groups(portions: Sequence[_Portion]) -> Iterator[Mapping[str, Any]]:
    """Portions as they stand on a page: one by one, or as rows of a table."""
    waiting: list[_Portion] = []
    for portion in portions:
        is_row = is_short(portion.entry.entry) and not portion.is_continued
        if waiting and not (is_row and waiting[0].entry.entry.kind == portion.entry.entry.kind):
            yield from _group(waiting)
            waiting = []
        if is_row:
            waiting.append(portion)
        else:
            yield {"portion": portion}
    yield from _group(waiting)


def _group(rows: Sequence[_Portion]) -> Iterator[Mapping[str, Any]]:
    if len(rows) >= _FROM:
        yield {"rows": rows, "kind": rows[0].entry.entry.kind}
    else:
        yield from ({"portion": one} for one in rows)


def _portions(section: Section) -> Iterator[_Portion]:
    """The entries of a section, the long ones cut between paragraphs, else wherever a piece is full."""
    for one in section.entries:
        texts = [(label, part) for label, text in one.entry.texts for part in _cut(text)]
        first, weight, portion = True, 0, list[tuple[str, str]]()
        for pair in texts:
            if portion and weight + _weight([pair]) > _LETTERS:
                yield _Portion(one, tuple(portion), not first)
                first, weight, portion = False, 0, []
            portion.append(pair)
            weight += _weight([pair])
        yield _Portion(one, tuple(portion), not first)


def _cut(text: str) -> Iterator[str]:
    """A text in parts that one piece holds."""
    most = _LETTERS // 2
    while _weight([("", text)]) > most:
        lines, kept, weight = text.split("\n"), 0, 0
        while kept < len(lines) and weight + len(lines[kept]) + _LINE <= most:
            weight += len(lines[kept]) + _LINE
            kept += 1
        head = "\n".join(lines[:kept]) if kept else text[: most - _LINE]
        yield head
        text = text[len(head) + (1 if kept else 0) :]
    yield text


def _weight(texts: Sequence[tuple[str, str]]) -> int:
    return sum(len(label) + len(text) + _LINE * (2 + text.count("\n")) for label, text in texts)


def _in_parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), _ROWS):
        yield rows[first : first + _ROWS]


def _sheets(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as found:
        return len(found.pages)
