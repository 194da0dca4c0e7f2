"""Is a word of a destroyed child anywhere on the disk of the database, in a dump or in what is left of the child, or
under a key of today?

Each word that no language has, in its place, has a plain twin, which the same look must find.
"""

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import psycopg
import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone

from children.models import Child
from retention.models import Brake, ClearedTable, DestructionList, Tombstone
from retention.services.clearing import clear
from retention.services.destroying import destroy_due
from retention.services.finishing import finish
from retention.services.lifting import ask_to_lift_brake, lift_brake
from retention.services.list_notices import close_lists
from safeguarding.audit.seals import services as seals
from safeguarding.concerns.models import Draft
from safeguarding.concerns.services.drafts import discard_draft, save_draft
from safeguarding.launch.postgres import binaries
from safeguarding.personal_data import own_models
from safeguarding.sealing import crypto, keyfiles, ledger, ring
from safeguarding.sealing import files as store
from safeguarding.sealing.exceptions import Destroyed
from safeguarding.sealing.models import SubjectKey
from safeguarding.sealing.services.rows import sealed_fields
from safeguarding.sealing.services.sweeping import end_spent_keys
from tests.integration.audit.seals.record import seal_all, verify
from tests.integration.retention.conftest import Office, days_ago
from tests.integration.retention.leaving import Kept, kept, signed_in_as
from tests.integration.sealing.conftest import files, installation  # noqa: F401  (fixtures)
from tests.pdfs import Printed
from tests.stores import use
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = re.compile(rb"zq[bcdfghjklmnprstvwx]{6}")
NAME, FORMER, NARRATIVE, ATTACHED, DRAFTED = "Zqbbbbbb", "Zqbbbbbc", "zqbbbbbd", "zqbbbbbf", "zqbbbbbg"
TWIN = "zqdddddd"
NAMED = {NAME.lower().encode(), FORMER.lower().encode()}
OF_THE_CHILD = {word.lower().encode() for word in (NAME, FORMER, NARRATIVE, ATTACHED, DRAFTED)}


@dataclass(frozen=True)
class Sealed:
    """A value as it lay in its row."""

    field: Any
    row: str
    value: bytes


@dataclass(frozen=True)
class Scene:
    """A child of whom every kind of word is kept, one who stays, and copies of before of all that was sealed."""

    gone: Kept
    stays: Kept
    sealed: list[Sealed]
    lay: bytes
    wraps: list[tuple[UUID, bytes, int]]
    draft: Draft
    home: Path


def words_in(content: bytes) -> set[bytes]:
    """The words of this test in a content, in lower case, however they are written."""
    return {*CANARY.findall(content.lower())}


def sealed_now() -> list[Sealed]:
    found = []
    for model in own_models():
        for field in sealed_fields(model):
            key = model._meta.pk.column  # type: ignore[union-attr]
            with connections["default"].cursor() as cursor:
                cursor.execute(f'SELECT "{key}", "{field.column}" FROM "{model._meta.db_table}"')  # noqa: S608
                found += [Sealed(field, str(row), bytes(value)) for row, value in cursor.fetchall() if value]
    return found


def opened(sealed: list[Sealed]) -> set[bytes]:
    """The words that the keys of today open."""
    ring.forget()
    found: set[bytes] = set()
    for one in sealed:
        key = ring.ring().key(crypto.record_in(one.value))
        if isinstance(key, ring.Key):
            found |= words_in(crypto.open_sealed(key.cipher, one.field.place(one.row), one.value))
    return found


def subject_keys() -> list[tuple[UUID, bytes, int]]:
    rows = SubjectKey.objects.exclude(wrapped=None).values_list("pk", "wrapped", "epoch_id")
    return [(key, bytes(wrapped), epoch) for key, wrapped, epoch in rows]


def unwrapped(wraps: list[tuple[UUID, bytes, int]]) -> set[UUID]:
    """Whose keys the file of epochs of today opens."""
    epochs, found = keyfiles.read_epochs(keyfiles.root()), set()
    for subject, wrapped, epoch in wraps:
        for key in epochs.values():
            try:
                crypto.unwrap(key, wrapped, crypto.of_subject(subject, epoch))
                found.add(subject)
            except crypto.DoesNotOpen:
                continue
    return found


