"""`manage.py close_account j.beckett`: somebody who has left can no longer sign in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from safeguarding.accounts.management.named import the_person
from safeguarding.accounts.services import deactivate_person
from safeguarding.exceptions import HarbourError


class Command(BaseCommand):
    help = "Close an account at once, for every school. What the person wrote stays, under the person's name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with")

    def handle(self, *, username: str, **options: Any) -> None:
        try:
            deactivate_person(user=the_person(username))
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{username} can no longer sign in, and is signed out at the next click.")
