"""Print what brings the root key back: three shares, of which any two are enough, each taken by another person.

A share is 33 words of SLIP-39, which notice a slip by themselves. Until somebody takes it, it waits in the database of
keys under a key made of the root key; whoever could open it there needs none. One person never sees two.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.sealing import crypto, keyfiles
from safeguarding.sealing.crypto import DoesNotOpen
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.models import KEYS, KeyShare

ENOUGH, OF = 2, 3


def split(root: bytes) -> list[str]:
    """Three lists of words; any two give the root key back."""
    [shares] = generate_mnemonics(1, [(ENOUGH, OF)], root)
    return list(shares)


def join(shares: Sequence[str]) -> bytes:
    """The root key of two shares. Raises `BadInput` where they are not two whole shares of one set."""
    try:
        return combine_mnemonics([" ".join(share.lower().split()) for share in shares])
    except MnemonicError:
        raise BadInput(
            "These are not two whole shares of one set. Type each as it is printed, all 33 words, and of "
            "two different shares "
            "with the same date. A slip in a word is noticed, but not in which."
        ) from None


def restore_root(shares: Sequence[str]) -> None:
    """Write the root key of two shares to its file.

    Raises `BadInput`, and `KeyProblem` where it is not this installation's.
    """
    root = join(shares)
    # On a new machine there is nothing yet that it would have to open.
    if keyfiles.epochs_path().exists():
        keyfiles.read_epochs(root)
    keyfiles.write_root(root)


def make_set(*, by: User, at: datetime) -> None:
    """Three new shares, which wait to be taken.

    Those of a former set that were not taken are gone; printed ones stay good.
    """
    with transaction.atomic(using=KEYS):
        KeyShare.objects.filter(taken_at=None).update(words=None)
        set_id, key = uuid7(), _waiting_key()
        KeyShare.objects.bulk_create(
            KeyShare(
                id=uuid7(), made_at=at, set_id=set_id, number=n, words=crypto.wrap(key, text.encode(), _of(set_id, n))
            )
            for n, text in enumerate(split(keyfiles.root()), start=1)
        )
    record(Verb.CREATE, by=by, object_type="sealing.keyshare", object_id=set_id, purpose="three shares")


def take(*, by: User, at: datetime) -> tuple[KeyShare, str]:
    """The next share of the newest set and its words, for its holder to print now: they are not shown again.

    Raises `OutOfTurn` where there is none left, or the person has taken one of this set.
    """
    with transaction.atomic(using=KEYS):
        shares = list(newest_set(locked=True))
        if any(share.taken_by == by.pk for share in shares):
            raise OutOfTurn(
                "You have taken a share of this set. Another person takes the next, so that nobody holds two."
            )
        share = next((one for one in shares if one.words is not None), None)
        if share is None:
            raise OutOfTurn("No share is waiting to be taken. Make three new ones first.")
        try:
            words = crypto.unwrap(_waiting_key(), bytes(share.words or b""), _of(share.set_id, share.number)).decode()
        except DoesNotOpen:
            raise KeyProblem("The root key has changed since these shares were made. Make three new ones.") from None
        share.words, share.taken_at, share.taken_by = None, at, by.pk
        share.save(update_fields=["words", "taken_at", "taken_by"])
    record(Verb.EXPORT, by=by, object_type="sealing.keyshare", object_id=share.pk, purpose=f"share {share.number}")
    return share, words


def newest_set(*, locked: bool = False) -> Sequence[KeyShare]:
    """The three shares that were made last, in order; none before any were made."""
    newest = KeyShare.objects.order_by("-made_at", "-set_id").values("set_id")[:1]
    shares = KeyShare.objects.filter(set_id__in=list(newest.values_list("set_id", flat=True))).order_by("number")
    return list(shares.select_for_update() if locked else shares)


def _waiting_key() -> bytes:
    return crypto.derive(keyfiles.root(), b"harbour shares that wait")


def _of(set_id: UUID, number: int) -> str:
    return f"share:{set_id}:{number}"
