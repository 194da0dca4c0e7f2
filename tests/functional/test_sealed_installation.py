"""A whole installation at work: is a word that somebody wrote anywhere on its disk, and what does it say without its
root key?
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
import psycopg
import pytest
from redis import Redis

from safeguarding.launch.postgres import binaries
from tests.functional.installation import Up, environment, status, url, words_until
from tests.postgres import ROOT

SHORT, LONG = "zqtidewater", "zqharbourwall"
CONTROL_SHORT, CONTROL_LONG = "zqplainwater", "zqplainwall"

# What a teacher and a lead do, by the services of the pages, as the database role of the web server.
SCRIPT = f"""
from datetime import timedelta
from io import BytesIO
from uuid import uuid4
from django.db import transaction
from django.utils import timezone
from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, acting, tell_database
from safeguarding.concerns.models import Draft
from safeguarding.concerns.services.deciding import add_note, open_concern
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern

short, long = "{SHORT} " * 18, "{LONG} " * 1500

def work(name, do):
    user = User.objects.get(username=name)
    who = Acting(user_id=user.pk)
    with acting(who), transaction.atomic():
        tell_database(who)
        return do(user)

def report(user):
    child = Child.objects.filter(school__slug="tarnbeck-hollow").first() or Child.objects.first()
    account = AccountFacts(facts=long, child_words=short, told_other=short)
    entry = ChildEntry(role="worried_about", child=child)
    draft = Draft(id=uuid4(), school=child.school, author=user, content={{"facts": long}}, saved_at="2026-11-26T09:00Z")
    draft.save()
    report = Report(how_soon=3, children=[entry], account=account)
    return raise_concern(token=uuid4(), school=child.school, report=report, by=user)

concern = work("f.siddiqi", report)

