"""What of a case goes on paper, and what may stand on none of it? Read as it was approved, for the worker alone.

What is protected is everything that was taken out: passages, whole items, everybody who is not kept, addresses that may
not be given. It is handed to the check of the finished files and to nothing that prints.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from children import mentions
from safeguarding.dates import full_day
from safeguarding.exceptions import OutOfTurn
from safeguarding.uploads.kinds import KINDS, Kind
from sharing.requests.bundling import Frame, PaperItem, given, rectangles_of, withheld_item
from sharing.requests.checking import Areas, Excused, Passage, Protected, left_standing
from sharing.requests.checking.words import Matcher
from sharing.requests.models import Bundle, Decided, Exemption, RequestFile, RequestItem, RequestPerson, RightsRequest
from sharing.requests.redacting import release, told, withheld
from sharing.requests.redacting.marks import (
    WHOLE,
    Area,
    Decision,
    Deed,
    Document,
    Marks,
    Range,
    Rectangle,
    Released,
)

from . import documents, known_people
from .holding import GIVEN

# What the index calls an item whose title must not stand there.
_WITHHELD, _A_RECORD, _A_FILE = "Withheld", "A record", "A file"
_A_TEXT = "Text"
_EVERYTHING = Decision(Deed.OUT)
_BY_HAND = {
    RequestItem.Without.NOT_COPIED: "Sound or film, which is given by hand",
    RequestItem.Without.WITHHELD_FILE: "A file that is not here",
}


@dataclass(frozen=True)
class FileOf:
    """The bytes of an item in the store: they are opened to draw its pages, and go no further."""

    stored: str
    record: UUID
    kind: Kind


@dataclass(frozen=True)
class Taken:
    """An item as it was decided. `released` is None where it is not given."""

    number: int
    title: str
    about: str
    document: Document
    marks: Marks
    released: Released | None
    reasons: tuple[str, ...] = ()
    file: FileOf | None = None
    source: tuple[str, UUID] | None = None

    def on_paper(self, pictures: Mapping[int, bytes]) -> PaperItem:
        """The item for the printer. Raises `OutOfTurn` where a place is open, or a page has no picture."""
        if self.released is None:
            return withheld_item(self.number, self.title, self.reasons)
        return given(self.number, self.title, self.about, self.released, pictures)

    def rectangles(self) -> dict[int, list[list[int]]]:
        """What is painted over, by page."""
        return {page.n: rectangles_of(page) for page in self.released.pages} if self.released else {}

    def passages(self) -> list[Passage]:
        """What was taken out of it; of one that is not given, everything."""
        marks = self.marks if self.released else Marks(list(_all_of(self.document)))
        return [Passage(self.number, words) for words in withheld(self.document, marks)]

    def texts(self) -> list[str]:
        """What it says as it is given."""
        if self.released is None:
            return []
        blocks = [" ".join(run.text for run in block.runs if not run.is_cut) for block in self.released.blocks]
        return [*blocks, *(" ".join(page.words) for page in self.released.pages)]

    def kept(self, say: mentions.Say) -> Iterator[Excused]:
        """What was kept by hand, in its own words."""
        for mark in self.marks.by_hand if self.released else ():
            if mark.decision.deed is not Deed.KEEP:
                continue
            if isinstance(mark, Range):
                words = self.document.block_of[mark.block].text[mark.start : mark.end]
                yield Excused(self.number, mentions.told(words, say))
            else:
                page = self.document.page_of[mark.page]
                yield Excused(self.number, " ".join(word.text for word in page.words if mark.area.holds(word.area)))


@dataclass(frozen=True)
class Composed:
    """A bundle as it is to be laid out, and what the check of its files is given."""

    bundle: Bundle
    frame: Frame
    items: tuple[Taken, ...]
    laws: Mapping[str, str]
    protected: Protected
    # Of each number on paper the item that has it, also of those that are not shown.
    rows: Mapping[int, RequestItem]

    @property
    def painted(self) -> dict[int, Sequence[Areas]]:
        """What is painted over, page by page, of each item that is given as pictures."""
        return {
            one.number: [[Area(*area) for area in areas] for areas in one.rectangles().values()]
            for one in self.items
            if one.released and one.released.pages
        }

    @property
    def sources(self) -> list[tuple[str, UUID | None]]:
        """The records whose copies are given; of what was added by hand there is none."""
        return [one.source or ("", None) for one in self.items if one.released]

    @property
    def is_cut(self) -> bool:
        return any(one.released is None or one.released.is_cut for one in self.items)


def compose(bundle: Bundle) -> Composed:
    """What was approved of the case of a bundle. Raises `OutOfTurn` where something of it is not decided."""
    return _Case(bundle).composed()


class _Case:
    """One case, read once."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle: Bundle = bundle
        self.case: RightsRequest = bundle.case
        if self.case.child is None:
            raise OutOfTurn("The child’s record has ended, so no copy of it can be made.")
        rows = RequestItem.objects.filter(case=self.case).select_related("exemption").order_by("number")
        self.rows: list[RequestItem] = list(rows)
        self.marks = documents.marks_of_each(self.rows)
        self.people = list(RequestPerson.objects.filter(case=self.case).order_by("pk"))
        self.kept = {key for marks in self.marks.values() for key in documents.kept_in(marks)}
        self.say = documents.say_of(self.case, self.people, self.kept)
        files = RequestFile.objects.filter(case=self.case, removed_at=None, withheld_at=None).exclude(stored="")
        self.files = {one.item_id: one for one in files}

    def composed(self) -> Composed:
        shown = [row for row in self.rows if self._is_shown(row)]
        # On paper items are numbered without a gap, which would say that there is more.
        others = [row for row in self.rows if not self._is_shown(row)]
        numbered = dict(enumerate([*shown, *others], 1))
        every = {row.pk: self._taken(row, number) for number, row in numbered.items()}
        protected = self._protected(every)
        matcher = Matcher(protected)
        items = tuple(_silenced(every[row.pk], matcher) for row in shown)
        return Composed(self.bundle, self._frame(), items, _laws(), protected, numbered)

    def _is_shown(self, row: RequestItem) -> bool:
        is_of_kind = self.bundle.kind == Bundle.Kind.ANSWER or row.is_record
        return is_of_kind and row.decided != Decided.OUT_OF_SCOPE

    def _frame(self) -> Frame:
        made_on = timezone.localdate()
        return Frame(self.case.reference, self.bundle.school.name, made_on, is_practice=settings.DEMO)

    def _taken(self, row: RequestItem, number: int) -> Taken:
        if not row.decided:
            raise OutOfTurn(f"Item {row.number} is not decided. Decide it, and have it approved again.")
        document, marks = documents.document_of(row), self.marks[row.pk]
        is_given = row.decided in GIVEN
        file = self.files.get(row.pk)
        return Taken(
            number,
            row.title if is_given else _WITHHELD,
            self._about(row),
            document,
            marks,
            told(release(document, marks), self.say) if is_given else None,
            () if is_given or row.exemption is None else (row.exemption.code,),
            FileOf(file.stored, self.case.pk, KINDS[file.kind]) if file and document.pages else None,
            (row.source, row.source_key) if row.source and row.source_key else None,
        )

    def _about(self, row: RequestItem) -> str:
        said = [_BY_HAND.get(RequestItem.Without(row.without), "Given by hand")] if row.without else []
        if row.moment:
            said.append(f"Of {full_day(timezone.localtime(row.moment))}")
        if row.is_in_error:
            said.append("Was entered in error")
        return ". ".join(said)

    # --- what may stand nowhere

    def _protected(self, every: Mapping[UUID, Taken]) -> Protected:
        """What may not stand in any file, whichever items are in it: also what others of the case are kept for."""
        gone = [row for row in self.people if str(row.pk) not in self.kept or row.kind == RequestPerson.Kind.ADDRESS]
        stay = [row for row in self.people if row not in gone]
        asked = [every[row.pk] for row in self.rows if row.decided != Decided.OUT_OF_SCOPE]
        passages = [one for item in asked for one in item.passages()]
        excused = [
            one for item in asked for one in (*left_standing(item.number, item.texts(), passages), *item.kept(self.say))
        ]
        shared = (*known_people.the_child(self.case), *map(known_people.person_of, stay))
        return Protected(tuple(map(known_people.person_of, gone)), shared, tuple(passages), tuple(excused))


def _all_of(document: Document) -> Iterator[Range | Rectangle]:
    for block in document.blocks:
        if block.text:
            yield Range(block.key, 0, len(block.text), _EVERYTHING)
    for page in document.pages:
        if page.words:
            yield Rectangle(page.n, Area(0, 0, WHOLE, WHOLE), _EVERYTHING)


def _silenced(one: Taken, matcher: Matcher) -> Taken:
    """The same without a title or a label that says what was taken out: nobody marks those."""
    if one.released is None:
        return one
    title = one.title
    if matcher.matches(title, one.number):
        title = _A_FILE if one.file else _A_RECORD
    blocks = tuple(
        replace(block, label=_A_TEXT) if matcher.matches(block.label, one.number) else block
        for block in one.released.blocks
    )
    return replace(one, title=title, released=replace(one.released, blocks=blocks))


def _laws() -> dict[str, str]:
    """Each reason as a sentence for the requester, with its law. What goes without a reason is a confidential address,
    which is not said.
    """
    found = {row.code: f"{row.sentence} ({row.law})" for row in Exemption.objects.order_by("valid_from")}
    return {"": "It may not be given", **found}
