"""Who comes back gets the account back that they had. Who has the name of whom, and how is it given back?

A new account would open what names its holder: a concern about them, the record of their own child. Both are kept from
the key of the old one. The same name is no proof that it is the same person: somebody says so who knows them.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Exists, OuterRef

from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import ensure, live
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.access import GIVERS, ensure_not_oneself
from safeguarding.accounts.services.people import assign_role, find_account
from safeguarding.accounts.services.resets import end_sessions
from safeguarding.accounts.services.user_names import alike, free_username, usernames
from safeguarding.audit.models import Event, Verb
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, check

Name = tuple[str, str]
_GIVEN_BACK = "account given back"


@dataclass(frozen=True)
class Known:
    """Somebody who has an account and does not work at the school: what a colleague knows them by.

    `last` is the role that ended last, or is held elsewhere still; None where there never was one.
    """

    user: User
    last: RoleAssignment | None

    @property
    def was(self) -> str:
        """Teaching assistant at Saltmarsh Lane, until 21 July 2025."""
        if self.last is None:
            return "never had a role"
        until = f"until {full_day(self.last.ends_on)}" if self.last.ends_on else "still held"
        return f"{self.last.role.title} at {self.last.school.name}, {until}"

    @property
    def is_shut(self) -> bool:
        """Whether it was closed by hand and is not emptied yet: in the browser nobody opens it."""
        return not self.user.is_active and self.user.emptied_at is None


def known_by_name(school: School, names: Iterable[tuple[str, str]], *, on: date) -> dict[Name, list[Known]]:
    """Whoever has an account under one of these names and no role at the school on that day, by `alike` names.

    Two queries for any number of names, or one where nobody has such a name.
    """
    wanted = {alike(*name) for name in names}
    here = RoleAssignment.objects.filter(live(on), school=school, user=OuterRef("pk"), user__is_active=True)
    people = User.objects.filter(~Exists(here)).order_by("last_name", "first_name", "pk")
    found = [user for user in people if alike(user.first_name, user.last_name) in wanted]
    last = _last_roles(found)
    by_name: dict[Name, list[Known]] = {}
    for user in found:
        by_name.setdefault(alike(user.first_name, user.last_name), []).append(Known(user, last.get(user.pk)))
    return by_name


def _last_roles(people: Collection[User]) -> dict[object, RoleAssignment]:
    held = RoleAssignment.objects.filter(user__in=people).select_related("school") if people else ()
    rows = sorted(held, key=lambda one: (one.ends_on or date.max, one.starts_on, one.pk))
    return {row.user_id: row for row in rows}


def was_given_back(user: User) -> bool:
    """Whether it is emptied, or was given back to its holder: what was written with it before can be read with it."""
    given = Event.objects.filter(object_id=user.pk, verb=Verb.CHANGE, purpose=_GIVEN_BACK)
    return user.emptied_at is not None or given.exists()


@transaction.atomic
def give_back(
    *,
    user: User,
    school: School,
    role_key: str,
    starts_on: date,
    username: str = "",
    email: str = "",
    extension: str = "",
    call_order: int = 10,
    by: User | None = None,
) -> User:
    """`user` is back and has a role at `school`: the account is theirs again. `by` is None at the terminal.

    One that was emptied gets a user name, what word is sent to, and a new start (`resets.ask_reset`), which takes two
    people where anything was written with it. One that is in use stays as it is. Raises as `assign_role`, and
    `BadInput` for a user name that is taken, or in the browser for an account that was closed and is not emptied.
    """
    if by is not None:
        ensure(by, Capability.GIVE_ROLES, school.pk, GIVERS)
        ensure_not_oneself(user, by)
    mine = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    was_shut = not mine.is_active
    if was_shut:
        _open(mine, by=by)
    assign_role(user=mine, school=school, role_key=role_key, starts_on=starts_on, call_order=call_order, by=by)
    if was_shut:
        # With the role: who gives it may say what its holder signs in with.
        _name(mine, username=username, email=email, extension=extension)
        record(Verb.CHANGE, mine, by=by, school_id=school.pk, purpose=_GIVEN_BACK)
    return mine


def _open(mine: User, *, by: User | None) -> None:
    """It is an account again, without anything to sign in with."""
    if mine.emptied_at is None:
        if by is not None:
            raise BadInput(
                f"The account of {mine.full_name} was closed. Whoever runs Harbour gives it back: "
                f"manage.py add_person {mine.username} --account {mine.pk}"
            )
        # As one that was emptied (`ending/emptying.py`).
        mine.set_unusable_password()
        mine.last_login = mine.added_by = None
        Authenticator.objects.filter(user=mine).delete()
        SocialAccount.objects.filter(user=mine).delete()
        end_sessions(user=mine, by=mine)
        mine.save(update_fields=["password", "last_login", "added_by"])
    mine.is_active, mine.emptied_at = True, None
    mine.save(update_fields=["is_active", "emptied_at"])


def _name(mine: User, *, username: str, email: str, extension: str) -> None:
    named = username or free_username(mine.first_name, mine.last_name, usernames())
    if (there := find_account(named)) is not None and there.pk != mine.pk:
        raise BadInput(f"The user name {named} is taken. Choose another.")
    mine.username, mine.email, mine.extension = named, email, extension
    check(mine)
    mine.save(update_fields=["username", "email", "extension"])
