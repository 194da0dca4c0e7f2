"""Which pieces of a page come from which app? Lower apps offer slots, upper apps register what goes in.

A panel names its slot, its template, who may see it and how to get its data. The navigation and the tabs of a child's
record work the same way. Apps register in `panels.py`, which `SafeguardingConfig.ready` imports.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.template.loader import render_to_string

from safeguarding.addresses import address_of
from safeguarding.audit.by_keys import Statement
from safeguarding.http import Request
from safeguarding.paging import MANY, counts_of_page, in_words

Predicate = Callable[[Request], bool]
AtSchool = Callable[[Request, UUID], bool]
OfChild = Callable[[Request, UUID], bool]


@dataclass(frozen=True)
class Panel:
    """One block of a page. `data(request, record)` gives its context; None leaves the panel out."""

    slot: str
    key: str
    template: str
    data: Callable[[Request, Any], dict[str, Any] | None]
    may: Predicate = lambda request: True
    order: int = 50


# The panels beside Today, in their order: what nobody does in time, what others have not answered, what the reader
# has to do, what one person has done and a second one has not confirmed.
LATE, UNANSWERED, MINE, SECOND = BESIDE = ("late", "unanswered", "mine", "second")


@dataclass(frozen=True)
class Line:
    """Lines of one kind in one of the four panels beside Today; `beside` says in which. Above them stands
    "This week" of the diary, and no other panel.

    `data(request)` gives the context of the template, which prints an `item` for each; None leaves them out. In it,
    `number` is how many there are, `hot` whether that is urgent, `all` the whole list: its words and its address.
    `approves`: the reader says yes or no to what somebody else has done; so is all that waits for a second person.
    `opens`: what is sealed is opened to know the lines. They are read after all others, with whose keys theirs come.
    """

    beside: str
    key: str
    template: str
    data: Callable[[Request], dict[str, Any] | None]
    may: Predicate = lambda request: True
    order: int = 50
    approves: bool = False
    opens: bool = False


# What is shown of a panel or a line: its template and what goes into it.
Piece = tuple[str, dict[str, Any]]


@dataclass
class Lines:
    """What stands in one of the panels beside Today, as it was registered. `lists` are the whole lists of it: words,
    address, and how many stand there.
    """

    pieces: list[Piece] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    number: int = 0
    hot: bool = False
    lists: list[tuple[str, str, int]] = field(default_factory=list)

    def draw(self, request: Request) -> "Lines":
        """Render what was read. Not by the template that prints it: Django would print nothing in the place of an
        error.
        """
        self.blocks = draw(self.pieces, request)
        return self


MENU, BELL, PERSON, SCHOOL = "menu", "bell", "person", "school"


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation. `waiting(request)` is what waits for this person: what counts it
    (`paging.counted_by_keys`), or how many where that is known.

    `place`: the menu, the bell of the header, under the person's name, the section School, or the key of the entry
    below which it stands. Of a page of School, `says` what it is for; `look(request)` what needs a look there.
    """

    key: str
    text: str
    url_name: str
    may: Predicate
    order: int
    waiting: Callable[[Request], Statement | int] | None = None
    hot: bool = False
    place: str = MENU
    says: str = ""
    look: Callable[[Request], str] = lambda request: ""


@dataclass(frozen=True)
class Tab:
    """One tab of a child's record, always in the order of the design: chronology, concerns, …, retention.

    `may(request, school_id)` asks about the child's school, which need not be the one where the person works now.
    `given`: opened too by whoever was given access to the child's record; or only where it says so of that school.
    `also(request, child_id)`: opened too by who has another way to it, for that child.
    """

    key: str
    text: str
    url_name: str
    may: AtSchool
    order: int
    given: bool | AtSchool = False
    also: OfChild = lambda request, child_id: False


@dataclass(frozen=True)
class Setting:
    """Something that a school decides for itself: what it is, on which page it is changed, and whose rows it is.

    `models` are the labels of the models whose rows it is; each says `setting` in its `PersonalData`, so that what it
    was before is kept. `look(request)` is what needs a look there.
    """

    key: str
    title: str
    says: str
    url_name: str
    may: Predicate
    models: tuple[str, ...]
    order: int = 50
    look: Callable[[Request], str] = lambda request: ""


_panels: dict[str, list[Panel]] = defaultdict(list)
_lines: dict[str, list[Line]] = {beside: [] for beside in BESIDE}
_nav: list[NavItem] = []
_tabs: list[Tab] = []
_settings: list[Setting] = []


def register(*entries: Panel | Line | NavItem | Tab | Setting) -> None:
    """Add entries to their slots. Called when the apps are ready."""
    for entry in entries:
        match entry:
            case Panel(slot="today_aside"):
                raise ImproperlyConfigured(f"{entry.key}: beside Today stand lines, and no panels. Register a Line.")
            case Panel():
                _panels[entry.slot].append(entry)
                _panels[entry.slot].sort(key=lambda p: (p.order, p.key))
            case Line():
                _lines[entry.beside].append(entry)
                _lines[entry.beside].sort(key=lambda line: (line.order, line.key))
            case NavItem():
                _nav.append(entry)
                _nav.sort(key=lambda n: n.order)
            case Tab():
                _tabs.append(entry)
                _tabs.sort(key=lambda t: t.order)
            case Setting():
                _settings.append(entry)
                _settings.sort(key=lambda s: s.order)


def fill(slot: str, request: Request, record: Any = None) -> list[str]:
    """The rendered panels of a slot that this person may see, in order."""
    return draw(read(slot, request, record), request)


