"""Is what was destroyed told by a file that nobody without the root key can change, cut or reorder unnoticed?"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from safeguarding.keys import uuid7
from safeguarding.sealing import crypto, keyfiles, ledger
from safeguarding.sealing.exceptions import BackupProblem, LedgerProblem
from safeguarding.sealing.ledger import Entry
from safeguarding.sealing.services import replaying, rotating

RECORD = UUID("019a7b2e-0000-7000-8000-000000000001")


@pytest.fixture(autouse=True)
def _own(files: Path, settings: Any) -> None:
    settings.ANCHOR_FOLDER = files / "anchors"


def entry(record: UUID = RECORD) -> Entry:
    return Entry(
        school=uuid7(),
        item=uuid7(),
        kind="child_file",
        record=record,
        under="rule R02 version 3",
        records={"concerns.concern": [uuid7(), uuid7()]},
        manifest="ab" * 32,
        due_on="2024-03-01",
    )


def written(count: int) -> list[Entry]:
    made = [entry(uuid7()) for _ in range(count)]
    assert all(ledger.add(one) for one in made)
    return made


def said(found: list[Entry]) -> list[tuple[UUID, set[UUID], str]]:
    return [(one.item, one.keys(), one.due_on) for one in found]


def test_what_was_added_is_read_back_in_its_order_and_the_same_item_is_there_once():
    assert ledger.entries() == []
    made = written(3)
    assert ledger.add(made[1]) is False
    assert said(ledger.entries()) == said(made)
    assert ledger.path().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("spoil", ["forged", "missing", "reordered", "first missing", "added"])
def test_a_line_that_is_not_as_it_was_written_is_refused(spoil: str):
    written(4)
    lines = ledger.path().read_text().splitlines(keepends=True)
    if spoil == "forged":
        lines[2] = lines[2].replace("version 3", "version 4")
    elif spoil == "missing":
        del lines[2]
    elif spoil == "reordered":
        lines[2], lines[3] = lines[3], lines[2]
    elif spoil == "first missing":
        del lines[0]
    else:
        # By somebody who has another root key.
        lines.append(ledger._line(crypto.new_key(), ledger._said(entry(), 5), ledger._last(lines[-1])))
    ledger.path().write_text("".join(lines))
    with pytest.raises(LedgerProblem, match=r"Line \d|another root key"):
        ledger.entries()
    before = ledger.path().read_text()
    with pytest.raises(LedgerProblem):
        ledger.add(entry())
    assert ledger.path().read_text() == before


def test_a_line_that_a_power_cut_left_half_written_is_cut_off_and_a_whole_one_is_not():
    made = written(2)
    text = ledger.path().read_text()
    for length in (1, 40, len(text.splitlines()[-1]) - 1):
        ledger.path().write_text(text + text.splitlines()[-1][:length])
        assert said(ledger.entries()) == said(made)
        third = entry(uuid7())
        assert ledger.add(third)
        assert said(ledger.entries()) == said([*made, third])
        ledger.path().write_text(text)
    # It lacks nothing but its end.
    ledger.path().write_text(text.rstrip("\n"))
    assert ledger.add(made[1]) is False
    assert said(ledger.entries()) == said(made)


def test_a_line_is_on_the_disk_before_anybody_goes_on(monkeypatch: pytest.MonkeyPatch):
    written(1)
    synced: list[str] = []
    real = os.fsync

    def fsync(held: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{held}").readlink()))
        real(held)

    monkeypatch.setattr(os, "fsync", fsync)
    ledger.add(entry())
    assert synced == [str(ledger.path()), str(ledger.path().parent)]


def test_destroyers_that_write_at_once_write_one_after_the_other():
    made = [entry(uuid7()) for _ in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ledger.add, [*made, *made])).count(True) == 40
    assert {one.item for one in ledger.entries()} == {one.item for one in made}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stops_at", ["", "before", "after"])
def test_a_new_root_key_renews_every_line_wherever_it_stops(stops_at: str, monkeypatch: pytest.MonkeyPatch):
    made = written(3)
    real = keyfiles.write_root

    def stop(key: bytes) -> None:
        if stops_at == "after":
            real(key)
        raise KeyboardInterrupt

    if stops_at:
        with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
            broken.setattr(keyfiles, "write_root", stop)
            rotating.new_root()
    else:
        rotating.new_root()
    assert said(ledger.entries()) == said(made)
    rotating.finish()
    assert said(ledger.entries()) == said(made)
    assert sorted(file.name for file in ledger.path().parent.iterdir()) == [ledger.NAME, f"{ledger.NAME}.lock"]
    assert ledger.add(entry())


def test_the_longest_ledger_counts_and_none_is_refused(tmp_path: Path):
    records, keys = tmp_path / "a" / "harbour-1.records", tmp_path / "b" / "harbour-1.keys"
    with pytest.raises(BackupProblem, match="There is no ledger"):
        replaying.ensure_ledger(records, keys)
    ledger.copy_to(records.with_suffix(".ledger"))
    assert replaying.ensure_ledger(records, keys) == []
    made = written(2)
    ledger.copy_to(keys.with_suffix(".ledger"))
    made += written(1)
    ledger.copy_to(keys.with_name("harbour-2.ledger"))
    ledger.path().unlink()
    assert said(replaying.ensure_ledger(records, keys)) == said(made)
    # Of a former root key: no ledger of ours, however long.
    keyfiles.write_root(crypto.new_key())
    with pytest.raises(BackupProblem, match="There is no ledger"):
        replaying.ensure_ledger(records, keys)
