"""Is a word from any narrative anywhere on the disk of the database? In its pages, its log, a dump of it, or a
temporary file.

Every field that `PersonalData` calls a narrative holds a word that no language has. Each place is proved by the same
words in a table that nobody sealed, short and long, which must be found there.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from psycopg import sql

from safeguarding.launch.postgres import binaries
from safeguarding.personal_data import declared, own_models
from safeguarding.sealing import ring
from safeguarding.sealing.models import Wrap
from safeguarding.sealing.services.checking import check_keys
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.subjects import Subject
from tests.matrix import world as worlds
from tests.matrix.canaries import DERIVED
from tests.postgres import KEYS, Databases

pytestmark = pytest.mark.django_db
CANARY = re.compile(rb"zq[bcdfghjklmnprstvwx]{6}")


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


@contextmanager
def twin(databases: Databases, words: list[bytes]) -> Iterator[psycopg.Connection]:
    """A table with the same words that nobody sealed, short and long: the owner's connection to it."""
    with psycopg.connect(databases.url("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE twin (words text)")
        try:
            owner.execute("ALTER TABLE twin ALTER words SET STORAGE EXTERNAL")
            for word, times in zip(words, (25, 2500), strict=True):
                owner.execute("INSERT INTO twin VALUES (%s)", [" ".join([word.decode()] * times)])
            yield owner
        finally:
            owner.execute("DROP TABLE twin")


def log_the_world(databases: Databases) -> None:
    """Every page of both databases goes through the log of the server once more.

    Another process may have made the world, or long ago, and the log of that day is written over.
    """
    with psycopg.connect(databases.named("postgres").url("owner"), autocommit=True) as server:
        for which in ("", KEYS):
            copy, made = (sql.Identifier(f"{name}{which}") for name in (f"{databases.name}_logged", "snapshot_matrix"))
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(copy, made))
            server.execute(sql.SQL("DROP DATABASE {}").format(copy))


def test_no_word_of_any_narrative_is_on_disk(world: worlds.World, databases: Databases) -> None:
    """The same word, unsealed, is found in each place."""
    held = narratives()
    assert [field for field, words in held.items() if not words and field not in DERIVED] == []
    plain = plain_words()
    secret = set().union(*held.values()) - plain
    assert len(secret) > len(held)
    words = [b"zqbbbbbx", b"zqbbbbbw"]
    home = Path(parse_qs(urlsplit(databases.url("owner")).query)["host"][0]).parent
    assert (home / "data" / "PG_VERSION").exists()
    with twin(databases, words) as owner, psycopg.connect(databases.url("postgres"), autocommit=True) as root:
        log_the_world(databases)
        # Before the next checkpoint, after which the server may write over it.
        log = on_disk(home / "data" / "pg_wal")
        # What a session spills of its own.
        owner.execute("SET work_mem = '64kB'")
        with owner.transaction():
            owner.execute("CREATE TEMP TABLE spilled AS SELECT words FROM twin")
            root.execute("CHECKPOINT")
            places = {
                "pages": on_disk(home / "data" / "base"),
                "log of the database": log | on_disk(home / "data" / "pg_wal"),
                "all of it": on_disk(home),
                "a dump": {word.lower() for word in CANARY.findall(dump(databases.url("owner")).lower())},
            }
    for place, found in places.items():
        assert {*words} <= found, f"{place} was not looked at"
        assert plain & found, f"{place} has nothing of the world"
        assert secret & found == set(), f"{place} holds what is written"


def test_nothing_opens_of_a_child_whose_key_was_destroyed(world: worlds.World) -> None:
    """From a copy of both databases, with the keys of now."""
    child = world.children["own"]
    # As every night: of a link that was taken back no key is left.
    check_keys(at=worlds.NOW)
    before = narratives()
    assert destroy_key(subject=Subject.child(child.pk), under="rule 7") >= 2
    after = narratives()
    gone = {field: words - after[field] for field, words in before.items() if words - after[field]}
    assert ("concerns.account", "facts") in gone and ("children.healthnote", "words") in gone
    assert not Wrap.objects.filter(subject_id=child.pk).exists()
    # The other children's concerns are as they were.
    assert {field: words & before[field] for field, words in after.items()} == after
