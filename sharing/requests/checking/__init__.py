"""Does a finished bundle hold anything that was taken out? Its files are opened as their reader could open them.

The check is given the bytes of the files, what is protected and what is excused, and nothing else. With what made them
it shares how a name is recognised, and nothing that releases, draws or lays out. It looks in the text of every page
(over line ends, hyphens and in any case), in metadata, outline, structure and alternative text, refuses what no such
file needs (attachments, notes on pages, layers, forms, scripts, an earlier state of the file), and looks at the points
of each picture where something was to be painted over. What it finds names the item. Anything found means that the
bundle is not given.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .files import Broken, File, Said
from .pictures import Areas, faults_in
from .words import Excused, Match, Matcher, Passage, Protected, left_standing

__all__ = ["Areas", "Excused", "Find", "Passage", "Protected", "check", "left_standing"]


@dataclass(frozen=True)
class Find:
    """Something that must not be there: in which file, on which page and in which item, as far as that is known.

    `person` is the key of a person who was taken out, where it is one of their names.
    """

    what: str
    volume: int
    page: int | None = None
    item: int | None = None
    person: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong, for who reads every item of the case. It quotes no word."""
        where = [f"file {self.volume}"]
        where += [f"page {self.page}"] if self.page else []
        where += [f"item {self.item}"] if self.item else []
        said = ", ".join(where)
        return f"{said[:1].upper()}{said[1:]}: {self.what}."


@dataclass(frozen=True)
class _Place:
    """Text of one sort of one item, from one place after another."""

    where: str
    volume: int
    page: int | None
    text: str


def check(contents: Sequence[bytes], protected: Protected, painted: Mapping[int, Sequence[Areas]]) -> list[Find]:
    """What must not be there; nothing, where the bundle may be given.

    `contents` are the files in their order. `painted` says of each item that is given as pictures, page by page, what
    was painted over.
    """
    finds: list[Find] = []
    files: list[tuple[int, File]] = []
    for volume, content in enumerate(contents, 1):
        try:
            files.append((volume, File(content)))
        except Broken as broken:
            finds.append(Find(str(broken), volume))
    matcher = Matcher(protected)
    finds += _words(files, matcher)
    for volume, file in files:
        finds += [Find(what, volume, page, file.item_of(page)) for what, page in file.foreign()]
    finds += _pictures(files, painted)
    return list(dict.fromkeys(finds))


def _words(files: Sequence[tuple[int, File]], matcher: Matcher) -> Iterator[Find]:
    """Protected words, sort by sort and item by item: what is excused is counted once in each sort."""
    places: defaultdict[tuple[str, int | None], list[_Place]] = defaultdict(list)
    for volume, file in files:
        for said in file.said():
            page = said.page
            places[said.where, file.item_of(page)].append(_Place(said.where, volume, page, said.text))
    for (where, item), some in places.items():
        for match in matcher.over("\n".join(one.text for one in some), item, where in Said.EXCUSABLE):
            yield _find(match, item, some, matcher)
    for volume, file in files:
        for page, before, behind in file.over_pages():
            item = file.item_of(page)
            alone = matcher.matches(before, item) + matcher.matches(behind, item)
            for match in matcher.matches(f"{before}\n{behind}", item) - alone:
                yield _find(match, item, [_Place("a text over the end of a page", volume, page, "")], matcher)


def _find(match: Match, item: int | None, places: Sequence[_Place], matcher: Matcher) -> Find:
    """Where it stands: the first place that has it by itself, else the first at all, where it goes over two."""
    there = next((one for one in places if match in matcher.matches(one.text, item)), places[0])
    return Find(
        f"{there.where} {match.says}", there.volume, there.page, item if item is not None else match.item, match.person
    )


def _pictures(files: Sequence[tuple[int, File]], painted: Mapping[int, Sequence[Areas]]) -> Iterator[Find]:
    """Each picture of an item is one of its pages, in their order, and has nothing where it was painted over."""
    left = {item: list(pages) for item, pages in painted.items()}
    for volume, file in files:
        for page, picture in file.pictures():
            item = file.item_of(page)
            expected = left.get(item or 0)
            if not expected:
                yield Find("a picture stands there that is no page of an item", volume, page, item)
                continue
            for what in faults_in(picture, expected.pop(0)):
                yield Find(what, volume, page, item)
        yield from (Find(what, volume) for what in file.said_by_pictures())
    for item, pages in left.items():
        if pages:
            yield Find(f"{len(pages)} of its pages are missing", files[-1][0] if files else 1, None, item)