def read(slot: str, request: Request, record: Any = None) -> list[Piece]:
    """What `fill` renders. A page reads all its panels before it renders the first: what is sealed in their rows is
    opened as it is rendered, and the keys of all that was read by then come together (`sealing/ring.py`).
    """
    return [
        (panel.template, {**data, "record": record})
        for panel in _panels[slot]
        if panel.may(request) and (data := panel.data(request, record)) is not None
    ]


def draw(pieces: Iterable[Piece], request: Request) -> list[str]:
    """The pieces, rendered."""
    return [render_to_string(template, data, request) for template, data in pieces]


def read_beside(request: Request) -> dict[str, Lines]:
    """The lines that this person may see, in order, for each of the panels beside Today: read, and not yet rendered."""
    lines = [line for beside in BESIDE for line in _lines[beside]]
    told = {line: line.data(request) for line in sorted(lines, key=lambda line: line.opens) if line.may(request)}
    found = {beside: Lines() for beside in BESIDE}
    for line in lines:
        _add(found[line.beside], line, told.get(line))
    return found


def fill_to_approve(request: Request) -> Lines:
    """Everything that waits for this person to approve it, of every app, in order."""
    found = Lines()
    for line in (line for beside in BESIDE for line in _lines[beside]):
        if line.approves or line.beside == SECOND:
            _add(found, line, line.data(request) if line.may(request) else None)
    return found.draw(request)


def _add(into: Lines, line: Line, data: dict[str, Any] | None) -> None:
    if data is not None:
        into.pieces.append((line.template, data))
        into.number += data.get("number", 0)
        into.hot = into.hot or bool(data.get("hot"))
        if "all" in data:
            into.lists.append((*data["all"], data.get("number", 0)))


def placed(request: Request, place: str) -> list[NavItem]:
    """The entries of a place that this person may open, in order."""
    return [item for item in _nav if item.place == place and item.may(request)]


# Shown to who may open several pages of it; who may open one has that one in the menu.
_SCHOOL = NavItem(SCHOOL, "School", "school_home", may=lambda request: True, order=90)


def navigation(request: Request, current: str = "") -> dict[str, list[dict[str, Any]]]:
    """The main navigation of this person, by its places: text, url, whether it is the current page, how much waits
    there and below it, "99+" at most.

    What is counted is counted together, with what the page itself counts.
    """
    shown = {place: placed(request, place) for place in (MENU, BELL, PERSON)}
    school = placed(request, SCHOOL)
    shown[MENU] += school if len(school) == 1 else [_SCHOOL] if school else []
    counts = counts_of_page()
    waiting: dict[str, list[Statement | int]] = defaultdict(list)
    for item in (item for items in shown.values() for item in items):
        for each in (item, *_counted_below(request, item)):
            if each.waiting:
                waiting[item.key].append(each.waiting(request))
    for key, parts in waiting.items():
        for place, rows in enumerate(parts):
            if not isinstance(rows, int):
                counts.ask(("menu", key, place), rows)

    def number(key: str) -> int:
        parts = enumerate(waiting[key])
        return sum(rows if isinstance(rows, int) else counts["menu", key, place] for place, rows in parts)

    return {
        place: [
            {
                "text": item.text,
                "url": address_of(item.url_name),
                "current": _is_within(item.key, current),
                "count": in_words(count, MANY) if (count := number(item.key)) else "",
                "hot": item.hot,
            }
            for item in items
        ]
        for place, items in shown.items()
    }


def _counted_below(request: Request, item: NavItem) -> list[NavItem]:
    return [below for below in _nav if below.place == item.key and below.waiting and below.may(request)]


def _is_within(key: str, current: str) -> bool:
    """Whether the current page is that of an entry, or stands below it."""
    return key == current or any(_is_within(item.key, current) for item in _nav if item.place == key)


def beside(request: Request, key: str, current: str) -> list[dict[str, Any]]:
    """The page of an entry and those below it, as tabs; none where it stands alone."""
    below = placed(request, key)
    own = [item for item in placed(request, MENU) if item.key == key]
    return [
        {"text": item.text, "url": address_of(item.url_name), "current": item.key == current}
        for item in (own + below if own and below else [])
    ]


def _below(request: Request, key: str) -> list[tuple[str, str]]:
    if key == "settings":
        return [(setting.title, setting.url_name) for setting in _settings if setting.may(request)]
    return [(item.text, item.url_name) for item in placed(request, key)]


def of_school(request: Request) -> list[dict[str, Any]]:
    """The pages of School that this person may open, those that need a look first: text, url, what each is for, what
    needs a look, and the pages below it. Below the settings stands each of them.
    """
    pages = [
        {
            "text": item.text,
            "url": address_of(item.url_name),
            "says": item.says,
            "look": item.look(request),
            "below": [(text, address_of(url_name)) for text, url_name in _below(request, item.key)],
        }
        for item in placed(request, SCHOOL)
    ]
    return sorted(pages, key=lambda page: not page["look"])


def tabs(
    request: Request, child_id: UUID, school_id: UUID, current: str = "", *, given: bool = False
) -> list[dict[str, Any]]:
    """The tabs of the record of a child at that school that this person may open.

    `given`: they were given access to it.
    """
    return [
        {"text": tab.text, "url": address_of(tab.url_name, child_id), "current": tab.key == current}
        for tab in _tabs
        if tab.may(request, school_id)
        or (given and (tab.given if isinstance(tab.given, bool) else tab.given(request, school_id)))
        or tab.also(request, child_id)
    ]


def settings() -> list[Setting]:
    """Everything that a school decides for itself, in order."""
    return list(_settings)
