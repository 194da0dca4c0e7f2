"""Is a backup proved before it counts, does one that is not leave nothing, and does a restore ever touch what is there?"""

import shutil
from datetime import timedelta
from io import StringIO
from threading import Thread

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account, Attachment
from safeguarding.concerns.services.attaching import Upload, attach, give_out
from safeguarding.keys import uuid7
from safeguarding.sealing import crypto, keyfiles, ring
from safeguarding.sealing import files as store
from safeguarding.sealing.exceptions import BackupProblem
from safeguarding.sealing.management.commands import backup as command_of_backups
from safeguarding.sealing.models import KEYS, BackupRun, Epoch, RecordKey, SubjectKey, Wrap
from safeguarding.sealing.services import backing_up, copies, dumps, restoring, sampling
from safeguarding.sealing.services.backing_up import back_up, backups, is_due
from safeguarding.sealing.services.backups_standing import put_on_record
from safeguarding.sealing.services.setting_up import refuse_without_keys
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "He was quiet at register."


@pytest.fixture
def installation(settings, files):
    """Folders of its own for what is no database."""
    settings.VAR = files
    settings.SEAL_KEY_PATH = files / "seal.key"
    settings.SEAL_KEY_PATH.write_text("the key that seals events\n")
    settings.BACKUP_FOLDER, settings.BACKUP_KEYS_FOLDER = files / "records", files / "keys"
    return files


@pytest.fixture
def account(installation):
    return factories.concern(factories.staffroom(), facts=WORDS).account


def backed_up(at=None):
    run = back_up(at=at or timezone.now(), now=timezone.now)
    assert run.problem == ""
    newest = {backup.part: backup.path for backup in reversed(backups())}
    return run, newest["records"], newest[KEYS]


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


def test_what_was_destroyed_is_no_reason_to_refuse(account):
    Wrap.objects.filter(record=account.concern_id).delete()
    RecordKey.objects.filter(pk=account.concern_id).update(destroyed_at=timezone.now(), destroyed_under="rule 7")
    backed_up()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda m, s: m.setattr(backing_up, "address", lambda alias: "dbname=none host=/nowhere"), "pg_dump ended with code 1"),
        (lambda m, s: s.ROOT_KEY_PATH.unlink(), "The root key"),
        (lambda m, s: s.BACKUP_FOLDER.write_text("a file"), "cannot be written"),
    ],
    ids=["no database", "no root key", "no folder"],
)  # fmt: skip
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


def lose(*parts):
    """As if the database, and what belongs to it, had gone with the disk."""
    connections.close_all()
    for alias in parts:
        dumps.make_empty(backing_up.address(alias))
    ring.forget()


def command(*arguments):
    out = StringIO()
    call_command("restore", *arguments, stdout=out)
    return out.getvalue()


def test_everything_lost_comes_back_with_the_two_files_and_the_root_key(account, settings, installation):
    facts = (account.pk, School.objects.get().name, User.objects.count(), Event.objects.count())
    _, records, keys = backed_up()
    for path in (settings.EPOCH_KEYS_PATH, settings.SEAL_KEY_PATH):
        path.unlink()
    lose("default", KEYS)
    settings.SECRET_KEY = "another one, on the new machine"
    said = command("--records", records, "--keys", keys)
    assert f"Everything is back: {facts[2]} members of staff, 0 files." in said
    assert "SECRET_KEY is another one than in the backup" in said
    assert "Every word in the records has its key." in said
    assert Account.objects.get(pk=facts[0]).facts == WORDS
    assert (School.objects.get().name, User.objects.count()) == facts[1:3]
    assert Event.objects.count() >= facts[3]
    assert settings.SEAL_KEY_PATH.read_text() == "the key that seals events\n"
    assert (installation / "secret_key.restored").stat().st_mode & 0o777 == 0o600
    # The walls are up again, and new work goes on.
    call_command("check_row_security")
    assert factories.concern(factories.staffroom("Alder Brook"), facts="After it.").account.facts == "After it."


def test_the_keys_alone_come_back(account, settings):
    _, _, keys = backed_up()
    later = factories.concern(factories.staffroom("Alder Brook"), facts="Written after the backup.").account
    settings.EPOCH_KEYS_PATH.unlink()
    lose(KEYS)
    said = command("--keys", keys)
    assert "The keys are back." in said
    assert "in 1 records has no key in this backup" in said
    assert Account.objects.get(pk=account.pk).facts == WORDS
    assert Account.objects.get(pk=later.pk).facts.startswith("These words cannot be opened: their key is not")


def test_nothing_is_put_over_what_is_there(account):
    _, records, keys = backed_up()
    account.concern.closing_reason = ""
    with pytest.raises(CommandError, match="There are records here"):
        command("--records", records, "--keys", keys)
    with pytest.raises(CommandError, match="There are keys here"):
        command("--keys", keys)
    ring.forget()
    assert Account.objects.get(pk=account.pk).facts == WORDS


