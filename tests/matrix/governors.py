"""What do the governors of the matrix read? A published report of one term, with a comment; the next one is a draft.

Given as rows: nothing is counted here.
"""

from datetime import date
from typing import Any

from safeguarding.governors.models import GovernorReport, NameAnswer, ReportBuild, ReportCell, ReportComment
from safeguarding.keys import uuid7
from tests.matrix.ground import THEN, given_row

SUMMER, AUTUMN = (date(2026, 4, 13), date(2026, 7, 17)), (date(2026, 9, 1), date(2026, 12, 18))


def lay_governors(world: Any) -> None:
    """Both, of the same school."""
    head = world.people["headteacher"]
    done = {"status": "published", "approved_at": THEN, "approved_by": head, "published_at": THEN, "published_by": head}
    world.keys["open"]["governor_report"] = _report(world, SUMMER, done).pk
    draft = _report(world, AUTUMN, {})
    world.keys["open"]["governor_draft"] = draft.pk
    said = {"word": world.word(), "sentence": world.word(), "meaning": "word", "token": uuid7(), "section": "volume"}
    by = {"answered_at": THEN, "answered_by": world.people["lead"]}
    given_row(NameAnswer, school=world.here, report=draft, **said, **by)


def _report(world: Any, term: tuple[date, date], done: dict[str, Any]) -> GovernorReport:
    lead, of = world.people["lead"], {"school": world.here}
    made = {"starts_on": term[0], "ends_on": term[1], "token": uuid7()}
    report: GovernorReport = given_row(GovernorReport, **of, **made, made_at=THEN, made_by=lead)
    counted = {"status": "done", "threshold": 5, "zero": "none", "asked_at": THEN, "asked_by": lead, "as_at": THEN}
    build = given_row(ReportBuild, **of, report=report, **counted)
    cell = {"build": build, "section": "categories", "table": "term", "unit": "concerns"}
    given_row(ReportCell, **of, **cell, row="all", label="All", value=12, order=1, is_total=True)
    given_row(ReportCell, **of, **cell, row="ATT", label="Attendance", value=7, order=2)
    words = {"section": "volume", "words": world.word(), "written_at": THEN, "written_by": lead}
    given_row(ReportComment, **of, report=report, **words)
    GovernorReport._base_manager.filter(pk=report.pk).update(chosen=build, **done)
    report.refresh_from_db()
    return report
