"""How does Harbour behave with a hundred schools? Practice schools by the hundred, written in bulk, in flat memory.

Each school is one transaction: a run that was cut off goes on where it ended. Children come through the service of the
import, concerns by COPY, in the proportions of the demo school. The concerns of the last few schools are all old, for
the lead who works in those alone. Runs as `owner`: only the owner of the tables may count their rows for the planner
afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from random import Random
from uuid import UUID

from django.db import connection, transaction
from tqdm import tqdm

from children import upn
from children.codes import authorities
from children.facts import Adult, Home, NewChild
from children.models import Child
from children.services import bulk, register_children
from safeguarding.accounts.models import Closure, ConflictAnswer, RoleAssignment, School, Term, User
from safeguarding.accounts.services import create_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.database import require_owner
from safeguarding.dates import school_year
from safeguarding.demo import source
from safeguarding.demo.apart import MANY
from safeguarding.demo.copying import Copies
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from safeguarding.demo.seeding import Made, ensure_demo
from safeguarding.keys import uuid7

# (role, how many at each school)
_STAFF = (
    ("headteacher", 1),
    ("lead", 1),
    ("deputy_lead", 2),
    ("senco", 1),
    ("designated_teacher", 1),
    ("pastoral", 1),
    ("attendance", 1),
    ("office", 2),
    ("teacher", 14),
    ("teaching_assistant", 10),
    ("midday", 4),
)
# Schools at the end of the list that have had no concern lately, where there are enough others.
OLD = 3
_BATCH = 1000


@dataclass(frozen=True)
class Size:
    """How much to make: totals over all schools."""

    schools: int
    children: int
    years: int
    concerns: int


@dataclass(frozen=True)
class _Plan:
    """One practice school that is still to be made: its number, and its share of the whole."""

    number: int
    children: int
    concerns: int
    days: Days
    first: date
    last: date
    seed: str

    @property
    def slug(self) -> str:
        return f"{MANY}{self.number:04}"


def seed_scale(size: Size, *, now: datetime, seed: int, quiet: bool = False) -> Made:
    """Make those of `size.schools` practice schools that are not there yet. Raises `NotForDemo`, or `CommandError`
    for another database role than the owner.
    """
    ensure_demo()
    require_owner(connection)
    there = set(School.objects.filter(slug__startswith=MANY).values_list("slug", flat=True))
    plans = [plan for plan in _plans(size, Days(now.date()), seed) if plan.slug not in there]
    if not plans:
        return Made()
    concerns = sum(plan.concerns for plan in plans)
    with tqdm(total=concerns, unit=" concerns", disable=quiet, smoothing=0.05) as bar:
        for plan in plans:
            _one_school(plan, bar)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Made(sum(plan.children for plan in plans), len(plans) * sum(n for _, n in _STAFF), concerns)


def _plans(size: Size, days: Days, seed: int) -> Iterator[_Plan]:
    shares = zip(_shares(size.children, size.schools), _shares(size.concerns, size.schools), strict=True)
    first = days.today - timedelta(days=365 * size.years)
    for number, (children, concerns) in enumerate(shares, start=1):
        is_old = size.schools >= 2 * OLD and number > size.schools - OLD
        last = days.today - timedelta(days=int(size.years * 365 * 0.7)) if is_old else days.today
        yield _Plan(number, children, concerns, days, first, last, f"{seed} {number}")


def _shares(total: int, among: int) -> list[int]:
    return [total // among + (n < total % among) for n in range(among)]


@transaction.atomic
def _one_school(plan: _Plan, bar: tqdm) -> None:
    """Make one school, whole or not at all."""
    number, days, chance = plan.number, plan.days, Random(plan.seed)  # noqa: S311
    school = create_school(
        name=f"Practice School {number}",
        slug=plan.slug,
        local_authority=_authority(number),
        establishment="9999",
        telephone="0161 496 0100",
        social_care_day="0161 496 0710",
        social_care_night="0161 496 0711",
    )
    bulk.insert(
        Term,
        (
            {"school_id": school.pk, "name": name, "starts_on": first, "ends_on": last}
            for name, first, last in days.terms
        ),
    )
    bulk.insert(Closure, ({"school_id": school.pk, "on": day, "reason": reason} for day, reason in days.closures))
    people = _people(school, number, days, chance)
    cards = _children(school, number, plan.children, days, chance)
    history = History(Place(school.pk, people, cards, days), plan.first, plan.last, chance)
    copies = Copies()
    for some in batched(history.concerns(plan.concerns), _BATCH):
        for rows in some:
            copies.add(rows)
        copies.write()
        bar.update(len(some))
    history.number_on()
    record(
        Verb.CREATE, object_type="concerns.concern", school_id=school.pk, count=plan.concerns, purpose="demo schools"
    )


def _people(school: School, number: int, days: Days, chance: Random) -> list[Person]:
    """The staff of a school. Nobody can sign in as one of them with a password."""
    names = source.staff()
    found: list[Person] = []
    rows, roles = [], []
    since = days.today - timedelta(days=365 * 8)
    for key, count in _STAFF:
        for n in range(1, count + 1):
            like, other = chance.choice(names), chance.choice(names)
            person = Person(uuid7(), key, like["title"], like["forename"], other["surname"])
            found.append(person)
            rows.append(
                {
                    "id": person.id,
                    "username": f"s{number:04}.{key}{n}",
                    "title": person.title,
                    "first_name": person.forename,
                    "last_name": person.surname,
                    "password": "!",
                    "extension": f"{100 + len(found)}",
                }
            )
            roles.append({"user_id": person.id, "school_id": school.pk, "role_key": key, "starts_on": since})
    bulk.insert(User, rows)
    bulk.insert(RoleAssignment, roles)
    year = school_year(days.today)
    bulk.insert(
        ConflictAnswer,
        ({"user_id": p.id, "school_id": school.pk, "year": year, "has_connection": False} for p in found),
    )
    return found


def _children(school: School, number: int, count: int, days: Days, chance: Random) -> list[tuple[UUID, str]]:
    """The children of a school, with the names by which notes call them."""
    new = list(_new_children(number, count, days, chance))
    keys = register_children(school=school, children=new, today=days.today)
    record(Verb.IMPORT, object_type=Child._meta.label_lower, school_id=school.pk, count=count, purpose="demo schools")
    return [(key, f"{child.forename} {child.surname}") for key, child in zip(keys, new, strict=True)]


def _new_children(number: int, count: int, days: Days, chance: Random) -> Iterator[NewChild]:
    pool, code = source.children(), _authority(number)
    year_now = (days.today - timedelta(days=243)).year
    for n in range(count):
        like, other = chance.choice(pool), chance.choice(pool)
        year = n % 7
        began = year_now - year
        body = f"{code}9999{began % 100:02}{n // 7:03}"
        parent = chance.choice(like["adults"])
        yield NewChild(
            forename=like["forename"],
            surname=other["surname"],
            year_group=year,
            class_name=f"{year or 'R'}{'ABCD'[n // 7 % 4]}",
            entered_on=date(began, 9, 3),
            details={
                "upn": f"{upn.check_letter(body)}{body}",
                "date_of_birth": date(began - 5, 9, 1) + timedelta(days=chance.randrange(365)),
                "sex": like["sex"],
            },
            homes=[Home(address=f"{n + 1} Tarnbeck Lane", town="Hollowmoss", postcode="SK99 9ZZ")],
            adults=[
                Adult(
                    title=parent.get("title", ""),
                    forename=parent["forename"],
                    surname=other["surname"],
                    relationship="Mother" if parent["sex"] == "F" else "Father",
                    mobile=f"07700 900{n % 1000:03}",
                    responsibility=True,
                    home=0,
                )
            ],
        )


def _authority(number: int) -> str:
    """One of the codes of local authorities, so that no two of the first schools share a UPN."""
    known = sorted(code for code in authorities() if code.isdigit())
    return known[number % len(known)]
