"""Where are the root key and the key of the epoch? In two files outside any database, and in what is kept of them in
memory.

The root key is a file that only its owner can read, or what a command prints (a key service, a hardware token). The
file of epochs holds the key of each epoch that is in use, wrapped with the root key. A destroyed key that is found in
an old page of the database is under an epoch whose key is in no file any more.
"""

import base64
import binascii
import fcntl
import hashlib
import json
import os
import shlex
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from safeguarding.private import write_private

from . import crypto
from .crypto import DoesNotOpen
from .exceptions import KeyProblem

_MARK = "harbour-root-1"
_COMMAND_SECONDS = 30
# Mounted into a container by its engine: nobody else is in there, and it is readable to whoever runs in it.
_CONTAINER_SECRETS = Path("/run/secrets")
_PUT_BACK = (
    "Put it back from where you keep your secrets, or from two of the three printed shares: `manage.py "
    "key_shares restore`. "
    "Nothing has been lost or changed."
)
Epochs = dict[int, bytes]
_held: tuple[object, Epochs] | None = None


def root_path() -> Path:
    return Path(settings.ROOT_KEY_PATH)


def epochs_path() -> Path:
    return Path(settings.EPOCH_KEYS_PATH)


def has_root() -> bool:
    """Whether a root key was ever given to this installation."""
    return bool(settings.ROOT_KEY_COMMAND) or root_path().exists()


def root() -> bytes:
    """The root key. Raises `KeyProblem` with a sentence that says what to do."""
    if settings.ROOT_KEY_COMMAND:
        return _parse_root(_from_command(), "what ROOT_KEY_COMMAND prints")
    path = root_path()
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KeyProblem(f"The root key, {path}, cannot be read: {reason}. {_PUT_BACK}") from None
    if mode & 0o077 and not path.is_relative_to(_CONTAINER_SECRETS):
        raise KeyProblem(f"The root key can be read by others on this machine. Close it first: chmod 600 {path}")
    return _parse_root(text, f"the root key, {path},")


def root_text(key: bytes) -> str:
    """A root key as its file holds it, with a few characters by which a slip is noticed."""
    return f"{_MARK} {base64.b64encode(key).decode()} {_sum(key)}\n"


def _parse_root(text: str, what: str) -> bytes:
    try:
        mark, written, sum_ = text.split()
        key = base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error):
        mark, key, sum_ = "", b"", ""
    if (mark, len(key), sum_) != (_MARK, crypto.KEY_BYTES, _sum(key)):
        raise KeyProblem(f"{what[:1].upper()}{what[1:]} is not a whole root key. {_PUT_BACK}")
    return key


def _sum(key: bytes) -> str:
    return hashlib.sha256(b"harbour root key" + key).hexdigest()[:8]


def _from_command() -> str:
    try:
        done = subprocess.run(
            shlex.split(settings.ROOT_KEY_COMMAND), capture_output=True, text=True, timeout=_COMMAND_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise KeyProblem(
            f"ROOT_KEY_COMMAND cannot be run ({type(error).__name__}). It must print the root key within "
            f"{_COMMAND_SECONDS} s."
        ) from None
    if done.returncode:
        # Not what it said: it may say the key.
        raise KeyProblem(f"ROOT_KEY_COMMAND ended with code {done.returncode}. Run it by hand to see why.")
    return done.stdout


def epochs() -> Epochs:
    """The key of each epoch in use, by number. Read again when one of the files has changed. Raises `KeyProblem`."""
    global _held
    try:
        now = epochs_path().stat()
    except OSError as error:
        raise KeyProblem(
            f"The file of epoch keys, {epochs_path()}, cannot be read: {error.strerror}. {_PUT_BACK}"
        ) from None
    stamp = (epochs_path(), now.st_mtime_ns, now.st_ino, now.st_size)
    if _held is None or _held[0] != stamp:
        _held = (stamp, read_epochs(root()))
    return _held[1]


def read_epochs(root_key: bytes) -> Epochs:
    """The file of epochs, opened with a root key. Raises `KeyProblem` where it does not open."""
    return epochs_of(_text(), root_key)


def epochs_of(text: str, root_key: bytes) -> Epochs:
    """The same, of what such a file holds."""
    return {number: _unwrapped(root_key, number, wraps) for number, wraps in _wraps(text).items()}


def count_wraps() -> dict[int, int]:
    """How many times the key of each epoch is in the file. More than one of one: a change was cut off."""
    return {number: len(wraps) for number, wraps in _wraps(_text()).items()}


def _text() -> str:
    try:
        return epochs_path().read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KeyProblem(f"The file of epoch keys, {epochs_path()}, cannot be read: {reason}. {_PUT_BACK}") from None


def _wraps(text: str) -> dict[int, list[bytes]]:
    try:
        found = json.loads(text)["epochs"]
        return {int(number): [base64.b64decode(one) for one in wraps] for number, wraps in found.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyProblem(
            f"The file of epoch keys, {epochs_path()}, is damaged. Put it back from your backup of the keys."
        ) from None


def _unwrapped(root_key: bytes, number: int, wraps: list[bytes]) -> bytes:
    for wrapped in wraps:
        try:
            return crypto.unwrap(root_key, wrapped, f"epoch:{number}")
        except DoesNotOpen:
            continue
    raise KeyProblem(
        f"The root key does not open the file of epoch keys, {epochs_path()}: it is another "
        "installation's, or an earlier one. "
        f"{_PUT_BACK}"
    )


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else changes the files of keys meanwhile. What is read of them to be changed is read inside."""
    folder = epochs_path().parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def write_root(key: bytes) -> None:
    """Raises `KeyProblem` where the key comes from a command, or the folder takes no file."""
    if settings.ROOT_KEY_COMMAND:
        raise KeyProblem("The root key comes from ROOT_KEY_COMMAND. Change it there.")
    _write(root_path(), root_text(key))


def write_epochs(keys: Epochs, *, roots: list[bytes]) -> None:
    """Write the keys of the epochs, each wrapped with each of `roots`: two while one takes the place of the other."""
    held = {
        str(number): [base64.b64encode(crypto.wrap(root_key, key, f"epoch:{number}")).decode() for root_key in roots]
        for number, key in sorted(keys.items())
    }
    _write(epochs_path(), json.dumps({"epochs": held}, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        write_private(path, text)
    except OSError as error:
        raise KeyProblem(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from None
