"""Make the keys of a new installation, once, and say before anything is started whether those that are there fit
together.
"""

from pathlib import Path

from django.db import DatabaseError, OperationalError, connections, models, transaction

from safeguarding.personal_data import declared, own_models
from safeguarding.sealing import crypto, keyfiles
from safeguarding.sealing.crypto import DoesNotOpen
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import KEYS, Epoch

_KNOWN = b"harbour epoch"
_MAKE = "Make the keys, once, with `manage.py keys make`."


def ensure_keys() -> None:
    """The check before a start. Raises `KeyProblem` with what is wrong and what to do; it changes nothing."""
    epoch = _epoch_now()
    if epoch is None:
        if keyfiles.has_root() or keyfiles.epochs_path().exists():
            raise KeyProblem(
                "There are key files, and the database of keys is empty. If it was lost, put it back from "
                "its backup. If this "
                f"installation is new: {_MAKE}"
            )
        raise KeyProblem(f"This installation has no keys yet. {_MAKE}")
    keys = keyfiles.read_epochs(keyfiles.root())
    if epoch.number not in keys:
        raise KeyProblem(
            f"The database of keys is in epoch {epoch.number}, and {keyfiles.epochs_path()} has the keys of "
            f"{', '.join(map(str, sorted(keys))) or 'none'}. One of the two was put back from another "
            "time. Put back both of the "
            "same day."
        )
    try:
        crypto.unwrap(keys[epoch.number], bytes(epoch.proof), f"proof:{epoch.number}")
    except DoesNotOpen:
        raise KeyProblem(
            f"{keyfiles.epochs_path()} is not the one of this database of keys: it is another "
            "installation’s. Put back both of "
            "the same installation and day. Nothing has been lost or changed."
        ) from None


def marker() -> Path:
    """There while a backup is being put back, with the name of its file: begun on an empty installation, it may go
    on.
    """
    return keyfiles.epochs_path().parent / "restoring"


def ensure_whole() -> None:
    """Raises `KeyProblem` where a backup was begun to be put back and is not whole: nobody works on half of one."""
    if marker().exists():
        raise KeyProblem(
            f"A backup was begun to be put back, {marker().read_text()}, and that has not ended. Begin it "
            "again in the same way "
            "(docs/backups.md): until then nothing is started, so that nothing written meanwhile is lost by it."
        )


def refuse_without_keys() -> None:
    """Raises `SystemExit` with what is wrong, so that no page takes words that nobody could open.

    As the walls do, a database that is away is left to the pages.
    """
    try:
        ensure_whole()
        ensure_keys()
    except KeyProblem as error:
        if not isinstance(error.__cause__ or error.__context__, OperationalError):
            raise SystemExit(f"Harbour does not start. {error.sentence}") from None


def is_new() -> bool:
    """Whether nothing was ever sealed here and no epoch has begun; a root key may have been given.

    Raises `KeyProblem`.
    """
    return _epoch_now() is None and not keyfiles.epochs_path().exists() and not _something_sealed()


@keyfiles.alone()
def make_keys() -> None:
    """A root key, the key of the first epoch, and its row. Raises `KeyProblem` where there is anything to lose.

    Cut off in the middle and called again, it goes on with the files that it had written.
    """
    if _epoch_now() is not None:
        raise KeyProblem("This installation has keys. `manage.py keys check` says whether they fit together.")
    if found := _something_sealed():
        raise KeyProblem(
            f"{found} holds words that are sealed, and the database of keys is empty: new keys would never "
            "open them. Put the "
            "database of keys back from its backup."
        )
    if keyfiles.has_root():
        root = keyfiles.root()
    else:
        root = crypto.new_key()
        keyfiles.write_root(root)
    if keyfiles.epochs_path().exists():
        [(number, key)] = keyfiles.read_epochs(root).items()
    else:
        number, key = 1, crypto.new_key()
        keyfiles.write_epochs({number: key}, roots=[root])
    Epoch.objects.create(number=number, proof=proof(number, key))


def proof(number: int, key: bytes) -> bytes:
    """What `Epoch.proof` holds for a key."""
    return crypto.wrap(key, _KNOWN, f"proof:{number}")


def _epoch_now() -> Epoch | None:
    """Raises `KeyProblem` where the database does not answer or has no tables."""
    try:
        with transaction.atomic(using=KEYS):
            return Epoch.objects.filter(ended_at=None).first()
    except DatabaseError as error:
        raise KeyProblem(
            f"The database of keys cannot be read ({type(error).__name__}). KEYS_DATABASE_URL must lead to it, and "
            "`manage.py migrate` makes its tables."
        ) from None
    finally:
        if not connections[KEYS].in_atomic_block:
            connections[KEYS].close()


def _something_sealed() -> str:
    """The name of a table that holds sealed words; empty where there are none."""
    for model in own_models():
        mine = declared(model)
        fields = mine.narrative if mine else ()
        if fields and model._base_manager.exclude(models.Q(**dict.fromkeys(fields, b""))).exists():
            return str(model._meta.verbose_name_plural)
    return ""