def relations(connection: psycopg.Connection) -> dict[str, str]:
    """Where each table, index and store of long values lies: path to name."""
    rows = connection.execute(
        "SELECT pg_relation_filepath(c.oid), c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = "
        "c.relnamespace WHERE n.nspname IN ('public', 'pg_toast') AND c.relkind IN ('r', 'i', 't')"
    )
    return {path: name for path, name in rows.fetchall() if path}


def holding(scene: Scene, connection: psycopg.Connection, words: set[bytes]) -> set[str]:
    """The tables and indexes in whose files one of these words lies, after all of it is on the disk."""
    connection.execute("CHECKPOINT")
    data, named, found = scene.home / "data", relations(connection), set()
    for folder in {(data / path).parent for path in named}:
        for part in folder.iterdir():
            # What is long goes on in files with a number behind the name.
            name = named.get(str(folder.relative_to(data) / part.name.partition(".")[0]))
            if name and words & words_in(part.read_bytes()):
                found.add(name)
    return found


def nothing_runs_from_before(connection: psycopg.Connection, moment: datetime) -> bool:
    """Whether no transaction of a test beside this one, in whichever database, could still see what is deleted."""
    [[running]] = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname <> current_database() "
        "AND xact_start < %s",
        [moment],
    ).fetchall()
    return not running


def told_by_statistics(connection: psycopg.Connection) -> set[bytes]:
    rows = connection.execute("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats").fetchall()
    return words_in(str(rows).encode())


@pytest.fixture
def scene(
    place: Office,
    installation: Path,  # noqa: F811
    settings: Any,
    databases: Any,
    connect: Callable[[str], psycopg.Connection],
) -> Scene:
    use(settings, "FolderStore", location=installation / "store")
    settings.SEAL_KEY_PATH = installation / "seals" / "seal.key"
    settings.ROLE = "worker"
    seals.make_key()
    settings.ROLE = "owner"
    stays = kept(place, "Brook", f"{TWIN} stays", TWIN.encode())
    gone = kept(place, FORMER, f"{NARRATIVE} goes. " * 200, ATTACHED.encode())
    gone.child.surname = NAME
    gone.child.save()
    draft = save_draft(
        token=uuid4(),
        school_id=place.school.pk,
        content={"facts": [DRAFTED]},
        author_id=place.room.teacher.pk,
        at=days_ago(3),
    )
    assert draft is not None
    sealed, wraps = sealed_now(), subject_keys()
    lay = b"".join(store.as_it_lies(gone.file.stored))
    owner = connect("owner")
    for table in ("twin", "twin_deleted"):
        owner.execute(f"CREATE TABLE {table} (words text)".encode())
        owner.execute(f"INSERT INTO {table} VALUES (%s), (%s)".encode(), [TWIN, TWIN])  # noqa: S608
    owner.execute("ANALYZE")
    owner.execute("DELETE FROM twin_deleted")
    home = Path(parse_qs(urlsplit(databases.url("owner")).query)["host"][0]).parent
    return Scene(gone, stays, sealed, lay, wraps, draft, home)


def dumped(databases: Any) -> bytes:
    """A plain dump of the records."""
    command = [binaries() / "pg_dump", "--format=plain", databases.url("owner")]
    return subprocess.run(command, capture_output=True, check=True).stdout


def said_by(client: Client, place: Office, made: DestructionList, *names: str) -> str:
    """What these pages of a list say to the Headteacher."""
    said = ""
    for name in names:
        keys = [] if name == "destruction_register" else [made.pk]
        answer: Any = place.opens(client, place.room.headteacher, name, *keys)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        said += Printed(content).text if name.endswith("_paper") else content.decode()
    return said


@contextmanager
def later(days: int) -> Iterator[None]:
    """As time goes on, for Harbour and for the database. The record of events is sealed by the time of this machine."""
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        yield


def let_it_go_on(place: Office) -> None:
    """Nobody has sealed for so long that two people are asked which day it is."""
    brake, today = Brake.objects.get(), timezone.localdate()
    ask_to_lift_brake(brake=brake, by=place.room.lead, day=today)
    lift_brake(brake=brake, by=place.room.headteacher, day=today)


