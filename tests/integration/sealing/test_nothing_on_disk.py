"""Is a word from any narrative anywhere on the disk of the database? In its pages, its log, a dump of it, or a
temporary file.

Every field that `PersonalData` calls a narrative holds a word that no language has. Each place is proved by the same
words in a table that nobody sealed, short and long, which must be found there.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import time_machine
from psycopg import sql

from safeguarding.launch.postgres import binaries
from safeguarding.personal_data import declared, own_models
from safeguarding.sealing import ring
from safeguarding.sealing.services.checking import check_keys
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.subjects import Subject
from tests.matrix import world as worlds
from tests.matrix.canaries import DERIVED

CANARY = re.compile(rb"zq[bcdfghjklmnprstvwx]{6}")


@pytest.fixture
def world(transactional_db: None) -> Iterator[worlds.World]:
    with time_machine.travel(worlds.NOW, tick=False):
        yield worlds.make()


def narratives() -> dict[tuple[str, str], set[bytes]]:
    """The words that each narrative field holds, opened."""
    ring.forget()
    found: dict[tuple[str, str], set[bytes]] = {}
    for model in own_models():
        mine = declared(model)
        for name in mine.narrative if mine else ():
            words = str([getattr(row, name) for row in model._base_manager.all()]).lower().encode()
            found[model._meta.label_lower, name] = set(CANARY.findall(words))
    return found


def plain_words() -> set[bytes]:
    """The words of fields that stay plain, such as names."""
    found: set[bytes] = set()
    for model in own_models():
        mine = declared(model)
        for name in mine.identifying if mine else ():
            found |= set(CANARY.findall(str(list(model._base_manager.values_list(name, flat=True))).lower().encode()))
    return found


def on_disk(folder: Path) -> set[bytes]:
    """Every such word in any file below a folder."""
    found: set[bytes] = set()
    for path, _, files in os.walk(folder):
        for name in files:
            try:
                content = (Path(path) / name).read_bytes()
            except OSError:
                continue  # a file that the server has just let go of
            found |= {word.lower() for word in re.findall(rb"(?i)zq[bcdfghjklmnprstvwx]{6}", content)}
    return found


def dump(url: str) -> bytes:
    """A plain dump, as a backup would be."""
    return subprocess.run([binaries() / "pg_dump", "--format=plain", url], capture_output=True, check=True).stdout


def test_no_word_of_any_narrative_is_on_disk_and_none_of_a_destroyed_child_opens(world, databases, connect):
    """In one test, because it takes most of a minute to make a world with every record in it."""
    _no_word_is_on_disk(databases, connect)
    _nothing_opens_of_a_destroyed_child(world, databases)


def _no_word_is_on_disk(databases, connect):
    """The same word, unsealed, is found in each place."""
    held = narratives()
    assert [field for field, words in held.items() if not words and field not in DERIVED] == []
    secret = set().union(*held.values()) - plain_words()
    assert len(secret) > len(held)
    short, long = b"zqbbbbbx", b"zqbbbbbw"
    owner, root = connect("owner"), connect("postgres")
    owner.execute("CREATE TABLE twin (words text)")
    owner.execute("ALTER TABLE twin ALTER words SET STORAGE EXTERNAL")
    for word, times in ((short, 25), (long, 2500)):
        owner.execute("INSERT INTO twin VALUES (%s)", [" ".join([word.decode()] * times)[: 8 * times]])
    home = Path(parse_qs(urlsplit(databases.url("owner")).query)["host"][0]).parent
    # Before the checkpoint, after which the server may write over it.
    log = on_disk(home / "data" / "pg_wal")
    # What a session spills of its own.
    owner.execute("SET work_mem = '64kB'")
    with owner.transaction():
        owner.execute("CREATE TEMP TABLE spilled AS SELECT words FROM twin")
        root.execute("CHECKPOINT")
        assert (home / "data" / "PG_VERSION").exists()
        places = {
            "pages": on_disk(home / "data" / "base"),
            "log of the database": log | on_disk(home / "data" / "pg_wal"),
            "all of it": on_disk(home),
            "a dump": {word.lower() for word in CANARY.findall(dump(databases.url("owner")).lower())},
        }
    for place, words in places.items():
        assert {short, long} <= words, f"{place} was not looked at"
        assert secret & words == set(), f"{place} holds what is written"


def _nothing_opens_of_a_destroyed_child(world, databases):
    """From a copy of both databases, with the keys of now."""
    child = world.children["own"]
    # As every night: of a link that was taken back no key is left.
    check_keys(at=worlds.NOW)
    before = narratives()
    assert destroy_key(subject=Subject.child(child.pk), under="rule 7") >= 2
    after = narratives()
    gone = {field: words - after[field] for field, words in before.items() if words - after[field]}
    assert ("concerns.account", "facts") in gone and ("children.childdetail", "medical") in gone
    with psycopg.connect(databases.keys_url("owner")) as keys:
        wraps = keys.execute(sql.SQL("SELECT count(*) FROM sealing_wrap WHERE subject_id = %s"), [child.pk]).fetchone()
    assert wraps == (0,)
    # The other children's concerns are as they were.
    assert {field: words & before[field] for field, words in after.items()} == after
