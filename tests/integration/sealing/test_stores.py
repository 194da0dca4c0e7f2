"""Is a folder as good a store as a bucket, does it say what is wrong with it, and does a backup hold what is in it?"""

import logging
import os
import shutil
from datetime import timedelta
from io import StringIO

import pytest
from celery.signals import worker_ready
from django.core.management import CommandError, call_command
from django.utils import timezone

from safeguarding.concerns.models import Attachment
from safeguarding.concerns.services.attaching import attach
from safeguarding.keys import uuid7
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.services import backing_up
from safeguarding.sealing.services.backing_up import back_up, is_due
from safeguarding.sealing.services.copies import copied, copy_out
from safeguarding.sealing.services.trying import warn_if_it_does_not_work
from safeguarding.uploads.services.giving import give_out
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.sealing.backed import backed_up
from tests.integration.sealing.test_restoring import command, lose
from tests.stores import KEY, refusing, use


def checked():
    out = StringIO()
    call_command("check_files", stdout=out)
    return out.getvalue()


def test_a_store_that_works_is_said_to_and_nothing_is_left_in_it(store):
    assert checked() == "The store of files works.\n"
    assert store.contents() == {}


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("NoSuchBucket", "There is no bucket of that name."),
        ("InvalidAccessKeyId", "The provider does not know the key."),
        ("SignatureDoesNotMatch", "The provider does not know the key."),
        ("AccessDenied", "Harbour may not write into it. Give its key the rights"),
        ("AuthorizationHeaderMalformed", "The bucket is in another region."),
        ("RequestTimeTooSkewed", "The clock of this machine is wrong."),
        ("QuotaExceeded", "It could not write into it: QuotaExceeded."),
    ],
)
def test_a_provider_that_refuses_is_one_sentence_without_a_secret(settings, caplog, code, says):
    with refusing(code) as endpoint, caplog.at_level(logging.INFO):
        use(settings, "BucketStore", bucket="harbour", endpoint=endpoint, region="eu-west-2", **KEY)
        with pytest.raises(CommandError, match=r"^The store of files, the bucket harbour at http") as said:
            checked()
        warn_if_it_does_not_work()
    assert says in str(said.value)
    assert f"cannot be used: {code}" in caplog.text and "what is written is saved" in caplog.text
    assert KEY["secret_key"] not in caplog.text + str(said.value)


def test_the_worker_says_it_when_it_starts_and_starts_all_the_same(folder, caplog):
    import safeguarding.sealing.tasks  # noqa: F401  (as the worker finds it)

    for wrong in (False, True):
        if wrong:
            folder.away()
        caplog.clear()
        worker_ready.send(sender=None)
        assert ("Until then no files can be attached or opened" in caplog.text) is wrong


def test_a_provider_that_does_not_answer_is_said_to(settings, bucket):
    bucket.away()
    with pytest.raises(CommandError, match=r"The provider does not answer. Check endpoint= in FILES_URL"):
        checked()


def test_a_folder_that_cannot_be_written_is_said_to(folder):
    folder.away()
    with pytest.raises(CommandError, match=r"Harbour could not write into it: "):
        checked()


def test_without_any_key_it_says_where_one_belongs(settings, provider, monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    use(settings, "BucketStore", bucket="harbour", endpoint=provider, region="eu-west-2")
    with pytest.raises(CommandError, match=r"There is no key to the bucket. Set FILES_KEY_ID"):
        checked()


def test_a_bucket_that_anybody_reads_is_refused(settings, bucket, provider):
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=provider,
        region_name="eu-west-2",
        aws_access_key_id=KEY["key_id"],
        aws_secret_access_key=KEY["secret_key"],
    )
    name = settings.STORAGES["default"]["OPTIONS"]["bucket"]
    anybody = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", '
        f'"Resource": "arn:aws:s3:::{name}/*"}}]}}'
    )
    client.put_bucket_policy(Bucket=name, Policy=anybody)
    with pytest.raises(CommandError, match=r"can be read by anybody. Make it private"):
        checked()
    client.delete_bucket_policy(Bucket=name)
    assert checked() == "The store of files works.\n"