@pytest.mark.parametrize("spoil", ["cut", "bit", "swapped", "other root", "text"])
def test_a_file_that_is_not_whole_is_refused_before_anything_is_touched(account, settings, spoil):
    _, records, keys = backed_up()
    lose(KEYS)
    content = keys.read_bytes()
    if spoil == "cut":
        keys.write_bytes(content[:-1])
    elif spoil == "bit":
        keys.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])
    elif spoil == "swapped":
        keys = records
    elif spoil == "text":
        keys.write_text("not a backup")
    else:
        keyfiles.write_root(crypto.new_key())
    with pytest.raises(CommandError, match=r"does not open|is no backup of the keys"):
        command("--keys", keys)
    with psycopg.connect(backing_up.address(KEYS)) as connection:
        assert connection.execute("SELECT to_regclass('sealing_wrap')").fetchone() == (None,)


@pytest.mark.parametrize("stops_at", ["records", "keys", "migrate"])
def test_a_restore_that_is_cut_off_can_be_begun_again(account, settings, monkeypatch, stops_at):
    _, records, keys = backed_up()
    lose("default", KEYS)
    settings.EPOCH_KEYS_PATH.unlink()

    def cut(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        if stops_at == "records":
            broken.setattr(dumps, "restore", cut)
        elif stops_at == "keys":
            broken.setattr(restoring, "_put_keys", cut)
        else:
            broken.setattr(restoring, "call_command", cut)
        command("--records", records, "--keys", keys)
    connections.close_all()
    assert "Every word in the records has its key." in command("--records", records, "--keys", keys)
    assert Account.objects.get(pk=account.pk).facts == WORDS
    with pytest.raises(CommandError, match="There are records here"):
        command("--records", records, "--keys", keys)


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


def test_files_are_copied_once_and_come_back(account, settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": settings.VAR / "store"},
        }
    }
    lead = factories.member(account.school, "lead", "Mo", "Adeyemi")
    notes = [Upload("a.txt", b"A drawing."), Upload("b.txt", b"Another.")]
    kept = attach(concern=account.concern, token=uuid7(), uploads=notes, by=lead).kept
    run, records, keys = backed_up()
    assert run.files == 2
    copy = records.parent / "files"
    before = {path: path.stat().st_mtime_ns for path in copy.glob("??/*")}
    backed_up(at=timezone.now() + timedelta(seconds=1))
    assert {path: path.stat().st_mtime_ns for path in copy.glob("??/*")} == before
    shutil.rmtree(settings.VAR / "store")
    # A store that is gone does not take its copy along; what left it goes when a backup may be no older.
    run, records, keys = backed_up(at=timezone.now() + timedelta(days=1))
    assert run.files == 2
    lose("default", KEYS)
    assert "2 files." in command("--records", records, "--keys", keys)
    back = Attachment.objects.get(pk=kept[0].pk)
    assert b"".join(give_out(back, to=lead).content) == b"A drawing."
    store.drop(kept[0].stored)
    for days, left in ((30, 2), (70, 1)):
        run, *_ = backed_up(at=timezone.now() + timedelta(days=days))
        assert run.files == left


def test_where_only_the_records_are_lost_the_keys_that_are_there_stay(account):
    _, records, keys = backed_up()
    later = factories.concern(factories.staffroom("Alder Brook"), facts="Later.")
    held = set(RecordKey.objects.values_list("pk", flat=True))
    lose("default")
    with pytest.raises(CommandError, match="Leave --keys out"):
        command("--records", records, "--keys", keys)
    assert "Every word in the records has its key." in command("--records", records)
    assert Account.objects.get(pk=account.pk).facts == WORDS
    assert set(RecordKey.objects.values_list("pk", flat=True)) == held and later.pk in held


def test_half_of_a_restore_is_not_worked_on_and_not_taken_for_a_new_one(account, settings, monkeypatch):
    _, records, keys = backed_up()
    lose("default", KEYS)

    def full(folder):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken, pytest.raises(CommandError, match="Mend that, and begin again"):
        broken.setattr(copies, "copy_back", full)
        command("--records", records, "--keys", keys)
    with pytest.raises(SystemExit, match="begun to be put back"):
        refuse_without_keys()
    with pytest.raises(CommandError, match="begun to be put back"):
        call_command("keys", "ready")
    other = records.with_name("harbour-2020-01-01T000000Z.records")
    shutil.copy(records, other)
    with pytest.raises(CommandError, match="Go on with that one"):
        command("--records", other, "--keys", keys)
    assert "Every word in the records has its key." in command("--records", records, "--keys", keys)
    refuse_without_keys()


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
