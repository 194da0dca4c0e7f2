"""What has been destroyed, in a file beside the seals: so that an older backup is not the way back to it.

One line for each destruction, on the disk before any key goes. It holds keys of records, codes and days, and names
nobody. Each line is authenticated by a key made of the root key, together with the line before it: one that was
changed, taken out or moved is found, and nobody without the root key can add one. The first line says under which root
key the file was written.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from safeguarding.audit.seals.anchors import LEDGER
from safeguarding.private import write_private

from . import crypto, keyfiles
from .exceptions import LedgerProblem

NAME = LEDGER
_MARK = "harbour-ledger-1"
_USE = b"harbour ledger"
_NEW = ".renewed"


@dataclass(frozen=True)
class Entry:
    """One destruction. `records`: the keys that ended with it, by the label of their model.

    Of a part of an item that ends child by child `item` is the key of the part, and the rows of the `children` up to
    the day `until` ended. The children live: their keys are neither ended nor looked for.
    """

    school: UUID
    item: UUID
    kind: str
    record: UUID
    under: str
    records: Mapping[str, Sequence[UUID]]
    manifest: str = ""
    trigger_on: str = ""
    due_on: str = ""
    until: str = ""
    children: Sequence[UUID] = ()
    # When the line was written; as it is, where a ledger is written again.
    at: str = ""

    def keys(self) -> set[UUID]:
        """Every key that ended with it."""
        return {self.record}.union(*self.records.values())


def path() -> Path:
    """Where it lies."""
    return Path(settings.ANCHOR_FOLDER) / NAME


def entries(file: Path | None = None) -> list[Entry]:
    """Everything that was destroyed, the earliest first; nothing where there is no ledger.

    Raises `LedgerProblem` with the line that is not as it was written, `KeyProblem` where there is no root key.
    """
    of = file or path()
    text = _text(of)
    if file is None and (ahead := _text(_renewed())) and _is_under(ahead, keyfiles.root()):
        text = ahead  # a change of the root key was cut off: `settle` ends it
    return _parsed(text, keyfiles.root(), of) if text else []


def is_ours(file: Path) -> bool:
    """Whether a ledger was written under the root key of now."""
    return _is_under(_text(file), keyfiles.root())


def add(entry: Entry) -> bool:
    """Write one line, and do not return before it is on the disk. Returns whether there was none for this item.

    What a power cut has left of a line is taken off first. Raises `LedgerProblem` where a line before it is not as it
    was written, `OSError`, `KeyProblem`.
    """
    with alone():
        root = keyfiles.root()
        settle()
        text = _mended(root)
        if any(one.item == entry.item for one in _parsed(text, root, path())):
            return False
        line = _line(_key(root), _said(entry, text.count("\n")), _last(text))
        with path().open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        _sync_folder()
        return True


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else writes the ledger. A file beside it is locked, which is never replaced, as the ledger is.

    Raises `LedgerProblem` where the folder takes no file.
    """
    try:
        path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = (path().parent / f"{NAME}.lock").open("a")
    except OSError as error:
        raise LedgerProblem(f"The folder of the seals, {path().parent}, cannot be written: {error.strerror}.") from None
    with held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def copy_to(file: Path) -> None:
    """Write the ledger as it stands beside a backup; one without lines where nothing was ever destroyed.

    Raises `LedgerProblem`, `OSError`, `KeyProblem`.
    """
    write_private(file, _written(keyfiles.root(), entries()))


def put_back(found: Sequence[Entry]) -> None:
    """Put a ledger in its place. One of another root key is kept beside it. Raises `OSError`, `KeyProblem`."""
    with alone():
        if _text(path()) and not is_ours(path()):
            path().replace(path().with_name(f"{NAME}.other"))
        write_private(path(), _written(keyfiles.root(), found))


def renew(new: bytes) -> None:
    """Write every line again under a new root key, beside the ledger; `settle` puts it in its place. Inside `alone`.

    Until the root key itself is replaced the former file counts, and from then on this one. Raises `LedgerProblem`.
    """
    settle()
    if _text(path()):
        write_private(_renewed(), _written(new, entries()))


def settle() -> None:
    """End a change of the root key: the file under the key of now stays, the other one goes."""
    if not (ahead := _text(_renewed())):
        return
    if _is_under(ahead, keyfiles.root()):
        _renewed().replace(path())
    else:
        _renewed().unlink()
    _sync_folder()