def test_what_somebody_else_put_there_is_none_of_its_files(store):
    for name in ("report.pdf", "ab/notes", "../../etc/passwd"[3:], f"ab/{'0' * 32}.part"):
        store.put(name, b"another's")
    mine = files.new_name()
    store.put(mine, b"sealed")
    assert list(files.stored_names()) == [mine]


def test_more_names_than_a_page_of_them_holds_are_all_told(settings, bucket):
    from moto.s3.models import s3_backends

    names = {files.new_name() for _ in range(1005)}
    # Past HTTP, which takes longer than all else here: that a file can be put is asked elsewhere.
    its_side = next(iter(s3_backends.values()))["aws"]
    for name in names:
        its_side.put_object(settings.STORAGES["default"]["OPTIONS"]["bucket"], f"school/{name}", b"")
    assert set(files.stored_names()) == names


def test_a_file_comes_in_piece_by_piece(store):
    content = os.urandom(5 * 2**20)
    name = files.new_name()
    store.put(name, content)
    pieces = list(files.as_it_lies(name))
    assert b"".join(pieces) == content and max(map(len, pieces)) <= 64 * 1024
    with pytest.raises(FileNotFoundError):
        next(files.as_it_lies(files.new_name()))
    store.away()
    with pytest.raises(FilesAway):
        list(files.as_it_lies(name))


@pytest.mark.django_db(transaction=True)
def test_files_are_backed_up_and_come_back(store, account):
    lead = factories.member(account.school, "lead", "Mo", "Adeyemi")
    kept = attach(concern=account.concern, token=uuid7(), uploads=[Upload("a.txt", b"A drawing.")], by=lead).kept[0]
    run, records, keys = backed_up()
    held = store.contents()
    assert (
        run.files == 1
        and {
            str(path.relative_to(records.parent / "files")): path.read_bytes()
            for path in (records.parent / "files").glob("??/*")
        }
        == held
    )
    files.drop(kept.stored)
    assert store.contents() == {}
    lose("default", KEYS)
    assert "1 file" in command("--records", records, "--keys", keys)
    assert store.contents() == held
    back = Attachment.objects.get(pk=kept.pk)
    assert b"".join(give_out(back, to=lead).content) == b"A drawing."


@pytest.mark.django_db(transaction=True)
def test_while_the_store_is_away_records_and_keys_are_backed_up_all_the_same(store, account):
    lead = factories.member(account.school, "lead", "Mo", "Adeyemi")
    attach(concern=account.concern, token=uuid7(), uploads=[Upload("a.txt", b"A drawing.")], by=lead)
    _, records, _ = backed_up()
    store.away()
    at = timezone.now() + timedelta(days=1)
    run = back_up(at=at, now=lambda: at)
    assert run.problem.startswith("Records and keys are backed up, files that people attached are not")
    newest = {backup.part: backup.path for backup in backing_up.backups() if backup.at == at.replace(microsecond=0)}
    assert set(newest) == {backing_up.RECORDS, KEYS}
    # Neither the copy nor what is tried again suffers from it.
    assert len(list((records.parent / "files").glob("??/*"))) == 1
    assert not list((records.parent / "files").rglob("*.part"))
    assert is_due(at + timedelta(hours=1, minutes=1))
    lose("default", KEYS)
    with pytest.raises(CommandError, match=r"`manage.py check_files` says what is wrong"):
        command("--records", newest[backing_up.RECORDS], "--keys", newest[KEYS])


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_is_not_there_is_not_an_empty_one_and_its_copy_stays(folder, account, tmp_path):
    """As where its disk is not mounted: its copy must not go after 35 days."""
    lead = factories.member(account.school, "lead", "Mo", "Adeyemi")
    attach(concern=account.concern, token=uuid7(), uploads=[Upload("a.txt", b"A drawing.")], by=lead)
    copy, today = tmp_path / "copy", timezone.localdate()
    assert copy_out(copy, today=today, days=35) == 1
    shutil.rmtree(tmp_path / "store")
    for days in (1, 40):
        with pytest.raises(FilesAway):
            copy_out(copy, today=today + timedelta(days=days), days=35)
    assert len(copied(copy)) == 1
    (tmp_path / "store").mkdir()
    assert [copy_out(copy, today=today + timedelta(days=days), days=35) for days in (41, 80)] == [1, 0]
