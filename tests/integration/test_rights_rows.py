"""May rows that give or take rights be written past the services? Asked in raw SQL, as `web` and as `worker`."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, models, transaction
from django.utils import timezone

from children.facts import Adult
from children.grants import viewing
from children.models import (
    Child,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ConflictOfInterest,
    Contact,
    ContactLink,
    ContactRestriction,
    EmergencyAccess,
    Enrolment,
    ImportRow,
    ImportRun,
)
from children.services import access, merging, safeguards
from children.services.destinations import Destination, say_destination
from safeguarding import rights_rows
from safeguarding.accounts.models import ActingPeriod, Reset, RoleAssignment, School, TeamMember, User
from safeguarding.accounts.services import (
    acting,
    add_member,
    assign_role,
    end_role,
    make_team,
    remove_member,
    set_call_order,
    set_roles_beyond_notice,
)
from safeguarding.adults.models import AdultNamed, ReadingChoice, StaffConcern, StaffConcernGrant
from safeguarding.adults.services import access as adults_access
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.audit.context import Acting, door, tell_database
from safeguarding.audit.context import acting as signed_in
from safeguarding.concerns.models import (
    Action,
    Concern,
    ConcernChild,
    ConcernGrant,
    ConcernSubject,
    Draft,
    DraftOpening,
    EnteredInError,
)
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services import error
from safeguarding.concerns.services.deciding import add_action
from safeguarding.concerns.services.drafts import open_draft, save_draft
from safeguarding.rights_rows import Neither
from safeguarding.sealing.fields import SealedJSON, SealedText
from tests import factories
from tests.walls import asking

pytestmark = pytest.mark.django_db
Row = Callable[[SimpleNamespace], models.Model]
BOTH = pytest.mark.parametrize("role", ["web", "worker"])


@pytest.fixture
def at() -> SimpleNamespace:
    """A school with its people, two children, a concern, a team, and a colleague of each kind."""
    room = factories.staffroom()
    lee = Adult("Marlow", "Lee", "Mr", relationship="Father")
    child, twin = (factories.child(room.school, name, by=room.office, adults=[lee]) for name in ("Rowan", "Rohan"))
    concern = factories.concern(room)
    team = make_team(school=room.school, title="Nurture group", kind="pastoral", by=room.lead)
    today = timezone.localdate()
    return SimpleNamespace(**vars(room), child=child, twin=twin, concern=concern, team=team, today=today)


def insert(row: models.Model) -> tuple[str, list[Any]]:
    """The INSERT of a row in SQL, with what the database fills in left out."""
    fields = [f for f in row._meta.local_concrete_fields if not f.has_db_default()]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [
        # Words are sealed by services; here it is about the row.
        b"sealed"
        if isinstance(field, SealedText | SealedJSON)
        else field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in fields
    ]
    places = ", ".join(["%s"] * len(values))
    return f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({places})", values


def tried(person: Any, role: str, statement: str, values: Any, task: str = "") -> int:
    """Do it as a role of the database, asked by `person` or a task, and take it back.

    Returns how many rows it touched.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
            tell_database(Acting(user_id=person.pk if person else None, task=task))
            cursor.execute(statement, values)
            done = cursor.rowcount
        transaction.set_rollback(True)
    return int(done)


def is_refused(person: Any, role: str, statement: str, values: Any = ()) -> bool:
    try:
        tried(person, role, statement, values)
    except ProgrammingError as refusal:
        assert re.search("not for this person|permission denied|row-level security", str(refusal)), refusal
        return True
    return False


# Each row: who may add it, of those who may not.
def grant(at: SimpleNamespace, **other: Any) -> ChildGrant:
    given = {"user": at.pastoral, "granted_by": at.lead} | other
    return ChildGrant(
        school=at.school, content_object=at.child, permission=viewing(Child), reason="r", expires_on=at.today, **given
    )


def of_concern(at: SimpleNamespace, **other: Any) -> ConcernGrant:
    given = {"user": at.pastoral, "granted_by": at.lead} | other
    return ConcernGrant(
        school=at.school,
        content_object=at.concern,
        permission=viewing(Concern),
        reason="r",
        expires_on=at.today,
        **given,
    )


def to_team(at: SimpleNamespace, **other: Any) -> ChildTeamGrant:
    return ChildTeamGrant(
        school=at.school,
        content_object=at.child,
        group=at.team,
        permission=viewing(Child),
        reason="r",
        expires_on=at.today,
        **{"granted_by": at.lead} | other,
    )


def held(at: SimpleNamespace, **other: Any) -> RoleAssignment:
    return RoleAssignment(school=at.school, starts_on=at.today, **{"user": at.teacher, "role_key": "lead"} | other)


def merge(at: SimpleNamespace, **other: Any) -> ChildMerge:
    return ChildMerge(
        school=at.school,
        keep=at.child,
        other=at.twin,
        other_number=at.twin.number,
        token=uuid4(),
        reason="r",
        asked_at=timezone.now(),
        **{"asked_by": at.lead} | other,
    )


def conflict(at: SimpleNamespace, **other: Any) -> ConflictOfInterest:
    return ConflictOfInterest(
        school=at.school,
        child=at.child,
        kind="relative",
        declared_at=timezone.now(),
        **{"user": at.deputy, "declared_by": at.lead} | other,
    )


def order(at: SimpleNamespace, **other: Any) -> ContactRestriction:
    given = {"recorded_by": at.office, "status": "recorded"} | other
    return ContactRestriction(
        school=at.school, child=at.child, token=uuid4(), kind="other", terms="r", starts_on=at.today, **given
    )


def emergency(at: SimpleNamespace, **other: Any) -> EmergencyAccess:
    now = timezone.now()
    return EmergencyAccess(
        school=at.school,
        child=at.child,
        reason="r",
        opened_at=now,
        review_by=at.today,
        **{"user": at.pastoral, "ends_at": now + timedelta(hours=1)} | other,
    )


