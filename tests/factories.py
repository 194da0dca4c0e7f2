"""How does a test reach a state? Through the services, as a user would. Each function makes one thing and what it
needs.

People are fictional. `Staffroom` is the usual cast of a school: a teacher, an assistant, a pastoral lead, the office,
two leads and the Headteacher.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.utils import timezone

from children.facts import NewChild
from children.models import Child, Contact, ContactRestriction
from children.services import keeping
from children.services.registering import register_children
from children.services.safeguards import AddressFacts, OrderFacts, record_safeguard
from safeguarding.accounts.models import ConflictAnswer, RoleAssignment, School, User
from safeguarding.accounts.permissions import needs_second_factor
from safeguarding.accounts.services import add_person, assign_role, create_school
from safeguarding.accounts.services.classes import give_class
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, HowSoon
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern
from safeguarding.dates import school_year
from tests import rooms
from tests.signed_in import give_factor

LONDON = ZoneInfo("Europe/London")
PASSWORD = "harbour-lights-at-night"
# A Tuesday in term, mid-morning.
SCHOOL_DAY = datetime(2026, 11, 24, 10, 0, tzinfo=LONDON)
LONG_AGO = date(2020, 9, 1)


def school(name: str = "Saltmarsh Lane Primary School", **details: Any) -> School:
    """A school of its own for this test."""
    return create_school(name=name, slug=f"school-{uuid4().hex[:12]}", **details)


def person(first_name: str = "Jon", last_name: str = "Beckett", *, password: str | None = None, **details: Any) -> User:
    """A member of staff without a role.

    Give a password only where the test signs in through the page: hashing is slow.
    """
    names = {"username": _username(first_name, last_name), "first_name": first_name, "last_name": last_name}
    return add_person(**names, password=password, **details)


def _username(first_name: str, last_name: str) -> str:
    return f"{first_name[0].lower()}.{last_name.lower().replace(' ', '')}.{uuid4().hex[:6]}"


def member(
    at: School,
    role_key: str,
    first_name: str = "Jon",
    last_name: str = "Beckett",
    *,
    password: str | None = None,
    **details: Any,
) -> User:
    """A member of staff with one role at `at`. `call_order` and `ends_on` go to the role, the rest to the person.

    Without a password and a class, as rows (`tests/rooms.py`).
    """
    if password is not None or "class_name" in details:
        return make_member(at, role_key, first_name, last_name, password=password, **details)
    details |= {"username": _username(first_name, last_name), "first_name": first_name, "last_name": last_name}
    of_role = {key: details.pop(key) for key in ("call_order", "ends_on") if key in details}
    return rooms.lay_member(at, _dated(role_key=role_key, starts_on=LONG_AGO, **of_role), details)


def make_member(at: School, role_key: str, first_name: str = "Jon", last_name: str = "Beckett", **details: Any) -> User:
    """The same, made by the services."""
    of_role = {key: details.pop(key) for key in ("call_order", "ends_on") if key in details}
    taught = details.pop("class_name", "")
    user = person(first_name, last_name, **details)
    give_role(user=user, school=at, role_key=role_key, starts_on=LONG_AGO, **of_role)
    if taught:
        give_class(user=user, school=at, class_name=taught, starts_on=LONG_AGO)
    # Who signs in through the page gives a code there, if the role asks for one.
    return give_factor(user) if user.has_usable_password() and needs_second_factor(user) else user


def give_role(*, user: User, school: School, **role: Any) -> RoleAssignment:
    """A role, whose holder has said that they are not related or close to any child there: until then no page opens."""
    # Not by its service: the event would stand among those that a test counts.
    year = school_year(timezone.localdate())
    ConflictAnswer.objects.get_or_create(user=user, school=school, year=year, defaults={"has_connection": False})
    return assign_role(user=user, school=school, **_dated(**role))


def _dated(**role: Any) -> dict[str, Any]:
    """The role, with a last day for the one that cannot be without an end."""
    if role["role_key"] == "acting_lead":
        role.setdefault("ends_on", timezone.localdate() + timedelta(days=365))
    return role


@dataclass
class Staffroom:
    """The people of one school, by role."""

    school: School
    teacher: User
    assistant: User
    pastoral: User
    office: User
    lead: User
    deputy: User
    headteacher: User


def staffroom(name: str = "Saltmarsh Lane Primary School", *, password: str | None = None) -> Staffroom:
    """A school with its usual people, as rows that were made once (`tests/rooms.py`)."""
    if not rooms.is_known():
        return make_staffroom(name, password=password)
    room = Staffroom(**rooms.lay(name))
    if password is not None:
        _give_passwords([one for one in vars(room).values() if isinstance(one, User)], password)
    return room


def _give_passwords(people: list[User], password: str) -> None:
    """Set the password, and add a second factor where the role needs one, as `member` does."""
    for user in people:
        user.set_password(password)
    User.objects.bulk_update(people, ["password"])
    for user in people:
        if needs_second_factor(user):
            give_factor(user)


def make_staffroom(name: str = "Saltmarsh Lane Primary School", *, password: str | None = None) -> Staffroom:
    """The same, made by the services."""
    place = school(name)
    return Staffroom(
        school=place,
        teacher=make_member(place, "teacher", "Jon", "Beckett", class_name="5B", password=password),
        assistant=make_member(place, "teaching_assistant", "Amy", "Lister", password=password),
        pastoral=make_member(place, "pastoral", "Carla", "Mendes", password=password),
        office=make_member(place, "office", "Sue", "Pickering", password=password),
        lead=make_member(place, "lead", "Priya", "Raman", call_order=1, extension="214", password=password),
        deputy=make_member(place, "deputy_lead", "Tom", "Aldous", call_order=2, extension="220", password=password),
        headteacher=make_member(
            place, "headteacher", "Helen", "Okafor", call_order=3, extension="201", password=password
        ),
    )


def told(**facts: Any) -> keeping.Told:
    """Who told the school: a parent, unless a test says otherwise."""
    return keeping.Told(**{"by": keeping.ToldBy.FAMILY, **facts})


def register_child(*, school: School, child: NewChild, by: User, today: date | None = None, health: str = "") -> Child:
    """A child of the school's list, as an import puts one there; what to know about its health is added by hand."""
    [key] = register_children(school=school, children=[child], today=today or SCHOOL_DAY.date())
    made: Child = Child.objects.get(pk=key)
    record(Verb.CREATE, made, by=by)
    if health:
        keeping.add_health(child=made, words=health, told=told(on=made.entered_on), by=by)
    return made


