"""Where is the key that signs, and which former keys are still believed? In one file outside the database.

The first line is the private key. Each further line is the public half of a key that signed before.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from safeguarding.exceptions import HarbourError

from .notes import NoteError, PublicKey, Signer


class SealProblem(HarbourError):
    """Sealing or checking cannot go on. The events are written all the same, and are sealed once it can."""

    status = 500
    title = "The record cannot be sealed"


@dataclass(frozen=True)
class KeyFile:
    """What the file holds."""

    signer: Signer
    former: tuple[PublicKey, ...]

    @property
    def public(self) -> list[PublicKey]:
        """Every key whose signature counts, the one that signs now first."""
        return [self.signer.public, *self.former]

    def text(self) -> str:
        return "".join(f"{line}\n" for line in (self.signer.private_text(), *self.former))


def path() -> Path:
    return Path(settings.SEAL_KEY_PATH)


def read() -> KeyFile:
    """Raises `SealProblem` with a sentence that says what to do."""
    try:
        first, *others = path().read_text().split() or [""]
        return KeyFile(Signer.parse(first), tuple(PublicKey.parse(line) for line in others))
    except OSError as error:
        raise SealProblem(
            f"The key that seals the record, {path()}, cannot be read: {error.strerror}. Put it back from "
            "where you keep your "
            "secrets, or, before anything has been sealed, make one with `manage.py seal_key make`. Until "
            "then events are "
            "written and wait."
        ) from None
    except (NoteError, UnicodeDecodeError) as error:
        reason = error if isinstance(error, NoteError) else "it is not text"
        raise SealProblem(
            f"The key that seals the record, {path()}, cannot be used: {reason}. Put it back from where "
            "you keep your secrets. "
            "Until then events are written and wait."
        ) from None


def write_draft(keys: KeyFile) -> Path:
    """The new contents beside the file, for nobody but their owner.

    Raises `SealProblem` where the folder takes none.
    """
    draft = path().with_name(f"{path().name}.new")
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(keys.text())
            file.flush()
            os.fsync(file.fileno())
        if path().exists():
            # In containers it is another account that reads it, in a folder that is closed.
            draft.chmod(stat.S_IMODE(path().stat().st_mode))
    except OSError as error:
        raise SealProblem(f"The key cannot be written to {draft}: {error.strerror}. Nothing was changed.") from None
    return draft
