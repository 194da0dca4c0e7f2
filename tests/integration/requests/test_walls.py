"""Who sees what of a request about data? Asked of both walls at once: through the ORM, and in raw SQL as `web`."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.accounts.models import User
from safeguarding.concerns.models import ConcernSubject
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.subjects import Subject
from sharing.requests.models import (
    Bundle,
    BundleVolume,
    Redaction,
    RequestFile,
    RequestItem,
    RequestLetter,
    RequestPerson,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.permissions import ANSWERING, ASSIGNING, may_approve, may_prepare, reads_whole
from tests import factories
from tests.integration.requests import cases
from tests.integration.test_rights_rows import insert, tried
from tests.walls import asking, tell_raw

pytestmark = pytest.mark.django_db
IN_ITEMS = (RequestItem, RequestFile, RequestPerson, Redaction)


@dataclass
class Place:
    """A school, and a case of it: the lead prepares it, the deputy reviews what is hidden from the lead."""

    room: Any
    people: dict[str, User]
    case: RightsRequest
    # The copy that the lead reviews, and that of a concern about the lead.
    open: RequestItem
    hidden: RequestItem
    rows: dict[str, models.Model]

    def set(self, **fields: Any) -> None:
        RightsRequest._base_manager.filter(pk=self.case.pk).update(**fields)


@pytest.fixture
def place() -> Place:
    room = factories.staffroom()
    roles = {"dpo": "dpo", "chair": "chair", "senco": "senco", "other_lead": "lead", "office_there": "office"}
    there = factories.school("Alder Brook Primary School")
    people = {k: factories.member(there if k == "office_there" else room.school, role) for k, role in roles.items()}
    people |= {k: v for k, v in vars(room).items() if k != "school"}
    child = factories.child(room.school, by=room.office)
    case = cases.case_row(room, child)
    concern = factories.concern(room)
    ConcernSubject._base_manager.create(concern=concern, school=room.school, user=room.lead, named_by=room.headteacher)
    cases.named(case, room.lead, "preparer", by=room.office)
    cases.named(case, room.deputy, "reviewer")
    one = cases.item(case, room.lead)
    other = cases.item(case, room.deputy, concern_key=concern.pk, source="concerns.concern", source_key=concern.pk)
    both, apart = cases.person(case, one, other), cases.person(case, other, label="Child C")
    rows = _inside(one, other, both, apart, room) | _around(case, people)
    return Place(room, people, case, one, other, rows)


def _inside(one: Any, other: Any, both: Any, apart: Any, room: Any) -> dict[str, models.Model]:
    found = {"one": one, "other": other, "both": both, "apart": apart}
    found |= {"file": cases.file_of(one), "file_of_other": cases.file_of(other)}
    found["cut"], found["cut_of_other"] = cases.cut(one, by=room.lead), cases.cut(other, by=room.deputy)
    found["on_both"] = cases.cut(one, by=room.lead, person=both)
    found["on_apart"] = cases.cut(other, by=room.deputy, person=apart)
    nowhere = {"item": None, "block": "", "start": None, "end": None, "deed": "undone"}
    found["undone"] = cases.cut(one, by=room.lead, undoes=found["cut"], **nowhere)
    return found


def _around(case: RightsRequest, people: dict[str, User]) -> dict[str, models.Model]:
    """Steps, places and a letter."""
    of, now = {"case": case, "school_id": case.school_id}, timezone.now()

    def step(kind: str, by: str) -> RequestStep:
        of_step = {"kind": kind, "happened_on": cases.RECEIVED, "made_at": now, "by": people[by], "text": "Heron."}
        return RequestStep._base_manager.create(token=uuid7(), **of, **of_step)

    def asked(where: str, who: str, **answer: Any) -> SearchPlace:
        made = {"token": uuid7(), "made_at": now, "made_by": people["office"]}
        return SearchPlace._base_manager.create(place=where, asked=people[who], **of, **made, **answer)

    answered = {"found": "some", "note": "Otter.", "answered_at": now}
    letter = RequestLetter._base_manager.create(
        kind="acknowledgement", token=uuid7(), text="Dear parent.", made_at=now, by=people["office"], **of
    )
    return {
        "identity": step("identity_asked", "office"),
        "consulted": step("writer_consulted", "deputy"),
        "authority": step("authority_consulted", "lead"),
        "mail": asked("mail", "senco"),
        "paper": asked("paper", "senco", answered_by=people["senco"], **answered),
        "adults": asked("adults_chair", "chair", answered_by=people["chair"], **answered),
        "letter": letter,
    }


def seen(model: Any, person: User) -> set[UUID]:
    """The keys of the rows that a person sees, by both walls alike."""
    first = {row.pk for row in model.objects.visible_to(person)}
    with asking(person), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {model._meta.db_table}")  # noqa: S608  (a name of the models)
        assert {key for (key,) in cursor.fetchall()} == first, f"{model.__name__}: the walls differ"
    return first


def all_seen(place: Place, person: str) -> set[str]:
    """What somebody sees of the case, by the names of the rows."""
    keys = set().union(*(seen(model, place.people[person]) for model in {type(row) for row in place.rows.values()}))
    return {name for name, row in place.rows.items() if row.pk in keys}


DATES = {"identity", "letter"}
OPEN = {"one", "file", "both", "cut", "on_both", "undone"}
HIDDEN = {"other", "file_of_other", "apart", "both", "cut_of_other", "on_both", "on_apart"}


def test_each_reads_what_is_theirs_and_no_more(place: Place):
    assert all_seen(place, "lead") == OPEN | DATES | {"authority", "mail", "paper"}
    assert all_seen(place, "deputy") == HIDDEN | DATES | {"authority", "consulted", "mail", "paper"}
    # Who handles requests and has no part in this one: dates, letters, questions, no copy and no answer of others.
    for person in ("office", "other_lead", "headteacher", "dpo"):
        assert all_seen(place, person) == DATES | {"mail"}, person
    # Who is asked sees the question and their own answer.
    assert all_seen(place, "senco") == {"mail", "paper"}
    assert all_seen(place, "chair") == {"adults"}
    for person in ("teacher", "assistant", "pastoral", "office_there"):
        assert all_seen(place, person) == set(), person


def test_the_case_is_seen_by_who_handles_it_or_is_named_in_it(place: Place):
    sees = {name for name, user in place.people.items() if seen(RightsRequest, user)}
    assert sees == {"office", "lead", "other_lead", "deputy", "headteacher", "dpo"}
    # Whom Harbour named, since something is hidden from the preparer, only that person knows of.
    assert {name for name, user in place.people.items() if seen(RequestRole, user)} == sees
    knows = {name for name, user in place.people.items() if len(seen(RequestRole, user)) == 2}
    assert knows == {"deputy"}
    # Being asked lets nobody read it, but for the service that takes the answer.
    reads = "SELECT id FROM requests_rightsrequest"
    assert [through(ANSWERING, place.people[one], reads) for one in ("senco", "chair", "teacher")] == [1, 1, 0]


def test_the_approver_reads_every_item_from_being_named_until_it_is_answered(place: Place):
    dpo, now = place.people["dpo"], timezone.now()
    everything = set(place.rows)
    named = cases.named(place.case, dpo, "approver", by=place.room.office)
    assert all_seen(place, "dpo") == everything
    place.set(status="answered", answered_at=now, answered_by=place.room.office, outcome="part")
    for person in ("dpo", "lead", "deputy"):
        assert not any(seen(model, place.people[person]) for model in IN_ITEMS), person
    assert seen(RightsRequest, dpo) and all_seen(place, "chair") == set()
    place.set(status="open", answered_at=None, answered_by=None, outcome="")
    assert all_seen(place, "dpo") == everything
    RequestRole._base_manager.filter(pk=named.pk).update(ended_at=now, ended_by=place.room.office)
    assert all_seen(place, "dpo") == DATES | {"mail"}


def test_who_loses_the_role_reads_nothing_more(place: Place):
    place.room.deputy.assignments.update(ends_on=cases.RECEIVED.replace(year=2025))
    assert all_seen(place, "deputy") == set() and not seen(RightsRequest, place.room.deputy)


def test_a_hidden_child_hides_the_case_and_all_of_it(place: Place):
    cases.named(place.case, place.people["dpo"], "approver", by=place.room.office)
    for person in ("office", "lead", "dpo"):
        assert seen(RightsRequest, place.people[person])
        declare_conflict(user=place.people[person], child=place.case.child, kind="relative", by=place.people[person])
        assert all_seen(place, person) == set() and not seen(RightsRequest, place.people[person]), person


def test_an_approver_from_whom_a_concern_is_hidden_does_not_approve(place: Place):
    dpo, head = place.people["dpo"], place.room.headteacher
    place.set(status="prepared", prepared_at=timezone.now(), prepared_by=place.room.lead)
    case = RightsRequest._base_manager.get(pk=place.case.pk)
    assert not may_approve(dpo, case)
    cases.named(case, dpo, "approver", by=place.room.office)
    assert may_approve(dpo, case) and reads_whole(dpo, case)
    assert may_prepare(place.room.lead, case) and not reads_whole(place.room.lead, case)
    ConcernSubject._base_manager.create(
        concern_id=place.hidden.concern_key, school=place.room.school, user=dpo, named_by=head
    )
    assert not may_approve(dpo, case) and not reads_whole(dpo, case)
    assert all_seen(place, "dpo") & {"one", "other"} == {"one"}


def test_an_answer_is_opened_by_who_reads_every_item_and_sent_by_the_office(place: Place):
    dpo, office = place.people["dpo"], place.room.office
    cases.named(place.case, dpo, "approver", by=office)
    stamps = {"prepared_at": timezone.now(), "prepared_by": place.room.lead}
    place.set(status="approved", approved_at=timezone.now(), approved_by=dpo, approved_state="0" * 64, **stamps)
    volume = cases.built(place.case, by=dpo)

    def who(model: Any) -> set[str]:
        return {name for name, user in place.people.items() if seen(model, user)}

    assert who(Bundle) == who(BundleVolume) == {"dpo"}
    Bundle._base_manager.filter(pk=volume.bundle_id).update(words_shown_at=timezone.now())
    handlers = {"office", "lead", "other_lead", "headteacher", "dpo"}
    assert who(Bundle) == who(BundleVolume) == handlers
    Bundle._base_manager.filter(pk=volume.bundle_id).update(released_at=timezone.now(), released_by=office)
    place.set(status="answered", answered_at=timezone.now(), answered_by=office, outcome="part")
    assert who(Bundle) == handlers and who(BundleVolume) == set()


def test_the_worker_reads_all_of_it_by_its_task_alone(place: Place):
    for role, task, there in (("worker", "requests", 2), ("worker", "retention scan", 0), ("web", "", 0)):
        with asking(None, role, task), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM requests_requestitem")
            assert cursor.fetchone() == (there,), role


# --- what the database lets nobody write


def refused(person: Any, statement: str, values: Any = (), *, role: str = "web", task: str = "") -> bool:
    try:
        done = tried(person, role, statement, values, task)
    except DatabaseError as refusal:
        assert re.search("not for this person|row-level security|permission denied", str(refusal)), refusal
        return True
    return done == 0


def change(row: Any, sets: str) -> str:
    return f"UPDATE {row._meta.db_table} SET {sets} WHERE id = '{row.pk}'"  # noqa: S608


def role_row(place: Place, user: str, part: str, by: str) -> tuple[str, list[Any]]:
    who = {"user": place.people[user], "named_by": place.people[by], "named_at": timezone.now()}
    return insert(RequestRole(case=place.case, school=place.room.school, part=part, **who))


@pytest.mark.parametrize("role", ["web", "worker"])
def test_nobody_is_named_who_may_not_be(place: Place, role: str):
    RequestRole._base_manager.filter(part="preparer").update(ended_at=timezone.now(), ended_by=place.room.office)
    tries = {
        ("dpo", "approver", "office"): True,
        ("headteacher", "approver", "dpo"): True,
        ("other_lead", "preparer", "office"): True,
        ("chair", "reviewer", "lead"): True,
        ("dpo", "approver", "dpo"): False,  # nobody names themselves
        ("office", "approver", "lead"): False,
        ("deputy", "preparer", "office"): False,
        ("deputy", "approver", "office"): False,
        ("dpo", "reviewer", "office"): False,
        ("teacher", "reviewer", "office"): False,
        ("dpo", "approver", "deputy"): False,  # who handles the case names
        ("dpo", "approver", "teacher"): False,
    }
    for (user, part, by), may in tries.items():
        sql = role_row(place, user, part, by)
        assert refused(place.people[by], *sql, role=role) is not may, (user, part, by)
    in_anothers_name = role_row(place, "dpo", "approver", "office")
    assert refused(place.people["dpo"], *in_anothers_name, role=role)
    # Who approves prepares nothing, and who reviews approves nothing; nor does whoever may not see an item.
    cases.named(place.case, place.room.headteacher, "approver", by=place.room.office)
    assert refused(place.room.office, *role_row(place, "headteacher", "preparer", "office"), role=role)
    RequestRole._base_manager.filter(part="approver").update(ended_at=timezone.now(), ended_by=place.room.office)
    ConcernSubject._base_manager.create(
        concern_id=place.hidden.concern_key,
        school=place.room.school,
        user=place.people["dpo"],
        named_by=place.room.lead,
    )
    assert refused(place.room.office, *role_row(place, "dpo", "approver", "office"), role=role)


def test_that_people_were_found_is_said_by_the_machine_alone(place: Place):
    place.set(is_to_be_searched=True)
    for user in (place.room.office, place.room.lead, place.people["dpo"]):
        assert refused(user, change(place.case, "is_to_be_searched = false")), user
    assert not refused(None, change(place.case, "is_to_be_searched = false"), role="worker", task="requests")
    place.set(is_to_be_searched=False)
    assert not refused(place.room.lead, change(place.case, "is_to_be_searched = true"))
    assert refused(place.room.teacher, change(place.case, "is_to_be_searched = true"))


def test_a_case_is_prepared_and_approved_in_ones_own_name(place: Place):
    lead, dpo, office = place.room.lead, place.people["dpo"], place.room.office
    prepared = "status = 'prepared', prepared_at = now(), prepared_by_id = "
    approved = "status = 'approved', approved_at = now(), approved_by_id = "
    assert refused(office, change(place.case, f"{prepared} '{office.pk}'"))
    assert refused(office, change(place.case, f"{prepared} '{lead.pk}'"))
    assert not refused(lead, change(place.case, f"{prepared} '{lead.pk}'"))
    place.set(status="prepared", prepared_at=timezone.now(), prepared_by=lead)
    for user in (office, lead, dpo):
        assert refused(user, change(place.case, f"{approved} '{user.pk}'")), user
    cases.named(place.case, dpo, "approver", by=office)
    assert not refused(dpo, change(place.case, f"{approved} '{dpo.pk}'"))
    assert refused(office, change(place.case, f"{approved} '{dpo.pk}'"))
    assert not refused(lead, change(place.case, "status = 'open'"))
    assert refused(place.room.teacher, change(place.case, "status = 'open'"))
    for sets in ("token = id", f"handed_in_by_id = '{lead.pk}'", "child_id = NULL"):
        assert refused(lead, change(place.case, sets)), sets


def test_an_item_goes_to_who_is_named_and_is_decided_by_its_reviewer(place: Place):
    lead, office, dpo = place.room.lead, place.room.office, place.people["dpo"]
    decided = f"decided = 'full', decided_at = now(), decided_by_id = '{lead.pk}'"
    assert not refused(lead, change(place.open, decided))
    assert refused(place.room.deputy, change(place.open, decided)) and refused(office, change(place.open, decided))
    assert refused(lead, change(place.hidden, decided))
    cases.named(place.case, dpo, "approver", by=office)
    assert refused(dpo, change(place.open, decided)), "who approves decides nothing"
    looked = f"looked_at = now(), looked_state = 'x', looked_by_id = '{dpo.pk}'"
    assert not refused(dpo, change(place.open, looked)) and refused(lead, change(place.open, looked))
    for sets in ("content = ''", "title = ''", "concern_key = NULL", "source = ''", f"case_id = '{place.case.pk}'"):
        assert refused(lead, change(place.open, f"{sets}")) or sets.startswith("case_id"), sets
    to_deputy, to_other = (f"reviewer_id = '{who.pk}'" for who in (place.room.deputy, place.people["other_lead"]))
    for sets in (to_deputy, to_other, decided, "reviewer_id = NULL"):
        assert refused(office, change(place.open, sets)), sets
        assert not through(ASSIGNING, office, change(place.open, sets)), "the worker alone says who reviews"


def through(name: str, person: User, statement: str) -> int:
    """Do it as `web` behind a door that a service of somebody's opens, and take it back: how many rows it touched."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE web")
            tell_raw(connection.connection, person=str(person.pk), door=name)
            cursor.execute(statement)
            done = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as refusal:
        assert re.search("not for this person|row-level security|permission denied", str(refusal)), refusal
        return 0
    return int(done)


