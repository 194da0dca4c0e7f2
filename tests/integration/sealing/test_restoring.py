"""Does everything come back, and does a restore ever touch what is there?"""

import shutil
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.audit.models import Event
from safeguarding.concerns.models import Account, Attachment
from safeguarding.concerns.services.attaching import attach
from safeguarding.keys import uuid7
from safeguarding.sealing import crypto, keyfiles, ring
from safeguarding.sealing import files as store
from safeguarding.sealing.models import KEYS, RecordKey
from safeguarding.sealing.services import backing_up, copies, dumps, restoring
from safeguarding.sealing.services.setting_up import refuse_without_keys
from safeguarding.uploads.services.giving import give_out
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.sealing.backed import WORDS, backed_up, newest
from tests.stores import use
from tests.walls import tell_raw

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_backup_taken_after_the_web_process_did_what_harm_it_can_is_made_and_comes_back(
    account, connect, databases, caplog
):
    """A large object (the superuser had let it), words that are none, a wrap that opens nothing, an open
    transaction.
    """
    superuser, web = connect("postgres"), connect("web")
    superuser.execute("GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) TO web")
    web.execute("SELECT lo_from_bytea(0, 'stray')")
    for made in ("CREATE TABLE t (i int)", "CREATE SCHEMA s", "CREATE FUNCTION f() RETURNS int RETURN 1"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(made)
    author, now = account.author, timezone.now()
    with web.transaction():
        tell_raw(web, person=str(author.pk))
        for words in (b"x", b"", bytes(80), b"\x01" + account.concern_id.bytes + bytes(60)):
            web.execute(
                "INSERT INTO concerns_draft (id, own_key, school_id, author_id, content, names, saved_at, revision, "
                "page, size) VALUES (%s, %s, %s, %s, %s, '{}', %s, 0, '', 0)",
                [uuid7(), uuid7(), account.school_id, author.pk, words, now],
            )
    with psycopg.connect(databases.keys_url("web"), autocommit=True) as keys_web:
        subject = uuid7()
        keys_web.execute(
            "INSERT INTO sealing_subjectkey (id, kind, epoch_id, wrapped, destroyed_under) "
            "SELECT %s, 'child', max(epoch_id), %s, '' FROM sealing_subjectkey",
            [subject, bytes(60)],
        )
        keys_web.execute(
            "INSERT INTO sealing_wrap (record_id, subject_id, wrapped) VALUES (%s, %s, %s)",
            [account.concern_id, subject, bytes(60)],
        )
    with web.transaction():
        web.execute("LOCK TABLE concerns_draft IN ROW EXCLUSIVE MODE")
        _, records, keys = backed_up()
    assert "Words of these do not open" in caplog.text
    superuser.execute("REVOKE EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) FROM web")
    lose("default", KEYS)
    assert "Everything is back" in command("--records", records, "--keys", keys)
    assert Account.objects.get(pk=account.pk).facts == WORDS
    call_command("check_row_security")


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


def test_a_restore_that_is_cut_off_anywhere_can_be_begun_again(account, settings, monkeypatch):
    """Each time it is begun again on what the one before left, and gets further."""
    _, records, keys = backed_up()
    lose("default", KEYS)
    settings.EPOCH_KEYS_PATH.unlink()

    def cut(*args, **kwargs):
        raise KeyboardInterrupt

    for module, name in ((dumps, "restore"), (restoring, "_put_keys"), (restoring, "call_command")):
        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr(module, name, cut)
            command("--records", records, "--keys", keys)
        connections.close_all()
    assert "Every word in the records has its key." in command("--records", records, "--keys", keys)
    assert Account.objects.get(pk=account.pk).facts == WORDS
    with pytest.raises(CommandError, match="There are records here"):
        command("--records", records, "--keys", keys)


def test_files_are_copied_once_and_come_back(account, settings):
    use(settings, "FolderStore", location=settings.VAR / "store")
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
    run = backing_up.back_up(at=timezone.now() + timedelta(days=1), now=timezone.now)
    assert run.problem.startswith("Records and keys are backed up, files that people attached are not")
    assert len(list(copy.glob("??/*"))) == 2
    records, keys = newest()
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
