"""Who is at the second, small school?

Thirty children and three members of staff, made up from the names of the first.
"""

from datetime import date, timedelta
from random import Random

from children import upn
from safeguarding.dates import school_year
from safeguarding.demo import source
from safeguarding.demo.people import SMALL_STAFF
from safeguarding.demo.source import Entry

SIZE = 30
_STREETS = ("Fold Lane", "Chapel Brow", "Withy Row", "Mill Bank")
_JOBS = {"headteacher": "head", "deputy_lead": "deputy_dsl", "office": "office"}


def staff() -> list[Entry]:
    """The three, in the shape of the data. The Headteacher is the lead, so is the first in every order."""
    return [
        {
            "id": f"W{n:02}",
            "title": title,
            "forename": first,
            "surname": last,
            "role": job,
            "role_key": _JOBS[roles[0]],
            "phone": f"0161 496 019{n}",
            "start_date": "2019-09-01",
            "own_children_at_school": [],
            "username": username,
        }
        for n, (username, title, first, last, job, roles, *_) in enumerate(SMALL_STAFF, start=1)
    ]


def children(chance: Random) -> list[Entry]:
    """Thirty children of Reception to Year 6 in two classes, each with one parent at one address."""
    pool = [c for c in source.children() if c["preferred_forename"].isascii() and len(c["preferred_forename"]) > 2]
    surnames = sorted({c["surname"] for c in pool if c["surname"].isalpha() and c["surname"].isascii()})
    year_now = school_year(date.fromisoformat(source.as_at()))
    found = []
    for n in range(SIZE):
        like, surname, year = chance.choice(pool), chance.choice(surnames), n % 7
        began = date(year_now - year, 9, 3)
        found.append(_child(n, like, surname, year, began, chance))
    return found


def _child(n: int, like: Entry, surname: str, year: int, began: date, chance: Random) -> Entry:
    body = f"3569999{began.year % 100:02}{900 + n:03}"
    forename = like["preferred_forename"]
    mother = chance.choice([a for a in like["adults"] if a["sex"] == "F"] or like["adults"])
    key = f"W{n + 100}"
    return {
        "id": key,
        "upn": f"{upn.check_letter(body)}{body}",
        "admission_no": f"{n + 1:04}",
        "forename": forename,
        "surname": surname,
        "preferred_forename": forename,
        "preferred_surname": surname,
        "dob": (date(began.year - 5, 9, 1) + timedelta(days=chance.randrange(365))).isoformat(),
        "sex": like["sex"],
        "year": year,
        "class": "Oak" if year < 3 else "Ash",
        "entry_date": began.isoformat(),
        "ethnicity": like["ethnicity"],
        "first_language": like["first_language"],
        "gp": "Withy Fold Surgery",
        "homes": [
            {
                "id": f"{key}-H",
                "line1": f"{n + 1} {_STREETS[n % len(_STREETS)]}",
                "town": "Withy Fold",
                "county": "Greater Manchester",
                "postcode": "SK98 9WF",
                "pattern": "main",
            }
        ],
        "adults": [
            {
                "id": f"{key}-C1",
                "title": mother.get("title") or "Ms",
                "forename": mother["forename"],
                "surname": surname,
                "relationship": "Mother",
                "sex": "F",
                "pr": True,
                "household": f"{key}-H",
                "mobile": f"07700 900{chance.randrange(1000):03}",
                "order": 1,
                "emergency": True,
            }
        ],
    }
