"""Which school and which person does a command mean?"""

from django.core.management.base import CommandError

from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import find_account, find_school, schools


def the_school(slug: str | None) -> School:
    """The school that was named, or the only one. Raises `CommandError` with the names there are."""
    there = schools()
    names = ", ".join(s.slug for s in there)
    if slug is None and len(there) == 1:
        return there[0]
    if slug is None:
        raise CommandError(
            f"Say which school with --school: {names}." if there else "Add a school first: manage.py add_school NAME"
        )
    if (found := find_school(slug)) is None:
        raise CommandError(f"There is no school {slug}. There is: {names or 'none yet'}.")
    return found


def the_person(username: str) -> User:
    """The person with this account. Raises `CommandError` where there is none."""
    if (found := find_account(username)) is None:
        raise CommandError(f"Nobody has the user name {username}.")
    return found
