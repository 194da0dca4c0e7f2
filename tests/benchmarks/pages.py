"""Which pages are measured, for whom, and what may each cost?

Budgets are multiples of the floor F (docs/benchmarks.md).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.db import transaction
from django.urls import NoReverseMatch, reverse

from safeguarding.audit.context import Acting, tell_database
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Concern
from safeguarding.keys import uuid7

from .cast import HEAD, LEAD, LEAD_OF_ALL, LEAD_OF_OLD, NEW, OFFICE, TEACHER, Records
from .measure import Answer, Browser

LIST, NOTHING, OPEN, SAVE, CHILD, EMPTY = 15.0, 4.0, 12.0, 15.0, 15.0, 2.5
# The most queries of a list, and of a child's page, however many rows there are.
ROWS, ENTRIES = 12, 25
# With the children of a family to look for; and with everybody around a child.
FAMILY, MEETING = 30, 45
# The last page of a list beside its first.
DEEP = 1.3
DEPTH = 20


def _nothing(browser: Browser) -> None:
    return None


@dataclass(frozen=True)
class Page:
    """One line of the table. `budget` in F; `queries` at most; `beside` is the line that this one is compared with."""

    what: str
    who: tuple[str, ...]
    budget: float | None
    ask: Callable[[Browser, Any], Answer]
    prepare: Callable[[Browser], Any] = _nothing
    queries: int | None = None
    beside: str = ""
    url: str = ""

    @property
    def is_list(self) -> bool:
        """Whether row security is measured on it."""
        return self.budget in (LIST, NOTHING)

    @property
    def is_there(self) -> bool:
        """Whether Harbour has this page yet."""
        if not self.url:
            return True
        for arguments in ((), (uuid7(),)):
            try:
                reverse(self.url, args=arguments)
                return True
            except NoReverseMatch:
                continue
        return False


def _get(url: str, *arguments: Any, query: str = "") -> Callable[[Browser, Any], Answer]:
    return lambda browser, given: browser.ask(reverse(url, args=arguments) + query)


def _post(url: str, *arguments: Any, **data: Any) -> Callable[[Browser, Any], Answer]:
    return lambda browser, given: browser.ask(reverse(url, args=arguments), data | (given or {}))


def _deep(url: str) -> tuple[Callable[[Browser, Any], Answer], Callable[[Browser], Any]]:
    """A page far down a list, reached as a person does: by the link to older ones."""
    places: dict[int, str] = {}

    def walk(browser: Browser) -> str:
        if id(browser) not in places:
            address = reverse(url)
            for _ in range(DEPTH):
                found = re.search(rb'href="([^"]*before=[^"]*)"', browser.ask(address).body)
                if found is None:
                    break
                address = urljoin(address, found[1].decode().replace("&amp;", "&"))
            places[id(browser)] = address
        return places[id(browser)]

    return (lambda browser, address: browser.ask(address)), walk


def _decision(records: Records) -> Callable[[Browser], dict[str, Any]]:
    """What a lead sends with a routine decision: the token and the revision are those of this very page."""

    def prepare(browser: Browser) -> dict[str, Any]:
        with transaction.atomic():
            tell_database(Acting(user_id=browser.user.pk))
            revision = Concern.objects.values_list("revision", flat=True).get(pk=records.waiting)
        return {"token": uuid7(), "revision": revision}

    return prepare


def pages(records: Records) -> list[Page]:
    """Every page so far, in the order of the table."""
    leads = (LEAD, HEAD, LEAD_OF_OLD, LEAD_OF_ALL)
    deep, walk = _deep("concerns")
    deep_reports, walk_reports = _deep("my_reports")
    return [
        Page("empty page", (NEW, TEACHER, LEAD, LEAD_OF_ALL), EMPTY, _get("bench_empty"), queries=7),
        Page("today", leads, LIST, _get("today"), url="today"),
        Page("concerns", leads, LIST, _get("concerns"), queries=ROWS, url="concerns"),
        Page("concerns, deep", leads, LIST, deep, walk, beside="concerns", queries=ROWS, url="concerns"),
        Page("concerns, waiting", leads, LIST, _get("concerns", query="?status=waiting"), queries=ROWS, url="concerns"),
        Page("concerns, one kind", leads, LIST, _get("concerns", query="?category=RAD"), queries=ROWS, url="concerns"),
        Page("concerns, one year", (LEAD,), LIST, _get("concerns", query="?year=3"), queries=ROWS, url="concerns"),
        Page(
            "concerns, one role", (LEAD,), LIST, _get("concerns", query="?role=teacher"), queries=ROWS, url="concerns"
        ),
        Page("a concern", (LEAD,), OPEN, _get("concern", records.decided), url="concern"),
        Page(
            "save a decision",
            (LEAD,),
            SAVE,
            _post(
                "decide",
                records.waiting,
                level=2,
                kind="in_school",
                rationale="Support in class.",
                parents_told="yes",
                receipt="in_school",
            ),
            _decision(records),
            url="decide",
        ),
        Page(
            "save a note",
            (LEAD,),
            SAVE,
            _post("add_note", records.waiting, text="Rang the class teacher."),
            _token,
            url="add_note",
        ),
        Page("my actions", (LEAD,), LIST, _get("my_actions"), queries=ROWS, url="my_actions"),
        Page("my actions", (NEW,), NOTHING, _get("my_actions"), queries=ROWS, url="my_actions"),
        Page("late, or with nobody", (LEAD,), LIST, _get("actions_adrift"), queries=ROWS, url="actions_adrift"),
        Page("staff home", (NEW, TEACHER), LIST, _get("staff_home"), url="staff_home"),
        Page("my reports", (TEACHER, LEAD), LIST, _get("my_reports"), queries=ROWS, url="my_reports"),
        Page("my reports", (NEW,), NOTHING, _get("my_reports"), queries=ROWS, url="my_reports"),
        Page(
            "my reports, deep",
            (TEACHER,),
            LIST,
            deep_reports,
            walk_reports,
            beside="my reports",
            queries=ROWS,
            url="my_reports",
        ),
        Page("a report of mine", (TEACHER,), OPEN, _get("report", records.report), url="report"),
        Page(
            "log a concern, form",
            (TEACHER, LEAD),
            OPEN,
            lambda b, given: b.ask(reverse("log_resume", args=[uuid7()])),
            url="log_resume",
        ),
        Page(
            "keep a draft",
            (TEACHER,),
            SAVE,
            _post("log_autosave", **_report(records)),
            _form_of(records),
            url="log_autosave",
        ),
        Page(
            "send a concern",
            (TEACHER,),
            SAVE,
            _post("log_concern", send="", **_report(records)),
            _form_of(records),
            url="log_concern",
        ),
        Page("drafts", (TEACHER,), LIST, _get("drafts"), queries=ROWS, url="drafts"),
        Page("unsent drafts", (LEAD,), LIST, _get("unsent_drafts"), queries=ROWS, url="unsent_drafts"),
        Page("children", (LEAD, OFFICE, LEAD_OF_ALL), LIST, _get("children"), queries=ROWS, url="children"),
        Page(
            "chronology, busiest",
            (LEAD, LEAD_OF_ALL),
            CHILD,
            _get("child_chronology", records.busy_child),
            queries=ENTRIES,
            url="child_chronology",
        ),
        Page(
            "chronology, quiet",
            (LEAD,),
            CHILD,
            _get("child_chronology", records.quiet_child),
            queries=ENTRIES,
            url="child_chronology",
        ),
        Page(
            "chronology, significant",
            (LEAD,),
            CHILD,
            _get("child_chronology", records.busy_child, query="?significant=on"),
            queries=ENTRIES,
            url="child_chronology",
        ),
        Page(
            "chronology, one kind",
            (LEAD,),
            CHILD,
            _get("child_chronology", records.busy_child, query="?category=NEG&since=90"),
            queries=ENTRIES,
            url="child_chronology",
        ),
        Page(
            "family chronology",
            (LEAD,),
            CHILD,
            _get("family_chronology", records.busy_child),
            queries=FAMILY,
            url="family_chronology",
        ),
        Page(
            "a child's concerns",
            (LEAD,),
            LIST,
            _get("child_concerns", records.busy_child),
            queries=ENTRIES,
            url="child_concerns",
        ),
        Page("patterns", (LEAD, HEAD), LIST, _get("patterns"), queries=ENTRIES, url="patterns"),
        Page(
            "meeting in an hour",
            (LEAD,),
            None,
            _get("brief_page", records.busy_child),
            queries=MEETING,
            url="brief_page",
        ),
        Page(
            "meeting, printed",
            (LEAD,),
            None,
            _get("brief_paper", records.busy_child),
            queries=MEETING,
            url="brief_paper",
        ),
        Page(
            "a child's people",
            (LEAD, OFFICE),
            CHILD,
            _get("child_people", records.busy_child),
            queries=ENTRIES,
            url="child_people",
        ),
        Page(
            "chronology, printed",
            (LEAD,),
            None,
            _get("chronology_paper", records.quiet_child),
            queries=ENTRIES,
            url="chronology_paper",
        ),
        Page(
            "a concern, printed",
            (LEAD,),
            None,
            _get("concern_paper", records.decided),
            queries=ENTRIES,
            url="concern_paper",
        ),
        Page(
            "a report, printed",
            (TEACHER,),
            None,
            _get("report_paper", records.report),
            queries=ENTRIES,
            url="report_paper",
        ),
        Page("find by name", (LEAD,), LIST, _post("find", q=records.surname), url="find"),
        Page("find by reference", (LEAD,), LIST, _post("find", q="12"), url="find"),
        Page("find while typing", (TEACHER,), LIST, _post("find_child", q=records.surname[:4]), url="find_child"),
        Page("call a lead, form", (TEACHER,), OPEN, _get("call_lead"), url="call_lead"),
        Page("watch for calls", (LEAD, HEAD, LEAD_OF_ALL), NOTHING, _get("calls_strip"), url="calls_strip"),
        Page("inbox", (LEAD, TEACHER), LIST, _get("inbox"), url="inbox"),
        Page("inbox", (NEW,), NOTHING, _get("inbox"), url="inbox"),
        Page("cover", (LEAD,), OPEN, _get("cover"), url="cover"),
        Page("imports", (OFFICE,), LIST, _get("imports"), url="imports"),
    ]


def _report(records: Records) -> dict[str, Any]:
    """A routine report about one child, as the form of a class teacher posts it."""
    child = str(records.busy_child)
    return {
        "who": child,
        f"{child}-role": "worried_about",
        f"{child}-sure": "on",
        "how_soon": "2",
        "observed_on_day": "2",
        "observed_on_month": "9",
        "observed_on_year": "2025",
        "observed_at": "9:15am",
        "place": "classroom",
        "how_known": "saw_or_heard",
        "category": "NEG",
        "marks_seen": "no",
        "told": "nobody",
        "facts": "Came in without a coat and asked for toast before the register. Said nothing about home.",
    }


def _form_of(records: Records) -> Callable[[Browser], dict[str, Any]]:
    """The key of a form that this person has just opened."""
    return lambda browser: {"key": tokens.issue(browser.user, school_id=records.school)}


def _token(browser: Browser) -> dict[str, Any]:
    return {"token": uuid7()}
