"""Change what the keys are under: a new epoch after keys have been destroyed, a new root key when somebody knew the old
one.

Both go on where they were cut off: at no moment is there a key that nothing on the machine opens.
"""

from itertools import batched
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from safeguarding.sealing import crypto, keyfiles, ledger
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import KEYS, Epoch
from safeguarding.sealing.services.keeping import EPOCH_LOCK
from safeguarding.sealing.services.setting_up import ensure_keys, proof

_BATCH = 5000


@keyfiles.alone()
def new_epoch() -> tuple[int, int, int]:
    """Wrap every subject key anew under a new epoch key, and let the former key go. Returns both numbers and how many
    keys.

    What was destroyed, and is still found in an old page of the database or its log, is under a key that is in no file
    any more (design section 6). First the new key is written beside the old one, then the rows change in one
    transaction, then the old key goes. Raises `KeyProblem`.
    """
    ensure_keys()
    root = keyfiles.root()
    keys = keyfiles.read_epochs(root)
    with transaction.atomic(using=KEYS), connections[KEYS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EPOCH_LOCK])
        now = Epoch.objects.get(ended_at=None)
        number = now.number + 1
        if number not in keys:
            keys = {now.number: keys[now.number], number: crypto.new_key()}
            keyfiles.write_epochs(keys, roots=[root])
        at = timezone.now()
        Epoch.objects.filter(pk=now.number).update(ended_at=at)
        Epoch.objects.create(number=number, began_at=at, proof=proof(number, keys[number]))
        count = _wrap_anew(cursor, (now.number, keys[now.number]), (number, keys[number]))
    keyfiles.write_epochs({number: keys[number]}, roots=[root])
    return now.number, number, count


def _wrap_anew(cursor: Any, old: tuple[int, bytes], new: tuple[int, bytes]) -> int:
    cursor.execute("SELECT id, wrapped FROM sealing_subjectkey WHERE epoch_id = %s AND wrapped IS NOT NULL", [old[0]])
    total = 0
    for rows in batched(cursor.fetchall(), _BATCH):
        wrapped = [
            crypto.wrap(
                new[1],
                crypto.unwrap(old[1], bytes(held), crypto.of_subject(subject, old[0])),
                crypto.of_subject(subject, new[0]),
            )
            for subject, held in rows
        ]
        cursor.execute(
            "UPDATE sealing_subjectkey AS s SET wrapped = n.wrapped, epoch_id = %s "
            # One that was destroyed since it was read stays destroyed.
            "FROM unnest(%s::uuid[], %s::bytea[]) AS n (id, wrapped) WHERE s.id = n.id AND s.wrapped IS NOT NULL",
            [new[0], [subject for subject, _ in rows], wrapped],
        )
        total += len(rows)
    # Only an empty place is left of a key that was destroyed.
    cursor.execute("UPDATE sealing_subjectkey SET epoch_id = %s WHERE epoch_id = %s", [new[0], old[0]])
    return total


@keyfiles.alone()
def new_root() -> None:
    """A new root key.

    The epoch keys are first wrapped with both, so that either file opens them. The ledger of what was destroyed is
    written again under the new one. Raises `KeyProblem`, `LedgerProblem`.
    """
    ensure_keys()
    old, new = keyfiles.root(), crypto.new_key()
    if settings.ROOT_KEY_COMMAND:
        raise KeyProblem("The root key comes from ROOT_KEY_COMMAND. Change it there.")
    keys = keyfiles.read_epochs(old)
    keyfiles.write_epochs(keys, roots=[old, new])
    with ledger.alone():
        ledger.renew(new)
        keyfiles.write_root(new)
        ledger.settle()
    keyfiles.write_epochs(keys, roots=[new])


@keyfiles.alone()
def finish() -> None:
    """Take from the file of epochs what a change that was cut off has left in it: at every start."""
    root = keyfiles.root()
    ledger.finish()
    now = Epoch.objects.get(ended_at=None).number
    if keyfiles.count_wraps() != {now: 1}:
        keyfiles.write_epochs({now: keyfiles.read_epochs(root)[now]}, roots=[root])