def attach(user):
    from zipfile import ZIP_DEFLATED, ZipFile
    from safeguarding.concerns.services.attaching import attach_to_report
    from safeguarding.uploads.services.keeping import Upload
    letter = BytesIO()
    with ZipFile(letter, "w", ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", long)
    files = [Upload(short[:11] + ".txt", long.encode()), Upload(short[:11] + ".docx", letter.getvalue())]
    found = attach_to_report(account=concern.account, token=uuid4(), uploads=files, by=user)
    assert len(found.kept) == 2, found.problems

work("f.siddiqi", attach)
work("d.oyebanji", lambda user: open_concern(concern=concern, by=user))
work("d.oyebanji", lambda user: add_note(concern=concern, token=uuid4(), text=short, by=user))

def file_order(user):
    import pikepdf
    from children.services.filing import attach_to_child
    from safeguarding.concerns.services.attaching import attach_to_action
    from safeguarding.concerns.services.deciding import add_action
    from safeguarding.uploads.services.keeping import Upload
    order, made = BytesIO(), pikepdf.new()
    made.add_blank_page()
    made.pages[0].Contents = made.make_stream(("% " + long).encode())
    made.save(order)
    uploads = [Upload(short[:11] + ".pdf", order.getvalue())]
    child = Child.objects.get(concern_roles__concern=concern)
    assert attach_to_child(child=child, token=uuid4(), uploads=uploads, what="order", by=user).kept
    due_on = timezone.localdate() + timedelta(days=3)
    action = add_action(concern=concern, token=uuid4(), text=short, owner=user, due_on=due_on, by=user)
    assert attach_to_action(action=action, token=uuid4(), uploads=uploads, by=user).kept
    return child.pk

def put(user):
    from datetime import date
    from PIL import Image
    from children.services.filing import Consent, put_photograph
    from safeguarding.uploads.services.keeping import Upload
    picture = BytesIO()
    Image.new("RGB", (400, 300), "navy").save(picture, "JPEG", comment=long.encode())
    child = Child.objects.get(pk=key)
    consent = Consent(by=short, what_for=long, on=date(2026, 9, 1), how="form")
    put_photograph(child=child, token=uuid4(), upload=Upload("a.jpg", picture.getvalue()), by=user, consent=consent)

key = work("d.oyebanji", file_order)
work("k.bromilow", put)
print("written")
"""


def unpacked(content: bytes) -> bytes:
    """What is in a file, with what it has packed: an archive, or the streams of a PDF."""
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as packed:
            return b"".join(packed.read(name) for name in packed.namelist())
    if content.startswith(b"%PDF"):
        out = BytesIO()
        with pikepdf.open(BytesIO(content)) as made:
            made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
        return out.getvalue()
    return content


def words_in(folder: Path, since: float = 0) -> set[str]:
    """Which of the four words stand in any file below a folder, what is packed in it too."""
    found: set[str] = set()
    for path, _, files in os.walk(folder.resolve()):
        for name in files:
            try:
                file = Path(path) / name
                if file.is_file() and file.stat().st_mtime >= since:
                    content = unpacked(file.read_bytes())
                    found |= {w for w in (SHORT, LONG, CONTROL_SHORT, CONTROL_LONG) if w.encode() in content}
            except OSError:
                continue
    return found


def in_redis(redis: Redis) -> str:
    """Everything that it holds."""
    read = {
        b"string": redis.get,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"hash": redis.hgetall,
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1),
    }
    return str([(key, read[redis.type(key)](key)) for key in redis.scan_iter()])


@pytest.mark.soak(part="data")
@pytest.mark.usefixtures("migrated")
def test_no_word_that_was_written_is_on_the_disk_and_without_the_root_key_nothing_starts(
    up: Up, var: Path, port: int
) -> None:
    begun = time.time() - 2
    first = up()
    words_until(first, "Ctrl-C stops it")
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--verbosity=0", "-c", SCRIPT]
    done = subprocess.run(command, env=environment(var), cwd=ROOT, capture_output=True, text=True)
    assert "written" in done.stdout, done.stderr
    # The same where nothing is sealed: in the database, in Redis, in the folder of files, in a log, in a temporary
    # file.
    with psycopg.connect(url(var, "OWNER_"), autocommit=True) as connection:
        connection.execute("CREATE TABLE twin (words text)")
        connection.execute("ALTER TABLE twin ALTER words SET STORAGE EXTERNAL")
        for word, times in ((CONTROL_SHORT, 15), (CONTROL_LONG, 1700)):
            connection.execute("INSERT INTO twin VALUES (%s)", [f"{word} " * times])
    dumped = subprocess.run(
        [binaries() / "pg_dump", url(var, "OWNER_")], capture_output=True, text=True, check=True
    ).stdout
    assert CONTROL_SHORT in dumped and CONTROL_LONG in dumped
    assert SHORT not in dumped and LONG not in dumped
    with Redis.from_url(environment(var)["REDIS_URL"].replace("redis+socket", "unix")) as redis:
        redis.set("twin", CONTROL_SHORT)
        queued = in_redis(redis)
    assert CONTROL_SHORT in queued and SHORT not in queued and LONG not in queued
    with ZipFile(var / "files" / "twin.docx", "w", ZIP_DEFLATED) as twin:
        twin.writestr("word/document.xml", f"{CONTROL_SHORT} " * 100)
    packed = pikepdf.new()
    packed.add_blank_page()
    packed.pages[0].Contents = packed.make_stream(f"% {CONTROL_LONG}\n".encode() * 50)
    packed.save(var / "files" / "twin.pdf", compress_streams=True)
    assert CONTROL_LONG.encode() not in (var / "files" / "twin.pdf").read_bytes()
    assert len(list((var / "files").glob("??/*"))) >= 3
    assert words_in(var / "files") == {CONTROL_SHORT, CONTROL_LONG}
    with tempfile.NamedTemporaryFile("w", prefix="harbour-control-") as control:
        control.write(CONTROL_SHORT)
        control.flush()
        os.killpg(first.pid, signal.SIGINT)
        said, _ = first.communicate(timeout=30)
        temporary = words_in(Path(tempfile.gettempdir()), since=begun)
    assert CONTROL_SHORT in temporary
    assert {SHORT, LONG} & (temporary | words_in(var) | words_in(var / "postgres")) == set()
    assert {CONTROL_SHORT, CONTROL_LONG} <= words_in(var / "postgres" / "data" / "base")
    assert {CONTROL_SHORT, CONTROL_LONG} <= words_in(var / "postgres" / "data" / "pg_wal")
    assert SHORT not in said and LONG not in said

    root = var / "keys" / "root.key"
    aside = root.rename(var / "keys" / "aside")
    kept = {path: path.read_bytes() for path in (var / "keys").iterdir()}
    without = up()
    said, _ = without.communicate(timeout=600)
    assert without.returncode == 1
    assert "key_shares restore" in said and "Nothing has been lost or changed" in said
    assert {path: path.read_bytes() for path in (var / "keys").iterdir()} == kept
    aside.rename(root)
    again = up()
    words_until(again, "Ctrl-C stops it")
    assert status(port) == 200
