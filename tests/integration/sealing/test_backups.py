"""Is a backup proved before it counts, and does one that is not leave nothing?"""

from datetime import timedelta
from io import StringIO
from threading import Thread

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Event, Verb
from safeguarding.keys import uuid7
from safeguarding.sealing import keyfiles
from safeguarding.sealing.exceptions import BackupProblem
from safeguarding.sealing.management.commands import backup as command_of_backups
from safeguarding.sealing.models import KEYS, BackupRun, Epoch, RecordKey, SubjectKey, Wrap
from safeguarding.sealing.services import backing_up, dumps, sampling
from safeguarding.sealing.services.backing_up import back_up, backups, is_due
from safeguarding.sealing.services.backups_standing import put_on_record
from tests.factories import SCHOOL_DAY
from tests.integration.sealing.backed import backed_up

pytestmark = pytest.mark.django_db(transaction=True)


def files_of_backups():
    return sorted(path.name for folder in backing_up.folders().values() if folder.exists() for path in folder.iterdir())


def failed():
    run = back_up(at=timezone.now(), now=timezone.now)
    assert run.problem
    return run.problem


def test_both_files_are_private_sealed_and_proved(account):
    run, records, keys = backed_up()
    assert run.people == User.objects.count()
    assert run.opened >= 1
    assert (run.records_bytes, run.keys_bytes) == (records.stat().st_size, keys.stat().st_size)
    assert run.same_disk
    for path in (records, keys):
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        for plain in (b"PGDMP", b"accounts_user", b"Saltmarsh", b"epochs", b"sealing_wrap"):
            assert plain not in content
    root = keyfiles.root()
    assert b"".join(backing_up.opened(records, "records", root)).startswith(b"PGDMP")
    beside, _ = sampling.beside_and_dump(backing_up.opened(keys, KEYS, root))
    assert beside["seal_key"] == "the key that seals events\n" and beside["secret_key"]


def test_an_empty_database_is_not_backed_up_over_a_full_one(installation):
    assert not User.objects.exists()
    assert "There is nobody in the database" in failed()
    assert files_of_backups() == []


def test_words_that_do_not_open_are_noticed_and_leave_no_file(account):
    backed_up()
    before = files_of_backups()
    Wrap.objects.filter(record=account.concern_id).delete()
    assert "does not open with the keys in the backup" in failed()
    assert files_of_backups() == before


def test_a_large_object_of_a_role_does_not_stop_the_dump_of_the_one_that_backs_up(account, connect, databases):
    """Nobody may make one. Where the superuser has let somebody, `backup` may not read it, and leaves it out."""
    for role in ("web", "worker", "destroyer", "backup"):
        for made in (
            "lo_creat(-1)",
            "lo_create(0)",
            "lo_from_bytea(0, 'x')",
            "lo_import('/etc/hostname')",
            "lo_unlink(1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connect(role).execute(f"SELECT {made}")
        with (
            psycopg.connect(databases.keys_url(role), autocommit=True) as keys,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            keys.execute("SELECT lo_create(0)")
    connect("postgres").execute("GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) TO web")
    connect("web").execute("SELECT lo_from_bytea(0, 'stray')")
    with dumps.dump(databases.url("backup")) as dumped:
        assert dumped.read(5) == b"PGDMP"
        assert len(dumped.read()) > 1000


def test_what_was_destroyed_is_no_reason_to_refuse(account):
    before = backed_up()[0].opened
    RecordKey.objects.filter(pk=account.concern_id).update(destroyed_at=timezone.now(), destroyed_under="rule 7")
    Wrap.objects.filter(record=account.concern_id).delete()
    assert backed_up(at=timezone.now() + timedelta(seconds=1))[0].opened < before


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda m, s: m.setattr(backing_up, "address", lambda alias: "dbname=none host=/nowhere"),
            "pg_dump ended with code 1",
        ),
        (lambda m, s: s.ROOT_KEY_PATH.unlink(), "The root key"),
        (lambda m, s: s.BACKUP_FOLDER.write_text("a file"), "cannot be written"),
    ],
    ids=["no database", "no root key", "no folder"],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(account, monkeypatch, settings, spoil, says):
    spoil(monkeypatch, settings)
    problem = failed()
    assert says in problem and "password" not in problem
    assert not settings.BACKUP_KEYS_FOLDER.exists() or list(settings.BACKUP_KEYS_FOLDER.iterdir()) == []


