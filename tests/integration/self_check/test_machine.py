"""Does each check of the machine turn red when it should, and green again?"""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib.auth.models import update_last_login
from django.utils import timezone

from safeguarding import checks, disk
from safeguarding.accounts import machine_checks, services
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.permissions import needs_second_factor
from safeguarding.audit.models import SealState
from safeguarding.audit.seals.standing import Standing
from safeguarding.checks import INSTALLATION, Looker, State
from safeguarding.keys import uuid7
from safeguarding.sealing.models import BackupRun
from safeguarding.sealing.services import shares
from safeguarding.self_check.models import RestoreDrill
from safeguarding.self_check.services.drills import note_drill
from safeguarding.self_check.services.look import note_queue
from safeguarding.uploads.clamd import Signatures
from safeguarding.uploads.services.scanning import scan_waiting
from tests import factories
from tests.signed_in import give_factor

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def room():
    return factories.staffroom()


def found(key, *, at=None, school=None):
    [check] = [check for check in checks.every(of_machine=True) if check.key == key]
    return check.look(Looker(None, school.pk if school else INSTALLATION, at or timezone.now()))


def test_every_check_of_the_machine_is_asked_here():
    asked = {
        "second_factor",
        "accounts_without_role",
        "backups",
        "restore_drill",
        "key_shares",
        "seals",
        "scanner",
        "mail",
        "queue",
        "disk",
    }
    assert {check.key for check in checks.every(of_machine=True)} == asked


def test_a_second_factor_that_is_missing(room):
    people = (room.teacher, room.pastoral, room.office, room.lead, room.deputy, room.headteacher)
    strict = [person for person in people if needs_second_factor(person)]
    assert room.teacher not in strict
    before = found("second_factor", school=room.school)
    assert (before.state, before.number) == (State.LOOK, len(strict)), "nobody has signed in yet"
    update_last_login(None, room.lead)
    used = found("second_factor", school=room.school)
    assert (used.state, used.number) == (State.FIX, 1)
    assert room.lead.last_name not in used.says
    for person in strict:
        give_factor(person)
    assert found("second_factor", school=room.school).state is State.GOOD


def test_an_open_account_without_a_role(room):
    assert found("accounts_without_role", school=room.school).state is State.GOOD
    services.end_role(assignment=room.teacher.assignments.get(), last_day=timezone.localdate())
    assert found("accounts_without_role", school=room.school).state is State.GOOD, "today is the last day"
    tomorrow = timezone.now() + timedelta(days=1)
    gone = found("accounts_without_role", school=room.school, at=tomorrow)
    assert (gone.state, gone.number) == (State.LOOK, 1)
    services.deactivate_person(user=room.teacher)
    assert found("accounts_without_role", school=room.school, at=tomorrow).state is State.GOOD


def test_backups(settings):
    def run(hours_ago, **result):
        began = NOW - timedelta(hours=hours_ago)
        BackupRun.objects.create(id=uuid7(), began_at=began, ended_at=began + timedelta(minutes=5), **result)

    assert found("backups").state is State.FIX
    run(29)
    assert found("backups").state is State.FIX
    run(3)
    assert found("backups").state is State.GOOD
    run(2, problem="The disk of /mnt is full.")
    amiss = found("backups")
    assert amiss.state is State.LOOK
    assert "/mnt" not in amiss.says
    settings.DEMO = True
    assert found("backups").state is State.NOT_SET_UP


def test_printed_shares(room):
    assert found("key_shares").state is State.NOT_SET_UP
    shares.make_set(by=room.lead, at=NOW)
    assert found("key_shares").state is State.FIX
    it = factories.member(room.school, "it_admin", "Ben", "Okoro")
    states = []
    for person in (room.lead, room.headteacher, it):
        shares.take(by=person, at=NOW)
        states.append(found("key_shares").state)
    assert states == [State.FIX, State.LOOK, State.GOOD]


def drill(room, on, came="whole"):
    return note_drill(by=room.lead, school_id=room.school.pk, tried_on=on, came_back=came, token=uuid4(), at=NOW)


