"""Give somebody who cannot sign in a new start, by two people, and let them take it themselves.

Each of the two gets one half of a code and tells it to the person. Neither can use it alone, and nobody ever sets
another's password: the person does, with both halves. One colleague is enough for the first start of an account that
this one has added, and for one that never held a role with a capability (`second_person.reset_needs_two`).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from safeguarding.accounts.models import Reset, User
from safeguarding.accounts.notice_kinds import AnyNoticeKind, NoticeKind
from safeguarding.accounts.permissions import live, may
from safeguarding.accounts.roles import LEAD_ROLES, Capability
from safeguarding.accounts.second_person import (
    ensure_first,
    ensure_of_another,
    ensure_second,
    reset_needs_two,
    second_people,
    usual_people,
)
from safeguarding.accounts.services.telling import settle_notices, tell
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.ages import has_passed, lately
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from safeguarding.keys import number_of

# How long a request waits for the second person, and a code for the one who is to use it.
WAITS = timedelta(hours=24)
GOOD_FOR = timedelta(hours=1)
# How long it stands on the pages of the person, the Headteacher and the leads.
STANDS = timedelta(days=7)
TOLD = (*LEAD_ROLES, "headteacher")
# Read out on the telephone: no letter that is taken for another.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Given:
    """A reset, and what of its code the person who asked may tell: it is shown once and kept nowhere."""

    reset: Reset
    half: str
    other_half: str = ""


@transaction.atomic
def ask_reset(*, user: User, school_id: UUID, what: str, how: str, by: User, at: datetime | None = None) -> Given:
    """`by` knows that `user` cannot sign in. An earlier request for the same person ends.

    Raises `NotAllowed` for somebody who may not begin it, or who asks for themselves.
    """
    at = at or timezone.now()
    if not gives_first_start(user, by, school_id):
        ensure_first("reset", by, school_id)
    ensure_of_another(by, user)
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    Reset.objects.filter(user=locked, used_at=None, withdrawn_at=None).update(withdrawn_at=at)
    half, alone = _half(), not reset_needs_two(locked, first=by, school_id=school_id)
    reset = Reset(
        user=locked,
        school_id=school_id,
        what=what,
        asked_by=by,
        asked_at=at,
        asked_how=how,
        first_half=_digest(half),
        alone=alone,
    )
    other = _half() if alone else ""
    if alone:
        reset.confirmed_at, reset.second_half = at, _digest(other)
    reset.save(force_insert=True)
    record(Verb.ASK, reset, by=by, school_id=school_id, purpose=f"reset: {what}")
    if alone:
        _tell(reset, at)
    else:
        people = second_people("reset", school_id, timezone.localdate(at), first=by, about=locked)
        _notice(reset, people, NoticeKind.RESET_ASKED, at)
    return Given(reset, half, other)


def gives_first_start(user: User, by: User, school_id: UUID) -> bool:
    """Whether `by` has added the account that nobody has signed in to, and gives roles still."""
    return user.is_new and user.added_by_id == by.pk and may(by, Capability.GIVE_ROLES, school_id)


@transaction.atomic
def confirm_reset(*, reset: Reset, how: str, by: User, at: datetime | None = None) -> Given:
    """A second person knows it too: the code is good from now on. Tells the person, the Headteacher and the leads.

    Raises `NotAllowed` for somebody who may not be the second, `OutOfTurn` where it is too late or was done already.
    """
    at = at or timezone.now()
    locked = Reset.objects.select_for_update(of=("self",)).select_related("user", "asked_by").get(pk=reset.pk)
    on = timezone.localdate(at)
    ensure_second("reset", by, locked.school_id, on, first=locked.asked_by, about=locked.user)
    if not is_waiting(locked, at):
        raise OutOfTurn("This has been confirmed or withdrawn already, or a day has passed. Ask for it again.")
    if not usual_people("reset", locked.school_id, on).filter(pk=locked.asked_by_id).exists():
        raise OutOfTurn("The first of the two may not ask for it any more. Withdraw it, and ask for it again.")
    half = _half()
    locked.confirmed_by, locked.confirmed_at, locked.confirmed_how = by, at, how
    locked.second_half = _digest(half)
    locked.save(update_fields=["confirmed_by", "confirmed_at", "confirmed_how", "second_half"])
    record(Verb.DECIDE, locked, by=by, school_id=locked.school_id, purpose=f"reset confirmed: {locked.what}")
    settle_notices(object_id=locked.pk, kinds=[NoticeKind.RESET_ASKED], by=by, at=at)
    _tell(locked, at)
    return Given(locked, half)


@transaction.atomic
def withdraw_reset(*, reset: Reset, by: User, at: datetime | None = None) -> None:
    """It is not them, or not needed any more: the code is good for nothing.

    The person may do it, and everybody who is told.
    """
    at = at or timezone.now()
    locked = Reset.objects.select_for_update().get(pk=reset.pk)
    if locked.used_at or locked.withdrawn_at:
        raise OutOfTurn("This has been used or withdrawn already.")
    locked.withdrawn_at = at
    locked.save(update_fields=["withdrawn_at"])
    record(Verb.DISCARD, locked, by=by, school_id=locked.school_id, purpose="reset withdrawn")
    settle_notices(object_id=locked.pk, kinds=[NoticeKind.RESET_ASKED], by=by, at=at)


def find_reset(username: str, first: str, second: str, at: datetime) -> Reset | None:
    """The reset that can be used now with these halves, in whichever order they were told. None: there is none."""
    found = Reset.objects.filter(
        lately("confirmed_at", GOOD_FOR, at),
        user__username__iexact=username,
        user__is_active=True,
        used_at=None,
        withdrawn_at=None,
    ).first()
    # Compared in any case, so that the answer takes as long for somebody who has none.
    kept = [found.first_half, found.second_half] if found else ["", ""]
    given = [_digest(first), _digest(second)]
    good = [all(map(constant_time_compare, kept, halves)) for halves in (given, given[::-1])]
    return found if any(good) else None


@transaction.atomic
def use_reset(*, reset: Reset, password: str | None, at: datetime | None = None) -> User:
    """The person takes it: a new password where that was asked for, no second factor where that was. Every session
    ends.

    `password` is the new one, checked by the form; None where only the factor is set anew. Raises `OutOfTurn` when it
    was used meanwhile. Nobody is signed in by this: the next page asks as always.
    """
    at = at or timezone.now()
    locked = Reset.objects.select_for_update(of=("self",)).select_related("user").get(pk=reset.pk)
    if locked.used_at or locked.withdrawn_at or has_passed(GOOD_FOR, locked.confirmed_at, at):
        raise OutOfTurn("This code has been used or is too old. Ask for a new one.")
    user = locked.user
    if locked.alone and reset_needs_two(user, first=locked.asked_by, school_id=locked.school_id):
        # Given a role since then, or somebody else has begun who can be the second.
        raise OutOfTurn(
            "Your role has changed since this code was made, or there is a second person now. Ask for a new one, which "
            "takes two colleagues."
        )
    if password is not None and locked.what != Reset.What.FACTOR:
        user.set_password(password)
        user.save(update_fields=["password"])
    if locked.what != Reset.What.PASSWORD:
        Authenticator.objects.filter(user=user).delete()
    end_sessions(user=user, by=user)
    locked.used_at = at
    locked.save(update_fields=["used_at"])
    record(Verb.CHANGE, user, by=user, school_id=locked.school_id, purpose=f"reset used: {locked.what}")
    return user


@transaction.atomic
def end_sessions(*, user: User, by: User, besides: str | None = None, only: str | None = None) -> int:
    """End the sessions of `user`, all `besides` the one with that id, or `only` that with this key.

    Returns how many.
    """
    rows = UserSession.objects.filter(user=user)
    if besides:
        rows = rows.exclude(session_key=besides)
    if only is not None:
        rows = rows.filter(pk=number_of(only))
    ended = list(rows)
    for row in ended:
        row.end()
    if ended:
        record(AccountVerb.SIGN_OUT, user, by=by, count=len(ended), purpose="sessions ended")
    return len(ended)


def sessions_of(user: User) -> list[UserSession]:
    """Where `user` is signed in, the last used first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True)


