"""`manage.py changepassword j.beckett`: Django's own command for an account that is new, and the event of it.

Who has signed in before, be it before they left and came back, gets a new start in the browser: the terminal is one
person.
"""

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError
from django.db import transaction

from safeguarding.accounts.services import find_account
from safeguarding.accounts.services.returning import was_given_back
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record


class Command(changepassword.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> str | None:
        person = find_account(options["username"] or "")
        if person is not None and (person.last_login or was_given_back(person)):
            raise CommandError(
                f"{person.username} has been used before: two people give a new start, in the browser under Accounts. "
                "See docs/signing-in.md."
            )
        said: str | None = super().handle(*args, **options)
        record(Verb.CHANGE, person, purpose="password")
        return said