def test_a_redaction_is_its_reviewers_and_is_never_changed(place: Place):
    lead, deputy, of = place.room.lead, place.room.deputy, {"case": place.case, "school": place.room.school}

    def cut(by: User, **where: Any) -> tuple[str, list[Any]]:
        made = {"token": uuid7(), "deed": "out", "made_at": timezone.now(), "made_by": by}
        return insert(Redaction(**of, **(made | where)))

    words = {"block": "text", "start": 0, "end": 2}
    assert not refused(lead, *cut(lead, item=place.open, **words))
    assert refused(lead, *cut(deputy, item=place.open, **words))
    assert refused(lead, *cut(lead, item=place.hidden, **words)) and refused(
        deputy, *cut(deputy, item=place.open, **words)
    )
    assert not refused(lead, *cut(lead, person=place.rows["both"])) and refused(
        lead, *cut(lead, person=place.rows["apart"])
    )
    back = {"deed": "undone"}
    assert not refused(lead, *cut(lead, undoes=place.rows["on_both"], **back))
    assert refused(lead, *cut(lead, undoes=place.rows["cut_of_other"], **back))
    assert refused(lead, change(place.rows["cut"], "deed = 'keep'"))
    assert refused(lead, f"DELETE FROM requests_redaction WHERE id = '{place.rows['cut'].pk}'")  # noqa: S608
    cases.named(place.case, place.people["dpo"], "approver", by=place.room.office)
    assert refused(place.people["dpo"], *cut(place.people["dpo"], item=place.open, **words))


def test_only_who_is_asked_answers_and_says_it_in_their_name(place: Place):
    def says(user: User) -> str:
        return f"found = 'none', answered_at = now(), answered_by_id = '{user.pk}'"

    senco, office, chair = place.people["senco"], place.room.office, place.people["chair"]
    assert not refused(senco, change(place.rows["mail"], says(senco)))
    assert refused(office, change(place.rows["mail"], says(office)))
    assert refused(office, change(place.rows["mail"], says(senco)))
    assert not refused(chair, change(place.rows["adults"], says(chair)))
    for other in (office, place.room.lead, place.room.headteacher):
        assert refused(other, change(place.rows["adults"], says(other)))


def test_an_open_case_keeps_the_key_of_its_child_and_of_its_parts(place: Place):
    child = place.case.child
    with pytest.raises(OutOfTurn, match="not answered"):
        destroy_key(subject=Subject.child(child.pk), under="rule R02")
    place.set(status="answered", answered_at=timezone.now(), answered_by=place.room.office, outcome="given")
    assert destroy_key(subject=Subject.child(child.pk), under="rule R02") >= 0
    # The case is read on: its key is its own.
    assert RightsRequest._base_manager.get(pk=place.case.pk).words == "Everything, please."
