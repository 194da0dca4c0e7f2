"""Who asks for pages, and which records do they open? People of the practice schools, and a few who are made to be
slow.

The owner of the tables makes them once; the measurement finds them by their user names.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import add_person, answer_conflict_question, assign_role, create_school
from safeguarding.audit.context import Acting, tell_database
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
# An empty school with a lead of its own, for files that are imported and taken back. The worker may add neither.
MEASURED, LEAD_OF_MEASURED = f"{MANY}9999", "bench.measured"
# Who is who, for the table.
PEOPLE = {
    TEACHER: "teacher",
    NEW: "teacher with nothing",
    LEAD: "lead",
    HEAD: "Headteacher",
    OFFICE: "office",
    LEAD_OF_OLD: f"lead of {OLD} old schools",
    LEAD_OF_ALL: "lead of every school",
}


def make_cast() -> None:
    """Add the people no practice school has, an empty school, the first school's rules for patterns, and pins.

    May run again.
    """
    if not User.objects.filter(username=NEW).exists():
        _people()
    if not School.objects.filter(slug=MEASURED).exists():
        _empty_school()
    lead, school = User.objects.get(username=LEAD_OF_ALL), School.objects.get(slug=f"{MANY}0001")
    add_usual_rules(school=school, token=uuid7(), by=lead)
    child = Child.objects.get(pk=Records.find().busy_child)
    if not Pin.objects.filter(child=child).exists():
        asking = cast(Request, SimpleNamespace(user=lead))
        for entry in chronology.read(asking, child).entries:
            significant.pin(child=child, entry=entry, seen=None, token=uuid7(), analysis="Again, as in March.", by=lead)


def _people() -> None:
    schools = list(School.objects.filter(slug__startswith=MANY).exclude(slug=MEASURED).order_by("slug"))
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
def _empty_school() -> None:
    school = create_school(name="Measured School", slug=MEASURED)
    lead = add_person(username=LEAD_OF_MEASURED, first_name="Priya", last_name="Measured")
    assign_role(user=lead, school=school, role_key="lead", starts_on=date(2020, 9, 1))


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