def subject(at: SimpleNamespace, **other: Any) -> ConcernSubject:
    given = {"user": at.deputy, "named_by": at.lead} | other
    return ConcernSubject(concern=at.concern, school=at.school, named_at=timezone.now(), **given)


def named(at: SimpleNamespace, **other: Any) -> ConcernChild:
    given = {"added_by": at.lead, "file_says": "whole", "said_at": timezone.now(), "said_by": at.lead} | other
    return ConcernChild(concern=at.concern, school=at.school, child=at.twin, role="worried_about", **given)


def to_do(at: SimpleNamespace, **other: Any) -> Action:
    return Action(
        concern=at.concern,
        reference=at.concern.reference,
        school=at.school,
        token=uuid4(),
        text="Ring",
        due_on=at.today,
        created_at=timezone.now(),
        **{"owner": at.teacher, "created_by": at.lead} | other,
    )


def in_error(at: SimpleNamespace, **other: Any) -> EnteredInError:
    given = {"proposed_by": at.lead, "status": "proposed"} | other
    return EnteredInError(
        concern=at.concern,
        school=at.school,
        token=uuid4(),
        mistake="test",
        reason="r",
        proposed_at=timezone.now(),
        **given,
    )


def start(at: SimpleNamespace, **other: Any) -> Reset:
    return Reset(
        school=at.school,
        what="both",
        asked_at=timezone.now(),
        asked_how="seen",
        first_half="x",
        **{"user": at.deputy, "asked_by": at.lead} | other,
    )


def logged(at: SimpleNamespace, **other: Any) -> Concern:
    given = {"logged_by": at.lead} | other
    return Concern(
        token=uuid4(), school=at.school, year=2026, number=990, how_soon=1, logged_at=timezone.now(), **given
    )


def choice(at: SimpleNamespace, **other: Any) -> ReadingChoice:
    return ReadingChoice(
        school=at.school, recipient="lead", chosen_at=timezone.now(), **{"chosen_by": at.headteacher} | other
    )


def ended_order(at: SimpleNamespace, last: Any) -> ContactRestriction:
    """What is right of one that has ended, as somebody says."""
    said = {"status": "ended", "ended_at": timezone.now(), "ended_by": at.office, "instead_of_id": uuid4()}
    return order(at, ends_on=last, **said)


def listed(at: SimpleNamespace, status: str = "reading", **other: Any) -> ImportRow:
    """A row of a list, which says something about the child."""
    run = ImportRun.objects.create(school=at.school, file_name="a.csv", size=1, status=status)
    return ImportRow(run=run, school=at.school, number=1, kind="changes", child=at.child, **other)


def time_elsewhere(at: SimpleNamespace, **other: Any) -> Enrolment:
    return Enrolment(school=at.school, child=at.child, left_on=at.today, **other)


def decided(at: SimpleNamespace, by: User) -> dict[str, Any]:
    return {"status": "merged", "decided_at": timezone.now(), "decided_by": by, "undo_until": at.today}


