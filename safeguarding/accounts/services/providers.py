"""Which accounts elsewhere are linked to somebody's, by issuer and subject?"""

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn


def linked(user: User) -> list[str]:
    """The providers of the accounts that are linked to this one."""
    return list(SocialAccount.objects.filter(user=user).order_by("provider", "pk").values_list("provider", flat=True))


def note_linked(*, user: User, provider: str, number: int) -> None:
    """One was linked just now."""
    record(Verb.CHANGE, user, by=user, count=number, purpose=f"linked: {provider}")


@transaction.atomic
def unlink(*, user: User, provider: str) -> None:
    """Take the link away. Raises `OutOfTurn` where there is no password to sign in with instead."""
    if not user.has_usable_password():
        raise OutOfTurn("You have no password yet. Ask two colleagues for a new start first.")
    for account in SocialAccount.objects.filter(user=user, provider=provider):
        account.delete()
        record(Verb.CHANGE, user, by=user, purpose=f"not linked any more: {provider}")
