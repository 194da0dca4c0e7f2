"""How much may one person keep that is not sent, and how long does a form's key write without its author's session?

A key is seen by whoever sits at a shared computer, and it writes without a password. So by itself it writes for two
weeks after its form was last used signed in, and never for an account that is closed. With the session it never ends,
and a draft never does. Nobody types as much as the limits allow: they keep a script from filling the disk. What is over
them is said on the page, which keeps every word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.roles import Capability, with_capability
from safeguarding.ages import lately
from safeguarding.concerns.models import Draft, KeptText
from safeguarding.exceptions import BadInput, NotAllowed, TooMany

# How long a key writes by itself, and how much is kept: in one form, and of one person since yesterday.
ALONE = timedelta(days=14)
MOST_IN_ONE = 4 * 2**20
MOST_NEW, MOST_A_DAY = 20, 10 * 2**20
_DAY = timedelta(days=1)
# What the rules of this file raise, which a page answers with every word on it.
REFUSALS = (BadInput, NotAllowed, TooMany)
SIGN_IN_FIRST = (
    "This page is kept no longer without signing in. Leave it open, sign in on a page beside it, and press the "
    "button again."
)
MAY_NOT_BEGIN = (
    "You have no role at this school in which you could log a concern, so nothing new is begun. Copy what "
    "you typed, and give it "
    "to a safeguarding lead in person."
)
TOO_LONG = (
    f"This is longer than {MOST_IN_ONE // 2**20} million letters, so it is not saved. Shorten it, or copy a "
    "part of it into another form."
)
TOO_MANY = (
    f"You have begun {MOST_NEW} drafts since yesterday, so this one is not saved. Send it, or send or discard "
    "others first."
)
TOO_MUCH = (
    f"Your drafts since yesterday hold {MOST_A_DAY // 2**20} million letters, so this is not saved. Send it, "
    "or send or discard others first."
)


@dataclass(frozen=True)
class Use:
    """How words came: with their author's session or by the key of their page alone, and when that page was made (None:
    now).
    """

    signed_in: bool = True
    issued_at: datetime | None = None


SIGNED_IN = Use()


def ensure_key_writes(author_id: UUID, use: Use, *, last_used: datetime | None, at: datetime) -> None:
    """Raise `NotAllowed` where words came by a key alone that writes no more.

    `last_used`: when their draft was, signed in.
    """
    if use.signed_in:
        return
    last = max((moment for moment in (use.issued_at, last_used) if moment), default=at)
    if at - last > ALONE or not User.objects.filter(pk=author_id, is_active=True).exists():
        raise NotAllowed(SIGN_IN_FIRST)


def ensure_may_begin(author_id: UUID, school_id: UUID, use: Use, *, at: datetime) -> None:
    """Raise `NotAllowed` for a form that its author could not have sent when its page was made, and cannot send today.

    Whoever leaves the school at noon does not lose what they opened at eleven.
    """
    days = {timezone.localdate(moment) for moment in (use.issued_at, at) if moment}
    in_force = Q()
    for day in days:
        in_force |= live(day)
    held = RoleAssignment.objects.filter(in_force, user=author_id, school=school_id)
    if not held.filter(role_key__in=with_capability(Capability.LOG_CONCERN)).exists():
        raise NotAllowed(MAY_NOT_BEGIN)


def ensure_not_too_long(words: str) -> None:
    """Raise `BadInput` for more than one form may have, where words are added by a key alone."""
    if len(words.encode()) > MOST_IN_ONE:
        raise BadInput(TOO_LONG)


def ensure_fits(author_id: UUID, *, but: UUID, size: int, is_new: bool, at: datetime) -> None:
    """Raise `BadInput` for more bytes than one form may have, `TooMany` for more than one person may keep since
    yesterday.

    `but` is the row that is being written.
    """
    if size > MOST_IN_ONE:
        raise BadInput(TOO_LONG)
    drafts = Draft.objects.filter(lately("saved_at", _DAY, at), author=author_id).exclude(pk=but)
    found = drafts.aggregate(bytes=Sum("size"), new=Count("pk", filter=lately("started_at", _DAY, at)))
    if is_new and found["new"] >= MOST_NEW:
        raise TooMany(TOO_MANY)
    texts = KeptText.objects.filter(lately("kept_at", _DAY, at), author=author_id).exclude(pk=but)
    kept = texts.aggregate(bytes=Sum("size"))
    if (found["bytes"] or 0) + (kept["bytes"] or 0) + size > MOST_A_DAY:
        raise TooMany(TOO_MUCH)
