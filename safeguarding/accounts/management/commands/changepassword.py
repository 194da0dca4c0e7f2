"""`manage.py changepassword j.beckett`: Django's own command, and the event of it."""

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from safeguarding.accounts.services import find_account
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record


class Command(changepassword.Command):
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> str | None:
        said: str | None = super().handle(*args, **options)
        record(Verb.CHANGE, find_account(options["username"]), purpose="password")
        return said
