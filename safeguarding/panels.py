"""Which pieces of a page come from which app? Lower apps offer slots, upper apps register what goes in.

A panel names its slot, its template, who may see it and how to get its data. The navigation and the tabs of a child's
record work the same way. Apps register in `panels.py`, which `SafeguardingConfig.ready` imports.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from safeguarding.addresses import address_of
from safeguarding.audit.by_keys import Statement
from safeguarding.http import Request
from safeguarding.paging import MANY, counts_of_page, in_words

Predicate = Callable[[Request], bool]
AtSchool = Callable[[Request, UUID], bool]


@dataclass(frozen=True)
class Panel:
    """One block of a page. `data(request, record)` gives its context; None leaves the panel out."""

    slot: str
    key: str
    template: str
    data: Callable[[Request, Any], dict[str, Any] | None]
    may: Predicate = lambda request: True
    order: int = 50


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation. `waiting(request)` is what waits for this person: what counts it
    (`paging.counted_by_keys`), or how many where that is known.
    """

    key: str
    text: str
    url_name: str
    may: Predicate
    order: int
    waiting: Callable[[Request], Statement | int] | None = None
    hot: bool = False


@dataclass(frozen=True)
class Tab:
    """One tab of a child's record, always in the order of the design: chronology, concerns, …, retention.

    `may(request, school_id)` asks about the child's school, which need not be the one where the person works now.
    `given`: opened too by whoever was given access to the child's record; or only where it says so of that school.
    """

    key: str
    text: str
    url_name: str
    may: AtSchool
    order: int
    given: bool | AtSchool = False


@dataclass(frozen=True)
class Setting:
    """Something that a school decides for itself: what it is, on which page it is changed, and whose rows it is.

    `models` are the labels of the models whose rows it is; each says `setting` in its `PersonalData`, so that what it
    was before is kept.
    """

    key: str
    title: str
    says: str
    url_name: str
    may: Predicate
    models: tuple[str, ...]
    order: int = 50


_panels: dict[str, list[Panel]] = defaultdict(list)
_nav: list[NavItem] = []
_tabs: list[Tab] = []
_settings: list[Setting] = []


def register(*entries: Panel | NavItem | Tab | Setting) -> None:
    """Add entries to their slots. Called when the apps are ready."""
    for entry in entries:
        match entry:
            case Panel():
                _panels[entry.slot].append(entry)
                _panels[entry.slot].sort(key=lambda p: (p.order, p.key))
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
    blocks: list[str] = []
    for panel in _panels[slot]:
        if panel.may(request) and (data := panel.data(request, record)) is not None:
            blocks.append(render_to_string(panel.template, {**data, "record": record}, request))
    return blocks


def navigation(request: Request, current: str = "") -> list[dict[str, Any]]:
    """The main navigation of this person: text, url, whether it is the current page, how much waits, "99+" at most.

    What is counted is counted together, with what the page itself counts.
    """
    shown = [item for item in _nav if item.may(request)]
    waiting = {item.key: item.waiting(request) for item in shown if item.waiting}
    counts = counts_of_page()
    for key, rows in waiting.items():
        if not isinstance(rows, int):
            counts.ask(("menu", key), rows)
    numbers = {key: rows if isinstance(rows, int) else counts["menu", key] for key, rows in waiting.items()}
    return [
        {
            "text": item.text,
            "url": address_of(item.url_name),
            "current": item.key == current,
            "count": in_words(count, MANY) if (count := numbers.get(item.key)) else "",
            "hot": item.hot,
        }
        for item in shown
    ]


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
    ]


def settings() -> list[Setting]:
    """Everything that a school decides for itself, in order."""
    return list(_settings)