def finish() -> None:
    """At every start: `settle` where a change of the root key was cut off."""
    if _text(_renewed()):
        with alone():
            settle()


def _renewed() -> Path:
    return path().with_name(NAME + _NEW)


def _key(root: bytes) -> bytes:
    return crypto.derive(root, _USE)


def _mac(key: bytes, before: str, said: str) -> str:
    return hmac.new(key, f"{before}\n{said}".encode(), hashlib.sha256).hexdigest()


def _line(key: bytes, said: str, before: str) -> str:
    return f"{said}\t{_mac(key, before, said)}\n"


def _last(text: str) -> str:
    return text.rstrip("\n").rpartition("\t")[2]


def _said(entry: Entry, number: int) -> str:
    said: dict[str, Any] = {
        "n": number,
        "at": entry.at or datetime.now(UTC).isoformat(timespec="seconds"),
        "school": str(entry.school),
        "item": str(entry.item),
        "kind": entry.kind,
        "record": str(entry.record),
        "under": entry.under,
        "trigger": entry.trigger_on,
        "due": entry.due_on,
        "manifest": entry.manifest,
        "records": {label: sorted(map(str, keys)) for label, keys in sorted(entry.records.items())},
    }
    if entry.until:
        said |= {"until": entry.until, "children": sorted(map(str, entry.children))}
    return json.dumps(said, separators=(",", ":"))


def _written(root: bytes, found: Sequence[Entry]) -> str:
    """A whole ledger of these."""
    key = _key(root)
    text = _line(key, _MARK, "")
    for number, entry in enumerate(found, start=1):
        text += _line(key, _said(entry, number), _last(text))
    return text


def _mended(root: bytes) -> str:
    """The ledger without what was half written; begun where there is none."""
    text = _text(path())
    whole = _whole(text, root)
    if not whole:
        whole = _line(_key(root), _MARK, "")
    if whole != text:
        write_private(path(), whole)
    return whole


def _whole(text: str, root: bytes) -> str:
    """Without a last line that is cut off. One that lacks nothing but its end is whole."""
    kept, _, rest = text.rpartition("\n")
    kept = f"{kept}\n" if kept else ""
    if not rest:
        return kept
    said, _, mac = rest.rpartition("\t")
    before = _last(kept) if kept else ""
    return f"{text}\n" if said and hmac.compare_digest(mac, _mac(_key(root), before, said)) else kept


def _is_under(text: str, root: bytes) -> bool:
    return text.partition("\n")[0] == _line(_key(root), _MARK, "").rstrip("\n")


def _parsed(text: str, root: bytes, file: Path) -> list[Entry]:
    """Raises `LedgerProblem` at the first line that is not as it was written."""
    text, key, found = _whole(text, root), _key(root), []
    if text and not _is_under(text, root):
        raise LedgerProblem(
            f"The ledger of what was destroyed, {file}, was written under another root key, or its first line was "
            "changed. Put back the one from beside your newest backup."
        )
    before = ""
    for number, line in enumerate(text.splitlines()):
        said, _, mac = line.rpartition("\t")
        if not hmac.compare_digest(mac.encode(), _mac(key, before, said).encode()):
            raise LedgerProblem(
                f"Line {number + 1} of the ledger of what was destroyed, {file}, was changed, or the line before it "
                "was taken out or moved. Find out who did it. Then put back the ledger from beside your newest backup."
            )
        before = mac
        if number:
            found.append(_entry(json.loads(said)))
    return found


def _entry(said: dict[str, Any]) -> Entry:
    return Entry(
        school=UUID(said["school"]),
        item=UUID(said["item"]),
        kind=said["kind"],
        record=UUID(said["record"]),
        under=said["under"],
        records={label: [UUID(key) for key in keys] for label, keys in said["records"].items()},
        manifest=said["manifest"],
        trigger_on=said["trigger"],
        due_on=said["due"],
        until=said.get("until", ""),
        children=[UUID(key) for key in said.get("children", ())],
        at=said["at"],
    )


def _text(file: Path) -> str:
    """Raises `LedgerProblem` where it is there and cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise LedgerProblem(f"The ledger of what was destroyed, {file}, cannot be read: {reason}.") from None


def _sync_folder() -> None:
    folder = os.open(path().parent, os.O_RDONLY)
    with suppress(OSError):  # some file systems of other machines know no such thing
        os.fsync(folder)
    os.close(folder)
