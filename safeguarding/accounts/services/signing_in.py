"""What happened to somebody's way in?

Second factors come and go, sessions are opened and ended: each with its event.
"""

from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from django.db import transaction

from safeguarding.accounts.models import User
from safeguarding.accounts.services import factors
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn


def note_opened(*, user: User) -> None:
    """A locked screen was opened."""
    record(AccountVerb.SIGN_IN, user, by=user, purpose="screen opened")


def note_added(*, entry: Authenticator, by: User) -> None:
    """A second factor was set up."""
    record(Verb.CHANGE, by, by=by, purpose=f"second factor added: {entry.type}")


def note_removed(*, entry: Authenticator, by: User) -> None:
    """A second factor was taken away."""
    record(Verb.CHANGE, by, by=by, purpose=f"second factor removed: {entry.type}")


@transaction.atomic
def remove_factor(*, entry: Authenticator, by: User) -> None:
    """Take one of one's own passkeys away. Raises `OutOfTurn` where nothing would be left to sign in with."""
    if not factors.may_go(entry):
        raise OutOfTurn("Your role needs a second factor. Set up another one before you take this away.")
    note_removed(entry=entry, by=by)
    entry.delete()
    delete_dangling_recovery_codes(by)