# What somebody's SQL would add: the row, and who is signed in.
MISCHIEF: dict[str, tuple[str, Row]] = {
    "a teacher gives herself a child": ("teacher", lambda at: grant(at, user=at.teacher, granted_by=at.teacher)),
    "a teacher gives it in the lead's name": ("teacher", lambda at: grant(at, user=at.teacher)),
    "a lead gives herself a child": ("lead", lambda at: grant(at, user=at.lead)),
    "a deputy gives a child to others": ("deputy", lambda at: grant(at, granted_by=at.deputy)),
    "a teacher gives herself a concern": ("teacher", lambda at: of_concern(at, user=at.teacher, granted_by=at.teacher)),
    "a lead gives herself a concern": ("lead", lambda at: of_concern(at, user=at.lead)),
    "a teacher gives a team a child": ("teacher", lambda at: to_team(at, granted_by=at.teacher)),
    "a teacher makes herself a lead": ("teacher", held),
    "a deputy makes a teacher a lead": ("deputy", held),
    "a lead gives herself another role": ("lead", lambda at: held(at, user=at.lead, role_key="headteacher")),
    "a teacher joins a team": ("teacher", lambda at: TeamMember(team=at.team, user=at.teacher, starts_on=at.today)),
    "a lead joins a team": ("lead", lambda at: TeamMember(team=at.team, user=at.lead, starts_on=at.today)),
    "a teacher opens a record in an emergency": ("teacher", lambda at: emergency(at, user=at.teacher)),
    "a pastoral lead opens one for a year": (
        "pastoral",
        lambda at: emergency(at, ends_at=timezone.now() + timedelta(days=365)),
    ),
    "a teacher hides a child from the lead": ("teacher", lambda at: conflict(at, user=at.lead, declared_by=at.teacher)),
    "a lead adds a conflict that is lifted": (
        "lead",
        lambda at: conflict(at, lifted_at=timezone.now(), lifted_by=at.lead),
    ),
    "a teacher records an order": ("teacher", lambda at: order(at, recorded_by=at.teacher)),
    "the office records one in the lead's name": ("office", lambda at: order(at, recorded_by=at.lead)),
    "the office records one that is confirmed": (
        "office",
        lambda at: order(at, status="confirmed", confirmed_at=timezone.now(), confirmed_by=at.office),
    ),
    "a lead records one that was never so": (
        "lead",
        lambda at: order(
            at, recorded_by=at.lead, status="corrected", corrected_at=timezone.now(), corrected_by=at.lead
        ),
    ),
    "the office says of one that has ended that it binds tomorrow": (
        "office",
        lambda at: ended_order(at, at.today + timedelta(days=1)),
    ),
    "a teacher adds an adult": ("teacher", lambda at: Contact(school=at.school, surname="Vale")),
    "the office says that the next school is certain": (
        "office",
        lambda at: time_elsewhere(at, destination_confirmed=True),
    ),
    "the office adds a row of a list that is decided": (
        "office",
        lambda at: listed(at, decision="take", decided_by=at.office, decided_at=timezone.now()),
    ),
    "the office adds a row to a list that has been read": ("office", lambda at: listed(at, "ready")),
    "a teacher adds a row of a list": ("teacher", listed),
    "a teacher decides a merge": ("teacher", lambda at: merge(at, asked_by=at.teacher, **decided(at, at.teacher))),
    "a lead adds a merge that is decided": ("lead", lambda at: merge(at, **decided(at, at.lead))),
    "a teacher asks for a merge": ("teacher", lambda at: merge(at, asked_by=at.teacher)),
    "a teacher hides her report from the lead": ("teacher", lambda at: subject(at, user=at.lead, named_by=at.teacher)),
    "a pastoral lead links a concern to a child": ("pastoral", lambda at: named(at, added_by=at.pastoral)),
    "a teacher adds to a report that is sent": ("teacher", lambda at: named(at, added_by=at.teacher)),
    "a teacher gives herself something to do": ("teacher", lambda at: to_do(at, created_by=at.teacher)),
    "a teacher says that it was entered in error": ("teacher", lambda at: in_error(at, proposed_by=at.teacher)),
    "a lead adds an error that is confirmed": (
        "lead",
        lambda at: in_error(at, status="confirmed", decided_at=timezone.now(), decided_by=at.lead),
    ),
    "a teacher logs in another's name": ("teacher", logged),
    "a lead logs a concern that is in error": ("lead", lambda at: logged(at, in_error="confirmed")),
    "a teacher says who reads concerns about adults": ("teacher", lambda at: choice(at, chosen_by=at.teacher)),
    "a lead says so": ("lead", lambda at: choice(at, chosen_by=at.lead)),
    "a teacher gives a lead a new start": ("teacher", lambda at: start(at, asked_by=at.teacher)),
    "a lead gives one alone": ("lead", lambda at: start(at, alone=True, confirmed_at=timezone.now(), second_half="x")),
    "a lead gives herself one": ("lead", lambda at: start(at, user=at.lead)),
    "a teacher begins a draft of another": (
        "teacher",
        lambda at: Draft(pk=uuid4(), school=at.school, author=at.lead, saved_at=timezone.now()),
    ),
    "somebody makes an account": ("lead", lambda at: User(username="x", first_name="X", last_name="Y")),
    "somebody makes a school": ("lead", lambda at: School(name="X", slug="x")),
}
# The same rows, added by who may.
ALLOWED: dict[str, tuple[str, Row]] = {
    "a lead gives a child": ("lead", grant),
    "a lead gives a concern": ("lead", of_concern),
    "a lead gives a team a child": ("lead", to_team),
    "a lead gives a role": ("lead", held),
    "a lead adds a member": ("lead", lambda at: TeamMember(team=at.team, user=at.pastoral, starts_on=at.today)),
    "a pastoral lead opens a record in an emergency": ("pastoral", emergency),
    "a teacher says that she is related": ("teacher", lambda at: conflict(at, user=at.teacher, declared_by=at.teacher)),
    "a lead says it of a deputy": ("lead", conflict),
    "the office records an order": ("office", order),
    "a deputy records one that is confirmed": (
        "deputy",
        lambda at: order(
            at, recorded_by=at.deputy, status="confirmed", confirmed_at=timezone.now(), confirmed_by=at.deputy
        ),
    ),
    "the office says of one that has ended how it was": ("office", lambda at: ended_order(at, at.today)),
    "the office adds an adult": ("office", lambda at: Contact(school=at.school, surname="Vale")),
    "the office says when a child was here": ("office", time_elsewhere),
    "a deputy says that the next school is certain": (
        "deputy",
        lambda at: time_elsewhere(at, destination_confirmed=True),
    ),
    "the office adds a row of a list": ("office", listed),
    "the office asks for a merge": ("office", lambda at: merge(at, asked_by=at.office)),
    "a lead says whom it is about": ("lead", subject),
    "a lead names a child": ("lead", named),
    "a lead gives an action": ("lead", to_do),
    "a lead says that it was entered in error": ("lead", in_error),
    "a teacher logs a concern": ("teacher", lambda at: logged(at, logged_by=at.teacher)),
    "the Headteacher says who reads concerns about adults": ("headteacher", choice),
    "a lead asks for a new start": ("lead", start),
}


@BOTH
def test_sql_that_was_let_in_adds_no_row_that_gives_rights(at: SimpleNamespace, role: str) -> None:
    let_in = []
    for what, (who, row) in MISCHIEF.items():
        for person in (getattr(at, who), None):
            if not is_refused(person, role, *insert(row(at))):
                let_in.append(what if person else f"{what}, with nobody signed in")
    assert let_in == []


@BOTH
def test_who_may_adds_the_same_row(at: SimpleNamespace, role: str) -> None:
    wrong = []
    for what, (who, row) in ALLOWED.items():
        adds = getattr(at, who), role, *insert(row(at))
        if is_refused(*adds) or tried(*adds) != 1:
            wrong.append(f"refused: {what}")
        if not is_refused(None, role, *insert(row(at))):
            wrong.append(f"{what}, with nobody signed in")
    assert wrong == []