def destroy(scene: Scene, place: Office, client: Client) -> None:
    discard_draft(draft=scene.draft, by=place.room.teacher)
    with later(800):
        place.due(scene.gone.child)
        made = place.sent(scene.gone.child)
        assert NAME.lower().encode() in words_in(said_by(client, place, made, "destruction_list").encode())
        place.approve(made)
    with later(815):
        with signed_in_as("destroyer"):
            # Nobody has sent the draft: its key ends a day after.
            assert end_spent_keys(at=timezone.now()) >= 1
            assert destroy_due() == 0
        let_it_go_on(place)
        with signed_in_as("destroyer"):
            assert (destroy_due(), finish()) == (1, 1)
        assert close_lists() == 1
        proof = said_by(client, place, made, "destruction_certificate", "destruction_certificate_paper")
        assert proof.count(made.reference) >= 2
        proof += said_by(client, place, made, "destruction_register", "destruction_list")
        assert words_in(proof.encode()) == set()
    assert DestructionList.objects.get().status == "done" and not Child.objects.filter(pk=scene.gone.child.pk).exists()


def test_no_word_of_a_destroyed_child_is_left_and_the_record_of_events_is_whole(
    scene: Scene,
    place: Office,
    databases: Any,
    settings: Any,
    connect: Callable[[str], psycopg.Connection],
    client: Client,
) -> None:
    root, owner, twin = connect("postgres"), connect("owner"), {TWIN.encode()}
    # Before: all of it is there, where it is looked for.
    assert opened(scene.sealed) >= {NARRATIVE.encode(), DRAFTED.encode(), *twin}
    assert {"children_child", "audit_logentry", "twin", "twin_deleted"} <= holding(scene, root, NAMED | twin)
    older = dumped(databases)
    assert NAMED & told_by_statistics(root) and words_in(older) >= NAMED
    destroy(scene, place, client)
    assert {"children_child", "audit_logentry"} <= holding(scene, root, NAMED)  # deleted, and there
    with signed_in_as("destroyer"), owner.transaction():
        # In use: it is left for the next night.
        owner.execute("LOCK TABLE children_child IN ROW EXCLUSIVE MODE")
        assert clear() >= 2
    assert "children_child" in holding(scene, root, NAMED)
    assert not ClearedTable.objects.filter(label="children.child").exists()
    [[deleted]] = root.execute("SELECT now()").fetchall()
    until(lambda: nothing_runs_from_before(root, deleted), seconds=600)
    with signed_in_as("destroyer"):
        assert clear() >= 3
    assert {"children.child", "audit.logentry"} <= set(ClearedTable.objects.values_list("label", flat=True))

    # Nothing opens: not what was copied before and lies in the dump of then, with the keys of today; nor the keys of
    # then, with the epoch of today.
    assert all(one.value.hex().encode() in older for one in scene.sealed) and opened(scene.sealed) == twin
    assert unwrapped(scene.wraps) == set() and scene.stays.child.pk in unwrapped(subject_keys())
    store.put_back(scene.gone.file.stored, BytesIO(scene.lay))
    with pytest.raises(Destroyed):
        store.read(scene.gone.file.stored, record=scene.gone.concern.pk)
    assert b"".join(store.read(scene.stays.file.stored, record=scene.stays.concern.pk)) in twin
    # No name in any table or index, in what the planner knows, or in a dump; each of these looks finds the twin.
    assert holding(scene, root, OF_THE_CHILD) == set() and holding(scene, root, twin) == {"twin", "twin_deleted"}
    for found in (told_by_statistics(root), words_in(dumped(databases))):
        assert found & (OF_THE_CHILD | twin) == twin

    # What is left says nothing, and the record of events is whole.
    events = str(root.execute("SELECT audit_event::text FROM audit_event").fetchall())
    left = ledger.path().read_text() + str(list(Tombstone.objects.values()))
    assert words_in((left + events).encode()) == set()
    assert str(scene.gone.child.pk) in left and str(scene.gone.child.pk) in events
    settings.ROLE = "worker"
    seal_all()
    code, report = verify(settings.ANCHOR_FOLDER)
    assert (code, report["findings"]) == (0, [])
