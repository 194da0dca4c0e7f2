"""Is every way of doctoring the record found? By `verify_audit` with an anchor, and by the outsider's verifier on an
export.

Who tampers here can do anything to the database: it is the superuser, with the triggers taken off. In each test the
record is found whole first; then one thing is done to it. What is done to the tables alone is put back, and the next
thing is done to the same record.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest

from safeguarding.audit.models import Leaf, Verb
from safeguarding.audit.seals import keyfile, services
from safeguarding.audit.seals.findings import SENTENCES, Kind
from safeguarding.audit.seals.keyfile import KeyFile
from safeguarding.audit.seals.merkle import Frontier
from safeguarding.audit.seals.notes import Checkpoint, SignedNote, Signer
from safeguarding.audit.services import record
from tests.integration.audit.seals.record import export, kinds, seal_all, verify, verify_alone

Connect = Callable[[str], psycopg.Connection]
SOME = "id = (SELECT event_id FROM audit_leaf WHERE index = 15)"

# What is done, and what must be found (among other things).
COLUMNS = {
    "id": f"'{uuid4()}'",
    "at": "at + interval '1 second'",
    "actor_id": f"'{uuid4()}'",
    "acting_role": "'lead'",
    "school_id": f"'{uuid4()}'",
    "verb": "'list'",
    "object_type": "'children.childs'",
    "object_id": f"'{uuid4()}'",
    "count": "coalesce(count, 0) + 1",
    "purpose": "''",
    "shown": "'concerns.concern 1 concern'",
    "outcome": "'refused'",
    "request_id": f"'{uuid4()}'",
    "source_address": "'10.0.0.7'",
    "transaction_id": "'5'",
}
STATEMENTS: dict[str, tuple[str, str]] = {
    **{
        f"event's {column} changed": (
            f"UPDATE audit_event SET {column} = {value} WHERE {SOME}",
            "event_missing" if column == "id" else "event_changed",
        )
        for column, value in COLUMNS.items()
    },
    "event moved to before our time": (
        f"UPDATE audit_event SET at = at - interval '4000 years' WHERE {SOME}",
        "event_changed",
    ),
    "event moved to never": (f"UPDATE audit_event SET at = 'infinity' WHERE {SOME}", "event_changed"),
    "event removed": (f"DELETE FROM audit_event WHERE {SOME}", "event_missing"),
    "event removed with its number": (
        f"DELETE FROM audit_event WHERE {SOME}; DELETE FROM audit_leaf WHERE index = 15",
        "numbers",
    ),
    "event removed and the others numbered anew": (
        f"DELETE FROM audit_event WHERE {SOME}; DELETE FROM audit_leaf WHERE index = 15;"
        "UPDATE audit_leaf SET index = index + 1000 WHERE index > 15;"
        "UPDATE audit_leaf SET index = index - 1001 WHERE index > 1000",
        "short_of_seals",
    ),
    "all events removed": ("DELETE FROM audit_event", "event_missing"),
    "everything removed": (
        "DELETE FROM audit_event; DELETE FROM audit_leaf; DELETE FROM audit_checkpoint",
        "anchor_ahead",
    ),
    "number removed": ("DELETE FROM audit_leaf WHERE index = 15", "numbers"),
    "numbers shifted": ("UPDATE audit_leaf SET index = index + 1000", "numbers"),
    "two events change places": (
        "UPDATE audit_leaf SET index = CASE index WHEN 14 THEN -15 ELSE -14 END WHERE index IN (14, 15);"
        "UPDATE audit_leaf SET index = -index WHERE index < 0",
        "seal_root",
    ),
    "two events exchange what they say": (
        "UPDATE audit_event e SET count = o.count FROM audit_event o, audit_leaf a, audit_leaf b WHERE "
        "a.index IN (14, 15) "
        "AND b.index = 29 - a.index AND e.id = a.event_id AND o.id = b.event_id",
        "event_changed",
    ),
    "a leaf's hash changed": ("UPDATE audit_leaf SET hash = sha256(hash) WHERE index = 15", "event_changed"),
    "a leaf's hash emptied": ("UPDATE audit_leaf SET hash = '' WHERE index = 15", "event_changed"),
    "a leaf points to another event": (
        f"UPDATE audit_leaf SET event_id = '{uuid4()}' WHERE index = 15",
        "event_missing",
    ),
    "one leaf twice, for another": (
        "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_event_id_key;"
        "UPDATE audit_leaf SET (event_id, hash) = (SELECT event_id, hash FROM audit_leaf WHERE index = 14) "
        "WHERE index = 15",
        "seal_root",
    ),
    "one leaf twice, at the end": (
        "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_event_id_key;"
        "INSERT INTO audit_leaf SELECT (SELECT max(index) + 1 FROM audit_leaf), event_id, hash FROM "
        "audit_leaf WHERE index = 3",
        "beyond_seals",
    ),
    "newest events removed, seals left": (
        "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_leaf WHERE index > 15);"
        "DELETE FROM audit_leaf WHERE index > 15",
        "short_of_seals",
    ),
    "newest seals removed, events left": (
        "DELETE FROM audit_checkpoint WHERE size > (SELECT min(size) FROM audit_checkpoint)",
        "beyond_seals",
    ),
    "newest events removed with their seals": (
        "DELETE FROM audit_checkpoint WHERE size > (SELECT min(size) FROM audit_checkpoint);"
        "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_leaf) AND id NOT IN "
        "(SELECT event_id FROM audit_leaf WHERE index < (SELECT max(size) FROM audit_checkpoint));"
        "DELETE FROM audit_leaf WHERE index >= (SELECT max(size) FROM audit_checkpoint)",
        "anchor_ahead",
    ),
    "a seal in the middle removed": ("DELETE FROM audit_checkpoint WHERE number = 2", "seal_numbers"),
    "a seal in the middle removed, the others numbered anew": (
        "DELETE FROM audit_checkpoint WHERE number = 2; UPDATE audit_checkpoint SET number = number - 1 "
        "WHERE number > 2",
        "seal_stored",
    ),
    "the first seal removed": ("DELETE FROM audit_checkpoint WHERE number = 1", "seal_numbers"),
    "a seal's number changed": ("UPDATE audit_checkpoint SET number = 200 WHERE number = 2", "seal_numbers"),
    "a seal's size changed": ("UPDATE audit_checkpoint SET size = size + 1 WHERE number = 2", "seal_stored"),
    "a seal's time changed": ("UPDATE audit_checkpoint SET at = at - interval '1 day' WHERE number = 2", "seal_stored"),
    "a seal's frontier changed": (
        "UPDATE audit_checkpoint SET frontier = frontier || frontier WHERE number = 2",
        "seal_stored",
    ),
    "a seal's text changed": (
        "UPDATE audit_checkpoint SET note = replace(note, 'settled', 'cut') WHERE number = 2",
        "seal_signature",
    ),
    "a seal's text emptied": ("UPDATE audit_checkpoint SET note = '' WHERE number = 2", "seal_unreadable"),
    "a seal's time in its text changed": (
        "UPDATE audit_checkpoint SET note = replace(note, 'at 2', 'at 3') WHERE number = 2",
        "seal_signature",
    ),
    "an event slipped in, dated back": (
        "INSERT INTO audit_event (id, at, verb, object_type, acting_role, purpose, shown, outcome) "
        f"VALUES ('{uuid4()}', now() - interval '2 days', 'view', '', '', '', '', 'done')",
        "event_unsealed",
    ),
    "an event slipped in, of a transaction that never was": (
        "INSERT INTO audit_event (id, at, verb, object_type, acting_role, purpose, shown, outcome, transaction_id) "
        f"VALUES ('{uuid4()}', now() - interval '2 days', 'view', '', '', '', '', 'done', '999999999999')",
        "event_unsealed",
    ),
}


def tamper(connection: psycopg.Connection, statements: str) -> None:
    """As whoever owns the server: no trigger and no privilege is in the way."""
    for table in ("audit_event", "audit_leaf", "audit_checkpoint"):
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only".encode())
    for statement in statements.split(";"):
        done = connection.execute(statement.encode())
        assert done.rowcount != 0, statement


def ensure_whole(places: SimpleNamespace) -> list[str]:
    """The untampered twin, for both verifiers. Returns the public keys that an auditor was given before."""
    keys = [str(key) for key in keyfile.read().public]
    assert verify(places.anchors)[0] == 0
    assert verify_alone(export(places.tmp / "before.jsonl"), places.anchors, keys=keys)[0] == 0
    return keys


def ensure_found(places: SimpleNamespace, found: str, keys: list[str], kept: Path | None = None) -> None:
    """`kept`: where the anchors are; those of the folder unless given."""
    code, report = verify(kept or places.anchors, keys=keys)
    assert (code, found in kinds(report)) == (1, True), report
    code, alone = verify_alone(export(places.tmp / "after.jsonl"), kept or places.anchors, keys=keys)
    assert (code, kinds(alone)) == (1, kinds(report)), alone
    assert all(finding["sentence"] and finding["where"] for finding in report["findings"])


def forget_anchors(places: SimpleNamespace, connection: psycopg.Connection) -> Path:
    """As who owns the whole server: no anchor in its folder, and nothing that says there was one.

    Returns a copy kept elsewhere.
    """
    connection.execute("UPDATE audit_sealstate SET anchored_number = 0, anchored_at = NULL, anchor_place = ''")
    return Path(shutil.move(places.anchors, places.tmp / "kept elsewhere"))


@contextmanager
def put_back(connection: psycopg.Connection) -> Iterator[None]:
    """What is done to the rows inside is undone afterwards."""
    tables = ("audit_event", "audit_leaf", "audit_checkpoint")
    for table in tables:
        connection.execute(f"CREATE TABLE kept_{table} AS TABLE {table}".encode())
    yield
    connection.execute("ALTER TABLE audit_leaf DROP CONSTRAINT IF EXISTS audit_leaf_event_id_key")
    for table in tables:
        connection.execute(f"DELETE FROM {table}; INSERT INTO {table} TABLE kept_{table}".encode())
        connection.execute(f"DROP TABLE kept_{table}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only".encode())
    connection.execute("ALTER TABLE audit_leaf ADD CONSTRAINT audit_leaf_event_id_key UNIQUE (event_id)")


def test_what_is_done_to_the_tables_is_found(
    whole: SimpleNamespace, connect: Connect, subtests: pytest.Subtests
) -> None:
    keys, forger = ensure_whole(whole), connect("postgres")
    for done, (statements, found) in STATEMENTS.items():
        with subtests.test(done), put_back(forger):
            assert verify(whole.anchors, keys=keys)[0] == 0
            tamper(forger, statements)
            ensure_found(whole, found, keys)
            (whole.tmp / "after.jsonl").unlink()


def seal_again(connection: psycopg.Connection, signer: Signer, *, hashes: bool = False) -> None:
    """What a forger does who has thought of everything but our key: every leaf, every root and every signature made
    anew.
    """
    from safeguarding.audit.seals.canonical import canonical
    from safeguarding.audit.seals.merkle import leaf_hash
    from safeguarding.audit.seals.rows import leaves

    made = {leaf.index: leaf_hash(canonical(leaf.event or {})) if hashes else leaf.hash for leaf in leaves()}
    for index, one in made.items():
        connection.execute("UPDATE audit_leaf SET hash = %s WHERE index = %s", [one, index])
    tree, rows = Frontier(), connection.execute("SELECT number, note FROM audit_checkpoint ORDER BY number").fetchall()
    for number, note in rows:
        said = Checkpoint.parse(SignedNote.parse(note).body)
        while tree.size < said.size:
            tree.append(made[tree.size])
        again = Checkpoint(
            signer.public.name, tree.size, tree.root(), number, said.at, said.settled_before, said.is_complete
        )
        connection.execute(
            "UPDATE audit_checkpoint SET note = %s, frontier = %s WHERE number = %s",
            [signer.sign(again), tree.to_bytes(), number],
        )


def test_an_event_changed_with_its_hash_and_every_seal_signed_anew_by_another_key(
    whole: SimpleNamespace, connect: Connect
) -> None:
    keys, forger = ensure_whole(whole), connect("postgres")
    tamper(forger, f"UPDATE audit_event SET verb = 'list' WHERE {SOME}")
    seal_again(forger, Signer.make(keyfile.read().signer.public.name), hashes=True)
    ensure_found(whole, "seal_signature", keys)


def test_every_seal_signed_anew_for_another_origin(whole: SimpleNamespace, connect: Connect) -> None:
    keys, forger = ensure_whole(whole), connect("postgres")
    tamper(forger, "UPDATE audit_checkpoint SET size = size")
    other = Signer.make("harbour/0000000000000000")
    seal_again(forger, other)
    ensure_found(whole, "seal_signature", keys)
    # And where the other key is believed, the anchors tell.
    code, report = verify(whole.anchors, keys=[*keys, str(other.public)])
    assert code == 1
    assert {"anchor_differs", "anchor_origin"} <= kinds(report)


def test_the_key_file_replaced_and_every_seal_signed_anew(whole: SimpleNamespace, connect: Connect) -> None:
    """Who owns the whole server passes for whole with what is on it.

    What was kept elsewhere tells: one anchor, or the key.
    """
    keys, forger = ensure_whole(whole), connect("postgres")
    kept = forget_anchors(whole, forger)
    new = Signer.make(keyfile.read().signer.public.name)
    tamper(forger, f"UPDATE audit_event SET verb = 'list' WHERE {SOME}")
    seal_again(forger, new, hashes=True)
    keyfile.write_draft(KeyFile(new, ())).replace(whole.key)
    assert verify()[0] == 0
    code, report = verify(kept)
    assert code == 1
    assert {"anchor_differs", "anchor_signature", "anchor_root"} <= kinds(report)
    ensure_found(whole, "seal_signature", keys, kept)


def test_seals_signed_with_the_stolen_key_still_contradict_the_anchors(
    whole: SimpleNamespace, connect: Connect
) -> None:
    keys, forger = ensure_whole(whole), connect("postgres")
    tamper(forger, f"UPDATE audit_event SET verb = 'list' WHERE {SOME}")
    seal_again(forger, keyfile.read().signer, hashes=True)
    assert verify()[0] == 1, "the anchors of the folder are read without being asked for"
    kept = forget_anchors(whole, forger)
    assert verify()[0] == 0
    ensure_found(whole, "anchor_root", keys, kept)


def sign_one_more(connection: psycopg.Connection, signer: Signer, *, size: int) -> None:
    """A seal after the newest, over the first `size` events, with everything in it right but its place."""
    from safeguarding.audit.seals.rows import leaves

    tree = Frontier()
    for leaf, _ in zip(leaves(), range(size), strict=False):
        tree.append(leaf.hash)
    number, before = connection.execute("SELECT max(number), max(at) FROM audit_checkpoint").fetchone() or (0, None)
    said = Checkpoint(signer.public.name, size, tree.root(), number + 1, before, 1)
    connection.execute(
        "INSERT INTO audit_checkpoint (number, size, at, note, frontier) VALUES (%s, %s, %s, %s, %s)",
        [said.number, size, said.at, signer.sign(said), tree.to_bytes()],
    )


def test_a_seal_over_fewer_events_than_the_one_before(whole: SimpleNamespace, connect: Connect) -> None:
    """With the stolen key: the end of the record is to look as if it had never been."""
    keys = ensure_whole(whole)
    sign_one_more(connect("postgres"), keyfile.read().signer, size=12)
    ensure_found(whole, "seal_order", keys)


def test_a_seal_of_another_record_whose_key_is_believed_as_well(whole: SimpleNamespace, connect: Connect) -> None:
    keys, other = ensure_whole(whole), Signer.make("harbour/0000000000000000")
    sign_one_more(connect("postgres"), other, size=Leaf.objects.count())
    ensure_found(whole, "seal_origin", [*keys, str(other.public)])


def test_an_older_backup_put_back(whole: SimpleNamespace, connect: Connect) -> None:
    """And work that goes on afterwards does not cover it up."""
    keys, forger = ensure_whole(whole), connect("postgres")
    tamper(forger, STATEMENTS["newest events removed with their seals"][0])
    ensure_found(whole, "anchor_ahead", keys)
    before = (whole.anchors / "kept.anchors").write_bytes(b"".join(f.read_bytes() for f in whole.anchors.glob("2*")))
    assert before
    for _ in range(30):
        record(Verb.VIEW, object_type="children.child", object_id=uuid4())
    seal_all()
    (whole.tmp / "after.jsonl").unlink()
    ensure_found(whole, "anchor_differs", keys)


def test_an_event_slipped_in_and_sealed_afterwards(whole: SimpleNamespace, connect: Connect) -> None:
    keys = ensure_whole(whole)
    tamper(connect("postgres"), STATEMENTS["an event slipped in, dated back"][0])
    seal_all()
    ensure_found(whole, "event_backdated", keys)


def test_an_event_dated_forward_and_sealed(whole: SimpleNamespace, connect: Connect) -> None:
    keys = ensure_whole(whole)
    tamper(connect("postgres"), STATEMENTS["an event slipped in, dated back"][0].replace("- interval", "+ interval"))
    seal_all()
    ensure_found(whole, "event_after_seal", keys)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda text: text.replace("\ncheckpoint 2\n", "\ncheckpoint 9\n"), "anchor_signature"),
        (lambda text: text.replace("settled", "cut", 1), "anchor_signature"),
        (lambda text: text.replace("harbour/", "other/"), "anchor_origin"),
        (lambda text: text[: text.rindex("\n\n")], "anchor_unreadable"),
        (lambda text: text[:-12] + "\n", "anchor_unreadable"),
        (lambda text: text.replace("checkpoint 1\n", "checkpoint\n"), "anchor_unreadable"),
    ],
)
def test_an_anchor_that_was_changed(change: Callable[[str], str], found: str, whole: SimpleNamespace) -> None:
    keys = ensure_whole(whole)
    (file,) = whole.anchors.iterdir()
    text = file.read_text()
    file.write_text(change(text))
    assert file.read_text() != text
    ensure_found(whole, found, keys)


def test_an_anchor_forged_and_one_of_another_installation(whole: SimpleNamespace) -> None:
    keys = ensure_whole(whole)
    (file,) = whole.anchors.iterdir()
    kept = file.read_text()
    note = kept.split("\n\n— ")[0].split("\n\n")[-1].strip() + "\n"
    said = Checkpoint.parse(note)
    for origin, found in ((said.origin, "anchor_signature"), ("harbour/0a1b2c3d", "anchor_origin")):
        file.write_text(kept)
        forged = Signer.make(origin).sign(
            Checkpoint(origin, said.size, said.root, said.number, said.at, said.settled_before)
        )
        file.write_text(forged)
        (whole.tmp / "after.jsonl").unlink(missing_ok=True)
        ensure_found(whole, found, keys)


@pytest.mark.parametrize("lost", ["end", "middle", "tail", "word"])
def test_an_export_that_is_not_whole(lost: str, whole: SimpleNamespace) -> None:
    keys = ensure_whole(whole)
    file = whole.tmp / "before.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    cut = {"end": lines[:-1], "middle": [*lines[:9], *lines[10:]], "tail": [*lines[:-3], lines[-1]]}.get(lost)
    file.write_text("".join(cut) if cut else "".join(lines).replace('"verb":"view"', '"verb":"list"', 1))
    code, report = verify_alone(file, whole.anchors, keys=keys)
    assert (code, {"word": "event_changed"}.get(lost, "export_cut") in kinds(report)) == (1, True), report


def test_every_kind_of_finding_is_found_by_a_test_here() -> None:
    """So that none can be taken out of the verifiers unnoticed."""
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [kind.value for kind in Kind if f'"{kind.value}"' not in tests] == []
    assert set(SENTENCES) == set(Kind)


def test_verify_audit_without_an_anchor_does_not_call_an_emptied_record_whole(
    whole: SimpleNamespace, connect: Connect
) -> None:
    ensure_whole(whole)
    assert verify()[0] == 0
    forger = connect("postgres")
    tamper(forger, "DELETE FROM audit_event; DELETE FROM audit_leaf; DELETE FROM audit_checkpoint")
    code, report = verify()
    assert (code, kinds(report)) == (1, {"anchor_ahead", "record_empty"})
    # Its folder emptied as well: the database still says that there were anchors.
    kept = Path(shutil.move(whole.anchors, whole.tmp / "kept elsewhere"))
    code, report = verify()
    assert (code, kinds(report)) == (1, {"record_empty"})
    assert "none is there" in report["not_checked"][0]
    # And with that gone too, nothing at all is still not whole: here and in the file that an auditor is given.
    forger.execute("DELETE FROM audit_sealstate")
    assert (verify()[0], kinds(verify()[1])) == (1, {"record_empty"})
    code, alone = verify_alone(export(whole.tmp / "empty.jsonl"))
    # The export itself is an event by now, and is not in it.
    assert (code, kinds(alone)) == (1, {"record_empty"})
    assert kinds(verify(kept)[1]) == {"anchor_ahead"}


def test_events_that_nothing_has_sealed_yet_are_not_checked(
    transactional_db: None, places: SimpleNamespace, connect: Connect
) -> None:
    # The lists that came with the tables are events as old as the tables: too old to be unsealed.
    forger = connect("postgres")
    forger.execute("ALTER TABLE audit_event DISABLE TRIGGER append_only")
    forger.execute("DELETE FROM audit_event")
    forger.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER append_only")
    services.make_key()
    code, report = verify()
    assert (code, report["findings"]) == (2, [])
    assert "Nothing is sealed yet" in report["not_checked"][0]
    seal_all()
    assert verify()[0] == 0


def test_anchors_that_were_written_and_are_gone_are_missed(whole: SimpleNamespace) -> None:
    (file,) = whole.anchors.iterdir()
    text = file.read_text()
    last = text.rindex("\n\nharbour/")
    for left, said in ((text[:last], "only those up to"), (None, "none is there")):
        file.unlink() if left is None else file.write_text(left)
        code, report = verify()
        assert (code, report["findings"]) == (2, [])
        assert said in report["not_checked"][0]
    # Beside it: with another copy it is looked at, and said all the same.
    copy = whole.tmp / "copy.txt"
    copy.write_text(text)
    code, report = verify(copy)
    assert code == 0
    assert "none is there" in report["notes"][0]
    services.keep_anchors()
    assert verify()[0] == 0, "the folder is filled again"