def link_siblings(*, one: Child, other: Child, by: User, relationship: str = "Brother or sister") -> None:
    """Two children are brother or sister, as a parent said."""
    keeping.link_siblings(one=one, other=other, relationship=relationship, told=told(), by=by)


def child(
    at: School,
    forename: str = "Rowan",
    surname: str = "Ashdown",
    *,
    by: User | None = None,
    health: str = "",
    **facts: Any,
) -> Child:
    """A child on roll at `at`, registered by the office. `facts` are fields of `NewChild`; among the details may be
    that the address is confidential, and why.
    """
    facts = {"year_group": 5, "class_name": "5B", "entered_on": LONG_AGO, **facts}
    details = dict(facts.pop("details", {}))
    secret, why = details.pop("address_confidential", False), details.pop("address_confidential_reason", "")
    by = by or member(at, "office", "Sue", "Pickering")
    new = NewChild(forename=forename, surname=surname, details=details, **facts)
    made = register_child(school=at, child=new, by=by, today=SCHOOL_DAY.date(), health=health)
    if secret:
        said = AddressFacts(reason=why or "The family asked for it.", starts_on=LONG_AGO, told_by="family")
        record_safeguard(child=made, token=uuid4(), facts=said, by=by)
    return made


def order(child: Child, terms: str, *, by: User, binds: str = "", **facts: Any) -> ContactRestriction:
    """An order about a child. `binds` is the forename of the adult of the child whom it is about."""
    adult = Contact.objects.get(children__child=child, forename=binds) if binds else None
    said = {"kind": "no_contact", "starts_on": date(2026, 1, 5), "told_by": "family"} | facts
    return record_safeguard(child=child, token=uuid4(), facts=OrderFacts(terms=terms, contact=adult, **said), by=by)


def concern(cast: Staffroom, *, by: User | None = None, at: datetime = SCHOOL_DAY, **report: Any) -> Concern:
    """A concern logged by `by` (the teacher), as the form sends it.

    `report` are fields of `Report` or `AccountFacts`.
    """
    of_account = {f.name for f in fields(AccountFacts)} & set(report)
    account = AccountFacts(**{"facts": "He was quiet at register.", **{k: report.pop(k) for k in of_account}})
    if "children" not in report:
        report["children"] = [ChildEntry(role="worried_about", child=child(cast.school, by=cast.office))]
    report.setdefault("how_soon", HowSoon.TODAY)
    return raise_concern(
        token=uuid4(), school=cast.school, report=Report(account=account, **report), by=by or cast.teacher, at=at
    )