def is_waiting(reset: Reset, at: datetime) -> bool:
    """Whether it waits for the second person."""
    return not (reset.confirmed_at or reset.withdrawn_at) and not has_passed(WAITS, reset.asked_at, at)


def waiting_for(user: User, at: datetime) -> list[Reset]:
    """The requests that `user` may confirm now."""
    found = Reset.objects.filter(lately("asked_at", WAITS, at), confirmed_at=None, withdrawn_at=None)
    rows = found.select_related("user", "asked_by", "school").order_by("asked_at")
    on = timezone.localdate(at)
    return [r for r in rows if user in second_people("reset", r.school_id, on, first=r.asked_by, about=r.user)]


def standing(at: datetime) -> QuerySet[Reset]:
    """Those of the last seven days."""
    return Reset.objects.filter(lately("confirmed_at", STANDS, at))


def concerning(user: User, at: datetime) -> QuerySet[Reset]:
    """Of those the ones that `user` is told of: one's own, and those of a school whose Headteacher or lead one is."""
    schools = user.assignments.filter(live(timezone.localdate(at)), role_key__in=TOLD).values("school_id")
    found = standing(at).filter(Q(user=user) | Q(school_id__in=schools))
    return found.select_related("user", "asked_by", "confirmed_by").order_by("-confirmed_at")


def get_reset(reset_id: UUID) -> Reset | None:
    """The reset with this key."""
    return Reset.objects.select_related("user", "asked_by", "confirmed_by", "school").filter(pk=reset_id).first()


def _tell(reset: Reset, at: datetime) -> None:
    on = timezone.localdate(at)
    told = User.objects.filter(
        Q(pk=reset.user_id) | Q(assignments__in=reset.school.assignments.filter(live(on), role_key__in=TOLD)),
        is_active=True,
    )
    _notice(reset, told.distinct(), NoticeKind.RESET, at)


def _notice(reset: Reset, people: object, kind: AnyNoticeKind, at: datetime) -> None:
    tell(
        people=people,  # type: ignore[arg-type]
        school_id=reset.school_id,
        kind=kind,
        object_type=reset._meta.label_lower,
        object_id=reset.pk,
        at=at,
    )


def _half() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def _digest(half: str) -> str:
    plain = "".join(half.upper().split()).replace("-", "")
    return salted_hmac(__name__, plain, algorithm="sha256").hexdigest()
