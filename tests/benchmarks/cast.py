"""Who asks for pages, and which records do they open? People of the practice schools, and a few who are made to be
slow.

The owner of the tables makes them once; the measurement finds them by their user names.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from children import upn
from children.facts import NewChild
from children.models import Child
from children.services import register_children
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import add_person, answer_conflict_question, assign_role, create_school
from safeguarding.audit.context import Acting, tell_database
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns import chronology
from safeguarding.concerns.models import Account, Concern, ConcernChild, Pin
from safeguarding.concerns.services import significant
from safeguarding.concerns.services.patterns import add_usual_rules
from safeguarding.demo.apart import MANY
from safeguarding.demo.scale import OLD
from safeguarding.http import Request
from safeguarding.keys import uuid7

TEACHER, LEAD, HEAD, OFFICE = (f"s0001.{job}1" for job in ("teacher", "lead", "headteacher", "office"))
NEW, LEAD_OF_OLD, LEAD_OF_ALL = "bench.new", "bench.old", "bench.all"
# The lead of the demo school, on whose Today every list has something.
DESK = "d.oyebanji"
# Schools for files that are imported and taken back: one is empty, the other has children and a lead. The worker may
# add no school, no account, no child that nobody imports, and no table for a bare COPY.
EMPTY, EARLIER, LEAD_OF_EARLIER, COPIED = f"{MANY}9999", f"{MANY}9998", "bench.earlier", "bench_copied"
PUPILS = settings.BASE_DIR / "tests" / "data" / "sims_pupils.csv"
CHILDREN = 420
# Who is who, for the table.
PEOPLE = {
    TEACHER: "teacher",
    NEW: "teacher with nothing",
    LEAD: "lead",
    DESK: "lead of the demo school",
    HEAD: "Headteacher",
    OFFICE: "office",
    LEAD_OF_OLD: f"lead of {OLD} old schools",
    LEAD_OF_ALL: "lead of every school",
}


def make_cast() -> None:
    """Add the people no practice school has, schools for imports, the first school's rules for patterns, and pins.

    May run again.
    """
    if not User.objects.filter(username=NEW).exists():
        _people()
    if not School.objects.filter(slug=EMPTY).exists():
        make_schools_for_imports()
    lead, school = User.objects.get(username=LEAD_OF_ALL), School.objects.get(slug=f"{MANY}0001")
    add_usual_rules(school=school, token=uuid7(), by=lead)
    child = Child.objects.get(pk=Records.find().busy_child)
    if not Pin.objects.filter(child=child).exists():
        asking = cast(Request, SimpleNamespace(user=lead))
        for entry in chronology.read(asking, child).entries:
            significant.pin(child=child, entry=entry, seen=None, token=uuid7(), analysis="Again, as in March.", by=lead)


def _people() -> None:
    schools = list(School.objects.filter(slug__startswith=MANY).exclude(slug__in=(EMPTY, EARLIER)).order_by("slug"))
    since = timezone.localdate() - timedelta(days=400)
    for username, key, where in (
        (NEW, "teacher", schools[:1]),
        (LEAD_OF_OLD, "lead", schools[-OLD:]),
        (LEAD_OF_ALL, "lead", schools),
    ):
        person = add_person(username=username, first_name="Ben", last_name="Marker")
        for school in where:
            answer_conflict_question(user=person, school_id=school.pk, has_connection=False)
            assign_role(user=person, school=school, role_key=key, starts_on=since)


@transaction.atomic
def make_schools_for_imports() -> None:
    """Add both schools, and the table."""
    create_school(name="Empty School", slug=EMPTY)
    school = create_school(name="Earlier School", slug=EARLIER)
    lead = add_person(username=LEAD_OF_EARLIER, first_name="Priya", last_name="Measured")
    assign_role(user=lead, school=school, role_key="lead", starts_on=date(2020, 9, 1))
    new = [
        NewChild(
            forename=f"Rowan{n}",
            surname="Ashdown",
            year_group=n % 7,
            class_name="5B",
            entered_on=date(2024, 9, 3),
            details={"upn": _upn(n), "date_of_birth": date(2016, 9 + n % 4, 1 + n % 28)},
        )
        for n in range(CHILDREN)
    ]
    keys = register_children(school=school, children=new, today=date(2026, 9, 1))
    record(Verb.IMPORT, object_type="children.child", school_id=school.pk, count=len(keys), purpose="measured")
    with PUPILS.open(encoding="utf-8-sig", newline="") as source, connection.cursor() as cursor:
        columns = ", ".join(f"c{n} text" for n, _ in enumerate(next(csv.reader(source))))
        cursor.execute(f"CREATE UNLOGGED TABLE {COPIED} ({columns})")
        cursor.execute(f"GRANT INSERT ON {COPIED} TO worker")


def _upn(number: int) -> str:
    body = f"3569999{20 + number // 1000}{number % 1000:03}"
    return upn.check_letter(body) + body


@dataclass(frozen=True)
class Records:
    """Ids of what is opened, all of the first practice school."""

    school: UUID
    waiting: UUID
    decided: UUID
    busy_child: UUID
    quiet_child: UUID
    surname: str
    report: UUID

    @classmethod
    def find(cls) -> "Records":
        """Asked by who reads every school: to nobody the database shows none."""
        with transaction.atomic():
            tell_database(Acting(user_id=User.objects.get(username=LEAD_OF_ALL).pk))
            return cls._found()

    @classmethod
    def _found(cls) -> "Records":
        school = School.objects.get(slug=f"{MANY}0001")
        concerns = Concern.objects.filter(school=school)
        entries = (
            ConcernChild.objects.filter(school=school)
            .values("child_id")
            .annotate(n=Count("pk"))
            .order_by("-n", "child_id")
        )
        busy, quiet = entries[0]["child_id"], entries[len(entries) * 3 // 4]["child_id"]
        return cls(
            school=school.pk,
            waiting=concerns.exclude(status="closed").latest("logged_at").pk,
            decided=concerns.filter(decided_at__isnull=False).annotate(n=Count("actions")).order_by("-n", "pk")[0].pk,
            busy_child=busy,
            quiet_child=quiet,
            surname=Child.objects.get(pk=busy).surname,
            report=Account.objects.filter(author__username=TEACHER).latest("recorded_at").concern_id,
        )