def test_no_password_stands_on_a_command_line(account, monkeypatch):
    seen = []
    real = dumps.subprocess.Popen

    def popen(command, **more):
        seen.append(" ".join(map(str, command)))
        return real(command, **more)

    monkeypatch.setattr(dumps.subprocess, "Popen", popen)
    backed_up()
    assert len(seen) == 4
    assert not any("password" in line or "owner" in line.replace("no-owner", "") for line in seen)


def test_old_backups_go_and_those_of_the_keys_after_35_days_at_the_latest(account, settings):
    settings.BACKUP_DAYS = 90
    now = timezone.now()
    for days in (91, 60, 36, 34, 0):
        backed_up(at=now - timedelta(days=days))
    ages = {(backup.part, (now - backup.at).days) for backup in backups()}
    assert ages == {("records", d) for d in (0, 34, 36, 60)} | {(KEYS, d) for d in (0, 34)}


def test_it_is_due_once_a_night_and_again_an_hour_after_it_failed(installation):
    night = SCHOOL_DAY.replace(hour=3)

    def ran(began, problem=""):
        BackupRun.objects.create(id=uuid7(), began_at=began, ended_at=began + timedelta(minutes=5), problem=problem)

    assert is_due(night)
    ran(night, "The disk is full.")
    assert not is_due(night + timedelta(minutes=50))
    assert is_due(night + timedelta(minutes=70))
    ran(night + timedelta(minutes=70))
    assert not is_due(night + timedelta(hours=20))
    assert is_due(night + timedelta(days=1))
    assert not is_due((night + timedelta(days=1)).replace(hour=2, minute=0))


def test_each_backup_is_put_on_record_once(account):
    backed_up()
    BackupRun.objects.create(id=uuid7(), began_at=SCHOOL_DAY, ended_at=SCHOOL_DAY, problem="The disk is full.")
    assert (put_on_record(), put_on_record()) == (2, 0)
    events = Event.objects.filter(verb=Verb.EXPORT, object_type="sealing.backuprun")
    assert sorted(events.values_list("outcome", flat=True)) == ["done", "failed"]


def test_the_role_of_backups_reads_everything_and_writes_how_it_went(account, databases):
    settings = {alias: connections[alias].settings_dict for alias in ("default", KEYS)}
    owner = {alias: dict(of) for alias, of in settings.items()}
    connections.close_all()
    for of in settings.values():
        of.update(USER="backup", PASSWORD="password-of-backup")
    try:
        run, *_ = backed_up()
        assert run.opened
    finally:
        connections.close_all()
        for alias, of in settings.items():
            of.update(owner[alias])
    for url, delete in (
        (databases.url("backup"), "DELETE FROM accounts_user"),
        (databases.keys_url("backup"), "DELETE FROM sealing_wrap"),
    ):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(delete)


def test_only_its_own_roles_may(settings, installation):
    settings.ROLE = "web"
    for name, arguments in (("backup", ()), ("restore", ("--keys", "x"))):
        with pytest.raises(CommandError, match="HARBOUR_ROLE"):
            call_command(name, *arguments)


def test_the_commands_say_how_it_went(account, settings):
    out = StringIO()
    call_command("backup", stdout=out)
    assert "Backed up: " in out.getvalue()
    settings.ROOT_KEY_PATH.unlink()
    with pytest.raises(CommandError, match="The root key"):
        call_command("backup", stderr=StringIO())
    assert BackupRun.objects.count() == 2
    assert list(settings.BACKUP_FOLDER.iterdir())
    assert (Epoch.objects.count(), SubjectKey.objects.count() > 0) == (1, True)
    assert BackupProblem("x").status == 503


def test_a_file_of_another_name_and_a_database_that_is_away_do_no_harm(account, monkeypatch):
    backed_up()
    (backing_up.folders()["records"] / "harbour-2026-11-26T023000Z (copy).records").write_text("")
    backed_up(at=timezone.now() + timedelta(seconds=1))

    def away(at):
        raise OperationalError("password of the database")

    monkeypatch.setattr(command_of_backups, "is_due", away)
    said = StringIO()
    call = command_of_backups.Command(stderr=said)
    call._if_due()
    assert said.getvalue() == "No backup: OperationalError\n"


def test_nobody_else_changes_the_files_of_keys_meanwhile(installation):
    order = []

    def other():
        with keyfiles.alone():
            order.append("other")

    with keyfiles.alone():
        thread = Thread(target=other)
        thread.start()
        order.append("first")
        keyfiles.root()
        order.append("first is done")
    thread.join()
    assert order == ["first", "first is done", "other"]
