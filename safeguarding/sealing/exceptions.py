"""What can be wrong with keys, in sentences that say what to do?"""

from safeguarding.exceptions import HarbourError


class KeyProblem(HarbourError):
    """A key is missing, or is not the one that is needed. Nothing is lost while nothing is overwritten."""

    status = 503
    title = "The keys cannot be used"


class FileGone(HarbourError):
    """A file is not in the store, or is not what was kept there."""

    status = 503
    title = "This file cannot be opened"


class FilesAway(HarbourError):
    """The store of files does not answer, or does not let Harbour in. `reason` is for whoever looks after it."""

    status = 503
    title = "Files cannot be reached now"

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            "The store of files cannot be reached now. Try again in a few minutes: nothing in it is lost. "
            "If it stays so, tell "
            "whoever looks after Harbour at your school."
        )
        self.reason = reason


class StoreProblem(HarbourError):
    """The store of files cannot be used as it is set up."""

    status = 503
    title = "The store of files cannot be used"


class KeysAway(HarbourError):
    """The database of keys does not answer."""

    status = 503
    title = "Harbour cannot open or keep what is written just now"

    def __init__(self) -> None:
        super().__init__(
            "The database that holds the keys does not answer. Nothing was saved. Copy or print what you "
            "typed, and tell "
            "whoever looks after Harbour at your school."
        )


class Destroyed(HarbourError):
    """What was to be written belongs to a record, or is about somebody, whose key has been destroyed."""

    status = 409
    title = "This record has been destroyed"

    def __init__(self) -> None:
        super().__init__("The record to which this belongs has been destroyed, so nothing can be added to it.")


class BackupProblem(HarbourError):
    """A backup was not made, or cannot be put back. Nothing that was there has been changed."""

    status = 503
    title = "The backup did not go through"


class LedgerProblem(HarbourError):
    """The ledger of what was destroyed is not as it was written, or what stands in it has come back."""

    status = 503
    title = "What was destroyed cannot be told"
