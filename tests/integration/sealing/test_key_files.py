"""What does a start say of keys that are missing, wrong or open to others, and does it ever lose one?"""

import os
import stat
import sys
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from safeguarding.sealing import crypto, keyfiles, ring
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import KEYS, Epoch, RecordKey, SubjectKey, Wrap
from safeguarding.sealing.services import rotating, setting_up
from tests import factories

pytestmark = pytest.mark.django_db


def keys(do):
    out = StringIO()
    call_command("keys", do, stdout=out)
    return out.getvalue()


def sentence():
    with pytest.raises(KeyProblem) as found:
        setting_up.ensure_keys()
    return found.value.sentence


def held(files):
    return {path.name: path.read_bytes() for path in files.iterdir()}


def test_keys_that_fit_say_so(files):
    assert keys("check") == "The keys fit together.\n"
    setting_up.refuse_without_keys()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: (f / "root.key").unlink(), "cannot be read: No such file or directory. Put it back from"),
        (lambda f: (f / "root.key").chmod(0o644), "can be read by others on this machine. Close it first: chmod 600"),
        (lambda f: (f / "root.key").write_text("harbour-root-1 c2hvcnQ= 00000000\n"), "is not a whole root key."),
        (lambda f: (f / "root.key").write_bytes(b"\xff\xfe"), "it is not text"),
        (lambda f: keyfiles.write_root(crypto.new_key()), "does not open the file of epoch keys"),
        (lambda f: (f / "epochs.json").unlink(), "cannot be read: No such file or directory."),
        (lambda f: (f / "epochs.json").write_text("{"), "is damaged. Put it back from your backup"),
        (
            lambda f: keyfiles.write_epochs({1: crypto.new_key()}, roots=[keyfiles.root()]),
            "is not the one of this database of keys",
        ),
        (
            lambda f: keyfiles.write_epochs({7: crypto.new_key()}, roots=[keyfiles.root()]),
            "is in epoch 1, and",
        ),
    ],
    ids=[
        "no root",
        "open root",
        "short root",
        "binary root",
        "other root",
        "no epochs",
        "damaged epochs",
        "other epoch key",
        "other epoch",
    ],
)
def test_a_start_with_wrong_keys_says_what_to_do_and_changes_nothing(files, spoil, says):
    spoil(files)
    before, epochs = held(files), list(Epoch.objects.values())
    assert says in sentence()
    with pytest.raises(SystemExit, match="Harbour does not start"):
        setting_up.refuse_without_keys()
    for do in ("check", "ready", "make", "new-epoch", "new-root"):
        with pytest.raises(CommandError):
            keys(do)
    assert (held(files), list(Epoch.objects.values())) == (before, epochs)


def test_keys_are_made_once_and_for_nobody_else_to_read(files):
    Epoch.objects.all().delete()
    for path in files.iterdir():
        path.unlink()
    assert setting_up.is_new()
    assert "print its shares now" in keys("ready")
    assert [stat.S_IMODE(path.stat().st_mode) for path in files.iterdir()] == [0o600, 0o600]
    assert keys("ready") == ""
    with pytest.raises(CommandError, match="This installation has keys"):
        keys("make")


def test_a_root_key_that_was_given_beforehand_is_taken(files):
    Epoch.objects.all().delete()
    (files / "epochs.json").unlink()
    root = keyfiles.root()
    keys("ready")
    assert keyfiles.root() == root and set(keyfiles.read_epochs(root)) == {1}


def test_no_new_keys_are_made_over_words_that_are_sealed(files):
    factories.concern(factories.staffroom())
    for model in (Wrap, RecordKey, SubjectKey, Epoch):
        model.objects.all().delete()
    before = held(files)
    for do in ("make", "ready"):
        with pytest.raises(CommandError, match=r"Put the database of keys back|the database of keys is empty"):
            keys(do)
    for path in files.iterdir():
        path.unlink()
    with pytest.raises(CommandError, match="holds words that are sealed, and the database of keys is empty"):
        keys("make")
    assert before and not held(files)


def test_making_that_was_cut_off_goes_on_with_the_same_files(files, monkeypatch):
    Epoch.objects.all().delete()
    (files / "epochs.json").unlink()
    root = keyfiles.root()
    keys("make")
    assert keyfiles.root() == root
    Epoch.objects.all().delete()
    epochs = keyfiles.read_epochs(root)
    keys("make")
    assert keyfiles.read_epochs(root) == epochs
    setting_up.ensure_keys()


def test_the_root_key_may_come_from_a_command(files, settings):
    root = files / "root.key"
    settings.ROOT_KEY_COMMAND = f'{sys.executable} -c "print(open({str(root)!r}).read())"'
    settings.ROOT_KEY_PATH = files / "none"
    setting_up.ensure_keys()
    for command, says in (
        (f"{sys.executable} -c 'print(1)'", "What ROOT_KEY_COMMAND prints is not a whole root key"),
        (f"{sys.executable} -c 'exit(3)'", "ended with code 3. Run it by hand"),
        ("/no/such/program", "cannot be run"),
    ):
        settings.ROOT_KEY_COMMAND = command
        assert says in sentence()


