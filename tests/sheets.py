"""How does a test give a file? Rows in a few words, as SIMS would export them."""

import csv
import io
from datetime import date
from typing import Any

from children import upn
from children.models import Child, ImportRow, ImportRun
from children.services.imports import agree, confirm_import, finish_import, questions, read_import, start_import
from safeguarding.accounts.models import School, User

TODAY = date(2026, 11, 20)
HEADINGS = {
    "upn": "UPN",
    "surname": "Legal Surname",
    "forename": "Legal Forename",
    "known": "Preferred Forename",
    "born": "Date of Birth",
    "sex": "Gender",
    "year": "Year",
    "room": "Reg",
    "since": "Date of Admission",
    "address": "Address",
    "postcode": "Post Code",
    "adult": "Contact 1 Name",
    "relation": "Contact 1 Relationship",
    "mobile": "Contact 1 Mobile",
    "responsible": "Contact 1 Parental Responsibility",
}


def number(serial: int, year: int = 25) -> str:
    """A valid UPN of an establishment no school has."""
    body = f"3569999{year}{serial:03}"
    return upn.check_letter(body) + body


def row(serial: int, **cells: str) -> dict[str, str]:
    """A child that differs from every other by its serial number. `cells` are keys of `HEADINGS`."""
    return {
        "upn": number(serial),
        "surname": f"Ashdown{chr(65 + serial % 26)}",
        "forename": f"Rowan{serial}",
        "known": "",
        "born": f"{1 + serial % 28:02}/03/2018",
        "sex": "Male",
        "year": "Year 3",
        "room": "3A",
        "since": "03/09/2024",
        "address": f"{serial} Snipe Street, Hollowmoss",
        "postcode": "SK99 9RN",
        "adult": f"Mrs Ann Ashdown{serial}",
        "relation": "Mother",
        "mobile": f"07700 900{serial:03}",
        "responsible": "Yes",
        **cells,
    }


def sheet(rows: list[dict[str, str]], leave_out: tuple[str, ...] = ()) -> bytes:
    """The rows as a CSV file, without the columns `leave_out`."""
    kept = [key for key in HEADINGS if key not in leave_out]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS[key] for key in kept)
    writer.writerows([one[key] for key in kept] for one in rows)
    return text.getvalue().encode()


def look_at(school: School, rows: list[dict[str, str]], *, by: User, today: date = TODAY, **how: Any) -> ImportRun:
    """Give the rows as a file and have them read."""
    run = start_import(school=school, file_name="children.csv", chunks=[sheet(rows, **how)], by=by)
    return read_import(run=run, by=by, today=today)


def finish(run: ImportRun, *, by: User, today: date = TODAY, yes: bool = False) -> ImportRun:
    """Look at it as it is now, confirm and write; `yes` says yes to every question about the whole file."""
    run.refresh_from_db()
    if yes:
        run = agree(run=run, keys=asked(run, today=today), by=by, today=today)
    return finish_import(run=confirm_import(run=run, by=by, today=today), today=today)


def asked(run: ImportRun, *, today: date = TODAY) -> list[str]:
    """The keys of the questions about the whole file."""
    return [question["key"] for question in questions(run, today=today)]


def bring_in(
    school: School, rows: list[dict[str, str]], *, by: User, today: date = TODAY, yes: bool = False
) -> ImportRun:
    """The rows into the list, start to end."""
    return finish(look_at(school, rows, by=by, today=today), by=by, today=today, yes=yes)


def child(serial: int) -> Child:
    """The child that `row(serial)` became."""
    found: Child = Child.objects.get(detail__upn=number(serial))
    return found


def only(run: ImportRun, **lookup: Any) -> ImportRow:
    """The one row of a run that these words describe."""
    found: ImportRow = run.rows.get(**lookup)
    return found
