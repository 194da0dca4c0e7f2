"""How does a test give records of an earlier system? Rows in a few words, and ZIPs of small PDFs."""

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.concerns.models import EarlierBatch
from safeguarding.concerns.services import earlier as service
from safeguarding.keys import uuid7
from tests.integration.uploads.corpus import pdf

TODAY = date(2026, 11, 24)
HEADINGS = (
    "Incident ID",
    "Date",
    "Student name",
    "UPN",
    "DOB",
    "Category",
    "Details",
    "Reported by",
    "Action",
    "Action date",
    "Where",
)
ONE = pdf()


def row(number: int | str = "", child: Child | None = None, **cells: str) -> dict[str, str]:
    """An incident of a child. `cells` are headings with "_" for the space, in small letters."""
    who = (
        {
            "Student name": f"{child.surname}, {child.forename}",
            "UPN": child.detail.upn,
            "DOB": f"{child.detail.date_of_birth:%d/%m/%Y}",
        }
        if child
        else {}
    )
    said = {
        "Date": "12/03/2024 09:40",
        "Category": "Home",
        "Details": f"He said that number {number} had happened.",
        "Reported by": "Mr B Hale",
    }
    given = {next(h for h in HEADINGS if h.lower() == name.replace("_", " ")): cell for name, cell in cells.items()}
    return {**dict.fromkeys(HEADINGS, ""), "Incident ID": str(number), **said, **who, **given}


def action(number: int | str, text: str, on: str = "13/03/2024", **cells: str) -> dict[str, str]:
    """A row that says only what was done about an incident."""
    bare = {"date": "", "category": "", "details": "", "reported_by": ""}
    return row(number, **{**bare, "action": text, "action_date": on, **cells})


def sheet(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as found:
        for name, inside in files.items():
            found.writestr(name, inside)
    return content.getvalue()


def give(school: School, *, by: User, rows: list[dict[str, str]] | None = None, **how: Any) -> EarlierBatch:
    """The files, given and with their columns told. `sheet` or `pack` are bytes."""
    content = how.pop("sheet", sheet(rows) if rows is not None else b"")
    given = service.Given(sheet=content, pack=how.pop("pack", b""))
    batch = service.start_batch(
        school=school, token=uuid7(), source=how.pop("source", "Old record system"), given=given, by=by
    )
    if batch.status == EarlierBatch.Status.MAPPING:
        batch = service.tell_columns(batch=batch, columns=batch.columns, month_first=False, by=by)
    return batch


def look_at(school: School, *, by: User, **files: Any) -> EarlierBatch:
    return service.read_batch(batch=give(school, by=by, **files), by=by, today=TODAY)


def finish(batch: EarlierBatch, *, by: User) -> EarlierBatch:
    confirmed = service.confirm_batch(batch=batch, by=by, seen=batch.revision)
    return service.finish_batch(batch=confirmed)


def bring_in(school: School, *, by: User, **files: Any) -> EarlierBatch:
    """Start to end."""
    return finish(look_at(school, by=by, **files), by=by)