def test_only_the_owner_of_the_tables_changes_keys(files, settings):
    settings.ROLE = "web"
    for do in ("make", "ready", "new-epoch", "new-root"):
        with pytest.raises(CommandError, match="HARBOUR_ROLE=owner"):
            keys(do)


def test_a_new_epoch_opens_everything_and_the_old_key_is_in_no_file(files, again):
    room = factories.staffroom()
    account = factories.concern(room, facts="He was quiet.").account
    old = keyfiles.epochs()
    count = SubjectKey.objects.count()
    assert f"Epoch 2 has begun: {count:,} keys" in keys("new-epoch")
    assert again(account).facts == "He was quiet."
    assert set(keyfiles.epochs()) == {2} and old[1] not in keyfiles.epochs().values()
    assert set(SubjectKey.objects.values_list("epoch", flat=True)) == {2}
    assert again(factories.concern(room, facts="Written later.").account).facts == "Written later."


@pytest.mark.parametrize("cut_at", ["before the rows change", "after the rows have changed"])
def test_a_change_of_epoch_that_is_cut_off_opens_everything_and_is_gone_on_with(files, again, monkeypatch, cut_at):
    room = factories.staffroom()
    account = factories.concern(room, facts="He was quiet.").account
    write, calls = keyfiles.write_epochs, []

    def cut(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(*args, **kwargs)

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        if cut_at == "before the rows change":
            broken.setattr(rotating, "_wrap_anew", cut_off)
        else:
            broken.setattr(keyfiles, "write_epochs", cut)
        rotating.new_epoch()
    assert again(account).facts == "He was quiet."
    assert again(factories.concern(room, facts="Meanwhile.").account).facts == "Meanwhile."
    keys("ready")
    now = Epoch.objects.get(ended_at=None).number
    assert keyfiles.count_wraps() == {now: 1}
    rotating.new_epoch()
    assert again(account).facts == "He was quiet."
    assert keyfiles.count_wraps() == {now + 1: 1}


def cut_off(*args):
    raise KeyboardInterrupt


@pytest.mark.parametrize("cut_at", [1, 2, 3])
def test_a_change_of_the_root_key_that_is_cut_off_leaves_files_that_open(files, again, monkeypatch, cut_at):
    account = factories.concern(factories.staffroom(), facts="He was quiet.").account
    write, calls = keyfiles._write, []

    def cut(*args):
        calls.append(1)
        if len(calls) == cut_at:
            raise KeyboardInterrupt
        write(*args)

    old = keyfiles.root()
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(keyfiles, "_write", cut)
        rotating.new_root()
    setting_up.ensure_keys()
    assert again(account).facts == "He was quiet."
    keys("ready")
    assert keyfiles.count_wraps() == {1: 1}
    assert "new one" in keys("new-root")
    assert keyfiles.root() != old
    assert again(account).facts == "He was quiet."


def test_a_folder_that_takes_no_file_changes_nothing(files):
    if os.geteuid() == 0:
        files = files / "root.key"
        with pytest.raises(KeyProblem, match="cannot be written"):
            keyfiles._write(files / "below a file" / "x", "text")
        return
    files.chmod(0o500)
    with pytest.raises(KeyProblem, match="Nothing was changed"):
        rotating.new_root()
    files.chmod(0o700)
    setting_up.ensure_keys()


def test_keys_put_back_from_another_time_are_told_from_the_right_ones(files, again):
    account = factories.concern(factories.staffroom(), facts="He was quiet.").account
    before = (files / "epochs.json").read_bytes()
    rotating.new_epoch()
    (files / "epochs.json").write_bytes(before)
    ring.forget()
    assert "One of the two was put back from another time" in sentence()
    with pytest.raises(KeyProblem, match="has no key of epoch 2"):
        _ = again(account).facts


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_destroyed_while_an_epoch_begins_stays_destroyed(files, databases):
    """Between the look at the keys and their change: another destroyer has been at work."""
    gone, stays = (factories.concern(factories.staffroom(name)) for name in ("Saltmarsh Lane", "Alder Brook"))
    [[key], [other]] = (
        Wrap.objects.filter(record=one.pk).values_list("subject_id", flat=True) for one in (gone, stays)
    )

    def meanwhile(execute, sql, params, many, context):
        if sql.startswith("UPDATE sealing_subjectkey AS s"):
            with psycopg.connect(databases.keys_url("destroyer"), autocommit=True) as destroyer:
                destroyer.execute(
                    "UPDATE sealing_subjectkey SET wrapped = NULL, destroyed_at = now(), destroyed_under = 'rule 7' "
                    "WHERE id = %s",
                    [key],
                )
        return execute(sql, params, many, context)

    with connections[KEYS].execute_wrapper(meanwhile):
        rotating.new_epoch()
    assert SubjectKey.objects.get(pk=key).wrapped is None
    assert SubjectKey.objects.get(pk=other).wrapped is not None
    ring.forget()
    assert isinstance(ring.ring().key(stays.pk.bytes), ring.Key)
