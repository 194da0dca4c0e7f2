"""`manage.py change_person p.raman --email p.raman@example.sch.uk`: somebody's name, e-mail address or extension is
another.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from safeguarding.accounts.management.named import the_person
from safeguarding.accounts.services import change_person
from safeguarding.exceptions import HarbourError

DETAILS = ("first_name", "last_name", "email", "extension")


class Command(BaseCommand):
    help = "Change what is known of somebody with an account. What is not given stays; an empty one is taken away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with; that stays as it is")
        parser.add_argument("--first-name")
        parser.add_argument("--last-name")
        parser.add_argument("--email", help="where word goes that there is something to read")
        parser.add_argument("--extension", help="telephone extension, shown to who calls for a lead")

    def handle(self, *, username: str, **options: Any) -> None:
        given = {name: options[name] for name in DETAILS if options[name] is not None}
        if not given:
            raise CommandError("Say what to change: --first-name, --last-name, --email or --extension.")
        try:
            person = change_person(user=the_person(username), **given)
        except HarbourError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(
            f"{username} is {person.full_name}, e-mail address {person.email or 'none'}, "
            f"extension {person.extension or 'none'}."
        )
