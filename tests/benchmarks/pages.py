"""The pages that are measured, for whom, and what each may cost (docs/benchmarks.md)."""

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

from .cast import DESK, HEAD, LEAD, LEAD_OF_ALL, LEAD_OF_OLD, NEW, OFFICE, TEACHER, Records
from .measure import Answer, Browser

# The most queries of an empty page, of a list and of a record, however many rows there are; and of Today and a concern,
# which bring together what many tables hold.
NO_ROWS, LIST, RECORD, MANY = 6, 12, 25, 35
# The last page of a list beside its first, and a list with row security beside the same without.
DEEP, SECURED = 1.3, 1.3
DEPTH = 20


def _nothing(browser: Browser) -> None:
    return None


@dataclass(frozen=True)
class Budget:
    """The most that a page may take, in times of what it is compared with: E, Harbour's own empty page, or F, an empty
    view without its middleware.
    """

    median: float
    p95: float | None = None
    unit: str = "E"


PAGE, SAVE, EMPTY = Budget(25, 50), Budget(50), Budget(2.5, unit="F")
# Both count whole tables.
OVERVIEW, TABLE = Budget(100), Budget(500)


@dataclass(frozen=True)
class Page:
    """One line of the table. `budget` None: paper, which a printer makes. `queries` at most; `beside` is the line that
    this one is compared with.
    """

    what: str
    who: tuple[str, ...]
    budget: Budget | None
    ask: Callable[[Browser, Any], Answer]
    prepare: Callable[[Browser], Any] = _nothing
    queries: int | None = None
    beside: str = ""
    url: str = ""

    @property
    def is_list(self) -> bool:
        """Whether row security is measured on it."""
        return self.queries == LIST

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
        Page("empty page", (NEW, TEACHER, LEAD, LEAD_OF_ALL), EMPTY, _get("bench_empty"), queries=NO_ROWS),
        Page("today", leads, PAGE, _get("today"), queries=MANY, url="today"),
        Page("today, full desk", (DESK,), PAGE, _get("today"), queries=MANY, url="today"),
        Page("concerns", leads, PAGE, _get("concerns"), queries=LIST, url="concerns"),
        Page("concerns, deep", leads, PAGE, deep, walk, beside="concerns", queries=LIST, url="concerns"),
        Page("concerns, waiting", leads, PAGE, _get("concerns", query="?status=waiting"), queries=LIST, url="concerns"),
        Page("concerns, one kind", leads, PAGE, _get("concerns", query="?category=RAD"), queries=LIST, url="concerns"),
        Page("concerns, one year", (LEAD,), PAGE, _get("concerns", query="?year=3"), queries=LIST, url="concerns"),
        Page(
            "concerns, one role", (LEAD,), PAGE, _get("concerns", query="?role=teacher"), queries=LIST, url="concerns"
        ),
        Page("a concern", (LEAD,), PAGE, _get("concern", records.decided), queries=MANY, url="concern"),
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
        Page("my actions", (LEAD,), PAGE, _get("my_actions"), queries=LIST, url="my_actions"),
        Page("my actions", (NEW,), PAGE, _get("my_actions"), queries=LIST, url="my_actions"),
        Page("late, or with nobody", (LEAD,), PAGE, _get("actions_adrift"), queries=LIST, url="actions_adrift"),
        Page("staff home", (NEW, TEACHER), PAGE, _get("staff_home"), url="staff_home"),
        Page("my reports", (TEACHER, LEAD), PAGE, _get("my_reports"), queries=LIST, url="my_reports"),
        Page("my reports", (NEW,), PAGE, _get("my_reports"), queries=LIST, url="my_reports"),
        Page(
            "my reports, deep",
            (TEACHER,),
            PAGE,
            deep_reports,
            walk_reports,
            beside="my reports",
            queries=LIST,
            url="my_reports",
        ),
        Page("a report of mine", (TEACHER,), PAGE, _get("report", records.report), queries=RECORD, url="report"),
        Page(
            "log a concern, form",
            (TEACHER, LEAD),
            PAGE,
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
        Page("drafts", (TEACHER,), PAGE, _get("drafts"), queries=LIST, url="drafts"),
        Page("unsent drafts", (LEAD,), PAGE, _get("unsent_drafts"), queries=LIST, url="unsent_drafts"),
        Page("children", (LEAD, OFFICE, LEAD_OF_ALL), PAGE, _get("children"), queries=LIST, url="children"),
        Page(
            "chronology, busiest",
            (LEAD, LEAD_OF_ALL),
            PAGE,
            _get("child_chronology", records.busy_child),
            queries=RECORD,
            url="child_chronology",
        ),
        Page(
            "chronology, quiet",
            (LEAD,),
            PAGE,
            _get("child_chronology", records.quiet_child),
            queries=RECORD,
            url="child_chronology",
        ),
        Page(
            "chronology, significant",
            (LEAD,),
            PAGE,
            _get("child_chronology", records.busy_child, query="?significant=on"),
            queries=RECORD,
            url="child_chronology",
        ),
        Page(
            "chronology, one kind",
            (LEAD,),
            PAGE,
            _get("child_chronology", records.busy_child, query="?category=NEG&since=90"),
            queries=RECORD,
            url="child_chronology",
        ),
        Page(
            "family chronology",
            (LEAD,),
            PAGE,
            _get("family_chronology", records.busy_child),
            queries=RECORD,
            url="family_chronology",
        ),
        Page(
            "a child's concerns",
            (LEAD,),
            PAGE,
            _get("child_concerns", records.busy_child),
            queries=RECORD,
            url="child_concerns",
        ),
        Page("patterns", (LEAD, HEAD), PAGE, _get("patterns"), queries=RECORD, url="patterns"),
        Page(
            "meeting in an hour",
            (LEAD,),
            PAGE,
            _get("brief_page", records.busy_child),
            queries=RECORD,
            url="brief_page",
        ),
        Page(
            "meeting, printed",
            (LEAD,),
            None,
            _get("brief_paper", records.busy_child),
            queries=RECORD,
            url="brief_paper",
        ),
        Page(
            "a child's people",
            (LEAD, OFFICE),
            PAGE,
            _get("child_people", records.busy_child),
            queries=RECORD,
            url="child_people",
        ),
        Page(
            "chronology, printed",
            (LEAD,),
            None,
            _get("chronology_paper", records.quiet_child),
            queries=RECORD,
            url="chronology_paper",
        ),
        Page(
            "a concern, printed",
            (LEAD,),
            None,
            _get("concern_paper", records.decided),
            queries=RECORD,
            url="concern_paper",
        ),
        Page(
            "a report, printed",
            (TEACHER,),
            None,
            _get("report_paper", records.report),
            queries=RECORD,
            url="report_paper",
        ),
        Page("find by name", (LEAD,), PAGE, _post("find", q=records.surname), queries=LIST, url="find"),
        Page("find by reference", (LEAD,), PAGE, _post("find", q="12"), queries=LIST, url="find"),
        Page(
            "find while typing",
            (TEACHER,),
            PAGE,
            _post("find_child", q=records.surname[:4]),
            queries=LIST,
            url="find_child",
        ),
        Page("call a lead, form", (TEACHER,), PAGE, _get("call_lead"), url="call_lead"),
        Page("watch for calls", (LEAD, HEAD, LEAD_OF_ALL), PAGE, _get("calls_strip"), url="calls_strip"),
        Page("inbox", (LEAD, TEACHER), PAGE, _get("inbox"), queries=LIST, url="inbox"),
        Page("inbox", (NEW,), PAGE, _get("inbox"), queries=LIST, url="inbox"),
        Page("cover", (LEAD,), PAGE, _get("cover"), url="cover"),
        Page("imports", (OFFICE,), PAGE, _get("imports"), queries=LIST, url="imports"),
        Page("overview", (HEAD, LEAD), OVERVIEW, _get("overview"), queries=MANY, url="overview"),
        Page(
            "schools side by side",
            (LEAD_OF_ALL,),
            TABLE,
            _get("schools_side_by_side"),
            queries=MANY,
            url="schools_side_by_side",
        ),
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