def test_a_backup_put_back_on_trial_once_a_term(room):
    today = timezone.localdate()

    def state():
        return found("restore_drill", school=room.school).state

    for began, ended in ((150, 60), (50, -30)):
        days = {"starts_on": today - timedelta(days=began), "ends_on": today - timedelta(days=ended)}
        services.add_term(school=room.school, name=f"Term of {began}", **days)
    assert state() is State.FIX
    drill(room, today - timedelta(days=160))
    assert state() is State.FIX
    drill(room, today - timedelta(days=100))
    assert state() is State.LOOK, "of the term before"
    drill(room, today - timedelta(days=10))
    assert state() is State.GOOD
    drill(room, today - timedelta(days=5), RestoreDrill.Came.PARTLY)
    assert state() is State.FIX


@pytest.mark.parametrize(
    ("of_state", "late", "expected"),
    [
        ({"verdict": 0, "verified_at": NOW}, False, State.GOOD),
        ({}, False, State.NOT_SET_UP),
        ({"verdict": 0, "verified_at": NOW}, True, State.FIX),
        ({"verdict": 0, "verified_at": NOW, "seal_problem": "The key is away."}, False, State.FIX),
        ({"verdict": 0, "verified_at": NOW - timedelta(days=3)}, False, State.FIX),
        ({"verdict": 1, "verified_at": NOW, "findings": 2}, False, State.FIX),
        ({"verdict": 2, "verified_at": NOW}, False, State.FIX),
        ({"verdict": 0, "verified_at": NOW, "anchor_problem": "No space left."}, False, State.LOOK),
    ],
)
def test_seals(monkeypatch, of_state, late, expected):
    standing = Standing(SimpleNamespace(number=1), SealState(**of_state), 3, late)
    monkeypatch.setattr(machine_checks, "standing", lambda: standing)
    seen = found("seals", at=NOW)
    assert seen.state is expected
    assert "key is away" not in seen.says


def test_the_virus_scanner(scanner, settings):
    assert found("scanner").state is State.LOOK
    scanner.signatures = Signatures(27_820, timezone.now())
    scan_waiting()
    assert found("scanner").state is State.GOOD
    assert found("scanner", at=timezone.now() + timedelta(days=4)).state is State.FIX
    scanner.verdict = None
    scan_waiting()
    assert found("scanner").state is State.FIX
    settings.CLAMD_ADDRESS = ""
    assert found("scanner").state is State.NOT_SET_UP


def test_mail_that_does_not_leave(room, settings):
    ann = factories.member(room.school, "teacher", "Ann", "Tully", email="ann@example.org")
    about = uuid4()
    now, later = timezone.now(), timezone.now() + timedelta(minutes=16)
    notice = {"kind": NoticeKind.RESET, "object_type": "accounts.reset", "object_id": about}
    services.tell(people=[ann], school_id=room.school.pk, at=now, **notice)
    assert found("mail", at=now).state is State.GOOD
    late = found("mail", at=later)
    assert (late.state, late.number) == (State.FIX, 1)
    assert "ann" not in late.says.lower()
    services.open_notices(user=ann, object_id=about)
    assert found("mail", at=later).state is State.GOOD
    settings.MAIL_IS_SET_UP = False
    assert found("mail", at=later).state is State.NOT_SET_UP


def test_the_queue_by_what_was_last_taken_from_it():
    assert found("queue").state is State.FIX
    note_queue(at=NOW)
    states = [found("queue", at=NOW + timedelta(minutes=minutes)).state for minutes in (0, 2, 3, 4, 5)]
    assert states == [State.GOOD, State.GOOD, State.LOOK, State.LOOK, State.FIX]
    note_queue(at=NOW + timedelta(hours=1))
    assert found("queue", at=NOW + timedelta(hours=1)).state is State.GOOD


@pytest.mark.parametrize(
    ("free", "full", "expected"),
    [(0.5, False, State.GOOD), (0.15, False, State.LOOK), (0.09, False, State.FIX), (0.5, True, State.FIX)],
)
def test_room_on_the_disk(monkeypatch, free, full, expected):
    monkeypatch.setattr(disk, "least_free", lambda: free)
    monkeypatch.setattr(disk, "is_full", lambda: full)
    assert found("disk").state is expected