def of_orders(at: SimpleNamespace, now: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """Of an order that is confirmed, and of the warning on the card that comes from it."""
    made = factories.order(at.child, "r", by=at.office, binds="Lee", may_not_collect=True)
    confirm = (
        "UPDATE children_contactrestriction SET status = 'confirmed', confirmed_at = %s, confirmed_by_id = %s "
        "WHERE id = %s"
    )
    yield "office", confirm, [now, at.office.pk, made.pk]
    yield "deputy", confirm, [now, at.lead.pk, made.pk]
    safeguards.confirm(row=made, by=at.deputy)
    for who in ("office", "deputy"):
        by = getattr(at, who).pk
        yield (
            who,
            "UPDATE children_contactrestriction SET status = 'ended', ends_on = %s, ended_at = %s, ended_by_id = %s "
            "WHERE id = %s",
            [at.today, now, by, made.pk],
        )
        yield (
            who,
            "UPDATE children_contactrestriction SET status = 'corrected', corrected_at = %s, corrected_by_id = %s "
            "WHERE id = %s",
            [now, by, made.pk],
        )
    for column, value in (("kind", "other"), ("may_not_collect", False), ("recorded_by_id", at.lead.pk)):
        yield "lead", f"UPDATE children_contactrestriction SET {column} = %s WHERE id = %s", [value, made.pk]
    for who in ("office", "lead"):
        yield who, "UPDATE children_child SET check_collection_from = NULL WHERE id = %s", [at.child.pk]


def of_adults(at: SimpleNamespace, now: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """Of an adult under a confirmed order, of how the child has the adult, and of where the child went."""
    link = at.child.contacts.get()
    for who in ("office", "deputy"):
        for column in ("forename", "surname"):
            yield who, f"UPDATE children_contact SET {column} = 'Vale' WHERE id = %s", [link.contact_id]
    yield "office", "UPDATE children_contact SET organisation = 'Care' WHERE id = %s", [link.contact_id]
    long_ago = now - timedelta(days=300)
    wrong = "UPDATE children_contactlink SET ends_on = %s, corrected_at = %s WHERE id = %s"
    yield "office", wrong, [at.today, long_ago, link.pk]
    never = (
        "UPDATE children_contactrestriction SET status = 'corrected', corrected_at = %s, corrected_by_id = %s "
        "WHERE id = %s"
    )
    yield "lead", never, [long_ago, at.lead.pk, at.child.restrictions.get().pk]
    place = Destination("Fernacre Primary", "352", "9998")
    time = at.child.enrolments.get()
    certain = "UPDATE children_enrolment SET destination_confirmed = true WHERE id = %s"
    yield "office", certain, [time.pk]
    say_destination(child=at.child, last_day=at.today, destination=place, by=at.lead)
    yield "office", "UPDATE children_enrolment SET destination_establishment = '9997' WHERE id = %s", [time.pk]


def of_lists(at: SimpleNamespace, now: Any) -> Iterator[tuple[str, str, list[Any]]]:
    """Of a row of a list that waits for a person."""
    row = listed(at, "ready")
    row.save()
    decide = "UPDATE children_importrow SET decision = 'take', decided_at = %s, decided_by_id = %s WHERE id = %s"
    yield "office", decide, [now, at.lead.pk, row.pk]
    yield "office", decide, [now, None, row.pk]
    yield "teacher", decide, [now, at.teacher.pk, row.pk]
    yield "office", "UPDATE children_importrow SET child_id = %s WHERE id = %s", [at.twin.pk, row.pk]
    said = {"kind": "joins", "changes": '[{"field": "name"}]', "facts": '{"upn": ""}', "number": 2}
    for column, value in said.items():
        yield "office", f"UPDATE children_importrow SET {column} = %s WHERE id = %s", [value, row.pk]
    over = listed(at, "confirmed").run
    taken_back = "UPDATE children_importrun SET status = %s, confirmed_by_id = %s WHERE id = %s"
    for status in ("reading", "confirming"):
        yield "office", taken_back, [status, at.office.pk, over.pk]
    yield "office", taken_back, ["confirming", at.lead.pk, row.run_id]


def statements(at: SimpleNamespace) -> Iterator[tuple[str, str, list[Any]]]:
    """Changes of rows that are there, by somebody's SQL: who is signed in, the statement, its values."""
    now = timezone.now()
    yield from of_orders(at, now)
    yield from of_adults(at, now)
    yield from of_lists(at, now)
    given = access.grant_child(
        child=at.child, user=at.pastoral, reason="Helps", last_day=at.today + timedelta(days=9), by=at.lead
    )
    for column, value in (
        ("user_id", at.teacher.pk),
        ("content_object_id", at.twin.pk),
        ("expires_on", "2030-01-01"),
        ("granted_by_id", at.deputy.pk),
    ):
        yield "lead", f"UPDATE children_childgrant SET {column} = %s WHERE id = %s", [value, given.pk]
    yield (
        "pastoral",
        "UPDATE children_childgrant SET ended_at = %s, ended_by_id = %s WHERE id = %s",
        [now, at.pastoral.pk, given.pk],
    )
    yield (
        "lead",
        "UPDATE children_childgrant SET ended_at = %s, ended_by_id = %s WHERE id = %s",
        [now, at.headteacher.pk, given.pk],
    )
    over = access.withdraw_child_grant(grant=given, reason="Over", by=at.lead)
    yield "lead", "UPDATE children_childgrant SET ended_at = NULL, ended_by_id = NULL WHERE id = %s", [over.pk]
    mine = RoleAssignment.objects.get(user=at.teacher)
    for who in ("teacher", "lead"):
        yield who, "UPDATE accounts_roleassignment SET role_key = 'lead' WHERE id = %s", [mine.pk]
    yield "teacher", "UPDATE accounts_roleassignment SET ends_on = '2030-01-01' WHERE id = %s", [mine.pk]
    own = RoleAssignment.objects.get(user=at.lead)
    RoleAssignment.objects.filter(pk=own.pk).update(ends_on=at.today)
    yield "lead", "UPDATE accounts_roleassignment SET ends_on = NULL WHERE id = %s", [own.pk]
    declared = access.declare_conflict(user=at.deputy, child=at.child, kind="relative", by=at.lead)
    lift = "UPDATE children_conflictofinterest SET lifted_at = %s, lifted_by_id = %s WHERE id = %s"
    yield "deputy", lift, [now, at.deputy.pk, declared.pk]
    yield "lead", lift, [now, at.headteacher.pk, declared.pk]
    yield "lead", "UPDATE children_conflictofinterest SET child_id = %s WHERE id = %s", [at.twin.pk, declared.pk]
    asked = merging.ask(keep=at.child, other=at.twin, reason="Same", token=uuid4(), by=at.office)
    decide = "UPDATE children_childmerge SET status = 'merged', decided_at = %s, decided_by_id = %s WHERE id = %s"
    yield "office", decide, [now, at.office.pk, asked.pk]
    yield "lead", decide, [now, at.headteacher.pk, asked.pk]
    yield "lead", "UPDATE children_child SET merged_into_id = %s WHERE id = %s", [at.child.pk, at.twin.pk]
    wrong = EnteredInError.objects.create(
        concern=at.concern,
        school=at.school,
        token=uuid4(),
        mistake="test",
        reason="r",
        proposed_at=now,
        proposed_by=at.lead,
    )
    Concern.objects.filter(pk=at.concern.pk).update(in_error="proposed")
    confirm = (
        "UPDATE concerns_enteredinerror SET status = 'confirmed', decided_at = %s, decided_by_id = %s WHERE id = %s"
    )
    yield "lead", confirm, [now, at.lead.pk, wrong.pk]
    yield "lead", confirm, [now, at.deputy.pk, wrong.pk]
    yield "lead", "UPDATE concerns_concern SET in_error = 'confirmed' WHERE id = %s", [at.concern.pk]
    restrict = "UPDATE concerns_concern SET restricted_at = %s, restricted_by_id = %s WHERE id = %s"
    yield "deputy", restrict, [now, at.deputy.pk, at.concern.pk]
    yield "lead", "UPDATE concerns_concern SET logged_by_id = %s WHERE id = %s", [at.lead.pk, at.concern.pk]
    rung = add_action(concern=at.concern, token=uuid4(), text="Ring", owner=at.teacher, due_on=at.today, by=at.lead)
    yield "teacher", "UPDATE concerns_action SET owner_id = %s WHERE id = %s", [at.assistant.pk, rung.pk]
    yield "lead", "UPDATE accounts_user SET is_active = false WHERE id = %s", [at.headteacher.pk]
    yield "lead", "UPDATE accounts_user SET password = 'x' WHERE id = %s", [at.headteacher.pk]
    for column in ("username", "email"):
        yield "teacher", f"UPDATE accounts_user SET {column} = 'x@example.sch.uk' WHERE id = %s", [at.headteacher.pk]
    yield "teacher", "UPDATE accounts_school SET roles_beyond_notice = '{teacher}' WHERE id = %s", [at.school.pk]
    yield "teacher", "UPDATE accounts_team SET ended_at = now() WHERE group_ptr_id = %s", [at.team.pk]
    asked_start = Reset.objects.create(
        user=at.deputy, school=at.school, what="both", asked_by=at.lead, asked_at=now, asked_how="seen", first_half="x"
    )
    sure = "UPDATE accounts_reset SET confirmed_at = %s, confirmed_by_id = %s, second_half = 'x' WHERE id = %s"
    yield "lead", sure, [now, at.headteacher.pk, asked_start.pk]
    yield "teacher", sure, [now, at.teacher.pk, asked_start.pk]


@BOTH
def test_sql_that_was_let_in_changes_no_right_of_anybody(at: SimpleNamespace, role: str) -> None:
    """Refused, or of a row that is hidden from who is signed in and so not there to change.

    The last words of each are tried as owner.
    """
    done = []
    for who, statement, values in statements(at):
        for person in (getattr(at, who), None):
            if not is_refused(person, role, statement, values) and tried(person, role, statement, values):
                done.append((who if person else "nobody", statement))
        assert tried(None, "NONE", statement, values) == 1, f"nothing to change: {statement}"
    assert done == []


@BOTH
def test_the_services_write_what_the_guards_allow(at: SimpleNamespace, role: str) -> None:
    """As the lead, through the service, as the role itself: what is refused to SQL above."""
    last = at.today + timedelta(days=9)
    # The history of what somebody changes who reads no concerns is theirs: it has to be known who that is.
    with signed_in(Acting(user_id=at.office.pk, school_id=at.school.pk)), asking(at.office, role):
        court = factories.order(at.child, "Stays away.", by=at.office, binds="Lee", may_not_collect=True)
        wrong_court = factories.order(at.child, "Another child’s.", by=at.office)
        safeguards.correct(row=wrong_court, token=uuid4(), reason="Wrong", right=None, by=at.office)
    with asking(at.deputy, role):
        safeguards.confirm(row=court, by=at.deputy)
    with asking(at.lead, role):
        safeguards.end(row=court, last_day=at.today, reason="Discharged", by=at.lead)
        right = safeguards.OrderFacts(kind="other", terms="Came", starts_on=at.today, told_by="family")
        safeguards.correct(row=court, token=uuid4(), reason="Misread", right=right, by=at.lead)
        binds_still = factories.order(at.child, "Until then.", by=at.lead)
        safeguards.end(row=binds_still, last_day=last, reason="Runs out", by=at.lead)
        safeguards.correct(row=binds_still, token=uuid4(), reason="Misread", right=right, by=at.lead)
        given = access.grant_child(child=at.child, user=at.pastoral, reason="Helps", last_day=last, by=at.lead)
        access.withdraw_child_grant(grant=given, reason="Over", by=at.lead)
        add_member(team=at.team, user=at.pastoral, by=at.lead)
        remove_member(member=TeamMember.objects.get(), by=at.lead)
        access.grant_child_to_team(child=at.child, team=at.team, reason="Helps", last_day=last, by=at.lead)
        concern_access.grant_concern(concern=at.concern, user=at.pastoral, reason="Helps", last_day=last, by=at.lead)
        new = assign_role(user=at.teacher, school=at.school, role_key="senco", starts_on=at.today, by=at.lead)
        end_role(assignment=new, last_day=at.today, by=at.lead)
        set_call_order(school=at.school, user_ids=[at.deputy.pk], by=at.lead)
        set_roles_beyond_notice(school=at.school, role_keys=["senco"], by=at.lead)
        about = concern_access.name_subject(concern=at.concern, user=at.assistant, by=at.lead)
        concern_access.withdraw_subject(subject=about, by=at.lead)
        concern_access.restrict_concern(concern=at.concern, by=at.lead)
        concern_access.lift_restriction(concern=at.concern, by=at.lead)
        declared = access.declare_conflict(user=at.deputy, child=at.twin, kind="relative", by=at.lead)
        access.confirm_conflict(conflict=declared, by=at.lead)
        access.lift_conflict(conflict=declared, reason="Moved away", by=at.lead)
        at.concern.refresh_from_db()
        wrong = error.propose(
            concern=at.concern, seen=at.concern.revision, token=uuid4(), reason="Twice", mistake="duplicate", by=at.lead
        )
        made = merging.merge(keep=at.child, other=at.twin, reason="Same", token=uuid4(), seen=None, by=at.lead)
        merging.undo(merge=made, reason="Twins", by=at.lead)
    at.concern.refresh_from_db()
    with asking(at.deputy, role):
        done = error.answer(entry=wrong, seen=at.concern.revision, confirms=True, reason="Yes", by=at.deputy)
    at.concern.refresh_from_db()
    assert (done.status, at.concern.in_error) == ("confirmed", "confirmed")
    with asking(at.pastoral, role):
        opened = access.open_emergency_access(child=at.child, reason="He is missing since noon today", by=at.pastoral)
    with asking(at.lead, role):
        access.review_emergency_access(access=opened, finding="justified", note="", by=at.lead)
    with asking(at.teacher, role):
        factories.concern(at, facts="Another.", children=[factories.ChildEntry(role="worried_about", child=at.child)])
        telling = Telling(raised_as="low_level", facts="He shouted.", user=at.assistant)
        words = raise_staff_concern(token=uuid4(), school=at.school, telling=telling, by=at.teacher)
        token = uuid4()
        save_draft(token=token, school_id=at.school.pk, content={"facts": ["Seen."]}, author_id=at.teacher.pk)
    with asking(at.lead, role):
        assert open_draft(token=token, reason="He has gone home", by=at.lead)
    with asking(at.headteacher, role):
        adults_access.choose_recipient(school=at.school, recipient="lead", by=at.headteacher)
        about_adult = StaffConcern.objects.get(pk=words.staff_concern_id)
        adults_access.give_access(concern=about_adult, user=at.deputy, reason="Helps", last_day=last, by=at.headteacher)
    assert StaffConcernGrant._base_manager.get().user == at.deputy


@BOTH
def test_a_concern_about_an_adult_is_given_by_its_reader_and_names_who_its_raiser_says(
    at: SimpleNamespace, role: str
) -> None:
    telling = Telling(raised_as="harm", facts="He shouted.", user=at.assistant)
    words = raise_staff_concern(token=uuid4(), school=at.school, telling=telling, by=at.teacher)
    about = StaffConcern.objects.get(pk=words.staff_concern_id)

    def given(to: User, by: User) -> StaffConcernGrant:
        return StaffConcernGrant(
            school=at.school,
            content_object=about,
            permission=viewing(StaffConcern),
            reason="r",
            expires_on=at.today,
            user=to,
            granted_by=by,
        )

    def naming(person: User, by: User) -> AdultNamed:
        return AdultNamed(
            staff_concern=about,
            school=at.school,
            part="about",
            standing="staff",
            user=person,
            named_at=timezone.now(),
            named_by=by,
        )

    assert tried(at.headteacher, role, *insert(given(at.lead, at.headteacher))) == 1
    assert is_refused(at.lead, role, *insert(given(at.lead, at.lead)))
    assert is_refused(at.headteacher, role, *insert(given(at.headteacher, at.headteacher)))
    assert tried(at.headteacher, role, *insert(naming(at.deputy, at.headteacher))) == 1
    # Whoever raised it has said who it is about, and hides it from nobody else.
    assert is_refused(at.teacher, role, *insert(naming(at.headteacher, at.teacher)))
    for column in ("head_away", "about_head"):
        statement = f"UPDATE adults_staffconcern SET {column} = NOT {column} WHERE id = %s"
        assert is_refused(at.lead, role, statement, [about.pk]) or not tried(at.lead, role, statement, [about.pk])
    assert is_refused(at.headteacher, role, "UPDATE adults_staffconcern SET head_away = true WHERE id = %s", [about.pk])


@BOTH
def test_a_draft_of_a_colleague_is_opened_by_who_decides_and_stays_its_authors(at: SimpleNamespace, role: str) -> None:
    draft = save_draft(token=uuid4(), school_id=at.school.pk, content={"facts": ["Seen."]}, author_id=at.teacher.pk)
    assert draft is not None
    for person in (at.assistant, at.pastoral):
        opening = DraftOpening(draft=draft, school=at.school, lead=person, reason="r", opened_at=timezone.now())
        assert is_refused(person, role, *insert(opening))
    with door("unsent"), transaction.atomic():
        statement = "UPDATE concerns_draft SET author_id = %s WHERE id = %s"
        assert is_refused(at.lead, role, statement, [at.lead.pk, draft.pk])


@BOTH
def test_a_card_becomes_part_of_another_only_with_the_merge_of_who_has_just_decided_it(
    at: SimpleNamespace, role: str
) -> None:
    statement = "UPDATE children_child SET merged_into_id = %s WHERE id = %s"
    assert is_refused(at.lead, role, statement, [at.child.pk, at.twin.pk])
    with asking(at.lead, role):
        merging.merge(keep=at.child, other=at.twin, reason="Same", token=uuid4(), seen=None, by=at.lead)
    at.twin.refresh_from_db()
    assert at.twin.merged_into_id == at.child.pk
    third = factories.child(at.school, "Hazel", by=at.office)
    assert is_refused(at.lead, role, statement, [at.child.pk, third.pk])


@BOTH
def test_acting_is_named_ended_and_told_of_and_extended_by_nobody_for_themselves(
    at: SimpleNamespace, role: str
) -> None:
    day = at.today + timedelta(days=5)
    with asking(at.headteacher, role):
        [period] = acting.name_acting(
            school=at.school, away=[at.lead], acting=at.pastoral, ends_on=day, by=at.headteacher
        )
    longer = at.today + timedelta(days=60)
    assert is_refused(
        at.pastoral, role, "UPDATE accounts_actingperiod SET ends_on = %s WHERE id = %s", [longer, period.pk]
    )
    for who in (at.pastoral, at.teacher):
        statement = "UPDATE accounts_roleassignment SET ends_on = %s WHERE id = %s"
        assert is_refused(who, role, statement, [longer, period.assignment_id])
    with asking(at.lead, role):
        acting.end_acting(period=period, by=at.lead)
        acting.note_read(period=period, by=at.lead)
    period.assignment.refresh_from_db()
    assert period.assignment.ends_on == at.today
    # Another one, whose time is over: the machine tells the lead, for nobody in particular.
    ActingPeriod.objects.filter(pk=period.pk).update(
        told_at=None,
        ended_at=None,
        ended_by=None,
        starts_on=at.today - timedelta(days=9),
        ends_on=at.today - timedelta(days=1),
    )
    with asking(None, "worker"):
        acting.keep_up()
    period.refresh_from_db()
    assert period.told_at is not None


@BOTH
def test_a_password_is_its_owners_to_change_or_follows_a_new_start_of_two(at: SimpleNamespace, role: str) -> None:
    hashed, change = make_password("three words that fit"), "UPDATE accounts_user SET password = %s WHERE id = %s"
    assert tried(at.teacher, role, change, [hashed, at.teacher.pk]) == 1
    for person in (at.headteacher, None):
        assert is_refused(person, role, change, [hashed, at.teacher.pk])
    Reset.objects.create(
        user=at.teacher,
        school=at.school,
        what="password",
        asked_by=at.lead,
        asked_at=timezone.now(),
        asked_how="seen",
        first_half="x",
        second_half="y",
        confirmed_by=at.headteacher,
        confirmed_at=timezone.now(),
    )
    assert tried(None, role, change, [hashed, at.teacher.pk]) == 1


def test_a_user_name_and_an_address_are_ones_own_or_of_who_gives_roles(at: SimpleNamespace) -> None:
    there = factories.staffroom("Gorse Hill Academy")
    for column in ("username", "email"):
        change = f"UPDATE accounts_user SET {column} = 'x@example.sch.uk' WHERE id = %s"
        for person in (at.teacher, at.lead):
            assert tried(person, "web", change, [at.teacher.pk]) == 1
        for person in (at.assistant, there.lead, None):
            assert is_refused(person, "web", change, [at.teacher.pk])


def test_a_session_goes_on_and_becomes_nobody_elses(at: SimpleNamespace) -> None:
    """Who opens a locked screen is nobody to the database, and whoever asks for a page has used it by then."""
    values = {"ip": "127.0.0.1", "user_agent": "", "created_at": timezone.now()}
    row = UserSession.objects.create(user=at.teacher, session_key="a" * 32, **values)
    goes_on = "UPDATE usersessions_usersession SET last_seen_at = now(), session_key = 'b' WHERE id = %s"
    younger = "UPDATE usersessions_usersession SET created_at = now() WHERE id = %s"
    become = "UPDATE usersessions_usersession SET user_id = %s WHERE id = %s"
    for person in (at.teacher, None):
        assert tried(person, "web", goes_on, [row.pk]) == 1
        assert is_refused(person, "web", younger, [row.pk])
        assert is_refused(person, "web", become, [at.headteacher.pk, row.pk])
    assert is_refused(at.lead, "web", goes_on, [row.pk])


def test_an_account_elsewhere_is_linked_and_taken_away_by_its_owner(at: SimpleNamespace) -> None:
    add = (
        "INSERT INTO socialaccount_socialaccount (user_id, provider, uid, last_login, date_joined, extra_data) "
        "VALUES (%s, 'microsoft', 'issuer subject', now(), now(), '{}')"
    )
    assert tried(at.teacher, "web", add, [at.teacher.pk]) == 1
    link = SocialAccount.objects.create(user=at.headteacher, provider="microsoft", uid="issuer other")
    become = "UPDATE socialaccount_socialaccount SET {} = %s WHERE id = %s"
    used = "UPDATE socialaccount_socialaccount SET last_login = now() WHERE id = %s"
    remove = "DELETE FROM socialaccount_socialaccount WHERE id = %s"
    for person in (at.teacher, None):
        assert is_refused(person, "web", add, [at.headteacher.pk])
        for column, value in (("user_id", at.teacher.pk), ("uid", "issuer subject"), ("provider", "google")):
            assert is_refused(person, "web", become.format(column), [value, link.pk])
        assert tried(person, "web", used, [link.pk]) == 1
        assert is_refused(person, "web", remove, [link.pk])
    assert tried(at.headteacher, "web", remove, [link.pk]) == 1


def test_an_import_by_the_machine_links_adults_and_nobody_else_moves_one(at: SimpleNamespace) -> None:
    from children.facts import Adult

    aunt = Adult(forename="Ada", surname="Quill", relationship="Aunt")
    child = factories.child(at.school, "Hazel", by=at.office, adults=[aunt])
    link = ContactLink.objects.get(child=child)
    again = ContactLink(
        school=at.school,
        child=at.child,
        contact=link.contact,
        relationship="Aunt",
        order=9,
    )
    for role in ("web", "worker"):
        assert is_refused(at.pastoral, role, *insert(again))
        assert tried(at.office, role, *insert(again)) == 1
        move = "UPDATE children_contactlink SET child_id = %s WHERE id = %s"
        assert is_refused(at.office, role, move, [at.child.pk, link.pk])
    assert is_refused(None, "web", *insert(again))
    assert is_refused(None, "worker", *insert(again))
    assert tried(None, "worker", *insert(again), task="imports") == 1


def test_the_owner_who_migrates_and_seeds_passes(at: SimpleNamespace) -> None:
    assert tried(None, "NONE", *insert(held(at))) == 1
    assert tried(None, "NONE", "UPDATE accounts_user SET is_active = false WHERE id = %s", [at.teacher.pk]) == 1


def read_by_facts() -> set[str]:
    """The tables that a function of the rules reads, or a guard: those about keys alone (`sealed_in_…`, `school_of_…`,
    and which rows end with a record, made from what the models declare) left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'rules'::regnamespace AND proname <> ALL (%s) "
            "AND NOT proname ~ '^(sealed_in|school_of|waits)_'",
            [["reached", "ends_with", "rows_ending", "manifest", "left_of", "shares_with_ending"]],
        )
        sources = [source for (source,) in cursor.fetchall()]
    sources += rights_rows.functions().values()
    return {table for source in sources for table in re.findall(r"\bpublic\.(\w+)", source)}


def test_every_table_that_facts_read_says_whether_it_gives_or_takes_and_no_other_does() -> None:
    from django.apps import apps

    words = {apps.get_model(label)._meta.db_table: one for label, one in rights_rows.said().items()}
    # No fact reads a reason: the second person does, before they approve. What a school says of itself everybody reads.
    said = {"notice_privacynotice", "notice_noticepaper", "notice_noticedetails", "sharing_lawconfirmed"}
    # What governors read: no fact reads a number or a word of it.
    said |= {f"governors_{one}" for one in ("reportcell", "reportcomment", "nameanswer", "reportsetting")}
    # Nor one of the register of training or of targets, which the school shows to others.
    said |= {"training_trainingrecord", "training_guidanceread", "training_course", "reports_target"}
    # Nor what happened in a request, what was corrected and who was told: its answer waits for these.
    said |= {f"requests_request{one}" for one in ("step", "correction", "recipient")}
    # Nor an account elsewhere, by which somebody signs in.
    said.add("socialaccount_socialaccount")
    assert set(words) == read_by_facts() | {"retention_itemreason"} | said
    assert {one.word for one in words.values()} == {"gives", "takes", "neither"}
    for table, one in words.items():
        assert not isinstance(one, rights_rows.Neither) or len(one.because) > 20, table


def test_what_a_guard_names_is_there_and_no_row_of_a_table_that_only_ends_is_changed_elsewhere() -> None:
    for model, one in rights_rows.guarded().items():
        there = {field.column for field in model._meta.local_concrete_fields}
        assert set(one.columns()) <= there, model
    with connection.cursor() as cursor:
        for role in ("web", "worker"):
            cursor.execute(
                "SELECT column_name FROM information_schema.column_privileges WHERE grantee = %s AND "
                "privilege_type = 'UPDATE' "
                "AND table_name = 'children_childgrant' ORDER BY 1",
                [role],
            )
            assert [column for (column,) in cursor.fetchall()] == ["end_reason", "ended_at", "ended_by_id"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "ALTER TABLE children_childgrant DISABLE TRIGGER guard_rights",
            "Rows of children_childgrant give or take rights",
        ),
        ("DROP TRIGGER guard_rights ON accounts_roleassignment", "Rows of accounts_roleassignment give or take rights"),
        (
            "CREATE OR REPLACE FUNCTION public.guard_children_childmerge() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RETURN NEW; END'",
            "Rows of children_childmerge give or take rights",
        ),
        ("ALTER FUNCTION public.guard_accounts_team() SECURITY DEFINER", "Rows of accounts_team give or take rights"),
        (
            "GRANT UPDATE (role_key) ON accounts_roleassignment TO web",
            "web may change role_key of accounts_roleassignment",
        ),
        ("GRANT UPDATE ON children_conflictofinterest TO worker", "worker may change child_id of children_conflict"),
        (
            "GRANT EXECUTE ON FUNCTION lo_creat(integer) TO PUBLIC",
            "web, worker may make large objects .* of the records",
        ),
    ],
)
def test_a_guard_that_is_not_as_the_code_makes_it_is_named(connect: Any, damage: str, said: str) -> None:
    call_command("check_row_security", verbosity=0)
    connect("postgres").execute(damage)
    with pytest.raises(CommandError, match=said):
        call_command("check_row_security", verbosity=0)


@BOTH
def test_a_right_at_one_school_opens_no_record_of_another(at: SimpleNamespace, role: str) -> None:
    """A row of one's own school that names a record of another was seen to open that record."""
    there = factories.staffroom("Gorse Hill Academy")
    theirs, child = factories.concern(there), factories.child(there.school, "Ivy", by=there.office)
    assert tried(at.lead, role, *insert(grant(at))) == 1
    for row, other in ((grant(at), child), (of_concern(at), theirs)):
        row.content_object = other
        assert is_refused(at.lead, role, *insert(row))
    now = timezone.now()
    opened = EmergencyAccess(
        user=at.lead,
        school=at.school,
        child=child,
        reason="r",
        opened_at=now,
        ends_at=now + timedelta(hours=1),
        review_by=at.today,
    )
    assert is_refused(at.lead, role, *insert(opened))
    named = ConcernChild(concern=theirs, school=at.school, child=at.child, role="worried_about", added_by=at.lead)
    assert is_refused(at.lead, role, *insert(named))
    assert is_refused(at.lead, role, *insert(conflict_about(at, child)))


def conflict_about(at: SimpleNamespace, child: Child) -> ConflictOfInterest:
    return ConflictOfInterest(user=at.teacher, school=at.school, child=child, kind="relative", declared_by=at.lead)


@BOTH
def test_no_two_accounts_or_children_take_each_others_place(at: SimpleNamespace, role: str) -> None:
    """Keys are checked at the end of a transaction: whoever swapped two accounts was the Headteacher."""
    for table, one in (("accounts_user", at.teacher), ("children_child", at.child), ("concerns_concern", at.concern)):
        for person in (at.teacher, at.lead, None):
            assert is_refused(person, role, f"UPDATE {table} SET id = %s WHERE id = %s", [uuid4(), one.pk])


@BOTH
def test_nobody_becomes_the_author_of_what_another_wrote(at: SimpleNamespace, role: str) -> None:
    account = at.concern.account
    assert is_refused(
        at.lead, role, "UPDATE concerns_account SET author_id = %s WHERE id = %s", [at.lead.pk, account.pk]
    )


def test_nothing_is_said_twice_of_a_table():
    before = dict(rights_rows.said())
    with pytest.raises(ImproperlyConfigured, match=r"children\.childgrant is said twice"):
        rights_rows.keep({"children.childgrant": Neither("anybody may")})
    assert rights_rows.said() == before
