"""How is the demo school made? All at once, or not at all; only in demo mode, and never beside a real school."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from children.capabilities import ChildCapability
from children.models import Child
from children.services import register_children
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import add_closure, add_person, add_term, assign_role, create_school
from safeguarding.accounts.services.classes import give_class
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Subcategory
from safeguarding.demo import people, small, source, stories
from safeguarding.demo.adults import lay_adults
from safeguarding.demo.answered import lay_answered
from safeguarding.demo.apart import MAIN, SMALL, NotForDemo, ensure_apart
from safeguarding.demo.attendance import lay_attendance
from safeguarding.demo.choices import lay_choices, lay_mistakes
from safeguarding.demo.codes import give_apps
from safeguarding.demo.cover import away, lay_pastoral, lay_rules, lay_time_away
from safeguarding.demo.days import Days, in_year
from safeguarding.demo.earlier import lay_earlier
from safeguarding.demo.families import new_child
from safeguarding.demo.fresh import Desk
from safeguarding.demo.governors import lay_governors
from safeguarding.demo.ground import Ground
from safeguarding.demo.kept import lay_kept
from safeguarding.demo.keys import Keys
from safeguarding.demo.marked import mark
from safeguarding.demo.over import lay_over
from safeguarding.demo.plans import lay_plans
from safeguarding.demo.printer import Printer
from safeguarding.demo.published import lay_published
from safeguarding.demo.received import lay_received
from safeguarding.demo.records import write
from safeguarding.demo.requests import lay_requests
from safeguarding.demo.retention import lay_retention
from safeguarding.demo.safeguards import lay_safeguards
from safeguarding.demo.shares import lay_shares
from safeguarding.demo.sharing import lay_sharing
from safeguarding.demo.source import Entry
from safeguarding.demo.standing import answer_for, lay_access
from safeguarding.demo.stories import Cast, Story
from safeguarding.demo.targets import lay_targets
from safeguarding.demo.training import lay_training
from safeguarding.demo.transfers import lay_transfers
from safeguarding.demo.twice import lay_twice

SEED = 2026
_CALL_ORDER = {"lead": 1, "deputy_lead": 2, "headteacher": 5}
_SMALL_NOTES = 12


@dataclass(frozen=True)
class Made:
    """What a run has made; all zero when the school was there already."""

    children: int = 0
    people: int = 0
    concerns: int = 0


def ensure_demo() -> None:
    """Raises `NotForDemo` outside demo mode, or where a school stands that no seeder made."""
    if not settings.DEMO:
        raise NotForDemo(
            "This is not a practice installation: set HARBOUR_DEMO=true where nobody works with real children."
        )
    ensure_apart()


@transaction.atomic
def seed_demo(*, now: datetime | None = None, seed: int = SEED) -> Made:
    """Make the demo school and the small one beside it. Does nothing when they are there.

    The same seed and the same day give the same school. Raises `NotForDemo`.
    """
    ensure_demo()
    if School.objects.filter(slug=MAIN).exists():
        return Made()
    now = now or timezone.now()
    days = Days(timezone.localdate(now))
    with Printer() as printer:
        first = _main_school(days, now, Random(f"{seed} main"), printer)  # noqa: S311
    second = _small_school(days, now, Random(f"{seed} small"))  # noqa: S311
    return Made(*(a + b for a, b in zip(first, second, strict=True)))


def _main_school(days: Days, now: datetime, chance: Random, printer: Printer) -> tuple[int, int, int]:
    about = source.school()
    school = _school(MAIN, about["name"], about["urn"], about["phone"], days)
    staff = [s for s in source.staff() if people.role_of(s)]
    users = {s["id"]: _person(s, people.username(s)) for s in staff}
    for entry in staff:
        person, since = users[entry["id"]], date.fromisoformat(entry["start_date"])
        for key in filter(None, (people.role_of(entry), people.SECOND_ROLES.get(entry["id"]))):
            _role(person, school, key, since)
        _class(person, school, entry["class"] or "", since)
    outside = _from_outside(school, days)
    ground = replace(_ground(school, staff, users, source.children(), days, now), away=away(days, now))
    cast = Cast(source.children(), staff, days)
    notes = [v for v in source.vignettes() if v["voice"] != "governor"]
    lay_time_away(school, ground)
    lay_safeguards(school, ground)
    written = write(_three_years(cast, notes, chance), ground, chance) + Desk(school, ground, Keys(chance)).lay()
    answer_for([*users.values(), *outside], ground)
    lay_earlier(school, ground)
    lay_access(school, ground)
    lay_adults(school, ground)
    lay_rules(school, ground)
    lay_pastoral(ground)
    mark(school, ground)
    lay_twice(school, ground)
    lay_choices(school, ground)
    lay_targets(school, ground)
    lay_mistakes(school, ground)
    lay_plans(school, ground, Keys(Random(f"{chance.random()} plans")))  # noqa: S311
    lay_attendance(school, ground, Keys(Random(f"{chance.random()} attendance")))  # noqa: S311
    # What others are made of stays as it is: this has a chance of its own.
    lay_over(school, ground, Keys(Random(f"{SEED} over")))  # noqa: S311
    lay_retention(school, ground, Keys(Random(f"{chance.random()} retention")))  # noqa: S311
    lay_sharing(school, ground, Keys(Random(f"{chance.random()} sharing")))  # noqa: S311
    published = Keys(Random(f"{chance.random()} published"))  # noqa: S311
    lay_shares(school, ground, Keys(Random(f"{chance.random()} shares")), printer)  # noqa: S311
    lay_transfers(school, ground, Keys(Random(f"{chance.random()} transfers")))  # noqa: S311
    ours = Random(f"{chance.random()} received")  # noqa: S311
    lay_received(school, ground, Keys(ours), ours)
    lay_requests(school, ground, Keys(Random(f"{chance.random()} requests")), printer)  # noqa: S311
    lay_answered(ground, Keys(Random(f"{chance.random()} answered")))  # noqa: S311
    lay_training(school, ground, Keys(Random(f"{chance.random()} training")))  # noqa: S311
    lay_governors(school, ground, Keys(Random(f"{chance.random()} governors")))  # noqa: S311
    # Of everything that is there by now, so that it is true.
    lay_published(school, ground, published)
    return len(ground.children), len(users) + len(outside), written


def _from_outside(school: School, days: Days) -> list[User]:
    """Who works for the school and is not on its list of staff."""
    found = []
    for username, title, first, last, job, key in people.FROM_OUTSIDE:
        user = add_person(username=username, title=title, first_name=first, last_name=last, job=job)
        _role(user, school, key, days.today - timedelta(days=400))
        found.append(user)
    User.objects.filter(pk__in=[user.pk for user in found]).update(password=make_password(people.PASSWORD))
    give_apps(found)
    return found


def _small_school(days: Days, now: datetime, chance: Random) -> tuple[int, int, int]:
    school = _school(SMALL, people.SMALL_SCHOOL, "999902", "0161 496 0190", days)
    staff, children = small.staff(), small.children(chance)
    users = {s["id"]: _person(s, s["username"]) for s in staff}
    for entry, (*_, roles, class_name) in zip(staff, people.SMALL_STAFF, strict=True):
        person, since = users[entry["id"]], date.fromisoformat(entry["start_date"])
        for key in roles:
            _role(person, school, key, since)
        _class(person, school, class_name, since)
    # The second person of a school whose Headteacher is the lead.
    _role(User.objects.get(username=people.TRUST_LEAD), school, "trust_lead", days.today - timedelta(days=400))
    ground = _ground(school, staff, users, children, days, now)
    notes = [
        v for v in source.vignettes() if v["voice"] in ("office", "teacher") and v["level"] < 3 and v["years"][0] < 3
    ]
    cast = Cast(children, staff, days)
    told = stories.earlier(
        cast, notes, _SMALL_NOTES, days.today - timedelta(days=300), days.today - stories.QUIET, chance
    )
    written = write(told, ground, chance)
    answer_for(users.values(), ground)
    return len(ground.children), len(users), written


def _three_years(cast: Cast, notes: Sequence[Entry], chance: Random) -> list[Story]:
    """The last year as the data places it, and the years before it."""
    found = stories.placed(cast, notes, source.assignments(), chance)
    today = cast.days.today
    for n, count in enumerate(stories.EARLIER, start=1):
        last = in_year(today, today.year - n) - timedelta(days=1)
        found += stories.earlier(cast, notes, count, in_year(today, today.year - n - 1), last, chance)
    return found


def _school(slug: str, name: str, urn: str, telephone: str, days: Days) -> School:
    school = create_school(
        name=name,
        slug=slug,
        urn=urn,
        local_authority="356",
        establishment="9999",
        telephone=telephone,
        social_care_day="0161 496 0710",
        social_care_night="0161 496 0711",
    )
    for term, first, last in days.terms:
        add_term(school=school, name=term, starts_on=first, ends_on=last)
    for day, reason in days.closures:
        add_closure(school=school, on=day, reason=reason)
    return school


def _person(entry: Entry, username: str) -> User:
    return add_person(
        username=username,
        title=entry["title"],
        first_name=entry["forename"],
        last_name=entry["surname"],
        job=entry["role"],
        email=entry.get("email", ""),
        extension=entry["phone"][-3:],
    )


def _role(user: User, school: School, key: str, since: date) -> None:
    assign_role(
        user=user,
        school=school,
        role_key=key,
        starts_on=since,
        call_order=_CALL_ORDER.get(key, 10),
    )


def _class(user: User, school: School, class_name: str, since: date) -> None:
    if class_name:
        give_class(user=user, school=school, class_name=class_name, starts_on=since)


def _ground(
    school: School, staff: Sequence[Entry], users: dict[str, User], children: Sequence[Entry], days: Days, now: datetime
) -> Ground:
    """Gives the people their password, puts the children on the list, and says what stories stand on."""
    # Hashing is slow on purpose: once, for the one password that everybody has.
    User.objects.filter(pk__in=[u.pk for u in users.values()]).update(password=make_password(people.PASSWORD))
    give_apps(users.values())
    found = _children(school, children, days)
    keeper = people_with(ChildCapability.KEEP_CHILDREN, school.pk, days.today).filter(
        pk__in=[u.pk for u in users.values()]
    )
    lay_kept(school, children, found, days, by=keeper.order_by("pk")[0], at=days.last_open(now))
    return Ground(
        school_id=school.pk,
        staff={s["id"]: s for s in staff},
        users=users,
        children=found,
        subcategories={(s.category_id, s.name): s.pk for s in Subcategory.objects.all()},
        days=days,
        now=days.last_open(now),
    )


def _children(school: School, entries: Sequence[Entry], days: Days) -> dict[str, UUID]:
    """Put the children on the school's list, as an import does; the key of each by its id in the data."""
    keys = register_children(school=school, children=[new_child(e, days) for e in entries], today=days.today)
    found = dict(zip((e["id"] for e in entries), keys, strict=True))
    record(
        Verb.IMPORT,
        object_type=Child._meta.label_lower,
        school_id=school.pk,
        count=len(keys),
        purpose="demo school",
    )
    return found
