"""What of accounts, seals and mail does Harbour look at by itself? No name is in what is found.

Who they are is read by whoever may, on the page where it is put right (`lacking_factor`, `without_role`).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.mail import number_unmailed
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.accounts.services.factors import OWN
from safeguarding.ages import past
from safeguarding.audit.seals.findings import Verdict
from safeguarding.audit.seals.standing import standing
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import counted, full_day

# It is verified every night; a day and a night may pass.
_VERIFIED_WITHIN = timedelta(days=2)


def lacking_factor(school_id: UUID | None, *, on: date) -> QuerySet[User]:
    """Who has a role at a school that can open a record, and no second factor; by name. None: at any school.

    A factor that is given at the provider of the school's accounts is one, where an account there is linked.
    """
    strict = [role.key for role in ROLES.values() if role.opens_records]
    held = RoleAssignment.objects.filter(live(on), role_key__in=strict, user=OuterRef("pk"))
    if school_id is not None:
        held = held.filter(school_id=school_id)
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=OWN)
    found = User.objects.filter(Exists(held), ~Exists(factor), is_active=True)
    if settings.SIGN_IN_WITH:
        found = found.exclude(Exists(SocialAccount.objects.filter(user=OuterRef("pk"))))
    return found.order_by("last_name", "first_name", "pk")


def without_role(school_id: UUID, *, on: date) -> QuerySet[User]:
    """Whose account is open, who has no role anywhere and none that is to begin, and was last of this school or of
    none; by name.
    """
    held = RoleAssignment.objects.filter(user=OuterRef("pk"))
    here = Exists(held.filter(school_id=school_id)) | ~Exists(held)
    now_or_later = held.filter(Q(ends_on=None) | Q(ends_on__gte=on))
    return User.objects.filter(here, ~Exists(now_or_later), is_active=True).order_by("last_name", "first_name", "pk")


def second_factor(looker: Looker) -> Found:
    """Red where somebody signs in without one; to be looked at where an account has not been used yet."""
    people = lacking_factor(looker.school_id, on=timezone.localdate(looker.at)).values_list("last_login", flat=True)
    number, used = len(people), sum(last is not None for last in people)
    if used:
        return Found(State.FIX, f"{_people(used)} signed in and set up no second factor.", used)
    if number:
        return Found(State.LOOK, f"{_people(number)} not signed in yet, and set up no second factor.", number)
    return Found(State.GOOD, "Everybody who can open a record has a second factor.", 0)


def accounts_without_role(looker: Looker) -> Found:
    number = without_role(looker.school_id, on=timezone.localdate(looker.at)).count()
    if not number:
        return Found(State.GOOD, "Every open account has a role.", 0)
    are = counted(number, "account is", "accounts are")
    return Found(State.LOOK, f"{are} open and without a role. Close what nobody needs.", number)


def seals(looker: Looker) -> Found:
    """The seals of the record of events, as the page “Is the record whole?” shows them."""
    now = standing()
    state = now.state
    if now.verdict is Verdict.NOT_WHOLE:
        found = counted(state.findings, "finding", "findings")
        return Found(State.FIX, f"The record of events is not whole: {found}.", state.findings)
    if state.seal_problem:
        return Found(State.FIX, "New events are not being sealed.", now.waiting)
    if now.is_late:
        return Found(State.FIX, "Events have waited too long to be sealed.", now.waiting)
    if now.verdict is Verdict.NOT_CHECKED:
        return Found(State.FIX, "The record of events could not be looked at.")
    if state.anchor_problem:
        return Found(State.LOOK, "The newest seals are not kept outside the database.")
    verified_at = past(state.verified_at, looker.at)
    if now.newest is None or verified_at is None:
        return Found(State.NOT_SET_UP, "The record of events has not been verified yet. That is done every night.")
    if looker.at - verified_at >= _VERIFIED_WITHIN:
        return Found(State.FIX, f"The record of events was last verified on {full_day(verified_at)}.")
    return Found(State.GOOD, "Every event is as it was when it was sealed.", 0)


def mail(looker: Looker) -> Found:
    if not settings.MAIL_IS_SET_UP:
        return Found(State.NOT_SET_UP, "No mail server is named. The inbox works without one.")
    number = number_unmailed(at=looker.at)
    if number:
        return Found(State.FIX, f"{_people(number)} waited for an e-mail for more than 15 minutes.", number)
    return Found(State.GOOD, "Every e-mail has left.", 0)


def _people(number: int) -> str:
    return counted(number, "person has", "people have")


def machine_checks() -> Iterable[Check]:
    """The checks of this app that the machine looks at."""
    sees = str(Capability.KEEP_KEYS)
    yield Check(
        "second_factor",
        "Second factors",
        "Everybody who can open a record signs in with a second factor.",
        second_factor,
        sees=sees,
        url_name="",
        of_machine=True,
        each_school=True,
        order=60,
    )
    yield Check(
        "accounts_without_role",
        "Open accounts",
        "Nobody who has left still has an open account.",
        accounts_without_role,
        sees=sees,
        url_name="",
        of_machine=True,
        each_school=True,
        order=61,
    )
    yield Check(
        "seals",
        "Seals of the event log",
        "Events are sealed within minutes, and the whole record is verified every night.",
        seals,
        sees=sees,
        url_name="",
        of_machine=True,
        order=70,
    )
    yield Check(
        "mail",
        "E-mail",
        "An e-mail leaves within 15 minutes.",
        mail,
        sees=sees,
        url_name="",
        of_machine=True,
        order=75,
    )
